"""Encryption with the real binary: what lies on disk, keys that are lost or rotated, and the tools that look at the folder."""
import base64
import os
import pathlib
import stat
import subprocess

import botocore.exceptions
import pytest

from conftest import BINARY

MARK = b"plaintext-that-must-not-be-on-disk"
KEYS = {name: f"{name}:{base64.b64encode(os.urandom(32)).decode()}" for name in ("one", "two")}
CUSTOMER = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": os.urandom(32)}
KINDS = [{"ServerSideEncryption": "AES256"}, {"ServerSideEncryption": "aws:kms"}, CUSTOMER]


def bytes_on_disk(directory):
    return b"\0".join(path.read_bytes() for path in pathlib.Path(directory).rglob("*") if path.is_file())


def start(make_server, keys=None, directory=None):
    environment = {"HOLDFAST_INSECURE_SSE_C": "on", **({"MINIO_KMS_SECRET_KEY": keys} if keys else {})}
    return make_server(environment=environment, directory=directory).start()


def fill(s3):
    """An object of each kind and size class, and a multipart upload that stays open; returns the bodies by key."""
    s3.create_bucket(Bucket="bucket")
    bodies = {}
    for number, kind in enumerate(KINDS):
        for size in (1, 3_000, 300_000):
            key, body = f"{number}/{size}", MARK * size
            s3.put_object(Bucket="bucket", Key=key, Body=body[:6 << 20], **kind)
            bodies[key] = body[:6 << 20]
        upload = s3.create_multipart_upload(Bucket="bucket", Key=f"{number}/parts", **kind)["UploadId"]
        sse_c = CUSTOMER if kind is CUSTOMER else {}
        for part in (1, 2):
            s3.upload_part(Bucket="bucket", Key=f"{number}/parts", UploadId=upload, PartNumber=part, Body=MARK * 20_000, **sse_c)
    return bodies


def read_all(s3, bodies):
    for key, body in bodies.items():
        sse_c = CUSTOMER if key.startswith("2/") else {}
        assert s3.get_object(Bucket="bucket", Key=key, **sse_c)["Body"].read() == body
        first = len(body) // 2
        assert s3.get_object(Bucket="bucket", Key=key, Range=f"bytes={first}-{first + 9}", **sse_c)["Body"].read() == body[first:first + 10]


def test_no_plaintext_on_disk(make_server, run_check):
    server = start(make_server, KEYS["one"])
    bodies = fill(server.boto3())
    assert MARK not in bytes_on_disk(server.directory)
    server.kill()
    assert MARK not in bytes_on_disk(server.directory)
    server.start()
    read_all(server.boto3(), bodies)
    assert server.stop() == 0
    assert MARK not in bytes_on_disk(server.directory)
    assert CUSTOMER["SSECustomerKey"] not in bytes_on_disk(server.directory)
    run_check(server.directory)
    subprocess.run([BINARY, "rebuild-index", server.directory], check=True, capture_output=True)
    server.start()
    read_all(server.boto3(), bodies)
    assert {o["Key"]: o["Size"] for o in server.boto3().list_objects_v2(Bucket="bucket")["Contents"]} == {k: len(b) for k, b in bodies.items()}
    assert KEYS["one"].split(":")[1] not in server.log()


def test_keys_rotate_and_losing_them_is_said(make_server):
    server = start(make_server, KEYS["one"])
    bodies = fill(server.boto3())
    server.stop()
    rotated = start(make_server, KEYS["two"] + "," + KEYS["one"], server.directory)
    read_all(rotated.boto3(), bodies)
    rotated.boto3().copy_object(Bucket="bucket", Key="0/1", CopySource="bucket/0/1", ServerSideEncryption="AES256")
    rotated.stop()
    lost = start(make_server, KEYS["two"], server.directory)
    s3 = lost.boto3()
    assert s3.get_object(Bucket="bucket", Key="0/1")["Body"].read() == bodies["0/1"]
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        s3.get_object(Bucket="bucket", Key="0/3000")
    assert caught.value.response["Error"]["Code"] == "KMS.NotFoundException" and "'one'" in str(caught.value)


def test_a_key_file_is_made_where_none_is_configured(make_server, run_check):
    server = start(make_server)
    bodies = fill(server.boto3())
    server.stop()
    run_check(server.directory)
    key_file = pathlib.Path(server.directory) / ".holdfast/master.key"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    again = start(make_server, KEYS["one"], server.directory)
    read_all(again.boto3(), bodies)


def test_plain_http_is_refused(make_server):
    server = make_server(environment={"MINIO_KMS_SECRET_KEY": KEYS["one"]}).start()
    server.boto3().create_bucket(Bucket="bucket")
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        server.boto3().put_object(Bucket="bucket", Key="key", Body=b"x", **CUSTOMER)
    assert caught.value.response["Error"]["Code"] == "InvalidRequest" and "--insecure-sse-c" in str(caught.value)
