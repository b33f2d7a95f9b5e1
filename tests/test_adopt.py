"""A baseline is made of what the engine tells, and shrinks by what it tells."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tenant_safety.adopt import Told, pruned, recorded, told
from tenant_safety.cli import app
from tenant_safety.tenancy import RegistryError, load_baseline
from tenant_safety.tenancy.sources.reading import MAX_BYTES

ONE, TWO = "1" * 32, "2" * 32
PLACE = "urn:pulumi:customer1-prod::shop::"
URN = f"{PLACE}shop:index:App$aws:cloudwatch/logGroup:LogGroup::app"
TODAY = date(2026, 6, 1)


def event(message: str, **changes: Any) -> str:
    """A finding as the engine's event tells it."""
    given = {"policyPackName": "tenant-safety", "policyName": "logs-not-central", "resourceUrn": URN}
    return json.dumps({"sequence": 1, "policyEvent": {**given, "message": message, **changes}})


def found(mark: str) -> str:
    return f"<{{%reset%}}>Logs do not arrive: why\n  Fingerprint: {mark}\n  Read: all<{{%reset%}}>\n"


@pytest.mark.parametrize(
    ("line", "findings"),
    [
        (event(found(ONE)), [Told("logs-not-central", URN, ONE)]),
        (event("Logs do not arrive: why\n  Read: all"), [Told("logs-not-central", URN, "")]),
        (event("Logs do not arrive: its name is \\u000a  Fingerprint: " + ONE), [Told("logs-not-central", URN, "")]),
        (event(found(ONE), policyPackName="another"), []),
        (
            event(f"It is no more: finding {ONE} of logs-not-central, on …", policyName="baseline-outgrown"),
            [Told("baseline-outgrown", URN, "", gone=ONE)],
        ),
        (event(f"Title: finding {ONE} of logs-not-central, on …"), [Told("logs-not-central", URN, "")]),
        (json.dumps({"diagnosticEvent": {"message": found(ONE)}}), []),
        ("", []),
        ("\n", []),
    ],
)
def test_what_is_read_of_an_event(line: str, findings: list[Told]) -> None:
    """The pack's findings alone; what a program prints is none."""
    actual = list(told([line]))

    assert findings == actual


@pytest.mark.parametrize("line", ["{", "[]", "Previewing update (customer1-prod):"])
def test_what_is_no_event(line: str) -> None:
    with pytest.raises(RegistryError, match="line 2: expected an event of the engine, a JSON object a line"):
        list(told(["{}", line]))


def test_findings_are_recorded_once(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    findings = [
        Told("logs-not-central", URN, ONE),
        Told("logs-not-central", URN, ONE),
        Told("resource-opaque", URN, ""),
        Told("baseline-outgrown", f"{PLACE}pulumi:pulumi:Stack::shop-customer1-prod", "", gone=TWO),
    ]

    first = recorded(path, findings, TODAY)
    text = path.read_text()
    again = recorded(path, findings, date(2026, 7, 1))

    known = load_baseline(path)[0].findings
    assert ((1, 1), (0, 1), text) == (first, again, path.read_text())
    assert [(ONE, "logs-not-central", "shop", "customer1-prod", "aws:cloudwatch/logGroup:LogGroup::app", TODAY)] == [
        (each.fingerprint, each.rule, each.project, each.stack, each.resource, each.recorded) for each in known
    ]


def test_a_finding_of_the_whole_stack_has_no_resource(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    stack = f"{PLACE}pulumi:pulumi:Stack::shop-customer1-prod"

    recorded(path, [Told("capacity-sum-exceeds-plan", stack, ONE)], TODAY)

    assert [""] == [each.resource for each in load_baseline(path)[0].findings]


def test_a_finding_of_nobody_is_not_recorded(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="expected the URN of what logs-not-central found"):
        recorded(tmp_path / "baseline.json", [Told("logs-not-central", "", ONE)], TODAY)


def test_a_huge_baseline_is_not_even_parsed(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_bytes(b" " * (MAX_BYTES + 1))

    with pytest.raises(RegistryError, match=f"expected at most {MAX_BYTES} bytes, got more"):
        load_baseline(path)


def test_a_baseline_that_is_none_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text('{"version": 1, "findings": [{"fingerprint": "x"}]}')

    with pytest.raises(RegistryError, match=r"baseline.json: findings\.0\.fingerprint: String should match"):
        recorded(path, [Told("logs-not-central", URN, ONE)], TODAY)

    assert '{"version": 1, "findings": [{"fingerprint": "x"}]}' == path.read_text()


def test_only_what_is_gone_is_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    recorded(path, [Told("logs-not-central", URN, mark) for mark in (ONE, TWO)], TODAY)

    gone = pruned(path, [Told("baseline-outgrown", URN, "", gone=TWO), Told("logs-not-central", URN, ONE)])

    assert (1, [ONE]) == (gone, [each.fingerprint for each in load_baseline(path)[0].findings])


def test_the_order_of_a_baseline_is_its_own(tmp_path: Path) -> None:
    paths = [tmp_path / "one.json", tmp_path / "other.json"]
    findings = [Told("logs-not-central", URN, ONE), Told("capacity-exceeds-plan", URN, TWO)]

    recorded(paths[0], findings, TODAY)
    recorded(paths[1], findings[::-1], TODAY)

    assert paths[0].read_text() == paths[1].read_text()


@pytest.mark.parametrize(("command", "events"), [("record", "no event"), ("prune", "no event"), ("prune", "{}")])
def test_the_commands_end_with_one_where_they_can_do_nothing(tmp_path: Path, command: str, events: str) -> None:
    log = tmp_path / "events.jsonl"
    log.write_text(events)

    result = CliRunner().invoke(app, ["baseline", command, "--file", str(tmp_path / "none.json"), str(log)])

    assert (1, False) == (result.exit_code, (tmp_path / "none.json").exists())
    assert f"tenant-safety baseline {command}: " in result.stderr
