"""Resources that are larger than the plan allows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..analysis import Facts
from ..analysis.capacity import Use, accepted
from ..iam import matches
from ..model import Capacity, Finding, Maybe, Unknown
from .rule import rule

if TYPE_CHECKING:
    from ..tenancy import Capacities


_SIZES = {
    "instances": "instance_types",
    "template": "instance_types",
    "database": "database_classes",
    "cache": "cache_types",
    "search": "search_types",
    "units": "node_types",
}
_OF_EC2 = ("batch", "lambda")
"""Services whose units are of EC2's types."""
_COUNTS = {"instances": "instances_per_group", "tasks": "tasks_per_service"}


@rule(
    family="capacity",
    severity="medium",
    title="A resource is larger than the tenant's plan allows",
    remediation="Choose a size or count within the plan, or have the registry give this tenant an override.",
    scope="the sizes, counts and storage of this stack's resources",
    reads=(Capacity,),
    monotone=True,
    of="tenants",
    controls=(
        "saas-lens:REL-1",
        "saas-lens:PERF-3",
        "nist-800-53:SC-6",
    ),
)
def capacity_exceeds_plan(facts: Facts) -> Iterator[Finding]:
    """What a tenant uses beyond its plan is paid for by the platform, and takes the quota of its account."""
    for use in facts.uses:
        told = list(dict.fromkeys(_told(use, facts.plan.capacity, facts.judged.plan_name)))
        too_much = [why for why, missing in told if missing is None]
        missing = tuple(dict.fromkeys(u for _, m in told if m is not None for u in m))
        if too_much:
            yield Finding(use.at.urn, "; ".join(too_much))
        elif told:
            yield Finding(use.at.urn, "; ".join(why for why, _ in told), "undetermined", missing)


def _told(use: Use, bounds: Capacities, plan: str) -> Iterator[tuple[str, tuple[Unknown, ...] | None]]:
    """What is too much (with `None`) or not known (with what is missing)."""
    if accepted(use, bounds):
        return
    if use.measure == "other":
        yield f"the plan {plan} does not say whether {use.service} may be used without a bound", ()
        return
    if use.sizes:
        name = "instance_types" if use.service in _OF_EC2 else _SIZES.get(use.measure, "instance_types")
        yield from _sizes(use.sizes, getattr(bounds, name), f"{name} of the plan {plan}")
    if use.measure == "units":
        yield from _units(use, bounds, plan)
    if name := _COUNTS.get(use.measure, ""):
        yield from _bounded(use.count, getattr(bounds, name), f"{name} of the plan {plan}")
    if use.storage_gib != 0:
        bound = bounds.storage_per_resource_gib
        yield from _bounded(use.storage_gib, bound, f"storage_per_resource_gib of the plan {plan}")


def _units(use: Use, bounds: Capacities, plan: str) -> Iterator[tuple[str, tuple[Unknown, ...] | None]]:
    key = use.named_in(bounds.units_per_resource)
    if key in bounds.units_per_resource:
        yield from _bounded(use.count, bounds.units_per_resource[key], f"units_per_resource.{key} of the plan {plan}")
    elif use.named_in(bounds.units) not in bounds.units:
        # A bound of the sum bounds each.
        yield f"the plan {plan} does not say how much of {use.service} may be used", ()


def _sizes(
    sizes: Maybe[tuple[str, ...]], allowed: tuple[str, ...] | None, bound: str
) -> Iterator[tuple[str, tuple[Unknown, ...] | None]]:
    if allowed is None:
        yield f"{bound} are not set", ()
    elif isinstance(sizes, Unknown):
        yield f"{sizes.path} is not known yet", (sizes,)
    elif wrong := [size for size in sizes if not any(matches(pattern, size) for pattern in allowed)]:
        yield f"{', '.join(wrong)} is not one of {', '.join(allowed)} ({bound})", None


def _bounded(value: Maybe[float], bound: float | None, name: str) -> Iterator[tuple[str, tuple[Unknown, ...] | None]]:
    if bound is None:
        yield f"{name} is not set", ()
    elif isinstance(value, Unknown):
        yield f"{value.path} is not known yet", (value,)
    elif value > bound:
        yield f"{value:g} is more than {bound:g} ({name})", None
