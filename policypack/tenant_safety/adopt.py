"""Makes a baseline of what previews found, and takes out of it what they found no more.

What is read are the engine's events, a line of JSON each, as `pulumi preview --event-log FILE` writes them.
Source: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/events.go
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .rules.baseline_outgrown import baseline_outgrown
from .tenancy import Known, RegistryError, as_text, load_baseline

PACK = "tenant-safety"
_COLOR = re.compile(r"<\{%.*?%\}>")
_MARK = re.compile(r"^  Fingerprint: ([0-9a-f]{32})$", re.MULTILINE)
_GONE = re.compile(r": finding ([0-9a-f]{32}) of ")
_STACK = "pulumi:pulumi:Stack"


@dataclass(frozen=True, slots=True)
class Told:
    """A finding of the pack as the engine passed it on.  `mark` is its fingerprint; empty if it has none."""

    rule: str
    urn: str
    mark: str
    gone: str = ""
    """The fingerprint of a finding of the baseline that is no more."""


def told(lines: Iterable[str]) -> Iterator[Told]:
    """The pack's findings in the engine's events.  Raises `RegistryError` where a line is none."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            raise RegistryError(f"line {number}: expected an event of the engine, a JSON object a line")
        if (found := event.get("policyEvent")) and found["policyPackName"] == PACK:
            yield _told(found["policyName"], found.get("resourceUrn", ""), _COLOR.sub("", found["message"]))


def _told(rule: str, urn: str, message: str) -> Told:
    mark = _MARK.search(message)
    gone = _GONE.search(message) if rule == baseline_outgrown.id else None
    return Told(rule, urn, mark[1] if mark else "", gone[1] if gone else "")


def recorded(path: Path, findings: Iterable[Told], today: date) -> tuple[int, int]:
    """Adds findings to the baseline in the file `path`, which need not exist; returns how many are new and how many
    have no fingerprint.
    """
    known = {each.fingerprint: each for each in _read(path)}
    new: dict[str, Known] = {}
    left = 0
    for each in findings:
        if not each.mark:
            left += not each.gone
        elif each.mark not in known:
            new[each.mark] = _known(each, today)
    path.write_text(as_text([*known.values(), *new.values()]), encoding="utf-8")
    return len(new), left


def pruned(path: Path, findings: Iterable[Told]) -> int:
    """Takes out of the baseline what is no more; returns how many findings that were."""
    known = load_baseline(path)[0].findings
    gone = {each.gone for each in findings}
    kept = [each for each in known if each.fingerprint not in gone]
    path.write_text(as_text(kept), encoding="utf-8")
    return len(known) - len(kept)


def _read(path: Path) -> Sequence[Known]:
    return load_baseline(path)[0].findings if path.exists() else ()


def _known(found: Told, today: date) -> Known:
    parts = found.urn.split("::", 3)
    if len(parts) < 4:
        raise RegistryError(f"expected the URN of what {found.rule} found (got {found.urn!r})")
    stack, project, types, name = parts
    resource = "" if types == _STACK else f"{types.rpartition('$')[2]}::{name}"
    return Known(
        fingerprint=found.mark,
        rule=found.rule,
        project=project,
        stack=stack.removeprefix("urn:pulumi:"),
        resource=resource,
        recorded=today,
    )
