"""The image, run by buildah or chroot as compose files run it (.ci/image builds it)."""
import contextlib
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import time
import urllib.request

import pytest

from conftest import ROOT, free_port

BUILDAH = shlex.split(os.environ.get("HOLDFAST_BUILDAH", ""))
pytestmark = pytest.mark.skipif(not BUILDAH, reason="run by .ci/image")
ROOT_USER = {"MINIO_ROOT_USER": "test-root", "MINIO_ROOT_PASSWORD": "test-root-password"}


def buildah(*arguments):
    return subprocess.run([*BUILDAH, *arguments], check=True, capture_output=True, text=True, timeout=120).stdout.strip()


@pytest.fixture(scope="module")
def image():
    """A container of the image, and the path of its root."""
    container = buildah("from", "--pull-never", "localhost/holdfast:latest")
    yield container, pathlib.Path(buildah("mount", container))
    buildah("rm", container)


class Container:
    """A process of the image, on a data folder of the host."""

    def __init__(self, image, data, *arguments, user="0:0", environment=None, read_only=False):
        container, root = image
        self.port, self.console = free_port(), free_port()
        words = [a.format(port=self.port, console=self.console) for a in arguments]
        settings = {**ROOT_USER, **(environment or {})}
        if data is None:  # the image's own volume
            command = [*BUILDAH, "run", "--isolation", "chroot"]
            command += [part for name, value in settings.items() for part in ("--env", f"{name}={value}")]
            command += [container, "--", "docker-entrypoint.sh", *words]
        else:
            script = (f"mount --bind {root} {root} && {f'mount -o remount,bind,ro {root} &&' if read_only else ''} "
                      f'mount --bind {data} {root}/data && mount -t proc proc {root}/proc && '
                      f'exec chroot --userspec={user} --groups= {root} docker-entrypoint.sh "$@"')
            command = ["unshare", "--mount", "sh", "-c", script, "sh", *words]
        settings["PATH"] = os.environ["PATH"]
        self.process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        start_new_session=True)

    def wait_ready(self):
        until = time.monotonic() + 30
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError):
                return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/minio/health/ready", timeout=5).status
            time.sleep(0.1)
        self.process.kill()
        raise AssertionError(self.process.communicate()[0])

    def server_pid(self):
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    command = (entry / "cmdline").read_bytes().split(b"\0")
                    if command[0] == b"/usr/bin/holdfast" and any(str(self.port).encode() in word for word in command):
                        return int(entry.name)
        raise AssertionError("no server")

    def stop(self):
        os.kill(self.server_pid(), signal.SIGTERM)
        return self.process.wait(timeout=30), self.process.stdout.read()


@pytest.fixture
def start(image, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    started = []

    def run(*arguments, folder=data, **options):
        started.append(Container(image, folder, *arguments, **options))
        return started[-1]

    run.data = data
    yield run
    for container in started:
        if container.process.poll() is None:
            with contextlib.suppress(AssertionError, ProcessLookupError):
                os.kill(container.server_pid(), signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                container.process.wait(timeout=10)


def identity(pid):
    status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(status["Uid"].split()[1]), int(status["Gid"].split()[1]), status["CapEff"].strip()


def put_and_get(container):
    import boto3
    s3 = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{container.port}", aws_access_key_id="test-root",
                      aws_secret_access_key="test-root-password", region_name="us-east-1")
    if "kept" not in [b["Name"] for b in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket="kept")
        s3.put_object(Bucket="kept", Key="a", Body=b"data")
    assert s3.get_object(Bucket="kept", Key="a")["Body"].read() == b"data"


ADDRESSES = ("--address", "127.0.0.1:{port}", "--console-address", "127.0.0.1:{console}")


@pytest.mark.parametrize("arguments", [
    ("server", "/data", *ADDRESSES),
    ("minio", "server", *ADDRESSES, "/data"),
    ("holdfast", "server", "/data", *ADDRESSES),
    ("minio", *ADDRESSES, "/data"),
    (*ADDRESSES,),
    ("--json", "server", "/data", *ADDRESSES),
])
def test_arguments_of_compose_files_serve(start, arguments):
    container = start(*arguments, folder=None)
    assert container.wait_ready() == 200
    put_and_get(container)
    assert container.stop()[0] == 0


def test_root_gives_the_folder_away_and_does_not_stay_root(start):
    container = start("server", "/data", *ADDRESSES)
    container.wait_ready()
    assert identity(container.server_pid()) == (1000, 1000, "0000000000000000")
    assert (start.data.stat().st_uid, start.data.stat().st_gid) == (1000, 1000)
    container.stop()


def test_puid_and_pgid_choose_the_user(start):
    container = start("server", "/data", *ADDRESSES, environment={"PUID": "1234", "PGID": "4321"})
    container.wait_ready()
    assert identity(container.server_pid())[:2] == (1234, 4321)
    assert start.data.stat().st_uid == 1234
    container.stop()


def test_any_user_serves_a_folder_of_its_own(start):
    shutil.chown(start.data, 4242, 4242)
    container = start("server", "/data", *ADDRESSES, user="4242:4242")
    container.wait_ready()
    put_and_get(container)
    assert identity(container.server_pid())[:2] == (4242, 4242)
    container.stop()


def test_a_folder_that_cannot_be_written_ends_in_one_line_with_the_command(start):
    container = start("server", "/data", *ADDRESSES, user="1000:1000")
    output = container.process.communicate(timeout=30)[0]
    lines = [line for line in output.splitlines() if "chown" in line]
    assert len(lines) == 1 and "chown -R 1000:1000 /data" in lines[0], output
    assert container.process.returncode == 1


def test_a_read_only_root_file_system_is_enough(start):
    container = start("server", "/data", *ADDRESSES, read_only=True)
    container.wait_ready()
    put_and_get(container)
    assert container.stop()[0] == 0


def test_data_outlives_the_container(start):
    first = start("server", "/data", *ADDRESSES)
    first.wait_ready()
    put_and_get(first)
    assert first.stop()[0] == 0
    second = start("server", "/data", *ADDRESSES)
    second.wait_ready()
    put_and_get(second)
    second.stop()


def test_health_checks_of_compose_files_pass(start, image):
    container = start("server", "/data", *ADDRESSES)
    container.wait_ready()
    url = f"http://127.0.0.1:{container.port}"
    for command in (
            ["curl", "-f", f"{url}/minio/health/live"], ["holdfast", "healthcheck", url],
            ["sh", "-c", f"mc alias set local {url} test-root test-root-password && mc ready local"]):
        buildah("run", "--isolation", "chroot", "--env", "HOME=/tmp", image[0], "--", *command)
    container.stop()


def test_the_dockerfile_lists_what_the_binary_is_linked_with(image):
    root = image[1]
    assert "not found" not in subprocess.run(["chroot", root, "ldd", "/usr/bin/holdfast"], check=True, capture_output=True, text=True).stdout
    dynamic = subprocess.run(["readelf", "-d", root / "usr/bin/holdfast"], check=True, capture_output=True, text=True).stdout
    needed = set()
    for name in re.findall(r"NEEDED.*\[(.*)\]", dynamic):
        found = subprocess.run(["chroot", root, "dpkg-query", "-S", f"*/{name}"], check=True, capture_output=True, text=True).stdout
        needed |= {line.split(":")[0] for line in found.splitlines()}
    listed = re.search(r"no-install-recommends (.*?) \\", (ROOT / "docker/Dockerfile").read_text())[1].split()
    assert needed - {"libc6", "libgcc-s1", "libstdc++6"} == set(listed) - {"ca-certificates", "curl"}
