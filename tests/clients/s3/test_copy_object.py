"""CopyObject."""
import pytest

from .s3_support import fails


@pytest.fixture
def source(s3, bucket):
    s3.put_object(Bucket=bucket, Key="source", Body=b"hello", ContentType="text/plain", Metadata={"a": "b"}, Tagging="t=1")
    return {"Bucket": bucket, "Key": "source"}


def test_CopyObject_keeps_what_it_should(s3, bucket, source):
    copied = s3.copy_object(Bucket=bucket, Key="target", CopySource=source)["CopyObjectResult"]
    got = s3.get_object(Bucket=bucket, Key="target")
    assert (got["Body"].read(), got["ContentType"], got["Metadata"], got["ETag"]) == (b"hello", "text/plain", {"a": "b"}, copied["ETag"])
    assert s3.get_object_tagging(Bucket=bucket, Key="target")["TagSet"] == [{"Key": "t", "Value": "1"}]


def test_CopyObject_replace(s3, bucket, source):
    s3.copy_object(Bucket=bucket, Key="target", CopySource=source, MetadataDirective="REPLACE", Metadata={"c": "d"}, ContentType="a/b", TaggingDirective="REPLACE", Tagging="u=2")
    head = s3.head_object(Bucket=bucket, Key="target")
    assert (head["Metadata"], head["ContentType"]) == ({"c": "d"}, "a/b")
    assert s3.get_object_tagging(Bucket=bucket, Key="target")["TagSet"] == [{"Key": "u", "Value": "2"}]
    fails("InvalidArgument", 400, s3.copy_object, Bucket=bucket, Key="target", CopySource=source, MetadataDirective="MAYBE")


def test_CopyObject_to_itself(s3, bucket, source):
    answer = fails("InvalidRequest", 400, s3.copy_object, Bucket=bucket, Key="source", CopySource=source)
    assert answer["Error"]["Message"].startswith("This copy request is illegal because it is trying to copy an object to itself without changing")
    s3.copy_object(Bucket=bucket, Key="source", CopySource=source, MetadataDirective="REPLACE", Metadata={"new": "yes"})
    assert s3.head_object(Bucket=bucket, Key="source")["Metadata"] == {"new": "yes"}


def test_CopyObject_sources_that_are_not_there(s3, bucket, source):
    fails("NoSuchKey", 404, s3.copy_object, Bucket=bucket, Key="t", CopySource=f"{bucket}/nope")
    fails("NoSuchBucket", 404, s3.copy_object, Bucket=bucket, Key="t", CopySource="no-such-bucket/key")
    fails("NoSuchBucket", 404, s3.copy_object, Bucket="no-such-bucket", Key="t", CopySource=source)
    fails("NoSuchVersion", 404, s3.copy_object, Bucket=bucket, Key="t", CopySource=f"{bucket}/source?versionId={'0' * 32}")
    for bad, message in ((bucket, "Invalid copy source object key"), ("/", "Invalid copy source bucket name"), (f"{bucket}/source?versionId=bogus", "Invalid version id specified")):
        assert fails("InvalidArgument", 400, s3.copy_object, Bucket=bucket, Key="t", CopySource=bad)["Error"]["Message"] == message


def test_CopyObject_versions(s3, versioned):
    first = s3.put_object(Bucket=versioned, Key="foo?bar", Body=b"1")["VersionId"]
    s3.put_object(Bucket=versioned, Key="foo?bar", Body=b"2")
    copied = s3.copy_object(Bucket=versioned, Key="target", CopySource={"Bucket": versioned, "Key": "foo?bar", "VersionId": first})
    assert copied["CopySourceVersionId"] == first and copied["VersionId"]
    assert s3.get_object(Bucket=versioned, Key="target")["Body"].read() == b"1"
    s3.copy_object(Bucket=versioned, Key="foo?bar", CopySource={"Bucket": versioned, "Key": "foo?bar", "VersionId": first})
    assert s3.get_object(Bucket=versioned, Key="foo?bar")["Body"].read() == b"1"
    marker = s3.delete_object(Bucket=versioned, Key="foo?bar")["VersionId"]
    fails("NoSuchKey", 404, s3.copy_object, Bucket=versioned, Key="t", CopySource={"Bucket": versioned, "Key": "foo?bar"})
    fails("InvalidRequest", 400, s3.copy_object, Bucket=versioned, Key="t", CopySource={"Bucket": versioned, "Key": "foo?bar", "VersionId": marker})


def test_CopyObject_conditions(s3, bucket, source):
    etag = s3.head_object(Bucket=bucket, Key="source")["ETag"]
    s3.copy_object(Bucket=bucket, Key="t", CopySource=source, CopySourceIfMatch=etag)
    fails("PreconditionFailed", 412, s3.copy_object, Bucket=bucket, Key="t", CopySource=source, CopySourceIfMatch='"abc"')
    fails("PreconditionFailed", 412, s3.copy_object, Bucket=bucket, Key="t", CopySource=source, CopySourceIfNoneMatch=etag)
    s3.copy_object(Bucket=bucket, Key="t", CopySource=source, CopySourceIfNoneMatch='"abc"')


def test_CopyObject_canned_acl_is_the_targets(s3, anonymous, bucket, source):
    s3.copy_object(Bucket=bucket, Key="open", CopySource=source, ACL="public-read")
    assert anonymous.get_object(Bucket=bucket, Key="open")["Body"].read() == b"hello"
    s3.copy_object(Bucket=bucket, Key="closed", CopySource={"Bucket": bucket, "Key": "open"})
    fails("AccessDenied", 403, anonymous.get_object, Bucket=bucket, Key="closed")


def test_CopyObject_other_checksum(s3, bucket, source):
    copied = s3.copy_object(Bucket=bucket, Key="t", CopySource=source, ChecksumAlgorithm="SHA256")["CopyObjectResult"]
    assert copied["ChecksumSHA256"] == "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="


def test_CopyObject_empty_object(s3, bucket):
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    s3.copy_object(Bucket=bucket, Key="t", CopySource=f"/{bucket}/empty")
    assert s3.head_object(Bucket=bucket, Key="t")["ContentLength"] == 0
