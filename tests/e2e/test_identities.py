"""Access keys: made from the environment, kept over restarts, encrypted on disk."""
import pathlib
import stat

import boto3
import botocore.config
import botocore.exceptions
import pytest


def client(server, access_key, secret_key):
    return boto3.client("s3", endpoint_url=server.url, aws_access_key_id=access_key, aws_secret_access_key=secret_key,
                        region_name="us-east-1", config=botocore.config.Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))


def code(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


KEYS = "app-key:app-secret-1:readwrite:app,reader-key:reader-secret-1:readonly"


def test_default_keys_are_narrowed_to_their_policy_and_bucket(make_server):
    server = make_server(environment={"HOLDFAST_DEFAULT_KEYS": KEYS, "MINIO_DEFAULT_BUCKETS": "app,other"}).start()
    app = client(server, "app-key", "app-secret-1")
    app.put_object(Bucket="app", Key="a", Body=b"content")
    assert app.get_object(Bucket="app", Key="a")["Body"].read() == b"content"
    assert [bucket["Name"] for bucket in app.list_buckets()["Buckets"]] == ["app"]
    assert code(app.put_object, Bucket="other", Key="a", Body=b"") == "AccessDenied"
    assert code(app.create_bucket, Bucket="third") == "AccessDenied"
    reader = client(server, "reader-key", "reader-secret-1")
    assert reader.get_object(Bucket="app", Key="a")["Body"].read() == b"content"
    assert code(reader.put_object, Bucket="app", Key="b", Body=b"") == "AccessDenied"


def test_keys_outlive_the_root_credentials_that_made_them(make_server):
    server = make_server(environment={"HOLDFAST_DEFAULT_KEYS": KEYS, "MINIO_DEFAULT_BUCKETS": "app"}).start()
    assert server.stop() == 0
    server.environment.update({"MINIO_ROOT_USER": "another-root", "MINIO_ROOT_PASSWORD": "another-password"})
    server.environment["HOLDFAST_DEFAULT_KEYS"] = "app-key:changed-in-the-environment"
    server.start()
    client(server, "app-key", "app-secret-1").put_object(Bucket="app", Key="a", Body=b"content")
    assert code(client(server, "app-key", "changed-in-the-environment").list_buckets) == "SignatureDoesNotMatch"
    assert code(server.boto3().list_buckets) == "InvalidAccessKeyId"
    client(server, "another-root", "another-password").list_buckets()


def test_identities_are_encrypted_and_damage_stops_the_start(make_server):
    server = make_server(environment={"HOLDFAST_DEFAULT_KEYS": KEYS, "MINIO_DEFAULT_BUCKETS": "app"}).start()
    assert server.stop() == 0
    key = pathlib.Path(server.directory) / ".holdfast/identity.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    for path in pathlib.Path(server.directory).rglob("*"):
        if path.is_file():
            assert b"app-secret-1" not in path.read_bytes(), path
    assert "app-secret-1" not in server.log()
    good = key.read_bytes()
    for damaged in (b"plain:AAAA\n", b"", good[:-5] + b"AAAA\n"):
        key.write_bytes(damaged)
        server.start(ready=False)
        assert server.process.wait(20) == 1
    assert "identity" in server.log()
    key.unlink()
    server.start(ready=False)
    assert server.process.wait(20) == 1
    assert "identity.key" in server.log()
    key.write_bytes(good)
    server.start()
    client(server, "app-key", "app-secret-1").list_objects_v2(Bucket="app")


@pytest.mark.parametrize("keys", ["only-access", "ab:secret-123", "abc:short", "abc:secret-123:nothing", "abc:secret-123:readonly:B_d"])
def test_bad_default_keys_stop_the_start(make_server, keys):
    server = make_server(environment={"HOLDFAST_DEFAULT_KEYS": keys})
    server.start(ready=False)
    assert server.process.wait(20) == 2
    assert "HOLDFAST_DEFAULT_KEYS" in server.log() and "secret-123" not in server.log()
