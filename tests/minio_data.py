"""What tests of `holdfast import minio` put into a MinIO, and what a server shows of it."""
import datetime
import hashlib
import json
import os
import subprocess
import time
import urllib.request

KEYS = ("minio-root", "minio-root-password")
RETAIN_UNTIL = datetime.datetime(2199, 1, 1, tzinfo=datetime.timezone.utc)


def body(size, seed):
    """Bytes that don't compress away at the first block, the same each time."""
    block = b"".join(hashlib.sha256(f"{seed}-{i}".encode()).digest() for i in range(64))
    return (block * (size // len(block) + 1))[:size]


def fill(s3, large=3 * 1024 * 1024):
    s3.create_bucket(Bucket="plain")
    s3.put_object(Bucket="plain", Key="hello.txt", Body=b"hello", ContentType="text/plain", Metadata={"owner": "someone"},
                  CacheControl="max-age=60", ContentDisposition="attachment", ContentLanguage="en", ContentEncoding="gzip")
    s3.put_object(Bucket="plain", Key="empty", Body=b"")
    s3.put_object(Bucket="plain", Key="a/b/ü ñ.bin", Body=body(200_000, 1))
    s3.put_object(Bucket="plain", Key="folder/", Body=b"")
    s3.put_object(Bucket="plain", Key="large.bin", Body=body(large, 2))
    s3.put_object(Bucket="plain", Key="checked", Body=b"checked", ChecksumAlgorithm="SHA256")
    s3.put_object(Bucket="plain", Key="tagged", Body=b"tagged", Tagging="colour=red&name=a%20b")
    upload = s3.create_multipart_upload(Bucket="plain", Key="parts.bin", ContentType="video/mp4")["UploadId"]
    parts = [{"PartNumber": n, "ETag": s3.upload_part(Bucket="plain", Key="parts.bin", UploadId=upload, PartNumber=n, Body=data)["ETag"]}
             for n, data in ((1, body(5 * 1024 * 1024, 3)), (3, body(100, 4)))]
    s3.complete_multipart_upload(Bucket="plain", Key="parts.bin", UploadId=upload, MultipartUpload={"Parts": parts})
    s3.put_bucket_policy(Bucket="plain", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::plain/a/*"]}]}))
    s3.put_bucket_tagging(Bucket="plain", Tagging={"TagSet": [{"Key": "team", "Value": "one"}]})

    s3.create_bucket(Bucket="versioned")
    s3.put_object(Bucket="versioned", Key="k", Body=b"before versions")
    s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    for text in (b"one", b"two"):
        s3.put_object(Bucket="versioned", Key="k", Body=text)
    s3.delete_object(Bucket="versioned", Key="k")
    s3.put_object(Bucket="versioned", Key="k", Body=b"three", Metadata={"number": "3"})
    s3.put_object(Bucket="versioned", Key="gone", Body=b"gone")
    s3.delete_object(Bucket="versioned", Key="gone")

    s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    s3.put_object(Bucket="locked", Key="held", Body=b"held", ObjectLockLegalHoldStatus="ON")
    s3.put_object(Bucket="locked", Key="kept", Body=b"kept", ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=RETAIN_UNTIL)
    s3.put_object_lock_configuration(Bucket="locked", ObjectLockConfiguration={
        "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}}})


SHOWN = ("ContentType", "CacheControl", "ContentDisposition", "ContentLanguage", "ContentEncoding", "Metadata", "ETag", "ContentLength",
         "ObjectLockMode", "ObjectLockLegalHoldStatus", "ChecksumSHA256")


def show_version(s3, bucket, version):
    name = {"Bucket": bucket, "Key": version["Key"], "VersionId": version["VersionId"]}
    answer = s3.get_object(**name, ChecksumMode="ENABLED")
    shown = {field: answer[field] for field in SHOWN if field in answer}
    shown["sha256"] = hashlib.sha256(answer["Body"].read()).hexdigest()
    shown["modified"] = str(answer["LastModified"])
    shown["tags"] = s3.get_object_tagging(**name)["TagSet"]
    if "ObjectLockRetainUntilDate" in answer:
        shown["until"] = str(answer["ObjectLockRetainUntilDate"].astimezone(datetime.timezone.utc))
    if "-" in shown["ETag"]:
        shown["parts"] = s3.head_object(**name, PartNumber=1)["PartsCount"], s3.head_object(**name, PartNumber=1)["ContentLength"]
    return shown


def describe(s3):
    """All that a client sees, but for version ids."""
    import botocore.exceptions
    everything = {}
    for bucket in sorted(b["Name"] for b in s3.list_buckets()["Buckets"]):
        listing = s3.list_object_versions(Bucket=bucket)
        shown = everything[bucket] = {"versioning": s3.get_bucket_versioning(Bucket=bucket).get("Status"), "versions": []}
        rows = listing.get("Versions", []) + listing.get("DeleteMarkers", [])
        for row in sorted(rows, key=lambda r: (r["Key"], r["LastModified"], not r["IsLatest"])):
            marker = "ETag" not in row
            shown["versions"].append([row["Key"], row["IsLatest"], row["VersionId"] == "null", marker, None if marker else show_version(s3, bucket, row)])
        for name, call, member in (("policy", s3.get_bucket_policy, "Policy"), ("tags", s3.get_bucket_tagging, "TagSet"),
                                   ("lock", s3.get_object_lock_configuration, "ObjectLockConfiguration")):
            try:
                found = call(Bucket=bucket)[member]
                shown[name] = json.loads(found) if name == "policy" else found
            except botocore.exceptions.ClientError:
                shown[name] = None
    return json.loads(json.dumps(everything))


def client(port, keys=KEYS):
    import boto3
    from botocore.config import Config
    return boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", aws_access_key_id=keys[0], aws_secret_access_key=keys[1],
                        region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))


def run_minio(binary, directory, port):
    environment = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}
    process = subprocess.Popen([binary, "server", str(directory), "--address", f"127.0.0.1:{port}", "--console-address", f"127.0.0.1:{port + 1}"],
                               env={**environment, "MINIO_ROOT_USER": KEYS[0], "MINIO_ROOT_PASSWORD": KEYS[1], "HOME": str(directory) + ".home"},
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/minio/health/ready", timeout=5)
            return process
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise AssertionError("MinIO doesn't start")
