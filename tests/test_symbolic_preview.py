"""The pack on the real engine against the symbolic provider: documents are complete, and decided for all values."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from unittest import mock

import pytest
from pulumi import automation as auto

from tenant_safety.cli import app
from tenant_safety.preview import preview
from tenant_safety.record import record
from tenant_safety.symbolic.attach import PreviewError, symbols
from tenant_safety.symbolic.pins import load
from tests.cases import EVERY
from tests.engine import ROOT, TOOLS, Engine, Run, program

pytestmark = pytest.mark.engine

STACK = "customer1-prod"
PINNED = {"aws:region": "eu-central-1", "aws:allowedAccountIds": '["111111111111"]'}
PINNED["aws:assumeRoles"] = '[{"roleArn": "arn:aws:iam::111111111111:role/cicd-deploy"}]'
SOURCE = """
    import json
    import pulumi
    import pulumi_aws as aws

    settings = aws.ssm.Parameter("settings", type="String", value="{}")
    trust = json.dumps({"Version": "2012-10-17", "Statement":
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}})
    role = aws.iam.Role("cicd", name="cicd-app", assume_role_policy=trust,
        permissions_boundary="arn:aws:iam::aws:policy/PowerUserAccess")
    data = aws.s3.Bucket("data")
    aws.iam.RolePolicy("own", role=role.id, policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": settings.arn},
        {"Effect": "Allow", "Action": "s3:*", "Resource": [data.arn, pulumi.Output.concat(data.arn, "/*")]}MORE]}))
"""
GLOBAL = ', {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:ssm:*:999999999999:parameter/global/*"}'


@pytest.fixture
def symbolic(tmp_path: Path) -> Iterator[Engine]:
    """An engine whose aws provider answers with symbols."""
    with symbols(tmp_path, {}) as environment:
        yield Engine(tmp_path / "symbolic", {}, env=environment)


def findings(run: Run) -> list[tuple[str, str, str]]:
    """Level, rule and resource of each finding."""
    return sorted((f.level, f.policy, f.resource) for f in run.findings)


def test_a_document_over_new_resources_is_proved(symbolic: Engine, engine: Engine, tmp_path: Path) -> None:
    """What a plain preview leaves open is decided for all values that ids and names may have."""
    written = program(tmp_path, SOURCE.replace("MORE", ""), name="shop")

    plain = engine.preview(written, STACK, policy_pack=ROOT, config=PINNED)
    complete = symbolic.preview(written, STACK, policy_pack=ROOT, config=PINNED)

    stopped = [each for each in findings(plain) if each[0] == "mandatory"]
    assert [("mandatory", "cicd-reaches-global-config", "own")] == stopped, plain.errors
    assert (0, []) == (complete.exit_code, findings(complete)), complete.errors


def test_a_statement_among_symbols_is_violated(symbolic: Engine, tmp_path: Path) -> None:
    """The witness is found in a document that nothing real has completed."""
    written = program(tmp_path, SOURCE.replace("MORE", GLOBAL), name="shop")

    run = symbolic.preview(written, STACK, policy_pack=ROOT, config=PINNED)

    rules = ("cicd-reaches-global-config", "shared-beyond-plan")
    assert [("mandatory", rule, "own") for rule in rules] == findings(run), run.errors
    assert "may call ssm:GetParameter on arn:aws:ssm::999999999999:parameter/global/" in run.findings[0].message
    assert "Statement[2]" in run.findings[0].message


def test_an_update_through_it_is_refused_and_nothing_is_made(symbolic: Engine, tmp_path: Path) -> None:
    """Neither the provider nor the pack lets invented resources into the state."""
    written = program(tmp_path, SOURCE.replace("MORE", ""), name="shop")

    run = symbolic.up(
        written,
        STACK,
        policy_pack=ROOT,
        config=PINNED,
        env={"TENANT_SAFETY_STAND_IN": ""},
        skip_preview=True,
    )

    assert run.exit_code != 0
    assert {"update-through-attached-provider"} <= {f.policy for f in run.findings}
    assert [] == [r for r in symbolic.resources(written, STACK).values() if r["type"].startswith("aws:")]


def test_the_command_previews_without_a_cloud(tmp_path: Path) -> None:
    """`tenant-safety preview` starts the provider, runs the engine with the pack and ends as it ends."""
    nowhere = Engine(tmp_path / "nowhere", {})
    config = {"aws:region": "eu-central-1", "aws:allowedAccountIds": ["111111111111"]}
    config["aws:assumeRoles"] = [{"roleArn": "arn:aws:iam::111111111111:role/cicd-deploy"}]
    runs = []
    written = program(tmp_path, SOURCE, name="shop", stacks={STACK: config})
    environment = nowhere.environment()
    subprocess.run([nowhere.pulumi, "stack", "init", STACK], cwd=written, env=environment, check=True)
    for more in ("", GLOBAL):
        (written / "__main__.py").write_text(textwrap.dedent(SOURCE.replace("MORE", more)))
        before = (written / f"Pulumi.{STACK}.yaml").read_bytes()

        run = subprocess.run(
            [ROOT / ".venv/bin/tenant-safety", "preview", "--stack", STACK, "--non-interactive"],
            cwd=written,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

        assert before == (written / f"Pulumi.{STACK}.yaml").read_bytes()
        runs.append(run)

    assert [0, 255] == [run.returncode if run.returncode == 0 else 255 for run in runs], runs
    assert f"proved {EVERY} rules for customer1-prod" in runs[0].stdout + runs[0].stderr
    assert "may call ssm:GetParameter" in runs[1].stdout + runs[1].stderr


def test_a_folder_without_a_pack_is_refused(tmp_path: Path) -> None:
    """Without the pack a preview would prove nothing."""
    with pytest.raises(PreviewError, match="expected the policy pack in"):
        preview(tmp_path, [])


def test_an_aws_provider_that_is_attached_already_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two providers can't both answer for aws."""
    monkeypatch.setenv("PULUMI_DEBUG_PROVIDERS", "random:1,aws:2")

    with pytest.raises(PreviewError, match="without aws"):
        preview(ROOT, [])


AROUND = """
    import json
    import pulumi
    import pulumi_aws as aws

    class Resource(pulumi.CustomResource):
        def __init__(self, name, token, outputs, **inputs):
            super().__init__(token, name, {**inputs, **dict.fromkeys(outputs)})

    config = pulumi.Config()
    network = pulumi.StackReference("organization/network/prod")
    key = Resource("key", "random:index/randomId:RandomId", ["hex"], byteLength=4)
    data = aws.s3.Bucket("data", bucket=pulumi.Output.concat("data-", key.hex))
    jobs = aws.sqs.Queue("jobs")
    trust = json.dumps({"Version": "2012-10-17", "Statement":
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}})
    role = aws.iam.Role("cicd", name="cicd-app", assume_role_policy=trust,
        permissions_boundary="arn:aws:iam::aws:policy/PowerUserAccess")
    aws.iam.RolePolicy("own", role=role.id, policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": data.arn},
        {"Effect": "Allow", "Action": "sqs:*", "Resource": jobs.arn},
        {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": pulumi.Output.concat(
            "arn:aws:ssm:eu-central-1:111111111111:parameter/", config.require_secret("path"))},
        {"Effect": "Allow", "Action": "route53:*", "Resource": pulumi.Output.concat(
            "arn:aws:route53:::hostedzone/", network.get_output("zone"))},
        {"Effect": "Allow", "Action": "ec2:*", "Resource": pulumi.Output.concat(
            "arn:aws:ec2:eu-central-1:111111111111:vpc/", network.get_output("vpc"))}]}))
    pulumi.export("queue", jobs.name)
"""
STATED = """
    stacks:
      organization/network/prod:
        outputs: {vpc: vpc-0123456789abcdef0}
        symbols: [zone]
        state: network.json
"""
STATE = """
    {"version": 3, "deployment": {"resources": [{"type": "pulumi:pulumi:Stack", "outputs": {
        "zone": "replaced", "key": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "ciphertext": "none"}}}]}}
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended, and all that it and the engine wrote."""

    returncode: int
    stdout: str
    stderr: str


def called(folder: Path, environment: Mapping[str, str], *arguments: str) -> Ended:
    """`tenant-safety` in a folder, in this process, so that its coverage counts."""
    with (
        mock.patch.dict(os.environ, environment, clear=True),
        contextlib.chdir(folder),
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as err,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        # What the engine inherits.
        _descriptor(1, out),
        _descriptor(2, err),
    ):
        code = app([*arguments, "--non-interactive", "--color", "never"], standalone_mode=False)
        texts = []
        for file in (out, err):
            file.flush()
            file.seek(0)
            texts.append(file.read())
    return Ended(code, *texts)


@contextlib.contextmanager
def _descriptor(number: int, file: IO[str]) -> Iterator[None]:
    kept = os.dup(number)
    os.dup2(file.fileno(), number)
    try:
        yield
    finally:
        os.dup2(kept, number)
        os.close(kept)


def ran(folder: Path, engine: Engine, *options: str, without: str = "") -> Ended:
    """`tenant-safety preview` in a folder."""
    environment = {name: value for name, value in engine.environment().items() if name != without}
    return called(folder, environment, "preview", *options)


def test_a_throwaway_stack_needs_no_backend(tmp_path: Path) -> None:
    """Secrets are symbols, other stacks are what `symbolic.yaml` says, names follow `pulumi:autonaming`."""
    nowhere = Engine(tmp_path / "nowhere", {})
    config = {
        "aws:region": "eu-central-1",
        "aws:allowedAccountIds": ["111111111111"],
        "aws:assumeRoles": [{"roleArn": "arn:aws:iam::111111111111:role/cicd-deploy"}],
        "shop:path": {"secure": "nobody here can decrypt it"},
        "pulumi:autonaming": {"pattern": "${project}-${name}-${hex(4)}"},
    }
    files = {"symbolic.yaml": STATED, "network.json": STATE}
    folder = program(tmp_path, AROUND, name="shop", stacks={STACK: config}, files=files)
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    run = ran(folder, nowhere, "--throwaway", "--stack", f"acme/{STACK}", without="PULUMI_BACKEND_URL")

    said = run.stdout + run.stderr
    assert run.returncode == 0, said
    assert f"proved {EVERY} rules for customer1-prod" in said
    assert re.search(r'queue: "shop-jobs-[jkqvxz]{12}"', said), said
    assert "for all values of" in said
    assert before == {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert [] == [path for path in (tmp_path / "nowhere/backend").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("files", "options", "said"),
    [
        ({}, [], "expected --stack NAME"),
        ({"symbolic.yaml": "stacks: {acme/net/prod: {}}"}, ["-s", STACK], "expected organization/PROJECT/STACK"),
        ({"symbolic.yaml": "x: 1"}, ["-s", STACK], "symbolic.yaml: x: Unexpected keyword argument"),
        (
            {"symbolic.yaml": "stacks: {organization/net/prod: {state: none.json}}"},
            [f"--stack={STACK}"],
            "none.json: expected a state as `pulumi stack export` writes it (FileNotFoundError)",
        ),
        ({f"Pulumi.{STACK}.yaml": "environment: [base]"}, ["-s", STACK], "expected no environment"),
        ({f"Pulumi.{STACK}.yaml": "{"}, ["-s", STACK], "expected YAML"),
        ({f"Pulumi.{STACK}.yaml": "a: &a [1]\nb: *a"}, [f"-s{STACK}"], "expected YAML without aliases"),
        ({f"Pulumi.{STACK}.yaml": "config: [1]"}, [f"-s={STACK}"], "config: expected an object, got list"),
        ({}, ["-s", STACK, "--config-file", "x"], "expected no --config-file"),
    ],
)
def test_a_throwaway_stack_that_cannot_be_made(
    tmp_path: Path, files: dict[str, str], options: list[str], said: str
) -> None:
    """The message says what was expected; nothing is judged."""
    folder = program(tmp_path, "", name="shop", files=files)

    run = ran(folder, Engine(tmp_path / "nowhere", {}), "--throwaway", *options)

    assert run.returncode == 2
    assert said in run.stderr


@pytest.mark.parametrize(
    ("line", "on"),
    [
        ("data.id.apply(lambda name: int(name[-7:], 16))", r"[jkqvxz]{7}, a symbol of urn:pulumi:.*::data#1"),
        ("data.id.apply(lambda name: {'known': 1}['other'])", "values that may be symbols"),
    ],
)
def test_a_program_that_fails_on_a_symbol_is_undetermined(tmp_path: Path, line: str, on: str) -> None:
    """The line is told, and what to do; nothing passes."""
    nowhere = Engine(tmp_path / "nowhere", {})
    source = f"import pulumi\nimport pulumi_aws as aws\ndata = aws.s3.Bucket('data')\npulumi.export('n', {line})\n"
    folder = program(tmp_path, source, name="shop", stacks={STACK: {"aws:region": "eu-central-1"}})

    run = ran(folder, nowhere, "--throwaway", "--stack", STACK)

    assert run.returncode not in (0, 2)
    told = rf"undetermined: the program failed at {re.escape(str(folder))}/__main__.py, line 4, on {on}"
    assert re.search(told, run.stderr), run.stderr


def test_a_digest_of_a_symbol_is_not_known(symbolic: Engine, tmp_path: Path) -> None:
    """What a program hides of the values that it got is undetermined: digests, branches, measures."""
    source = """
        import hashlib, json
        import pulumi
        import pulumi_aws as aws

        data = aws.s3.Bucket("data")
        trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        trusted = json.dumps({"Version": "2012-10-17", "Statement": trust})
        role = aws.iam.Role("cicd", name="cicd-app", assume_role_policy=trusted,
            permissions_boundary="arn:aws:iam::aws:policy/PowerUserAccess")

        def allow(name, resource):
            aws.iam.RolePolicy(name, role=role.id, policy=resource.apply(lambda r: json.dumps({"Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::{r}"}]})))

        digest = data.id.apply(lambda n: hashlib.sha256(n.encode()).hexdigest()[:12] + "abc1")
        allow("digest", pulumi.Output.concat(data.id, "/", digest))
        allow("hidden", pulumi.Output.concat("own-", digest))
        allow("cut", data.id.apply(lambda n: "data-" + n[-5:]))
        allow("sound", data.id)
        aws.ssm.Parameter("branch", type="String", value="x", overwrite=data.id.apply(lambda n: n.endswith("7")))
        """
    written = program(tmp_path, source, name="shop")

    run = symbolic.preview(written, STACK, policy_pack=ROOT, config=PINNED)

    rule = "cicd-reaches-global-config"
    found = [finding for finding in findings(run) if finding[1] == rule]
    assert [("mandatory", rule, "digest"), ("mandatory", rule, "hidden")] == found, run.errors
    said = {finding.resource: finding.message for finding in run.findings if finding.policy == rule}
    assert "looks like a digest of what AWS will give" in said["digest"]
    assert "it is made of what AWS will give data and does not show it" in said["hidden"]


def test_the_automation_api_previews_with_symbols(tmp_path: Path) -> None:
    """`symbols` gives the environment of any number of previews at once."""
    nowhere = Engine(tmp_path / "nowhere", {})
    folder = program(tmp_path, SOURCE.replace("MORE", ""), name="shop")
    with symbols(folder, {}) as variables:
        environment = {**nowhere.environment(), **variables}
        options = auto.LocalWorkspaceOptions(
            env_vars=environment, pulumi_command=auto.PulumiCommand(str(TOOLS.parent), skip_version_check=True)
        )
        names = {"customer1-prod": "111111111111", "customer2-prod": "222222222222"}
        stacks = [auto.create_stack(name, work_dir=str(folder), opts=options) for name in names]
        for stack, account in zip(stacks, names.values(), strict=True):
            config = {key: value.replace("111111111111", account) for key, value in PINNED.items()}
            stack.set_all_config({key: auto.ConfigValue(value) for key, value in config.items()})
        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(lambda stack: stack.preview(policy_packs=[str(ROOT)]), stacks))

    said = [run.stdout + run.stderr for run in done]
    proved = [f"proved {EVERY} rules for {name}" in text for name, text in zip(names, said, strict=True)]
    assert [True, True] == proved, said


LOOPBACK = """
import fcntl, socket, struct, subprocess, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP
try:
    socket.create_connection(("192.0.2.1", 443), timeout=5)
except OSError:
    sys.exit(subprocess.run(sys.argv[1:], check=False).returncode)
sys.exit("expected a network namespace without routes")
"""


def test_nothing_is_written_and_no_call_leaves_the_machine(engine: Engine, tmp_path: Path) -> None:
    """In a network namespace that has only the loopback; an existing stack's state and files stay byte for byte."""
    alone = ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("expected to be allowed a network namespace (unshare --net)")
    config = {"aws:region": "eu-central-1", "aws:allowedAccountIds": ["111111111111"]}
    config["aws:assumeRoles"] = [{"roleArn": "arn:aws:iam::111111111111:role/cicd-deploy"}]
    written = program(tmp_path, SOURCE.replace("MORE", ""), name="shop", stacks={STACK: config})
    assert engine.up(written, STACK, policy_pack=ROOT, skip_preview=True).exit_code == 0
    (written / "__main__.py").write_text(textwrap.dedent(SOURCE.replace("MORE", GLOBAL)))
    # With the salt of its secrets, which any command of the engine would else write into it.
    shutil.copyfile(
        engine.folder / "scratch" / f"shop-{STACK}" / f"Pulumi.{STACK}.yaml", written / f"Pulumi.{STACK}.yaml"
    )
    environment = {k: v for k, v in engine.environment().items() if k != "PULUMI_DEBUG_PROVIDERS"}
    folders = (written, engine.folder / "backend", engine.folder / "home")
    before = {path: path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}

    run = subprocess.run(
        [
            *(*alone, ROOT / ".venv/bin/python", "-c", LOOPBACK),
            *(ROOT / ".venv/bin/tenant-safety", "preview", "--stack", STACK, "--non-interactive", "--color", "never"),
        ],
        cwd=written,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    after = {path: path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}
    assert "may call ssm:GetParameter" in run.stdout + run.stderr
    own_log = [path for path in after.keys() - before.keys() if path.suffix != ".pyc"]
    assert all(path.is_relative_to(engine.folder / "home" / "logs") for path in own_log), own_log
    assert before == {path: content for path, content in after.items() if path in before}


LOOKED_UP = """
    import pulumi
    import pulumi_aws as aws

    image = aws.ec2.get_ami(owners=["amazon"])
    network = aws.ec2.Vpc.get("network", "vpc-0123456789abcdef0")
    secret = aws.ssm.get_parameter(name="password")
    pulumi.export("image", image.id)
    pulumi.export("routes", network.main_route_table_id)
    pulumi.export("secret", secret.arn)
"""


def test_a_real_preview_is_recorded_for_symbolic_ones(tmp_path: Path) -> None:
    """Functions and look-ups are answered as they were, but for what is secret."""
    engine = Engine(tmp_path / "engine", {})
    folder = program(tmp_path, LOOKED_UP, name="shop", stacks={STACK: {"aws:region": "eu-central-1"}})
    plugin = tmp_path / "bin" / "pulumi-resource-aws"
    plugin.parent.mkdir()
    plugin.write_text(f'#!/bin/sh\ncd "{ROOT}" && exec "{ROOT}/.venv/bin/python" -m tests.standin\n')
    plugin.chmod(0o755)
    environment = engine.environment()
    subprocess.run([engine.pulumi, "stack", "init", STACK], cwd=folder, env=environment, check=True)
    given = {**environment, "PATH": f"{plugin.parent}:{environment['PATH']}"}

    first = called(folder, given, "record", "--stack", STACK)
    again = called(folder, given, "record", "--stack", STACK)

    assert first.returncode == 0, first.stdout + first.stderr
    assert (2, True) == (again.returncode, "expected no file symbolic.yaml yet" in again.stderr)
    pins = load(folder / "symbolic.yaml")
    image = pins.function("aws:ec2/getAmi:getAmi", {"owners": ["amazon"]})
    password = pins.function("aws:ssm/getParameter:getParameter", {"name": "password"})
    network = pins.resource("aws:ec2/vpc:Vpc", "vpc-0123456789abcdef0")
    assert image is not None
    assert password is not None
    assert (True, False) == (image["id"].startswith("ami-"), "value" in password)
    run = ran(folder, engine, "--stack", STACK)
    for known in (image["id"], network["mainRouteTableId"], password["arn"]):
        assert known in run.stdout, run.stdout


def test_without_a_plugin_nothing_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    monkeypatch.setenv("PATH", str(TOOLS))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))

    with pytest.raises(PreviewError, match="pulumi plugin install resource aws"):
        record(tmp_path / "symbolic.yaml", [])
