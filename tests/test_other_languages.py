"""Symbolic previews of programs in Go and TypeScript: a provider's answers know no language, SDKs might."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tenant_safety.symbolic.attach import symbols
from tests.engine import ROOT, Engine, Run
from tests.languages import LANGUAGES, MissingError, attached

pytestmark = pytest.mark.engine

STACK = "customer1-prod"
PINNED = {"aws:region": "eu-central-1", "aws:allowedAccountIds": '["111111111111"]'}
PINNED["aws:assumeRoles"] = '[{"roleArn": "arn:aws:iam::111111111111:role/cicd-deploy"}]'
GLOBAL = {"shop:granted": "arn:aws:ssm:*:999999999999:parameter/global/*"}


@dataclass(frozen=True)
class Program:
    """A folder and the variables with which an engine runs what is in it."""

    folder: Path
    env: Mapping[str, str]


@pytest.fixture(scope="session", params=sorted(LANGUAGES))
def program(request: pytest.FixtureRequest) -> Iterator[Program]:
    """The same program in each language: a role's document over ARNs that it cuts up, joins and writes as JSON."""
    try:
        language = LANGUAGES[request.param]()
    except MissingError as missing:
        pytest.skip(f"no {request.param} program can run here: {missing}")
    with attached(language) as env:
        yield Program(language.folder, env)


@pytest.fixture
def symbolic(tmp_path: Path, program: Program) -> Iterator[Engine]:
    """An engine whose aws provider answers with symbols."""
    with symbols(program.folder, {}) as environment:
        yield Engine(tmp_path / "symbolic", {}, env=environment)


def preview(engine: Engine, program: Program, config: Mapping[str, str] = PINNED) -> Run:
    return engine.preview(program.folder, STACK, policy_pack=ROOT, config=config, env=program.env)


def findings(run: Run) -> list[tuple[str, str, str]]:
    """Level, rule and resource of each finding."""
    return sorted((f.level, f.policy, f.resource) for f in run.findings)


def test_a_document_over_new_resources_is_proved(symbolic: Engine, engine: Engine, program: Program) -> None:
    """What a plain preview leaves open is decided for all values that ids and names may have."""
    plain = preview(engine, program)
    complete = preview(symbolic, program)

    stopped = [each for each in findings(plain) if each[0] == "mandatory"]
    assert [("mandatory", "cicd-reaches-global-config", "own")] == stopped, plain.errors
    assert (0, []) == (complete.exit_code, findings(complete)), complete.errors
    assert 2 == len(json.loads(complete.step("own").inputs["policy"])["Statement"])


def test_a_statement_among_symbols_is_violated(symbolic: Engine, program: Program) -> None:
    """The witness is found in a document that nothing real has completed."""
    run = preview(symbolic, program, {**PINNED, **GLOBAL})

    rules = ("cicd-reaches-global-config", "shared-beyond-plan")
    assert [("mandatory", rule, "own") for rule in rules] == findings(run), run.errors
    assert "may call ssm:GetParameter on arn:aws:ssm::999999999999:parameter/global/" in run.findings[0].message
    assert "Statement[2]" in run.findings[0].message
