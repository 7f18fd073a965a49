"""SSE-C with minio-py: put, stat, get and copy an object that only this client's key opens.

usage: sse_c.py HOST:PORT CERTIFICATE      (MINIO_ROOT_USER and MINIO_ROOT_PASSWORD are the credentials)

Customers' keys need HTTPS. For a test, a certificate of your own is enough:

    mkdir certs
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
        -keyout certs/private.key -out certs/public.crt
    holdfast server ./data --certs-dir certs
"""
import io
import os
import sys

import urllib3
from minio import Minio
from minio.commonconfig import CopySource
from minio.error import S3Error
from minio.sse import SseCustomerKey


def main(host, certificate):
    client = Minio(host, access_key=os.environ["MINIO_ROOT_USER"], secret_key=os.environ["MINIO_ROOT_PASSWORD"],
                   http_client=urllib3.PoolManager(ca_certs=certificate))
    if not client.bucket_exists(bucket_name="vault"):
        client.make_bucket(bucket_name="vault")

    key = SseCustomerKey(os.urandom(32))  # keep it: without it the object is lost
    secret = b"only who has the key can read this"
    client.put_object(bucket_name="vault", object_name="secret.txt", data=io.BytesIO(secret), length=len(secret), sse=key)
    print("size:", client.stat_object(bucket_name="vault", object_name="secret.txt", ssec=key).size)
    with client.get_object(bucket_name="vault", object_name="secret.txt", ssec=key) as answer:
        assert answer.read() == secret

    other = SseCustomerKey(os.urandom(32))
    source = CopySource(bucket_name="vault", object_name="secret.txt", ssec=key)
    client.copy_object(bucket_name="vault", object_name="copy.txt", source=source, sse=other)
    with client.get_object(bucket_name="vault", object_name="copy.txt", ssec=other) as answer:
        assert answer.read() == secret

    try:
        client.get_object(bucket_name="vault", object_name="copy.txt", ssec=key)
    except S3Error as error:
        print("with the wrong key:", error.code)


if __name__ == "__main__":
    main(*sys.argv[1:])
