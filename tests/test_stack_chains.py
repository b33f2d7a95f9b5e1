"""Chains while resources arrive one by one: what a whole stack would show is found when its last piece arrives."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tenant_safety.analysis import Facts
from tenant_safety.rules import CATALOG, Rule
from tests.cases import Case, cases, run

RULES = tuple(rule for rule in CATALOG if rule.id.startswith(("cicd-chain", "cicd-rewrites", "customer-")))


def arriving(rule: Rule, case: Case) -> Iterator[str]:
    """The verdict on each resource when it arrives after those before it."""
    for i, raw in enumerate(case.resources):
        so_far = replace(case, resources=case.resources[: i + 1], whole=False)
        facts = so_far.facts()
        stack = replace(facts.stack, arrived=case.urn(raw["type"], raw["name"]))
        yield run(rule, Facts(stack, facts.claim)).status


def violated() -> Iterator[Any]:
    """The cases that the rules find violated."""
    for rule in RULES:
        for case in cases(rule.id):
            if case.outcome.status == "violated" and case.name not in CLOSING:
                yield pytest.param(rule, case, id=f"{rule.id}: {case.name}")


CLOSING = {"any log group, where the stack makes none"}
"""What only the end of an update shows."""


@pytest.mark.parametrize(("rule", "case"), [*violated()])
def test_a_chain_is_found_when_its_last_piece_arrives(rule: Rule, case: Case) -> None:
    """Whatever is left out of the search while resources arrive was not on the way."""
    statuses = {*arriving(rule, case)}

    assert statuses - {"proved"}


@pytest.mark.parametrize("last", ["deploy", "one", "two"])
def test_the_order_of_arrival_does_not_matter(last: str) -> None:
    """Each piece of a chain of two roles that only their trust makes may be the last one."""
    rule = next(rule for rule in RULES if rule.id == "cicd-chain-reaches-global-config")
    case = next(case for case in cases(rule.id) if case.name == "two roles far, by their trust alone")
    resources = sorted(case.resources, key=lambda raw: raw["name"] == last)

    *before, at_last = arriving(rule, replace(case, resources=tuple(resources)))

    assert (["proved", "proved"], "violated") == (before, at_last)
