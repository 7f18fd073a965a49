"""How applications use locks and versions: Terraform's lock file, rclone on versions, restic on a locked bucket."""
import concurrent.futures
import datetime
import json
import subprocess

import pytest
from botocore.exceptions import ClientError
from conftest import ACCESS_KEY, SECRET_KEY, clean_environment


@pytest.fixture
def take_lock(s3):
    """Terraform's and OpenTofu's lock on a state: the object is written only if it isn't there."""
    s3.meta.events.register("before-sign.s3.PutObject", lambda request, **_: request.headers.__setitem__("If-None-Match", "*"))

    def take(who):
        try:
            s3.put_object(Bucket="states", Key="prod/terraform.tfstate.tflock", Body=json.dumps({"ID": who}).encode(), ContentType="application/json", ChecksumAlgorithm="SHA256")
            return True
        except ClientError as refused:
            assert refused.response["ResponseMetadata"]["HTTPStatusCode"] == 412, refused.response
            return False
    return take


@pytest.mark.parametrize("versions", [False, True])
def test_Terraform_lock_file(s3, take_lock, versions):
    s3.create_bucket(Bucket="states")
    if versions:
        s3.put_bucket_versioning(Bucket="states", VersioningConfiguration={"Status": "Enabled"})
    for _ in range(3):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            taken = list(pool.map(take_lock, range(8)))
        assert taken.count(True) == 1
        held = json.loads(s3.get_object(Bucket="states", Key="prod/terraform.tfstate.tflock")["Body"].read())
        assert held["ID"] == taken.index(True) and not take_lock("late")
        s3.delete_object(Bucket="states", Key="prod/terraform.tfstate.tflock")
    assert take_lock("last")


def test_rclone_with_versions(server, s3, tmp_path):
    s3.create_bucket(Bucket="bucket")
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    environment = clean_environment(HOME=str(tmp_path), RCLONE_CONFIG_S_TYPE="s3", RCLONE_CONFIG_S_PROVIDER="Minio", RCLONE_CONFIG_S_ENDPOINT=server.url,
                                    RCLONE_CONFIG_S_ACCESS_KEY_ID=ACCESS_KEY, RCLONE_CONFIG_S_SECRET_ACCESS_KEY=SECRET_KEY)

    def rclone(*arguments):
        return subprocess.run(["/usr/bin/rclone", *arguments], capture_output=True, text=True, check=True, timeout=120, env=environment).stdout

    for text in ("first", "second"):
        (tmp_path / "file.txt").write_text(text)
        rclone("copy", str(tmp_path / "file.txt"), "s:bucket", "--ignore-times")
    rclone("deletefile", "s:bucket/file.txt")
    assert rclone("lsf", "s:bucket") == ""
    old = sorted(rclone("lsf", "s:bucket", "--s3-versions").split())
    assert len(old) == 2 and all(name.startswith("file-v") for name in old)
    assert {rclone("cat", f"s:bucket/{name}", "--s3-versions") for name in old} == {"first", "second"}
    rclone("cleanup", "s:bucket")
    rclone("backend", "cleanup", "s:bucket")


def test_restic_on_a_locked_bucket(server, s3, tmp_path):
    s3.create_bucket(Bucket="backups", ObjectLockEnabledForBucket=True)
    s3.put_object_lock_configuration(Bucket="backups", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}})
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/file").write_text("precious")
    environment = server.client_environment(RESTIC_REPOSITORY=f"s3:{server.url}/backups/host", RESTIC_PASSWORD="repository password")

    def restic(*arguments):
        return subprocess.run(["/usr/bin/restic", "--no-cache", *arguments], capture_output=True, text=True, check=True, timeout=300, env=environment, cwd=tmp_path).stdout

    restic("init")
    restic("backup", "tree")
    restic("check", "--read-data")
    restic("forget", "--keep-last", "1", "--prune")
    versions = s3.list_object_versions(Bucket="backups")["Versions"]
    assert versions and all(s3.head_object(Bucket="backups", Key=v["Key"], VersionId=v["VersionId"])["ObjectLockMode"] == "COMPLIANCE" for v in versions)
    for version in versions:
        with pytest.raises(ClientError):
            s3.delete_object(Bucket="backups", Key=version["Key"], VersionId=version["VersionId"])
    kept = s3.head_object(Bucket="backups", Key=versions[0]["Key"], VersionId=versions[0]["VersionId"])["ObjectLockRetainUntilDate"]
    assert kept > datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=23)
    restic("restore", "latest", "--target", str(tmp_path / "back"))
    assert (tmp_path / "back/tree/file").read_text() == "precious"
