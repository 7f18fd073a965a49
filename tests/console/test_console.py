"""The console in a real Chromium over the real server. Run by .ci/console, which installs what it needs.

HOLDFAST_SCREENSHOTS=FOLDER keeps a picture of each page."""
import base64
import os
import pathlib
import re
import subprocess
import threading
import urllib.request

import pytest

playwright = pytest.importorskip("playwright.sync_api")

from conftest import ACCESS_KEY, ROOT, SECRET_KEY  # noqa: E402

CHROMIUM = os.environ.get("HOLDFAST_CHROMIUM", "/usr/bin/chromium")
AXE = ROOT / "console/node_modules/axe-core/axe.min.js"
SHOTS = os.environ.get("HOLDFAST_SCREENSHOTS")
expect = playwright.expect
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser():
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def server(make_server):
    return make_server(environment={"MINIO_DEFAULT_BUCKETS": "photos"}).start()


class Console:
    def __init__(self, browser, server, **context):
        self.server = server
        self.url = f"http://127.0.0.1:{server.console_port}/"
        self.context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, "color_scheme": "light", **context})
        self.page = self.context.new_page()
        self.violations = []
        self.page.on("console", lambda message: self.violations.append(message.text) if "Content Security Policy" in message.text else None)

    def login(self, key=ACCESS_KEY, secret=SECRET_KEY):
        self.page.goto(self.url)
        self.page.get_by_label("Access key").fill(key)
        self.page.get_by_label("Secret key").fill(secret)
        self.page.get_by_role("button", name="Log in").click()
        return self

    def open(self, route):
        self.page.goto(f"{self.url}#/{route}")
        return self.page

    def shot(self, name):
        if SHOTS:
            pathlib.Path(SHOTS).mkdir(parents=True, exist_ok=True)
            self.page.wait_for_timeout(300)
            self.page.screenshot(path=f"{SHOTS}/{name}.png")

    def axe(self):
        result = self.page.evaluate(AXE.read_text() + "; axe.run(document)")
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in result["violations"]] == []


@pytest.fixture
def console(browser, server):
    made = Console(browser, server).login()
    expect(made.page.get_by_role("heading", name="Buckets", exact=True)).to_be_visible()
    yield made
    assert made.violations == []
    made.context.close()


def drop(page, files):
    """Drops files, {name: bytes}, onto the list."""
    encoded = {name: base64.b64encode(content).decode() for name, content in files.items()}
    transfer = page.evaluate_handle(
        """files => { const transfer = new DataTransfer();
             for (const [name, text] of Object.entries(files)) {
               transfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
             }
             return transfer; }""", encoded)
    page.get_by_role("region", name="Objects").dispatch_event("drop", {"dataTransfer": transfer})


def test_wrong_login_then_the_right_one(browser, server):
    console = Console(browser, server).login(secret="wrong-secret")
    expect(console.page.get_by_role("alert")).to_contain_text("not right")
    console.shot("login")
    console.axe()
    console.page.get_by_label("Secret key").fill(SECRET_KEY)
    console.page.keyboard.press("Enter")
    expect(console.page.get_by_role("link", name="photos", exact=True)).to_be_visible()
    cookie = console.context.cookies()[0]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and not cookie["secure"]
    console.page.get_by_role("button", name="Log out").click()
    expect(console.page.get_by_label("Secret key")).to_be_visible()
    console.context.add_cookies([cookie])  # a stolen cookie is worth nothing after the logout
    console.page.reload()
    expect(console.page.get_by_label("Secret key")).to_be_visible()


def test_upload_by_drop_preview_share_zip_and_delete(console, server):
    page = console.open("browse/photos/")
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    console.shot("objects-empty")
    page.get_by_role("button", name="Folder", exact=True).click()
    page.get_by_label("Name", exact=True).fill("2024")
    page.get_by_role("button", name="Create folder").click()
    expect(page.get_by_role("heading", name="2024")).to_be_visible()
    drop(page, {"notes.txt": b"hello from the console", "table.csv": b"city,country\nReims,France\n", "b.bin": os.urandom(1000)})
    expect(page.get_by_role("link", name="notes.txt", exact=True)).to_be_visible()
    page.reload()  # the folder is in the address
    page.get_by_role("link", name="notes.txt", exact=True).click()
    expect(page.get_by_text("hello from the console")).to_be_visible()
    console.axe()
    console.shot("object")

    page.get_by_role("button", name="Share", exact=True).first.click()
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_text("the link works from this browser")).to_be_visible()
    link = page.locator("dialog code").inner_text()
    assert urllib.request.urlopen(link).read() == b"hello from the console"
    console.shot("share")
    page.keyboard.press("Escape")

    page.get_by_label("Select all that is loaded").check()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as zip").click()
    import zipfile
    with zipfile.ZipFile(download.value.path()) as archive:
        assert sorted(archive.namelist()) == ["b.bin", "notes.txt", "table.csv"]
        assert archive.read("notes.txt") == b"hello from the console" and archive.testzip() is None
    page.get_by_role("toolbar").get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted 3 objects")).to_be_visible()
    assert server.boto3().list_objects_v2(Bucket="photos").get("KeyCount") <= 1


def test_zip_of_a_folder_with_large_and_hostile_names(console, server, tmp_path):
    s3 = server.boto3()
    content = {"d/small é.txt": b"x", "d/../../evil.txt": b"y", "d/large.bin": os.urandom(3_000_000), "d/sub/empty": b""}
    for key, body in content.items():
        s3.put_object(Bucket="photos", Key=key, Body=body)
    s3.put_object(Bucket="photos", Key="d/", Body=b"")
    response = console.context.request.get(f"{console.url}api/v1/zip?bucket=photos&key=d/")
    import io
    import zipfile
    with zipfile.ZipFile(io.BytesIO(response.body())) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["d/_/_/evil.txt", "d/large.bin", "d/small é.txt", "d/sub/empty"]
        assert archive.read("d/large.bin") == content["d/large.bin"]


class Break:
    """A way to the console's port that can be cut."""

    def __init__(self, port):
        import socket
        self.target, self.open, self.pairs = port, True, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        import socket
        while True:
            near, _ = self.listener.accept()
            if not self.open:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self.target))
            self.pairs += [near, far]
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self.pump, args=(a, b), daemon=True).start()

    def pump(self, a, b):
        import socket
        try:
            while data := a.recv(1 << 18):
                b.sendall(data)
            b.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def cut(self):
        import socket
        self.open = False
        for one in self.pairs:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def mend(self):
        self.open = True


def test_large_upload_goes_on_after_a_dropped_connection(browser, server, tmp_path):
    file = tmp_path / "large.bin"
    file.write_bytes(os.urandom(1 << 20) * 200)
    way = Break(server.console_port)
    console = Console(browser, server)
    console.url = f"http://127.0.0.1:{way.port}/"
    page = console.login().page
    expect(page.get_by_role("link", name="photos", exact=True)).to_be_visible()
    console.open("browse/photos/")
    page.get_by_label("Files to upload").set_input_files(str(file))
    bar = page.get_by_role("progressbar", name="large.bin")
    expect(bar).to_be_visible()
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^([1-9]\d|100)$"))
    console.shot("upload")
    way.cut()
    expect(page.get_by_text("the connection is gone, trying again")).to_be_visible()
    way.mend()
    expect(page.get_by_text("1 uploads finished")).to_be_visible(timeout=90_000)
    assert server.boto3().head_object(Bucket="photos", Key="large.bin")["ContentLength"] == 200 << 20
    body = server.boto3().get_object(Bucket="photos", Key="large.bin")["Body"]
    assert all(chunk == file.read_bytes()[:1 << 20] for chunk in body.iter_chunks(1 << 20))


def test_public_bucket_is_seen_by_an_anonymous_curl(console, server):
    server.boto3().put_object(Bucket="photos", Key="a.txt", Body=b"hello")
    curl = ["curl", "-sf", f"{server.url}/photos/a.txt"]
    assert subprocess.run(curl).returncode == 22
    page = console.open("buckets/photos/access")
    page.get_by_role("button", name="Public read").click()
    expect(page.get_by_text("Everyone may read the objects")).to_be_visible()
    assert subprocess.run(curl, capture_output=True).stdout == b"hello"
    expect(page.get_by_text("public", exact=True).first).to_be_visible()
    console.axe()
    console.shot("access")
    page.get_by_role("textbox", name="Bucket policy").fill('{"Version": "2012-10-17", "Statement": [{"Effect": "Perhaps"}]}')
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("MalformedPolicy")
    page.get_by_role("button", name="Private").click()
    expect(page.get_by_text("The bucket is private")).to_be_visible()
    assert subprocess.run(curl).returncode == 22


def test_versions(console, server):
    s3 = server.boto3()
    s3.put_bucket_versioning(Bucket="photos", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="photos", Key="v.txt", Body=b"first")
    s3.put_object(Bucket="photos", Key="v.txt", Body=b"second")
    page = console.open("browse/photos/?object=v.txt")
    expect(page.get_by_text("newest")).to_be_visible()
    console.shot("versions")
    page.get_by_role("button", name=re.compile("Restore version")).click()
    expect(page.get_by_text("Restored")).to_be_visible()
    assert s3.get_object(Bucket="photos", Key="v.txt")["Body"].read() == b"first"


def test_create_and_delete_a_bucket(console, server):
    page = console.page
    page.get_by_role("button", name="Create bucket").click()
    page.get_by_label("Name", exact=True).fill("new-bucket")
    page.get_by_role("dialog").get_by_role("button", name="Create bucket").click()
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    console.open("buckets/new-bucket/summary")
    page.get_by_role("button", name="Delete bucket").click()
    confirm = page.get_by_role("dialog").get_by_role("button", name="Delete bucket")
    expect(confirm).to_be_disabled()
    page.get_by_label("Type new-bucket to confirm").fill("new-bucket")
    confirm.click()
    expect(page.get_by_role("link", name="photos", exact=True)).to_be_visible()
    assert [b["Name"] for b in server.boto3().list_buckets()["Buckets"]] == ["photos"]


def test_many_objects_scroll(console, server):
    s3 = server.boto3()
    for i in range(2500):
        s3.put_object(Bucket="photos", Key=f"many/{i:05d}.txt", Body=b"")
    page = console.open("browse/photos/many/")
    expect(page.get_by_text("1,000 loaded, scroll for more")).to_be_visible()
    assert page.get_by_role("row").count() < 80
    for _ in range(3):
        page.locator(".rows").evaluate("e => e.scrollTo(0, e.scrollHeight)")
        page.wait_for_timeout(700)
    expect(page.get_by_text("2,500 entries")).to_be_visible()
    page.locator(".rows").evaluate("e => e.scrollTo(0, e.scrollHeight)")
    expect(page.get_by_role("link", name="02499.txt", exact=True)).to_be_visible()
    page.get_by_label("Search by the beginning of the name").fill("0123")
    expect(page.get_by_text("10 entries")).to_be_visible()
    console.shot("objects-many")


HOSTILE = ["<img src=x onerror=window.hit=1>.txt", "\"><svg onload=window.hit=1>.html", "javascript:window.hit=1", "a&b'c`${window.hit=1}.json"]


def test_hostile_names_and_contents_do_nothing(console, server):
    s3 = server.boto3()
    script = b"<html><body><script>window.hit=1;parent.hit=1;document.title='hit'</script><svg onload='window.hit=1'/></body></html>"
    for name in HOSTILE:
        s3.put_object(Bucket="photos", Key=f"x/{name}", Body=script, ContentType="text/html", Metadata={"note": "<b onclick=x>"})
    s3.put_object(Bucket="photos", Key="x/pic.svg", Body=b"<svg xmlns='http://www.w3.org/2000/svg'><script>top.hit=1;hit=1</script></svg>", ContentType="image/svg+xml")
    page = console.open("browse/photos/x/")
    for name in [*HOSTILE, "pic.svg"]:
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("complementary").get_by_role("heading", name=name)).to_be_visible()
        page.wait_for_timeout(200)
        assert page.evaluate("window.hit") is None
    # The same objects, opened by themselves: an origin of their own, and no scripts.
    for call in ("preview", "download", "s3"):
        for name in ("x/pic.svg", f"x/{HOSTILE[0]}"):
            address = f"{console.url}api/v1/{call}/photos/{urllib.request.quote(name, safe='')}"
            answer = console.context.request.get(address)
            assert answer.status == 200
            assert answer.headers["content-security-policy"].startswith("sandbox;") and "script" not in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            if call == "preview":
                opened = console.context.new_page()
                opened.goto(address)
                assert opened.title() != "hit" and opened.evaluate("window.origin") == "null"
                opened.close()
    console.violations.clear()  # what those pages tried was refused, as it should be


def test_changes_need_the_consoles_header(console):
    refused = console.context.request.put(f"{console.url}api/v1/s3/photos/x", data=b"x")
    assert refused.status == 403 and refused.json()["code"] == "MissingConsoleHeader"
    assert console.context.request.put(f"{console.url}api/v1/s3/photos/x", data=b"x", headers={"X-Holdfast-Console": "1"}).status == 200


def test_page_headers(console):
    answer = console.context.request.get(console.url)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert answer.headers["x-frame-options"] == "DENY"
    script = re.search(r'src="\./(assets/[^"]+\.js)"', answer.text())[1]
    asset = console.context.request.get(console.url + script)
    assert "immutable" in asset.headers["cache-control"] and asset.headers["content-encoding"] == "br"


def test_initial_load_is_small(browser, server):
    console = Console(browser, server)
    sizes = []
    client = console.context.new_cdp_session(console.page)
    client.send("Network.enable")
    client.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    console.login()
    expect(console.page.get_by_role("link", name="photos", exact=True)).to_be_visible()
    assert 10_000 < sum(sizes) <= 250 * 1024


@pytest.mark.parametrize("route,name", [("buckets", "buckets"), ("buckets/photos", "bucket"), ("buckets/photos/versions", "versioning"),
                                        ("buckets/photos/cors", "cors"), ("server", "monitoring"), ("connect/boto3", "connect")])
@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_every_page_is_accessible(browser, server, route, name, look):
    context = {"light": {}, "dark": {"color_scheme": "dark"}, "phone": {"viewport": {"width": 390, "height": 844}}}[look]
    server.boto3().put_object(Bucket="photos", Key="2024/reims.jpg", Body=b"x" * 5000)
    console = Console(browser, server, **context).login()
    expect(console.page.get_by_role("link", name="photos", exact=True)).to_be_visible()
    page = console.open(route)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_timeout(400)
    console.axe()
    console.shot(f"{name}-{look}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert (page.evaluate("document.documentElement.dataset.theme") == "dark") == (look == "dark")
    console.context.close()


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_object_list_is_accessible(browser, server, look):
    context = {"light": {}, "dark": {"color_scheme": "dark"}, "phone": {"viewport": {"width": 390, "height": 844}}}[look]
    s3 = server.boto3()
    for i, key in enumerate(["archive/a", "holidays/b", "reims cathedral.jpg", "tour.mp4", "notes.md", "data.csv", "backup.tar.zst", "song.flac"]):
        s3.put_object(Bucket="photos", Key=key, Body=b"x" * 3 ** (i + 4))
    console = Console(browser, server, **context).login()
    expect(console.page.get_by_role("link", name="photos", exact=True)).to_be_visible()
    page = console.open("browse/photos/")
    page.get_by_label("Select notes.md").check()
    console.axe()
    console.shot(f"objects-{look}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    console.context.close()


def test_by_keyboard_alone(browser, server):
    console = Console(browser, server)
    page = console.page
    page.goto(console.url)
    expect(page.get_by_label("Access key")).to_be_focused()
    page.keyboard.type(ACCESS_KEY)
    page.keyboard.press("Tab")
    page.keyboard.type(SECRET_KEY)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="photos", exact=True)).to_be_visible()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "photos":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    console.context.close()


def test_browser_at_the_s3_port_is_sent_to_the_console(browser, server, make_server):
    page = browser.new_page()
    page.goto(server.url)
    expect(page.get_by_label("Access key")).to_be_visible()
    assert page.url.startswith(f"http://127.0.0.1:{server.console_port}/")
    page.close()


def test_under_a_sub_path(browser, make_server):
    """MINIO_BROWSER_REDIRECT_URL names where a proxy has the console; here the proxy leaves the path on."""
    server = make_server(environment={"MINIO_BROWSER_REDIRECT_URL": "http://127.0.0.1/tools/console", "MINIO_DEFAULT_BUCKETS": "photos"}).start()
    console = Console(browser, server)
    console.url += "tools/console/"
    console.login()
    expect(console.page.get_by_role("link", name="photos", exact=True)).to_be_visible()
    console.context.close()
