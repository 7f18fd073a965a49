"""The storage API, by curl, on the bucket reims."""
import json
import os
import re
import subprocess

import pytest

from conftest import ACCESS_KEY, SECRET_KEY


class Storage:
    def __init__(self, server):
        self.server = server
        self.base = f"http://127.0.0.1:{server.console_port}/api/v1"
        self.login = ["-u", f"{ACCESS_KEY}:{SECRET_KEY}"]

    def curl(self, path, *arguments, login=None):
        """status, headers (lower case), body"""
        command = ["curl", "-sS", "-i", "--path-as-is", *(self.login if login is None else login), *arguments, f"{self.base}/{path}"]
        out = subprocess.run(command, capture_output=True, timeout=60, check=True).stdout
        while True:
            head, _, out = out.partition(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 100"):
                break
        lines = head.decode().split("\r\n")
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
        return int(lines[0].split()[1]), headers, out

    def json(self, path, *arguments, login=None, status=200):
        got, headers, body = self.curl(path, *arguments, login=login)
        assert got == status, body
        assert headers["content-type"] == "application/json"
        return json.loads(body)


@pytest.fixture
def storage(make_server):
    return Storage(make_server(environment={"HOLDFAST_STORAGE_API_BUCKET": "reims", "MINIO_DEFAULT_BUCKETS": "other,reims"}).start())


def fetch(url, *arguments):
    return subprocess.run(["curl", "-sS", "-f", *arguments, url], capture_output=True, timeout=60, check=True).stdout


def test_all_seven_calls(storage, tmp_path):
    photo = tmp_path / "photo of a cathedral.jpg"
    photo.write_bytes(os.urandom(300_000))

    put = storage.json("storage/upload", "-F", f"file=@{photo};type=image/jpeg", "-F", "custom_name=france/2024/notre dame é.jpg")
    assert set(put) == {"filename", "size", "content_type", "etag", "url"}
    assert (put["filename"], put["size"], put["content_type"]) == ("france/2024/notre dame é.jpg", 300_000, "image/jpeg")
    assert fetch(put["url"]) == photo.read_bytes()

    path = "france/2024/notre%20dame%20%C3%A9.jpg"
    status, headers, body = storage.curl(f"storage/download/{path}")
    assert (status, body) == (200, photo.read_bytes())
    assert headers["content-disposition"] == "attachment; filename=\"notre dame __.jpg\"; filename*=UTF-8''notre%20dame%20%C3%A9.jpg"
    status, headers, body = storage.curl(f"storage/download/{path}", "-r", "100-199")
    assert (status, body, headers["content-range"]) == (206, photo.read_bytes()[100:200], "bytes 100-199/300000")
    assert storage.curl(f"storage/download/{path}", "-r", "400000-")[0] == 416
    assert storage.curl(f"storage/download/{path}", "-H", f'If-None-Match: "{put["etag"]}"')[0] == 304

    assert storage.json("storage/files") == {"files": ["france/2024/notre dame é.jpg"], "count": 1}
    assert storage.json("storage/files?prefix=nothing") == {"files": [], "count": 0}

    info = storage.json(f"storage/info/{path}")
    assert set(info) == {"object_name", "size", "content_type", "last_modified", "etag"}
    assert (info["object_name"], info["size"], info["content_type"], info["etag"]) == (put["filename"], 300_000, "image/jpeg", put["etag"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", info["last_modified"])

    link = storage.json(f"storage/url/{path}?expires=60")
    assert link["expires_in"] == 60 and fetch(link["url"]) == photo.read_bytes()
    for wrong in ("0", "604801", "x", "-1"):
        assert storage.json(f"storage/url/{path}?expires={wrong}", status=400)["code"] == "InvalidArgument"

    assert storage.json(f"storage/{path}", "-X", "DELETE") == {"filename": put["filename"], "deleted": True}
    for call, method in ((f"storage/download/{path}", "GET"), (f"storage/info/{path}", "GET"), (f"storage/{path}", "DELETE")):
        missing = storage.json(call, "-X", method, status=404)
        assert missing["code"] == "NoSuchKey" and missing["message"] and missing["request_id"]

    assert storage.json("storage/health", login=[])["status"] == "healthy"


@pytest.mark.parametrize("order", ["before", "behind", "missing"])
def test_large_upload_streams_wherever_the_name_stands(storage, tmp_path, order):
    file = tmp_path / "large.bin"
    file.write_bytes(os.urandom(1_000_000) * 12)
    name = {"missing": [], "before": ["-F", "custom_name=a/b.bin"], "behind": ["-F", "custom_name=a/b.bin"]}[order]
    part = ["-F", f"file=@{file}"]
    put = storage.json("storage/upload?bucket=other", *(name + part if order == "before" else part + name))
    assert (put["filename"], put["size"]) == ("large.bin" if order == "missing" else "a/b.bin", 12_000_000)
    assert storage.json("storage/files?bucket=other")["files"] == [put["filename"]]
    assert fetch(put["url"]) == file.read_bytes()
    with open(f"/proc/{storage.server.process.pid}/status") as status:
        peak_kib = int(re.search(r"VmHWM:\s+(\d+)", status.read())[1])
    assert peak_kib < 200_000  # sanitizers and debug builds included


def test_what_one_api_puts_is_there_in_the_other(storage):
    s3 = storage.server.boto3()
    s3.put_object(Bucket="reims", Key="from/s3.txt", Body=b"hello", ContentType="text/plain")
    assert storage.curl("storage/download/from/s3.txt")[2] == b"hello"
    storage.json("storage/upload", "-F", "file=hello;filename=plain.txt", "-F", "custom_name=")
    assert s3.get_object(Bucket="reims", Key="plain.txt")["Body"].read() == b"hello"


def test_a_name_is_just_a_key(storage, tmp_path):
    storage.json("storage/upload", "-F", "file=x;filename=x", "-F", "custom_name=../../../etc/passwd")
    assert storage.json("storage/files")["files"] == ["../../../etc/passwd"]
    assert storage.curl("storage/download/../../../etc/passwd")[2] == b"x"
    assert storage.curl("storage/download/..%2F..%2F..%2Fetc%2Fpasswd")[2] == b"x"
    assert storage.curl("storage/download/etc/passwd")[0] == 404
    assert fetch(storage.json("storage/url/..%2F..%2F..%2Fetc%2Fpasswd")["url"], "--path-as-is") == b"x"


def test_pages(storage):
    s3 = storage.server.boto3()
    names = [f"p/{i:03d}" for i in range(25)]
    for name in names:
        s3.put_object(Bucket="reims", Key=name, Body=b"")
    seen, query = [], "prefix=p/&limit=10"
    while True:
        page = storage.json(f"storage/files?{query}")
        assert page["count"] == len(page["files"]) <= 10
        seen += page["files"]
        if "next" not in page:
            break
        query = f"prefix=p/&limit=10&next={page['next']}"
    assert seen == names
    for wrong in ("limit=0", "limit=x", "next=*"):
        storage.json(f"storage/files?{wrong}", status=400)


def test_login(storage):
    refused = storage.json("storage/files", login=[], status=401)
    assert refused["code"] == "NotLoggedIn"
    storage.json("storage/files", login=["-u", f"{ACCESS_KEY}:wrong"], status=401)
    storage.json("storage/files", login=["-u", f"nobody:{SECRET_KEY}"], status=401)

    credentials = json.dumps({"access_key": ACCESS_KEY, "secret_key": SECRET_KEY})
    token = storage.json("login", "-d", credentials, "-H", "Content-Type: application/json", login=[])["token"]
    bearer = ["-H", f"Authorization: Bearer {token}"]
    assert storage.json("storage/files", login=bearer) == {"files": [], "count": 0}
    storage.json("storage/upload", "-F", "file=x;filename=x", login=bearer)
    assert storage.curl("logout", "-X", "POST", login=bearer)[0] == 204
    storage.json("storage/files", login=bearer, status=401)
    storage.json("login", "-d", json.dumps({"access_key": ACCESS_KEY, "secret_key": "wrong"}), login=[], status=401)
    storage.json("login", "-d", "{", login=[], status=400)


def test_guessing_is_slowed_down(storage):
    for _ in range(10):
        storage.json("storage/files", login=["-u", "guessed:wrong"], status=401)
    assert storage.json("storage/files", login=["-u", "guessed:wrong"], status=429)["code"] == "TooManyAttempts"
    storage.json("login", "-d", '{"access_key":"guessed","secret_key":"x"}', login=[], status=429)
    storage.json("storage/files")  # others come in


def test_bad_requests(storage):
    assert storage.json("storage/upload", "-d", "x", status=400)["code"] == "InvalidRequest"
    assert storage.json("storage/upload", "-F", "other=x", status=400)["code"] == "IncorrectNumberOfFilesInPostRequest"
    assert storage.json("storage/upload?bucket=nowhere", "-F", "file=x;filename=x", status=404)["code"] == "NoSuchBucket"
    assert storage.json("storage/upload", "-F", "file=x;filename=x", "-F", f"custom_name={'k' * 1025}", status=400)["code"] == "KeyTooLongError"
    storage.json("storage/nothing", status=405)
    storage.json("storage/download/%ff", status=400)
    storage.json("nothing", status=405)


def test_without_a_bucket(make_server):
    storage = Storage(make_server().start())
    assert "HOLDFAST_STORAGE_API_BUCKET" in storage.json("storage/files", status=400)["message"]


def test_first_default_bucket_and_public_url(make_server):
    server = make_server(environment={"MINIO_DEFAULT_BUCKETS": "first,second", "MINIO_SERVER_URL": "https://s3.example.org"}).start()
    link = Storage(server).json("storage/url/a.txt")
    assert link["expires_in"] == 3600 and link["url"].startswith("https://s3.example.org/first/a.txt?")


def test_default_credentials_only_here(make_server):
    server = make_server(environment={"MINIO_ROOT_USER": "", "MINIO_ROOT_PASSWORD": "", "MINIO_DEFAULT_BUCKETS": "reims"}).start()
    storage = Storage(server)
    storage.json("storage/files", login=["-u", "minioadmin:minioadmin"])
    refused = storage.json("storage/files", "-H", "X-Forwarded-For: 10.0.0.1", login=["-u", "minioadmin:minioadmin"], status=403)
    assert "MINIO_ROOT_USER" in refused["message"]
