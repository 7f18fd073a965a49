"""Lifecycle with days of two seconds, against the real server."""
import time


def wait_for(holds, seconds=30):
    end = time.time() + seconds
    while time.time() < end:
        if holds():
            return True
        time.sleep(0.2)
    return holds()


def keys(s3, bucket):
    return [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def test_objects_uploads_and_versions_expire(make_server, run_check):
    server = make_server(environment={"HOLDFAST_LIFECYCLE_DAY": "2s"}).start()
    s3 = server.boto3()
    s3.create_bucket(Bucket="bucket")
    s3.put_bucket_lifecycle_configuration(Bucket="bucket", LifecycleConfiguration={"Rules": [
        {"ID": "tmp", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 1},
         "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]})
    answer = s3.put_object(Bucket="bucket", Key="tmp/a", Body=b"x")
    assert 'rule-id="tmp"' in answer["Expiration"]
    s3.put_object(Bucket="bucket", Key="keep", Body=b"x")
    s3.create_multipart_upload(Bucket="bucket", Key="tmp/upload")
    assert wait_for(lambda: keys(s3, "bucket") == ["keep"])
    assert wait_for(lambda: not s3.list_multipart_uploads(Bucket="bucket").get("Uploads"))

    s3.create_bucket(Bucket="versioned")
    s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_lifecycle_configuration(Bucket="versioned", LifecycleConfiguration={"Rules": [
        {"ID": "old", "Status": "Enabled", "Filter": {}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
         "Expiration": {"ExpiredObjectDeleteMarker": True}}]})
    for i in range(3):
        s3.put_object(Bucket="versioned", Key="a", Body=str(i).encode())
    s3.put_object(Bucket="versioned", Key="gone", Body=b"x")
    s3.delete_object(Bucket="versioned", Key="gone")

    def left():
        page = s3.list_object_versions(Bucket="versioned")
        return len(page.get("Versions", [])), len(page.get("DeleteMarkers", []))

    assert wait_for(lambda: left() == (1, 0)), left()
    assert "A DAY OF LIFECYCLE RULES LASTS 2 SECONDS" in server.log()
    assert server.stop() == 0
    run_check(server.directory)


def test_a_days_length_that_makes_no_sense_stops_the_start(make_server):
    server = make_server(environment={"HOLDFAST_LIFECYCLE_DAY": "soon"}).start(ready=False)
    assert server.process.wait(10) != 0
    assert "lifecycle-day" in server.log()
