"""What services count that are neither instances nor tasks: executions, request units, shards, brokers, workers.

A reader yields nothing for what has no size of its own, and `other` for what nothing in the resource bounds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..model import Capacity, Maybe, Place, Unknown
from .quantities import either, given, largest, measured, most, over, plus, times, total
from .values import Resource, at, first, number, text

Reader = Callable[[Resource, Place], Iterator[Capacity]]
Each = tuple[Maybe[float], Maybe[float]]
"""vCPU and GiB of memory of one unit."""

_UNLIMITED = (-1, -1.0, "-1")
"""By which AWS says that there is no bound; not the same as a number that nobody knows."""
_LAMBDA_MB_OF_A_VCPU = 1769
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""
_LAMBDA_MB = 128
_UNIT_GIB, _UNITS_OF_A_VCPU = 2.0, 4
"""An ACU has about 2 GiB and the CPU that goes with it, which AWS does not give: a db.r class of 8 GiB a vCPU has 4.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.how-it-works.html
"""
_SERVERLESS_V1 = 16
"""https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ScalingConfiguration.html"""
_BUILDS = {
    "BUILD_GENERAL1_SMALL": (2, 4),
    "BUILD_GENERAL1_MEDIUM": (4, 8),
    "BUILD_GENERAL1_LARGE": (8, 16),
    "BUILD_GENERAL1_XLARGE": (36, 72),
    "BUILD_GENERAL1_2XLARGE": (72, 144),
}
"""vCPU and GiB.  https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectEnvironment.html"""
_WORKERS = {
    "Standard": (4, 16),
    "G.025X": (2, 4),
    "G.1X": (4, 16),
    "G.2X": (8, 32),
    "G.4X": (16, 64),
    "G.8X": (32, 128),
    "Z.2X": (8, 64),
}
"""vCPU and GiB.  https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html"""
_DPU = (4, 16)
_GLUE_DPUS = 10
_BROKERS = {"SINGLE_INSTANCE": 1, "ACTIVE_STANDBY_MULTI_AZ": 2, "CLUSTER_MULTI_AZ": 3}
"""https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers.html"""
_POLLERS = 200
"""https://docs.aws.amazon.com/lambda/latest/api/API_ProvisionedPollerConfig.html"""
_APP_RUNNER_INSTANCES = 25
"""https://docs.aws.amazon.com/apprunner/latest/api/API_CreateAutoScalingConfiguration.html"""


@dataclass(frozen=True, slots=True)
class Counted:
    """A type whose units stand in its properties: those of `any_of` (the largest), or else `default`, times all of
    `by`; without either it is not bounded.  `more`: are added.  `sizes`: of its nodes.  `storage`: GiB of each unit.
    """

    any_of: tuple[str, ...] = ()
    default: float | None = None
    more: tuple[str, ...] = ()
    by: tuple[tuple[str, float], ...] = ()
    sizes: tuple[str, ...] = ()
    storage: tuple[str, ...] = ()
    vcpu: float = 0.0
    memory_gib: float = 0.0


COUNTED = {
    "aws:appstream/imageBuilder:ImageBuilder": Counted(default=1, sizes=("instanceType",)),
    "aws:athena/capacityReservation:CapacityReservation": Counted(("targetDpus",), vcpu=4, memory_gib=16),
    "aws:bedrock/provisionedModelThroughput:ProvisionedModelThroughput": Counted(("modelUnits",)),
    "aws:codecatalyst/devEnvironment:DevEnvironment": Counted(
        default=1, sizes=("instanceType",), storage=("persistentStorage.size",)
    ),
    "aws:directoryservice/directory:Directory": Counted(("desiredNumberOfDomainControllers",), default=2),
    "aws:docdb/elasticCluster:ElasticCluster": Counted(
        ("shardCapacity",), by=(("shardCount", 1), ("shardInstanceCount", 2)), vcpu=1
    ),
    "aws:elasticache/reservedCacheNode:ReservedCacheNode": Counted(("cacheNodeCount",), default=1),
    "aws:finspace/kxCluster:KxCluster": Counted(
        (
            "capacityConfiguration.nodeCount",
            "autoScalingConfiguration.maxNodeCount",
            "scalingGroupConfiguration.nodeCount",
        ),
        sizes=("capacityConfiguration.nodeType",),
    ),
    "aws:kendra/index:Index": Counted(
        default=1, more=("capacityUnits.queryCapacityUnits", "capacityUnits.storageCapacityUnits")
    ),
    "aws:lambda/capacityProvider:CapacityProvider": Counted(
        ("capacityProviderScalingConfigs[].maxVcpuCount",),
        sizes=("instanceRequirements[].allowedInstanceTypes[]",),
        vcpu=1,
    ),
    "aws:lightsail/containerService:ContainerService": Counted(("scale",), sizes=("power",)),
    "aws:lightsail/database:Database": Counted(default=1, sizes=("bundleId",)),
    "aws:lightsail/instance:Instance": Counted(default=1, sizes=("bundleId",)),
    "aws:m2/environment:Environment": Counted(
        ("highAvailabilityConfig.desiredCapacity",), default=1, sizes=("instanceType",)
    ),
    "aws:mediaconvert/queue:Queue": Counted(("reservationPlanSettings.reservedSlots",)),
    "aws:msk/cluster:Cluster": Counted(
        ("numberOfBrokerNodes",),
        sizes=("brokerNodeGroupInfo.instanceType",),
        storage=("brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize",),
    ),
    "aws:mwaa/environment:Environment": Counted(
        # The scheduler's and web server's defaults are those of the small classes of Airflow 2.
        # https://docs.aws.amazon.com/mwaa/latest/API/API_CreateEnvironment.html
        ("maxWorkers",),
        default=10,
        sizes=("environmentClass",),
    ),
    "aws:neptunegraph/graph:Graph": Counted(("provisionedMemory",), memory_gib=1),
    "aws:odb/cloudExadataInfrastructure:CloudExadataInfrastructure": Counted(
        ("computeCount",), more=("storageCount",), sizes=("shape",)
    ),
    "aws:opensearchingest/pipeline:Pipeline": Counted(("maxUnits",)),
    "aws:rds/reservedInstance:ReservedInstance": Counted(("instanceCount",), default=1),
    "aws:redshift/cluster:Cluster": Counted(("numberOfNodes",), default=1, sizes=("nodeType",)),
    "aws:redshiftserverless/workgroup:Workgroup": Counted(("maxCapacity",)),
    "aws:sagemaker/mlflowTrackingServer:MlflowTrackingServer": Counted(default=1, sizes=("trackingServerSize",)),
    "aws:sagemaker/notebookInstance:NotebookInstance": Counted(
        default=1, sizes=("instanceType",), storage=("volumeSize",)
    ),
    "aws:transfer/webApp:WebApp": Counted(("webAppUnits[].provisioned",), default=1),
    "aws:workspaces/pool:Pool": Counted(("capacity.desiredUserSessions",)),
    "aws:workspaces/workspace:Workspace": Counted(
        default=1,
        sizes=("workspaceProperties.computeTypeName",),
        storage=("workspaceProperties.rootVolumeSizeGib", "workspaceProperties.userVolumeSizeGib"),
    ),
    "aws:workspacesweb/portal:Portal": Counted(("maxConcurrentSessions",), sizes=("instanceType",)),
    "aws:alb/loadBalancer:LoadBalancer": Counted(("minimumLoadBalancerCapacity.capacityUnits",)),
    "aws:lb/loadBalancer:LoadBalancer": Counted(("minimumLoadBalancerCapacity.capacityUnits",)),
}
"""What has one number, or one that is multiplied."""


def read(resource: Resource, place: Place) -> Iterator[Capacity] | None:
    """What a resource uses in units of its service; `None` for a type that has none."""
    if reader := READERS.get(place.type):
        return reader(resource, place)
    if counted := COUNTED.get(place.type):
        return iter((_counted(resource, place, counted),))
    return None


def _counted(resource: Resource, place: Place, row: Counted) -> Capacity:
    count = largest(resource, row.any_of)
    if count is None and row.default is None and not any(found for p in row.more for found in at(resource.props, p)):
        return unbounded(place)
    count = plus(either(count, row.default or 0.0), total(resource, row.more))
    for path, default in row.by:
        count = times(count, given(resource, path, default))
    return replace(
        _units(resource, place, count, (row.vcpu, row.memory_gib)),
        sizes=sizes(resource, row.sizes),
        storage_gib=total(resource, row.storage),
    )


def unbounded(place: Place, pool: str = "") -> Capacity:
    """What nothing bounds but the plan can accept."""
    return Capacity(place, "other", service_of(place), pool=pool)


def service_of(place: Place) -> str:
    return place.type.split(":")[1].split("/")[0]


def named(resource: Resource) -> tuple[str, ...]:
    """By what others may refer to a resource."""
    keys = ("id", "name", "arn", "family", "identifier", "clusterIdentifier", "replicationGroupId", "tableName")
    found: list[Any] = [first(resource.props, key) for key in keys]
    return tuple(dict.fromkeys(name for name in found if isinstance(name, str) and name))


def sizes(resource: Resource, paths: tuple[str, ...]) -> Maybe[tuple[str, ...]]:
    found: list[str] = []
    for _, value in (each for pattern in paths for each in at(resource.props, pattern)):
        if isinstance(value, Unknown):
            return value
        if isinstance(value, str) and value:
            found.append(value)
    return tuple(dict.fromkeys(found))


def _units(resource: Resource, place: Place, count: Maybe[float], each: Each = (0.0, 0.0), pool: str = "") -> Capacity:
    # What is not said of each unit stands in its size, if that is one of EC2's.
    vcpu, memory_gib = each if any(each) else (None, None)
    return Capacity(
        place,
        "units",
        service_of(place),
        count=count,
        names=named(resource),
        vcpu=vcpu,
        memory_gib=memory_gib,
        pool=pool,
    )


def _flag(resource: Resource, path: str) -> Maybe[bool]:
    value = first(resource.props, path)
    return value if isinstance(value, Unknown) else value in (True, "true")


def _function(resource: Resource, place: Place) -> Iterator[Capacity]:
    if any(at(resource.props, "capacityProviderConfig")):
        return  # Its capacity provider has the instances that it runs on.
    memory = given(resource, "memorySize", _LAMBDA_MB)
    yield _executions(resource, place, "reservedConcurrentExecutions", memory)


def _executions(resource: Resource, place: Place, path: str, memory: Maybe[float], pool: str = "") -> Capacity:
    """So many concurrent executions, of the memory (MB) that gives each its part of a vCPU."""
    count = first(resource.props, path)
    limit = None if count in _UNLIMITED else number(count, path)
    if limit is None:
        return unbounded(place, pool)
    return _units(resource, place, limit, (times(memory, 1 / _LAMBDA_MB_OF_A_VCPU), times(memory, 1 / 1024)), pool)


def _pollers(resource: Resource, place: Place) -> Iterator[Capacity]:
    # What it invokes is bounded by the function.
    if any(at(resource.props, "provisionedPollerConfig")):
        yield _units(resource, place, given(resource, "provisionedPollerConfig.maximumPollers", _POLLERS))


def _table(resource: Resource, place: Place) -> Iterator[Capacity]:
    """Read and write units, of the table and each index, in each region that has a replica.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-mode.html
    """
    regions = 1.0 + len([*at(resource.props, "replicas[]")])
    copies: Maybe[float] = next((v for p, v in at(resource.props, "replicas") if isinstance(v, Unknown)), regions)
    yield from _throughput(resource, place, "", "", copies)
    for path, index in at(resource.props, "globalSecondaryIndexes[]"):
        if isinstance(index, Unknown):
            yield _units(resource, place, index, pool=path)
        else:
            name = text(index.get("name")) if isinstance(index, dict) else None
            yield from _throughput(resource, place, f"{path}.", f"index/{name}/", copies)


def _throughput(resource: Resource, place: Place, path: str, pool: str, copies: Maybe[float]) -> Iterator[Capacity]:
    mode = first(resource.props, "billingMode")
    if isinstance(mode, Unknown):
        yield _units(resource, place, mode, pool=f"{pool}read")
        return
    demand = mode == "PAY_PER_REQUEST"
    keys = (("read", "readCapacity"), ("write", "writeCapacity"))
    if demand:
        keys = (
            ("read", "onDemandThroughput.maxReadRequestUnits"),
            ("write", "onDemandThroughput.maxWriteRequestUnits"),
        )
    for kind, key in keys:
        value = _indexed(resource, f"{path}{key}")
        limit = None if value in _UNLIMITED else number(value, f"{path}{key}")
        if limit is None and demand:
            yield unbounded(place, pool=f"{pool}{kind}")
        else:
            yield _units(resource, place, times(either(limit, 1.0), copies), pool=f"{pool}{kind}")


def _indexed(resource: Resource, path: str) -> Any:
    """The value at a concrete path: `globalSecondaryIndexes[0].readCapacity`."""
    pattern = ".".join(f"{step.split('[')[0]}[]" if step.endswith("]") else step for step in path.split("."))
    return next(
        (value for found, value in at(resource.props, pattern) if found == path or path.startswith(found)), None
    )


def _index(resource: Resource, place: Place) -> Iterator[Capacity]:
    forms = (
        ("provisionedThroughput.readCapacityUnits", "provisionedThroughput.writeCapacityUnits"),
        ("onDemandThroughput.maxReadRequestUnits", "onDemandThroughput.maxWriteRequestUnits"),
    )
    for form in forms:
        limits = [number(first(resource.props, path), path) for path in form if _limited(resource, path)]
        if len([each for each in limits if each is not None]) == len(form):
            yield _units(resource, place, plus(*(each for each in limits if each is not None)))
            return
    yield unbounded(place)


def _limited(resource: Resource, path: str) -> bool:
    return first(resource.props, path) not in _UNLIMITED


def _keyspace(resource: Resource, place: Place) -> Iterator[Capacity]:
    mode = first(resource.props, "capacitySpecification.throughputMode")
    if isinstance(mode, Unknown):
        yield _units(resource, place, mode)
    elif mode != "PROVISIONED":
        yield unbounded(place)
    else:
        for kind in ("read", "write"):
            yield _units(resource, place, given(resource, f"capacitySpecification.{kind}CapacityUnits", 1), pool=kind)


def _stream(resource: Resource, place: Place) -> Iterator[Capacity]:
    mode = first(resource.props, "streamModeDetails.streamMode")
    if isinstance(mode, Unknown):
        yield _units(resource, place, mode)
    elif mode == "ON_DEMAND":
        yield unbounded(place)
    else:
        yield _units(resource, place, given(resource, "shardCount", 1))


def _commitment(resource: Resource, place: Place) -> Iterator[Capacity]:
    if first(resource.props, "minimumThroughputBillingCommitment.status") not in (None, "DISABLED"):
        yield unbounded(place)


def _flink(resource: Resource, place: Place) -> Iterator[Capacity]:
    """KPUs; what scales itself does so up to the account's quota.

    https://docs.aws.amazon.com/managed-flink/latest/java/how-scaling.html
    """
    path = "applicationConfiguration.flinkApplicationConfiguration.parallelismConfiguration"
    tasks = number(first(resource.props, f"{path}.parallelism"), f"{path}.parallelism")
    if tasks is None or first(resource.props, f"{path}.autoScalingEnabled") not in (False, "false"):
        yield unbounded(place)
    else:
        yield _units(resource, place, over(tasks, given(resource, f"{path}.parallelismPerKpu", 1)))


def _broker(resource: Resource, place: Place) -> Iterator[Capacity]:
    mode = text(first(resource.props, "deploymentMode"))
    count: Maybe[float] = (
        mode if isinstance(mode, Unknown) else _BROKERS.get(mode or "SINGLE_INSTANCE", Unknown("deploymentMode"))
    )
    yield replace(_units(resource, place, count), sizes=sizes(resource, ("hostInstanceType",)))


def _connector(resource: Resource, place: Place) -> Iterator[Capacity]:
    """MCUs of all workers, of 1 vCPU and 4 GiB each: https://docs.aws.amazon.com/msk/latest/developerguide/msk-connect-connectors.html"""
    found = [
        times(workers, given(resource, f"capacity.{form}.mcuCount", 1))
        for form, key in (("autoscaling", "maxWorkerCount"), ("provisionedCapacity", "workerCount"))
        if (workers := number(first(resource.props, f"capacity.{form}.{key}"), f"capacity.{form}.{key}")) is not None
    ]
    yield _units(resource, place, most(*found), (1.0, 4.0)) if found else unbounded(place)


def _workers(resource: Resource, place: Place) -> Iterator[Capacity]:
    """Workers, or DPUs of 4 vCPU and 16 GiB, of all runs at once."""
    kind = text(first(resource.props, "workerType"))
    workers = largest(resource, ("numberOfWorkers", "numberOfNodes"))
    count = either(workers, given(resource, "maxCapacity", _GLUE_DPUS))
    each = _DPU if workers is None or not isinstance(kind, str) else _WORKERS.get(kind)
    runs = given(resource, "executionProperty.maxConcurrentRuns", 1)
    unknown = kind if isinstance(kind, Unknown) else Unknown(f"the size of {kind}")
    yield _units(resource, place, times(count, runs), each or (unknown, unknown))


def _builds(resource: Resource, place: Place) -> Iterator[Capacity]:
    limit = number(first(resource.props, "concurrentBuildLimit"), "concurrentBuildLimit")
    if limit is None:
        yield unbounded(place)
    elif any(at(resource.props, "environment.fleet.fleetArn")):
        yield _units(resource, place, limit)  # Its fleet has what it runs on.
    else:
        yield _of_builds(resource, place, limit, "environment.computeType")


def _fleet(resource: Resource, place: Place) -> Iterator[Capacity]:
    if first(resource.props, "overflowBehavior") not in (None, "QUEUE"):
        yield unbounded(place, pool="overflow")
    count = largest(resource, ("baseCapacity", "scalingConfiguration.maxCapacity"))
    yield _of_builds(resource, place, either(count, 1.0), "computeType")


def _of_builds(resource: Resource, place: Place, count: Maybe[float], path: str) -> Capacity:
    kind = text(first(resource.props, path))
    custom = sizes(resource, ("computeConfiguration.instanceType",))
    given_so = (largest(resource, (f"computeConfiguration.{key}",)) for key in ("vcpu", "memory"))
    vcpu, memory = _BUILDS.get(kind, (0.0, 0.0)) if isinstance(kind, str) else (kind or 0.0, kind or 0.0)
    each = either(next(given_so), vcpu), either(next(given_so), memory)
    return replace(_units(resource, place, count, each), sizes=custom)


def _batch(resource: Resource, place: Place) -> Iterator[Capacity]:
    """vCPU at the most; families of instance types stand for all of their sizes."""
    limit = number(first(resource.props, "computeResources.maxVcpus"), "computeResources.maxVcpus")
    if limit is None:
        yield unbounded(place)
        return
    listed = sizes(resource, ("computeResources.instanceTypes[]",))
    if not isinstance(listed, Unknown):
        listed = tuple(each if "." in each or each == "optimal" else f"{each}.*" for each in listed)
    yield replace(_units(resource, place, limit, (1.0, 0.0)), sizes=listed)


def _app_runner(resource: Resource, place: Place) -> Iterator[Capacity]:
    """Instances, of 1 vCPU and 2 GiB where it does not say; how many says a configuration that versions share."""
    cpu, memory = (
        either(measured(resource, f"instanceConfiguration.{key}"), Unknown(key) if given_so else default)
        for key, default in (("cpu", 1.0), ("memory", 2.0))
        for given_so in [isinstance(first(resource.props, f"instanceConfiguration.{key}"), Unknown)]
    )
    scaling = text(first(resource.props, "autoScalingConfigurationArn"))
    # Both can be said in 1/1024 and with a unit.
    cpu, memory = (each / 1024 if isinstance(each, float) and each >= 256 else each for each in (cpu, memory))
    yield replace(_units(resource, place, float(_APP_RUNNER_INSTANCES), (cpu, memory)), counted_by=scaling)


def _app_runner_scaling(resource: Resource, place: Place) -> Iterator[Capacity]:
    count = given(resource, "maxSize", _APP_RUNNER_INSTANCES)
    yield Capacity(place, "template", "apprunner", count=count, names=named(resource))


def _emr_serverless(resource: Resource, place: Place) -> Iterator[Capacity]:
    cpu, memory, disk = (measured(resource, f"maximumCapacity.{key}") for key in ("cpu", "memory", "disk"))
    if cpu is None:
        yield unbounded(place)
        return
    yield _units(resource, place, cpu, (1.0, 0.0))
    if memory is not None:
        yield Capacity(place, "storage", "emrserverless", memory_gib=memory, storage_gib=either(disk, 0.0))


def _replication(resource: Resource, place: Place) -> Iterator[Capacity]:
    """DCUs of 2 GiB: https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Serverless.html"""
    limit = number(first(resource.props, "computeConfig.maxCapacityUnits"), "computeConfig.maxCapacityUnits")
    standby = _flag(resource, "computeConfig.multiAz")
    copies: Maybe[float] = standby if isinstance(standby, Unknown) else 1.0 + standby
    yield unbounded(place) if limit is None else _units(resource, place, times(limit, copies), (0.0, 2.0))


def _serverless_cache(resource: Resource, place: Place) -> Iterator[Capacity]:
    """GB of data, of which each is memory, and ECPUs a second: without either limit it grows as it likes."""
    for pool, path, memory in (
        ("data", "cacheUsageLimits.dataStorage.maximum", 1.0),
        ("ecpu", "cacheUsageLimits.ecpuPerSeconds[].maximum", 0.0),
    ):
        limit = largest(resource, (path,))
        yield unbounded(place, pool) if limit is None else _units(resource, place, limit, (0.0, memory), pool)


def _collection(resource: Resource, place: Place) -> Iterator[Capacity]:
    # The group has the bounds of those in it.
    if not first(resource.props, "collectionGroupName"):
        yield unbounded(place)


def _collection_group(resource: Resource, place: Place) -> Iterator[Capacity]:
    for pool in ("Indexing", "Search"):
        limit = largest(resource, (f"capacityLimits[].max{pool}CapacityInOcu",))
        yield unbounded(place, pool) if limit is None else _units(resource, place, limit, pool=pool)


def _graph(resource: Resource, place: Place) -> Iterator[Capacity]:
    """GiB of memory, of the graph and each replica, of which there is one unless it says otherwise.

    https://docs.aws.amazon.com/neptune-analytics/latest/apiref/API_CreateGraph.html
    """
    row = COUNTED["aws:neptunegraph/graph:Graph"]
    base = _counted(resource, place, row)
    yield replace(base, count=times(base.count, plus(1.0, given(resource, "replicaCount", 1))))


def _shard_group(resource: Resource, place: Place) -> Iterator[Capacity]:
    limit = number(first(resource.props, "maxAcu"), "maxAcu")
    copies = plus(1.0, given(resource, "computeRedundancy", 0))
    yield unbounded(place) if limit is None else _serverless(resource, place, times(limit, copies))


def _serverless(resource: Resource, place: Place, units: Maybe[float]) -> Capacity:
    return _units(resource, place, units, (1 / _UNITS_OF_A_VCPU, _UNIT_GIB), pool="serverless")


def serverless(resource: Resource, place: Place) -> Iterator[Capacity]:
    """What each serverless instance of a database cluster may grow to, in ACUs, DCUs or NCUs of about 2 GiB."""
    second = ("serverlessv2ScalingConfiguration.maxCapacity", "serverlessV2ScalingConfiguration.maxCapacity")
    limit = largest(resource, second)
    if limit is not None:
        yield replace(_serverless(resource, place, limit), by_members=True)
    elif first(resource.props, "engineMode") == "serverless" or any(at(resource.props, "scalingConfiguration")):
        yield _serverless(resource, place, given(resource, "scalingConfiguration.maxCapacity", _SERVERLESS_V1))


def _warehouse(resource: Resource, place: Place) -> Iterator[Capacity]:
    base = _counted(resource, place, COUNTED["aws:redshift/cluster:Cluster"])
    twice = _flag(resource, "multiAz")
    yield replace(base, count=times(base.count, twice if isinstance(twice, Unknown) else 1.0 + twice))


def _variants(resource: Resource, place: Place) -> Iterator[Capacity]:
    """Instances of each variant, which are scaled each by itself, or executions where it has none."""
    for path, variant in (
        each for kind in ("production", "shadowProduction") for each in at(resource.props, f"{kind}Variants[]")
    ):
        if not isinstance(variant, dict):
            yield _units(resource, place, Unknown(path))
            continue
        one = replace(resource, props=variant)
        name = text(variant.get("variantName"))
        pool = f"variant/{name}" if isinstance(name, str) else ""
        if any(at(variant, "serverlessConfig")):
            memory = given(one, "serverlessConfig.memorySizeInMb", 1024)
            found = _executions(one, place, "serverlessConfig.maxConcurrency", memory, pool)
        else:
            count = largest(one, ("initialInstanceCount", "managedInstanceScaling.maxInstanceCount"))
            found = replace(
                _units(one, place, either(count, 1.0), pool=pool),
                sizes=sizes(one, ("instanceType",)),
                storage_gib=total(one, ("volumeSizeInGb",)),
            )
        # Each endpoint that takes the configuration has its own.
        yield replace(found, names=named(resource), by_members=found.measure == "units")
    if not any(at(resource.props, "productionVariants[]")):
        yield unbounded(place)


def _endpoint_cache(resource: Resource, place: Place) -> Iterator[Capacity]:
    """GB of a stage's cache; a stage without one has no size."""
    if first(resource.props, "cacheClusterEnabled") not in (None, False, "false"):
        size = number(first(resource.props, "cacheClusterSize"), "cacheClusterSize")
        yield _units(resource, place, either(size, Unknown("cacheClusterSize")))


def _airflow(resource: Resource, place: Place) -> Iterator[Capacity]:
    base = _counted(resource, place, COUNTED["aws:mwaa/environment:Environment"])
    servers = (given(resource, "maxWebservers", 2), given(resource, "schedulers", 2))
    yield replace(base, count=plus(base.count, *servers))


def _desktops(resource: Resource, place: Place) -> Iterator[Capacity]:
    count = largest(resource, ("computeCapacity.desiredInstances", "computeCapacity.desiredSessions"))
    if count is None:
        yield unbounded(place)
    else:
        yield replace(_units(resource, place, count), sizes=sizes(resource, ("instanceType",)))


def _autonomous(resource: Resource, place: Place) -> Iterator[Capacity]:
    """ECPUs or OCPUs; what scales itself takes up to three times as many.

    https://docs.oracle.com/en/cloud/paas/autonomous-database/serverless/adbsb/autonomous-auto-scale.html
    """
    count = largest(resource, ("computeCount", "cpuCoreCount"))
    if count is None:
        yield unbounded(place)
        return
    scales = _flag(resource, "isAutoScalingEnabled")
    factor: Maybe[float] = scales if isinstance(scales, Unknown) else 3.0 if scales else 1.0
    yield _units(resource, place, times(count, factor))
    yield _terabytes(resource, place, "dataStorageSizeInTbs", total(resource, ("dataStorageSizeInGbs",)))


def _terabytes(resource: Resource, place: Place, path: str, gib: Maybe[float] = 0.0) -> Capacity:
    storage = plus(gib, times(total(resource, (path,)), 1024.0))
    return Capacity(place, "storage", service_of(place), storage_gib=storage)


def _vm_cluster(cores: str, storage: str) -> Reader:
    """CPU cores, and storage that all of them share."""

    def reader(resource: Resource, place: Place) -> Iterator[Capacity]:
        count = number(first(resource.props, cores), cores)
        yield unbounded(place) if count is None else _units(resource, place, count)
        yield _terabytes(resource, place, storage)

    return reader


def _managed_instances(resource: Resource, place: Place) -> Iterator[Capacity]:
    # A group's bound is its own; instances that ECS manages have none.
    if not any(at(resource.props, "autoScalingGroupProvider")):
        yield unbounded(place)


def _always(resource: Resource, place: Place) -> Iterator[Capacity]:
    yield unbounded(place)


def _only(path: str) -> Reader:
    """Of types that have a size of their own only where a property is set."""

    def reader(resource: Resource, place: Place) -> Iterator[Capacity]:
        if any(value not in (False, "false") for _, value in at(resource.props, path)):
            yield _counted(resource, place, COUNTED[place.type])

    return reader


def _auto_mode(resource: Resource, place: Place) -> Iterator[Capacity]:
    """Auto mode makes nodes as pods want them; so many as the node pools, which Kubernetes has, allow."""
    paths = ("computeConfig.enabled", "computeConfig.nodePools[]", "controlPlaneScalingConfig.tier")
    if any(value not in (False, "false", "", "standard") for path in paths for _, value in at(resource.props, path)):
        yield unbounded(place)


READERS: dict[str, Reader] = {
    "aws:alb/loadBalancer:LoadBalancer": _only("minimumLoadBalancerCapacity"),
    "aws:lb/loadBalancer:LoadBalancer": _only("minimumLoadBalancerCapacity"),
    "aws:apigateway/stage:Stage": _endpoint_cache,
    "aws:apprunner/autoScalingConfigurationVersion:AutoScalingConfigurationVersion": _app_runner_scaling,
    "aws:apprunner/service:Service": _app_runner,
    "aws:appstream/fleet:Fleet": _desktops,
    "aws:athena/workgroup:Workgroup": _always,
    "aws:batch/computeEnvironment:ComputeEnvironment": _batch,
    "aws:cloudsearch/domain:Domain": _always,
    "aws:codebuild/fleet:Fleet": _fleet,
    "aws:codebuild/project:Project": _builds,
    "aws:dms/replicationConfig:ReplicationConfig": _replication,
    "aws:drs/replicationConfigurationTemplate:ReplicationConfigurationTemplate": _always,
    "aws:dynamodb/globalSecondaryIndex:GlobalSecondaryIndex": _index,
    "aws:dynamodb/table:Table": _table,
    "aws:ec2/natGateway:NatGateway": _always,
    "aws:ecs/capacityProvider:CapacityProvider": _managed_instances,
    "aws:efs/fileSystem:FileSystem": _always,
    "aws:eks/cluster:Cluster": _auto_mode,
    "aws:eks/fargateProfile:FargateProfile": _always,
    "aws:elasticache/serverlessCache:ServerlessCache": _serverless_cache,
    "aws:emrserverless/application:Application": _emr_serverless,
    "aws:glue/devEndpoint:DevEndpoint": _workers,
    "aws:glue/job:Job": _workers,
    "aws:glue/mLTransform:MLTransform": _workers,
    "aws:keyspaces/table:Table": _keyspace,
    "aws:kinesis/accountSettings:AccountSettings": _commitment,
    "aws:kinesis/stream:Stream": _stream,
    "aws:kinesisanalyticsv2/application:Application": _flink,
    "aws:lambda/eventSourceMapping:EventSourceMapping": _pollers,
    "aws:lambda/function:Function": _function,
    "aws:mq/broker:Broker": _broker,
    "aws:msk/serverlessCluster:ServerlessCluster": _always,
    "aws:mskconnect/connector:Connector": _connector,
    "aws:mwaa/environment:Environment": _airflow,
    "aws:neptunegraph/graph:Graph": _graph,
    "aws:odb/autonomousDatabase:AutonomousDatabase": _autonomous,
    "aws:odb/cloudAutonomousVmCluster:CloudAutonomousVmCluster": _vm_cluster(
        "cpuCoreCountPerNode", "autonomousDataStorageSizeInTbs"
    ),
    "aws:odb/cloudVmCluster:CloudVmCluster": _vm_cluster("cpuCoreCount", "dataStorageSizeInTbs"),
    "aws:opensearch/serverlessCollection:ServerlessCollection": _collection,
    "aws:opensearch/serverlessCollectionGroup:ServerlessCollectionGroup": _collection_group,
    "aws:rds/shardGroup:ShardGroup": _shard_group,
    "aws:redshift/cluster:Cluster": _warehouse,
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": _variants,
}
