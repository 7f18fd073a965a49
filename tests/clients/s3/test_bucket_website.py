"""Put/Get/DeleteBucketWebsite, and websites as browsers see them."""
import http.client
import pathlib

import pytest
from conftest import Server, free_port

from . import s3_support
from .s3_support import fails, status

INDEX = {"IndexDocument": {"Suffix": "index.html"}}
DOMAIN = "website.test"


@pytest.fixture(scope="module")
def sites(tmp_path_factory, no_proxies_at_all):
    port = free_port()
    environment = {"HOLDFAST_WEBSITE_DOMAIN": DOMAIN, "HOLDFAST_WEBSITE_ADDRESS": f"127.0.0.1:{port}", "HOLDFAST_IGNORE_PUBLIC_ACLS": "off"}
    server = Server(tmp_path_factory.mktemp("website") / "data", environment=environment)
    pathlib.Path(server.environment["HOME"]).mkdir()
    server.start()
    server.website_port = port
    yield server
    server.kill()


@pytest.fixture(scope="module")
def visit(sites):
    """visit(bucket, path): an anonymous GET by Host; own: on the websites' own listener."""
    def get(host, path="/", method="GET", own=False, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", sites.website_port if own else sites.port, timeout=10)
        connection.request(method, path, headers={"Host": host if "." in host else f"{host}.{DOMAIN}", **headers})
        return s3_support.Answer(connection.getresponse())
    return get


@pytest.fixture(scope="module")
def owner(sites):
    return sites.boto3(parameter_validation=False)


@pytest.fixture
def site(owner):
    """A bucket that everyone may read, with a page and a folder."""
    name = s3_support.new_name().replace("bucket", "site")
    owner.create_bucket(Bucket=name)
    owner.put_bucket_policy(Bucket=name, Policy='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": '
                            f'["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::{name}", "arn:aws:s3:::{name}/*"]}}]}}')
    for key in ("index.html", "docs/index.html", "error.html", "new/page.html"):
        owner.put_object(Bucket=name, Key=key, Body=f"<p>{key}</p>".encode(), ContentType="text/html")
    return name


def configure(owner, site, **more):
    owner.put_bucket_website(Bucket=site, WebsiteConfiguration={**INDEX, **more})


def test_PutBucketWebsite_comes_back(s3, bucket):
    fails("NoSuchWebsiteConfiguration", 404, s3.get_bucket_website, Bucket=bucket)
    rules = [{"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/", "HttpRedirectCode": "302"}},
             {"Condition": {"HttpErrorCodeReturnedEquals": "404"}, "Redirect": {"HostName": "example.com", "Protocol": "https", "ReplaceKeyWith": "gone", "HttpRedirectCode": "301"}}]
    configuration = {**INDEX, "ErrorDocument": {"Key": "error.html"}, "RoutingRules": rules}
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=configuration)
    got = s3.get_bucket_website(Bucket=bucket)
    assert {k: got[k] for k in configuration} == configuration
    assert status(s3.delete_bucket_website(Bucket=bucket)) == 204
    fails("NoSuchWebsiteConfiguration", 404, s3.get_bucket_website, Bucket=bucket)


def test_PutBucketWebsite_redirect_all(s3, bucket):
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={"RedirectAllRequestsTo": {"HostName": "example.com", "Protocol": "https"}})
    assert s3.get_bucket_website(Bucket=bucket)["RedirectAllRequestsTo"] == {"HostName": "example.com", "Protocol": "https"}


@pytest.mark.parametrize("configuration, code", [
    ({}, "InvalidArgument"), ({"IndexDocument": {"Suffix": ""}}, "InvalidArgument"), ({"IndexDocument": {"Suffix": "a/b"}}, "InvalidArgument"), ({"ErrorDocument": {"Key": "x"}}, "InvalidArgument"),
    ({**INDEX, "RedirectAllRequestsTo": {"HostName": "a"}}, "MalformedXML"), ({"RedirectAllRequestsTo": {"HostName": "a", "Protocol": "ftp"}}, "InvalidRequest"),
    ({**INDEX, "RoutingRules": [{"Condition": {}, "Redirect": {"HostName": "a"}}]}, "InvalidRequest"),
    ({**INDEX, "RoutingRules": [{"Redirect": {"ReplaceKeyWith": "a", "ReplaceKeyPrefixWith": "b"}}]}, "InvalidRequest"),
    ({**INDEX, "RoutingRules": [{"Redirect": {"HostName": "a", "HttpRedirectCode": "200"}}]}, "InvalidRequest"),
    ({**INDEX, "RoutingRules": [{"Condition": {"HttpErrorCodeReturnedEquals": "200"}, "Redirect": {"HostName": "a"}}]}, "InvalidRequest"),
    ({**INDEX, "RoutingRules": [{"Redirect": {"HostName": "a/b"}}]}, "InvalidRequest")])
def test_PutBucketWebsite_invalid_400(s3, bucket, configuration, code):
    fails(code, 400, s3.put_bucket_website, Bucket=bucket, WebsiteConfiguration=configuration)


@pytest.mark.parametrize("own", [False, True])
def test_Website_index_documents(owner, visit, site, own):
    configure(owner, site)
    for path, body in (("/", b"<p>index.html</p>"), ("/docs/", b"<p>docs/index.html</p>"), ("/new/page.html?x=1&versionId=bogus", b"<p>new/page.html</p>")):
        page = visit(site, path, own=own)
        assert (page.status, page.body, page.headers["content-type"]) == (200, body, "text/html")
    folder = visit(site, "/docs", own=own)
    assert (folder.status, folder.headers["location"]) == (302, "/docs/")
    assert visit(site, "/", method="HEAD", own=own).headers["content-length"] == "17"
    assert visit(site, "/", **{"If-None-Match": visit(site, "/").headers["etag"]}).status == 304
    assert visit(site, "/", method="POST", own=own).status == 405


def test_Website_listener_takes_a_bucket_name_for_host(owner, visit):
    owner.create_bucket(Bucket="www.example.test", ACL="public-read")
    owner.put_object(Bucket="www.example.test", Key="index.html", Body=b"home", ACL="public-read")
    configure(owner, "www.example.test")
    assert visit("www.example.test", own=True).body == b"home"


def test_Website_errors_are_pages(owner, visit, site):
    page = visit(site)
    assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8") and b"Code: NoSuchWebsiteConfiguration" in page.body
    assert b"Code: NoSuchBucket" in visit("no-such-bucket").body
    configure(owner, site)
    page = visit(site, "/%3Cscript%3E")
    assert page.status == 404 and b"<li>Code: NoSuchKey</li>" in page.body and b"<script>" not in page.body
    owner.put_bucket_website(Bucket=site, WebsiteConfiguration={**INDEX, "ErrorDocument": {"Key": "error.html"}})
    page = visit(site, "/nope", Range="bytes=0-1")
    assert (page.status, page.body) == (404, b"<p>error.html</p>")
    owner.put_bucket_website(Bucket=site, WebsiteConfiguration={**INDEX, "ErrorDocument": {"Key": "missing.html"}})
    page = visit(site, "/nope")
    assert page.status == 404 and b"An Error Occurred While Attempting to Retrieve a Custom Error Document" in page.body


def test_Website_of_a_private_bucket_403(owner, visit, site):
    configure(owner, site)
    owner.delete_bucket_policy(Bucket=site)
    assert visit(site).status == 403 and visit(site, "/nope").status == 403 and visit(site, "/docs").status == 403


def test_Website_redirects(owner, visit, site):
    rules = [{"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/", "HttpRedirectCode": "302"}},
             {"Condition": {"KeyPrefixEquals": "away/"}, "Redirect": {"HostName": "example.com", "Protocol": "https"}},
             {"Condition": {"KeyPrefixEquals": "lost", "HttpErrorCodeReturnedEquals": "404"}, "Redirect": {"ReplaceKeyWith": "error.html"}}]
    configure(owner, site, RoutingRules=rules)
    for path, code, location in (("/old/page.html", 302, "/new/page.html"), ("/away/x y", 301, "https://example.com/away/x%20y"), ("/lost", 301, "/error.html")):
        page = visit(site, path.replace(" ", "%20"))
        assert (page.status, page.headers["location"]) == (code, location)
    assert visit(site, "/nope").status == 404
    owner.put_object(Bucket=site, Key="moved", Body=b"", WebsiteRedirectLocation="https://example.com/there")
    page = visit(site, "/moved")
    assert (page.status, page.headers["location"]) == (301, "https://example.com/there")
    owner.put_bucket_website(Bucket=site, WebsiteConfiguration={"RedirectAllRequestsTo": {"HostName": "example.com"}})
    page = visit(site, "/a/b")
    assert (page.status, page.headers["location"]) == (301, "http://example.com/a/b")


def test_CreateBucket_ignores_public_acls_where_told(tmp_path):
    server = Server(tmp_path / "data", environment={"HOLDFAST_IGNORE_PUBLIC_ACLS": "on"})
    pathlib.Path(server.environment["HOME"]).mkdir()
    server.start()
    try:
        s3 = server.boto3()
        s3.create_bucket(Bucket="bucket", ACL="public-read")
        assert s3.get_public_access_block(Bucket="bucket")["PublicAccessBlockConfiguration"]["IgnorePublicAcls"] is True
        s3.put_object(Bucket="bucket", Key="key", Body=b"x", ACL="public-read")
        fails("AccessDenied", 403, s3_support.anonymous_client(server).get_object, Bucket="bucket", Key="key")
    finally:
        server.kill()
