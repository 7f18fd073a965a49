"""Webhooks and live events against the real server."""
import http.server
import json
import threading
import time
import urllib.parse

import conftest


class Receiver:
    """A webhook that remembers what it got; stop and start as often as a test likes, on one port."""

    def __init__(self):
        self.port = conftest.free_port()
        self.bodies, self.headers = [], []
        self.server = None

    def start(self):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.bodies.append(body)
                receiver.headers.append(dict(self.headers))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        http.server.ThreadingHTTPServer.allow_reuse_address = True
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def keys(self):
        return {urllib.parse.unquote_plus(body["Records"][0]["s3"]["object"]["key"]) for body in list(self.bodies)}


def wait_for(holds, seconds=30):
    end = time.time() + seconds
    while time.time() < end:
        if holds():
            return True
        time.sleep(0.05)
    return holds()


def environment(receiver):
    return {"MINIO_NOTIFY_WEBHOOK_ENABLE_PRIMARY": "on",
            "MINIO_NOTIFY_WEBHOOK_ENDPOINT_PRIMARY": f"http://127.0.0.1:{receiver.port}/events",
            "MINIO_NOTIFY_WEBHOOK_AUTH_TOKEN_PRIMARY": "hook-token"}


def configure(s3, bucket, events=("s3:ObjectCreated:*", "s3:ObjectRemoved:*"), **filter_rules):
    queue = {"QueueArn": "arn:minio:sqs::PRIMARY:webhook", "Events": list(events)}
    if filter_rules:
        queue["Filter"] = {"Key": {"FilterRules": [{"Name": k, "Value": v} for k, v in filter_rules.items()]}}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [queue]})


def test_a_webhook_gets_minios_json(make_server):
    receiver = Receiver().start()
    server = make_server(environment=environment(receiver)).start()
    s3 = server.boto3()
    s3.create_bucket(Bucket="photos")
    configure(s3, "photos", prefix="in/")
    stored = s3.get_bucket_notification_configuration(Bucket="photos")["QueueConfigurations"][0]
    assert stored["Filter"]["Key"]["FilterRules"] == [{"Name": "prefix", "Value": "in/"}]
    s3.put_object(Bucket="photos", Key="in/a b.txt", Body=b"hello", ContentType="text/plain", Metadata={"colour": "red"})
    s3.put_object(Bucket="photos", Key="out/ignored", Body=b"x")
    s3.delete_object(Bucket="photos", Key="in/a b.txt")
    assert wait_for(lambda: len(receiver.bodies) == 2)
    created, removed = receiver.bodies
    assert (created["EventName"], created["Key"]) == ("s3:ObjectCreated:Put", "photos/in/a b.txt")
    described = created["Records"][0]["s3"]["object"]
    assert described["key"] == "in%2Fa+b.txt" and described["size"] == 5
    assert removed["EventName"] == "s3:ObjectRemoved:Delete"
    assert receiver.headers[0]["Authorization"] == "Bearer hook-token"
    receiver.stop()


def test_nothing_is_lost_while_receiver_and_server_go_away(make_server):
    """Under load: the receiver dies and comes back, then the server is killed and restarted."""
    receiver = Receiver().start()
    server = make_server(environment=environment(receiver)).start()
    s3 = server.boto3()
    s3.create_bucket(Bucket="load")
    configure(s3, "load", events=["s3:ObjectCreated:Put"])
    done = []

    def put(count):
        for _ in range(count):
            key = f"key-{len(done)}"
            s3.put_object(Bucket="load", Key=key, Body=b"x")
            done.append(key)

    writer = threading.Thread(target=put, args=(300,))
    writer.start()
    assert wait_for(lambda: len(done) > 60)
    receiver.stop()
    assert wait_for(lambda: len(done) > 200)
    receiver.start()
    writer.join()
    receiver.stop()
    put(50)
    server.kill()
    server.start()
    receiver.start()
    s3 = server.boto3()
    put(20)
    assert wait_for(lambda: receiver.keys() >= set(done), 60), f"{len(receiver.keys())} of {len(done)}"


def test_an_unknown_target_is_refused(make_server):
    server = make_server().start()
    s3 = server.boto3()
    s3.create_bucket(Bucket="photos")
    try:
        configure(s3, "photos")
        raise AssertionError("accepted")
    except s3.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidArgument"


def test_a_bad_target_stops_the_start(make_server):
    server = make_server(environment={"MINIO_NOTIFY_WEBHOOK_ENABLE_A": "on", "MINIO_NOTIFY_WEBHOOK_ENDPOINT_A": "nonsense"})
    server.start(ready=False)
    assert server.process.wait(10) != 0
    assert "MINIO_NOTIFY_WEBHOOK_ENDPOINT_A" in server.log()


def listen(server, bucket, lines):
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
    import urllib.request
    url = f"{server.url}/{bucket}?events=s3%3AObjectCreated%3A%2A&prefix=in%2F"
    request = botocore.awsrequest.AWSRequest("GET", url)
    keys = botocore.credentials.Credentials(conftest.ACCESS_KEY, conftest.SECRET_KEY)
    botocore.auth.S3SigV4Auth(keys, "s3", "us-east-1").add_auth(request)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    response = opener.open(urllib.request.Request(url, headers=dict(request.headers.items())), timeout=10)

    def read():
        for line in response:
            if line.strip():
                lines.append(json.loads(line))

    threading.Thread(target=read, daemon=True).start()
    return response


def test_listening_streams_events_and_ends_with_the_server(make_server):
    server = make_server().start()
    s3 = server.boto3()
    s3.create_bucket(Bucket="photos")
    lines = []
    listen(server, "photos", lines)
    s3.put_object(Bucket="photos", Key="out/a", Body=b"x")
    s3.put_object(Bucket="photos", Key="in/a", Body=b"x")
    assert wait_for(lambda: lines, 10)
    assert [line["Records"][0]["s3"]["object"]["key"] for line in lines] == ["in%2Fa"]
    began = time.time()
    assert server.stop() == 0
    assert time.time() - began < 5
