"""Tags of objects and buckets."""
import pytest

from .s3_support import fails, status


def tag_set(count, key="k", value="v"):
    return {"TagSet": [{"Key": f"{key}{n}", "Value": f"{value}{n}"} for n in range(count)]}


@pytest.fixture
def key(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    return "key"


def tags_of(s3, bucket):
    return s3.get_object_tagging(Bucket=bucket, Key="key")["TagSet"]


def test_ObjectTagging_put_get_delete(s3, bucket, key):
    assert tags_of(s3, bucket) == []
    s3.put_object_tagging(Bucket=bucket, Key=key, Tagging=tag_set(10))
    assert sorted(tags_of(s3, bucket), key=lambda t: t["Key"]) == tag_set(10)["TagSet"]
    s3.put_object_tagging(Bucket=bucket, Key=key, Tagging={"TagSet": [{"Key": "key", "Value": ""}]})
    assert tags_of(s3, bucket) == [{"Key": "key", "Value": ""}]
    assert status(s3.delete_object_tagging(Bucket=bucket, Key=key)) == 204
    assert tags_of(s3, bucket) == []


def test_ObjectTagging_limits(s3, bucket, key):
    put = lambda tags: s3.put_object_tagging(Bucket=bucket, Key=key, Tagging=tags)  # noqa: E731
    put({"TagSet": [{"Key": "k" * 128, "Value": "v" * 256}]})
    put({"TagSet": [{"Key": "ключ", "Value": "+ -=._:/@"}]})
    assert fails("BadRequest", 400, put, tags=tag_set(11))["Error"]["Message"] == "Object tags cannot be greater than 10"
    for bad_key, bad_value, message in (("k" * 129, "v", "The TagKey you have provided is invalid"), ("", "v", "The TagKey you have provided is invalid"),
                                        ("k&", "v", "The TagKey you have provided is invalid"), ("k", "v" * 257, "The TagValue you have provided is invalid"),
                                        ("aws:k", "v", "System tags cannot be added/updated by requester")):
        answer = fails("InvalidTag", 400, put, tags={"TagSet": [{"Key": bad_key, "Value": bad_value}]})
        assert answer["Error"]["Message"] == message
    twice = fails("InvalidTag", 400, put, tags={"TagSet": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]})
    assert twice["Error"]["TagKey"] == "a" and twice["Error"]["Message"] == "Cannot provide multiple Tags with the same key"


def test_ObjectTagging_malformed_and_missing(s3, raw, bucket, key):
    for body in (b"", b"<Tagging/>", b"<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>", b"<!DOCTYPE a><Tagging><TagSet/></Tagging>", b"<Tagging><TagSet/>"):
        answer = raw("PUT", f"/{bucket}/key", query={"tagging": ""}, body=body)
        assert (answer.status, answer.code) == (400, "MalformedXML"), body
    fails("NoSuchKey", 404, s3.get_object_tagging, Bucket=bucket, Key="nope")
    fails("NoSuchKey", 404, s3.put_object_tagging, Bucket=bucket, Key="nope", Tagging=tag_set(1))


def test_ObjectTagging_of_versions(s3, versioned):
    first = s3.put_object(Bucket=versioned, Key="key", Body=b"1")["VersionId"]
    s3.put_object(Bucket=versioned, Key="key", Body=b"2")
    answer = s3.put_object_tagging(Bucket=versioned, Key="key", VersionId=first, Tagging=tag_set(1))
    assert answer["VersionId"] == first
    assert s3.get_object_tagging(Bucket=versioned, Key="key", VersionId=first)["TagSet"] == tag_set(1)["TagSet"]
    assert tags_of(s3, versioned) == [] and s3.get_object(Bucket=versioned, Key="key")["Body"].read() == b"2"


def test_BucketTagging(s3, bucket):
    fails("NoSuchTagSet", 404, s3.get_bucket_tagging, Bucket=bucket)
    s3.put_bucket_tagging(Bucket=bucket, Tagging=tag_set(50))
    assert len(s3.get_bucket_tagging(Bucket=bucket)["TagSet"]) == 50
    answer = fails("BadRequest", 400, s3.put_bucket_tagging, Bucket=bucket, Tagging=tag_set(51))
    assert answer["Error"]["Message"] == "Bucket tags cannot be greater than 50"
    assert status(s3.delete_bucket_tagging(Bucket=bucket)) == 204
    fails("NoSuchTagSet", 404, s3.get_bucket_tagging, Bucket=bucket)
