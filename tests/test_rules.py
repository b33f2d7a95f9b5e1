"""Each rule says of its cases what they say: fires, stays silent, faces an unknown."""

from collections import Counter
from collections.abc import Callable

import pytest

from tenant_safety.rules import CATALOG, Rule
from tenant_safety.testing import check
from tests.cases import EXEMPTIBLE, Case, cases, every

UNDECIDABLE = {
    "registry-unreadable",
    "stack-unregistered",
    "stack-identity-disagrees",
    "provider-not-pinned",
    "update-through-attached-provider",
    "link-run-by-tenant",
    "exemption-expired",
    "exemption-unused",
    "baseline-outgrown",
}
"""Rules that nothing unknown can reach: what they read is always known."""
NEVER_SURE = {"document-unreadable", "resource-opaque"}
"""Rules whose only finding is that something is not known."""


@pytest.mark.parametrize(("rule", "case"), [pytest.param(r, c, id=f"{r.id}: {c.name}") for r, c in every()])
def test_case(rule: Rule, case: Case) -> None:
    """The findings are those of the case, in full."""
    check(rule, case)


@pytest.mark.parametrize("rule", CATALOG, ids=lambda rule: rule.id)
def test_every_rule_is_seen_in_each_way(rule: Rule) -> None:
    """A rule without a case that fires, is silent or faces an unknown is not tested."""
    wanted = {"fires", "silent", "unknown"}
    wanted -= {"unknown"} if rule.id in UNDECIDABLE else {"fires"} if rule.id in NEVER_SURE else set()

    seen = {case.kind for case in cases(rule.id)}

    assert wanted <= seen


def test_names_of_cases_differ() -> None:
    """A name finds its case."""
    counted = Counter((rule.id, case.name) for rule, case in every())

    twice = [name for name, count in counted.items() if count > 1]

    assert [] == twice


def test_rules_read_kinds_of_the_model() -> None:
    """Ids are unique and no rule is left without a rationale."""
    ids = [rule.id for rule in CATALOG]

    complete = [rule.id for rule in CATALOG if rule.rationale and rule.title and rule.remediation and rule.scope]

    assert (len(set(ids)), ids) == (len(ids), complete)


def test_counts_of_cases(tell: Callable[[str], None]) -> None:
    """Tells how often each rule is seen firing, silent, before an unknown, and with what it found exempted."""
    counts = {rule.id: Counter(case.kind for case in cases(rule.id)) for rule in CATALOG}
    for rule in EXEMPTIBLE:  # test_excuses judges each of their cases with findings once more, with an exemption.
        counts[rule.id]["exempted"] += counts[rule.id]["fires"] + counts[rule.id]["unknown"]

    kinds = ("fires", "silent", "unknown", "exempted")
    table = [f"{id_:<34}" + "".join(f"{count[kind]:>9}" for kind in kinds) for id_, count in counts.items()]

    tell("\n".join([f"{'rule':<34}" + "".join(f"{kind:>9}" for kind in kinds), *table]))
    assert len(CATALOG) == len(table)
