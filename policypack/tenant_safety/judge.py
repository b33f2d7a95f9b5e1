"""Runs rules over facts: what each says, what the platform lets pass of it, and what stays undecided."""

import traceback
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from .analysis import Excused, Facts, Said
from .model import Finding
from .rules import Rule

Status = Literal["proved", "violated", "undetermined", "exempted", "not-judged", "crashed"]


@dataclass(frozen=True, slots=True)
class Result:
    """What a rule says of a stack.

    `excused` findings are let pass by an exemption or the baseline, so they are not among `findings`.
    `exempted`: there are no others, which is no proof.
    `not-judged`: the rule does not apply to this stack, or nobody knows whose stack it is; `because` says which.
    `crashed`: the rule itself failed, which is never a pass.
    """

    rule: Rule
    status: Status
    findings: tuple[Finding, ...] = ()
    because: str = ""
    excused: tuple[Excused, ...] = ()


def judge(facts: Facts, rules: Iterable[Rule]) -> tuple[Result, ...]:
    """The results of `rules`, in their order; those that are about the others are asked last."""
    rules = tuple(rules)
    results = {rule.id: _result(facts, rule) for rule in rules if not rule.last}
    after = replace(facts, said=tuple(_said(result) for result in results.values()))
    results |= {rule.id: _result(after, rule) for rule in rules if rule.last}
    return tuple(results[rule.id] for rule in rules)


def _said(result: Result) -> Said:
    sure = all(finding.verdict == "violated" for finding in result.findings)
    used = tuple(by for each in result.excused for by in each.by)
    return Said(result.rule.id, result.rule.family, sure and result.status != "crashed", used)


def _result(facts: Facts, rule: Rule) -> Result:
    if rule.of != "any" and facts.claim.judged is None:
        return Result(rule, "not-judged", because="nobody knows whose stack this is")
    if rule.of == "tenants" and facts.judged.plan is None:
        return Result(rule, "not-judged", because="it is about tenants' stacks, and this is the platform's own")
    try:
        found = tuple(rule.check(facts))
    except Exception as error:  # noqa: BLE001 the one place where a rule's crash becomes a finding
        where = traceback.extract_tb(error.__traceback__)[-1]
        because = f"{type(error).__name__} in {where.filename.rsplit('/', 1)[-1]}:{where.lineno}"
        return Result(rule, "crashed", because=because)
    asked = [(finding, facts.excuses.of(rule.id, rule.family, finding)) for finding in found]
    findings = tuple(finding for finding, excuse in asked if excuse is None)
    excused = tuple(excuse for _, excuse in asked if excuse is not None)
    return Result(rule, _status(findings, excused), findings, excused=excused)


def _status(findings: tuple[Finding, ...], excused: tuple[Excused, ...]) -> Status:
    if not findings:
        return "exempted" if excused else "proved"
    return "violated" if any(finding.verdict == "violated" for finding in findings) else "undetermined"
