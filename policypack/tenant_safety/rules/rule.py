"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import cleandoc
from typing import TYPE_CHECKING, Literal

from ..analysis import Facts
from ..model import Finding, Part

if TYPE_CHECKING:
    from ..tenancy import Family


Severity = Literal["medium", "high", "critical"]
Check = Callable[[Facts], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with all that is told of it.

    `reads`: the parts of the model that can change its answer; none where the stack itself gives it.
    `alone`: it judges each resource by what that says itself, so that those before it need not be looked at again.
    `monotone`: no later resource can heal a finding, so a resource is stopped before it is made.
    `of`: whose stacks it judges: `any` stack at all, `registered` ones, or `tenants`' alone.
    `scope`: what was read when it says proved.
    `controls`: those of public frameworks that it bears on, as `controls.CONTROLS` names them.
    `last`: it is about what came of the other rules.
    """

    id: str
    family: Family
    severity: Severity
    title: str
    rationale: str
    remediation: str
    scope: str
    monotone: bool
    of: Literal["any", "registered", "tenants"]
    reads: frozenset[type[Part]]
    alone: bool
    check: Check
    controls: tuple[str, ...] = ()
    last: bool = False


def rule(
    *,
    family: Family,
    severity: Severity,
    title: str,
    remediation: str,
    scope: str,
    reads: tuple[type[Part], ...] = (),
    alone: bool = False,
    monotone: bool = False,
    of: Literal["any", "registered", "tenants"] = "registered",
    controls: tuple[str, ...] = (),
    last: bool = False,
) -> Callable[[Check], Rule]:
    """Makes a rule of a check; its name gives the id, its docstring the rationale."""

    def made(check: Check) -> Rule:
        return Rule(
            id=check.__name__.replace("_", "-"),
            family=family,
            severity=severity,
            title=title,
            rationale=cleandoc(check.__doc__ or ""),
            remediation=remediation,
            scope=scope,
            monotone=monotone,
            of=of,
            reads=frozenset(reads),
            alone=alone or not reads,
            check=check,
            controls=controls,
            last=last,
        )

    return made
