"""What a resource may use at most: counts, sizes and storage, from the capacity roles of the table."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..model import Capacity, Launch, Maybe, Measure, Part, Place, Unknown
from . import scaling, units
from .logs import containers
from .quantities import either, given, largest, most, plus, times, total
from .table import Role
from .units import named, service_of
from .values import Resource, at, first, number, text

_SIZE_PROPERTIES = ("type", "types[]", "class", "instancetype")
_MULTI_AZ_STANDBYS = 2
_MULTI_AZ_CLUSTER = 3
"""Instances of a database cluster that has a class of its own."""
_REQUIREMENTS = "instanceRequirements"
_MIXED = "mixedInstancesPolicy.launchTemplate"
_MIXED_TEMPLATE = tuple(f"{_MIXED}.launchTemplateSpecification.launchTemplate{key}" for key in ("Id", "Name"))
_SHARDED = {
    "aws:elasticache/replicationGroup:ReplicationGroup": ("numNodeGroups", "replicasPerNodeGroup", 0),
    "aws:memorydb/cluster:Cluster": ("numShards", "numReplicasPerShard", 1),
}
"""Where nodes are shards times one and the replicas of each: the two properties, and AWS's default of the second."""
_SPREAD = {
    "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup",
    "aws:memorydb/multiRegionCluster:MultiRegionCluster",
}
"""What has no nodes but those of its members, and may set how many shards they have."""
_BOUNDS = ("bound",)
"""Roles of what only bounds others, or raises a quota: it uses nothing itself, unless a reader says otherwise."""
_NOTHING_OF_THEIR_OWN = (
    "aws:rds/cluster:Cluster",
    "aws:docdb/cluster:Cluster",
    "aws:neptune/cluster:Cluster",
    "aws:ecs/cluster:Cluster",
)
"""Types whose size lies in other resources unless one of their capacity properties is set."""
_NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
_NODE_GROUP_TYPES, _NODE_GROUP_DISK = ("t3.medium",), 20.0
"""https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html"""
_EC2 = (
    "aws:autoscaling/group:Group",
    "aws:cloud9/environmentEC2:EnvironmentEC2",
    _NODE_GROUP,
    "aws:emr/instanceFleet:InstanceFleet",
    "aws:emr/instanceGroup:InstanceGroup",
    "aws:gamelift/fleet:Fleet",
    "aws:gamelift/gameServerGroup:GameServerGroup",
    "aws:imagebuilder/infrastructureConfiguration:InfrastructureConfiguration",
)
"""What else than the types of EC2 itself has instances of EC2's types."""
_SERVERLESS_CLASS = "db.serverless"
_HOST = "aws:ec2/dedicatedHost:DedicatedHost"
_ENVIRONMENT_SIZE = 4
"""https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html"""

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
}


def capacities(resource: Resource, place: Place, role: Role) -> Iterator[Part]:
    """What the resource may use; nothing for a type that only bounds others."""
    found = scaling.read(resource, place)
    if found is None:
        found = units.read(resource, place)
    if found is None:
        found = _measured(resource, place, role)
    yield from found


def _measured(resource: Resource, place: Place, role: Role) -> Iterator[Capacity]:
    """Instances, databases, nodes, tasks and storage."""
    service = service_of(place)
    measure = _MEASURES.get(role.role, "other")
    if role.role in _BOUNDS:
        return
    if place.type in _NOTHING_OF_THEIR_OWN:
        # Its instances are of it, and those that are added are like them.
        yield Capacity(place, "template", service, names=named(resource))
        yield from units.serverless(resource, place)
        if first(resource.props, "dbClusterInstanceClass") is None:
            return
    if place.type in _TASKS:
        yield from _TASKS[place.type](resource, place)
    elif place.type in _OWN:
        yield from _OWN[place.type](resource, place, role)
    elif measure == "template":
        yield _launch_template(resource, place, role)
    elif measure == "storage":
        disk = largest(resource, role.paths("disk"))
        yield Capacity(place, "storage", service, storage_gib=either(disk, Unknown(_unsaid(resource, "storage"))))
    elif (measure == "instances" and (place.type.startswith("aws:ec2/") or place.type in _EC2)) or measure in (
        *("database", "cache", "search"),
    ):
        yield _sized(resource, place, role, measure, service)
    else:
        yield units.unbounded(place)


def _unsaid(resource: Resource, what: str) -> str:
    return f"how much {what} {resource.urn.rsplit('::', 1)[-1]} takes"


def _launch_template(resource: Resource, place: Place, role: Role) -> Capacity:
    sized = role.paths("size")
    versions = [first(resource.props, key) for key in ("latestVersion", "defaultVersion")]
    return Capacity(
        place,
        "template",
        service_of(place),
        sizes=_sizes(resource, role),
        names=named(resource),
        vcpu=largest(resource, [p for p in sized if "vcpu" in p.lower()]),
        memory_gib=_scaled(largest(resource, [p for p in sized if "memorymib" in p.lower()])),
        storage_gib=total(resource, role.paths("disk")),
        versions=tuple(_version(each) for each in versions),
    )


def _version(value: Any) -> str:
    """A version as text: templates give numbers, and what takes one names it."""
    return f"{value:g}" if isinstance(value, int | float) else value if isinstance(value, str) else ""


def _tasks(resource: Resource, place: Place) -> Iterator[Capacity]:
    yield Capacity(
        place,
        "tasks",
        service_of(place),
        count=_wanted(resource),
        launches=_launches([first(resource.props, "taskDefinition")]),
        names=named(resource),
        storage_gib=total(resource, ("volumeConfiguration.managedEbsVolume.sizeInGb",)),
    )


def _task_set(resource: Resource, place: Place) -> Iterator[Capacity]:
    """A part of what its service wants, which counts with the service; its definition is its own."""
    count = Unknown("how many tasks its scale comes to")
    launches = _launches([first(resource.props, "taskDefinition")])
    yield Capacity(place, "tasks", service_of(place), count=count, launches=launches, names=named(resource))


def _express(resource: Resource, place: Place) -> Iterator[Capacity]:
    """Tasks of 1 vCPU and 2 GiB where it does not say, of which there are 20 at most.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateExpressGatewayService.html
    """
    count = either(largest(resource, ("scalingTargets[].maxTaskCount",)), 20.0)
    vcpu, memory = (_scaled(given(resource, key, default)) for key, default in (("cpu", 1024), ("memory", 2048)))
    yield Capacity(place, "tasks", "ecs", count=count, names=named(resource), vcpu=vcpu, memory_gib=memory)


def _wanted(resource: Resource) -> Maybe[float]:
    """The tasks that a service wants; a daemon has as many as there are instances."""
    if first(resource.props, "schedulingStrategy") not in (None, "REPLICA"):
        return Unknown("how many tasks its schedulingStrategy comes to")
    return given(resource, "desiredCount", 1)


def _launches(templates: list[Any], versions: tuple[Any, ...] = ()) -> tuple[Launch, ...]:
    version = text(versions[0]) if versions else None
    return tuple(Launch(found, version) for each in templates if (found := text(each)))


def _sized(resource: Resource, place: Place, role: Role, measure: Measure, service: str) -> Capacity:
    weights = _weights(resource, role)
    count = weights if isinstance(weights, Unknown) else _count(resource, place, role)
    if measure == "database":
        count = times(count, _copies(resource, place))
    sizes = _sizes(resource, role)
    launches = tuple(_launched(resource, role))
    storage = total(resource, role.paths("disk"))
    if place.type == _NODE_GROUP and not launches:
        sizes, storage = sizes or _NODE_GROUP_TYPES, storage or _NODE_GROUP_DISK
    if measure == "database":
        storage = either(largest(resource, role.paths("disk")), 0.0)
    if measure == "search":
        storage = _spread_over_data_nodes(resource, count, storage)
    serverless = sizes == (_SERVERLESS_CLASS,)
    host = Unknown(_unsaid(resource, "of its host")) if place.type == _HOST else None
    return Capacity(
        place,
        measure,
        service,
        count=count,
        sizes=sizes,
        launches=launches,
        names=named(resource),
        # What is serverless is counted with its cluster.
        vcpu=0.0 if serverless else host,
        memory_gib=0.0 if serverless else host,
        storage_gib=storage,
        target=text(first(resource.props, "clusterIdentifier")),
        sharded=_shards(resource, place),
        weights=() if isinstance(weights, Unknown) else weights,
    )


def _spread_over_data_nodes(resource: Resource, count: Maybe[float], each: Maybe[float]) -> Maybe[float]:
    """The storage of a node, where only nodes for data have it and all are counted."""
    data = times(given(resource, "clusterConfig.instanceCount", 1), each)
    return data if isinstance(data, Unknown) or isinstance(count, Unknown) or not count else data / count


def _copies(resource: Resource, place: Place) -> Maybe[float]:
    """How often a database is there, with its standbys."""
    standby = first(resource.props, "multiAz")
    if isinstance(standby, Unknown):
        return standby
    kind = first(resource.props, "deploymentType")
    if isinstance(kind, Unknown):
        return kind
    if standby in (True, "true") or kind in ("WITH_MULTIAZ_STANDBY", "MULTI_NODE_READ_REPLICAS"):
        return _MULTI_AZ_STANDBYS
    return _MULTI_AZ_CLUSTER if place.type == "aws:rds/cluster:Cluster" else 1.0


def _launched(resource: Resource, role: Role) -> Iterator[Launch]:
    """The templates that a resource takes, each with the version beside it."""
    for path in (*role.paths("lt"), *_MIXED_TEMPLATE):
        for found, value in at(resource.props, path):
            # What is not known as a whole is one thing with its version.
            whole = isinstance(value, Unknown) and not path.endswith(found.rpartition(".")[2])
            version = text(value if whole else _beside(resource, found, "version"))
            if template := text(value):
                yield Launch(template, version)
    for _, override in at(resource.props, f"{_MIXED}.overrides[]"):
        if isinstance(override, dict):
            own = override.get("launchTemplateSpecification") or {}
            name = own if isinstance(own, Unknown) else own.get("launchTemplateId") or own.get("launchTemplateName")
            if template := text(name):
                # Without a size of its own an override takes that of its template.
                sized = not override.get("instanceType") and not override.get(_REQUIREMENTS)
                yield Launch(template, None if isinstance(own, Unknown) else text(own.get("version")), sized)


def _beside(resource: Resource, path: str, key: str) -> Any:
    """The value of another key of the object that a path leads into."""
    outer, _, _ = path.rpartition(".")
    pattern = ".".join(f"{step.split('[')[0]}[]" if step.endswith("]") else step for step in outer.split("."))
    return next((v.get(key) for p, v in at(resource.props, pattern) if p == outer and isinstance(v, dict)), None)


def _weights(resource: Resource, role: Role) -> Maybe[tuple[tuple[str, float], ...]]:
    """For how many each of the sizes counts, at the least; none where all count for one."""
    found: dict[str, float] = {}
    for path in role.paths("size"):
        if not path.lower().endswith("[].instancetype"):
            continue
        for _, each in at(resource.props, path.rpartition(".")[0]):
            if isinstance(each, dict) and isinstance(each.get("instanceType"), str):
                weight = number(each.get("weightedCapacity"), f"{path.rpartition('.')[0]}.weightedCapacity")
                if isinstance(weight, Unknown):
                    return weight
                found[each["instanceType"]] = min(weight or 1.0, found.get(each["instanceType"], weight or 1.0))
    return tuple(found.items()) if set(found.values()) - {1.0} else ()


def _shards(resource: Resource, place: Place) -> tuple[Maybe[float], Maybe[float]] | None:
    if place.type not in _SHARDED:
        return None
    shards, replicas, without = _SHARDED[place.type]
    return given(resource, shards, 1), given(resource, replicas, without)


def _count(resource: Resource, place: Place, role: Role) -> Maybe[float]:
    """Instances or nodes, at the most: what bounds them, else all kinds of nodes summed."""
    if place.type in _SPREAD:
        shards = any(True for path in role.paths("count") for _ in at(resource.props, path))
        return Unknown("how many nodes its members come to") if shards else 0.0
    if place.type in _SHARDED:
        others = [path for path in role.paths("count") if path not in _SHARDED[place.type]]
        return either(largest(resource, others), 1.0)
    units = [(path, value) for p in role.paths("unit") for path, value in at(resource.props, p)]
    if other := next((path for path, value in units if value not in ("units", "unit", "")), None):
        return Unknown(f"how many instances its {other} comes to")
    bound = largest(resource, role.paths("max", "desired"))
    if bound is not None:
        # A warm pool holds instances beside those in service: so many at least, or up to so many of both.
        least = largest(resource, [p for p in role.paths("warm") if p.endswith("minSize")])
        prepared = largest(resource, [p for p in role.paths("warm") if not p.endswith("minSize")])
        bound = most(plus(bound, either(least, 0.0)), either(prepared, 0.0))
    policy = _scaled_to(first(resource.props, "autoscalingPolicy"))
    return either(bound, most(total(resource, role.paths("count")) or 1.0, policy))


def _scaled_to(policy: Any) -> Maybe[float]:
    """The most instances that EMR's own scaling of a group takes, from its document."""
    if policy is None or policy == "":
        return 0.0
    try:
        document = json.loads(policy) if isinstance(policy, str) else policy
        return either(number(document["Constraints"]["MaxCapacity"], "autoscalingPolicy"), 0.0)
    except (ValueError, KeyError, TypeError, RecursionError):
        return Unknown("autoscalingPolicy")


def _task_definition(resource: Resource, place: Place) -> Iterator[Capacity]:
    """CPU in units of 1/1024 vCPU and memory in MiB, for the task or summed over its containers."""
    cpu, memory = (number(first(resource.props, key), key) for key in ("cpu", "memory"))
    yield Capacity(
        place,
        "template",
        service_of(place),
        names=named(resource),
        vcpu=_scaled(_containers_sum(resource, "cpu") if cpu is None else cpu),
        memory_gib=_scaled(_containers_sum(resource, "memory") if memory is None else memory),
        storage_gib=total(resource, ("ephemeralStorage.sizeInGib",)),
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
    return value / 1024 if isinstance(value, float | int) else value


def _sizes(resource: Resource, role: Role) -> Maybe[tuple[str, ...]]:
    found = units.sizes(resource, tuple(p for p in role.paths("size") if p.lower().endswith(_SIZE_PROPERTIES)))
    required = [p.split(_REQUIREMENTS)[0] + _REQUIREMENTS for p in role.paths("size") if _REQUIREMENTS in p]
    by_attributes = next((path for p in required for path, _ in at(resource.props, p)), None)
    if by_attributes and not any(first(resource.props, f"{p}.allowedInstanceTypes[]") for p in required):
        return Unknown(by_attributes)
    return found


def _search(resource: Resource, place: Place, role: Role) -> Iterator[Capacity]:
    """The nodes of each kind, where they are switched on; only those for data have the domain's storage.

    Of master and warm nodes there are so many as it says, at most those that AWS takes where it does not say.
    """
    nodes = ("", "clusterConfig.instanceCount", "clusterConfig.instanceType", 1.0)
    master = (
        *("dedicatedMasterEnabled", "clusterConfig.dedicatedMasterCount", "clusterConfig.dedicatedMasterType", 3.0),
    )
    warm = ("warmEnabled", "clusterConfig.warmCount", "clusterConfig.warmType", 2.0)
    for flag, count, kind, default in (nodes, master, warm):
        enabled = first(resource.props, f"clusterConfig.{flag}") if flag else True
        if enabled in (None, False, "false") and not any(at(resource.props, count)):
            continue
        yield Capacity(
            place,
            "search",
            service_of(place),
            count=enabled if isinstance(enabled, Unknown) else given(resource, count, default),
            sizes=units.sizes(resource, (kind,)),
            names=named(resource),
            storage_gib=0 if flag else total(resource, role.paths("disk")),
            pool=flag,
        )
    for _, option in at(resource.props, "clusterConfig.nodeOptions[]"):
        if isinstance(option, Unknown):
            yield Capacity(place, "search", service_of(place), count=option, sizes=option)
        elif first(option, "nodeConfig.enabled") not in (False, "false"):
            one = replace(resource, props=option)
            yield Capacity(
                place,
                "search",
                service_of(place),
                count=given(one, "nodeConfig.count", 1),
                sizes=units.sizes(one, ("nodeConfig.type",)),
            )


def _emr_cluster(resource: Resource, place: Place, role: Role) -> Iterator[Capacity]:
    """The groups or fleets of a cluster; a fleet counts each type for its weight."""
    for pool in ("master", "core"):
        for kind in ("Group", "Fleet"):
            for path, value in at(resource.props, f"{pool}Instance{kind}"):
                if isinstance(value, dict):
                    yield from _emr_nodes(resource, replace(resource, props=value), place, pool, kind)
                else:
                    yield Capacity(place, "instances", "emr", count=Unknown(path), sizes=Unknown(path), pool=pool)
    if not any(at(resource.props, f"masterInstance{kind}") for kind in ("Group", "Fleet")):
        yield Capacity(place, "instances", "emr", names=named(resource))


def _emr_nodes(cluster: Resource, one: Resource, place: Place, pool: str, kind: str) -> Iterator[Capacity]:
    fleet = Role("capacity", "compute_group", {"size": ("instanceTypeConfigs[].instanceType",)})
    weights = _weights(one, fleet) if kind == "Fleet" else ()
    targets = ("targetOnDemandCapacity", "targetSpotCapacity", "instanceCount")
    count = most(total(one, targets) or 1.0, _scaled_to(first(one.props, "autoscalingPolicy")))
    yield Capacity(
        place,
        "instances",
        "emr",
        count=weights if isinstance(weights, Unknown) else count,
        sizes=units.sizes(one, ("instanceType", "instanceTypeConfigs[].instanceType")),
        names=named(cluster),
        storage_gib=plus(_disks(one), given(cluster, "ebsRootVolumeSize", 0)),
        weights=() if isinstance(weights, Unknown) else weights,
        pool=pool,
    )


def _disks(one: Resource) -> Maybe[float]:
    """GiB of one node: each of its configurations so many times as it says; of several types', the largest."""
    configs = [*at(one.props, "ebsConfigs[]"), *at(one.props, "instanceTypeConfigs[].ebsConfigs[]")]
    sums = [
        each
        if isinstance(each, Unknown)
        else times(given(replace(one, props=each), "size", 0), given(replace(one, props=each), "volumesPerInstance", 1))
        for _, each in configs
    ]
    return plus(*sums)


def _beanstalk(resource: Resource, place: Place, role: Role) -> Iterator[Capacity]:
    """The options of an environment's group, its launch and its database.

    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html
    """
    options: dict[tuple[str, str], Any] = {}
    for path, setting in at(resource.props, "settings[]"):
        if isinstance(setting, Unknown) or not isinstance(setting.get("namespace"), str):
            yield Capacity(place, "instances", "elasticbeanstalk", count=Unknown(path), sizes=Unknown(path))
            return
        options[setting["namespace"], str(setting.get("name"))] = setting.get("value")
    saved = Unknown("templateName") if first(resource.props, "templateName") else None
    single = options.get(("aws:elasticbeanstalk:environment", "EnvironmentType")) == "SingleInstance"
    most_of = number(options.get(("aws:autoscaling:asg", "MaxSize")), "settings: MaxSize")
    launch = "aws:autoscaling:launchconfiguration"
    listed = [options.get((launch, "InstanceType")), options.get(("aws:ec2:instances", "InstanceTypes"))]
    unknown = next((each for each in listed if isinstance(each, Unknown)), None)
    types = [name.strip() for each in listed if isinstance(each, str) for name in each.split(",")]
    yield Capacity(
        place,
        "instances",
        "elasticbeanstalk",
        count=1.0 if single else either(most_of, saved or float(_ENVIRONMENT_SIZE)),
        sizes=unknown or tuple(name for name in types if name),
        names=named(resource),
        storage_gib=either(number(options.get((launch, "RootVolumeSize")), "settings: RootVolumeSize"), 0.0),
    )
    database = {name: value for (namespace, name), value in options.items() if namespace == "aws:rds:dbinstance"}
    if database:
        own = replace(resource, props=database)
        twice = database.get("MultiAZDatabase") in (True, "true")
        yield Capacity(
            place,
            "database",
            "elasticbeanstalk",
            count=_MULTI_AZ_STANDBYS if twice else 1.0,
            sizes=units.sizes(own, ("DBInstanceClass",)),
            storage_gib=given(own, "DBAllocatedStorage", 5),
        )


def _fleet_request(resource: Resource, place: Place, role: Role) -> Iterator[Capacity]:
    base = _sized(resource, place, role, "instances", service_of(place))
    disks = [
        plus(total(one, ("rootBlockDevices[].volumeSize", "ebsBlockDevices[].volumeSize")))
        for _, each in at(resource.props, "launchSpecifications[]")
        if isinstance(each, dict)
        for one in [replace(resource, props=each)]
    ]
    yield replace(base, storage_gib=most(*disks))


def _endpoint(resource: Resource, place: Place, role: Role) -> Iterator[Capacity]:
    target = text(first(resource.props, "endpointConfigName"))
    yield Capacity(place, "template", "sagemaker", names=named(resource), target=target)


_TASKS = {
    "aws:ecs/daemonTaskDefinition:DaemonTaskDefinition": _task_definition,
    "aws:ecs/expressGatewayService:ExpressGatewayService": _express,
    "aws:ecs/service:Service": _tasks,
    "aws:ecs/taskDefinition:TaskDefinition": _task_definition,
    "aws:ecs/taskSet:TaskSet": _task_set,
}
_OWN = {
    "aws:ec2/spotFleetRequest:SpotFleetRequest": _fleet_request,
    "aws:elasticbeanstalk/environment:Environment": _beanstalk,
    "aws:elasticsearch/domain:Domain": _search,
    "aws:emr/cluster:Cluster": _emr_cluster,
    "aws:opensearch/domain:Domain": _search,
    "aws:sagemaker/endpoint:Endpoint": _endpoint,
}
