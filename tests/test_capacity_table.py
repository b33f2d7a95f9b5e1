"""Every type of family capacity is bounded, accepted or not known: none is passed over."""

from __future__ import annotations

from typing import Any

from tenant_safety.intake.table import table
from tenant_safety.rules.capacity_exceeds_plan import capacity_exceeds_plan
from tenant_safety.rules.capacity_sum_exceeds_plan import capacity_sum_exceeds_plan
from tests.cases import REGISTRY, Case, Outcome, run

TYPES = {token: role for token, roles in table().roles.items() for role in roles if role.family == "capacity"}
HUGE = 1e6
NOTHING = {
    **dict.fromkeys(
        (
            "aws:apigateway/usagePlan:UsagePlan",
            "aws:budgets/budget:Budget",
            "aws:redshift/usageLimit:UsageLimit",
            "aws:redshiftserverless/usageLimit:UsageLimit",
            "aws:servicequotas/serviceQuota:ServiceQuota",
            "aws:servicequotas/template:Template",
        ),
        "it bounds others, or says what they may be raised to",
    ),
    "aws:lambda/functionScalingConfig:FunctionScalingConfig": "its capacity provider bounds the vCPU of all",
}
"""Types that use nothing whatever they say, with the reason."""


def _judged(token: str, props: dict[str, Any], capacity: dict[str, Any]) -> set[str]:
    """What both rules say of one resource under a plan that has these bounds alone."""
    plan = dict.fromkeys(_BOUNDED) | {"units": {}, "units_per_resource": {}, "unmeasured": []} | capacity
    registry = {"plans": {"standard": {"capacity": plan}}}
    case = Case("table", Outcome("", ()), REGISTRY, ({"type": token, "name": "it", "props": props},), registry=registry)
    rules = (capacity_exceeds_plan, capacity_sum_exceeds_plan)
    return {run(rule, case.facts()).status for rule in rules}
