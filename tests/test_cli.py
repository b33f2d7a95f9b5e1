"""The command line: what it prints and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from tenant_safety.cli import app
from tenant_safety.rules import CATALOG
from tests.engine import ROOT

COMMAND = CliRunner()


def test_version_is_told() -> None:
    assert "tenant-safety 0.1.0\n" == COMMAND.invoke(app, ["--version"]).stdout


def test_registry_of_the_examples_is_valid() -> None:
    result = COMMAND.invoke(app, ["registry", "validate", str(ROOT / "tenancy.yaml")])

    assert (0, True) == (result.exit_code, "valid: 3 tenants, 4 stacks a project, sha256 " in result.stdout)


def test_faulty_registry_ends_with_one_and_the_place(tmp_path: Path) -> None:
    path = tmp_path / "tenancy.yaml"
    path.write_text("version: 2\n")

    result = COMMAND.invoke(app, ["registry", "validate", str(path)])

    assert (1, "") == (result.exit_code, result.stdout)
    assert "tenancy.yaml:1:10: version: Input should be 1 (got 2)" in result.stderr


def test_exemptions_that_do_not_hold_are_told_and_are_no_fault(tmp_path: Path) -> None:
    raw = yaml.safe_load((ROOT / "tenancy.yaml").read_text())
    exemption = {"rule": "logs", "stack": "customer1-prod", "reason": "a move", "owner": "team-shop"}
    raw["exemptions"] = [{**exemption, "expires": "2026-01-31"}]
    path = tmp_path / "tenancy.yaml"
    path.write_text(json.dumps(raw))

    result = COMMAND.invoke(app, ["registry", "validate", str(path)])

    told = f"{path}: exemption of logs on whatever resource in */customer1-prod: it expired on 2026-01-31"
    assert (0, f"{told} (owner team-shop)\n") == (result.exit_code, result.stderr)


def test_committed_schema_is_that_of_the_models() -> None:
    """Refresh it with: tenant-safety registry schema > policypack/tenant_safety/tenancy/tenancy.schema.json"""
    committed = ROOT / "policypack" / "tenant_safety" / "tenancy" / "tenancy.schema.json"

    assert committed.read_text() == COMMAND.invoke(app, ["registry", "schema"]).stdout


def test_committed_catalogue_is_that_of_the_rules() -> None:
    """Refresh it with: tenant-safety rules --output md > docs/rules.md"""
    assert (ROOT / "docs" / "rules.md").read_text() == COMMAND.invoke(app, ["rules", "--output", "md"]).stdout


@pytest.mark.parametrize("output", ["text", "json"])
def test_every_rule_is_listed(output: str) -> None:
    listed = COMMAND.invoke(app, ["rules", "--output", output]).stdout
    ids = (
        [rule["id"] for rule in json.loads(listed)] if output == "json" else [x.split()[0] for x in listed.splitlines()]
    )

    assert [rule.id for rule in CATALOG] == ids


def test_every_rule_has_a_rationale_and_a_remedy() -> None:
    assert [] == [rule.id for rule in CATALOG if not (rule.rationale and rule.remediation and rule.scope)]
