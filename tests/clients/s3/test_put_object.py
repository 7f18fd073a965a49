"""PutObject."""
import base64
import datetime
import hashlib
import zlib

from .s3_support import fails, headers, status


def test_PutObject_new_key_returns_md5_as_etag(s3, bucket):
    put = s3.put_object(Bucket=bucket, Key="key", Body=b"hello")
    assert put["ETag"] == '"5d41402abc4b2a76b9719d911017c592"' and "VersionId" not in put
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"hello"


def test_PutObject_empty_body(s3, bucket):
    assert s3.put_object(Bucket=bucket, Key="key", Body=b"")["ETag"] == '"d41d8cd98f00b204e9800998ecf8427e"'
    assert s3.head_object(Bucket=bucket, Key="key")["ContentLength"] == 0


def test_PutObject_missing_bucket_404(s3):
    answer = fails("NoSuchBucket", 404, s3.put_object, Bucket="no-such-bucket", Key="key", Body=b"x")
    assert answer["Error"]["BucketName"] == "no-such-bucket"


def test_PutObject_headers_and_metadata_come_back(s3, bucket):
    expires = datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    s3.put_object(Bucket=bucket, Key="key", Body=b"x", ContentType="text/plain", CacheControl="public, max-age=14400", ContentEncoding="gzip",
                  ContentDisposition="attachment", ContentLanguage="de", Expires=expires, Metadata={"Color": "Red", "empty": ""})
    head = s3.head_object(Bucket=bucket, Key="key")
    assert (head["ContentType"], head["CacheControl"], head["ContentEncoding"]) == ("text/plain", "public, max-age=14400", "gzip")
    assert (head["ContentDisposition"], head["ContentLanguage"], head["Expires"]) == ("attachment", "de", expires)
    assert head["Metadata"] == {"color": "Red", "empty": ""}


def test_PutObject_overwrite_forgets_metadata(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x", Metadata={"a": "b"})
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    assert s3.head_object(Bucket=bucket, Key="key")["Metadata"] == {}


def test_PutObject_without_content_type_is_binary_octet_stream(raw, s3, bucket):
    assert raw("PUT", f"/{bucket}/key", body=b"x").status == 200
    assert s3.head_object(Bucket=bucket, Key="key")["ContentType"] == "binary/octet-stream"


def test_PutObject_metadata_too_large(s3, bucket):
    fails("MetadataTooLarge", 400, s3.put_object, Bucket=bucket, Key="key", Body=b"x", Metadata={"a": "x" * 8200})


def test_PutObject_key_of_1024_bytes_and_one_more(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k" * 1024, Body=b"x")
    answer = fails("KeyTooLongError", 400, s3.put_object, Bucket=bucket, Key="k" * 1025, Body=b"x")
    assert answer["Error"]["MaxSizeAllowed"] == "1024" and answer["Error"]["Size"] == "1025"


def test_PutObject_content_md5(raw, bucket):
    good = base64.b64encode(hashlib.md5(b"bar").digest()).decode()
    assert raw("PUT", f"/{bucket}/key", headers={"Content-MD5": good}, body=b"bar").status == 200
    cases = {"YWJyYWNhZGFicmE=": "InvalidDigest", "rL0Y20xC+Fzt72VPzMSk2A==": "BadDigest", "": "InvalidDigest", "not base64!": "InvalidDigest"}
    for value, code in cases.items():
        answer = raw("PUT", f"/{bucket}/bad", headers={"Content-MD5": value}, body=b"bar")
        assert (answer.status, answer.code) == (400, code), value
    assert raw("HEAD", f"/{bucket}/bad").status == 404


def test_PutObject_bad_digest_names_both(raw, bucket):
    answer = raw("PUT", f"/{bucket}/key", headers={"Content-MD5": "rL0Y20xC+Fzt72VPzMSk2A=="}, body=b"bar")
    assert answer.text("ExpectedDigest") and answer.text("CalculatedDigest") == base64.b64encode(hashlib.md5(b"bar").digest()).decode()


def test_PutObject_wrong_content_sha256(raw, bucket):
    answer = raw("PUT", f"/{bucket}/key", headers={"X-Amz-Content-SHA256": hashlib.sha256(b"other").hexdigest()}, body=b"bar")
    assert (answer.status, answer.code) == (400, "XAmzContentSHA256Mismatch")
    assert answer.text("ClientComputedContentSHA256") == hashlib.sha256(b"other").hexdigest()
    assert answer.text("S3ComputedContentSHA256") == hashlib.sha256(b"bar").hexdigest()


def test_PutObject_checksums_are_kept(s3, raw, bucket):
    crc32 = base64.b64encode(zlib.crc32(b"hello").to_bytes(4, "big")).decode()
    sha1 = base64.b64encode(hashlib.sha1(b"hello").digest()).decode()
    sha256 = base64.b64encode(hashlib.sha256(b"hello").digest()).decode()
    for name, value in {"crc32": crc32, "crc32c": "mnG7TA==", "sha1": sha1, "sha256": sha256, "crc64nvme": "M3eFcAZSQlc="}.items():
        put = raw("PUT", f"/{bucket}/{name}", headers={f"x-amz-checksum-{name}": value}, body=b"hello")
        assert put.status == 200, (name, put)
        assert put.headers[f"x-amz-checksum-{name}"] == value and put.headers["x-amz-checksum-type"] == "FULL_OBJECT"
        assert f"x-amz-checksum-{name}" not in raw("HEAD", f"/{bucket}/{name}").headers
        assert raw("HEAD", f"/{bucket}/{name}", headers={"x-amz-checksum-mode": "ENABLED"}).headers[f"x-amz-checksum-{name}"] == value


def test_PutObject_wrong_checksum_400_BadDigest(raw, bucket):
    for name in ("crc32", "crc32c", "sha1", "sha256", "crc64nvme"):
        size = {"crc32": 4, "crc32c": 4, "sha1": 20, "sha256": 32, "crc64nvme": 8}[name]
        answer = raw("PUT", f"/{bucket}/key", headers={f"x-amz-checksum-{name}": base64.b64encode(bytes(size)).decode()}, body=b"hello")
        assert (answer.status, answer.code) == (400, "BadDigest")
        assert answer.text("Message") == f"The {name.upper()} you specified did not match the calculated checksum."
    assert raw("HEAD", f"/{bucket}/key").status == 404


def test_PutObject_invalid_checksum_headers_400(raw, bucket):
    def put(**given):
        answer = raw("PUT", f"/{bucket}/key", headers={name.replace("_", "-"): value for name, value in given.items()}, body=b"hello")
        assert (answer.status, answer.code) == (400, "InvalidRequest"), answer
        return answer.text("Message")

    assert put(x_amz_checksum_crc32="") == "Value for x-amz-checksum-crc32 header is invalid."
    assert put(x_amz_checksum_crc32="abc") == "Value for x-amz-checksum-crc32 header is invalid."
    several = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
    assert put(x_amz_checksum_crc32="NhCmhg==", x_amz_checksum_sha1="qvTGHdzF6KLavt4PO0gs2a6pQ00=") == several
    assert put(x_amz_checksum_crc32="", x_amz_checksum_sha1="") == several
    assert put(x_amz_checksum_sha256a="dummy") == "The algorithm type you specified in x-amz-checksum- header is invalid."
    mismatch = "Value for x-amz-sdk-checksum-algorithm header is invalid."
    assert put(x_amz_sdk_checksum_algorithm="CRC32", x_amz_checksum_sha1="qvTGHdzF6KLavt4PO0gs2a6pQ00=") == mismatch
    alone = "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found."
    assert put(x_amz_sdk_checksum_algorithm="CRC32") == alone


def test_PutObject_if_none_match_new_key(s3, raw, bucket):
    assert raw("PUT", f"/{bucket}/key", headers={"If-None-Match": "*"}, body=b"x").status == 200


def test_PutObject_if_none_match_existing_key_412(s3, raw, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"old")
    answer = raw("PUT", f"/{bucket}/key", headers={"If-None-Match": "*"}, body=b"new")
    assert (answer.status, answer.code, answer.text("Condition")) == (412, "PreconditionFailed", "If-None-Match")
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"old"


def test_PutObject_if_none_match_after_delete_marker(s3, raw, versioned):
    s3.put_object(Bucket=versioned, Key="key", Body=b"old")
    s3.delete_object(Bucket=versioned, Key="key")
    assert raw("PUT", f"/{versioned}/key", headers={"If-None-Match": "*"}, body=b"x").status == 200


def test_PutObject_if_match(s3, raw, bucket):
    etag = s3.put_object(Bucket=bucket, Key="key", Body=b"old")["ETag"]
    assert raw("PUT", f"/{bucket}/key", headers={"If-Match": etag}, body=b"new").status == 200
    answer = raw("PUT", f"/{bucket}/key", headers={"If-Match": etag}, body=b"newer")
    assert (answer.status, answer.code, answer.text("Condition")) == (412, "PreconditionFailed", "If-Match")
    assert raw("PUT", f"/{bucket}/key", headers={"If-Match": hashlib.md5(b"new").hexdigest()}, body=b"newer").status == 200


def test_PutObject_if_match_missing_key_404(s3, raw, versioned):
    answer = raw("PUT", f"/{versioned}/key", headers={"If-Match": '"abc"'}, body=b"x")
    assert (answer.status, answer.code) == (404, "NoSuchKey")
    s3.put_object(Bucket=versioned, Key="key", Body=b"old")
    s3.delete_object(Bucket=versioned, Key="key")
    assert raw("PUT", f"/{versioned}/key", headers={"If-Match": "*"}, body=b"x").status == 404


def test_PutObject_tagging_header(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x", Tagging="foo=bar&empty&plus=a+b%2Fc")
    tags = {t["Key"]: t["Value"] for t in s3.get_object_tagging(Bucket=bucket, Key="key")["TagSet"]}
    assert tags == {"foo": "bar", "empty": "", "plus": "a b/c"}
    assert headers(s3.head_object(Bucket=bucket, Key="key"))["x-amz-tagging-count"] == "3"
    s3.put_object(Bucket=bucket, Key="none", Body=b"x", Tagging="&")
    assert s3.get_object_tagging(Bucket=bucket, Key="none")["TagSet"] == []


def test_PutObject_tagging_header_invalid(s3, bucket):
    many = "&".join(f"k{n}=v" for n in range(11))
    fails("BadRequest", 400, s3.put_object, Bucket=bucket, Key="key", Body=b"x", Tagging=many)
    for bad in ("k=" + "v" * 257, "k" * 129 + "=v", "k%26=v", "=v"):
        fails("InvalidTag", 400, s3.put_object, Bucket=bucket, Key="key", Body=b"x", Tagging=bad)
    for bad in ("a=1&a=2", "%zz=1"):
        answer = fails("InvalidArgument", 400, s3.put_object, Bucket=bucket, Key="key", Body=b"x", Tagging=bad)
        assert answer["Error"]["ArgumentName"] == "x-amz-tagging"


def test_PutObject_storage_classes(s3, bucket):
    s3.put_object(Bucket=bucket, Key="ia", Body=b"x", StorageClass="STANDARD_IA")
    assert s3.head_object(Bucket=bucket, Key="ia")["StorageClass"] == "STANDARD_IA"
    s3.put_object(Bucket=bucket, Key="std", Body=b"x", StorageClass="STANDARD")
    assert "StorageClass" not in s3.head_object(Bucket=bucket, Key="std")
    assert [o["StorageClass"] for o in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["STANDARD_IA", "STANDARD"]
    fails("InvalidStorageClass", 400, s3.put_object, Bucket=bucket, Key="key", Body=b"x", StorageClass="MYTHICAL")


def test_PutObject_website_redirect(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x", WebsiteRedirectLocation="/other")
    assert s3.head_object(Bucket=bucket, Key="key")["WebsiteRedirectLocation"] == "/other"
    fails("InvalidArgument", 400, s3.put_object, Bucket=bucket, Key="key", Body=b"x", WebsiteRedirectLocation="elsewhere")


def test_PutObject_unknown_acl_400(s3, bucket):
    fails("InvalidArgument", 400, s3.put_object, Bucket=bucket, Key="key", Body=b"x", ACL="public-ready")


def test_PutObject_suspended_bucket_returns_no_version(s3, versioned):
    first = s3.put_object(Bucket=versioned, Key="key", Body=b"x")
    assert len(first["VersionId"]) > 8
    s3.put_bucket_versioning(Bucket=versioned, VersioningConfiguration={"Status": "Suspended"})
    assert "VersionId" not in s3.put_object(Bucket=versioned, Key="key", Body=b"y")
    assert s3.head_object(Bucket=versioned, Key="key")["VersionId"] == "null"


def test_PutObject_expected_bucket_owner(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x", ExpectedBucketOwner="000000000000")
    fails("AccessDenied", 403, s3.put_object, Bucket=bucket, Key="key", Body=b"x", ExpectedBucketOwner="111111111111")


def test_PutObject_mfa_header_is_refused(raw, bucket):
    answer = raw("PUT", f"/{bucket}/key", headers={"x-amz-mfa": "device 123456"}, body=b"x")
    assert (answer.status, answer.code) == (501, "NotImplemented")


def test_PutObject_response_has_request_ids(s3, bucket):
    answer = headers(s3.put_object(Bucket=bucket, Key="key", Body=b"x"))
    assert answer["x-amz-request-id"] and answer["x-amz-id-2"]


def test_PutObject_x_id_and_unknown_parameters_are_ignored(raw, s3, bucket):
    assert raw("PUT", f"/{bucket}/key", query={"x-id": "PutObject", "unheard-of": "yes"}, body=b"x").status == 200
    assert status(s3.head_object(Bucket=bucket, Key="key")) == 200
