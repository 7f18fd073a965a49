"""The AWS SDK for JavaScript v3, current, run by Node."""
import os
import pathlib
import subprocess

import pytest

from conftest import ACCESS_KEY, SECRET_KEY, clean_environment

JS = pathlib.Path(os.environ.get("HOLDFAST_EXTRA_CLIENTS", "/nonexistent")) / "js"
pytestmark = pytest.mark.skipif(not (JS / "node_modules/@aws-sdk/client-s3").exists(), reason="the JS SDK is not installed")

SCRIPT = """
const { S3Client, CreateBucketCommand, PutObjectCommand, GetObjectCommand, ListObjectsV2Command, DeleteObjectsCommand, HeadObjectCommand } = require("@aws-sdk/client-s3");
const { Upload } = require("@aws-sdk/lib-storage");
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");
const assert = require("assert");
const { Readable } = require("stream");
const crypto = require("crypto");
(async () => {
  const s3 = new S3Client({ endpoint: process.env.ENDPOINT, region: "us-east-1", forcePathStyle: true,
                            credentials: { accessKeyId: process.env.ACCESS, secretAccessKey: process.env.SECRET } });
  await s3.send(new CreateBucketCommand({ Bucket: "bucket" }));
  await s3.send(new PutObjectCommand({ Bucket: "bucket", Key: "a b/ü+", Body: "hello", Metadata: { name: "value" } }));
  const got = await s3.send(new GetObjectCommand({ Bucket: "bucket", Key: "a b/ü+", ChecksumMode: "ENABLED" }));
  assert.equal(await got.Body.transformToString(), "hello");
  assert.equal(got.Metadata.name, "value");
  assert.ok(got.ChecksumCRC32);
  const body = crypto.randomBytes(12 << 20);
  await new Upload({ client: s3, params: { Bucket: "bucket", Key: "streamed", Body: Readable.from([body]) }, partSize: 5 << 20 }).done();
  const back = await s3.send(new GetObjectCommand({ Bucket: "bucket", Key: "streamed" }));
  assert.ok(Buffer.from(await back.Body.transformToByteArray()).equals(body));
  const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket: "bucket", Key: "signed" }), { expiresIn: 60 });
  assert.equal((await fetch(url, { method: "PUT", body: "by fetch" })).status, 200);
  const listed = await s3.send(new ListObjectsV2Command({ Bucket: "bucket" }));
  assert.deepEqual(listed.Contents.map(o => o.Key), ["a b/ü+", "signed", "streamed"]);
  await s3.send(new DeleteObjectsCommand({ Bucket: "bucket", Delete: { Objects: listed.Contents.map(o => ({ Key: o.Key })) } }));
  await assert.rejects(s3.send(new HeadObjectCommand({ Bucket: "bucket", Key: "signed" })), e => e.name === "NotFound");
  console.log("all done");
})().catch(e => { console.error(e); process.exit(1); });
"""


def test_objects_streams_and_presigned_urls(server):
    script = JS / "holdfast-test.cjs"
    script.write_text(SCRIPT)
    result = subprocess.run(["node", str(script)], capture_output=True, text=True, timeout=120,
                            env=clean_environment(ENDPOINT=server.url, ACCESS=ACCESS_KEY, SECRET=SECRET_KEY))
    assert result.returncode == 0 and "all done" in result.stdout, result.stdout + result.stderr
