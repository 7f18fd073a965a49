"""Chromium: CORS from a page of another origin, a form upload, a website. Skipped where Chromium isn't installed."""
import html
import http.server
import json
import re
import subprocess
import threading

import boto3
import botocore.config
import pytest
from conftest import ACCESS_KEY, SECRET_KEY, clean_environment, need


class PageServer:
    """Serves the pages of a test on a port, and so an origin, of its own."""

    def __init__(self):
        self.pages = {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                page = outer.pages.get(self.path.partition("?")[0])
                self.send_response(200 if page else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write((page or "").encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def pages():
    server = PageServer()
    yield server
    server.server.shutdown()


@pytest.fixture
def browse(tmp_path):
    """browse(url): the page as it stands once its scripts have run."""
    need("chromium")

    def dump(url):
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server", f"--user-data-dir={tmp_path}/profile",
                   "--host-resolver-rules=MAP *.website.test 127.0.0.1", "--virtual-time-budget=20000", "--dump-dom", url]
        result = subprocess.run(command, capture_output=True, text=True, timeout=120, env=clean_environment(HOME=str(tmp_path)))
        return result.stdout
    return dump


def outcome(page):
    return json.loads(html.unescape(re.search(r"<pre[^>]*>(.*?)</pre>", page, re.S).group(1)))


FETCH = """<pre id="out">{}</pre><script>
(async () => {
  const out = {};
  try {
    const put = await fetch(PUT, {method: "PUT", body: "from a page", headers: {"Content-Type": "text/plain"}});
    out.put = [put.status, put.headers.get("ETag")];
    const got = await fetch(GET);
    out.get = [got.status, await got.text(), got.headers.get("ETag")];
    const missing = await fetch(MISSING);
    out.missing = missing.status;
  } catch (error) { out.error = String(error); }
  document.getElementById("out").textContent = JSON.stringify(out);
})();
</script>"""


@pytest.fixture
def s3v4(server):
    return boto3.client("s3", endpoint_url=server.url, aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY, region_name="us-east-1",
                        config=botocore.config.Config(signature_version="s3v4", s3={"addressing_style": "path"}))


def fetch_page(s3v4):
    link = lambda operation, **more: json.dumps(s3v4.generate_presigned_url(operation, Params={"Bucket": "bucket", **more}))  # noqa: E731
    return (FETCH.replace("PUT,", link("put_object", Key="key", ContentType="text/plain") + ",", 1).replace("fetch(GET)", f"fetch({link('get_object', Key='key')})")
            .replace("MISSING", link("get_object", Key="missing")))


def test_Chromium_presigned_put_and_get_on_a_fresh_bucket(s3v4, pages, browse):
    s3v4.create_bucket(Bucket="bucket")
    pages.pages["/"] = fetch_page(s3v4)
    got = outcome(browse(pages.origin + "/"))
    assert got["put"][0] == 200 and got["get"] == [200, "from a page", got["put"][1]] and got["missing"] == 404 and "error" not in got


def test_Chromium_presigned_put_and_get_by_rules(s3v4, pages, browse):
    s3v4.create_bucket(Bucket="bucket")
    rule = {"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": [pages.origin], "AllowedHeaders": ["content-type"], "ExposeHeaders": ["ETag"]}
    s3v4.put_bucket_cors(Bucket="bucket", CORSConfiguration={"CORSRules": [rule]})
    pages.pages["/"] = fetch_page(s3v4)
    got = outcome(browse(pages.origin + "/"))
    assert got["put"][0] == 200 and got["get"] == [200, "from a page", got["put"][1]] and got["missing"] == 404
    s3v4.put_bucket_cors(Bucket="bucket", CORSConfiguration={"CORSRules": [dict(rule, AllowedOrigins=["http://elsewhere.example"])]})
    assert "Failed to fetch" in outcome(browse(pages.origin + "/"))["error"]


def test_Chromium_form_upload(s3v4, pages, browse):
    s3v4.create_bucket(Bucket="bucket")
    back = pages.origin + "/done"
    form = s3v4.generate_presigned_post("bucket", "up/${filename}", Fields={"success_action_redirect": back, "Content-Type": "text/plain"},
                                        Conditions=[["eq", "$success_action_redirect", back], ["eq", "$Content-Type", "text/plain"], ["content-length-range", 1, 1000]])
    fields = "".join(f'<input type="hidden" name="{html.escape(k)}" value="{html.escape(v)}">' for k, v in form["fields"].items())
    pages.pages["/"] = f"""<form method="post" enctype="multipart/form-data" action="{form['url']}">{fields}<input type="file" name="file"></form><script>
      const files = new DataTransfer(); files.items.add(new File(["picked by hand"], "ü note.txt", {{type: "text/plain"}}));
      document.querySelector("[type=file]").files = files.files; document.forms[0].submit();</script>"""
    pages.pages["/done"] = "<pre id=out></pre><script>document.getElementById('out').textContent = JSON.stringify([...new URLSearchParams(location.search)])</script>"
    got = dict(outcome(browse(pages.origin + "/")))
    assert got["bucket"] == "bucket" and got["key"] == "up/ü note.txt"
    stored = s3v4.get_object(Bucket="bucket", Key="up/ü note.txt")
    assert stored["Body"].read() == b"picked by hand" and stored["ETag"] == got["etag"] and stored["ContentType"] == "text/plain"


def test_Chromium_website(make_server, browse):
    server = make_server(environment={"HOLDFAST_WEBSITE_DOMAIN": "website.test"}).start()
    s3 = server.boto3()
    s3.create_bucket(Bucket="site", ACL="public-read")
    for key, body in (("index.html", "<title>home</title><body><script src=/app.js></script>"), ("app.js", "document.body.append('ran')"), ("docs/index.html", "<p>docs</p>"), ("oops.html", "<p>oops</p>")):
        s3.put_object(Bucket="site", Key=key, Body=body.encode(), ACL="public-read", ContentType="text/javascript" if key.endswith("js") else "text/html")
    s3.put_bucket_website(Bucket="site", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "oops.html"}})
    url = f"http://site.website.test:{server.port}"
    assert "ran" in browse(url + "/") and "<p>docs</p>" in browse(url + "/docs") and "<p>oops</p>" in browse(url + "/nope")
