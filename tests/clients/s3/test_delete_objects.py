"""DeleteObject with conditions, DeleteObjects."""
import base64
import hashlib

from .s3_support import fails, keys, put_keys, status


def post(raw, bucket, body, **given):
    md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
    return raw("POST", f"/{bucket}", query={"delete": ""}, headers={"Content-MD5": md5, **given}, body=body)


def test_DeleteObjects_removes_and_reports(s3, bucket):
    put_keys(s3, bucket, ["a", "b", "c"])
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": k} for k in ("a", "b", "missing")]})
    assert [d["Key"] for d in answer["Deleted"]] == ["a", "b", "missing"] and "Errors" not in answer
    assert keys(s3.list_objects_v2(Bucket=bucket)) == ["c"]
    quiet = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "c"}], "Quiet": True})
    assert "Deleted" not in quiet and "Errors" not in quiet


def test_DeleteObjects_more_than_1000_400(s3, bucket):
    fails("MalformedXML", 400, s3.delete_objects, Bucket=bucket, Delete={"Objects": [{"Key": str(n)} for n in range(1001)]})


def test_DeleteObjects_malformed_400(raw, bucket):
    for body in (b"", b"<Delete/>", b"<Delete><Object></Object></Delete>", b"<Delete><Object><Key>a</Key></Delete>", b"<Other/>"):
        answer = post(raw, bucket, body)
        assert answer.status == 400 and answer.code in ("MalformedXML", "MissingRequestBodyError"), body


def test_DeleteObjects_of_versions_and_markers(s3, versioned):
    first = s3.put_object(Bucket=versioned, Key="key", Body=b"1")["VersionId"]
    made = s3.delete_objects(Bucket=versioned, Delete={"Objects": [{"Key": "key"}, {"Key": "never"}]})["Deleted"]
    assert all(d["DeleteMarker"] and d["DeleteMarkerVersionId"] and "VersionId" not in d for d in made)
    marker = made[0]["DeleteMarkerVersionId"]
    removed = s3.delete_objects(Bucket=versioned, Delete={"Objects": [{"Key": "key", "VersionId": marker}, {"Key": "key", "VersionId": first}]})["Deleted"]
    assert removed[0] == {"Key": "key", "VersionId": marker, "DeleteMarker": True, "DeleteMarkerVersionId": marker}
    assert removed[1] == {"Key": "key", "VersionId": first}


def test_DeleteObjects_conditions(raw, s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="key", Body=b"1")["ETag"]
    answer = post(raw, bucket, b"<Delete><Object><Key>key</Key><ETag>abc</ETag></Object></Delete>")
    assert answer.status == 200 and answer.code == "PreconditionFailed"
    answer = post(raw, bucket, f"<Delete><Object><Key>key</Key><ETag>{etag.strip(chr(34))}</ETag><Size>1</Size></Object></Delete>".encode())
    assert answer.text("Deleted") is not None or b"<Deleted>" in answer.body


def test_DeleteObject_if_match(raw, s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="key", Body=b"1")["ETag"]
    assert raw("DELETE", f"/{bucket}/key", headers={"If-Match": '"abc"'}).status == 412
    assert raw("DELETE", f"/{bucket}/key", headers={"x-amz-if-match-size": "7"}).status == 412
    assert raw("DELETE", f"/{bucket}/key", headers={"If-Match": etag, "x-amz-if-match-size": "1"}).status == 204
    assert raw("DELETE", f"/{bucket}/key", headers={"If-Match": etag}).status == 404
    assert status(s3.delete_object(Bucket=bucket, Key="key")) == 204


def test_DeleteObject_missing_bucket_404(s3):
    fails("NoSuchBucket", 404, s3.delete_object, Bucket="no-such-bucket", Key="key")
    fails("NoSuchBucket", 404, s3.delete_objects, Bucket="no-such-bucket", Delete={"Objects": [{"Key": "key"}]})
