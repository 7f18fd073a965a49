"""HTTPS from a certificate folder: awscli, boto3 and curl, the health check, plain HTTP on the TLS port."""
import os
import subprocess

from conftest import BINARY, clean_environment


def test_clients_over_https(https_server, tmp_path):
    s3 = https_server.boto3()
    s3.create_bucket(Bucket="bucket")
    body = os.urandom(20 << 20)
    (tmp_path / "file").write_bytes(body)
    environment = https_server.client_environment(AWS_CA_BUNDLE=https_server.certificate)
    aws = ["/usr/bin/aws", "--endpoint-url", https_server.url, "s3", "cp"]
    subprocess.run([*aws, str(tmp_path / "file"), "s3://bucket/file"], check=True, env=environment, timeout=60)
    subprocess.run([*aws, "s3://bucket/file", str(tmp_path / "back")], check=True, env=environment, timeout=60)
    assert (tmp_path / "back").read_bytes() == body
    assert s3.get_object(Bucket="bucket", Key="file", Range="bytes=1000000-1000099")["Body"].read() == body[1000000:1000100]
    url = s3.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": "file"})
    curl = subprocess.run(["curl", "-sf", "--cacert", https_server.certificate, url], capture_output=True, env=clean_environment())
    assert curl.returncode == 0 and curl.stdout == body


def test_healthcheck_speaks_the_servers_scheme(https_server):
    assert subprocess.run([BINARY, "healthcheck", https_server.url], env=clean_environment()).returncode == 0


def test_plain_http_on_the_tls_port_is_told_so(https_server):
    answer = subprocess.run(["curl", "-si", f"http://{https_server.host}/"], capture_output=True, text=True, env=clean_environment()).stdout
    assert answer.startswith("HTTP/1.1 400") and "HTTPS" in answer
