"""Server-side encryption over HTTPS: awscli and boto3, each kind, multipart and copies included."""
import os
import subprocess

import botocore.exceptions
import pytest


@pytest.fixture
def bucket(https_server):
    https_server.boto3().create_bucket(Bucket="bucket")
    return https_server


@pytest.mark.parametrize("sse", [["--sse", "AES256"], ["--sse", "aws:kms"], ["--sse-c", "AES256", "--sse-c-key", "KEY"]])
def test_awscli(bucket, tmp_path, sse):
    key = tmp_path / "key"
    key.write_bytes(os.urandom(32))
    sse = [f"fileb://{key}" if word == "KEY" else word for word in sse]
    body = os.urandom(20 << 20)  # in parts
    (tmp_path / "file").write_bytes(body)
    environment = bucket.client_environment(AWS_CA_BUNDLE=bucket.certificate)

    def cp(source, target, *options):
        return subprocess.run(["/usr/bin/aws", "--endpoint-url", bucket.url, "s3", "cp", str(source), str(target), *options],
                              env=environment, timeout=120, capture_output=True, text=True)

    by_customer = sse[0] == "--sse-c"
    read = sse if by_customer else []
    from_source = ["--sse-c-copy-source", "AES256", "--sse-c-copy-source-key", f"fileb://{key}"] if by_customer else []
    for step in (cp(tmp_path / "file", "s3://bucket/file", *sse), cp("s3://bucket/file", "s3://bucket/copy", *sse, *from_source),
                 cp("s3://bucket/copy", tmp_path / "back", *read)):
        assert step.returncode == 0, step.stderr
    assert (tmp_path / "back").read_bytes() == body
    assert (cp("s3://bucket/file", tmp_path / "none").returncode == 0) != by_customer


def test_boto3(bucket):
    s3 = bucket.boto3()
    s3.put_bucket_encryption(Bucket="bucket", ServerSideEncryptionConfiguration={
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}]})
    rule = s3.get_bucket_encryption(Bucket="bucket")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms" and rule["BucketKeyEnabled"]
    assert s3.put_object(Bucket="bucket", Key="default", Body=b"body")["ServerSideEncryption"] == "aws:kms"
    customer = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": os.urandom(32)}
    s3.put_object(Bucket="bucket", Key="customer", Body=b"body", **customer)
    assert s3.head_object(Bucket="bucket", Key="customer", **customer)["ContentLength"] == 4
    for wrong, status in (({}, 400), ({**customer, "SSECustomerKey": os.urandom(32)}, 403)):
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            s3.head_object(Bucket="bucket", Key="customer", **wrong)
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    source = {"CopySource" + name: value for name, value in customer.items()}
    s3.copy_object(Bucket="bucket", Key="copied", CopySource="bucket/customer", **source)
    assert s3.get_object(Bucket="bucket", Key="copied")["Body"].read() == b"body"
    s3.delete_bucket_encryption(Bucket="bucket")
    with pytest.raises(botocore.exceptions.ClientError):
        s3.get_bucket_encryption(Bucket="bucket")
