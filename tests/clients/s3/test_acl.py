"""ACLs of buckets and objects, ownership controls, public access block."""
import pytest

from .s3_support import ALL_USERS, AUTHENTICATED_USERS, fails, status


def grants(answer):
    return sorted((g["Grantee"].get("URI", "owner"), g["Permission"]) for g in answer["Grants"])


def test_GetBucketAcl_default(s3, bucket):
    acl = s3.get_bucket_acl(Bucket=bucket)
    assert acl["Grants"] == [{"Grantee": {"ID": acl["Owner"]["ID"], "DisplayName": acl["Owner"]["DisplayName"], "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}]


@pytest.mark.parametrize("canned, expected", [
    ("private", [("owner", "FULL_CONTROL")]), ("public-read", [(ALL_USERS, "READ"), ("owner", "FULL_CONTROL")]),
    ("public-read-write", [(ALL_USERS, "READ"), (ALL_USERS, "WRITE"), ("owner", "FULL_CONTROL")]),
    ("authenticated-read", [(AUTHENTICATED_USERS, "READ"), ("owner", "FULL_CONTROL")])])
def test_PutBucketAcl_canned(s3, bucket, canned, expected):
    s3.put_bucket_acl(Bucket=bucket, ACL=canned)
    assert grants(s3.get_bucket_acl(Bucket=bucket)) == expected


@pytest.mark.parametrize("canned, expected", [
    ("private", [("owner", "FULL_CONTROL")]), ("public-read", [(ALL_USERS, "READ"), ("owner", "FULL_CONTROL")]), ("bucket-owner-read", [("owner", "FULL_CONTROL")]),
    ("bucket-owner-full-control", [("owner", "FULL_CONTROL")]), ("authenticated-read", [(AUTHENTICATED_USERS, "READ"), ("owner", "FULL_CONTROL")])])
def test_PutObjectAcl_canned(s3, bucket, canned, expected):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x", ACL=canned)
    assert grants(s3.get_object_acl(Bucket=bucket, Key="key")) == expected
    s3.put_object_acl(Bucket=bucket, Key="key", ACL="private")
    s3.put_object_acl(Bucket=bucket, Key="key", ACL=canned)
    assert grants(s3.get_object_acl(Bucket=bucket, Key="key")) == expected


@pytest.mark.parametrize("permission", ["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"])
def test_PutObjectAcl_document(s3, bucket, permission):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    owner = s3.get_object_acl(Bucket=bucket, Key="key")["Owner"]
    wanted = [{"Grantee": {**owner, "Type": "CanonicalUser"}, "Permission": permission}]
    s3.put_object_acl(Bucket=bucket, Key="key", AccessControlPolicy={"Owner": owner, "Grants": wanted})
    assert s3.get_object_acl(Bucket=bucket, Key="key")["Grants"] == wanted


def test_PutBucketAcl_no_grants(s3, bucket):
    owner = s3.get_bucket_acl(Bucket=bucket)["Owner"]
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy={"Owner": owner, "Grants": []})
    assert "Grants" not in s3.get_bucket_acl(Bucket=bucket) or s3.get_bucket_acl(Bucket=bucket)["Grants"] == []


def test_PutBucketAcl_grant_headers(s3, bucket):
    owner = s3.get_bucket_acl(Bucket=bucket)["Owner"]["ID"]
    s3.put_bucket_acl(Bucket=bucket, GrantFullControl=f'id="{owner}"', GrantRead=f'uri="{ALL_USERS}"', GrantWriteACP=f'id={owner}')
    assert grants(s3.get_bucket_acl(Bucket=bucket)) == [(ALL_USERS, "READ"), ("owner", "FULL_CONTROL"), ("owner", "WRITE_ACP")]
    fails("UnresolvableGrantByEmailAddress", 400, s3.put_bucket_acl, Bucket=bucket, GrantRead='emailAddress="nobody@example.com"')
    fails("InvalidArgument", 400, s3.put_bucket_acl, Bucket=bucket, GrantRead='id="nobody"')
    fails("InvalidArgument", 400, s3.put_bucket_acl, Bucket=bucket, GrantRead='uri="http://example.com/"')
    fails("InvalidRequest", 400, s3.put_bucket_acl, Bucket=bucket, ACL="private", GrantRead=f'id="{owner}"')


def test_PutBucketAcl_malformed(s3, raw, bucket):
    for body in (b"<x", b"<AccessControlPolicy/>", b"<AccessControlPolicy><Owner><ID>x</ID></Owner></AccessControlPolicy>"):
        answer = raw("PUT", f"/{bucket}", query={"acl": ""}, body=body)
        assert (answer.status, answer.code) == (400, "MalformedACLError")
    assert raw("PUT", f"/{bucket}", query={"acl": ""}).code == "MissingSecurityHeader"
    fails("InvalidArgument", 400, s3.put_bucket_acl, Bucket=bucket, ACL="bucket-owner")
    fails("NoSuchKey", 404, s3.put_object_acl, Bucket=bucket, Key="nope", ACL="private")
    fails("NoSuchKey", 404, s3.get_object_acl, Bucket=bucket, Key="nope")


def test_PutBucketAcl_without_content_length(raw, bucket):
    answer = raw("PUT", f"/{bucket}", query={"acl": ""}, headers={"x-amz-acl": "private"}, also={"Content-Length": None})
    assert answer.status == 200


def test_ObjectAcl_of_versions(s3, anonymous, versioned):
    first = s3.put_object(Bucket=versioned, Key="key", Body=b"1")["VersionId"]
    s3.put_object(Bucket=versioned, Key="key", Body=b"2")
    s3.put_object_acl(Bucket=versioned, Key="key", ACL="public-read")
    assert len(s3.get_object_acl(Bucket=versioned, Key="key")["Grants"]) == 2
    assert len(s3.get_object_acl(Bucket=versioned, Key="key", VersionId=first)["Grants"]) == 1
    s3.put_object_acl(Bucket=versioned, Key="key", VersionId=first, ACL="public-read")
    assert anonymous.get_object(Bucket=versioned, Key="key", VersionId=first)["Body"].read() == b"1"


def test_Anonymous_access_by_acl(s3, anonymous, bucket):
    s3.put_object(Bucket=bucket, Key="open", Body=b"open", ACL="public-read")
    s3.put_object(Bucket=bucket, Key="closed", Body=b"closed")
    assert anonymous.get_object(Bucket=bucket, Key="open")["Body"].read() == b"open"
    fails("AccessDenied", 403, anonymous.get_object, Bucket=bucket, Key="closed")
    fails("AccessDenied", 403, anonymous.get_object, Bucket=bucket, Key="missing")
    fails("AccessDenied", 403, anonymous.put_object, Bucket=bucket, Key="open", Body=b"x")
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    fails("AccessDenied", 403, anonymous.get_object, Bucket=bucket, Key="closed")
    fails("NoSuchKey", 404, anonymous.get_object, Bucket=bucket, Key="missing")
    assert status(anonymous.put_object(Bucket=bucket, Key="new", Body=b"x")) == 200
    fails("AccessDenied", 403, anonymous.get_bucket_acl, Bucket=bucket)
    fails("AccessDenied", 403, anonymous.put_bucket_acl, Bucket=bucket, ACL="private")
    fails("NoSuchBucket", 404, anonymous.get_object, Bucket="no-such-bucket", Key="key")


def test_OwnershipControls(s3, bucket):
    fails("OwnershipControlsNotFoundError", 404, s3.get_bucket_ownership_controls, Bucket=bucket)
    set_to = lambda ownership: s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": ownership}]})  # noqa: E731
    for ownership in ("BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"):
        set_to(ownership)
        assert s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"] == [{"ObjectOwnership": ownership}]
    fails("MalformedXML", 400, set_to, ownership="Nobody")
    fails("AccessControlListNotSupported", 400, s3.put_bucket_acl, Bucket=bucket, ACL="public-read")
    fails("AccessControlListNotSupported", 400, s3.put_object, Bucket=bucket, Key="key", Body=b"x", ACL="public-read")
    assert status(s3.put_object(Bucket=bucket, Key="key", Body=b"x", ACL="bucket-owner-full-control")) == 200
    assert len(s3.get_bucket_acl(Bucket=bucket)["Grants"]) == 1
    s3.delete_bucket_ownership_controls(Bucket=bucket)
    fails("OwnershipControlsNotFoundError", 404, s3.get_bucket_ownership_controls, Bucket=bucket)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    fails("InvalidBucketAclWithObjectOwnership", 400, set_to, ownership="BucketOwnerEnforced")


def block(s3, bucket, **on):
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=on)


def test_PublicAccessBlock(s3, bucket):
    fails("NoSuchPublicAccessBlockConfiguration", 404, s3.get_public_access_block, Bucket=bucket)
    on = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": False}
    block(s3, bucket, **on)
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == on
    s3.delete_public_access_block(Bucket=bucket)
    fails("NoSuchPublicAccessBlockConfiguration", 404, s3.get_public_access_block, Bucket=bucket)


def test_PublicAccessBlock_refuses_public_acls_and_policies(s3, bucket):
    block(s3, bucket, BlockPublicAcls=True, BlockPublicPolicy=True)
    for canned in ("public-read", "public-read-write", "authenticated-read"):
        fails("AccessDenied", 403, s3.put_bucket_acl, Bucket=bucket, ACL=canned)
        fails("AccessDenied", 403, s3.put_object, Bucket=bucket, Key="key", Body=b"x", ACL=canned)
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    policy = f'{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::{bucket}/*"}}]}}'
    fails("AccessDenied", 403, s3.put_bucket_policy, Bucket=bucket, Policy=policy)


def test_PublicAccessBlock_ignores_public_acls(s3, anonymous, bucket):
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    s3.put_object(Bucket=bucket, Key="key", Body=b"x", ACL="public-read")
    assert status(anonymous.get_object(Bucket=bucket, Key="key")) == 200
    block(s3, bucket, IgnorePublicAcls=True)
    fails("AccessDenied", 403, anonymous.get_object, Bucket=bucket, Key="key")
    fails("AccessDenied", 403, anonymous.list_objects, Bucket=bucket)
