"""Reads the corpus of attacks and twins, and judges each with the whole catalogue.

An entry of `FAMILY.yaml` is a way to break isolation, as resources (`attack`), and a sound stack that differs in as
little as possible (`twin`); README.md has the format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from tenant_safety.judge import judge
from tenant_safety.rules import CATALOG
from tenant_safety.testing import Loader, merged
from tests.cases import REGISTRY, Case, Outcome

FOLDER = Path(__file__).parent
OPEN = FOLDER / "open.txt"
FAMILIES = ("identity", "boundary", "sharing", "customer", "bypass", "logs", "capacity", "services")

Side = Literal["attack", "twin"]


@dataclass(frozen=True)
class Attack:
    """An attack and its twin: the technique, and where it was published."""

    id: str
    family: str
    technique: str
    source: str
    attack: Case
    twin: Case


@dataclass(frozen=True, order=True)
class Said:
    """What a rule says of a resource; `verdict` is `crashed` where the rule failed."""

    rule: str
    resource: str
    verdict: str
    why: str = ""


@dataclass(frozen=True)
class Score:
    """What is said of an attack and of its twin."""

    name: str
    attack: frozenset[Said]
    twin: frozenset[Said]

    @property
    def family(self) -> str:
        return self.name.partition("/")[0]

    @property
    def about(self) -> frozenset[Said]:
        """What is said of the attack alone: of what the twin has too it says nothing."""
        return frozenset(said for said in self.attack - self.twin if said.verdict != "crashed")

    @property
    def caught(self) -> str:
        """`violated` or `undetermined`, the surer of what is said; empty where the attack passes."""
        verdicts = {said.verdict for said in self.about}
        return "violated" if "violated" in verdicts else "undetermined" if verdicts else ""

    @property
    def open(self) -> tuple[str, ...]:
        """The sides that are not as they should be: an attack that is not caught, a twin of which anything is said."""
        missed = () if self.caught else (f"{self.name} attack",)
        return (*missed, *((f"{self.name} twin",) if self.twin else ()))


@cache
def attacks() -> tuple[Attack, ...]:
    """The entries of all families."""
    return tuple(entry for family in FAMILIES for entry in _family(family))


def _family(family: str) -> Iterator[Attack]:
    raw = yaml.load((FOLDER / f"{family}.yaml").read_text(encoding="utf-8"), Loader)
    for each in raw:
        sides = {side: each.pop(side) for side in ("attack", "twin")}
        told = {key: each.pop(key) for key in ("id", "technique", "source")}
        each["registry"] = merged(laid_over(family), each.get("registry", {}))
        cases = {side: _case(told["id"], side, resources, each) for side, resources in sides.items()}
        yield Attack(family=family, **told, **cases)


def laid_over(family: str) -> Mapping[str, Any]:
    """What the registry of a family's entries has beside that of the cases."""
    given = _registries()
    found: Mapping[str, Any] = given.get(family, given["others"])
    return found


@cache
def _registries() -> Mapping[str, Any]:
    read: Mapping[str, Any] = yaml.safe_load((FOLDER / "registry.yaml").read_text(encoding="utf-8"))
    return read


def _case(id_: str, side: str, resources: Sequence[Mapping[str, Any]], more: Mapping[str, Any]) -> Case:
    return Case(f"{id_} {side}", Outcome("", ()), REGISTRY, tuple(resources), **more)


def score(attack: Attack) -> Score:
    return Score(f"{attack.family}/{attack.id}", said(attack.attack), said(attack.twin))


def said(case: Case) -> frozenset[Said]:
    """All that the catalogue says of a case."""
    found = set()
    for result in judge(case.facts(), CATALOG):
        if result.status == "crashed":
            found.add(Said(result.rule.id, "(stack)", "crashed", result.because))
        for finding in result.findings:
            resource = finding.urn.rsplit("::", 1)[-1] or "(stack)"
            found.add(Said(result.rule.id, resource, finding.verdict, finding.why))
    return frozenset(found)


def table(scores: Iterable[Score]) -> str:
    """A row a family: how many attacks are caught, and of how many twins something is said."""
    scores = tuple(scores)
    head = f"{'family':<12}{'attacks':>8}{'caught':>8}{'violated':>10}{'undetermined':>14}{'twins':>7}{'flagged':>9}"
    lines = [head]
    for family in (*dict.fromkeys(each.family for each in scores), "all"):
        own = [each for each in scores if family in (each.family, "all")]
        verdicts = [each.caught for each in own]
        violated, undetermined = verdicts.count("violated"), verdicts.count("undetermined")
        flagged = sum(1 for each in own if each.twin)
        lines.append(
            f"{family:<12}{len(own):>8}{violated + undetermined:>8}{violated:>10}{undetermined:>14}"
            f"{len(own):>7}{flagged:>9}"
        )
    return "\n".join(lines)


def listed(prefixes: Sequence[str]) -> list[str]:
    """The lines of open.txt that are of these families."""
    lines = OPEN.read_text(encoding="utf-8").splitlines() if OPEN.exists() else []
    return sorted(line for line in lines if line.partition("/")[0] in prefixes)
