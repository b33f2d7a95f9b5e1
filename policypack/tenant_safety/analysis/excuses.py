"""What the platform lets pass: exemptions that hold today, and findings of its baseline."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..model import Finding, Stack
from ..tenancy import Known

if TYPE_CHECKING:
    from ..tenancy import Claim, Exemption, Family

_UNBASELINED = ("tenancy", "reading", "global-config", "exemptions")
"""Families whose findings nobody may have had before."""
# The suffixes that Pulumi draws for names, and the words that stand for them in a symbolic preview.
_DRAWN = re.compile(r"(?<=-)[0-9a-f]{7}(?![0-9A-Za-z])|[jkqvxz]{6,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Excused:
    """A finding that is let pass, and by what: exemptions, the one that holds longest first, then the baseline."""

    finding: Finding
    by: tuple[Exemption | Known, ...]

    @property
    def exempted(self) -> bool:
        """By an exemption; else it is in the baseline."""
        return not isinstance(self.by[0], Known)

    @property
    def because(self) -> str:
        """Why it is let pass, and who answers for it."""
        by = self.by[0]
        if isinstance(by, Known):
            return f"in the baseline since {by.recorded}"
        return f"{by.reason} (owner {by.owner}, until {by.expires})"


@dataclass(frozen=True, slots=True)
class Said:
    """What came of another rule: what let its findings pass, and whether all of it was `decided`."""

    rule: str
    family: Family
    decided: bool
    used: tuple[Exemption | Known, ...] = ()


class Excuses:
    """What is let pass of one stack."""

    def __init__(self, claim: Claim, stack: Stack) -> None:
        self._stack = stack
        snapshot = claim.snapshot
        self._platform = snapshot.registry.platform if snapshot else None
        listed = snapshot.registry.exemptions if snapshot else ()
        self._listed = tuple(each for each in listed if each.is_of(stack.project, stack.name))
        self._today = claim.today
        recorded = snapshot.baseline.findings if snapshot and snapshot.baseline else ()
        self._known = {each.fingerprint: each for each in recorded if each.is_of(stack.project, stack.name)}

    def of(self, rule: str, family: Family, finding: Finding) -> Excused | None:
        """What lets a finding pass, if anything does."""
        if self._platform is None or not self._platform.may_exempt(family):
            return None
        holding = [
            each
            for each in self._holding
            if each.covers(rule, family, finding.urn) and (each.undetermined or finding.verdict == "violated")
        ]
        holding.sort(key=lambda each: each.expires, reverse=True)
        known = self._known.get(fingerprint(self._stack, rule, family, finding))
        by: tuple[Exemption | Known, ...] = (*holding, *([known] if known else []))
        return Excused(finding, by) if by else None

    @cached_property
    def _holding(self) -> tuple[Exemption, ...]:
        return tuple(each for each in self._listed if each.holds(self._today))

    @property
    def lapsed(self) -> tuple[Exemption, ...]:
        """The exemptions of this stack that do not hold today."""
        return tuple(each for each in self._listed if not each.holds(self._today))

    def unused(self, said: Sequence[Said]) -> Iterator[Exemption]:
        """The exemptions for this stack alone that let nothing pass, although all that they are about was decided."""
        for exemption in self._holding:
            about = [each for each in said if exemption.rule in (each.rule, each.family)]
            idle = all(each.decided and exemption not in each.used for each in about)
            if idle and exemption.names(self._stack.project, self._stack.name):
                yield exemption

    def gone(self, said: Sequence[Said]) -> Iterator[Known]:
        """The findings of the baseline that this stack has no more, although their rule was decided."""
        decided = {each.rule: each.used for each in said if each.decided}
        for known in self._known.values():
            if known.rule in decided and known not in decided[known.rule]:
                yield known


def fingerprint(stack: Stack, rule: str, family: str, finding: Finding) -> str:
    """What a violation is known by: its rule, its resource, and its reason without what is drawn anew.

    Empty for what can't be in a baseline: other families, what is not decided, and what rests on secrets, which a
    fingerprint would either leave out, so that they could change, or let somebody guess.
    """
    secret = finding.urn in stack.withheld or (finding.urn == "" and bool(stack.withheld))
    secret = secret or any(each in finding.why for each in stack.secrets)
    if secret or family in _UNBASELINED or finding.verdict != "violated":
        return ""
    reason = _DRAWN.sub("*", finding.why)
    made_of = ["1", rule, stack.project, stack.name, finding.urn, reason]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:32]
