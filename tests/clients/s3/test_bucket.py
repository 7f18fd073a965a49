"""CreateBucket, HeadBucket, DeleteBucket, ListBuckets, GetBucketLocation."""
import boto3
import pytest

from .s3_support import ACCESS_KEY, fails, headers, new_name, status


@pytest.mark.parametrize("name", ["aaa", "a" * 63, "foo-bar", "aaa.111", "aaa-111", "a.b.c", "0ab", "127bucket", "1.2.3.4.5"])
def test_CreateBucket_valid_names(s3, name):
    assert status(s3.create_bucket(Bucket=name)) == 200
    s3.put_object(Bucket=name, Key="key.with/dots", Body=b"x")
    assert s3.get_object(Bucket=name, Key="key.with/dots")["Body"].read() == b"x"
    s3.delete_object(Bucket=name, Key="key.with/dots")
    assert status(s3.delete_bucket(Bucket=name)) == 204


@pytest.mark.parametrize("name", ["a", "aa", "a" * 64, "_foo", "foo_bar", "Foo", "foo-", "-foo", "foo..bar", "foo.-bar", "foo-.bar", ".foo", "foo.", "192.168.5.123", "xn--foo", "foo-s3alias",
                                  "foo--ol-s3", "sthree-foo", "foo%20bar", "foo%C3%BC"])
def test_CreateBucket_invalid_names_400(raw, name):
    answer = raw("PUT", "/" + name)
    assert (answer.status, answer.code) == (400, "InvalidBucketName"), answer
    assert answer.text("Message") == "The specified bucket is not valid."


def test_CreateBucket_again_409(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    fails("BucketAlreadyOwnedByYou", 409, s3.create_bucket, Bucket=bucket)
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"x"


def test_CreateBucket_location_header(s3):
    name = new_name()
    assert headers(s3.create_bucket(Bucket=name))["location"] == "/" + name


def test_CreateBucket_with_location_constraint(s3):
    name = new_name()
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-central-1"
    assert headers(s3.head_bucket(Bucket=name))["x-amz-bucket-region"] == "eu-central-1"


def test_GetBucketLocation_default_is_none(s3, bucket):
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None


@pytest.mark.parametrize("body", [b"<CreateBucketConfiguration", b"<Other/>", b"hello", b"<!DOCTYPE x [<!ENTITY a 'b'>]><CreateBucketConfiguration/>"])
def test_CreateBucket_malformed_body_400(raw, body):
    answer = raw("PUT", "/" + new_name(), body=body)
    assert (answer.status, answer.code) == (400, "MalformedXML")


def test_CreateBucket_without_content_length(raw):
    assert raw("PUT", "/" + new_name(), also={"Content-Length": None}).status == 200


@pytest.mark.parametrize("acl", ["private", "public-read", "public-read-write", "authenticated-read", "log-delivery-write"])
def test_CreateBucket_canned_acl(s3, acl):
    name = new_name()
    s3.create_bucket(Bucket=name, ACL=acl)
    grants = s3.get_bucket_acl(Bucket=name)["Grants"]
    assert len(grants) == {"private": 1, "public-read": 2, "public-read-write": 3, "authenticated-read": 2, "log-delivery-write": 3}[acl]


def test_CreateBucket_unknown_acl_400(s3):
    fails("InvalidArgument", 400, s3.create_bucket, Bucket=new_name(), ACL="nonsense")


def test_CreateBucket_ownership(s3):
    name = new_name()
    s3.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerEnforced")
    assert s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    fails("InvalidBucketAclWithObjectOwnership", 400, s3.create_bucket, Bucket=new_name(), ObjectOwnership="BucketOwnerEnforced", ACL="public-read")
    fails("InvalidArgument", 400, s3.create_bucket, Bucket=new_name(), ObjectOwnership="Nobody")


def test_CreateBucket_anonymous_403(anonymous):
    fails("AccessDenied", 403, anonymous.create_bucket, Bucket=new_name())


def test_HeadBucket(s3, bucket):
    assert headers(s3.head_bucket(Bucket=bucket))["x-amz-bucket-region"] == "us-east-1"
    fails("404", 404, s3.head_bucket, Bucket="no-such-bucket")
    fails("403", 403, s3.head_bucket, Bucket=bucket, ExpectedBucketOwner="111111111111")


def test_HeadBucket_anonymous_403(anonymous, bucket):
    fails("403", 403, anonymous.head_bucket, Bucket=bucket)


def test_DeleteBucket(s3, bucket):
    assert status(s3.delete_bucket(Bucket=bucket)) == 204
    fails("NoSuchBucket", 404, s3.delete_bucket, Bucket=bucket)
    fails("NoSuchBucket", 404, s3.list_objects_v2, Bucket=bucket)


def test_DeleteBucket_not_empty_409(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    assert fails("BucketNotEmpty", 409, s3.delete_bucket, Bucket=bucket)["Error"]["BucketName"] == bucket


def test_DeleteBucket_with_versions_only_409(s3, versioned):
    s3.put_object(Bucket=versioned, Key="key", Body=b"x")
    s3.delete_object(Bucket=versioned, Key="key")
    answer = fails("BucketNotEmpty", 409, s3.delete_bucket, Bucket=versioned)
    assert answer["Error"]["Message"] == "The bucket you tried to delete is not empty. You must delete all versions in the bucket."


def test_DeleteBucket_with_uploads_aborts_them(s3, bucket):
    s3.create_multipart_upload(Bucket=bucket, Key="key")
    assert status(s3.delete_bucket(Bucket=bucket)) == 204


def test_ListBuckets(s3, bucket):
    answer = s3.list_buckets()
    assert bucket in [b["Name"] for b in answer["Buckets"]] and answer["Owner"]["ID"] and answer["Owner"]["DisplayName"]
    names = [b["Name"] for b in answer["Buckets"]]
    assert names == sorted(names) and all(b["CreationDate"] for b in answer["Buckets"])


def test_ListBuckets_pages(raw, s3):
    for name in ("paging-a", "paging-b", "paging-c"):
        s3.create_bucket(Bucket=name)
    first = raw("GET", "/", query={"prefix": "paging-", "max-buckets": "2"})
    assert first.body.count(b"<Name>") == 2 and first.text("Prefix") == "paging-"
    rest = raw("GET", "/", query={"prefix": "paging-", "max-buckets": "2", "continuation-token": first.text("ContinuationToken")})
    assert rest.text("Name") == "paging-c" and rest.text("ContinuationToken") is None
    for bad in ("0", "-1", "10001", "x"):
        answer = raw("GET", "/", query={"max-buckets": bad})
        assert (answer.status, answer.code) == (400, "InvalidArgument"), bad
    assert raw("GET", "/", query={"continuation-token": "!"}).status == 400


@pytest.mark.parametrize("key, code", [("nobody", "InvalidAccessKeyId"), (ACCESS_KEY, "SignatureDoesNotMatch")])
def test_ListBuckets_wrong_credentials_403(server, key, code):
    wrong = boto3.client("s3", endpoint_url=server.url, aws_access_key_id=key, aws_secret_access_key="x" * 20, region_name="us-east-1")
    fails(code, 403, wrong.list_buckets)


def test_ListBuckets_anonymous_403(anonymous):
    fails("AccessDenied", 403, anonymous.list_buckets)


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "HEAD"])
def test_Service_other_methods_405(raw, method):
    assert raw(method, "/").status == 405
