"""Options, exit codes and messages of the real binary."""
import json
import os
import socket
import subprocess
import time

import pytest

from conftest import BINARY, ROOT, clean_environment, free_port


def run(*arguments, **environment):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=20, env=clean_environment(HOME="/nonexistent", **environment))


def refused(*arguments, **environment):
    """Runs a command that must end with exit code 2 and one line of explanation, which is returned."""
    result = run(*arguments, **environment)
    assert result.returncode == 2, result
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    return result.stderr


def test_version_prints_the_version_of_cmake():
    result = run("version")
    assert result.returncode == 0 and result.stdout.startswith("holdfast ")
    assert f"VERSION {result.stdout.split()[1]} " in (ROOT / "CMakeLists.txt").read_text()


def test_help_names_every_option_with_its_variables():
    text = run("server", "--help").stdout
    for needle in ("--address", "HOLDFAST_ADDRESS, MINIO_ADDRESS", "MINIO_ROOT_USER", "MINIO_DEFAULT_BUCKETS", "MINIO_SITE_REGION", "-S,--certs-dir"):
        assert needle in text, needle


@pytest.mark.parametrize("arguments", [("server", "--nonsense", "d"), ("nonsense",), ("server", "d", "--address", "nowhere"),
                                       ("server",), ("server", "d", "--log-level", "loud"), ("server", "d", "--threads", "0")])
def test_wrong_option_is_one_line_and_exit_code_2(arguments):
    refused(*arguments)


def test_several_drives_are_refused(tmp_path):
    assert "one folder" in refused("server", "/data{1...4}")
    assert "one folder" in refused("server", str(tmp_path / "a"), str(tmp_path / "b"))


def test_openid_and_ldap_are_refused(tmp_path):
    assert "OpenID" in refused("server", str(tmp_path), MINIO_IDENTITY_OPENID_CONFIG_URL="https://sso.example.org")
    assert "LDAP" in refused("server", str(tmp_path), MINIO_IDENTITY_LDAP_SERVER_ADDR="ldap.example.org:636")


def test_one_root_credential_without_the_other_is_refused(tmp_path):
    assert "MINIO_ROOT_PASSWORD" in refused("server", str(tmp_path), MINIO_ROOT_USER="someone")
    assert "MINIO_ROOT_USER" in refused("server", str(tmp_path), MINIO_ROOT_PASSWORD="long enough")
    assert "3 characters" in refused("server", str(tmp_path), MINIO_ROOT_USER="ab", MINIO_ROOT_PASSWORD="long enough")
    message = refused("server", str(tmp_path), MINIO_ROOT_USER="someone", MINIO_ROOT_PASSWORD="tiny")
    assert "8 characters" in message and "tiny" not in message


def test_default_buckets_are_checked_before_start(tmp_path):
    assert "no bucket name" in refused("server", str(tmp_path), MINIO_DEFAULT_BUCKETS="Not_A_Bucket")
    assert "no policy" in refused("server", str(tmp_path), MINIO_DEFAULT_BUCKETS="bucket:everything")


def test_secret_files_are_read(make_server, tmp_path):
    (tmp_path / "user").write_text("from-a-file\n")
    (tmp_path / "password").write_text("secret-from-a-file\n")
    server = make_server(environment={"MINIO_ROOT_USER": "", "MINIO_ROOT_PASSWORD": "", "MINIO_ROOT_USER_FILE": str(tmp_path / "user"),
                                      "MINIO_ROOT_PASSWORD_FILE": str(tmp_path / "password")}).start()
    environment = server.client_environment()
    environment.update(AWS_ACCESS_KEY_ID="from-a-file", AWS_SECRET_ACCESS_KEY="secret-from-a-file")
    subprocess.run(["/usr/bin/aws", "--endpoint-url", server.url, "s3", "mb", "s3://bucket"], check=True, env=environment, timeout=30)
    assert "secret-from-a-file" not in server.log()


def test_holdfast_variable_wins_over_minio_and_flag_over_both(make_server):
    server = make_server(environment={"MINIO_REGION": "from-minio", "HOLDFAST_REGION": "from-holdfast"}).start()
    assert server.boto3().head_bucket  # the client's us-east-1 scope is refused by name of the region in force:
    with pytest.raises(Exception, match="from-holdfast"):
        server.boto3().list_buckets()
    server.stop()
    server.arguments = ["--region", "us-east-1"]
    server.start()
    server.boto3().list_buckets()


def test_config_file_and_example_are_understood(make_server, tmp_path):
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"region": "eu-somewhere-1", "log-level": "debug"}))
    server = make_server(arguments=["--config", str(config)]).start()
    with pytest.raises(Exception, match="eu-somewhere-1"):
        server.boto3().list_buckets()
    config.write_text('{"no-such-setting": 1}')
    assert "no-such-setting" in refused("server", str(tmp_path / "x"), "--config", str(config))
    example = json.loads((ROOT / "config/holdfast.example.json").read_text())
    names = {line.split()[0].split(",")[-1].lstrip("-").split("{")[0] for line in run("server", "--help").stdout.splitlines() if line.strip().startswith("-")}
    assert names - {"help", "config", "h"} <= set(example), "config/holdfast.example.json misses a setting"


def test_unserved_minio_variables_are_named_once(make_server):
    server = make_server(environment={"MINIO_COMPRESSION_ENABLE": "on", "MINIO_SCANNER_SPEED": "fast"}).start()
    lines = [line for line in server.log().splitlines() if "MINIO_COMPRESSION_ENABLE" in line]
    assert len(lines) == 1 and "MINIO_SCANNER_SPEED" in lines[0]


def test_environment_file_gives_variables(make_server, tmp_path):
    (tmp_path / "env").write_text('# a comment\nexport MINIO_ROOT_USER="file-user"\nMINIO_ROOT_PASSWORD=file-password\nMINIO_OPTS="--log-level debug"\n')
    server = make_server(environment={"MINIO_CONFIG_ENV_FILE": str(tmp_path / "env")}).start()
    environment = server.client_environment()
    environment.update(AWS_ACCESS_KEY_ID="file-user", AWS_SECRET_ACCESS_KEY="file-password")
    subprocess.run(["/usr/bin/aws", "--endpoint-url", server.url, "s3", "ls"], check=True, env=environment, timeout=30)


def test_arguments_in_the_order_of_compose_files(tmp_path):
    for arguments in (["minio", "server", "--console-address", "127.0.0.1:0", "--address", "127.0.0.1:0"], ["--json", "server", "--address=127.0.0.1:0", "--console-address=127.0.0.1:0"]):
        process = subprocess.Popen([BINARY, *arguments, str(tmp_path / "data")], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                   env=clean_environment(HOME="/nonexistent"))
        time.sleep(1)
        assert process.poll() is None, process.stderr.read()
        process.terminate()
        assert process.wait(10) == 0


def test_taken_console_port_warns_unless_asked_for(make_server):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = make_server()
        server.console_port = taken.getsockname()[1]
        server.start(ready=False)
        assert server.process.wait(10) == 1
        assert str(server.console_port) in server.log()


def test_healthcheck_finds_the_running_server(make_server):
    server = make_server()
    assert run("healthcheck", server.url).returncode == 1
    server.start()
    assert run("healthcheck", server.url).returncode == 0
    assert run("healthcheck", server.url, "--wait", "5s").returncode == 0
    assert run("healthcheck", "--wait", "soon").returncode == 2


def test_presigned_url_of_the_command_line_works(server, s3):
    s3.create_bucket(Bucket="bucket")
    keys = ("--access-key", "test-root", "--secret-key", "test-root-password", "--endpoint", server.url)
    put = run("presign", "PUT", "s3://bucket/a b/ü+.txt", "--expires", "1m", *keys).stdout.strip()
    subprocess.run(["curl", "-sf", "-T", "-", put], input=b"hello", check=True, env=clean_environment())
    get = run("presign", "GET", "s3://bucket/a b/ü+.txt", *keys).stdout.strip()
    assert subprocess.run(["curl", "-sf", get], capture_output=True, check=True, env=clean_environment()).stdout == b"hello"
    assert run("presign", "GET", "s3://bucket").returncode == 2
    assert run("presign", "GET", "s3://bucket/key", "--expires", "8d").returncode == 2
