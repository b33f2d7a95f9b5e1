"""The pack on the real engine against the symbolic provider: documents are complete, and decided for all values."""

from __future__ import annotations

import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenant_safety.preview import PreviewError, preview, symbols
from tests.engine import ROOT, Engine, Run, program

pytestmark = pytest.mark.engine

STACK = "customer1-prod"
PINNED = {"aws:region": "eu-central-1", "aws:allowedAccountIds": '["111111111111"]'}
PINNED["aws:assumeRoles"] = '[{"roleArn": "arn:aws:iam::111111111111:role/cicd-deploy"}]'
SOURCE = """
    import json
    import pulumi
    import pulumi_aws as aws

    settings = aws.ssm.Parameter("settings", type="String", value="{}")
    role = aws.iam.Role("cicd", name="cicd-app", assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement":
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}))
    data = aws.s3.Bucket("data")
    aws.iam.RolePolicy("own", role=role.id, policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": settings.arn},
        {"Effect": "Allow", "Action": "s3:*", "Resource": [data.arn, pulumi.Output.concat(data.arn, "/*")]}MORE]}))
"""
GLOBAL = ', {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:ssm:*:999999999999:parameter/global/*"}'


@pytest.fixture
def symbolic(tmp_path: Path) -> Iterator[Engine]:
    """An engine whose aws provider answers with symbols."""
    with symbols({}) as environment:
        yield Engine(tmp_path / "symbolic", {}, env=environment)


def findings(run: Run) -> list[tuple[str, str, str]]:
    """Level, rule and resource of each finding."""
    return sorted((f.level, f.policy, f.resource) for f in run.findings)


def test_a_document_over_new_resources_is_proved(symbolic: Engine, engine: Engine, tmp_path: Path) -> None:
    """What a plain preview leaves open is decided for all values that ids and names may have."""
    written = program(tmp_path, SOURCE.replace("MORE", ""), name="shop")

    plain = engine.preview(written, STACK, policy_pack=ROOT, config=PINNED)
    complete = symbolic.preview(written, STACK, policy_pack=ROOT, config=PINNED)

    assert [("advisory", "cicd-reaches-global-config", "own")] == findings(plain), plain.errors
    assert (0, []) == (complete.exit_code, findings(complete)), complete.errors


def test_a_statement_among_symbols_is_violated(symbolic: Engine, tmp_path: Path) -> None:
    """The witness is found in a document that nothing real has completed."""
    written = program(tmp_path, SOURCE.replace("MORE", GLOBAL), name="shop")

    run = symbolic.preview(written, STACK, policy_pack=ROOT, config=PINNED)

    assert [("mandatory", "cicd-reaches-global-config", "own")] == findings(run), run.errors
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
    assert "proved 13 of 13 rules for customer1-prod" in runs[0].stdout + runs[0].stderr
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
