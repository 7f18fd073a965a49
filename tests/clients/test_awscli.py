"""Debian's awscli, unchanged but for --endpoint-url."""
import json
import os
import subprocess

import pytest


@pytest.fixture
def aws(server):
    def run(*arguments, check=True):
        return subprocess.run(["/usr/bin/aws", "--endpoint-url", server.url, *arguments], capture_output=True, text=True, timeout=300, check=check,
                              env=server.client_environment())
    return run


def test_s3_commands(aws, tmp_path):
    aws("s3", "mb", "s3://bucket")
    (tmp_path / "tree/deep").mkdir(parents=True)
    (tmp_path / "tree/a b+c=d.txt").write_text("plus and spaces")
    (tmp_path / "tree/deep/ü.bin").write_bytes(os.urandom(20 << 20))  # multipart by awscli's default threshold
    (tmp_path / "tree/empty").touch()
    aws("s3", "sync", str(tmp_path / "tree"), "s3://bucket/tree")
    listing = aws("s3", "ls", "--recursive", "s3://bucket/").stdout
    assert "tree/a b+c=d.txt" in listing and "tree/deep/ü.bin" in listing
    assert "PRE tree/" in aws("s3", "ls", "s3://bucket").stdout
    aws("s3", "cp", "s3://bucket/tree/deep/ü.bin", "s3://bucket/copy.bin")
    aws("s3", "sync", "s3://bucket/tree", str(tmp_path / "back"))
    assert (tmp_path / "back/deep/ü.bin").read_bytes() == (tmp_path / "tree/deep/ü.bin").read_bytes()
    assert aws("s3", "sync", str(tmp_path / "tree"), "s3://bucket/tree").stdout == ""
    aws("s3", "mv", "s3://bucket/copy.bin", "s3://bucket/moved.bin")
    aws("s3", "rm", "--recursive", "s3://bucket/tree")
    assert aws("s3", "ls", "--recursive", "s3://bucket/").stdout.split()[-1] == "moved.bin"
    assert "BucketNotEmpty" in aws("s3", "rb", "s3://bucket", check=False).stderr
    aws("s3", "rb", "--force", "s3://bucket")


def test_s3api_answers(aws, tmp_path):
    aws("s3api", "create-bucket", "--bucket", "bucket")
    (tmp_path / "f").write_text("content")
    put = json.loads(aws("s3api", "put-object", "--bucket", "bucket", "--key", "k", "--body", str(tmp_path / "f"), "--metadata", "a=1,b=two",
                         "--content-type", "text/plain", "--checksum-algorithm", "SHA256").stdout)
    assert put["ETag"] == '"9a0364b9e99bb480dd25e1f0284c8555"' and put["ChecksumSHA256"]
    head = json.loads(aws("s3api", "head-object", "--bucket", "bucket", "--key", "k", "--checksum-mode", "ENABLED").stdout)
    assert head["Metadata"] == {"a": "1", "b": "two"} and head["ChecksumSHA256"] == put["ChecksumSHA256"]
    aws("s3api", "get-object", "--bucket", "bucket", "--key", "k", "--range", "bytes=3-5", str(tmp_path / "part"))
    assert (tmp_path / "part").read_text() == "ten"
    attributes = json.loads(aws("s3api", "get-object-attributes", "--bucket", "bucket", "--key", "k", "--object-attributes", "ETag", "ObjectSize", "Checksum").stdout)
    assert attributes["ObjectSize"] == 7 and attributes["Checksum"]["ChecksumSHA256"] == put["ChecksumSHA256"]
    assert json.loads(aws("s3api", "get-bucket-location", "--bucket", "bucket").stdout)["LocationConstraint"] is None
    assert "BucketAlreadyOwnedByYou" in aws("s3api", "create-bucket", "--bucket", "bucket", "--create-bucket-configuration",
                                            "LocationConstraint=eu-west-1", check=False).stderr
    assert "Not Found" in aws("s3api", "head-object", "--bucket", "bucket", "--key", "missing", check=False).stderr
    assert "NoSuchBucket" in aws("s3api", "list-objects-v2", "--bucket", "no-such-bucket", check=False).stderr
