"""Requests that no SDK sends: broken, missing and odd headers, other methods, hostile documents."""
import base64
import hashlib
import socket

import pytest

from .s3_support import status


@pytest.fixture
def wire(server):
    """wire(bytes): what the server answers to exactly these bytes."""
    def send(data):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
            connection.sendall(data)
            answer = b""
            while b"\r\n\r\n" not in answer:
                more = connection.recv(65536)
                if not more:
                    break
                answer += more
            return int(answer.split(b" ", 2)[1]), answer
    return send


def head(method, path, *headers):
    return ("\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]) + "\r\n\r\n").encode()


@pytest.mark.parametrize("length", ["", "-1", "x", "1 2", "99999999999999999999999"])
def test_Raw_bad_content_length_400(wire, bucket, length):
    assert wire(head("PUT", f"/{bucket}/key", f"Content-Length: {length}"))[0] == 400


def test_Raw_missing_content_length_411(raw, bucket):
    answer = raw("PUT", f"/{bucket}/key", also={"Content-Length": None})
    assert (answer.status, answer.code) == (411, "MissingContentLength")


def test_Raw_missing_host_400(wire, bucket):
    assert wire(f"GET /{bucket} HTTP/1.1\r\n\r\n".encode())[0] == 400


@pytest.mark.parametrize("authorization, code", [("", "AccessDenied"), ("\x07", "BadRequest"), ("AWS HAHAHA", "InvalidArgument"), ("Basic dXNlcjpw", "InvalidArgument"),
                                                 ("AWS4-HMAC-SHA256 Credential=HAHAHA", "AuthorizationHeaderMalformed")])
def test_Raw_bad_authorization(raw, bucket, authorization, code):
    answer = raw("PUT", f"/{bucket}/key", body=b"x", also={"Authorization": authorization})
    assert answer.code == code and answer.status == (403 if code == "AccessDenied" else 400), answer


def test_Raw_no_authorization_403(raw, bucket):
    answer = raw("PUT", f"/{bucket}/key", body=b"x", sign=False)
    assert (answer.status, answer.code) == (403, "AccessDenied")


@pytest.mark.parametrize("date, code", [("", "AccessDenied"), ("Bad Date", "AccessDenied"), (None, "AccessDenied"), ("20100707T215304Z", "RequestTimeTooSkewed"), ("20300707T215304Z", "RequestTimeTooSkewed")])
def test_Raw_bad_dates_403(raw, bucket, date, code):
    day = f"{date[:8]}" if date and date[0] == "2" else None
    answer = raw("PUT", f"/{bucket}/key", body=b"x", also={"X-Amz-Date": date})
    # A signature's scope names the day too, and is looked at first.
    assert (answer.status, answer.code) == (403, code) or (day and answer.code == "AuthorizationHeaderMalformed"), answer


@pytest.mark.parametrize("expect", ["200", "", "100-continue"])
def test_Raw_odd_expectations_are_no_matter(raw, bucket, expect):
    assert raw("PUT", f"/{bucket}/key", body=b"x", also={"Expect": expect}).status == 200


@pytest.mark.parametrize("name", ["User-Agent", "Content-Type"])
@pytest.mark.parametrize("value", ["", None, "text/plain"])
def test_Raw_headers_that_may_be_anything(raw, bucket, name, value):
    assert raw("PUT", f"/{bucket}/key", body=b"x", also={name: value}).status == 200


def test_Raw_body_shorter_than_said_is_not_kept(server, s3, bucket):
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(head("PUT", f"/{bucket}/key", "Content-Length: 100") + b"short")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "PROPFIND", "BREW"])
def test_Raw_unknown_methods(raw, bucket, method):
    assert raw(method, f"/{bucket}/key", sign=False).status in (400, 405)


@pytest.mark.parametrize("query", ["acl", "cors", "policy", "tagging", "website", "versioning"])
def test_Raw_post_to_a_configuration_405(raw, bucket, query):
    answer = raw("POST", f"/{bucket}", query={query: ""})
    assert (answer.status, answer.code) == (405, "MethodNotAllowed")


@pytest.mark.parametrize("query", ["acl", "requestPayment", "logging", "notification", "accelerate", "versions"])
def test_Raw_delete_of_a_configuration_never_deletes_the_bucket(raw, s3, bucket, query):
    assert raw("DELETE", f"/{bucket}", query={query: ""}).status == 405
    assert status(s3.head_bucket(Bucket=bucket)) == 200


@pytest.mark.parametrize("path", ["/%zz", "/bucket/%f", "/bucket/%00", "/bucket/%ff%fe"])
def test_Raw_paths_that_are_no_text_400(raw, path):
    answer = raw("GET", path, sign=False)
    assert (answer.status, answer.code) == (400, "InvalidURI")


BOMB = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]><X>&lol2;</X>'


@pytest.mark.parametrize("query", ["tagging", "versioning", "cors", "website", "lifecycle", "object-lock", "ownershipControls", "publicAccessBlock", "requestPayment", "logging", "accelerate"])
def test_Raw_hostile_documents(raw, bucket, query):
    for body in (BOMB, b"<", b"<A><B></A>", b"\xff\xfe<A/>", b"<A>" * 500):
        md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
        answer = raw("PUT", f"/{bucket}", query={query: ""}, headers={"Content-MD5": md5}, body=body)
        assert (answer.status, answer.code) in ((400, "MalformedXML"), (501, "NotImplemented")), (query, body, answer)


def test_Raw_oversized_document_400(raw, bucket):
    answer = raw("PUT", f"/{bucket}", query={"tagging": ""}, body=b"<Tagging>" + b" " * (5 << 20) + b"</Tagging>")
    assert (answer.status, answer.code) == (400, "MaxMessageLengthExceeded")


@pytest.mark.parametrize("query", [{}, {"acl": ""}, {"tagging": ""}, {"versioning": ""}, {"location": ""}, {"uploads": ""}, {"policy": ""}])
def test_Raw_head_has_no_body(raw, s3, bucket, query):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    for path in (f"/{bucket}", f"/{bucket}/key", f"/{bucket}/nope", "/no-such-bucket"):
        assert raw("HEAD", path, query=query).body == b""


def test_Raw_x_id_counts_nowhere(raw, s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    assert raw("GET", f"/{bucket}/key", query={"x-id": "GetObject"}).body == b"x"
    assert raw("GET", f"/{bucket}", query={"x-id": "ListObjects", "list-type": "2"}).status == 200
    assert raw("GET", "/", query={"x-id": "ListBuckets"}).status == 200
