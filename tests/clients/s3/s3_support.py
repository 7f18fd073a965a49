"""What the tests of S3's operations share."""
import hashlib
import http.client
import itertools
import urllib.parse
import xml.etree.ElementTree as ElementTree

import boto3
import botocore
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import pytest
from botocore.exceptions import ClientError
from conftest import ACCESS_KEY, SECRET_KEY

ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED_USERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
PART = 5 << 20
NUMBERS = itertools.count()


def new_name():
    return f"bucket-{next(NUMBERS)}"


def anonymous_client(server):
    config = botocore.config.Config(signature_version=botocore.UNSIGNED, s3={"addressing_style": "path"}, retries={"max_attempts": 1})
    return boto3.client("s3", endpoint_url=server.url, region_name="us-east-1", config=config)


def fails(code, status, call, **arguments):
    """Calls, expects that error, and returns the answer."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (code, status), answer
    return answer


def status(answer):
    return answer["ResponseMetadata"]["HTTPStatusCode"]


def headers(answer):
    return answer["ResponseMetadata"]["HTTPHeaders"]


def keys(page):
    return [entry["Key"] for entry in page.get("Contents", [])]


def prefixes(page):
    return [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]


def put_keys(s3, bucket, names):
    for name in names:
        s3.put_object(Bucket=bucket, Key=name, Body=name.encode())


def upload(s3, bucket, key, bodies, **arguments):
    """A whole multipart upload; returns Complete's answer."""
    upload_id = s3.create_multipart_upload(Bucket=bucket, Key=key, **arguments)["UploadId"]
    parts = []
    for number, body in enumerate(bodies, 1):
        part = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=body)
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    return s3.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload_id, MultipartUpload={"Parts": parts})


def multipart_etag(*bodies):
    return f'"{hashlib.md5(b"".join(hashlib.md5(body).digest() for body in bodies)).hexdigest()}-{len(bodies)}"'


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def xml(self):
        return ElementTree.fromstring(self.body)

    def text(self, name):
        """Of the first element of that name, whatever its namespace; None if there is none."""
        found = next((e for e in self.xml.iter() if e.tag.rpartition("}")[2] == name), None)
        return None if found is None else found.text

    @property
    def code(self):
        return self.text("Code") if self.body else None

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:2000]!r}"


class Raw:
    """Requests that SDKs wouldn't send."""

    def __init__(self, server):
        self.host, self.url = server.host, server.url

    def signed_headers(self, method, path, query, given, body):
        request = botocore.awsrequest.AWSRequest(method, self.url + path, headers=given, data=body, params=query)
        credentials = botocore.credentials.Credentials(ACCESS_KEY, SECRET_KEY)
        signer = botocore.auth.S3SigV4Auth(credentials, "s3", "us-east-1")
        claimed = next((value for name, value in given.items() if name.lower() == "x-amz-content-sha256"), None)
        if claimed is not None:
            signer.payload = lambda _: claimed
        signer.add_auth(request)
        return dict(request.headers.items())

    def __call__(self, method, path, query=None, headers=None, body=b"", sign=True, also=None):
        """`headers` are signed; `also` (name, value pairs) are added or, with the value None, taken away after signing."""
        sent = dict(headers or {})
        if sign:
            sent = self.signed_headers(method, path, query or {}, sent, body)
        target = path
        if query:
            target += "?" + "&".join(f"{urllib.parse.quote(k, safe='')}={urllib.parse.quote(v, safe='')}" for k, v in query.items())
        sent.setdefault("Host", self.host)
        if body or method in ("PUT", "POST"):
            sent.setdefault("Content-Length", str(len(body)))
        for name, value in (also or {}).items():
            sent = {k: v for k, v in sent.items() if k.lower() != name.lower()}
            if value is not None:
                sent[name] = value
        connection = http.client.HTTPConnection(self.host, timeout=20)
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            connection.putheader(name, value)
        connection.endheaders()
        if body:
            connection.send(body)
        try:
            return Answer(connection.getresponse())
        finally:
            connection.close()
