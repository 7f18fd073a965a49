"""A real `holdfast server` for end-to-end and client tests."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = os.environ.get("HOLDFAST_BINARY", str(ROOT / "build/dev/holdfast"))
ACCESS_KEY, SECRET_KEY = "test-root", "test-root-password"
PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def clean_environment(**extra):
    """The process's environment without proxies, and without settings of this or another S3 server."""
    kept = {k: v for k, v in os.environ.items() if k not in PROXIES and not k.startswith(("MINIO_", "HOLDFAST_", "AWS_"))}
    kept.update(extra)
    return kept


class Server:
    """One data folder and the server on it; start, stop and kill as often as a test likes."""

    def __init__(self, directory, arguments=(), environment=None):
        self.directory = str(directory)
        self.port, self.console_port = free_port(), free_port()
        self.arguments = list(arguments)
        self.environment = {"MINIO_ROOT_USER": ACCESS_KEY, "MINIO_ROOT_PASSWORD": SECRET_KEY, "HOME": self.directory + ".home"}
        self.environment.update(environment or {})
        self.log_path = self.directory + ".log"
        self.process = None
        self.scheme = "http"

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    @property
    def url(self):
        return f"{self.scheme}://{self.host}"

    def start(self, ready=True):
        command = [BINARY, "server", self.directory, "--address", f"127.0.0.1:{self.port}",
                   "--console-address", f"127.0.0.1:{self.console_port}", *self.arguments]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, env=clean_environment(**self.environment), stdout=log, stderr=log)
        if ready:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=30):
        end = time.time() + seconds
        while time.time() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log()}")
            if self.health() == 200:
                return
            time.sleep(0.02)
        raise AssertionError(f"not ready after {seconds} s:\n{self.log()}")

    def health(self, path="/minio/health/ready"):
        try:
            import ssl
            context = ssl._create_unverified_context() if self.scheme == "https" else None
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
            return opener.open(self.url + path, timeout=5).status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def stop(self, seconds=10):
        """SIGTERM; returns the exit code."""
        if self.process is None or self.process.poll() is not None:
            return self.process and self.process.returncode
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def log(self):
        return pathlib.Path(self.log_path).read_text(errors="replace")

    def boto3(self, **config):
        import boto3
        import botocore.config
        config.setdefault("s3", {"addressing_style": "path"})
        config.setdefault("retries", {"max_attempts": 1})
        return boto3.client("s3", endpoint_url=self.url, aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY,
                            region_name="us-east-1", verify=False, config=botocore.config.Config(**config))

    def client_environment(self, **extra):
        """For clients of the AWS family."""
        return clean_environment(AWS_ACCESS_KEY_ID=ACCESS_KEY, AWS_SECRET_ACCESS_KEY=SECRET_KEY, AWS_DEFAULT_REGION="us-east-1",
                                 AWS_EC2_METADATA_DISABLED="true", HOME=self.directory + ".home", **extra)


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def make_server(tmp_path):
    """make_server(arguments=[...], environment={...}): a server on a folder of its own, not started."""
    made = []

    def make(arguments=(), environment=None, directory=None):
        server = Server(directory or tmp_path / f"data{len(made)}", arguments, environment)
        pathlib.Path(server.environment["HOME"]).mkdir(exist_ok=True)
        made.append(server)
        return server

    yield make
    for server in made:
        if server.process is not None and server.process.poll() is None:
            server.kill()


@pytest.fixture
def server(make_server):
    return make_server().start()


@pytest.fixture
def https_server(make_server, tmp_path):
    """HTTPS with a certificate of its own, .certificate."""
    certificates = tmp_path / "certs"
    certificates.mkdir()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", certificates / "private.key", "-out", certificates / "public.crt"], check=True, capture_output=True)
    server = make_server(arguments=["--certs-dir", str(certificates)])
    server.scheme = "https"
    server.certificate = str(certificates / "public.crt")
    return server.start()


@pytest.fixture
def s3(server):
    return server.boto3()


@pytest.fixture
def run_check():
    """Runs `holdfast check --deep` on a stopped server's folder and expects a clean bill."""
    def check(directory):
        result = subprocess.run([BINARY, "check", "--deep", str(directory)], capture_output=True, text=True, timeout=120)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout
    return check


def need(program):
    """Skips a test whose client is not installed (extra clients); Debian's clients are installed by scripts/packages."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
