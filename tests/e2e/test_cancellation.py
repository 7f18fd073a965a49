"""A client that goes away at any byte of any request leaves no file, no row and no lock."""
import pathlib
import socket
import time

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

from conftest import ACCESS_KEY, SECRET_KEY

SMALL, LARGE = 600, 200_000  # in the journal record; staged


def signed(server, method, path, body=b"", headers=None, payload_hash=None):
    """The bytes of a request as a client sends them."""
    request = botocore.awsrequest.AWSRequest(method, server.url + path, data=body, headers=headers or {})
    signer = botocore.auth.S3SigV4Auth(botocore.credentials.Credentials(ACCESS_KEY, SECRET_KEY), "s3", "us-east-1")
    if payload_hash is not None:
        request.headers["X-Amz-Content-SHA256"] = payload_hash
        signer.payload = lambda _: payload_hash
    signer.add_auth(request)
    lines = [f"{method} {path} HTTP/1.1", f"Host: {server.host}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items() if name.lower() not in ("host", "content-length")]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def aws_chunked(payload):
    """Unsigned chunks with a trailer, as boto3 sends them over TLS."""
    return b"%x\r\n%s\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n" % (len(payload), payload)


def cut_points(request, header_step=23):
    """Every byte around header's end and body's end, and steps in between."""
    head = request.index(b"\r\n\r\n") + 4
    body = len(request) - head
    points = set(range(1, head, header_step)) | set(range(head - 3, head + min(body, 4)))
    points |= set(range(head, len(request), max(1, body // 25))) | set(range(max(head, len(request) - 4), len(request)))
    return sorted(point for point in points if 0 < point < len(request))


def send_and_go_away(server, data, abruptly):
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(data)
        if abruptly:  # RST instead of FIN
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def staged(server):
    return sorted(path.name for path in (pathlib.Path(server.directory) / ".holdfast/staging").iterdir())


def expect_no_trace(server, s3, upload_id):
    """Within a moment: nothing staged, nothing listed but what was there, and nobody holds a lock."""
    end = time.time() + 10
    while staged(server) and time.time() < end:
        time.sleep(0.02)
    assert staged(server) == []
    assert [item["Key"] for item in s3.list_objects_v2(Bucket="bkt").get("Contents", [])] == ["large", "source"]
    assert "Parts" not in s3.list_parts(Bucket="bkt", Key="upload", UploadId=upload_id)
    s3.put_object(Bucket="bkt", Key="new", Body=b"now")
    s3.delete_object(Bucket="bkt", Key="new")


REQUESTS = {
    "put small": lambda server, _: signed(server, "PUT", "/bkt/new", b"s" * SMALL),
    "put large": lambda server, _: signed(server, "PUT", "/bkt/new", b"l" * LARGE),
    "put aws-chunked": lambda server, _: signed(
        server, "PUT", "/bkt/new", aws_chunked(b"c" * LARGE),
        {"x-amz-decoded-content-length": str(LARGE), "x-amz-trailer": "x-amz-checksum-crc32", "content-encoding": "aws-chunked"},
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
    "upload part": lambda server, upload: signed(server, "PUT", f"/bkt/upload?partNumber=1&uploadId={upload}", b"p" * LARGE),
    "complete": lambda server, upload: signed(
        server, "POST", f"/bkt/upload?uploadId={upload}",
        b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>e</ETag></Part></CompleteMultipartUpload>"),
    "copy": lambda server, _: signed(server, "PUT", "/bkt/new", b"", {"x-amz-copy-source": "/bkt/source"}),
    "delete many": lambda server, _: signed(
        server, "POST", "/bkt?delete=", b"<Delete><Object><Key>source</Key></Object><Object><Key>large</Key></Object></Delete>",
        {"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}),
    "get": lambda server, _: signed(server, "GET", "/bkt/large"),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_client_that_goes_away_leaves_no_trace(server, run_check, name):
    s3 = server.boto3()
    s3.create_bucket(Bucket="bkt")
    s3.put_object(Bucket="bkt", Key="source", Body=b"s" * SMALL)
    s3.put_object(Bucket="bkt", Key="large", Body=b"l" * LARGE)
    upload = s3.create_multipart_upload(Bucket="bkt", Key="upload")["UploadId"]
    request = REQUESTS[name](server, upload)
    for number, point in enumerate(cut_points(request)):
        send_and_go_away(server, request[:point], abruptly=number % 2 == 0)
    expect_no_trace(server, s3, upload)
    server.stop()
    run_check(server.directory)


def test_reader_that_goes_away_at_any_byte_of_the_answer(server):
    s3 = server.boto3()
    s3.create_bucket(Bucket="bkt")
    s3.put_object(Bucket="bkt", Key="large", Body=b"l" * 3_000_000)
    request = signed(server, "GET", "/bkt/large")
    descriptors = pathlib.Path(f"/proc/{server.process.pid}/fd")
    before = len(list(descriptors.iterdir()))
    for count in [1, 10, 500, 1000, 70_000, 300_000, 1_000_000, 2_500_000] * 4:
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(request)
            while count > 0:
                count -= len(connection.recv(min(count, 65536)))
    s3.delete_object(Bucket="bkt", Key="large")
    s3.delete_bucket(Bucket="bkt")
    end = time.time() + 10
    while len(list(descriptors.iterdir())) > before + 4 and time.time() < end:
        time.sleep(0.05)
    assert len(list(descriptors.iterdir())) <= before + 4, "descriptors of readers that are gone"
