"""`holdfast import` and `holdfast export`."""
import base64
import hashlib
import json
import os
import subprocess

import pytest

import minio_data
from conftest import BINARY, clean_environment
from minio_folder import Version, write_bucket, write_folder, write_key

POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["s3:GetObject"],
                                                             "Resource": ["arn:aws:s3:::plain/a/*"]}]})
TAGGING = "<Tagging><TagSet><Tag><Key>team</Key><Value>one</Value></Tag></TagSet></Tagging>"
LOCK = ("<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>3</Days>"
        "</DefaultRetention></Rule></ObjectLockConfiguration>")
UUIDS = [bytes([n] * 16) for n in range(1, 9)]
PART = 5 * 1024 * 1024


def holdfast(*arguments, code=0):
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=120, env=clean_environment())
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def minio_folder(tmp_path):
    """Every kind of thing that an import brings."""
    folder = tmp_path / "minio"
    write_folder(folder)
    write_bucket(folder, "plain", PolicyConfigJSON=POLICY, TaggingConfigXML=TAGGING, QuotaConfigJSON='{"quota":1073741824,"quotatype":"hard"}')
    text = {"content-type": "text/plain", "cache-control": "max-age=60", "X-Amz-Meta-Owner": "someone", "X-Amz-Tagging": "colour=red&name=a%20b"}
    write_key(folder / "plain", "hello.txt", [Version([b"hello"], metadata=text, inline=True)])
    write_key(folder / "plain", "empty", [Version([b""], inline=True)])
    write_key(folder / "plain", "folder/", [Version([b""], inline=True)])
    write_key(folder / "plain", "a", [Version([b"file and folder"])])
    write_key(folder / "plain", "a/ü ñ.bin", [Version([minio_data.body(3_000_000, 1)])])
    crc = b"\x02" + hashlib.sha256(b"checked").digest()
    write_key(folder / "plain", "checked", [Version([b"checked"], internal={"x-minio-internal-crc": crc}, inline=True)])
    write_key(folder / "plain", "parts.bin", [Version([(1, minio_data.body(PART, 2)), (3, b"the rest")])])
    write_bucket(folder, "versioned", VersioningConfigXML="<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
    write_key(folder / "versioned", "k", [
        Version([b"before"], time=1000), Version([b"one"], time=2000, version_id=UUIDS[0]), Version(marker=True, time=3000, version_id=UUIDS[1]),
        Version([b"two" * 500_000], time=4000, version_id=UUIDS[2], metadata={"content-type": "x/y"})])
    write_key(folder / "versioned", "gone", [Version([b"x"], time=5000, version_id=UUIDS[3]), Version(marker=True, time=6000, version_id=UUIDS[4])])
    write_bucket(folder, "locked", ObjectLockConfigXML=LOCK)
    lock = {"X-Amz-Object-Lock-Mode": "COMPLIANCE", "X-Amz-Object-Lock-Retain-Until-Date": "2199-01-01T00:00:00Z"}
    write_key(folder / "locked", "kept", [Version([b"kept"], version_id=UUIDS[5], metadata=lock)])
    write_key(folder / "locked", "held", [Version([b"held"], version_id=UUIDS[6], metadata={"X-Amz-Object-Lock-Legal-Hold": "ON"})])
    return folder


def check_all(make_server, directory):
    """What clients see of the folder above, once it is Holdfast's."""
    server = make_server(directory=directory).start()
    shown = minio_data.describe(server.boto3())
    server.stop()
    plain = {row[0]: row[4] for row in shown["plain"]["versions"]}
    assert sorted(plain) == ["a", "a/ü ñ.bin", "checked", "empty", "folder/", "hello.txt", "parts.bin"]
    hello = plain["hello.txt"]
    assert (hello["ContentType"], hello["CacheControl"], hello["Metadata"]) == ("text/plain", "max-age=60", {"owner": "someone"})
    assert hello["tags"] == [{"Key": "colour", "Value": "red"}, {"Key": "name", "Value": "a b"}]
    assert hello["sha256"] == hashlib.sha256(b"hello").hexdigest() and hello["modified"] == "2023-11-14 22:13:20+00:00"
    assert plain["a/ü ñ.bin"]["sha256"] == hashlib.sha256(minio_data.body(3_000_000, 1)).hexdigest()
    assert plain["checked"]["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"checked").digest()).decode()
    assert plain["parts.bin"]["ETag"].endswith('-2"') and plain["parts.bin"]["parts"] == [2, PART]
    assert plain["parts.bin"]["sha256"] == hashlib.sha256(minio_data.body(PART, 2) + b"the rest").hexdigest()
    assert shown["plain"]["versioning"] is None and shown["plain"]["tags"] == [{"Key": "team", "Value": "one"}]
    assert shown["plain"]["policy"] == json.loads(POLICY)

    assert shown["versioned"]["versioning"] == "Enabled"
    rows = [(row[0], row[1], row[2], row[3], row[4] and row[4]["sha256"]) for row in shown["versioned"]["versions"]]
    digest = lambda data: hashlib.sha256(data).hexdigest()
    assert rows == [("gone", False, False, False, digest(b"x")), ("gone", True, False, True, None), ("k", False, True, False, digest(b"before")),
                    ("k", False, False, False, digest(b"one")), ("k", False, False, True, None), ("k", True, False, False, digest(b"two" * 500_000))]

    locked = {row[0]: row[4] for row in shown["locked"]["versions"]}
    assert (locked["kept"]["ObjectLockMode"], locked["kept"]["until"]) == ("COMPLIANCE", "2199-01-01 00:00:00+00:00")
    assert locked["held"]["ObjectLockLegalHoldStatus"] == "ON"
    assert shown["locked"]["lock"]["Rule"] == {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}}


def test_everything_comes_as_clients_saw_it(minio_folder, make_server, tmp_path, run_check):
    out = holdfast("import", "minio", minio_folder, tmp_path / "data")
    assert "15 versions brought and compared, 0 were there already, 0 left out, 0 problems" in out
    check_all(make_server, tmp_path / "data")
    run_check(tmp_path / "data")


def test_a_dry_run_writes_nothing(minio_folder, tmp_path):
    out = holdfast("import", "minio", minio_folder, tmp_path / "data", "--dry-run")
    assert "3 buckets, 11 objects, 15 versions" in out and "disk needed" in out
    assert not (tmp_path / "data").exists()


def test_again_compares_and_brings_nothing_twice(minio_folder, make_server, tmp_path):
    holdfast("import", "minio", minio_folder, tmp_path / "data")
    assert "0 versions brought and compared, 15 were there already" in holdfast("import", "minio", minio_folder, tmp_path / "data")
    check_all(make_server, tmp_path / "data")


def test_in_place_with_move_leaves_nothing_of_the_objects(minio_folder, make_server):
    refused = subprocess.run([BINARY, "server", minio_folder, "--address", "127.0.0.1:0"], capture_output=True, text=True, timeout=30,
                             env=clean_environment())
    assert refused.returncode == 1 and "holdfast import minio" in refused.stdout + refused.stderr
    holdfast("import", "minio", minio_folder, "--move")
    assert not list(minio_folder.glob("[a-z]*/**/xl.meta"))
    check_all(make_server, minio_folder)


def test_damaged_data_is_a_problem_and_not_brought(minio_folder, make_server, tmp_path):
    part = next((minio_folder / "plain/parts.bin").glob("*/part.1"))
    content = bytearray(part.read_bytes())
    content[5000] ^= 1
    part.write_bytes(content)
    out = holdfast("import", "minio", minio_folder, tmp_path / "data", "--move", code=1)
    assert "problem: plain/parts.bin" in out and "1 problems" in out
    assert part.exists()


def test_what_is_no_folder_of_minios_is_refused(tmp_path):
    assert "no data folder" in holdfast("import", "minio", tmp_path, code=1)
    write_folder(tmp_path / "four", drives=4)
    assert "4 drives" in holdfast("import", "minio", tmp_path / "four", code=1)


def test_a_damaged_xl_meta_is_left_out(minio_folder, tmp_path):
    for name, content in (("plain/empty/xl.meta", b"XL2 "), ("plain/checked/xl.meta", b"XL2 \x01\x00\x03\x00" + os.urandom(300))):
        (minio_folder / name).write_bytes(content)
    out = holdfast("import", "minio", minio_folder, tmp_path / "data")
    assert "left out: " in out and "plain/empty" in out and "2 left out" in out


def test_folders_go_in_and_out(make_server, tmp_path):
    source = tmp_path / "source"
    for name, text in {"a.txt": "a", "deep/b c.png": "b", "deep/ü": "c" * 2_000_000, "empty": ""}.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    os.utime(source / "a.txt", (1_600_000_000, 1_600_000_000))
    assert "4 files" in holdfast("import", "folder", source, tmp_path / "data", "photos/in")
    assert "4 files" in holdfast("import", "folder", source, tmp_path / "data", "photos/in/")
    server = make_server(directory=tmp_path / "data").start()
    s3 = server.boto3()
    head = s3.head_object(Bucket="photos", Key="in/a.txt")
    assert head["LastModified"].timestamp() == 1_600_000_000 and head["ContentType"] == "text/plain"
    assert s3.head_object(Bucket="photos", Key="in/deep/b c.png")["ContentType"] == "image/png"
    s3.put_object(Bucket="photos", Key="in/../../escaped", Body=b"x")
    server.stop()
    out = holdfast("export", tmp_path / "data", "photos/in", tmp_path / "out/inner", code=1)
    assert "4 files written, 1 keys left out" in out and "in/../../escaped" in out
    assert not (tmp_path / "escaped").exists()
    for path in source.rglob("*"):
        if path.is_file():
            copy = tmp_path / "out/inner" / path.relative_to(source)
            assert copy.read_bytes() == path.read_bytes() and int(copy.stat().st_mtime) == int(path.stat().st_mtime)


def test_what_cannot_be_brought_is_named(minio_folder, tmp_path):
    encrypted = {"X-Minio-Internal-Server-Side-Encryption-Sealed-Key": b"x"}
    write_key(minio_folder / "plain", "secret", [Version([b"x"], internal=encrypted, inline=True)])
    write_key(minio_folder / "plain", "small", [Version([b"x"], internal={"X-Minio-Internal-compression": b"klauspost/compress/s2"}, inline=True)])
    write_key(minio_folder / "plain", "spread", [Version([b"x"], spread=True)])
    out = holdfast("import", "minio", minio_folder, tmp_path / "data", "--move")
    assert "plain/secret: it is encrypted" in out and "plain/small: it is compressed" in out and "plain/spread: it is spread" in out
    assert "3 left out, 0 problems" in out and (minio_folder / "plain/secret/xl.meta").exists()


@pytest.mark.skipif("HOLDFAST_MINIO" not in os.environ, reason="needs a MinIO binary (.ci/minio)")
def test_a_folder_of_todays_minio(make_server, tmp_path):
    from conftest import free_port
    port = free_port()
    process = minio_data.run_minio(os.environ["HOLDFAST_MINIO"], tmp_path / "minio", port)
    try:
        s3 = minio_data.client(port)
        minio_data.fill(s3)
        expected = minio_data.describe(s3)
    finally:
        process.terminate()
        process.wait()
    holdfast("import", "minio", tmp_path / "minio", tmp_path / "data")
    server = make_server(directory=tmp_path / "data").start()
    assert minio_data.describe(server.boto3()) == expected
