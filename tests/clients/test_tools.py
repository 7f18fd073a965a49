"""s3cmd, rclone and restic from Debian, unchanged."""
import filecmp
import os
import random
import subprocess

import pytest

from conftest import ACCESS_KEY, SECRET_KEY, clean_environment


def make_tree(directory, seed=1, files=60):
    rng = random.Random(seed)
    for number in range(files):
        path = directory / f"d{number % 5}" / f"ü file+{number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(rng.randbytes(rng.choice([0, 1, 1000, 70_000, 1_000_000])))
    (directory / "large.bin").write_bytes(rng.randbytes(30 << 20))


def same_trees(left, right):
    comparison = filecmp.dircmp(left, right)
    assert not (comparison.left_only or comparison.right_only or comparison.funny_files), comparison.report()
    _, mismatch, errors = filecmp.cmpfiles(left, right, comparison.common_files, shallow=False)
    assert not mismatch and not errors
    for name in comparison.common_dirs:
        same_trees(os.path.join(left, name), os.path.join(right, name))


def test_s3cmd(server, tmp_path):
    make_tree(tmp_path / "tree")
    config = tmp_path / "s3cfg"
    config.write_text(f"[default]\naccess_key={ACCESS_KEY}\nsecret_key={SECRET_KEY}\nhost_base={server.host}\nhost_bucket={server.host}\nuse_https=False\n")

    def s3cmd(*arguments):
        return subprocess.run(["/usr/bin/s3cmd", "-c", str(config), *arguments], capture_output=True, text=True, check=True, timeout=120,
                              env=clean_environment(HOME=str(tmp_path), LC_ALL="C.UTF-8")).stdout

    s3cmd("mb", "s3://bucket")
    s3cmd("sync", str(tmp_path / "tree") + "/", "s3://bucket/tree/")
    assert "large.bin" in s3cmd("ls", "s3://bucket/tree/")
    s3cmd("sync", "s3://bucket/tree/", str(tmp_path / "back") + "/")
    same_trees(tmp_path / "tree", tmp_path / "back")
    s3cmd("cp", "s3://bucket/tree/large.bin", "s3://bucket/copy.bin")
    s3cmd("mv", "s3://bucket/copy.bin", "s3://bucket/moved.bin")
    assert "30" in s3cmd("du", "-H", "s3://bucket/moved.bin")
    s3cmd("info", "s3://bucket/moved.bin")
    s3cmd("del", "--recursive", "--force", "s3://bucket/")
    s3cmd("rb", "s3://bucket")


def test_rclone(server, tmp_path):
    make_tree(tmp_path / "tree")
    environment = clean_environment(HOME=str(tmp_path), RCLONE_CONFIG_S_TYPE="s3", RCLONE_CONFIG_S_PROVIDER="Minio", RCLONE_CONFIG_S_ENDPOINT=server.url,
                                    RCLONE_CONFIG_S_ACCESS_KEY_ID=ACCESS_KEY, RCLONE_CONFIG_S_SECRET_ACCESS_KEY=SECRET_KEY)

    def rclone(*arguments):
        return subprocess.run(["/usr/bin/rclone", *arguments], capture_output=True, text=True, check=True, timeout=120, env=environment).stdout

    rclone("mkdir", "s:bucket")
    rclone("sync", str(tmp_path / "tree"), "s:bucket/tree", "--s3-upload-cutoff", "10M", "--s3-chunk-size", "5M")
    rclone("check", str(tmp_path / "tree"), "s:bucket/tree", "--download")
    rclone("copy", "s:bucket/tree", str(tmp_path / "back"))
    same_trees(tmp_path / "tree", tmp_path / "back")
    rclone("moveto", "s:bucket/tree/large.bin", "s:bucket/moved.bin")
    assert "moved.bin" in rclone("lsf", "s:bucket")
    (tmp_path / "tree/large.bin").unlink()
    rclone("sync", str(tmp_path / "tree"), "s:bucket/tree")
    rclone("purge", "s:bucket")
    assert "bucket" not in rclone("lsd", "s:")


def test_restic_backup_check_and_restore(server, tmp_path):
    make_tree(tmp_path / "tree")
    environment = server.client_environment(RESTIC_REPOSITORY=f"s3:{server.url}/backups/host", RESTIC_PASSWORD="repository password")

    def restic(*arguments):
        return subprocess.run(["/usr/bin/restic", "--no-cache", *arguments], capture_output=True, text=True, check=True, timeout=300, env=environment, cwd=tmp_path).stdout

    restic("init")
    restic("backup", "tree")
    (tmp_path / "tree/d0/new").write_text("a second snapshot")
    restic("backup", "tree")
    restic("check", "--read-data")
    restic("restore", "latest", "--target", str(tmp_path / "back"))
    same_trees(tmp_path / "tree", tmp_path / "back/tree")
    restic("forget", "--keep-last", "1", "--prune")
    restic("check", "--read-data")
