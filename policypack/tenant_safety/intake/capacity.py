"""What a resource may use at most: counts, sizes and storage, from the capacity roles of the table."""

from collections.abc import Iterator
from typing import Any, Literal

from ..model import Capacity, Maybe, Part, Place, Unknown
from .logs import containers
from .table import Role
from .values import Resource, at, first, number, text

_SIZE_PROPERTIES = ("type", "types[]", "class", "instancetype")
_MULTI_AZ_STANDBYS = 2
_MULTI_AZ_CLUSTER = 3
"""Instances of a database cluster that has a class of its own."""
_REQUIREMENTS = "instanceRequirements"
_MIXED_TEMPLATE = tuple(
    f"mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.launchTemplate{key}" for key in ("Id", "Name")
)
_SHARDED = {
    "aws:elasticache/replicationGroup:ReplicationGroup": ("numNodeGroups", "replicasPerNodeGroup", 0),
    "aws:memorydb/cluster:Cluster": ("numShards", "numReplicasPerShard", 1),
}
"""Where nodes are shards times one and the replicas of each: the two properties, and AWS's default of the second."""
_IGNORED = {"bound"}
_NOTHING_OF_THEIR_OWN = (
    "aws:rds/cluster:Cluster",
    "aws:docdb/cluster:Cluster",
    "aws:neptune/cluster:Cluster",
    "aws:ecs/cluster:Cluster",
    "aws:eks/cluster:Cluster",
    "aws:alb/loadBalancer:LoadBalancer",
    "aws:lb/loadBalancer:LoadBalancer",
)
"""Types whose size lies in other resources unless one of their capacity properties is set."""

Measure = Literal["instances", "database", "cache", "search", "tasks", "storage", "template", "scaling", "other"]
_MEASURES: dict[str, Measure] = {
    "compute": "instances",
    "compute_group": "instances",
    "database": "database",
    "cache": "cache",
    "search": "search",
    "service": "tasks",
    "storage": "storage",
    "template": "template",
    "reservation": "instances",
    "scaling_target": "scaling",
    "override": "scaling",
}


def capacities(resource: Resource, place: Place, role: Role) -> Iterator[Part]:
    """What the resource may use; nothing for a type that only bounds others."""
    if role.role in _IGNORED:
        return
    service = resource.type.split(":")[1].split("/")[0]
    measure = _MEASURES.get(role.role, "other")
    if place.type in _NOTHING_OF_THEIR_OWN and not _any_set(resource, role):
        return
    if resource.type == "aws:ecs/taskDefinition:TaskDefinition":
        yield _task_definition(resource, place, service)
    elif measure == "template":
        yield Capacity(
            place,
            "template",
            service,
            sizes=_sizes(resource, role),
            names=_names(resource),
            vcpu=_largest(resource, [p for p in role.paths("size") if "vcpu" in p.lower()]),
            memory_gib=_scaled(_largest(resource, [p for p in role.paths("size") if "memorymib" in p.lower()])),
            storage_gib=_sum(resource, role.paths("disk")),
        )
    elif measure == "scaling":
        target = next((text(v) for p in role.paths("target") for _, v in at(resource.props, p)), None)
        count = _largest(resource, role.paths("max"))
        if count is not None:
            yield Capacity(place, "scaling", service, count=count, target=target)
    elif measure == "tasks" and resource.type == "aws:ecs/service:Service":
        yield Capacity(
            place,
            "tasks",
            service,
            count=_tasks(resource),
            template=text(first(resource.props, "taskDefinition")),
            names=_names(resource),
        )
    elif measure == "storage" and (disk := _sum(resource, role.paths("disk"))) != 0:
        yield Capacity(place, "storage", service, storage_gib=disk)
    elif (measure == "instances" and _of_instances(resource, role)) or (
        measure in ("database", "cache", "search") and _sizes(resource, role)
    ):
        yield _sized(resource, place, role, measure, service)
    else:
        yield Capacity(place, "other", service)


def _one(templates: list[Maybe[str]]) -> Maybe[str] | None:
    """The template; which of several is taken, is not known."""
    return Unknown("which of its templates it takes") if len(set(templates)) > 1 else next(iter(templates), None)


def _tasks(resource: Resource) -> Maybe[float]:
    """The tasks that a service wants; a daemon has as many as there are instances."""
    if first(resource.props, "schedulingStrategy") not in (None, "REPLICA"):
        return Unknown("how many tasks its schedulingStrategy comes to")
    return _or(number(first(resource.props, "desiredCount"), "desiredCount"), 1)


def _of_instances(resource: Resource, role: Role) -> bool:
    """Is its size an instance type, and does it count instances?  What EC2 has always is; Batch counts vCPU."""
    if resource.type.startswith("aws:ec2/"):
        return True
    typed = any(path.lower().endswith(_SIZE_PROPERTIES) for path in role.paths("size")) or bool(role.paths("lt"))
    return typed and resource.type != "aws:batch/computeEnvironment:ComputeEnvironment"


def _sized(resource: Resource, place: Place, role: Role, measure: Measure, service: str) -> Capacity:
    count = _count(resource, place, role)
    standby = first(resource.props, "multiAz") if measure == "database" else False
    if isinstance(standby, Unknown):
        count = standby
    elif standby in (True, "true") and not isinstance(count, Unknown):
        count = count * _MULTI_AZ_STANDBYS
    elif place.type == "aws:rds/cluster:Cluster":
        count = _MULTI_AZ_CLUSTER
    templates = [text(v) for p in (*role.paths("lt"), *_MIXED_TEMPLATE) for _, v in at(resource.props, p)]
    return Capacity(
        place,
        measure,
        service,
        count=count,
        sizes=_sizes(resource, role),
        template=_one([t for t in templates if t]),
        names=_names(resource),
        storage_gib=_sum(resource, role.paths("disk"), largest_only=measure == "database"),
    )


def _count(resource: Resource, place: Place, role: Role) -> Maybe[float]:
    """Instances or nodes, at the most: what bounds them, else all kinds of nodes summed."""
    if place.type in _SHARDED:
        shards, replicas, without = _SHARDED[place.type]
        values = [_or(number(first(resource.props, p), p), d) for p, d in ((shards, 1), (replicas, without))]
        total = values[0] if isinstance(values[0], Unknown) else values[1]
        if not isinstance(values[0], Unknown) and not isinstance(values[1], Unknown):
            total = values[0] * (1 + values[1])
        return _most(total, _or(_largest(resource, role.paths("count")), 1))
    units = [(path, value) for p in role.paths("unit") for path, value in at(resource.props, p)]
    if other := next((path for path, value in units if value not in ("units", "unit", "")), None):
        return Unknown(f"how many instances its {other} comes to")
    bound = _largest(resource, role.paths("max", "desired"))
    if bound is not None and not isinstance(bound, Unknown):
        # A warm pool holds instances beside those in service: so many at least, or up to so many of both.
        least = _largest(resource, [p for p in role.paths("warm") if p.endswith("minSize")])
        prepared = _largest(resource, [p for p in role.paths("warm") if not p.endswith("minSize")])
        bound = _most(_plus(bound, _or(least, 0.0)), _or(prepared, 0.0))
    return _or(bound, _sum(resource, role.paths("count")) or 1)


def _plus(a: float, b: Maybe[float]) -> Maybe[float]:
    return b if isinstance(b, Unknown) else a + b


def _most(a: Maybe[float], b: Maybe[float]) -> Maybe[float]:
    return a if isinstance(a, Unknown) else b if isinstance(b, Unknown) else max(a, b)


def _task_definition(resource: Resource, place: Place, service: str) -> Capacity:
    """CPU in units of 1/1024 vCPU and memory in MiB, for the task or summed over its containers."""
    cpu, memory = (number(first(resource.props, key), key) for key in ("cpu", "memory"))
    return Capacity(
        place,
        "template",
        service,
        names=_names(resource),
        vcpu=_scaled(_containers_sum(resource, "cpu") if cpu is None else cpu),
        memory_gib=_scaled(_containers_sum(resource, "memory") if memory is None else memory),
        storage_gib=_sum(resource, ("ephemeralStorage.sizeInGib",)),
    )


def _containers_sum(resource: Resource, key: str) -> Maybe[float] | None:
    value = first(resource.props, "containerDefinitions")
    if isinstance(value, Unknown):
        return value
    try:
        return float(sum(max(c.get(key) or 0, c.get(f"{key}reservation") or 0) for c in containers(value)))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Unknown("containerDefinitions")


def _scaled(value: Maybe[float] | None) -> Maybe[float] | None:
    return value / 1024 if isinstance(value, float) else value


def _sizes(resource: Resource, role: Role) -> Maybe[tuple[str, ...]]:
    found: list[str] = []
    for pattern in role.paths("size"):
        if not pattern.lower().endswith(_SIZE_PROPERTIES):
            continue
        for _, value in at(resource.props, pattern):
            if isinstance(value, Unknown):
                return value
            if isinstance(value, str) and value:
                found.append(value)
    required = [p.split(_REQUIREMENTS)[0] + _REQUIREMENTS for p in role.paths("size") if _REQUIREMENTS in p]
    by_attributes = next((path for p in required for path, _ in at(resource.props, p)), None)
    if by_attributes and not any(first(resource.props, f"{p}.allowedInstanceTypes[]") for p in required):
        return Unknown(by_attributes)
    return tuple(dict.fromkeys(found))


def _values(resource: Resource, paths: tuple[str, ...] | list[str]) -> list[Maybe[float]]:
    found = [number(value, path) for pattern in paths for path, value in at(resource.props, pattern)]
    return [value for value in found if value is not None]


def _largest(resource: Resource, paths: tuple[str, ...] | list[str]) -> Maybe[float] | None:
    values = _values(resource, paths)
    unknown = next((value for value in values if isinstance(value, Unknown)), None)
    return unknown or max((v for v in values if not isinstance(v, Unknown)), default=None)


def _sum(resource: Resource, paths: tuple[str, ...], *, largest_only: bool = False) -> Maybe[float]:
    values = _values(resource, paths)
    unknown = next((value for value in values if isinstance(value, Unknown)), None)
    known = [v for v in values if not isinstance(v, Unknown)]
    return unknown or (max(known, default=0.0) if largest_only else sum(known))


def _or(value: Maybe[float] | None, default: Maybe[float]) -> Maybe[float]:
    return default if value is None else value


def _any_set(resource: Resource, role: Role) -> bool:
    return any(v not in (False, None) for paths in role.props.values() for p in paths for _, v in at(resource.props, p))


def _names(resource: Resource) -> tuple[str, ...]:
    named: list[Any] = [first(resource.props, key) for key in ("id", "name", "arn", "family", "identifier")]
    return tuple(dict.fromkeys(name for name in named if isinstance(name, str) and name))
