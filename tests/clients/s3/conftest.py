"""One server for all tests of S3's operations; each test gets a bucket of its own."""
import os
import pathlib

import pytest
from conftest import PROXIES, Server

from . import s3_support


@pytest.fixture(scope="session", autouse=True)
def no_proxies_at_all():
    for name in PROXIES:
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def server(tmp_path_factory, no_proxies_at_all):
    server = Server(tmp_path_factory.mktemp("s3") / "data")
    pathlib.Path(server.environment["HOME"]).mkdir()
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def s3(server):
    return server.boto3(parameter_validation=False)


@pytest.fixture(scope="session")
def anonymous(server):
    return s3_support.anonymous_client(server)


@pytest.fixture(scope="session")
def raw(server):
    """raw(method, path, query, headers, body, sign=True): one HTTP request, signed or not, and its answer."""
    return s3_support.Raw(server)


@pytest.fixture
def bucket(s3):
    name = s3_support.new_name()
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def versioned(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return bucket


@pytest.fixture
def locked(s3):
    name = s3_support.new_name()
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return name
