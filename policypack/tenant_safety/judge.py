"""Runs rules over facts: what each says, and what stays undecided."""

import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .analysis import Facts
from .model import Finding
from .rules import Rule

Status = Literal["proved", "violated", "undetermined", "not-judged", "crashed"]


@dataclass(frozen=True, slots=True)
class Result:
    """What a rule says of a stack.

    `not-judged`: the rule does not apply to this stack, or nobody knows whose stack it is; `because` says which.
    `crashed`: the rule itself failed, which is never a pass.
    """

    rule: Rule
    status: Status
    findings: tuple[Finding, ...] = ()
    because: str = ""


def judge(facts: Facts, rules: Iterable[Rule]) -> tuple[Result, ...]:
    """The results of `rules`, in their order."""
    return tuple(_result(facts, rule) for rule in rules)


def _result(facts: Facts, rule: Rule) -> Result:
    if rule.of != "any" and facts.claim.judged is None:
        return Result(rule, "not-judged", because="nobody knows whose stack this is")
    if rule.of == "tenants" and facts.judged.plan is None:
        return Result(rule, "not-judged", because="it is about tenants' stacks, and this is the platform's own")
    try:
        findings = tuple(rule.check(facts))
    except Exception as error:  # noqa: BLE001 the one place where a rule's crash becomes a finding
        where = traceback.extract_tb(error.__traceback__)[-1]
        because = f"{type(error).__name__} in {where.filename.rsplit('/', 1)[-1]}:{where.lineno}"
        return Result(rule, "crashed", because=because)
    if not findings:
        return Result(rule, "proved")
    violated = any(finding.verdict == "violated" for finding in findings)
    return Result(rule, "violated" if violated else "undetermined", findings)
