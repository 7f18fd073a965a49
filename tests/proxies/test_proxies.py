"""The proxies of docs/examples/proxies, run for real: signed requests, presigned URLs, large uploads (.ci/proxies)."""
import hashlib
import os
import re
import shutil
import socket
import subprocess
import time

import pytest

from conftest import ACCESS_KEY, ROOT, SECRET_KEY, clean_environment, free_port

EXAMPLES = ROOT / "docs/examples/proxies"
LARGE_BYTES = int(os.environ.get("HOLDFAST_LARGE_MIB", "1024")) * 1024 * 1024


def wait_for(port):
    for _ in range(100):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the proxy doesn't listen")


def nginx(server, port, folder):
    site = (EXAMPLES / "nginx.conf").read_text().replace("127.0.0.1:9000", server.host).replace("127.0.0.1:9001", f"127.0.0.1:{server.console_port}")
    site = site.replace("listen 80;", f"listen 127.0.0.1:{port};")
    (folder / "nginx.conf").write_text(f"""
daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{site} }}""")
    return ["nginx", "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]


def caddy(server, port, folder):
    site = (EXAMPLES / "Caddyfile").read_text().replace("127.0.0.1:9000", server.host).replace("127.0.0.1:9001", f"127.0.0.1:{server.console_port}")
    site = re.sub(r"^(\S+\.example\.org) \{", rf"http://\1:{port} {{\n\tbind 127.0.0.1", site, flags=re.M)
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https off\n}\n" + site)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


@pytest.fixture(params=[nginx, caddy], ids=["nginx", "caddy"])
def proxied(request, server, tmp_path):
    """The port of a proxy in front of the server."""
    if shutil.which(request.param.__name__) is None:
        pytest.skip(f"{request.param.__name__} is not installed")
    port, folder = free_port(), tmp_path / "proxy-files"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777), tmp_path.chmod(0o755)
    process = subprocess.Popen(request.param(server, port, folder), env=clean_environment(HOME=str(folder), XDG_DATA_HOME=str(folder)),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(port)
    yield port
    process.terminate()
    process.wait(10)


def curl(port, url, *arguments):
    """As a client that resolves s3.example.org to the proxy."""
    done = subprocess.run(["curl", "-sS", "--fail-with-body", "--noproxy", "*", "--connect-to", f"s3.example.org:{port}:127.0.0.1:{port}", *arguments, url],
                          capture_output=True, env=clean_environment(), timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def presigner(port):
    import boto3
    from botocore.config import Config
    return boto3.client("s3", endpoint_url=f"http://s3.example.org:{port}", aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY,
                        region_name="us-east-1", config=Config(s3={"addressing_style": "path"}, signature_version="s3v4"))


def test_presigned_urls_metadata_and_a_large_upload_pass(proxied, server, s3, tmp_path):
    s3.create_bucket(Bucket="photos")
    outside = presigner(proxied)
    put = outside.generate_presigned_url("put_object", Params={"Bucket": "photos", "Key": "ü a+b.txt", "Metadata": {"with.dot": "1"}})

    curl(proxied, put, "-X", "PUT", "-H", "x-amz-meta-with.dot: 1", "--data-binary", "hello")
    assert s3.head_object(Bucket="photos", Key="ü a+b.txt")["Metadata"] == {"with.dot": "1"}
    get = outside.generate_presigned_url("get_object", Params={"Bucket": "photos", "Key": "ü a+b.txt"})
    assert curl(proxied, get) == b"hello"
    assert curl(proxied, get, "-r", "1-3") == b"ell"

    large = tmp_path / "large"
    digest, block = hashlib.md5(), bytes(range(256)) * 4096
    with open(large, "wb") as file:
        for _ in range(LARGE_BYTES // len(block)):
            file.write(block)
            digest.update(block)
    curl(proxied, outside.generate_presigned_url("put_object", Params={"Bucket": "photos", "Key": "large"}), "-T", str(large))
    head = s3.head_object(Bucket="photos", Key="large")
    assert head["ContentLength"] == LARGE_BYTES and head["ETag"] == f'"{digest.hexdigest()}"'
    back = tmp_path / "back"
    curl(proxied, outside.generate_presigned_url("get_object", Params={"Bucket": "photos", "Key": "large"}), "-o", str(back))
    assert back.stat().st_size == LARGE_BYTES
    back.unlink(), large.unlink()


def test_signed_requests_pass(proxied, server):
    signed = ("--aws-sigv4", "aws:amz:us-east-1:s3", "--user", f"{ACCESS_KEY}:{SECRET_KEY}", "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD")
    assert b"ListAllMyBucketsResult" in curl(proxied, f"http://s3.example.org:{proxied}/", *signed)
    assert curl(proxied, f"http://s3.example.org:{proxied}/minio/health/live") == b""
