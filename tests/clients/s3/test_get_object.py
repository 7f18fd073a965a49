"""GetObject and HeadObject."""
import datetime
import http.client
import time
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

from .s3_support import ACCESS_KEY, PART, SECRET_KEY, fails, headers, status, upload

BODY = bytes(range(100))


@pytest.fixture
def key(s3, bucket):
    return s3.put_object(Bucket=bucket, Key="key", Body=BODY)["ETag"]


def test_GetObject_missing_key_404(s3, bucket):
    answer = fails("NoSuchKey", 404, s3.get_object, Bucket=bucket, Key="nope")
    assert answer["Error"]["Message"] == "The specified key does not exist." and answer["Error"]["Key"] == "nope"
    assert answer["ResponseMetadata"]["RequestId"] == headers(answer)["x-amz-request-id"]
    assert answer["ResponseMetadata"]["HostId"] == headers(answer)["x-amz-id-2"]


def test_HeadObject_missing_key_404_without_body(raw, bucket):
    answer = raw("HEAD", f"/{bucket}/nope")
    assert (answer.status, answer.body) == (404, b"")


def test_GetObject_missing_bucket_404(s3):
    fails("NoSuchBucket", 404, s3.get_object, Bucket="no-such-bucket", Key="nope")


@pytest.mark.parametrize("asked, first, last", [("bytes=0-0", 0, 0), ("bytes=10-19", 10, 19), ("bytes=90-", 90, 99), ("bytes=-5", 95, 99), ("bytes=90-200", 90, 99), ("bytes=-500", 0, 99),
                                                ("bytes=0-99", 0, 99)])
def test_GetObject_range_206(s3, bucket, key, asked, first, last):
    got = s3.get_object(Bucket=bucket, Key="key", Range=asked)
    assert (status(got), got["ContentRange"], got["Body"].read()) == (206, f"bytes {first}-{last}/100", BODY[first:last + 1])
    head = s3.head_object(Bucket=bucket, Key="key", Range=asked)
    assert (status(head), headers(head)["content-range"], head["ContentLength"]) == (206, f"bytes {first}-{last}/100", last - first + 1)


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_GetObject_range_outside_416(s3, raw, bucket, key, asked):
    answer = fails("InvalidRange", 416, s3.get_object, Bucket=bucket, Key="key", Range=asked)
    assert answer["Error"]["ActualObjectSize"] == "100" and answer["Error"]["RangeRequested"] == asked
    assert raw("HEAD", f"/{bucket}/key", headers={"Range": asked}).status == 416


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=a-b", "bytes=", "lines=1-2", "bytes=0-1,5-6", "invalid"])
def test_GetObject_range_not_understood_gives_the_whole(s3, bucket, key, asked):
    got = s3.get_object(Bucket=bucket, Key="key", Range=asked)
    assert (status(got), got["Body"].read()) == (200, BODY)


def test_GetObject_range_of_empty_object_416(s3, bucket):
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    fails("InvalidRange", 416, s3.get_object, Bucket=bucket, Key="empty", Range="bytes=0-1")


def test_GetObject_if_match(s3, bucket, key):
    assert s3.get_object(Bucket=bucket, Key="key", IfMatch=key)["Body"].read() == BODY
    assert s3.get_object(Bucket=bucket, Key="key", IfMatch="*")["Body"].read() == BODY
    fails("PreconditionFailed", 412, s3.get_object, Bucket=bucket, Key="key", IfMatch='"abc"')


def test_GetObject_if_none_match_304(s3, raw, bucket, key):
    fails("304", 304, s3.get_object, Bucket=bucket, Key="key", IfNoneMatch=key)
    answer = raw("GET", f"/{bucket}/key", headers={"If-None-Match": key})
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", key)
    assert status(s3.get_object(Bucket=bucket, Key="key", IfNoneMatch='"abc"')) == 200


def test_GetObject_if_modified_since(s3, bucket, key):
    modified = s3.head_object(Bucket=bucket, Key="key")["LastModified"]
    hour = datetime.timedelta(hours=1)
    assert status(s3.get_object(Bucket=bucket, Key="key", IfModifiedSince=modified - hour)) == 200
    fails("304", 304, s3.get_object, Bucket=bucket, Key="key", IfModifiedSince=modified)
    assert status(s3.get_object(Bucket=bucket, Key="key", IfUnmodifiedSince=modified)) == 200
    fails("PreconditionFailed", 412, s3.get_object, Bucket=bucket, Key="key", IfUnmodifiedSince=modified - hour)


def test_GetObject_if_match_outranks_if_unmodified_since(s3, bucket, key):
    past = datetime.datetime(2001, 1, 1)
    assert status(s3.get_object(Bucket=bucket, Key="key", IfMatch=key, IfUnmodifiedSince=past)) == 200
    fails("304", 304, s3.get_object, Bucket=bucket, Key="key", IfNoneMatch=key, IfModifiedSince=past)


def test_GetObject_response_overrides(s3, bucket, key):
    got = s3.get_object(Bucket=bucket, Key="key", ResponseContentType="foo/bar", ResponseContentDisposition="bla", ResponseContentEncoding="aaa", ResponseContentLanguage="esperanto",
                        ResponseCacheControl="no-cache", ResponseExpires=datetime.datetime(2030, 1, 1))
    assert (got["ContentType"], got["ContentDisposition"], got["ContentEncoding"], got["ContentLanguage"], got["CacheControl"]) == ("foo/bar", "bla", "aaa", "esperanto", "no-cache")
    assert headers(got)["expires"] == "Tue, 01 Jan 2030 00:00:00 GMT"


def test_GetObject_response_overrides_anonymous_400(s3, anonymous, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x", ACL="public-read")
    assert status(anonymous.get_object(Bucket=bucket, Key="key")) == 200
    answer = fails("InvalidRequest", 400, anonymous.get_object, Bucket=bucket, Key="key", ResponseContentType="a/b")
    assert answer["Error"]["Message"] == "Request specific response headers cannot be used for anonymous GET requests."


def test_GetObject_part_number(s3, bucket):
    upload(s3, bucket, "big", [b"a" * PART, b"b" * PART, b"c"])
    got = s3.get_object(Bucket=bucket, Key="big", PartNumber=2)
    assert (status(got), got["PartsCount"], got["ContentRange"]) == (206, 3, f"bytes {PART}-{2 * PART - 1}/{2 * PART + 1}")
    assert got["Body"].read() == b"b" * PART
    head = s3.head_object(Bucket=bucket, Key="big", PartNumber=3)
    assert (status(head), head["PartsCount"], head["ContentLength"]) == (206, 3, 1)
    fails("InvalidPartNumber", 416, s3.get_object, Bucket=bucket, Key="big", PartNumber=4)
    fails("InvalidRequest", 400, s3.get_object, Bucket=bucket, Key="big", PartNumber=1, Range="bytes=0-1")
    for bad in (0, -1, 10001):
        fails("InvalidArgument", 400, s3.get_object, Bucket=bucket, Key="big", PartNumber=bad)


def test_GetObject_part_number_of_a_simple_object(s3, bucket, key):
    got = s3.get_object(Bucket=bucket, Key="key", PartNumber=1)
    assert (status(got), got["ContentRange"], got["Body"].read()) == (206, "bytes 0-99/100", BODY)
    assert "PartsCount" not in got
    fails("InvalidPartNumber", 416, s3.get_object, Bucket=bucket, Key="key", PartNumber=2)


def test_GetObject_part_number_of_an_unfinished_upload_404(s3, bucket):
    upload_id = s3.create_multipart_upload(Bucket=bucket, Key="mp")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="mp", UploadId=upload_id, PartNumber=1, Body=b"x")
    fails("404", 404, s3.head_object, Bucket=bucket, Key="mp", PartNumber=1)


def test_GetObject_versions(s3, versioned):
    first = s3.put_object(Bucket=versioned, Key="key", Body=b"1")["VersionId"]
    second = s3.put_object(Bucket=versioned, Key="key", Body=b"2")["VersionId"]
    assert s3.get_object(Bucket=versioned, Key="key")["VersionId"] == second
    assert s3.get_object(Bucket=versioned, Key="key", VersionId=first)["Body"].read() == b"1"
    marker = s3.delete_object(Bucket=versioned, Key="key")["VersionId"]
    gone = fails("NoSuchKey", 404, s3.get_object, Bucket=versioned, Key="key")
    assert headers(gone)["x-amz-delete-marker"] == "true" and headers(gone)["x-amz-version-id"] == marker
    named = fails("MethodNotAllowed", 405, s3.get_object, Bucket=versioned, Key="key", VersionId=marker)
    assert headers(named)["x-amz-delete-marker"] == "true" and headers(named)["allow"] == "DELETE" and "last-modified" in headers(named)
    fails("405", 405, s3.head_object, Bucket=versioned, Key="key", VersionId=marker)
    assert s3.get_object(Bucket=versioned, Key="key", VersionId=second)["Body"].read() == b"2"


def test_GetObject_version_that_is_not_there(s3, raw, versioned):
    version = s3.put_object(Bucket=versioned, Key="other", Body=b"1")["VersionId"]
    s3.put_object(Bucket=versioned, Key="key", Body=b"1")
    answer = fails("NoSuchVersion", 404, s3.get_object, Bucket=versioned, Key="key", VersionId=version)
    assert answer["Error"]["VersionId"] == version and answer["Error"]["Key"] == "key"
    answer = fails("InvalidArgument", 400, s3.get_object, Bucket=versioned, Key="key", VersionId="bogus")
    assert answer["Error"]["Message"] == "Invalid version id specified"
    assert (answer["Error"]["ArgumentName"], answer["Error"]["ArgumentValue"]) == ("versionId", "bogus")
    empty = raw("GET", f"/{versioned}/key", query={"versionId": ""})
    assert (empty.status, empty.code, empty.text("Message")) == (400, "InvalidArgument", "Version id cannot be the empty string")


def test_GetObject_null_version_of_an_unversioned_bucket(s3, bucket, key):
    assert s3.get_object(Bucket=bucket, Key="key", VersionId="null")["Body"].read() == BODY


def test_HeadObject_says_what_GetObject_says(s3, raw, bucket, key):
    get, head = raw("GET", f"/{bucket}/key"), raw("HEAD", f"/{bucket}/key")
    own = {"x-amz-request-id", "date"}
    assert {k: v for k, v in get.headers.items() if k not in own} == {k: v for k, v in head.headers.items() if k not in own}


def test_GetObject_presigned(s3, raw, bucket, key):
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "key"}, ExpiresIn=60)
    target = url[len(raw.url):]
    connection = http.client.HTTPConnection(raw.host)
    connection.request("GET", target)
    assert connection.getresponse().read() == BODY
    connection.request("GET", target.replace("key?", "other?"))
    answer = connection.getresponse()
    assert answer.status == 403 and b"SignatureDoesNotMatch" in answer.read()


@pytest.mark.parametrize("seconds, status_code, code", [(0, 403, "AccessDenied"), (-7, 400, "AuthorizationQueryParametersError"), (604801, 400, "AuthorizationQueryParametersError"),
                                                        (604800, 200, None)])
def test_GetObject_presigned_expiry_out_of_range(raw, bucket, key, seconds, status_code, code):
    request = botocore.awsrequest.AWSRequest("GET", f"{raw.url}/{bucket}/key")
    botocore.auth.S3SigV4QueryAuth(botocore.credentials.Credentials(ACCESS_KEY, SECRET_KEY), "s3", "us-east-1", expires=seconds).add_auth(request)
    url = request.url
    if seconds == 0:
        time.sleep(1.1)
    path, _, query = url[len(raw.url):].partition("?")
    answer = raw("GET", path, query=dict(urllib.parse.parse_qsl(query)), sign=False)
    assert answer.status == status_code
    if code:
        assert answer.code == code
