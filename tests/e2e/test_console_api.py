"""The console's API, without a browser: what its OpenAPI file says is what the server does."""
import json
import urllib.error
import urllib.request

import pytest

from conftest import ACCESS_KEY, ROOT, SECRET_KEY

yaml = pytest.importorskip("yaml")
CONSOLE = {"X-Holdfast-Console": "1"}


class Api:
    def __init__(self, server):
        self.base = f"http://127.0.0.1:{server.console_port}/api/v1"
        self.headers = dict(CONSOLE)

    def call(self, path, method="GET", body=None, headers=None):
        """status, headers, body"""
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        request = urllib.request.Request(self.base + path, data, {**self.headers, **(headers or {})}, method=method)
        try:
            answer = urllib.request.urlopen(request, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        return answer.status, answer.headers, answer.read()

    def json(self, path, *arguments, **more):
        status, _, body = self.call(path, *arguments, **more)
        assert status == 200, body
        return json.loads(body)

    def login(self):
        _, headers, _ = self.call("/login", "POST", {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY})
        self.headers["Cookie"] = headers["Set-Cookie"].split(";")[0]
        return self


@pytest.fixture
def api(make_server):
    server = make_server(environment={"MINIO_DEFAULT_BUCKETS": "photos:download"}).start()
    server.boto3().put_object(Bucket="photos", Key="a b/é.txt", Body=b"hello", ContentType="text/plain")
    return Api(server)


def test_answers_are_what_the_document_says(api):
    document = yaml.safe_load((ROOT / "console/openapi.yaml").read_text())
    api.login()
    bodies = {"/share": {"bucket": "photos", "key": "a b/é.txt"}}
    queries = {"/allowed": "?bucket=photos&action=s3:PutObject&action=s3:DeleteBucket"}
    checked = 0
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            if method not in ("get", "post") or path in ("/login", "/logout"):
                continue
            schema = call["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema")
            if schema:
                answer = api.json(path + queries.get(path, ""), method.upper(), bodies.get(path))
                assert set(answer) == set(schema["required"]), path
                checked += 1
            else:
                probe = path.format(bucket="photos", key="nothing", request="photos/nothing", filename="nothing")
                status, headers, body = api.call(probe, method.upper(), b"" if method == "post" else None)
                assert status < 500 and json.loads(body or b'{"code": ""}').get("code") != "NoSuchCall", path
    assert checked >= 5
    assert "There is no such call" in api.call("/nothing")[2].decode()


def test_session(api):
    assert api.json("/session") is None
    assert api.call("/buckets")[0] == 401
    status, headers, body = api.call("/login", "POST", {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY})
    assert status == 200 and "token" not in json.loads(body)
    assert all(part in headers["Set-Cookie"] for part in ("HttpOnly", "SameSite=Strict", "Max-Age=43200"))
    api.headers["Cookie"] = headers["Set-Cookie"].split(";")[0]
    assert api.json("/session")["access_key"] == ACCESS_KEY
    assert api.call("/s3/photos/x", "PUT", b"x", {"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert api.call("/logout", "POST", b"")[0] == 204
    assert api.json("/session") is None


def test_changes_by_cookie_need_the_header(api):
    api.login()
    del api.headers["X-Holdfast-Console"]
    status, _, body = api.call("/s3/photos/x", "PUT", b"x")
    assert status == 403 and json.loads(body)["code"] == "MissingConsoleHeader"
    assert api.call("/buckets")[0] == 200


def test_buckets_share_and_s3(api):
    api.login()
    [bucket] = api.json("/buckets")["buckets"]
    assert (bucket["name"], bucket["objects"], bucket["public"], bucket["versioning"]) == ("photos", 1, True, "unversioned")
    link = api.json("/share", "POST", {"bucket": "photos", "key": "a b/é.txt", "expires": 60})["url"]
    assert urllib.request.urlopen(link).read() == b"hello"
    for wrong in ({"bucket": "photos"}, {"bucket": "photos", "key": "x", "expires": 0}, {"bucket": "photos", "key": "x", "expires": 604801}):
        assert api.call("/share", "POST", wrong)[0] == 400
    assert api.call("/s3/photos/new%2Fkey", "PUT", b"content")[0] == 200
    assert api.call("/s3/photos/new/key")[2] == b"content"
    status, headers, body = api.call("/s3/photos/none")
    error = json.loads(body)
    assert status == 404 and error["code"] == "NoSuchKey" and error["request_id"] == headers["X-Request-Id"]


def test_download_and_preview_never_run(api):
    api.login()
    api.call("/s3/photos/x.html", "PUT", b"<script>1</script>", {"Content-Type": "text/html"})
    for call, kind in (("download", "attachment"), ("preview", "inline")):
        _, headers, body = api.call(f"/{call}/photos/x.html")
        assert body == b"<script>1</script>" and headers["Content-Disposition"].startswith(kind)
        assert headers["Content-Security-Policy"].startswith("sandbox;") and headers["X-Content-Type-Options"] == "nosniff"


def test_browser_off(make_server):
    server = make_server(environment={"MINIO_BROWSER": "off", "MINIO_DEFAULT_BUCKETS": "photos"}).start()
    api = Api(server)
    with pytest.raises(urllib.error.HTTPError) as no_page:
        urllib.request.urlopen(f"http://127.0.0.1:{server.console_port}/")
    assert no_page.value.code == 404
    assert api.call("/storage/health")[0] == 200
    request = urllib.request.Request(server.url + "/", headers={"Accept": "text/html"})
    with pytest.raises(urllib.error.HTTPError) as refused:  # S3's own answer, and no redirect
        urllib.request.urlopen(request)
    assert refused.value.code == 403
