"""The data folder: locks, other servers' data, folders that become buckets, recovery."""
import os
import pathlib
import random
import shutil
import subprocess
import threading
import time

import pytest

from conftest import BINARY


def test_second_server_on_the_folder_is_refused(make_server, server):
    second = make_server(directory=server.directory)
    second.log_path += ".second"
    second.start(ready=False)
    assert second.process.wait(10) == 1
    assert "another" in second.log()


def test_folder_of_a_minio_server_is_never_served_as_empty(make_server, tmp_path):
    (tmp_path / "data0/.minio.sys/format.json").parent.mkdir(parents=True)
    (tmp_path / "data0/.minio.sys/format.json").write_text("{}")
    server = make_server().start(ready=False)
    assert server.process.wait(10) == 1
    assert "holdfast import minio" in server.log()


def test_empty_top_level_folder_becomes_a_bucket(make_server, tmp_path):
    for name in ("from-compose", "lost+found", "Not_A_Bucket"):
        (tmp_path / "data0" / name).mkdir(parents=True)
    server = make_server().start()
    assert [b["Name"] for b in server.boto3().list_buckets()["Buckets"]] == ["from-compose"]


def test_default_buckets_exist_when_ready_and_keep_their_policy(make_server):
    server = make_server(environment={"MINIO_DEFAULT_BUCKETS": "private,images:download; drop:upload"}).start()
    s3 = server.boto3()
    assert [b["Name"] for b in s3.list_buckets()["Buckets"]] == ["drop", "images", "private"]
    s3.put_object(Bucket="images", Key="a.txt", Body=b"hello")
    assert subprocess.run(["curl", "-sf", f"{server.url}/images/a.txt"], capture_output=True).stdout == b"hello"
    assert subprocess.run(["curl", "-sf", "-T", "-", f"{server.url}/drop/x"], input=b"1").returncode == 0
    assert subprocess.run(["curl", "-sf", "-T", "-", f"{server.url}/private/x"], input=b"1").returncode == 22
    s3.delete_bucket_policy(Bucket="images")
    server.stop()
    server.start()
    assert subprocess.run(["curl", "-sf", f"{server.url}/images/a.txt"], capture_output=True).returncode == 22


def bodies(count, seed):
    """Sizes on both sides of every threshold of the engine."""
    rng = random.Random(seed)
    sizes = [0, 1, 100, 4096, 65535, 65536, 65537, 300_000, 2_000_000]
    for i in range(count):
        yield f"dir{i % 7}/key-{i:05d}", rng.randbytes(rng.choice(sizes))


def test_every_acknowledged_object_survives_kill_9(make_server, run_check):
    server = make_server().start()
    server.boto3().create_bucket(Bucket="bucket")
    acknowledged, removed, lock = {}, set(), threading.Lock()

    def writer(number):
        s3 = server.boto3()
        for key, body in bodies(2000, number):
            key = f"{number}/{key}"
            try:
                s3.put_object(Bucket="bucket", Key=key, Body=body)
                with lock:
                    acknowledged[key] = body
                if number == 0 and len(acknowledged) % 5 == 0:
                    with lock:
                        del acknowledged[key]  # a removal without an answer may have happened or not
                    s3.delete_object(Bucket="bucket", Key=key)
                    with lock:
                        removed.add(key)
            except Exception:
                return

    for round_number in range(3):
        threads = [threading.Thread(target=writer, args=(n + 10 * round_number,)) for n in range(6)]
        for thread in threads:
            thread.start()
        time.sleep(1.5)
        server.kill()
        for thread in threads:
            thread.join()
        assert acknowledged
        server.start()
        s3 = server.boto3()
        for key, body in acknowledged.items():
            assert s3.get_object(Bucket="bucket", Key=key)["Body"].read() == body, key
        listed = {o["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket="bucket") for o in page.get("Contents", [])}
        assert acknowledged.keys() <= listed and not (removed & listed)
    assert server.stop() == 0
    run_check(server.directory)


def test_index_is_rebuilt_from_files(make_server, run_check):
    server = make_server().start()
    s3 = server.boto3()
    s3.create_bucket(Bucket="bucket")
    wanted = dict(bodies(60, 1))
    for key, body in wanted.items():
        s3.put_object(Bucket="bucket", Key=key, Body=body, Metadata={"name": "a value"}, ContentType="text/x-test")
    assert server.stop() == 0
    shutil.rmtree(pathlib.Path(server.directory) / ".holdfast/index")
    subprocess.run([BINARY, "rebuild-index", server.directory], check=True, timeout=60)
    run_check(server.directory)
    server.start()
    s3 = server.boto3()
    for key, body in wanted.items():
        answer = s3.get_object(Bucket="bucket", Key=key)
        assert answer["Body"].read() == body and answer["ContentType"] == "text/x-test" and "name" in answer["Metadata"]
    assert server.stop() == 0
    shutil.rmtree(pathlib.Path(server.directory) / ".holdfast/index")
    server.start()
    assert s3.list_objects_v2(Bucket="bucket")["KeyCount"] == len(wanted)


def test_sigterm_under_load_ends_in_time_with_exit_code_0(make_server, run_check):
    server = make_server().start()
    server.boto3().create_bucket(Bucket="bucket")
    acknowledged = {}

    def writer(number):
        s3 = server.boto3()
        for key, body in bodies(5000, number):
            try:
                s3.put_object(Bucket="bucket", Key=f"{number}/{key}", Body=body)
            except Exception:
                return
            acknowledged[f"{number}/{key}"] = body

    threads = [threading.Thread(target=writer, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(1.5)
    started = time.time()
    assert server.stop() == 0
    assert time.time() - started < 9
    for thread in threads:
        thread.join()
    run_check(server.directory)
    server.start()
    s3 = server.boto3()
    for key, body in acknowledged.items():
        assert s3.get_object(Bucket="bucket", Key=key)["Body"].read() == body, key


def test_health_endpoints(server):
    for path in ("/minio/health/live", "/minio/health/ready", "/minio/health/cluster", "/minio/health/cluster/read"):
        assert server.health(path) == 200, path
    assert server.health("/minio/health/cluster?maintenance=true") == 412
    assert subprocess.run(["curl", "-sfI", server.url + "/minio/health/live"], capture_output=True).returncode == 0
    assert subprocess.run(["curl", "-sf", f"http://127.0.0.1:{server.console_port}/health"]).returncode == 0


def test_default_credentials_work_from_loopback_alone(make_server):
    server = make_server(environment={"MINIO_ROOT_USER": "", "MINIO_ROOT_PASSWORD": ""}).start()
    environment = dict(server.client_environment(), AWS_ACCESS_KEY_ID="minioadmin", AWS_SECRET_ACCESS_KEY="minioadmin")
    aws = ["/usr/bin/aws", "--endpoint-url", server.url, "s3", "mb", "s3://bucket"]
    subprocess.run(aws, check=True, env=environment, timeout=30)
    url = subprocess.run([BINARY, "presign", "GET", "s3://bucket/x", "--endpoint", server.url], capture_output=True, text=True).stdout.strip()
    forwarded = subprocess.run(["curl", "-s", "-H", "X-Forwarded-For: 192.0.2.1", url], capture_output=True, text=True).stdout
    assert "AccessDenied" in forwarded and "MINIO_ROOT_USER" in forwarded and "MINIO_ROOT_PASSWORD" in forwarded
    other_host = subprocess.run(["curl", "-s", "-H", "Host: storage.example.org", url], capture_output=True, text=True).stdout
    assert "AccessDenied" in other_host or "SignatureDoesNotMatch" in other_host
    assert "MINIO_ROOT_USER" in server.log()
