"""boto3 (Debian's, or whichever is on the path): transfers, multipart, presigned URLs, hostile keys, many clients."""
import concurrent.futures
import hashlib
import io
import os
import subprocess

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

KEYS = ["a", "a/b", "a//b", "a/../b", "../../../etc/passwd", "/leading", "trailing/", "//", " ", "   spaces   ", "plus+percent%41=&?#", "ü/ö/日本語/🎉",
        "tab\tnew\nline", "quote'\"<>&", "x" * 1024, ".", "..", ".holdfast/journal", "con.txt:stream", "back\\slash", "\x01\x02"]


@pytest.fixture
def bucket(s3):
    s3.create_bucket(Bucket="bucket")
    return "bucket"


def error_code(call):
    with pytest.raises(ClientError) as caught:
        call()
    return caught.value.response["Error"]["Code"], caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_keys_of_any_shape(s3, bucket):
    for number, key in enumerate(KEYS):
        s3.put_object(Bucket=bucket, Key=key, Body=str(number).encode())
    for number, key in enumerate(KEYS):
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == str(number).encode(), key
    for list_all in ("list_objects", "list_objects_v2"):
        listed = [o["Key"] for page in s3.get_paginator(list_all).paginate(Bucket=bucket, PaginationConfig={"PageSize": 3}) for o in page["Contents"]]
        assert listed == sorted(KEYS, key=lambda k: k.encode()), list_all
    assert error_code(lambda: s3.put_object(Bucket=bucket, Key="x" * 1025, Body=b""))[0] == "KeyTooLongError"
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": k} for k in KEYS if k >= " "]})
    assert "Errors" not in deleted
    for key in KEYS:
        s3.delete_object(Bucket=bucket, Key=key)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@pytest.mark.parametrize("size", [0, 1, 4096, 65535, 65536, 65537, 1 << 20, (8 << 20) - 1, 8 << 20, (50 << 20) + 3])
def test_upload_and_download_of_every_size(s3, bucket, size):
    body = os.urandom(size)
    s3.upload_fileobj(io.BytesIO(body), bucket, "key", Config=TransferConfig(multipart_chunksize=5 << 20))
    back = io.BytesIO()
    s3.download_fileobj(bucket, "key", back)
    assert hashlib.sha256(back.getvalue()).digest() == hashlib.sha256(body).digest()
    assert s3.head_object(Bucket=bucket, Key="key")["ContentLength"] == size
    if size > 10:
        middle = s3.get_object(Bucket=bucket, Key="key", Range=f"bytes={size // 2}-{size - 2}")
        assert middle["Body"].read() == body[size // 2:size - 1]
        assert s3.get_object(Bucket=bucket, Key="key", Range="bytes=-7")["Body"].read() == body[-7:]


def test_uploads_after_an_empty_one_on_the_same_connection_do_not_hang(server):
    s3 = server.boto3(max_pool_connections=1, read_timeout=10)
    s3.create_bucket(Bucket="bucket")
    for size in (0, 100, 0, 300_000, 1):
        s3.put_object(Bucket="bucket", Key="key", Body=bytes(size))


def test_multipart_of_200_parts(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="big", Metadata={"a": "b"})["UploadId"]
    part = os.urandom(5 << 20)

    def send(number):
        body = part if number < 200 else b"the end"
        return {"PartNumber": number, "ETag": s3.upload_part(Bucket=bucket, Key="big", UploadId=upload, PartNumber=number, Body=body)["ETag"]}

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        parts = list(pool.map(send, range(1, 201)))
    listed = [p for page in s3.get_paginator("list_parts").paginate(Bucket=bucket, Key="big", UploadId=upload, PaginationConfig={"PageSize": 37}) for p in page["Parts"]]
    assert [p["PartNumber"] for p in listed] == list(range(1, 201))
    assert error_code(lambda: s3.complete_multipart_upload(Bucket=bucket, Key="big", UploadId=upload, MultipartUpload={"Parts": parts[::-1]}))[0] == "InvalidPartOrder"
    done = s3.complete_multipart_upload(Bucket=bucket, Key="big", UploadId=upload, MultipartUpload={"Parts": parts})
    md5s = b"".join(hashlib.md5(part if n < 200 else b"the end").digest() for n in range(1, 201))
    assert done["ETag"] == f'"{hashlib.md5(md5s).hexdigest()}-200"'
    again = s3.complete_multipart_upload(Bucket=bucket, Key="big", UploadId=upload, MultipartUpload={"Parts": parts})
    assert again["ETag"] == done["ETag"]
    assert error_code(lambda: send(1)) == ("NoSuchUpload", 404)
    assert s3.head_object(Bucket=bucket, Key="big")["ContentLength"] == 199 * (5 << 20) + 7
    boundary = s3.get_object(Bucket=bucket, Key="big", Range=f"bytes={(5 << 20) - 2}-{(5 << 20) + 1}")["Body"].read()
    assert boundary == part[-2:] + part[:2]
    assert s3.get_object(Bucket=bucket, Key="big", PartNumber=200)["Body"].read() == b"the end"
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "big"})
    s3.delete_object(Bucket=bucket, Key="big")
    assert s3.get_object(Bucket=bucket, Key="copy", Range="bytes=-7")["Body"].read() == b"the end"


def test_multipart_errors(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    small = [s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=n, Body=b"small")["ETag"] for n in (1, 2)]
    parts = [{"PartNumber": n + 1, "ETag": etag} for n, etag in enumerate(small)]
    complete = lambda p: s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": p})
    assert error_code(lambda: complete(parts))[0] == "EntityTooSmall"
    assert error_code(lambda: complete([{"PartNumber": 1, "ETag": '"00000000000000000000000000000000"'}]))[0] == "InvalidPart"
    assert error_code(lambda: complete([{"PartNumber": 7, "ETag": small[0]}]))[0] == "InvalidPart"
    assert s3.list_multipart_uploads(Bucket=bucket)["Uploads"][0]["UploadId"] == upload
    s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    assert error_code(lambda: s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload))[0] == "NoSuchUpload"
    assert error_code(lambda: s3.get_object(Bucket=bucket, Key="k")) == ("NoSuchKey", 404)


def test_upload_part_copy(s3, bucket):
    body = os.urandom(11 << 20)
    s3.put_object(Bucket=bucket, Key="source", Body=body)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="target")["UploadId"]
    parts = []
    for number, (first, last) in enumerate([(0, (6 << 20) - 1), (6 << 20, (11 << 20) - 1)], 1):
        answer = s3.upload_part_copy(Bucket=bucket, Key="target", UploadId=upload, PartNumber=number, CopySource={"Bucket": bucket, "Key": "source"},
                                     CopySourceRange=f"bytes={first}-{last}")
        parts.append({"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]})
    s3.complete_multipart_upload(Bucket=bucket, Key="target", UploadId=upload, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket=bucket, Key="target")["Body"].read() == body


@pytest.mark.parametrize("signature", ["s3v4", "s3"])
def test_presigned_get_put_and_expiry(server, signature, tmp_path):
    s3 = server.boto3(signature_version=signature)
    s3.create_bucket(Bucket="bucket")
    (tmp_path / "f").write_bytes(b"by curl")
    put = s3.generate_presigned_url("put_object", {"Bucket": "bucket", "Key": "dir/a b+ü"}, ExpiresIn=60)
    subprocess.run(["curl", "-sf", "-T", str(tmp_path / "f"), put], check=True)
    get = s3.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": "dir/a b+ü", "ResponseContentType": "text/x-me"}, ExpiresIn=60)
    answer = subprocess.run(["curl", "-sfi", get], capture_output=True, check=True).stdout.lower()
    assert answer.endswith(b"by curl") and b"content-type: text/x-me" in answer
    tampered = subprocess.run(["curl", "-s", get.replace("dir", "dis")], capture_output=True).stdout
    assert b"SignatureDoesNotMatch" in tampered
    import time
    short = s3.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": "dir/a b+ü"}, ExpiresIn=1)
    time.sleep(2.5)
    assert b"AccessDenied" in subprocess.run(["curl", "-s", short], capture_output=True).stdout


def test_wrong_credentials_are_refused(server):
    import boto3
    import botocore.config
    def client(access, secret):
        return boto3.client("s3", endpoint_url=server.url, aws_access_key_id=access, aws_secret_access_key=secret, region_name="us-east-1",
                            config=botocore.config.Config(retries={"max_attempts": 1}))
    assert error_code(lambda: client("nobody", "whatever-it-is").list_buckets()) == ("InvalidAccessKeyId", 403)
    assert error_code(lambda: client("test-root", "wrong-password").list_buckets()) == ("SignatureDoesNotMatch", 403)


def test_conditional_writes(s3, bucket):
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["ETag"]

    def put(body, **headers):
        def add(request, **_):
            for name, value in headers.items():
                request.headers[name.replace("_", "-")] = value
        s3.meta.events.register("before-sign.s3.PutObject", add)
        try:
            return s3.put_object(Bucket=bucket, Key="k", Body=body)
        finally:
            s3.meta.events.unregister("before-sign.s3.PutObject", add)

    assert error_code(lambda: put(b"2", If_None_Match="*")) == ("PreconditionFailed", 412)
    second = put(b"2", If_Match=first)["ETag"]
    assert error_code(lambda: put(b"3", If_Match=first)) == ("PreconditionFailed", 412)
    assert s3.get_object(Bucket=bucket, Key="k", IfMatch=second)["Body"].read() == b"2"
    assert error_code(lambda: s3.get_object(Bucket=bucket, Key="k", IfNoneMatch=second))[1] == 304
    s3.delete_object(Bucket=bucket, Key="k")
    assert error_code(lambda: put(b"4", If_Match=second)) == ("NoSuchKey", 404)
    put(b"5", If_None_Match="*")


def test_listing_with_delimiters_and_pages(s3, bucket):
    keys = [f"{top}/{sub}/{n}" for top in "abc" for sub in "xyz" for n in range(5)] + ["root1", "root2", "a-b", "a"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    answer = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [p["Prefix"] for p in answer["CommonPrefixes"]] == ["a/", "b/", "c/"]
    assert [o["Key"] for o in answer["Contents"]] == ["a", "a-b", "root1", "root2"]
    for size in (1, 2, 3, 7):
        prefixes, objects = [], []
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": size}):
            assert page["KeyCount"] <= size
            prefixes += [p["Prefix"] for p in page.get("CommonPrefixes", [])]
            objects += [o["Key"] for o in page.get("Contents", [])]
        assert prefixes == ["a/", "b/", "c/"] and objects == ["a", "a-b", "root1", "root2"]
    assert [o["Key"] for o in s3.list_objects_v2(Bucket=bucket, Prefix="b/y/")["Contents"]] == [f"b/y/{n}" for n in range(5)]
    assert s3.list_objects_v2(Bucket=bucket, StartAfter="c/z/3")["Contents"][0]["Key"] == "c/z/4"


def test_64_parallel_clients(server, s3, bucket):
    def work(number):
        client = server.boto3(max_pool_connections=1)
        for n in range(20):
            body = os.urandom(1000 * (n + 1))
            client.put_object(Bucket=bucket, Key=f"{number}/{n}", Body=body)
            assert client.get_object(Bucket=bucket, Key=f"{number}/{n}")["Body"].read() == body
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        list(pool.map(work, range(64)))
    assert sum(page["KeyCount"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)) == 64 * 20


def test_bucket_policy_lets_anonymous_read(server, s3, bucket):
    import json
    s3.put_object(Bucket=bucket, Key="public/a", Body=b"1")
    s3.put_object(Bucket=bucket, Key="private/a", Body=b"2")
    curl = lambda path: subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"{server.url}/{bucket}/{path}"], capture_output=True, text=True).stdout
    assert curl("public/a") == "403"
    assert error_code(lambda: s3.get_bucket_policy(Bucket=bucket)) == ("NoSuchBucketPolicy", 404)
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["s3:GetObject"], "Resource": [f"arn:aws:s3:::{bucket}/public/*"]}]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == policy
    assert (curl("public/a"), curl("private/a"), curl("public/none"), curl("")) == ("200", "403", "403", "403")
    assert error_code(lambda: s3.put_bucket_policy(Bucket=bucket, Policy="{}"))[0] == "MalformedPolicy"
    s3.delete_bucket_policy(Bucket=bucket)
    assert curl("public/a") == "403"
