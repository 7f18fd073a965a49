"""CreateMultipartUpload, UploadPart, UploadPartCopy, CompleteMultipartUpload, Abort, ListParts, ListMultipartUploads, GetObjectAttributes."""
import base64
import hashlib

import pytest

from .s3_support import PART, fails, headers, keys, multipart_etag, prefixes, status, upload

A, B, C = b"a" * PART, b"b" * PART, b"c" * 10


def sha256(body):
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


@pytest.fixture
def begun(s3, bucket):
    return s3.create_multipart_upload(Bucket=bucket, Key="key")["UploadId"]


@pytest.fixture
def part(s3, bucket, begun):
    def send(number, body):
        return {"PartNumber": number, "ETag": s3.upload_part(Bucket=bucket, Key="key", UploadId=begun, PartNumber=number, Body=body)["ETag"]}
    return send


@pytest.fixture
def complete(s3, bucket, begun):
    return lambda parts, **more: s3.complete_multipart_upload(Bucket=bucket, Key="key", UploadId=begun, MultipartUpload={"Parts": parts}, **more)


def test_CompleteMultipartUpload_joins_parts(s3, bucket, part, complete):
    done = complete([part(1, A), part(2, C)])
    assert done["ETag"] == multipart_etag(A, C) and done["Bucket"] == bucket and done["Key"] == "key" and done["Location"].endswith(f"/{bucket}/key")
    got = s3.get_object(Bucket=bucket, Key="key")
    assert got["Body"].read() == A + C and got["ETag"] == done["ETag"] and "PartsCount" not in got


def test_CompleteMultipartUpload_again_is_the_same_answer(s3, bucket, part, complete):
    parts = [part(1, C)]
    assert complete(parts)["ETag"] == complete(parts)["ETag"]


def test_CompleteMultipartUpload_leaves_out_parts_and_numbers(s3, bucket, part, complete):
    part(3, B)
    complete([part(2, A), part(10000, C)])
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == A + C


def test_CompleteMultipartUpload_resent_part_counts_last(s3, bucket, part, complete):
    part(1, A)
    complete([part(1, C)])
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == C


def test_CompleteMultipartUpload_bad_part_lists(s3, bucket, part, complete, begun):
    good, small = part(1, C), part(2, C)
    fails("InvalidPart", 400, complete, parts=[{"PartNumber": 9, "ETag": good["ETag"]}])
    answer = fails("InvalidPart", 400, complete, parts=[{"PartNumber": 1, "ETag": '"ffffffffffffffffffffffffffffffff"'}])
    assert (answer["Error"]["UploadId"], answer["Error"]["PartNumber"]) == (begun, "1")
    fails("InvalidPartOrder", 400, complete, parts=[small, good])
    fails("InvalidPartOrder", 400, complete, parts=[good, good])
    answer = fails("EntityTooSmall", 400, complete, parts=[good, small])
    assert (answer["Error"]["ProposedSize"], answer["Error"]["MinSizeAllowed"], answer["Error"]["PartNumber"]) == ("10", str(PART), "1")
    answer = fails("InvalidArgument", 400, complete, parts=[{"PartNumber": 0, "ETag": good["ETag"]}])
    assert answer["Error"]["Message"] == "PartNumber must be >= 1"
    fails("MalformedXML", 400, complete, parts=[])
    fails("MalformedXML", 400, complete, parts=[{"PartNumber": 1}])
    assert complete([good])["ETag"] == multipart_etag(C)


def test_CompleteMultipartUpload_conditions(s3, raw, bucket, part, begun):
    etag = part(1, C)["ETag"]
    body = f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>".encode()
    old = s3.put_object(Bucket=bucket, Key="key", Body=b"old")["ETag"]
    for given, code in ({"If-None-Match": "*"}, 412), ({"If-Match": '"abc"'}, 412), ({"If-Match": old}, 200):
        assert raw("POST", f"/{bucket}/key", query={"uploadId": begun}, headers=given, body=body).status == code


def test_CompleteMultipartUpload_object_size(raw, s3, bucket, part, begun):
    etag = part(1, C)["ETag"]
    body = f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>".encode()
    answer = raw("POST", f"/{bucket}/key", query={"uploadId": begun}, headers={"x-amz-mp-object-size": "11"}, body=body)
    assert (answer.status, answer.code) == (400, "InvalidRequest")
    assert raw("POST", f"/{bucket}/key", query={"uploadId": begun}, headers={"x-amz-mp-object-size": "10"}, body=body).status == 200


def test_Multipart_unknown_upload_404(s3, bucket):
    unknown = {"Bucket": bucket, "Key": "key", "UploadId": "nope"}
    fails("NoSuchUpload", 404, s3.upload_part, PartNumber=1, Body=b"x", **unknown)
    fails("NoSuchUpload", 404, s3.abort_multipart_upload, **unknown)
    fails("NoSuchUpload", 404, s3.list_parts, **unknown)
    fails("NoSuchUpload", 404, s3.complete_multipart_upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": "x"}]}, **unknown)


def test_Multipart_missing_bucket_404(s3):
    fails("NoSuchBucket", 404, s3.create_multipart_upload, Bucket="no-such-bucket", Key="key")
    fails("NoSuchBucket", 404, s3.list_multipart_uploads, Bucket="no-such-bucket")


def test_AbortMultipartUpload(s3, bucket, part, begun):
    part(1, C)
    assert status(s3.abort_multipart_upload(Bucket=bucket, Key="key", UploadId=begun)) == 204
    fails("NoSuchUpload", 404, s3.abort_multipart_upload, Bucket=bucket, Key="key", UploadId=begun)
    fails("NoSuchUpload", 404, s3.upload_part, Bucket=bucket, Key="key", UploadId=begun, PartNumber=1, Body=b"x")
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


@pytest.mark.parametrize("number", ["0", "10001", "-1", "x", ""])
def test_UploadPart_number_out_of_range_400(raw, bucket, begun, number):
    answer = raw("PUT", f"/{bucket}/key", query={"uploadId": begun, "partNumber": number}, body=b"x")
    assert (answer.status, answer.code, answer.text("Message")) == (400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")


def test_UploadPart_bad_digests_400(raw, bucket, begun):
    def put(**given):
        return raw("PUT", f"/{bucket}/key", query={"uploadId": begun, "partNumber": "1"}, headers={k.replace("_", "-"): v for k, v in given.items()}, body=b"x").code
    assert put(Content_MD5="rL0Y20xC+Fzt72VPzMSk2A==") == "BadDigest"
    assert put(Content_MD5="abc") == "InvalidDigest"
    assert put(x_amz_checksum_crc32="AAAAAA==") == "BadDigest"


def test_UploadPart_of_another_key_404(s3, bucket, begun):
    fails("NoSuchUpload", 404, s3.upload_part, Bucket=bucket, Key="other", UploadId=begun, PartNumber=1, Body=b"x")


def test_ListParts(s3, bucket, part, begun):
    for number in (1, 2, 4):
        part(number, str(number).encode())
    whole = s3.list_parts(Bucket=bucket, Key="key", UploadId=begun)
    assert [p["PartNumber"] for p in whole["Parts"]] == [1, 2, 4] and not whole["IsTruncated"] and whole["MaxParts"] == 1000
    assert whole["Initiator"]["ID"] and whole["Owner"]["ID"] and whole["StorageClass"] == "STANDARD" and whole["Parts"][0]["Size"] == 1
    page = s3.list_parts(Bucket=bucket, Key="key", UploadId=begun, MaxParts=2)
    assert page["IsTruncated"] and page["NextPartNumberMarker"] == 2
    assert [p["PartNumber"] for p in s3.list_parts(Bucket=bucket, Key="key", UploadId=begun, PartNumberMarker=2)["Parts"]] == [4]
    fails("InvalidArgument", 400, s3.list_parts, Bucket=bucket, Key="key", UploadId=begun, MaxParts=-1)


def test_ListMultipartUploads(s3, bucket):
    made = [(key, s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]) for key in ("a", "b", "b", "dir/c")]
    whole = s3.list_multipart_uploads(Bucket=bucket)
    assert [(u["Key"], u["UploadId"]) for u in whole["Uploads"]] == made and not whole["IsTruncated"]
    assert (whole["NextKeyMarker"], whole["NextUploadIdMarker"]) == made[-1]
    first = s3.list_multipart_uploads(Bucket=bucket, MaxUploads=2)
    assert first["IsTruncated"] and (first["NextKeyMarker"], first["NextUploadIdMarker"]) == made[1]
    rest = s3.list_multipart_uploads(Bucket=bucket, KeyMarker=first["NextKeyMarker"], UploadIdMarker=first["NextUploadIdMarker"])
    assert [(u["Key"], u["UploadId"]) for u in rest["Uploads"]] == made[2:]
    assert [u["Key"] for u in s3.list_multipart_uploads(Bucket=bucket, KeyMarker="aa")["Uploads"]] == ["b", "b", "dir/c"]
    ignored = s3.list_multipart_uploads(Bucket=bucket, UploadIdMarker=made[1][1])
    assert len(ignored["Uploads"]) == 4 and not ignored.get("UploadIdMarker")
    cut = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/")
    assert prefixes(cut) == ["dir/"] and len(cut["Uploads"]) == 3
    assert [u["Key"] for u in s3.list_multipart_uploads(Bucket=bucket, Prefix="dir/")["Uploads"]] == ["dir/c"]
    assert keys(s3.list_objects_v2(Bucket=bucket)) == []


def test_CreateMultipartUpload_metadata_reaches_the_object(s3, bucket):
    upload(s3, bucket, "key", [C], ContentType="text/plain", Metadata={"foo": "bar"}, Tagging="a=b", StorageClass="STANDARD_IA")
    head = s3.head_object(Bucket=bucket, Key="key")
    assert (head["ContentType"], head["Metadata"], head["StorageClass"]) == ("text/plain", {"foo": "bar"}, "STANDARD_IA")
    assert s3.get_object_tagging(Bucket=bucket, Key="key")["TagSet"] == [{"Key": "a", "Value": "b"}]


def test_CompleteMultipartUpload_composite_checksum(s3, bucket):
    begun = s3.create_multipart_upload(Bucket=bucket, Key="key", ChecksumAlgorithm="SHA256")
    assert begun["ChecksumAlgorithm"] == "SHA256"
    parts = []
    for number, body in ((1, A), (2, C)):
        made = s3.upload_part(Bucket=bucket, Key="key", UploadId=begun["UploadId"], PartNumber=number, Body=body, ChecksumSHA256=sha256(body))
        parts.append({"PartNumber": number, "ETag": made["ETag"], "ChecksumSHA256": made["ChecksumSHA256"]})
    finish = lambda named: s3.complete_multipart_upload(Bucket=bucket, Key="key", UploadId=begun["UploadId"], MultipartUpload={"Parts": named})  # noqa: E731
    answer = fails("InvalidRequest", 400, finish, named=[parts[0], {"PartNumber": 2, "ETag": parts[1]["ETag"]}])
    assert answer["Error"]["Message"].endswith("must include the checksum for each part. It was missing for part 2 in the request.")
    fails("InvalidPart", 400, finish, named=[parts[0], dict(parts[1], ChecksumSHA256=sha256(b"other"))])
    whole = base64.b64encode(hashlib.sha256(hashlib.sha256(A).digest() + hashlib.sha256(C).digest()).digest()).decode() + "-2"
    assert finish(parts)["ChecksumSHA256"] == whole
    assert s3.head_object(Bucket=bucket, Key="key", ChecksumMode="ENABLED")["ChecksumSHA256"] == whole


@pytest.mark.parametrize("algorithm, kind, good", [("SHA256", "FULL_OBJECT", False), ("CRC64NVME", "COMPOSITE", False), ("CRC32", "FULL_OBJECT", True), ("CRC32", "COMPOSITE", True),
                                                   ("CRC32", "NEITHER", False), ("MD4", "", False)])
def test_CreateMultipartUpload_checksum_types(raw, bucket, algorithm, kind, good):
    given = {"x-amz-checksum-algorithm": algorithm}
    if kind:
        given["x-amz-checksum-type"] = kind
    answer = raw("POST", f"/{bucket}/key", query={"uploads": ""}, headers=given)
    assert answer.status == (200 if good else 400) and (good or answer.code == "InvalidRequest")


def test_UploadPart_checksum_of_another_algorithm_400(s3, bucket):
    begun = s3.create_multipart_upload(Bucket=bucket, Key="key", ChecksumAlgorithm="SHA1")["UploadId"]
    fails("InvalidRequest", 400, s3.upload_part, Bucket=bucket, Key="key", UploadId=begun, PartNumber=1, Body=C, ChecksumSHA256=sha256(C))


def test_GetObjectAttributes(s3, bucket):
    put = s3.put_object(Bucket=bucket, Key="plain", Body=C, ChecksumAlgorithm="SHA256")
    got = s3.get_object_attributes(Bucket=bucket, Key="plain", ObjectAttributes=["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"])
    assert got["ETag"] == put["ETag"].strip('"') and got["ObjectSize"] == 10 and got["StorageClass"] == "STANDARD" and "ObjectParts" not in got
    assert got["Checksum"]["ChecksumSHA256"] == sha256(C) and "last-modified" in headers(got)
    only = s3.get_object_attributes(Bucket=bucket, Key="plain", ObjectAttributes=["ObjectSize"])
    assert only["ObjectSize"] == 10 and "ETag" not in only
    fails("InvalidArgument", 400, s3.get_object_attributes, Bucket=bucket, Key="plain", ObjectAttributes=["Weight"])
    fails("NoSuchKey", 404, s3.get_object_attributes, Bucket=bucket, Key="nope", ObjectAttributes=["ETag"])


def test_GetObjectAttributes_parts_in_pages(s3, bucket):
    begun = s3.create_multipart_upload(Bucket=bucket, Key="key", ChecksumAlgorithm="SHA256")["UploadId"]
    parts = []
    for number, body in ((1, A), (2, B), (3, C)):
        made = s3.upload_part(Bucket=bucket, Key="key", UploadId=begun, PartNumber=number, Body=body, ChecksumSHA256=sha256(body))
        parts.append({"PartNumber": number, "ETag": made["ETag"], "ChecksumSHA256": made["ChecksumSHA256"]})
    s3.complete_multipart_upload(Bucket=bucket, Key="key", UploadId=begun, MultipartUpload={"Parts": parts})
    page = s3.get_object_attributes(Bucket=bucket, Key="key", ObjectAttributes=["ObjectParts"], MaxParts=1)["ObjectParts"]
    assert (page["TotalPartsCount"], page["MaxParts"], page["IsTruncated"], page["NextPartNumberMarker"]) == (3, 1, True, 1)
    assert page["Parts"] == [{"PartNumber": 1, "Size": PART, "ChecksumSHA256": sha256(A)}]
    rest = s3.get_object_attributes(Bucket=bucket, Key="key", ObjectAttributes=["ObjectParts"], PartNumberMarker=1)["ObjectParts"]
    assert [p["PartNumber"] for p in rest["Parts"]] == [2, 3] and not rest["IsTruncated"] and rest["PartNumberMarker"] == 1


def test_UploadPartCopy(s3, bucket, begun, complete):
    s3.put_object(Bucket=bucket, Key="source", Body=A + C)
    copy = lambda **more: s3.upload_part_copy(Bucket=bucket, Key="key", UploadId=begun, PartNumber=1, CopySource={"Bucket": bucket, "Key": "source"}, **more)  # noqa: E731
    made = copy(CopySourceRange=f"bytes=0-{PART - 1}")["CopyPartResult"]
    assert made["ETag"] == f'"{hashlib.md5(A).hexdigest()}"' and made["LastModified"]
    for improper in ("0-2", "bytes=0", "bytes=hello-world", "bytes=0-bar", "bytes=hello-", "bytes=0-2,3-5", "bytes=5-2"):
        fails("InvalidArgument", 400, copy, CopySourceRange=improper)
    outside = fails("InvalidArgument", 400, copy, CopySourceRange=f"bytes=0-{PART + 10}")
    assert outside["Error"]["Message"] == f"Range specified is not valid for source object of size: {PART + 10}"
    fails("PreconditionFailed", 412, copy, CopySourceIfMatch="abc")
    complete([{"PartNumber": 1, "ETag": made["ETag"]}])
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == A


@pytest.mark.parametrize("key", [" ", "_", "__", "?versionId", "a%2Fb", "ü"])
def test_UploadPartCopy_special_names(s3, bucket, begun, complete, key):
    s3.put_object(Bucket=bucket, Key=key, Body=C)
    made = s3.upload_part_copy(Bucket=bucket, Key="key", UploadId=begun, PartNumber=1, CopySource={"Bucket": bucket, "Key": key})
    complete([{"PartNumber": 1, "ETag": made["CopyPartResult"]["ETag"]}])
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == C


def test_UploadPartCopy_sources_that_are_not_there(s3, bucket, begun):
    target = {"Bucket": bucket, "Key": "key", "UploadId": begun, "PartNumber": 1}
    fails("NoSuchKey", 404, s3.upload_part_copy, CopySource=f"{bucket}/nope", **target)
    fails("NoSuchBucket", 404, s3.upload_part_copy, CopySource="no-such-bucket/key", **target)
    assert fails("InvalidArgument", 400, s3.upload_part_copy, CopySource=bucket, **target)["Error"]["Message"] == "Invalid copy source object key"
