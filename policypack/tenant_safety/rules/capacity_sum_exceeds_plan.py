"""Stacks that use more than the plan allows in sum."""

from collections.abc import Iterator

from ..analysis import Facts
from ..analysis.capacity import Amount
from ..model import Capacity, Finding, Unknown
from .rule import rule


@rule(
    family="capacity",
    severity="medium",
    title="A stack uses more than the tenant's plan allows in sum",
    remediation="Lower a count or size, or have the registry give this tenant an override.",
    scope="this stack's resources at full scale, and those of the pair's other stacks where their states are given",
    reads=(Capacity,),
    monotone=True,
    of="tenants",
    controls=(
        "saas-lens:REL-1",
        "saas-lens:PERF-3",
        "nist-800-53:SC-6",
    ),
)
def capacity_sum_exceeds_plan(facts: Facts) -> Iterator[Finding]:
    """Many resources, each within the plan, can together be more than the tenant has bought."""
    for fault in facts.state_faults:
        yield Finding("", f"the pair's other stacks can't be summed: {fault}", "undetermined")
    for each in facts.amounts:
        name = f"{each.name} of the plan {facts.judged.plan_name}"
        if each.bound is None:
            yield Finding("", f"{name} is not set", "undetermined")
        elif each.used > each.bound:
            why = f"{each.name}: {each.used:g} is more than {each.bound:g} of the plan {facts.judged.plan_name}"
            yield Finding("", f"{why}: {_shown(each)}")
        elif each.missing and facts.stack.whole:
            why = f"{each.name}: {each.used:g} of {each.bound:g} and what is not known yet"
            yield Finding("", why, "undetermined", each.missing)


def _shown(amount: Amount) -> str:
    known = [(label, part) for label, part in amount.parts if not isinstance(part, Unknown)]
    more = f", {len(known) - 5} more" if len(known) > 5 else ""
    return ", ".join(f"{label.rsplit('::', 1)[-1]} {part:g}" for label, part in known[:5]) + more
