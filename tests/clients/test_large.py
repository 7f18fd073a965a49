"""Large bodies in bounded memory."""
import concurrent.futures
import hashlib
import os
import subprocess

from conftest import BINARY

GIB = 1 << 30


def resident_mib(server):
    for line in open(f"/proc/{server.process.pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024


def test_one_gib_in_one_put_and_back_in_bounded_memory(server, s3, tmp_path):
    s3.create_bucket(Bucket="bucket")
    path = tmp_path / "big"
    block = os.urandom(1 << 20)
    digest = hashlib.sha256()
    with open(path, "wb") as file:
        for number in range(1024):
            data = number.to_bytes(8, "big") + block[8:]
            file.write(data)
            digest.update(data)
    url = s3.generate_presigned_url("put_object", {"Bucket": "bucket", "Key": "big"}, ExpiresIn=600)
    subprocess.run(["curl", "-sf", "-T", str(path), url], check=True, timeout=300)
    assert resident_mib(server) < 120
    path.unlink()
    get = s3.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": "big"}, ExpiresIn=600)
    with subprocess.Popen(["curl", "-sf", get], stdout=subprocess.PIPE) as curl:
        back, size = hashlib.sha256(), 0
        while data := curl.stdout.read(1 << 20):
            back.update(data)
            size += len(data)
    assert size == GIB and back.digest() == digest.digest()
    assert resident_mib(server) < 120
    s3.delete_object(Bucket="bucket", Key="big")


def test_uploads_at_the_same_time_each_get_their_own_md5(s3):
    """Their MD5s are computed side by side: no two may be mixed up, whatever their lengths."""
    s3.create_bucket(Bucket="together")
    bodies = {f"body-{i}": os.urandom(1_500_000 + 123_457 * i) for i in range(10)}

    def put(key):
        return s3.put_object(Bucket="together", Key=key, Body=bodies[key])["ETag"]

    with concurrent.futures.ThreadPoolExecutor(len(bodies)) as threads:
        etags = dict(zip(bodies, threads.map(put, bodies)))
    for key, body in bodies.items():
        assert etags[key].strip('"') == hashlib.md5(body).hexdigest(), key
        assert s3.get_object(Bucket="together", Key=key)["Body"].read() == body, key
