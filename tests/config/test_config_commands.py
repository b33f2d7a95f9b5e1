"""The commands of the config: forms, what is kept secret, what is published, what a change sets off."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws
from typer.testing import CliRunner, Result

from tenant_safety.cli import app
from tenant_safety.opened import opened
from tenant_safety.tenancy.sources import kms
from tests.config.test_config_layers import Raw, of, registry

RUN = CliRunner()
LAYERS: dict[str, Raw] = {
    "everyone": of(
        domain="example.com",
        password={"fn::secret": "hunter2-hunter2"},
        environmentVariables={"URL": "https://${domain}", "PASSWORD": "${password}", "COUNT": 3, "ON": True},
        pulumiConfig={"aws:region": "${tep.regions[0]}", "size": 3, "tags": {"a": "${password}"}, "zones": ["a"]},
    ),
    "tenant": of(pulumiConfig={"size": 5}),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(registry(**LAYERS))
    return tmp_path


def write(raw: Raw) -> None:
    Path("tenancy.yaml").write_text(yaml.safe_dump(raw))


def run(*arguments: str, text: str = "") -> Result:
    return RUN.invoke(app, ["config", *arguments], input=text)


def shown(*arguments: str) -> str:
    ended = run("show", "customer1-prod", "--service", "shop", *arguments)
    assert 0 == ended.exit_code, ended.output
    return str(ended.stdout)


def test_text_tells_where_each_value_comes_from(folder: Path) -> None:
    """And what it replaced; what is secret is not shown."""
    said = shown("--explain")

    assert "pulumiConfig.size = 5  (tenants/customer1)\n  instead of 3  (global)\n" in said
    assert 'password = "[secret]"  (global)\n' in said
    assert "hunter2" not in said


@pytest.mark.parametrize("form", ["text", "json", "pulumi", "dotenv"])
def test_no_form_shows_a_secret_unasked(folder: Path, form: str) -> None:
    """Each does where it is asked to."""
    assert "hunter2" not in shown("--output", form)
    assert "hunter2" in shown("--output", form, "--reveal")


def test_json_is_for_run_time(folder: Path) -> None:
    said = json.loads(shown("--output", "json"))

    assert ("111111111111", 5) == (said["tep"]["account"], said["pulumiConfig"]["size"])


def test_json_explains_too(folder: Path) -> None:
    said = json.loads(shown("--output", "json", "--explain"))

    assert {
        "value": 5,
        "secret": False,
        "layer": "tenants/customer1",
        "replaces": [{"value": 3, "layer": "global"}],
    } == said["values"]["pulumiConfig.size"]


def test_pulumi_takes_its_form(folder: Path) -> None:
    """Keys get the project's name, and what has a secret in it is one."""
    assert {
        "aws:region": {"value": "eu-central-1", "secret": False},
        "shop:size": {"value": "5", "secret": False},
        "shop:tags": {"value": '{"a": "[secret]"}', "secret": True},
        "shop:zones": {"value": '["a"]', "secret": False, "objectValue": ["a"]},
    } == json.loads(shown("--output", "pulumi"))


@pytest.mark.engine
def test_pulumi_reads_what_it_is_given(folder: Path) -> None:
    """The real `pulumi config set-all --json` takes it, and has the secrets encrypted."""
    Path("Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    backend = folder / "backend"
    backend.mkdir()
    environment = {**os.environ, "PULUMI_BACKEND_URL": f"file://{backend}", "PULUMI_CONFIG_PASSPHRASE": "a"}
    given = shown("--output", "pulumi", "--reveal")
    for command in (["stack", "init", "customer1-prod"], ["config", "set-all", "--json", given]):
        subprocess.run(["pulumi", *command, "--non-interactive"], env=environment, check=True, capture_output=True)

    told = subprocess.run(
        ["pulumi", "config", "--json", "--show-secrets"], env=environment, check=True, capture_output=True, text=True
    )

    read = json.loads(told.stdout)
    assert ("5", ["a"]) == (read["shop:size"]["value"], read["shop:zones"]["objectValue"])
    assert {"a": "hunter2-hunter2"} == json.loads(read["shop:tags"]["value"])
    assert "hunter2" not in Path("Pulumi.customer1-prod.yaml").read_text()


def test_a_shell_reads_dotenv(folder: Path) -> None:
    """Quotes and lines stay what they are, and nothing is run."""
    write(registry(everyone=of(environmentVariables={"A": "it's $(id) `id`\nB=2", "C": ""})))
    Path("env").write_text(shown("--output", "dotenv"))

    script = '. ./env; printf "%s|%s|%s" "$A" "$B" "$C"'
    read = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True)

    assert "it's $(id) `id`\nB=2||" == read.stdout


def test_github_reads_its_variables(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there stays, secrets are masked first, and no value can end early and set another variable."""
    write(registry(everyone=of(environmentVariables={"A": "1\nEOF\nEVIL=1", "B": {"fn::secret": "one%\ntwo"}})))
    file = folder / "github"
    file.write_text("BEFORE=1\n")
    monkeypatch.setenv("GITHUB_ENV", str(file))

    said = shown("--github-env")

    assert "::add-mask::one%25\n::add-mask::two\n" == said
    assert {"BEFORE": "1", "A": "1\nEOF\nEVIL=1", "B": "one%\ntwo"} == read_github(file.read_text())


def read_github(text: str) -> dict[str, str]:
    """As a runner reads `$GITHUB_ENV`."""
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        name, apart, end = line.partition("<<")
        if apart:
            value = []
            for inside in lines:
                if inside == end:
                    break
                value.append(inside)
            found[name] = "\n".join(value)
        elif "=" in line:
            found[line.partition("=")[0]] = line.partition("=")[2]
    return found


def test_github_is_not_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ENV", raising=False)

    ended = run("show", "customer1-prod", "--github-env")

    assert (1, True) == (ended.exit_code, "expected a file's path in GITHUB_ENV" in ended.stderr)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"GITHUB_TOKEN": "x"}, "expected a name that is no CI's own (got 'GITHUB_TOKEN')"),
        ({"a b": "x"}, "expected a name that is no CI's own"),
        ({"A\nB": "x"}, "expected a name that is no CI's own"),
        ({"A": {"b": 1}}, "environmentVariables.A: expected a text, a number or a boolean"),
        ({"A": None}, "environmentVariables.A: expected a text, a number or a boolean"),
        ({"A": "\0"}, "environmentVariables.A: expected a text without NUL"),
        ([1], "environmentVariables: expected an object"),
    ],
)
def test_variables_that_there_cannot_be(folder: Path, variables: object, message: str) -> None:
    write(registry(everyone=of(environmentVariables=variables)))

    ended = run("show", "customer1-prod", "--output", "dotenv")

    assert (1, True) == (ended.exit_code, message in ended.stderr), ended.stderr


def test_a_fault_shows_nothing(folder: Path) -> None:
    """A config with a fault is used by nobody."""
    write(registry(everyone=of(a="${nothing}", b="seen")))

    ended = run("show", "customer1-prod")

    assert (1, "") == (ended.exit_code, ended.stdout)
    assert ended.stderr.startswith("customer1-prod: global: a: ")


def test_validate_tells_each_fault_once(folder: Path) -> None:
    """With the pairs that have it; nothing where there is none."""
    assert "tenancy.yaml: 4 configs without a fault\n" == run("validate").stdout

    write(registry(everyone=of(a="222222222222")))
    ended = run("validate")

    assert 1 == ended.exit_code
    assert (
        "a: it has the account 222222222222, which is the tenant customer2's (customer1-beta, customer1-prod, "
        "vault-prod)\n"
    ) == ended.stderr


def test_names_are_inert(folder: Path) -> None:
    """A layer can't write to a terminal."""
    write(registry(everyone=of(**{"a\x1b[31m": "b\x1b[2J"})))

    assert "\x1b" not in shown()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    kms._kms.cache_clear()
    with mock_aws():
        yield
    kms._kms.cache_clear()


def test_a_secret_is_opened_for_its_layer_only(folder: Path, aws: None) -> None:
    """Whoever may write another layer can't have it opened there."""
    key = boto3.Session().client("kms", "eu-central-1").create_key()["KeyMetadata"]["Arn"]
    made = run("encrypt", "--key", key, "--layer", "tenants/customer1", text="hunter2-hunter2\n")
    secret = json.loads(made.stdout)
    write(registry(tenant=of(password=secret)))

    assert "hunter2" not in made.stdout
    assert 'password = "[secret]"  (tenants/customer1)' in shown("--decrypt")
    assert "hunter2-hunter2" == json.loads(shown("--decrypt", "--output", "json", "--reveal"))["password"]
    write(registry(pair=of(password=secret)))
    ended = run("show", "customer1-prod", "--decrypt")
    assert 1 == ended.exit_code
    assert "environments/customer1-prod: password: " in ended.stderr
    assert "hunter2" not in ended.output


def test_what_is_not_opened_is_not_passed_on(folder: Path, aws: None) -> None:
    key = boto3.Session().client("kms", "eu-central-1").create_key()["KeyMetadata"]["Arn"]
    secret = json.loads(run("encrypt", "--key", key, "--layer", "global", text="x").stdout)
    write(registry(everyone=of(environmentVariables={"A": secret})))

    for arguments in (["show", "customer1-prod", "-o", "dotenv"], ["publish", "--into", "out"]):
        ended = run(*arguments)
        assert (1, True) == (ended.exit_code, "expected a value that is known" in ended.stderr), ended.stderr
    assert not Path("out").exists()


@pytest.mark.parametrize(("key", "text"), [("alias/x", "x"), ("arn:aws:kms:eu-central-1:999999999999:key/x", "")])
def test_what_can_not_be_encrypted(folder: Path, key: str, text: str) -> None:
    assert 1 == run("encrypt", "--key", key, "--layer", "global", text=text).exit_code


def test_published_configs(folder: Path, aws: None) -> None:
    """One object a pair and service, in the pair's own folder, which its role may read; files are the owner's alone."""
    s3 = boto3.Session().client("s3", "eu-central-1")
    s3.create_bucket(Bucket="acme-config", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    write(registry(**LAYERS, services={"shop": of(a=1)}))

    assert "8 configs written\n" == run("publish", "--into", "s3://acme-config/effective").stdout
    assert "8 configs written\n" == run("publish", "--into", "out").stdout

    keys = [each["Key"] for each in s3.list_objects_v2(Bucket="acme-config")["Contents"]]
    assert {"effective/customer1-prod/shop.json", "effective/customer1-prod/_.json"} <= set(keys)
    found = s3.get_object(Bucket="acme-config", Key="effective/customer1-prod/shop.json")["Body"].read()
    file = folder / "out" / "customer1-prod" / "shop.json"
    assert (found, 0o600) == (file.read_bytes(), file.stat().st_mode & 0o777)
    assert ("hunter2-hunter2", 1) == tuple(json.loads(found)[key] for key in ("password", "a"))


@pytest.fixture
def projects(folder: Path) -> Path:
    for name in ("net", "shop"):
        (folder / name).mkdir()
        (folder / name / "Pulumi.yaml").write_text(f"name: {name}\n")
    return folder


def test_affected_since_a_file(projects: Path) -> None:
    """A service's layer affects its own previews, and no other service's."""
    Path("seen.json").write_text(run("inputs").stdout)
    write(registry(**LAYERS, own={"shop": of(a=1)}))

    assert "shop/customer1-prod: config\n" == run("affected", "--since", "seen.json").stdout
    assert [{"stack": "customer1-prod", "project": "shop", "why": ["config"]}] == json.loads(
        run("affected", "--since", "seen.json", "-o", "json").stdout
    )["affected"]


def test_affected_since_a_revision(projects: Path) -> None:
    """The registry in the repository is read as it was, too."""
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"]):
        subprocess.run(["git", *command], check=True)
    write(registry(**{**LAYERS, "tenant": of(pulumiConfig={"size": 6})}))
    (projects / "shop" / "__main__.py").write_text("")

    said = run("affected", "--since", "HEAD").stdout

    assert said.splitlines() == [
        "net/customer1-beta: config",
        "shop/customer1-beta: config, program",
        "net/customer1-prod: config",
        "shop/customer1-prod: config, program",
        "shop/customer2-prod: program",
        "shop/vault-prod: program",
    ]


@pytest.mark.parametrize("since", ["nothing.json", "--output", "HEAD~1"])
def test_affected_since_nothing(projects: Path, since: str) -> None:
    """Nothing to compare with is no answer that nothing is affected."""
    ended = run("affected", f"--since={since}")

    assert (1, "") == (ended.exit_code, ended.stdout)


def watch(*arguments: str, text: str = "") -> Result:
    return run("watch", "--state", "state.json", *arguments, text=text)


def test_watch_tells_what_changed_since_the_last_look(projects: Path) -> None:
    """The first look has nothing to compare with; a webhook's payload says only that it is time to look."""
    assert "" == watch("--once").stdout
    write(registry(**LAYERS, own={"shop": of(a=1)}))

    said = json.loads(watch("--payload", text='{"stacks": ["vault-prod"]}').stdout)

    assert ["shop/customer1-prod"] == said["client_payload"]["previews"]
    assert "" == watch("--once").stdout


def test_watch_runs_a_command_until_it_ends_well(projects: Path) -> None:
    """What a command that failed was to do is not forgotten."""
    watch("--once")
    write(registry(**LAYERS, own={"shop": of(a=1)}))

    assert 1 == watch("--once", "--run", "false").exit_code
    assert 0 == watch("--once", "--run", "tee told.json").exit_code

    told: Any = json.loads(Path("told.json").read_text())
    assert ["customer1-prod"] == [each["stack"] for each in told["affected"]]


def test_watch_stops_where_it_can_not_look(projects: Path) -> None:
    """A registry or a state that can't be read is no registry without a change."""
    watch("--once")
    for file in ("state.json", "tenancy.yaml"):
        Path(file).write_text("nothing")
        assert 1 == watch("--once").exit_code


def fake(name: str, script: str) -> None:
    """A command of that name on PATH."""
    Path("bin").mkdir(exist_ok=True)
    Path("bin", name).write_text(f"#!/bin/sh\n{script}\n")
    Path("bin", name).chmod(0o755)


@pytest.mark.parametrize("command", ["esc", "pulumi"])
def test_real_environments_are_opened_by_a_command(folder: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """By `esc`, or else by `pulumi`, for the form that marks secrets."""
    opened.cache_clear()
    fake(command, """echo '{"value": {"said": {"value": "'"$*"'"}, "key": {"value": "hunter2", "secret": true}}}'""")
    monkeypatch.setenv("PATH", f"{folder / 'bin'}:/bin:/usr/bin")
    write(registry(everyone={"imports": ["esc:acme/base/prod"]}))

    said = json.loads(shown("--esc", "-o", "json"))

    assert ("env open --format detailed -- acme/base/prod", "[secret]") == (said["said"], said["key"])


@pytest.mark.parametrize(
    "script",
    ["exit 3", "echo no; exit 0", "true", "echo '{\"value\": 3}'", 'echo \'{"value": {"a": {"unknown": true}}}\''],
)
def test_environments_that_a_command_does_not_open(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """What is not there is a fault, and what a command prints is not."""
    opened.cache_clear()
    fake("esc", f"echo hunter2 >/dev/null; {script}")
    monkeypatch.setenv("PATH", f"{folder / 'bin'}:/bin:/usr/bin")
    write(registry(everyone={"imports": ["esc:acme/base/prod"]}))

    ended = run("show", "customer1-prod", "--esc")

    assert (1, "") == (ended.exit_code, ended.stdout)
    assert "esc:acme/base/prod: expected" in ended.stderr
