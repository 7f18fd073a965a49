"""Put/GetBucketVersioning, ListObjectVersions, and what versions mean to other operations."""
import pytest

from .s3_support import fails, headers, keys, prefixes, put_keys, status, upload


def set_state(s3, bucket, state):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": state})


def versions(s3, bucket, **arguments):
    page = s3.list_object_versions(Bucket=bucket, **arguments)
    return [(v["Key"], v["VersionId"], v["IsLatest"]) for v in page.get("Versions", [])], [(m["Key"], m["VersionId"], m["IsLatest"]) for m in page.get("DeleteMarkers", [])]


def body(s3, bucket, key, **arguments):
    return s3.get_object(Bucket=bucket, Key=key, **arguments)["Body"].read()


def test_GetBucketVersioning_states(s3, bucket):
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    for state in ("Suspended", "Enabled", "Enabled", "Suspended"):
        set_state(s3, bucket, state)
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == state


def test_PutBucketVersioning_invalid(s3, raw, bucket):
    fails("MalformedXML", 400, s3.put_bucket_versioning, Bucket=bucket, VersioningConfiguration={"Status": "Maybe"})
    fails("IllegalVersioningConfigurationException", 400, s3.put_bucket_versioning, Bucket=bucket, VersioningConfiguration={})
    fails("NotImplemented", 501, s3.put_bucket_versioning, Bucket=bucket, VersioningConfiguration={"Status": "Enabled", "MFADelete": "Enabled"})
    assert raw("PUT", f"/{bucket}", query={"versioning": ""}, body=b"<x").code == "MalformedXML"
    fails("NoSuchBucket", 404, s3.get_bucket_versioning, Bucket="no-such-bucket")


def test_PutBucketVersioning_locked_bucket_cannot_be_suspended(s3, locked):
    fails("InvalidBucketState", 409, s3.put_bucket_versioning, Bucket=locked, VersioningConfiguration={"Status": "Suspended"})


def test_ListObjectVersions_of_an_unversioned_bucket(s3, bucket):
    put_keys(s3, bucket, ["a"])
    assert versions(s3, bucket) == ([("a", "null", True)], [])


def test_Versions_read_and_removed_one_by_one(s3, versioned):
    made = [s3.put_object(Bucket=versioned, Key="key", Body=str(n).encode())["VersionId"] for n in range(5)]
    assert versions(s3, versioned)[0] == [("key", v, v == made[-1]) for v in reversed(made)]
    while made:
        assert body(s3, versioned, "key") == str(len(made) - 1).encode()
        answer = s3.delete_object(Bucket=versioned, Key="key", VersionId=made.pop())
        assert "DeleteMarker" not in answer
    fails("NoSuchKey", 404, s3.get_object, Bucket=versioned, Key="key")
    assert versions(s3, versioned) == ([], [])


def test_Versions_null_version_survives_enabling(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"plain")
    set_state(s3, bucket, "Enabled")
    assert body(s3, bucket, "key", VersionId="null") == b"plain"
    s3.put_object(Bucket=bucket, Key="key", Body=b"new")
    assert body(s3, bucket, "key", VersionId="null") == b"plain"
    s3.delete_object(Bucket=bucket, Key="key", VersionId="null")
    fails("NoSuchVersion", 404, s3.get_object, Bucket=bucket, Key="key", VersionId="null")
    assert body(s3, bucket, "key") == b"new"


def test_Versions_suspended_overwrites_the_null_version_only(s3, versioned):
    first = s3.put_object(Bucket=versioned, Key="key", Body=b"1")["VersionId"]
    set_state(s3, versioned, "Suspended")
    s3.put_object(Bucket=versioned, Key="key", Body=b"2")
    s3.put_object(Bucket=versioned, Key="key", Body=b"3")
    assert versions(s3, versioned)[0] == [("key", "null", True), ("key", first, False)]
    assert body(s3, versioned, "key") == b"3" and body(s3, versioned, "key", VersionId=first) == b"1"
    deleted = s3.delete_object(Bucket=versioned, Key="key")
    assert deleted["DeleteMarker"] is True and deleted["VersionId"] == "null"
    assert versions(s3, versioned) == ([("key", first, False)], [("key", "null", True)])
    s3.delete_object(Bucket=versioned, Key="key")
    assert versions(s3, versioned) == ([("key", first, False)], [("key", "null", True)])
    s3.delete_object(Bucket=versioned, Key="key", VersionId="null")
    assert body(s3, versioned, "key") == b"1"


def test_DeleteObject_makes_and_removes_markers(s3, versioned):
    s3.put_object(Bucket=versioned, Key="key", Body=b"1")
    made = s3.delete_object(Bucket=versioned, Key="key")
    again = s3.delete_object(Bucket=versioned, Key="key")
    assert made["DeleteMarker"] and again["DeleteMarker"] and made["VersionId"] != again["VersionId"]
    removed = s3.delete_object(Bucket=versioned, Key="key", VersionId=again["VersionId"])
    assert removed["DeleteMarker"] and removed["VersionId"] == again["VersionId"]
    s3.delete_object(Bucket=versioned, Key="key", VersionId=made["VersionId"])
    assert body(s3, versioned, "key") == b"1"


def test_DeleteObject_missing_things_204(s3, versioned, bucket):
    assert status(s3.delete_object(Bucket=bucket, Key="nope")) == 204
    marker = s3.delete_object(Bucket=versioned, Key="nope")
    assert marker["DeleteMarker"] is True
    unknown = "0" * 32
    assert s3.delete_object(Bucket=versioned, Key="nope", VersionId=unknown)["VersionId"] == unknown


def test_ListObjectVersions_pages_with_both_markers(s3, versioned):
    for key in ("a", "b"):
        for n in range(3):
            s3.put_object(Bucket=versioned, Key=key, Body=str(n).encode())
    s3.delete_object(Bucket=versioned, Key="a")
    whole = s3.list_object_versions(Bucket=versioned)
    everything = {(v["Key"], v["VersionId"]) for v in whole["Versions"] + whole["DeleteMarkers"]}
    seen, markers = [], {}
    while True:
        page = s3.list_object_versions(Bucket=versioned, MaxKeys=2, **markers)
        assert page["MaxKeys"] == 2
        seen += [(v["Key"], v["VersionId"]) for v in page.get("Versions", []) + page.get("DeleteMarkers", [])]
        if not page["IsTruncated"]:
            break
        assert page["NextKeyMarker"] and page["NextVersionIdMarker"]
        markers = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
    assert len(seen) == 7 and set(seen) == everything


def test_ListObjectVersions_key_marker_alone_starts_after_the_key(s3, versioned):
    put_keys(s3, versioned, ["a", "a", "b"])
    assert [v[0] for v in versions(s3, versioned, KeyMarker="a")[0]] == ["b"]
    assert [v[0] for v in versions(s3, versioned, KeyMarker="A")[0]] == ["a", "a", "b"]


def test_ListObjectVersions_delimiter_and_prefix(s3, versioned):
    put_keys(s3, versioned, ["a/1", "a/2", "b", "c/1"])
    page = s3.list_object_versions(Bucket=versioned, Delimiter="/")
    assert [v["Key"] for v in page["Versions"]] == ["b"] and prefixes(page) == ["a/", "c/"]
    page = s3.list_object_versions(Bucket=versioned, Prefix="a/")
    assert [v["Key"] for v in page["Versions"]] == ["a/1", "a/2"]
    page = s3.list_object_versions(Bucket=versioned, Delimiter="/", MaxKeys=1)
    assert page["IsTruncated"] and prefixes(page) == ["a/"] and page["NextKeyMarker"] == "a/"


def test_ListObjectVersions_max_keys_zero(s3, versioned):
    put_keys(s3, versioned, ["a"])
    page = s3.list_object_versions(Bucket=versioned, MaxKeys=0)
    assert "Versions" not in page and page["IsTruncated"] is False


def test_ListObjectVersions_invalid_markers_400(raw, versioned):
    answer = raw("GET", f"/{versioned}", query={"versions": "", "version-id-marker": "0" * 32})
    assert (answer.status, answer.code, answer.text("Message")) == (400, "InvalidArgument", "A version-id marker cannot be specified without a key marker.")
    answer = raw("GET", f"/{versioned}", query={"versions": "", "key-marker": "a", "version-id-marker": "invalid"})
    assert (answer.status, answer.code, answer.text("Message")) == (400, "InvalidArgument", "Invalid version id specified")
    answer = raw("GET", f"/{versioned}", query={"versions": "", "key-marker": "a", "version-id-marker": ""})
    assert (answer.status, answer.code, answer.text("Message")) == (400, "InvalidArgument", "A version-id marker cannot be empty.")


def test_ListObjectVersions_entry(s3, versioned):
    made = s3.put_object(Bucket=versioned, Key="key", Body=b"hello")
    entry = s3.list_object_versions(Bucket=versioned)["Versions"][0]
    assert (entry["ETag"], entry["Size"], entry["StorageClass"], entry["IsLatest"]) == (made["ETag"], 5, "STANDARD", True)
    assert entry["Owner"] == s3.get_bucket_acl(Bucket=versioned)["Owner"]


def test_ListObjects_hides_deleted_keys(s3, versioned):
    put_keys(s3, versioned, ["a", "b", "c/d"])
    s3.delete_object(Bucket=versioned, Key="a")
    s3.delete_object(Bucket=versioned, Key="c/d")
    assert keys(s3.list_objects_v2(Bucket=versioned)) == ["b"]
    assert prefixes(s3.list_objects_v2(Bucket=versioned, Delimiter="/")) == []


def test_HeadObject_version_headers(s3, versioned):
    version = s3.put_object(Bucket=versioned, Key="key", Body=b"x")["VersionId"]
    assert s3.head_object(Bucket=versioned, Key="key")["VersionId"] == version
    assert headers(s3.head_object(Bucket=versioned, Key="key", VersionId=version))["x-amz-version-id"] == version


@pytest.mark.parametrize("state", ["Enabled", "Suspended"])
def test_CompleteMultipartUpload_version_id(s3, bucket, state):
    set_state(s3, bucket, state)
    assert ("VersionId" in upload(s3, bucket, "key", [b"x"])) == (state == "Enabled")
