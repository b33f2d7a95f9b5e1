"""Stacks that use more than the plan allows in sum."""

from collections.abc import Iterator, Sequence

from ..analysis import Facts
from ..analysis.capacity import Use
from ..model import Capacity, Finding, Maybe, Unknown
from .rule import rule

_COUNTED = {
    "instances": "instances",
    "databases": "database",
    "cache_nodes": "cache",
    "search_nodes": "search",
    "tasks": "tasks",
}
_SUMMED = ("vcpu", "memory_gib", "storage_gib")


@rule(
    family="capacity",
    severity="medium",
    title="A stack uses more than the tenant's plan allows in sum",
    remediation="Lower a count or size, or have the registry give this tenant an override.",
    scope="this stack's resources at full scale; the pair's other stacks are not read here",
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
    for name in (*_COUNTED, *_SUMMED):
        parts = [(use, _amount(use, name)) for use in facts.uses]
        parts = [(use, amount) for use, amount in parts if amount != 0]
        bound = getattr(facts.plan.capacity, name)
        used = sum(amount for _, amount in parts if not isinstance(amount, Unknown))
        missing = tuple(amount for _, amount in parts if isinstance(amount, Unknown))
        if not parts:
            continue
        if bound is None:
            yield Finding("", f"{name} of the plan {facts.judged.plan_name} is not set", "undetermined")
        elif used > bound:
            yield Finding(
                "",
                f"{name}: {used:g} is more than {bound:g} of the plan {facts.judged.plan_name}: {_shown(parts)}",
            )
        elif missing and facts.stack.whole:
            yield Finding("", f"{name}: {used:g} of {bound:g} and what is not known yet", "undetermined", missing)


def _amount(use: Use, name: str) -> Maybe[float]:
    if name in _COUNTED:
        return use.count if use.measure == _COUNTED[name] else 0.0
    amount: Maybe[float] = getattr(use, name)
    return amount


def _shown(parts: Sequence[tuple[Use, Maybe[float]]]) -> str:
    known = [(amount, use.at.urn.rsplit("::", 1)[1]) for use, amount in parts if not isinstance(amount, Unknown)]
    known.sort(reverse=True)
    more = f", {len(known) - 5} more" if len(known) > 5 else ""
    return ", ".join(f"{name} {amount:g}" for amount, name in known[:5]) + more
