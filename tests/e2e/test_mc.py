"""`holdfast mc`: what compose sidecars do with mc."""
import subprocess

import pytest

from conftest import ACCESS_KEY, BINARY, SECRET_KEY, clean_environment


@pytest.fixture
def mc(server, tmp_path):
    link = tmp_path / "mc"
    link.symlink_to(BINARY)

    def run(*arguments, code=0, **environment):
        done = subprocess.run([link, *arguments], capture_output=True, text=True, timeout=30,
                              env=clean_environment(HOME=str(tmp_path), **environment))
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    run("alias", "set", "local", server.url, ACCESS_KEY, SECRET_KEY)
    return run


def test_a_sidecar_makes_public_and_versioned_buckets(mc, s3, server):
    mc("mb", "-p", "local/images", "local/private")
    assert "BucketAlreadyOwnedByYou" in mc("mb", "local/images", code=1)
    mc("mb", "--ignore-existing", "local/images")
    mc("anonymous", "set", "download", "local/images")
    s3.put_object(Bucket="images", Key="a b.txt", Body=b"hello")
    read = subprocess.run(["curl", "-fsS", f"{server.url}/images/a%20b.txt"], capture_output=True, timeout=10)
    assert read.stdout == b"hello"
    assert "is `download`" in mc("anonymous", "get", "local/images")
    mc("policy", "set", "none", "local/images")
    assert "is `private`" in mc("anonymous", "get", "local/images")
    mc("version", "enable", "local/private")
    assert s3.get_bucket_versioning(Bucket="private")["Status"] == "Enabled"
    mc("mb", "--with-lock", "local/locked")
    assert s3.get_object_lock_configuration(Bucket="locked")["ObjectLockConfiguration"]["ObjectLockEnabled"] == "Enabled"


def test_a_policy_comes_from_a_file(mc, s3, tmp_path):
    mc("mb", "local/documents")
    policy = tmp_path / "policy.json"
    policy.write_text('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",'
                      '"Resource":"arn:aws:s3:::documents/public/*"}]}')
    mc("anonymous", "set-json", str(policy), "local/documents")
    assert "public/*" in s3.get_bucket_policy(Bucket="documents")["Policy"]
    assert "is `custom`" in mc("anonymous", "get", "local/documents")


def test_folders_go_up_and_come_down(mc, s3, tmp_path):
    media = tmp_path / "media"
    for name in ("profile_pics/one.jpg", "token_logo/two.png", "default_avatar.jpg", 'odd/"name" \\ ü.txt'):
        (media / name).parent.mkdir(parents=True, exist_ok=True)
        (media / name).write_bytes(name.encode())
    mc("mb", "local/exchange")
    mc("cp", "--recursive", f"{media}/", "local/exchange/")
    keys = {o["Key"] for o in s3.list_objects_v2(Bucket="exchange")["Contents"]}
    assert keys == {"profile_pics/one.jpg", "token_logo/two.png", "default_avatar.jpg", 'odd/"name" \\ ü.txt'}
    assert s3.head_object(Bucket="exchange", Key="token_logo/two.png")["ContentType"] == "image/png"
    mc("cp", str(media / "default_avatar.jpg"), "local/exchange/other.jpg")
    assert s3.get_object(Bucket="exchange", Key="other.jpg")["Body"].read() == b"default_avatar.jpg"
    mc("cp", "-r", "local/exchange/", str(tmp_path / "back"))
    assert (tmp_path / "back/profile_pics/one.jpg").read_bytes() == b"profile_pics/one.jpg"
    assert (tmp_path / 'back/odd/"name" \\ ü.txt').exists()
    mc("cp", "local/exchange/other.jpg", str(tmp_path / "one.jpg"))
    assert (tmp_path / "one.jpg").read_bytes() == b"default_avatar.jpg"
    assert "default_avatar.jpg" in mc("ls", "local/exchange") and "profile_pics/" in mc("ls", "local/exchange")
    assert "exchange/" in mc("ls", "local")


def test_keys_cannot_lead_out_of_the_target_folder(mc, s3, tmp_path):
    mc("mb", "local/evil")
    s3.put_object(Bucket="evil", Key="a/../../escaped", Body=b"x")
    assert "outside" in mc("cp", "-r", "local/evil/", str(tmp_path / "in/side"), code=1)
    assert not (tmp_path / "escaped").exists()


def test_ready_and_alias_say_whether_the_server_answers(mc, server):
    assert "is ready" in mc("ready", "local")
    assert "is ready" in mc("ready", "fromenv", MC_HOST_fromenv=f"http://{ACCESS_KEY}:{SECRET_KEY}@{server.host}")
    assert "SignatureDoesNotMatch" in mc("alias", "set", "wrong", server.url, ACCESS_KEY, "not-the-secret", code=1)
    mc("config", "host", "add", "old", server.url, ACCESS_KEY, SECRET_KEY, "--api", "S3v4")
    assert "old" in mc("alias", "list")
    server.stop()
    assert "not ready" in mc("ready", "local", code=1)
    assert SECRET_KEY not in mc("alias", "set", "again", server.url, ACCESS_KEY, SECRET_KEY, code=1)


def test_what_it_does_not_do_names_the_full_client(mc):
    assert "github.com/minio/mc" in mc("admin", "info", "local", code=2)
    assert "no alias" in mc("mb", "nowhere/bucket", code=1) or "usage" in mc("mb", "nowhere/bucket", code=1)
