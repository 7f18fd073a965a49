"""mc against notifications, lifecycle and metrics."""
import json
import os
import pathlib
import subprocess
import time
import urllib.request

import pytest

from conftest import ACCESS_KEY, SECRET_KEY, clean_environment

MC = pathlib.Path(os.environ.get("HOLDFAST_EXTRA_CLIENTS", "/nonexistent")) / "bin/mc"
pytestmark = pytest.mark.skipif(not MC.exists(), reason="mc is not installed")

HOOK = {"MINIO_NOTIFY_WEBHOOK_ENABLE_PRIMARY": "on", "MINIO_NOTIFY_WEBHOOK_ENDPOINT_PRIMARY": "http://127.0.0.1:1/"}


class Mc:
    def __init__(self, server, folder):
        self.command = [str(MC), "--config-dir", str(folder / "mc"), "--disable-pager"]
        self.environment = clean_environment(HOME=str(folder))
        self("alias", "set", "local", server.url, ACCESS_KEY, SECRET_KEY)

    def __call__(self, *arguments, check=True):
        return subprocess.run([*self.command, *arguments], capture_output=True, text=True, check=check, timeout=60, env=self.environment)

    def follow(self, *arguments):
        return subprocess.Popen([*self.command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment)


@pytest.fixture
def server(make_server):
    return make_server(environment=HOOK).start()


@pytest.fixture
def mc(server, tmp_path):
    return Mc(server, tmp_path)


def first_line(process, act, wanted, seconds=20):
    """Repeats `act` until a line of the process's output holds `wanted`."""
    import threading
    lines = []
    threading.Thread(target=lambda: [lines.append(line) for line in process.stdout], daemon=True).start()
    end = time.time() + seconds
    while time.time() < end:
        act()
        time.sleep(0.3)
        for line in list(lines):
            if wanted in line:
                process.kill()
                return line
    process.kill()
    raise AssertionError(f"{lines} {process.stderr.read()}")


def test_event_rules(mc):
    mc("mb", "local/bucket")
    mc("event", "add", "local/bucket", "arn:minio:sqs::PRIMARY:webhook", "--event", "put,delete", "--suffix", ".jpg")
    listed = json.loads(mc("event", "ls", "--json", "local/bucket").stdout)
    assert listed["arn"] == "arn:minio:sqs::PRIMARY:webhook" and listed["suffix"] == ".jpg"
    mc("event", "rm", "local/bucket", "arn:minio:sqs::PRIMARY:webhook", "--event", "put,delete", "--suffix", ".jpg")
    assert mc("event", "ls", "local/bucket").stdout.strip() == ""
    assert mc("event", "add", "local/bucket", "arn:minio:sqs::OTHER:webhook", check=False).returncode != 0


def test_watch(mc, server):
    mc("mb", "local/bucket")
    s3 = server.boto3()
    watching = mc.follow("watch", "--json", "local/bucket", "--events", "put")
    line = first_line(watching, lambda: s3.put_object(Bucket="bucket", Key="watched", Body=b"x"), "watched")
    assert "s3:ObjectCreated:Put" in line


def test_lifecycle_rules(mc):
    mc("mb", "local/bucket")
    mc("ilm", "rule", "add", "--prefix", "tmp/", "--expire-days", "3", "local/bucket")
    rules = json.loads(mc("ilm", "rule", "export", "local/bucket").stdout)["Rules"]
    assert rules[0]["Expiration"]["Days"] == 3
    mc("ilm", "rule", "rm", "--id", rules[0]["ID"], "local/bucket")
    assert mc("ilm", "rule", "ls", "local/bucket", check=False).returncode != 0


def test_prometheus_token(mc, server):
    generated = json.loads(mc("admin", "prometheus", "generate", "--json", "local").stdout)
    token = generated.get("bearerToken") or generated["scrapeConfigs"][0]["bearerToken"]
    request = urllib.request.Request(server.url + "/minio/v2/metrics/cluster", headers={"Authorization": "Bearer " + token})
    page = urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).read().decode()
    assert "minio_cluster_nodes_online_total" in page
