"""Every type of the table that has a size or a count is bounded, accepted explicitly, or not decided."""

from typing import Any

import pytest

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
    **dict.fromkeys(
        (
            "aws:apprunner/autoScalingConfigurationVersion:AutoScalingConfigurationVersion",
            "aws:ecs/daemonTaskDefinition:DaemonTaskDefinition",
            "aws:ecs/taskDefinition:TaskDefinition",
            "aws:sagemaker/endpoint:Endpoint",
        ),
        "what runs by it is counted",
    ),
    "aws:lambda/functionScalingConfig:FunctionScalingConfig": "its capacity provider bounds the vCPU of all",
}
"""Types that use nothing whatever they say, with the reason."""
_BALANCER = {"minimumLoadBalancerCapacity": {"capacityUnits": HUGE}}
_BREACH = {"maxCapacityBreachBehavior": "IncreaseMaxCapacity", "maxCapacityBuffer": 100}
SAYING: dict[str, dict[str, Any]] = {
    "aws:alb/loadBalancer:LoadBalancer": _BALANCER,
    "aws:lb/loadBalancer:LoadBalancer": _BALANCER,
    "aws:apigateway/stage:Stage": {"cacheClusterEnabled": True, "cacheClusterSize": "237"},
    "aws:appautoscaling/policy:Policy": {"predictiveScalingPolicyConfiguration": _BREACH},
    "aws:autoscaling/policy:Policy": {"predictiveScalingConfiguration": _BREACH},
    "aws:ec2/launchConfiguration:LaunchConfiguration": {"instanceType": "x1.32xlarge"},
    "aws:ec2/launchTemplate:LaunchTemplate": {"instanceType": "x1.32xlarge"},
    "aws:eks/cluster:Cluster": {"computeConfig": {"enabled": True}},
    "aws:kinesis/accountSettings:AccountSettings": {"minimumThroughputBillingCommitment": {"status": "ENABLED"}},
}
"""What says that something is used of a type that uses nothing of its own otherwise."""
_BOUNDED = (
    *("instance_types", "database_classes", "cache_types", "search_types", "node_types", "instances_per_group"),
    *("instances", "databases", "cache_nodes", "search_nodes", "tasks_per_service", "tasks"),
    *("vcpu", "memory_gib", "storage_per_resource_gib", "storage_gib"),
)


def _judged(token: str, props: dict[str, Any]) -> set[str]:
    """What both rules say of one resource under a plan that bounds nothing and accepts nothing."""
    plan = dict.fromkeys(_BOUNDED) | {"units": {}, "units_per_resource": {}, "unmeasured": []}
    registry = {"plans": {"standard": {"capacity": plan}}}
    resources = ({"type": token, "name": "it", "props": props},)
    facts = Case("table", Outcome("", ()), REGISTRY, resources, registry=registry).facts()
    return {run(rule, facts).status for rule in (capacity_exceeds_plan, capacity_sum_exceeds_plan)}


def _put(props: dict[str, Any], path: str, value: Any) -> None:
    """Sets a property at a path of the table."""
    name, _, rest = path.partition(".")
    key, listed = name.removesuffix("[]"), name.endswith("[]")
    if not rest:
        props[key] = [value] if listed else value
        return
    inner = props.setdefault(key, [{}] if listed else {})
    _put(inner[0] if isinstance(inner, list) else inner, rest, value)


def _with_counts(token: str) -> dict[str, Any]:
    """A resource of the type whose every count, maximum and disk is huge."""
    props: dict[str, Any] = {**SAYING.get(token, {})}
    for path in TYPES[token].paths("count", "max", "desired", "disk"):
        _put(props, path, HUGE)
    return props


@pytest.mark.parametrize("token", sorted(set(TYPES) - set(NOTHING)))
def test_what_a_plan_does_not_mention_is_not_proved(token: str) -> None:
    """With everything that counts set: no type of the table passes a plan that says nothing of it."""
    assert _judged(token, _with_counts(token)) != {"proved"}


@pytest.mark.parametrize("token", sorted(NOTHING))
def test_what_bounds_others_uses_nothing(token: str) -> None:
    assert {"proved"} == _judged(token, _with_counts(token))


def test_the_table_has_all_types() -> None:
    """The number is that of the package's types with a size or a count; a new one has to be looked at."""
    assert 137 == len(TYPES)
