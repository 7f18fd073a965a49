"""Prometheus' pages of the real server."""
import base64
import hashlib
import hmac
import json
import urllib.error
import urllib.request

import conftest


def token(secret):
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")
    claims = {"exp": 4925880000, "sub": conftest.ACCESS_KEY, "iss": "prometheus"}
    text = part(b'{"alg":"HS512","typ":"JWT"}') + b"." + part(json.dumps(claims).encode())
    return (text + b"." + part(hmac.new(secret.encode(), text, hashlib.sha512).digest())).decode()


def get(url, bearer=None):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {bearer}"} if bearer else {})
    try:
        return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).read().decode()
    except urllib.error.HTTPError as error:
        return error.code


def value(text, start):
    lines = [line for line in text.splitlines() if line.startswith(start)]
    assert len(lines) == 1, (start, lines)
    return float(lines[0].rsplit(" ", 1)[1])


def test_pages_need_a_token(server):
    url = server.url + "/minio/v2/metrics/cluster"
    assert get(url) == 403
    assert get(url, token("wrong")) == 403
    assert "minio_cluster_bucket_total" in get(url, token(conftest.SECRET_KEY))
    assert "minio_bucket_usage" in get(f"http://127.0.0.1:{server.console_port}/metrics", token(conftest.SECRET_KEY))


def test_figures_are_true(make_server):
    server = make_server(environment={"MINIO_PROMETHEUS_AUTH_TYPE": "public"}).start()
    s3 = server.boto3()
    s3.create_bucket(Bucket="counted")
    for i in range(5):
        s3.put_object(Bucket="counted", Key=f"k{i}", Body=b"x" * 1000)
    s3.delete_object(Bucket="counted", Key="k0")
    s3.get_object(Bucket="counted", Key="k1")["Body"].read()
    try:
        s3.get_object(Bucket="counted", Key="missing")
    except s3.exceptions.NoSuchKey:
        pass
    cluster = get(server.url + "/minio/v2/metrics/cluster")
    assert value(cluster, 'minio_s3_requests_total{api="putobject"') == 5
    assert value(cluster, 'minio_s3_requests_4xx_errors_total{api="getobject"') == 1
    assert value(cluster, 'holdfast_s3_errors_total{code="NoSuchKey"') == 1
    assert value(cluster, "minio_s3_traffic_received_bytes") >= 5000
    assert value(cluster, "minio_s3_traffic_sent_bytes") >= 1000
    assert value(cluster, "minio_cluster_usage_object_total") == 4
    assert value(cluster, "holdfast_engine_commit_seconds_count") >= 6
    assert value(cluster, "minio_cluster_capacity_usable_free_bytes") > 0
    assert value(cluster, "holdfast_engine_index_bytes") > 0
    bucket = get(server.url + "/minio/v2/metrics/bucket")
    assert value(bucket, 'minio_bucket_usage_total_bytes{bucket="counted"') == 4000
    assert value(bucket, 'minio_bucket_requests_total{api="putobject",bucket="counted"') == 5
    node = get(server.url + "/minio/v2/metrics/node")
    assert value(node, "minio_node_process_resident_memory_bytes") > 1e6


def test_turned_off(make_server):
    server = make_server(environment={"HOLDFAST_METRICS": "off", "MINIO_PROMETHEUS_AUTH_TYPE": "public"}).start()
    assert get(server.url + "/minio/v2/metrics/cluster") in (403, 404, 501)
