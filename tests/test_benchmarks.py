"""Every benchmark runs, and what it measures is right.  Times are for `make bench`; no assertion is about them."""

import platform
import re
from functools import cache
from math import isfinite
from pathlib import Path

import pytest

from benchmarks.documents import reach_rows
from benchmarks.fleet import ROLES
from benchmarks.hostile import Hostile, hostile
from benchmarks.iam_hostile import QUICK_SIZE
from benchmarks.machine import machine
from benchmarks.measure import figure
from benchmarks.registry import BENCHMARKS
from benchmarks.report import as_markdown, as_text, draw
from benchmarks.results import Result
from tenant_safety.iam import rows

DOCS = Path(__file__).parents[1] / "docs"


@cache
def quickly(name: str) -> Result:
    """A benchmark run once, with tiny sizes."""
    return BENCHMARKS[name].run(1, quick=True)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_gives_figures_and_a_report(name: str, tmp_path: Path) -> None:
    """Each figure has a sample of each run, and is in both reports."""
    result = quickly(name)
    title = BENCHMARKS[name].TITLE

    text = as_text(title, result, judged=True)
    page = as_markdown({"cores": "2"}, {name: (title, result)}, 5)
    if result.chart:
        draw(result.chart, tmp_path)

    assert result.figures
    assert all(samples and all(map(isfinite, samples)) for each in result.figures for samples in each.runs)
    assert all(each.name in text and each.name in page for each in result.figures)
    assert ([f"{result.chart.name}.svg"] if result.chart else []) == [path.name for path in tmp_path.iterdir()]


def test_all_kinds_of_answers_are_measured() -> None:
    """A benchmark of which every row ends early would show nothing."""
    simulated, reached = (set((quickly(name).answers or {}).values()) for name in ("simulate", "reach"))

    assert {"allow", "implicit_deny", "explicit_deny"} == simulated
    assert {"reachable", "unreachable"} <= reached


def test_each_witness_of_the_measured_rows_is_allowed() -> None:
    """The evaluator accepts what reach has found."""
    found = [(row, rows.reach(row)["witness"]) for row in reach_rows(40)]
    asked = [_request(row, witness) for row, witness in found if witness]

    decisions = {rows.simulate(row)["decision"] for row in asked}

    assert asked
    assert {"allow"} == decisions


def _request(row: dict[str, object], witness: dict[str, object]) -> dict[str, object]:
    asked = {key: value for key, value in witness.items() if key != "by"}
    return {**{key: value for key, value in row.items() if key != "targets"}, **asked}


HOSTILE = {each.name: each for each in hostile(QUICK_SIZE)}


@pytest.mark.parametrize("each", HOSTILE.values(), ids=HOSTILE)
def test_no_hostile_document_hides_a_request(each: Hostile) -> None:
    """Where AWS allows the request, its target is not unreachable; where only the candidate does, access is new."""
    answers = quickly("worst-cases").answers or {}
    is_allowed = answers[f"{each.name}: simulate"] == "allow"
    was_allowed = rows.simulate(each.simulate(each.reference))["decision"] == "allow"

    wrong = [
        answers[f"{each.name}: {question}"]
        for question in ("reach", "reach, ten targets", "new-access")
        if is_allowed and not (question == "new-access" and was_allowed)
    ]

    assert not {"unreachable", "nothing new"} & set(wrong)


def test_some_hostile_requests_are_allowed() -> None:
    """Otherwise the test above shows nothing."""
    answers = quickly("worst-cases").answers or {}

    allowed = [name for name in HOSTILE if answers[f"{name}: simulate"] == "allow"]

    assert len(allowed) >= 6


@pytest.mark.parametrize("name", ["pigeon holes", "taken back", "sessions"])
def test_nothing_is_reached_where_nothing_can_be(name: str) -> None:
    """These documents allow nothing; it is only hard to see."""
    answers = quickly("worst-cases").answers or {}

    reached = {answers[f"{name}: {question}"] for question in ("reach", "reach, ten targets")}

    assert reached <= {"unreachable", "undetermined"}


def test_the_closure_of_the_fleet_is_known() -> None:
    """A CI/CD role comes to its deploy role, what that passes roles to, and `data`; all relays of the hub's ring, since
    the hub's deploy role is trusted by its deployer.  The hub's administrator comes to everyone.
    """
    of_account = len(("ci", "deploy", "lambda-0", "lambda-1", "task-2", "task-3", "task-4", "data", "relay"))
    expected = {f"{n} ci": str(n * of_account + 1) for n in (1, 3)} | {f"{n} hub": str(n * ROLES) for n in (1, 3)}

    assert expected == quickly("chains").answers


def test_z3_says_the_same() -> None:
    """Unless it was ended."""
    answers = quickly("z3").answers or {}
    pairs = [(text, answers[key.replace("verdict", "says")]) for key, text in answers.items() if "verdict" in key]

    assert pairs
    assert all(says in (verdict, "unknown") for verdict, says in pairs)


def test_statistics_are_over_the_runs() -> None:
    """With several samples a run, the median over the runs of each run's statistic."""
    several = figure("several", "s", ([1, 2, 9], [3, 4, 5], [6, 7, 8]))
    single = figure("single", "s", ([5], [1], [3]))

    assert (3, 4, 8, 8, 4) == tuple(several[name] for name in ("min", "p50", "p99", "max", "mean"))
    assert (1, 3, 5, 5, 3) == tuple(single[name] for name in ("min", "p50", "p99", "max", "mean"))


def test_the_machine_has_no_name() -> None:
    """The page is for everyone."""
    assert platform.node() not in "\n".join(machine().values())


def test_the_page_is_of_these_benchmarks() -> None:
    """Refresh it with: make bench"""
    page = (DOCS / "performance.md").read_text(encoding="utf-8")
    charts = re.findall(r"\]\((performance/[^)]+)\)", page)

    assert [each.TITLE for each in BENCHMARKS.values()] == re.findall(r"^## (.*)$", page, re.MULTILINE)
    assert charts
    assert all((DOCS / chart).is_file() for chart in charts)
