"""The commands of docs/troubleshooting.md and docs/operations.md, run against a server as their readers do."""
import re
import shutil
import subprocess

import pytest

from conftest import ACCESS_KEY, BINARY, ROOT, SECRET_KEY, clean_environment


def commands(document, heading):
    """The shell commands below a heading."""
    section = (ROOT / "docs" / document).read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, re.S)


@pytest.fixture
def shell(server, s3, tmp_path):
    """Runs a command of a document, with its addresses and folder made this test's."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "holdfast").symlink_to(BINARY)
    shutil.copy(ROOT / "README.md", tmp_path)
    s3.create_bucket(Bucket="photos")
    s3.put_object(Bucket="photos", Key="cat.jpg", Body=b"cat")
    environment = server.client_environment(MC_HOST_local=f"http://{ACCESS_KEY}:{SECRET_KEY}@{server.host}")
    environment["PATH"] = f"{programs}:{environment['PATH']}"

    def run(command):
        command = command.replace("127.0.0.1:9000", server.host).replace("/srv/holdfast", server.directory)
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=300, cwd=tmp_path, env=environment)
        return done.returncode, done.stdout + done.stderr

    return run


def test_well_and_refused(shell, server):
    [command] = commands("troubleshooting.md", "Connection refused")
    assert shell(command) == (0, "")
    [healthcheck] = commands("troubleshooting.md", "The container is unhealthy")
    assert shell(healthcheck) == (0, "")
    server.stop()
    code, output = shell(command)
    assert code == 7 and "curl: (7) Failed to connect" in output
    assert "is not ready" in shell(healthcheck)[1]


def test_denied_until_the_policy_allows(shell):
    status, allow = commands("troubleshooting.md", "AccessDenied, or 403, for a bucket")
    assert re.search("NoSuchBucketPolicy|\"IsPublic\": false", shell(status)[1])
    [show] = commands("troubleshooting.md", "Images don't show in the browser")
    assert "403" in shell(show)[1]
    assert shell(allow)[0] == 0
    assert '"IsPublic": true' in shell(status)[1]
    assert "200" in shell(show)[1] and "binary/octet-stream" in shell(show)[1]
    [cors] = commands("troubleshooting.md", "The browser says CORS")
    assert "Access-Control-Allow-Origin: *" in shell(cors)[1]


def test_keys_uploads_signatures_and_clocks(shell, tmp_path):
    [keys] = commands("troubleshooting.md", "NoSuchKey, or a file isn't found")
    assert "cat.jpg" in shell(keys)[1]
    [upload] = commands("troubleshooting.md", "An upload fails")
    assert shell(upload)[0] == 0
    [presigned] = commands("troubleshooting.md", "SignatureDoesNotMatch")
    assert shell(presigned) == (0, "") and (tmp_path / "cat.jpg").read_bytes() == b"cat"
    [clock] = commands("troubleshooting.md", "RequestTimeTooSkewed")
    assert "date:" in shell(clock)[1].lower()


def test_operations(shell, server):
    [well] = commands("operations.md", "Is it well?")
    assert shell(well) == (0, "well\n")
    [uploads] = commands("operations.md", "The disk is full")
    assert shell(uploads)[0] == 0
    server.stop()
    for heading, expected in (("Restore", "all is well"), ("The index is lost or damaged", "the index is new"), ("Look for damage", "all is well")):
        [command] = commands("operations.md", heading)
        code, output = shell(command)
        assert code == 0 and expected in output
