"""Runs the corpus of attacks through other tools and writes docs/comparison.md: `python -m benchmarks.comparison`.

It installs the tools from their registries into a folder that is thrown away; it is no part of CI.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tenant_safety.testing import Case
from tests.attacks.corpus import FAMILIES, Attack, attacks, said

from .comparison_tools import Reports, ToolError, awsguard, checkov, environment, parliament
from .measure import ROOT

PAGE = ROOT / "docs" / "comparison.md"
WORDS = """\
An entry of the corpus is an attack and its sound twin, which differ in as little as possible. A tool has *caught* an
attack if it reports something of the attack that it does not report of the twin: what it says of both, such as a bucket
without versions, is no answer to the attack. That is in the tool's favour where a twin is made of other resources, as
most are in `bypass`, and where it complains of the twin as well; *told apart* counts the attacks that are caught while
nothing is said of the twin. *Any* counts the attacks of which it reports anything at all, *flagged* the twins.

What is not comparable:

- The tools were made for other questions. None of them knows which account is whose, which roles are a CI's, and what
  the platform's global configuration is, and most attacks here are only attacks because of that. The table says what a
  team would miss that relied on them for the separation of tenants, not that they are bad at what they are for.
- {tool_name} is written by the people who wrote the corpus' format, and was changed until it catches the corpus; the
  corpus' entries were written before its rules and by somebody who had not seen them. Its own first score is in
  tests/attacks/README.md.
- checkov gets the resources as the planned values of a Terraform plan, with Pulumi's types and properties spelt as in
  Terraform, without configuration, so its checks that follow references between resources see less than in a real plan.
  What has no counterpart there (providers, stack references, commands, other packages) is left out: *read* counts the
  entries of which a tool has something to read.
- parliament gets each policy document alone, with its community's auditors. It is made for identity policies; trust
  and resource policies are given to it as they are.
- AWSGuard runs in its own process and is asked as Pulumi's engine asks it, all policies on; a bare bucket, of which it
  has to report something, shows that it answers. It has no rules about policies and grants: its rules are about
  encryption, logging, sizes and public addresses, of which the corpus has next to nothing.
- The corpus' programs are not given to the other tools: they are techniques of the same entries in another form.
- For {tool_name} an attack of which a rule says that it can't be decided (undetermined) counts as caught, as it stops
  the deployment; the test suite prints both.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.comparison", description=__doc__)
    parser.add_argument("--only", nargs="*", default=["checkov", "parliament", "awsguard"], help="names of tools")
    parser.add_argument(
        "--reports", type=Path, help="a file of what the tools report: read if it is there, else written"
    )
    parser.add_argument("--print", action="store_true", help="print the page and write nothing")
    options = parser.parse_args()
    stacks = {name: case for attack in attacks() for name, case in _sides(attack)}
    failed: list[str] = []
    if options.reports and options.reports.exists():
        reports = [_read(raw) for raw in json.loads(options.reports.read_text(encoding="utf-8"))]
    else:
        with tempfile.TemporaryDirectory() as name:
            reports, failed = _reports(Path(name), stacks, options.only)
        if options.reports:
            options.reports.write_text(json.dumps([_written(report) for report in reports]), encoding="utf-8")
    text = page([_own(stacks), *reports], failed)
    if options.print:
        print(text)
    else:
        PAGE.write_text(text, encoding="utf-8")


def _written(report: Reports) -> dict[str, Any]:
    found = {name: None if each is None else sorted(each) for name, each in report.found.items()}
    return {"tool": report.tool, "version": report.version, "found": found}


def _read(raw: dict[str, Any]) -> Reports:
    found = {name: None if each is None else frozenset(each) for name, each in raw["found"].items()}
    return Reports(raw["tool"], raw["version"], found)


def _sides(attack: Attack) -> Iterator[tuple[str, Case]]:
    yield f"{attack.id} attack", attack.attack
    yield f"{attack.id} twin", attack.twin


def _own(stacks: dict[str, Case]) -> Reports:
    found = {
        name: frozenset(f"{each.rule} {each.resource} {each.why}" for each in said(case))
        for name, case in stacks.items()
    }
    return Reports("tenant-safety", "this version", found)


def _reports(folder: Path, stacks: dict[str, Case], only: Sequence[str]) -> tuple[list[Reports], list[str]]:
    """What each tool reports, and why those that could not be run could not."""

    def python(*packages: str) -> Path:
        return environment(folder / f"venv-{packages[0]}", *packages)

    runs: dict[str, Callable[[], Reports]] = {
        "checkov": lambda: checkov(python("checkov"), folder / "plans", stacks),
        "parliament": lambda: parliament(python("parliament", "setuptools<81"), stacks),
        "awsguard": lambda: awsguard(folder / "guard", stacks),
    }
    reports, failed = [], []
    for name in only:
        print(f"{name} …", file=sys.stderr, flush=True)
        try:
            reports.append(runs[name]())
        except ToolError as error:
            failed.append(f"{name} could not be run here: {error}")
            print(failed[-1], file=sys.stderr)
    return reports, failed


def page(reports: Sequence[Reports], failed: Sequence[str]) -> str:
    """The page: a table a tool, by family."""
    versions = ", ".join(f"{each.tool} {each.version}" for each in reports[1:])
    made = datetime.now(UTC).date().isoformat()
    lines = [
        "# Other tools on the corpus of attacks",
        "",
        f"Made by `make comparison` on {made} with {versions}; {len(attacks())} attacks of {len(FAMILIES)} families, "
        "described in [tests/attacks](../tests/attacks/README.md).",
        "",
        "## Attacks caught",
        "",
        "| Family | Attacks | " + " | ".join(each.tool for each in reports) + " |",
        "|---|--:|" + "--:|" * len(reports),
    ]
    for family in (*FAMILIES, ""):
        ids = [attack.id for attack in attacks() if family in ("", attack.family)]
        caught = (sum(1 for id_ in ids if _caught(report, id_)) for report in reports)
        name = f"`{family}`" if family else "**all**"
        lines.append(f"| {name} | {len(ids)} | " + " | ".join(map(str, caught)) + " |")
    head = "| Tool | Read | Caught | Told apart | Any | Flagged |"
    lines += ["", "## All figures", "", head, "|---|--:|--:|--:|--:|--:|"]
    ids = [attack.id for attack in attacks()]
    for report in reports:
        read = sum(1 for id_ in ids if report.found[f"{id_} attack"] is not None)
        any_ = sum(1 for id_ in ids if report.found[f"{id_} attack"])
        flagged = sum(1 for id_ in ids if report.found[f"{id_} twin"])
        caught_ids = [id_ for id_ in ids if _caught(report, id_)]
        apart = sum(1 for id_ in caught_ids if not report.found[f"{id_} twin"])
        lines.append(f"| {report.tool} | {read} | {len(caught_ids)} | {apart} | {any_} | {flagged} |")
    lines += ["", *(f"{why}\n" for why in failed), "## What the figures mean", ""]
    return "\n".join(lines) + "\n" + WORDS.format(tool_name=reports[0].tool)


def _caught(report: Reports, id_: str) -> bool:
    """Whether something is reported of the attack that is not reported of the twin."""
    attack, twin = (report.found[f"{id_} {side}"] or frozenset() for side in ("attack", "twin"))
    return bool(attack - twin)


if __name__ == "__main__":
    main()
