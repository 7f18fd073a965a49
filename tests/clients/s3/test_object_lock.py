"""Object lock: configuration, retention, legal hold."""
import datetime

import pytest

from .s3_support import fails, status, upload

DAY = datetime.timedelta(days=1)


def in_days(days):
    return (datetime.datetime.now(datetime.timezone.utc) + days * DAY).replace(microsecond=0)


def rule(**retention):
    return {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}


@pytest.fixture
def version(s3, locked):
    return s3.put_object(Bucket=locked, Key="key", Body=b"x")["VersionId"]


@pytest.fixture
def retain(s3, locked):
    return lambda mode, days, **more: s3.put_object_retention(Bucket=locked, Key="key", Retention={"Mode": mode, "RetainUntilDate": in_days(days)}, **more)


def test_PutObjectLockConfiguration(s3, locked):
    assert s3.get_object_lock_configuration(Bucket=locked)["ObjectLockConfiguration"] == {"ObjectLockEnabled": "Enabled"}
    for retention in ({"Mode": "GOVERNANCE", "Days": 1}, {"Mode": "COMPLIANCE", "Years": 1}):
        s3.put_object_lock_configuration(Bucket=locked, ObjectLockConfiguration=rule(**retention))
        assert s3.get_object_lock_configuration(Bucket=locked)["ObjectLockConfiguration"] == rule(**retention)


@pytest.mark.parametrize("configuration, code", [
    (rule(Mode="GOVERNANCE", Days=1, Years=1), "MalformedXML"), (rule(Mode="GOVERNANCE"), "MalformedXML"), (rule(Mode="abc", Days=1), "MalformedXML"),
    (rule(Mode="governance", Years=1), "MalformedXML"), (rule(Mode="GOVERNANCE", Days=0), "InvalidArgument"), (rule(Mode="GOVERNANCE", Years=-1), "InvalidArgument"),
    (dict(rule(Mode="GOVERNANCE", Days=1), ObjectLockEnabled="Disabled"), "MalformedXML")])
def test_PutObjectLockConfiguration_invalid_400(s3, locked, configuration, code):
    fails(code, 400, s3.put_object_lock_configuration, Bucket=locked, ObjectLockConfiguration=configuration)


def test_ObjectLock_on_a_bucket_without_it(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    fails("ObjectLockConfigurationNotFoundError", 404, s3.get_object_lock_configuration, Bucket=bucket)
    fails("InvalidBucketState", 409, s3.put_object_lock_configuration, Bucket=bucket, ObjectLockConfiguration=rule(Mode="GOVERNANCE", Days=1))
    for call, more in ((s3.get_object_retention, {}), (s3.get_object_legal_hold, {}), (s3.put_object_legal_hold, {"LegalHold": {"Status": "ON"}}),
                       (s3.put_object_retention, {"Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": in_days(1)}})):
        assert fails("InvalidRequest", 400, call, Bucket=bucket, Key="key", **more)["Error"]["Message"] == "Bucket is missing Object Lock Configuration"
    fails("InvalidRequest", 400, s3.put_object, Bucket=bucket, Key="key", Body=b"x", ObjectLockLegalHoldStatus="ON")


def test_PutObjectLockConfiguration_enables_lock_where_versions_are(s3, versioned):
    s3.put_object_lock_configuration(Bucket=versioned, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})
    fails("InvalidBucketState", 409, s3.put_bucket_versioning, Bucket=versioned, VersioningConfiguration={"Status": "Suspended"})


def test_ObjectRetention_keeps_the_version(s3, locked, version, retain):
    fails("NoSuchObjectLockConfiguration", 404, s3.get_object_retention, Bucket=locked, Key="key")
    retain("GOVERNANCE", 2)
    assert s3.get_object_retention(Bucket=locked, Key="key")["Retention"]["Mode"] == "GOVERNANCE"
    head = s3.head_object(Bucket=locked, Key="key")
    assert head["ObjectLockMode"] == "GOVERNANCE" and head["ObjectLockRetainUntilDate"] == s3.get_object_retention(Bucket=locked, Key="key")["Retention"]["RetainUntilDate"]
    fails("AccessDenied", 403, s3.delete_object, Bucket=locked, Key="key", VersionId=version)
    refused = s3.delete_objects(Bucket=locked, Delete={"Objects": [{"Key": "key", "VersionId": version}]})
    assert refused["Errors"][0]["Code"] == "AccessDenied"
    assert s3.delete_object(Bucket=locked, Key="key")["DeleteMarker"] is True
    assert status(s3.delete_object(Bucket=locked, Key="key", VersionId=version, BypassGovernanceRetention=True)) == 204


def test_ObjectRetention_changes(s3, locked, version, retain):
    retain("GOVERNANCE", 2)
    retain("GOVERNANCE", 3)
    fails("AccessDenied", 403, retain, mode="GOVERNANCE", days=1)
    fails("AccessDenied", 403, retain, mode="COMPLIANCE", days=3)
    retain("GOVERNANCE", 1, BypassGovernanceRetention=True)
    retain("COMPLIANCE", 2, BypassGovernanceRetention=True)
    fails("AccessDenied", 403, retain, mode="COMPLIANCE", days=1, BypassGovernanceRetention=True)
    fails("AccessDenied", 403, retain, mode="GOVERNANCE", days=3, BypassGovernanceRetention=True)
    retain("COMPLIANCE", 4)
    fails("AccessDenied", 403, s3.delete_object, Bucket=locked, Key="key", VersionId=version, BypassGovernanceRetention=True)


def test_ObjectRetention_invalid_400(s3, locked, version, retain):
    fails("MalformedXML", 400, retain, mode="governance", days=1)
    fails("MalformedXML", 400, retain, mode="abc", days=1)
    assert fails("InvalidArgument", 400, retain, mode="GOVERNANCE", days=-1)["Error"]["Message"] == "The retain until date must be in the future!"
    fails("NoSuchKey", 404, s3.put_object_retention, Bucket=locked, Key="nope", Retention={"Mode": "GOVERNANCE", "RetainUntilDate": in_days(1)})


def test_ObjectLegalHold(s3, locked, version):
    fails("NoSuchObjectLockConfiguration", 404, s3.get_object_legal_hold, Bucket=locked, Key="key")
    s3.put_object_legal_hold(Bucket=locked, Key="key", LegalHold={"Status": "ON"})
    assert s3.get_object_legal_hold(Bucket=locked, Key="key")["LegalHold"]["Status"] == "ON"
    fails("AccessDenied", 403, s3.delete_object, Bucket=locked, Key="key", VersionId=version, BypassGovernanceRetention=True)
    s3.put_object_legal_hold(Bucket=locked, Key="key", LegalHold={"Status": "OFF"})
    assert s3.get_object_legal_hold(Bucket=locked, Key="key")["LegalHold"]["Status"] == "OFF"
    assert status(s3.delete_object(Bucket=locked, Key="key", VersionId=version)) == 204
    s3.put_object(Bucket=locked, Key="key", Body=b"x")
    fails("MalformedXML", 400, s3.put_object_legal_hold, Bucket=locked, Key="key", LegalHold={"Status": "abc"})


def test_PutObject_with_lock_headers(s3, locked):
    until = in_days(1)
    version = s3.put_object(Bucket=locked, Key="key", Body=b"x", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until, ObjectLockLegalHoldStatus="ON", ChecksumAlgorithm="CRC32")["VersionId"]
    head = s3.head_object(Bucket=locked, Key="key")
    assert (head["ObjectLockMode"], head["ObjectLockRetainUntilDate"], head["ObjectLockLegalHoldStatus"]) == ("GOVERNANCE", until, "ON")
    s3.put_object_legal_hold(Bucket=locked, Key="key", LegalHold={"Status": "OFF"})
    s3.delete_object(Bucket=locked, Key="key", VersionId=version, BypassGovernanceRetention=True)
    fails("InvalidArgument", 400, s3.put_object, Bucket=locked, Key="key", Body=b"x", ObjectLockMode="GOVERNANCE")
    fails("InvalidArgument", 400, s3.put_object, Bucket=locked, Key="key", Body=b"x", ObjectLockMode="abc", ObjectLockRetainUntilDate=until)
    answer = fails("InvalidArgument", 400, s3.put_object, Bucket=locked, Key="key", Body=b"x", ObjectLockLegalHoldStatus="maybe")
    assert answer["Error"]["Message"] == "Legal Hold must be either of 'ON' or 'OFF'"


def test_DefaultRetention_applies_and_yields_to_headers(s3, locked):
    s3.put_object_lock_configuration(Bucket=locked, ObjectLockConfiguration=rule(Mode="GOVERNANCE", Days=1))
    s3.put_object(Bucket=locked, Key="key", Body=b"x")
    assert s3.head_object(Bucket=locked, Key="key")["ObjectLockMode"] == "GOVERNANCE"
    upload(s3, locked, "mp", [b"x"])
    assert s3.head_object(Bucket=locked, Key="mp")["ObjectLockMode"] == "GOVERNANCE"
    until = in_days(5)
    s3.put_object_retention(Bucket=locked, Key="key", Retention={"Mode": "GOVERNANCE", "RetainUntilDate": until})
    assert s3.head_object(Bucket=locked, Key="key")["ObjectLockRetainUntilDate"] == until


def test_CreateMultipartUpload_with_legal_hold(s3, locked):
    version = upload(s3, locked, "mp", [b"x"], ObjectLockLegalHoldStatus="ON")["VersionId"]
    fails("AccessDenied", 403, s3.delete_object, Bucket=locked, Key="mp", VersionId=version)
