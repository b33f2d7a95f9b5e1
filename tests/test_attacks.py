"""The corpus of attacks: each is caught and nothing is said of its twin, but for what open.txt lists."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tenant_safety.intake.table import canonical, table
from tests.attacks import corpus, previews
from tests.attacks.corpus import FAMILIES, Score, attacks

SELDOM = {
    "administrator-policy-attached",
    "artifacts-of-another-tenant",
    "boundary-allows-everything",
    "bucket-admits-foreign-account",
    "bucket-for-cloudfront-of-anyone",
    "bucket-open-to-organization",
    "cicd-bucket-wildcard-covers-state",
    "cicd-chain-through-helper-role",
    "cicd-deny-lifted-by-user-agent",
    "cicd-notaction-leaves-ssm",
    "cicd-parameter-of-any-account",
    "cloud-control-creates-role",
    "code-of-privileged-function",
    "create-policy-version",
    "create-roles-without-boundary",
    "customer-edits-links-reader",
    "customer-rewrites-cicd-trust",
    "delete-own-boundary",
    "deployment-role-trusts-customer",
    "disk-snapshot-for-foreign-account",
    "endpoint-service-for-another-tenant",
    "event-bus-rules-for-foreign-account",
    "function-invoked-by-any-bucket",
    "github-sub-any-branch",
    "github-sub-any-repository",
    "github-sub-for-any-value",
    "github-sub-pull-request",
    "gitlab-any-project-of-any-group",
    "guests-obtain-the-web-role",
    "key-grant-to-foreign-role",
    "passrole-codebuild-project",
    "passrole-ec2-instance",
    "passrole-lambda-function",
    "passrole-schedule",
    "provider-pinned-to-another-tenant",
    "pulumi-cloud-any-stack",
    "put-role-policy",
    "queue-fed-by-any-topic",
    "repository-pulled-by-organization",
    "runtime-reads-table-of-another-tenant",
    "secret-open-to-organization",
    "share-open-to-outsiders",
    "ssm-association-runs-shell",
    "table-read-by-foreign-account",
    "topic-fed-by-any-bucket",
    "trust-of-scheduler-without-source",
    "update-trust-of-any-role",
}
"""Programs that only the long tests run: each is much like another one."""
OFTEN = [name for name in previews.names() if name not in SELDOM]
REFRESH = "if it has become shorter: python -m tests.attacks --write-open"


def _open(scores: Sequence[Score]) -> list[str]:
    return sorted(line for score in scores for line in score.open)


def test_attacks_are_caught_and_twins_are_not_flagged(tell: Callable[[str], None]) -> None:
    """Every entry, by the whole catalogue."""
    scores = [corpus.score(attack) for attack in attacks()]

    tell(corpus.table(scores))
    assert corpus.listed(FAMILIES) == _open(scores), REFRESH


@pytest.mark.engine
def test_programs_of_attacks_are_caught(tmp_path: Path, tell: Callable[[str], None]) -> None:
    """As users write them, in the real engine, before anything exists."""
    scores = previews.scores(tmp_path, OFTEN)

    tell(corpus.table(scores))
    expected = [line for line in corpus.listed(["programs"]) if line.split()[0].partition("/")[2] in OFTEN]
    assert len(OFTEN) >= 24
    assert expected == _open(scores), REFRESH


@pytest.mark.long
@pytest.mark.engine
def test_all_programs_of_attacks_are_caught(tmp_path: Path) -> None:
    """Those that are much alike, too."""
    scores = previews.scores(tmp_path, previews.names())

    assert corpus.listed(["programs"]) == _open(scores), REFRESH


def test_entries_are_complete() -> None:
    """Ids are unique, sources are given, and a twin is not its attack."""
    ids = Counter(attack.id for attack in attacks())

    assert len(ids) >= 100
    assert [] == [name for name, count in ids.items() if count > 1]
    assert [] == [attack.id for attack in attacks() if not attack.source.startswith("https://")]
    assert [] == [attack.id for attack in attacks() if not attack.technique.endswith(".")]
    assert [] == [attack.id for attack in attacks() if attack.attack.resources == attack.twin.resources]


def test_entries_are_of_stacks_and_types_that_exist() -> None:
    """A misspelt type or a stack of nobody's would be found for the wrong reason."""
    known = {*table().roles, *table().others}
    types = {raw["type"] for attack in attacks() for case in (attack.attack, attack.twin) for raw in case.resources}

    assert [] == [token for token in types if token.startswith("aws:") and canonical(token) not in known]
    assert [] == [attack.id for attack in attacks() if attack.attack.facts().claim.judged is None]


def test_programs_are_entries_in_another_form() -> None:
    """A program's technique and source are those of the entry of its name."""
    techniques = {attack.id: attack.technique for attack in attacks()}
    texts = {name: ast.get_docstring(ast.parse((previews.PROGRAMS / f"{name}.py").read_text())) for name in OFTEN}

    assert set() == set(previews.names()) - set(techniques)
    assert [] == [name for name, text in texts.items() if text != techniques[name]]
    assert set() == SELDOM - set(previews.names())
