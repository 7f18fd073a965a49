"""Random operations from several clients, compared with a model at each step, with restarts and kill -9 in between.

HOLDFAST_MODEL_SEED=n replays a seed that failed (its number is in the assertion); HOLDFAST_MODEL_SECONDS=3600 runs for an
hour. Each client has keys of its own, so that the model knows what each answer must be; one bucket is versioned.
"""
import os
import random
import threading
import time

import botocore.exceptions
import pytest

SECONDS = float(os.environ.get("HOLDFAST_MODEL_SECONDS", "12"))
SEED = int(os.environ.get("HOLDFAST_MODEL_SEED", str(int(time.time()) % 100_000)))
CLIENTS = 4
SIZES = [0, 1, 700, 4096, 65_536, 65_537, 300_000]
PART = 5 * 1024 * 1024


def only_if_missing(s3):
    """This client's PutObject requests carry If-None-Match: * (older botocores don't know the parameter)."""
    s3.meta.events.register("before-call.s3.PutObject", lambda params, **_: params["headers"].update({"If-None-Match": "*"}))
    return s3


class Gone(Exception):
    """The server went away under a request: what it did is open."""


class Client:
    """One client's keys: for each the possible contents. More than one: a request on it was cut off."""

    def __init__(self, server, bucket, number):
        self.server, self.bucket, self.number = server, bucket, number
        self.random = random.Random(SEED * 100 + number)
        self.model = {}
        self.steps = 0
        self.connect()

    def connect(self):
        self.s3 = self.server.boto3(read_timeout=30, retries={"max_attempts": 0})
        self.creator = only_if_missing(self.server.boto3(read_timeout=30, retries={"max_attempts": 0}))

    def call(self, function, **arguments):
        try:
            return function(Bucket=self.bucket, **arguments)
        except botocore.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (500, 503):
                raise Gone from error
            raise
        except (botocore.exceptions.BotoCoreError, OSError) as error:
            raise Gone from error

    def key(self):
        return f"{self.number}/{self.random.choice('abcdefgh')}/{self.random.randrange(4)}"

    def body(self):
        return self.random.randbytes(self.random.choice(SIZES))

    def change(self, key, content, function, **arguments):
        """`content` is there afterwards; if the server went away it may be."""
        before = self.model.get(key, [None])
        self.model[key] = before + [content]
        answer = self.call(function, Key=key, **arguments)
        self.model[key] = [content]
        return answer

    def put(self):
        body = self.body()
        self.change(self.key(), body, self.s3.put_object, Body=body)

    def create_only(self):
        key, body = self.key(), self.body()
        known = self.model.get(key, [None])
        try:
            self.change(key, body, self.creator.put_object, Body=body)
            assert None in known, f"{key} was there"
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "PreconditionFailed", error
            self.model[key] = [content for content in known if content is not None]
            assert self.model[key], f"{key} wasn't there"

    def delete(self):
        self.change(self.key(), None, self.s3.delete_object)

    def delete_many(self):
        keys = sorted({self.key() for _ in range(5)})
        before = {key: self.model.get(key, [None]) for key in keys}
        for key in keys:
            self.model[key] = before[key] + [None]
        self.call(self.s3.delete_objects, Delete={"Objects": [{"Key": key} for key in keys]})
        for key in keys:
            self.model[key] = [None]

    def copy(self):
        source, target = self.key(), self.key()
        known = self.model.get(source, [None])
        if len(known) > 1 or known[0] is None or source == target:
            return
        self.change(target, known[0], self.s3.copy_object, CopySource={"Bucket": self.bucket, "Key": source})

    def multipart(self):
        key = self.key()
        upload = self.call(self.s3.create_multipart_upload, Key=key)["UploadId"]
        bodies = [self.random.randbytes(1000) * (PART // 1000 + 1), self.body()]
        parts = []
        for number, body in enumerate(bodies, 1):
            tag = self.call(self.s3.upload_part, Key=key, UploadId=upload, PartNumber=number, Body=body)["ETag"]
            parts.append({"PartNumber": number, "ETag": tag})
        if self.random.random() < 0.3:
            self.call(self.s3.abort_multipart_upload, Key=key, UploadId=upload)
            return
        self.change(key, b"".join(bodies), self.s3.complete_multipart_upload, UploadId=upload, MultipartUpload={"Parts": parts})

    def get(self):
        self.look(self.key())

    def look(self, key):
        known = self.model.get(key, [None])
        try:
            answer = self.call(self.s3.get_object, Key=key)
            try:
                found = answer["Body"].read()
            except Exception as error:
                raise Gone from error
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "NoSuchKey", error
            found = None
        assert found in known, f"{key}: {found and len(found)} bytes, not one of {[body and len(body) for body in known]}"
        self.model[key] = [found]

    def list(self):
        listed = set()
        token = {}
        while True:
            page = self.call(self.s3.list_objects_v2, Prefix=f"{self.number}/", MaxKeys=7, **token)
            listed |= {item["Key"] for item in page.get("Contents", [])}
            if not page["IsTruncated"]:
                break
            token = {"ContinuationToken": page["NextContinuationToken"]}
        for key, known in self.model.items():
            assert key in listed or None in known, f"{key} isn't listed"
            assert key not in listed or any(body is not None for body in known), f"{key} is listed"
        assert listed <= set(self.model)

    def step(self):
        self.steps += 1
        operations = [self.put] * 6 + [self.get] * 6 + [self.delete] * 2 + [self.create_only, self.delete_many, self.copy, self.list]
        if self.random.random() < 0.03:
            operations = [self.multipart]
        self.random.choice(operations)()

    def run(self, until, failures):
        try:
            while time.time() < until and not failures:
                self.step()
        except Gone:
            pass
        except Exception as error:
            failures.append(error)


def test_random_operations_with_restarts_and_kills(make_server, run_check):
    chance = random.Random(SEED)
    server = make_server().start()
    s3 = server.boto3()
    for bucket in ("plain", "versioned"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    clients = [Client(server, ("plain", "versioned")[number % 2], number) for number in range(CLIENTS)]
    failures, rounds, end = [], 0, time.time() + SECONDS
    while time.time() < end and not failures:
        rounds += 1
        until = time.time() + chance.uniform(1, 3)
        threads = [threading.Thread(target=client.run, args=(until + 0.5, failures)) for client in clients]
        for thread in threads:
            thread.start()
        time.sleep(max(0, until - time.time()))
        (server.kill if chance.random() < 0.7 else server.stop)()
        for thread in threads:
            thread.join()
        server.start()
        for client in clients:
            client.connect()
            if not failures:
                for key in list(client.model):
                    client.look(key)
                client.list()
    assert not failures, f"seed {SEED}, round {rounds}: {failures[0]!r}"
    assert rounds > 1 and sum(client.steps for client in clients) > 20, "too slow to say anything"
    for bucket in ("plain", "versioned"):
        for upload in s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []):
            s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    server.stop()
    run_check(server.directory)


@pytest.mark.parametrize("round_number", range(3))
def test_of_many_conditional_creates_exactly_one_wins(server, round_number):
    s3 = server.boto3()
    s3.create_bucket(Bucket="bkt")
    barrier, outcomes = threading.Barrier(12), []

    def create(number):
        mine = only_if_missing(server.boto3(retries={"max_attempts": 0}))
        barrier.wait()
        for key in range(5):
            try:
                mine.put_object(Bucket="bkt", Key=f"{key}", Body=b"%d" % number * (70_000 if number % 2 else 10))
                outcomes.append((key, number))
            except botocore.exceptions.ClientError as error:
                assert error.response["Error"]["Code"] == "PreconditionFailed", error

    threads = [threading.Thread(target=create, args=(number,)) for number in range(10, 22)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(key for key, _ in outcomes) == [0, 1, 2, 3, 4]
    for key, winner in outcomes:
        assert s3.get_object(Bucket="bkt", Key=f"{key}")["Body"].read().startswith(b"%d" % winner)


def test_each_get_is_one_version_whole(server):
    """PUT, copy and DELETE of one key against GETs of it: small ones, staged ones, and those sent by sendfile."""
    s3 = server.boto3()
    s3.create_bucket(Bucket="bkt")
    stop, wrong, seen = threading.Event(), [], []
    bodies = {bytes([65 + i]) * size for i, size in enumerate([10, 3_000, 70_000, 400_000, 1_500_000])}
    for i, body in enumerate(bodies):
        s3.put_object(Bucket="bkt", Key=f"source{i}", Body=body)

    def write(number):
        mine, chance = server.boto3(), random.Random(SEED + number)
        while not stop.is_set():
            choice = chance.randrange(8)
            if choice < 4:
                mine.put_object(Bucket="bkt", Key="k", Body=chance.choice(sorted(bodies)))
            elif choice < 7:
                mine.copy_object(Bucket="bkt", Key="k", CopySource={"Bucket": "bkt", "Key": f"source{chance.randrange(len(bodies))}"})
            else:
                mine.delete_object(Bucket="bkt", Key="k")

    def read():
        mine = server.boto3()
        while not stop.is_set():
            try:
                body = mine.get_object(Bucket="bkt", Key="k")["Body"].read()
            except botocore.exceptions.ClientError as error:
                if error.response["Error"]["Code"] != "NoSuchKey":
                    wrong.append(error)
                continue
            seen.append(len(body))
            if body not in bodies:
                wrong.append(f"{len(body)} bytes of {set(body)}")

    threads = [threading.Thread(target=write, args=(i,)) for i in range(2)] + [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(3)
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong, wrong[:3]
    assert len(set(seen)) > 1
