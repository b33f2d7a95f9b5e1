"""What raises the count of another resource: targets, schedules, policies and plans, and what they scale."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from ..model import Capacity, Maybe, Place, Unknown
from .quantities import largest, most, values
from .units import service_of, sizes
from .values import Resource, at, first, text

_NAMESPACES = {
    "appstream": "appstream",
    "cassandra": "keyspaces",
    "custom-resource": "",
    "dynamodb": "dynamodb",
    "ec2": "ec2",
    "ecs": "ecs",
    "elasticache": "elasticache",
    "elasticmapreduce": "emr",
    "kafka": "msk",
    "lambda": "lambda",
    "neptune": "neptune",
    "rds": "rds",
    "sagemaker": "sagemaker",
    "workspaces": "workspaces",
}
"""AWS's name of a service → Pulumi's.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
"""
_REPLICAS = ("rds:cluster:ReadReplicaCount", "neptune:cluster:ReadReplicaCount")
_POOLS = {
    "dynamodb:table:ReadCapacityUnits": "read",
    "dynamodb:table:WriteCapacityUnits": "write",
    "dynamodb:index:ReadCapacityUnits": "read",
    "dynamodb:index:WriteCapacityUnits": "write",
    "cassandra:table:ReadCapacityUnits": "read",
    "cassandra:table:WriteCapacityUnits": "write",
    "elasticache:replication-group:NodeGroups": "shards",
    "elasticache:replication-group:Replicas": "replicas",
    "kafka:broker-storage:VolumeSize": "storage",
}
_INCREASE = "IncreaseMaxCapacity"
_OTHER_PARTS = re.compile(r"^(?:table/[^/]+/(index/[^/]+)|endpoint/[^/]+/(variant/[^/]+))$")


def read(resource: Resource, place: Place) -> Iterator[Capacity] | None:
    """What a resource raises; `None` for a type that raises nothing."""
    reader = READERS.get(place.type)
    return reader(resource, place) if reader else None


def _raised(place: Place, count: Maybe[float], target: Maybe[str] | None, of: str, pool: str = "") -> Capacity:
    return Capacity(place, "scaling", service_of(place), count=count, target=target, of=of, pool=pool)


def scaled(place: Place, count: Maybe[float], target: Any, dimension: Any, namespace: Any = None) -> Capacity:
    """By the resource id and dimension of Application Auto Scaling: `service/main/web`, `table/orders/index/by-day`."""
    name = text(target)
    of = _NAMESPACES.get(str(namespace or dimension).split(":")[0], "") if isinstance(dimension, str) else ""
    pool = _POOLS.get(dimension, "") if isinstance(dimension, str) else ""
    if isinstance(name, str):
        part = next((g for found in [_OTHER_PARTS.match(name)] if found for g in found.groups() if g), "")
        pool = "/".join(filter(None, (part, pool)))
        name = _name(name)
    if dimension in _REPLICAS:
        return Capacity(place, "replicas", of, count=count, target=name)
    return _raised(place, count, name, of, pool)


def _name(target: str) -> str:
    """What is scaled, as it calls itself."""
    kind, _, rest = target.partition("/")
    if kind in ("table", "endpoint", "keyspace"):
        return rest.split("/")[-1 if kind == "keyspace" else 0]
    if target.startswith(("cluster:", "function:")):
        return target.split(":")[1]
    return target


def _target(resource: Resource, place: Place) -> Iterator[Capacity]:
    count = largest(resource, ("maxCapacity", "scalableTargetAction.maxCapacity"))
    props = resource.props
    if count is not None:
        yield scaled(
            place, count, props.get("resourceId"), props.get("scalableDimension"), props.get("serviceNamespace")
        )


def _policy(resource: Resource, place: Place) -> Iterator[Capacity]:
    behaviour = first(resource.props, "predictiveScalingPolicyConfiguration.maxCapacityBreachBehavior")
    if behaviour == _INCREASE or isinstance(behaviour, Unknown):
        props = resource.props
        yield scaled(place, _beyond(resource), props.get("resourceId"), props.get("scalableDimension"))


def _beyond(resource: Resource) -> Unknown:
    """A forecast takes the maximum with it, and what it has become is the new maximum.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PredictiveScalingConfiguration.html
    """
    return Unknown(f"how far the forecasts of {resource.urn.rsplit('::', 1)[-1]} raise the maximum")


def _group_policy(resource: Resource, place: Place) -> Iterator[Capacity]:
    behaviour = first(resource.props, "predictiveScalingConfiguration.maxCapacityBreachBehavior")
    if behaviour == _INCREASE or isinstance(behaviour, Unknown):
        yield _raised(place, _beyond(resource), text(first(resource.props, "autoscalingGroupName")), "autoscaling")


def _schedule(resource: Resource, place: Place) -> Iterator[Capacity]:
    # By -1 a schedule says that it leaves a size as it is.
    sizes_set = [path for path in ("maxSize", "desiredCapacity") if first(resource.props, path) not in (-1, "-1")]
    count = largest(resource, sizes_set)
    if count is not None:
        yield _raised(place, count, text(first(resource.props, "autoscalingGroupName")), "autoscaling")


def _plan(resource: Resource, place: Place) -> Iterator[Capacity]:
    """The instructions of a plan, each of one resource."""
    for path, instruction in at(resource.props, "scalingInstructions[]"):
        if not isinstance(instruction, dict):
            yield _raised(place, Unknown(path), instruction, "")
            continue
        one = Resource(resource.urn, resource.type, instruction)
        count = largest(one, ("maxCapacity",))
        # Else a forecast may go beyond the maximum, or lets it be.
        if instruction.get("predictiveScalingMaxCapacityBehavior") not in (None, "SetForecastCapacityToMaxCapacity"):
            count = _beyond(resource)
        name, dimension = instruction.get("resourceId"), instruction.get("scalableDimension")
        if isinstance(name, str) and name.startswith("autoScalingGroup/"):
            yield _raised(place, most(*([count] if count is not None else [])), name.split("/", 1)[1], "autoscaling")
        elif count is not None:
            yield scaled(place, count, name, dimension, instruction.get("serviceNamespace"))


def _managed(resource: Resource, place: Place) -> Iterator[Capacity]:
    """How far EMR scales the core and task nodes of a cluster, in instances unless it counts in something else."""
    limits = [path for path, _ in at(resource.props, "computeLimits[].maximumCapacityUnits")]
    kinds = [value for _, value in at(resource.props, "computeLimits[].unitType")]
    count = largest(resource, ("computeLimits[].maximumCapacityUnits",))
    if any(kind not in ("Instances", "InstanceFleetUnits") for kind in kinds) or not limits:
        count = Unknown("how many instances its computeLimits come to")
    yield _raised(place, count or 0.0, text(first(resource.props, "clusterId")), "emr", "core")


def _resize(resource: Resource, place: Place) -> Iterator[Capacity]:
    path = "targetAction.resizeCluster"
    nodes = values(resource, (f"{path}.numberOfNodes",))
    listed = sizes(resource, (f"{path}.nodeType",))
    if nodes or listed:
        target = text(first(resource.props, f"{path}.clusterIdentifier"))
        yield Capacity(place, "scaling", "redshift", count=most(*nodes), sizes=listed, target=target, of="redshift")


def _provisioned(resource: Resource, place: Place) -> Iterator[Capacity]:
    """Part of what the function has reserved, and no less where that is less."""
    count = largest(resource, ("provisionedConcurrentExecutions",))
    if count is not None:
        yield _raised(place, count, text(first(resource.props, "functionName")), "lambda")


def _nothing(resource: Resource, place: Place) -> Iterator[Capacity]:
    yield from ()


READERS: dict[str, Callable[[Resource, Place], Iterator[Capacity]]] = {
    "aws:appautoscaling/policy:Policy": _policy,
    "aws:appautoscaling/scheduledAction:ScheduledAction": _target,
    "aws:appautoscaling/target:Target": _target,
    "aws:autoscaling/policy:Policy": _group_policy,
    "aws:autoscaling/schedule:Schedule": _schedule,
    "aws:autoscalingplans/scalingPlan:ScalingPlan": _plan,
    "aws:emr/managedScalingPolicy:ManagedScalingPolicy": _managed,
    # The function runs on its capacity provider, whose vCPU bound all of its environments.
    "aws:lambda/functionScalingConfig:FunctionScalingConfig": _nothing,
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": _provisioned,
    "aws:redshift/scheduledAction:ScheduledAction": _resize,
}
