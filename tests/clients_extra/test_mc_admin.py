"""mc admin and minio-py's MinioAdmin against users, groups, policies and access keys."""
import json
import os
import pathlib
import subprocess

import pytest

from conftest import ACCESS_KEY, SECRET_KEY, clean_environment

MC = pathlib.Path(os.environ.get("HOLDFAST_EXTRA_CLIENTS", "/nonexistent")) / "bin/mc"
needs_mc = pytest.mark.skipif(not MC.exists(), reason="mc is not installed")


@pytest.fixture
def mc(server, tmp_path):
    def run(*arguments, check=True):
        done = subprocess.run([MC, "--config-dir", str(tmp_path / "mc"), "--disable-pager", "--json", *arguments], capture_output=True,
                              text=True, timeout=120, env=clean_environment(HOME=str(tmp_path)))
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done
    run("alias", "set", "local", server.url, ACCESS_KEY, SECRET_KEY)
    run.as_user = lambda user, secret: run("alias", "set", "user", server.url, user, secret)
    return run


def answer(done):
    return json.loads(done.stdout.splitlines()[0])


@needs_mc
def test_users_policies_and_groups(mc, tmp_path):
    mc("mb", "local/bucket")
    mc("admin", "user", "add", "local", "alice", "alice-secret")
    assert answer(mc("admin", "user", "info", "local", "alice"))["userStatus"] == "enabled"
    mc.as_user("alice", "alice-secret")
    assert "Access Denied" in mc("ls", "user/bucket", check=False).stdout
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]}]}
    (tmp_path / "policy.json").write_text(json.dumps(document))
    mc("admin", "policy", "create", "local", "on-bucket", str(tmp_path / "policy.json"))
    assert answer(mc("admin", "policy", "info", "local", "on-bucket"))["policyInfo"]["Policy"] == document
    names = {json.loads(line)["policy"] for line in mc("admin", "policy", "list", "local").stdout.splitlines()}
    assert {"readonly", "readwrite", "writeonly", "diagnostics", "consoleAdmin", "on-bucket"} <= names
    mc("admin", "policy", "attach", "local", "on-bucket", "--user", "alice")
    mc("ls", "user/bucket")
    mc("cp", str(tmp_path / "policy.json"), "user/bucket/a")
    assert "on-bucket" in mc("admin", "policy", "entities", "local", "--user", "alice").stdout
    mc("admin", "policy", "detach", "local", "on-bucket", "--user", "alice")
    assert mc("ls", "user/bucket", check=False).returncode != 0
    mc("admin", "group", "add", "local", "staff", "alice")
    mc("admin", "policy", "attach", "local", "on-bucket", "--group", "staff")
    mc("ls", "user/bucket")
    assert answer(mc("admin", "group", "info", "local", "staff"))["members"] == ["alice"]
    assert "staff" in mc("admin", "group", "list", "local").stdout
    mc("admin", "group", "disable", "local", "staff")
    assert mc("ls", "user/bucket", check=False).returncode != 0
    mc("admin", "group", "enable", "local", "staff")
    mc("ls", "user/bucket")
    mc("admin", "user", "disable", "local", "alice")
    assert mc("ls", "user/bucket", check=False).returncode != 0
    mc("admin", "user", "enable", "local", "alice")
    assert "alice" in mc("admin", "user", "list", "local").stdout
    assert "XMinioAdminPolicyInUse" in mc("admin", "policy", "remove", "local", "on-bucket", check=False).stdout
    mc("admin", "group", "remove", "local", "staff", "alice")
    mc("admin", "group", "remove", "local", "staff")
    mc("admin", "policy", "remove", "local", "on-bucket")
    mc("admin", "user", "remove", "local", "alice")
    assert "XMinioAdminNoSuchUser" in mc("admin", "user", "info", "local", "alice", check=False).stdout


@needs_mc
def test_access_keys(mc, tmp_path):
    mc("mb", "local/bucket")
    mc("admin", "user", "add", "local", "alice", "alice-secret")
    mc("admin", "policy", "attach", "local", "readwrite", "--user", "alice")
    mc("admin", "accesskey", "create", "local", "alice", "--access-key", "alices-key", "--secret-key", "alices-key-secret")
    mc("alias", "set", "key", json.loads(mc("alias", "list", "local").stdout.splitlines()[0])["URL"], "alices-key", "alices-key-secret")
    mc("ls", "key/bucket")
    assert "alices-key" in mc("admin", "accesskey", "list", "local", "alice").stdout
    assert "alice" in mc("admin", "accesskey", "info", "local", "alices-key").stdout
    mc("admin", "accesskey", "disable", "local", "alices-key")
    assert mc("ls", "key/bucket", check=False).returncode != 0
    mc("admin", "accesskey", "enable", "local", "alices-key")
    mc("ls", "key/bucket")
    mc("admin", "user", "svcacct", "add", "local", "alice", "--access-key", "second-key", "--secret-key", "second-key-secret")
    assert "second-key" in mc("admin", "user", "svcacct", "list", "local", "alice").stdout
    mc("admin", "accesskey", "remove", "local", "alices-key")
    assert mc("ls", "key/bucket", check=False).returncode != 0
    mc("admin", "user", "remove", "local", "alice")
    assert "XMinioAdminServiceAccountNotFound" in mc("admin", "accesskey", "info", "local", "second-key", check=False).stdout


@needs_mc
def test_info_ready_quota_and_restart(mc, server):
    assert answer(mc("admin", "info", "local"))["info"]["mode"] == "online"
    mc("ready", "local")
    mc("mb", "local/bucket")
    mc("quota", "set", "local/bucket", "--size", "1GiB")
    assert answer(mc("quota", "info", "local/bucket"))["quota"] == 1 << 30
    pid = server.process.pid
    mc("admin", "service", "restart", "local")
    server.wait_ready()
    assert server.process.poll() is None and server.process.pid == pid
    mc("ls", "local/bucket")


def test_admin_permissions_are_checked(server):
    minio = pytest.importorskip("minio")
    from minio.credentials import StaticProvider
    from minio.error import MinioAdminException

    def admin(user, secret):
        return minio.MinioAdmin(endpoint=server.host, credentials=StaticProvider(user, secret), secure=False, cert_check=False)

    root = admin(ACCESS_KEY, SECRET_KEY)
    root.user_add("alice", "alice-secret")
    assert json.loads(root.user_info("alice"))["status"] == "enabled"
    assert "alice" in json.loads(root.user_list())
    alice = admin("alice", "alice-secret")
    for call in (alice.user_list, alice.info, alice.group_list, alice.policy_list, lambda: alice.user_remove("alice"),
                 lambda: alice.user_add("bob", "bob-secret"), alice.service_restart):
        with pytest.raises(MinioAdminException) as caught:
            call()
        assert "403" in str(caught.value) or "AccessDenied" in str(caught.value)
    root.policy_set("consoleAdmin", user="alice")
    assert "alice" in json.loads(alice.user_list())
    alice.user_add("alice", "another-secret")
    with pytest.raises(MinioAdminException):
        alice.user_list()
