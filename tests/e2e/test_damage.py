"""What is damaged, missing or older than the rest is noticed, and never taken for something else."""
import pathlib
import shutil
import subprocess
import time

import botocore.exceptions
import pytest

from conftest import BINARY

SMALL, MIDDLE, LARGE = 500, 200_000, 3_000_000


def files(server, suffix, at_least=0):
    found = pathlib.Path(server.directory, ".holdfast/buckets").rglob("*" + suffix)
    return sorted(path for path in found if path.stat().st_size >= at_least)


def flip(path, offset):
    content = bytearray(path.read_bytes())
    content[offset] ^= 0x40
    path.write_bytes(content)


def fill(server, prefix, count=50):
    s3 = server.boto3()
    written = {}
    for i in range(count):
        key, body = f"{prefix}/{i:03d}", bytes([i]) * (SMALL if i % 5 else MIDDLE)
        s3.put_object(Bucket="bkt", Key=key, Body=body)
        written[key] = body
    return written


def expect_all(s3, expected):
    listed = [item["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket="bkt") for item in page.get("Contents", [])]
    assert listed == sorted(expected)
    for key, body in expected.items():
        assert s3.get_object(Bucket="bkt", Key=key)["Body"].read() == body, key


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_an_older_copy_of_the_index_is_noticed_at_the_start(make_server, run_check, tmp_path, ending):
    server = make_server().start()
    server.boto3().create_bucket(Bucket="bkt")
    expected = fill(server, "before")
    server.stop()
    index = pathlib.Path(server.directory, ".holdfast/index")
    shutil.copytree(index, tmp_path / "older")
    server.start()
    expected.update(fill(server, "after"))
    server.boto3().delete_object(Bucket="bkt", Key="before/007")
    del expected["before/007"]
    getattr(server, ending)()
    shutil.rmtree(index)
    shutil.copytree(tmp_path / "older", index)
    server.start()
    expect_all(server.boto3(), expected)
    server.stop()
    run_check(server.directory)


def test_an_index_that_is_gone_is_made_anew(make_server):
    server = make_server().start()
    server.boto3().create_bucket(Bucket="bkt")
    expected = fill(server, "k")
    server.kill()
    shutil.rmtree(pathlib.Path(server.directory, ".holdfast/index"))
    server.start()
    expect_all(server.boto3(), expected)


@pytest.mark.parametrize("size", [SMALL, MIDDLE])
def test_get_of_a_damaged_object_fails_loudly(make_server, size):
    server = make_server().start()
    s3 = server.boto3()
    s3.create_bucket(Bucket="bkt")
    s3.put_object(Bucket="bkt", Key="rotten", Body=b"x" * size)
    s3.put_object(Bucket="bkt", Key="sound", Body=b"y" * size)
    server.stop()
    victim = next(path for path in files(server, ".data") if path.read_bytes()[0:1] == b"x")
    flip(victim, size // 2)
    server.start()
    s3 = server.boto3()
    with pytest.raises((botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError)) as failure:
        s3.get_object(Bucket="bkt", Key="rotten")["Body"].read()
    assert "NoSuchKey" not in str(failure.value)
    assert s3.get_object(Bucket="bkt", Key="sound")["Body"].read() == b"y" * size
    assert [item["Key"] for item in s3.list_objects_v2(Bucket="bkt")["Contents"]] == ["rotten", "sound"]
    assert "rotten" in server.log()


def test_metadata_that_is_gone_is_reported_and_never_something_else(make_server):
    """A sidecar that is lost doesn't turn its key into a directory, or into nothing."""
    server = make_server().start()
    s3 = server.boto3()
    s3.create_bucket(Bucket="bkt")
    s3.put_object(Bucket="bkt", Key="dir/object", Body=b"content", Metadata={"a": "b"})
    server.stop()
    (sidecar,) = files(server, ".json")
    sidecar.unlink()
    server.start()
    answer = server.boto3().get_object(Bucket="bkt", Key="dir/object")
    assert (answer["Body"].read(), answer["Metadata"]) == (b"content", {"a": "b"})
    server.stop()
    found = subprocess.run([BINARY, "check", server.directory], capture_output=True, text=True)
    assert found.returncode == 1 and "the sidecar of bkt/dir/object" in found.stdout, found.stdout


def test_scrub_names_the_damaged_object(make_server):
    server = make_server(["--scrub-interval", "1s"]).start()
    s3 = server.boto3()
    s3.create_bucket(Bucket="bkt")
    for key, body in (("sound", b"s"), ("rotten", b"r")):
        s3.put_object(Bucket="bkt", Key=f"dir/{key}", Body=body * LARGE)
    server.stop()
    scrub = [BINARY, "scrub", server.directory]
    clean = subprocess.run(scrub, capture_output=True, text=True)
    assert (clean.returncode, clean.stdout.split(":")[1]) == (0, " all is well\n"), clean.stdout + clean.stderr
    victim = next(path for path in files(server, ".data", LARGE) if path.read_bytes()[0:1] == b"r")
    flip(victim, LARGE // 2)
    found = subprocess.run(scrub, capture_output=True, text=True)
    assert found.returncode == 1
    assert "damaged: bkt/dir/rotten version null" in found.stdout and str(victim) in found.stdout and "sound" not in found.stdout
    server.start()
    end = time.time() + 30
    while "A scrub has found damage." not in server.log() and time.time() < end:
        time.sleep(0.1)
    assert "dir/rotten" in server.log() and "dir/sound" not in server.log()
