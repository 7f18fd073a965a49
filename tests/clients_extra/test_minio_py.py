"""minio-py, current."""
import datetime
import io
import os

import pytest

minio = pytest.importorskip("minio")

from conftest import ACCESS_KEY, SECRET_KEY


@pytest.fixture
def client(server):
    import urllib3
    return minio.Minio(server.host, access_key=ACCESS_KEY, secret_key=SECRET_KEY, secure=False, http_client=urllib3.PoolManager())


def test_objects(client, tmp_path):
    client.make_bucket(bucket_name="bucket")
    assert client.bucket_exists(bucket_name="bucket") and not client.bucket_exists(bucket_name="nothing-here")
    body = os.urandom(12 << 20)
    client.put_object(bucket_name="bucket", object_name="dir/ü key", data=io.BytesIO(body), length=-1, part_size=5 << 20, metadata={"Project": "x"})
    stat = client.stat_object(bucket_name="bucket", object_name="dir/ü key")
    assert stat.size == len(body)
    answer = client.get_object(bucket_name="bucket", object_name="dir/ü key", offset=100, length=50)
    assert answer.read() == body[100:150]
    answer.close()
    client.fget_object(bucket_name="bucket", object_name="dir/ü key", file_path=str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == body
    assert [o.object_name for o in client.list_objects(bucket_name="bucket", recursive=True)] == ["dir/ü key"]
    assert [o.object_name for o in client.list_objects(bucket_name="bucket")] == ["dir/"]
    assert client.presigned_get_object(bucket_name="bucket", object_name="dir/ü key", expires=datetime.timedelta(hours=1)).startswith("http://")
    client.remove_object(bucket_name="bucket", object_name="dir/ü key")
    client.remove_bucket(bucket_name="bucket")


def test_errors(client):
    with pytest.raises(minio.error.S3Error) as caught:
        client.stat_object(bucket_name="no-such-bucket", object_name="x")
    assert caught.value.code in ("NoSuchBucket", "NoSuchKey")
