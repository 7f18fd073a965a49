"""The example for minio-py's SseCustomerKey does what it says."""
import subprocess
import sys

import pytest

pytest.importorskip("minio")

from conftest import ACCESS_KEY, ROOT, SECRET_KEY, clean_environment


def test_example(https_server):
    environment = clean_environment(MINIO_ROOT_USER=ACCESS_KEY, MINIO_ROOT_PASSWORD=SECRET_KEY)
    run = subprocess.run([sys.executable, str(ROOT / "docs/examples/sse_c.py"), https_server.host, https_server.certificate],
                         env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert "size: 34" in run.stdout and "with the wrong key: AccessDenied" in run.stdout
