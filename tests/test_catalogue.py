"""What people read of a rule: its controls, its examples, its page."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from tenant_safety.cli import app
from tenant_safety.report.catalogue import examples
from tenant_safety.rules import CATALOG, Rule
from tenant_safety.rules.controls import CONTROLS
from tests.cases import cases

COMMAND = CliRunner()
TOOLS = Path(__file__).parents[1] / "tools"


@pytest.fixture
def generator(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The generator of the examples, as a module."""
    monkeypatch.syspath_prepend(TOOLS)
    import examples as generator  # noqa: PLC0415 found by the line above

    yield generator
    del sys.modules["examples"]


@pytest.mark.parametrize("rule", CATALOG, ids=lambda rule: rule.id)
def test_every_rule_names_controls_that_exist(rule: Rule) -> None:
    """At least one, none twice."""
    known = [name for name in dict.fromkeys(rule.controls) if name in CONTROLS]

    assert known
    assert list(rule.controls) == known


def test_no_control_is_without_a_rule() -> None:
    """What nothing bears on need not be shown."""
    named = {name for rule in CATALOG for name in rule.controls}

    assert [] == sorted(set(CONTROLS) - named)


def test_controls_say_where_they_were_read() -> None:
    """Each under its framework's own id, on a page."""
    wrong = [
        name
        for name, control in CONTROLS.items()
        if name.split(":")[1] != control.id.removeprefix("SaaS ").replace(" ", "-")
        or not control.page.startswith("https://")
        or not (control.framework and control.title)
    ]

    assert [] == wrong


def test_shipped_examples_are_those_of_the_cases(generator: ModuleType) -> None:
    """`python tools/examples.py` refreshes them."""
    made = generator.examples()

    assert made == generator.EXAMPLES.read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", CATALOG, ids=lambda rule: rule.id)
def test_examples_are_cases_of_both_kinds(rule: Rule) -> None:
    """One that the rule finds fault with, and one of which it says nothing: `tests/test_rules.py` judges both."""
    kinds = {case.name: case.kind for case in cases(rule.id)}
    named = {kind: case.splitlines()[0].removeprefix("- name: ") for kind, case in examples()[rule.id].items()}

    assert kinds[named["fails"]] != "silent"
    assert kinds[named["passes"]] == "silent"


@pytest.mark.parametrize("rule", CATALOG, ids=lambda rule: rule.id)
def test_explained_as_json(rule: Rule) -> None:
    """The object of the list, and the two examples."""
    listed = {each["id"]: each for each in json.loads(COMMAND.invoke(app, ["rules", "--output", "json"]).stdout)}

    explained = json.loads(COMMAND.invoke(app, ["explain", rule.id, "--output", "json"]).stdout)

    assert {"fails", "passes"} == set(explained.pop("examples"))
    assert listed[rule.id] == explained


def test_what_is_listed_of_a_rule() -> None:
    """Keys that others read: they stay."""
    (first, *_) = json.loads(COMMAND.invoke(app, ["rules", "--output", "json"]).stdout)

    assert {
        *("id", "family", "severity", "title", "rationale", "remediation", "controls"),
        *("scope", "judges", "blocks_before_creation"),
    } == set(first)
    assert {"framework", "id", "title", "page"} == set(first["controls"][0])


def test_explained_as_text() -> None:
    """All that there is to know, in reading order."""
    told = COMMAND.invoke(app, ["explain", "provider-not-pinned"]).stdout

    wanted = [
        "provider-not-pinned (tenancy, high): A provider is not pinned to an account",
        "A provider that takes whatever account",
        "Judges: registered stacks, before a resource is made.",
        "Read for a verdict: the aws providers of this stack.",
        "Remedy: Set aws:allowedAccountIds",
        "A case that fails:\n  - name: nothing pins a provider",
        "A case that passes:\n  - name: allowed accounts pin a provider",
        "  AWS Well-Architected Framework, Security Pillar, SEC01-BP01: Separate workloads using accounts\n    https://",
    ]
    places = [told.find(part) for part in wanted]
    assert sorted(places) == places
    assert -1 not in places


def test_explained_as_markdown_is_the_section_of_the_page() -> None:
    told = COMMAND.invoke(app, ["explain", "logs-not-central", "--output", "md"]).stdout
    page = COMMAND.invoke(app, ["rules", "--output", "md"]).stdout

    assert told.startswith("## logs-not-central\n")
    assert told in page


@pytest.mark.parametrize(
    ("asked", "near"), [("provider-pinned", "provider-not-pinned"), ("zzz", "tenant-safety rules lists them")]
)
def test_an_unknown_rule_ends_with_two_and_the_nearest(asked: str, near: str) -> None:
    result = COMMAND.invoke(app, ["explain", asked])

    assert (2, "") == (result.exit_code, result.stdout)
    assert f"expected a rule's id (got '{asked}'): {near}" in result.stderr
