"""mc, the MinIO client, built from the Go proxy."""
import json
import os
import pathlib
import subprocess

import pytest

from conftest import ACCESS_KEY, SECRET_KEY, clean_environment

MC = pathlib.Path(os.environ.get("HOLDFAST_EXTRA_CLIENTS", "/nonexistent")) / "bin/mc"
pytestmark = pytest.mark.skipif(not MC.exists(), reason="mc is not installed")


@pytest.fixture
def mc(server, tmp_path):
    def run(*arguments, check=True):
        return subprocess.run([MC, "--config-dir", str(tmp_path / "mc"), "--disable-pager", *arguments], capture_output=True, text=True,
                              check=check, timeout=120, env=clean_environment(HOME=str(tmp_path)))
    run("alias", "set", "local", server.url, ACCESS_KEY, SECRET_KEY)
    return run


def test_buckets_copies_and_listings(mc, tmp_path):
    mc("mb", "local/bucket")
    mc("mb", "-p", "local/bucket")
    assert "bucket/" in mc("ls", "local").stdout
    (tmp_path / "tree/deep").mkdir(parents=True)
    (tmp_path / "tree/a b+ü.txt").write_text("hello")
    (tmp_path / "tree/deep/large").write_bytes(os.urandom(70 << 20))
    mc("cp", "--recursive", str(tmp_path / "tree") + "/", "local/bucket/tree/")
    assert "a b+ü.txt" in mc("ls", "--recursive", "local/bucket").stdout
    assert mc("cat", "local/bucket/tree/a b+ü.txt").stdout == "hello"
    mc("mirror", "local/bucket/tree", str(tmp_path / "back"))
    assert (tmp_path / "back/deep/large").read_bytes() == (tmp_path / "tree/deep/large").read_bytes()
    mc("cp", "local/bucket/tree/deep/large", "local/bucket/copy")
    mc("mv", "local/bucket/copy", "local/bucket/moved")
    stat = json.loads(mc("stat", "--json", "local/bucket/moved").stdout)
    assert stat["size"] == 70 << 20
    assert "moved" in mc("find", "local/bucket", "--name", "moved").stdout
    assert mc("diff", str(tmp_path / "tree"), "local/bucket/tree").stdout.strip() == ""
    assert "MiB" in mc("du", "local/bucket").stdout
    mc("rm", "--recursive", "--force", "local/bucket/tree")
    mc("rb", "--force", "local/bucket")
    assert mc("ls", "local").stdout == ""


def test_anonymous_policies(mc, server, tmp_path):
    mc("mb", "local/bucket")
    (tmp_path / "f").write_text("public")
    mc("cp", str(tmp_path / "f"), "local/bucket/f")
    get = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", server.url + "/bucket/f"]
    code = lambda: subprocess.run(get, capture_output=True, text=True, env=clean_environment()).stdout
    assert code() == "403"
    for policy, expected in (("download", "200"), ("private", "403"), ("public", "200"), ("upload", "403")):
        mc("anonymous", "set", policy, "local/bucket")
        assert code() == expected, policy
        assert policy in mc("anonymous", "get", "local/bucket").stdout
    mc("anonymous", "set", "download", "local/bucket/prefix")


def test_share_ready_and_ping(mc, server, tmp_path):
    mc("mb", "local/bucket")
    (tmp_path / "f").write_text("shared")
    mc("cp", str(tmp_path / "f"), "local/bucket/f")
    url = json.loads(mc("share", "download", "--json", "--expire", "1h", "local/bucket/f").stdout)["share"]
    assert subprocess.run(["curl", "-sf", url], capture_output=True, env=clean_environment()).stdout == b"shared"
    mc("ready", "local")


def test_versions_and_tags(mc, tmp_path):
    mc("mb", "local/bucket")
    mc("version", "enable", "local/bucket")
    assert "enabled" in mc("version", "info", "local/bucket").stdout
    for text in ("one", "two"):
        (tmp_path / "f").write_text(text)
        mc("cp", str(tmp_path / "f"), "local/bucket/f")
    mc("rm", "local/bucket/f")
    versions = [json.loads(line) for line in mc("ls", "--versions", "--json", "local/bucket").stdout.splitlines()]
    assert len(versions) == 3
    mc("undo", "local/bucket/f")
    assert mc("cat", "local/bucket/f").stdout == "two"
    mc("tag", "set", "local/bucket/f", "a=1&b=two")
    assert "two" in mc("tag", "list", "local/bucket/f").stdout
    mc("rb", "--force", "local/bucket")
