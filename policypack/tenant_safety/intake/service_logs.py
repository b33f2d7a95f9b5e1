"""Log groups that services make by themselves, and what logs only where it is told to."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..model import LogGroup, LogRoute, LogSource, Maybe, Part, Place, Unknown
from .logs import arn, containers
from .values import Resource, at, first, text

_BLANK = re.compile(r"\{(\w+(?:\.\w+)*)\}")
_OFF = (None, False, "", "false", "OFF", "NONE", "off", "none", "disabled", "DISABLED")
"""What switches logging off; texts as AWS spells them."""
_NO_LOG = ("none", "json-file", "journald")
"""Log drivers that leave what a container writes on its host."""


@dataclass(frozen=True, slots=True)
class _Made:
    """The log groups that a service makes for a resource.

    `names`: in them `{name}` is a property, and `{each}` each value of the property `when`, by which they are made; it
    is always if there is none.  `unless`: a property that names another group.
    """

    names: tuple[str, ...]
    when: tuple[str, ...] = ()
    unless: str = ""


_GROUPS: dict[str, tuple[_Made, ...]] = {
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
    "aws:lambda/function:Function": (_Made(("/aws/lambda/{name}",), unless="loggingConfig.logGroup"),),
    # https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
    "aws:eks/cluster:Cluster": (_Made(("/aws/eks/{name}/cluster",), ("enabledClusterLogTypes[]",)),),
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-insights-view-metrics.html
    "aws:ecs/cluster:Cluster": (_Made(("/aws/ecs/containerinsights/{name}/performance",), ("settings[].value",)),),
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html
    "aws:rds/instance:Instance": (
        _Made(("/aws/rds/instance/{identifier}/{each}",), ("enabledCloudwatchLogsExports[]",)),
        _Made(("RDSOSMetrics",), ("monitoringInterval",)),
    ),
    "aws:rds/clusterInstance:ClusterInstance": (_Made(("RDSOSMetrics",), ("monitoringInterval",)),),
    "aws:rds/cluster:Cluster": (
        _Made(("/aws/rds/cluster/{clusterIdentifier}/{each}",), ("enabledCloudwatchLogsExports[]",)),
        _Made(("RDSOSMetrics",), ("monitoringInterval",)),
    ),
    # https://docs.aws.amazon.com/documentdb/latest/developerguide/event-auditing.html
    "aws:docdb/cluster:Cluster": (
        _Made(("/aws/docdb/{clusterIdentifier}/{each}",), ("enabledCloudwatchLogsExports[]",)),
    ),
    # https://docs.aws.amazon.com/neptune/latest/userguide/cloudwatch-logs.html
    "aws:neptune/cluster:Cluster": (
        _Made(("/aws/neptune/{clusterIdentifier}/{each}",), ("enableCloudwatchLogsExports[]",)),
    ),
    # https://docs.aws.amazon.com/redshift/latest/mgmt/db-auditing.html
    "aws:redshift/logging:Logging": (_Made(("/aws/redshift/cluster/{clusterIdentifier}/{each}",), ("logExports[]",)),),
    "aws:redshiftserverless/namespace:Namespace": (
        _Made(("/aws/redshift/{namespaceName}/{each}",), ("logExports[]",)),
    ),
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    "aws:apigateway/methodSettings:MethodSettings": (
        _Made(("API-Gateway-Execution-Logs_{restApi}/{stageName}",), ("settings.loggingLevel",)),
    ),
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
    "aws:apigatewayv2/stage:Stage": (
        _Made(
            ("/aws/apigateway/{apiId}/{name}",),
            ("defaultRouteSettings.loggingLevel", "routeSettings[].loggingLevel"),
        ),
    ),
    # https://docs.aws.amazon.com/appsync/latest/devguide/monitoring.html
    "aws:appsync/graphQLApi:GraphQLApi": (_Made(("/aws/appsync/apis/{id}",), ("logConfig.fieldLogLevel",)),),
    # https://docs.aws.amazon.com/codebuild/latest/userguide/change-project.html
    "aws:codebuild/project:Project": (_Made(("/aws/codebuild/{name}",), unless="logsConfig.cloudwatchLogs.groupName"),),
    # https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/security-logging-monitoring.html
    "aws:mq/broker:Broker": (
        _Made(("/aws/amazonmq/broker/{id}/general",), ("logs.general",)),
        _Made(("/aws/amazonmq/broker/{id}/audit",), ("logs.audit",)),
    ),
    # https://docs.aws.amazon.com/mwaa/latest/userguide/monitoring-airflow.html
    "aws:mwaa/environment:Environment": tuple(
        _Made((f"airflow-{{name}}-{what}",), (f"loggingConfiguration.{prop}.enabled",))
        for what, prop in (
            ("DAGProcessing", "dagProcessingLogs"),
            ("Scheduler", "schedulerLogs"),
            ("Task", "taskLogs"),
            ("WebServer", "webserverLogs"),
            ("Worker", "workerLogs"),
        )
    ),
    # https://docs.aws.amazon.com/connect/latest/adminguide/contact-flow-logs.html
    "aws:connect/instance:Instance": (_Made(("/aws/connect/{instanceAlias}",), ("contactFlowLogsEnabled",)),),
    # https://docs.aws.amazon.com/apprunner/latest/dg/monitor-cwl.html
    "aws:apprunner/service:Service": (
        _Made(
            ("/aws/apprunner/{serviceName}/{serviceId}/application", "/aws/apprunner/{serviceName}/{serviceId}/service")
        ),
    ),
    # https://docs.aws.amazon.com/transfer/latest/userguide/structured-logging.html
    "aws:transfer/connector:Connector": (_Made(("/aws/transfer/{id}",), ("loggingRole",)),),
    "aws:transfer/server:Server": (
        _Made(("/aws/transfer/{id}",), ("loggingRole",), unless="structuredLogDestinations[]"),
    ),
    # https://docs.aws.amazon.com/chime-sdk/latest/ag/monitoring-cloudwatch.html
    "aws:chime/voiceConnectorLogging:VoiceConnectorLogging": (
        _Made(("/aws/ChimeVoiceConnectorSipMessages/{voiceConnectorId}",), ("enableSipLogs",)),
        _Made(("/aws/ChimeVoiceConnectorLogs/{voiceConnectorId}",), ("enableMediaMetricLogs",)),
    ),
    # https://docs.aws.amazon.com/iot/latest/developerguide/configure-logging.html
    "aws:iot/loggingOptions:LoggingOptions": (_Made(("AWSIotLogsV2",), ("defaultLogLevel",)),),
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-RUM-get-started-create-app-monitor.html
    "aws:rum/appMonitor:AppMonitor": (_Made(("/aws/vendedlogs/RUMService_{name}{appMonitorId}",), ("cwLogEnabled",)),),
    # https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html
    "aws:glue/job:Job": (_Made(("/aws-glue/jobs/output", "/aws-glue/jobs/error")),),
    # https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
    "aws:sagemaker/endpoint:Endpoint": (_Made(("/aws/sagemaker/Endpoints/{name}",)),),
    "aws:sagemaker/notebookInstance:NotebookInstance": (_Made(("/aws/sagemaker/NotebookInstances",)),),
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Canaries_Troubleshoot.html
    "aws:synthetics/canary:Canary": (_Made(("/aws/lambda/cwsyn-{name}-{id}",)),),
    # https://docs.aws.amazon.com/clean-rooms/latest/userguide/query-logs.html
    "aws:cleanrooms/membership:Membership": (_Made(("/aws/cleanrooms/queries/{id}",), ("queryLogStatus",)),),
}


def service_groups(resource: Resource, place: Place) -> Iterator[Part]:
    """The log groups that services make for a resource."""
    if resource.type == "aws:ecs/taskDefinition:TaskDefinition":
        yield from _of_containers(resource, place)
    if resource.type == "aws:elasticbeanstalk/environment:Environment":
        yield from _of_instances(resource, place)
    if resource.type == "aws:codebuild/project:Project" and (
        first(resource.props, "logsConfig.cloudwatchLogs.status") == "DISABLED"
    ):
        return
    service = resource.type.split(":")[1].split("/")[0]
    for made in _GROUPS.get(resource.type, ()):
        if made.unless and any(value not in (None, "") for _, value in at(resource.props, made.unless)):
            continue
        values = [value for path in made.when for _, value in at(resource.props, path)]
        each = [value for value in values if isinstance(value, Unknown) or value not in _OFF] if made.when else [""]
        for name in dict.fromkeys(_filled(resource, name, one) for one in each for name in made.names):
            yield LogGroup(place, name, service=service)
            if resource.type == "aws:redshift/logging:Logging":
                about = text(first(resource.props, "clusterIdentifier"))
                yield LogRoute(place, "", arn(name, "logGroup", place), label="logExports", about=about)


def _filled(resource: Resource, template: str, each: Any) -> Maybe[str]:
    """A group's name with the blanks of its template filled in."""
    name = template
    for blank in _BLANK.findall(template):
        value = each if blank == "each" else text(first(resource.props, blank))
        if isinstance(value, Unknown) or not isinstance(value, str) or not value:
            return Unknown("the name of its log group", (resource.urn,))
        name = name.replace(f"{{{blank}}}", value)
    return name


def _of_containers(resource: Resource, place: Place) -> Iterator[Part]:
    """The groups that containers have made when they start.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
    """
    value = first(resource.props, "containerDefinitions")
    for _, options in _logging(value):
        if options and str(options.get("awslogs-create-group", "")).lower() == "true":
            yield LogGroup(place, str(options.get("awslogs-group")), service="ecs")


def _of_instances(resource: Resource, place: Place) -> Iterator[Part]:
    """The groups that an environment's instances stream to, one a file.

    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.cloudwatchlogs.html
    """
    for path, name in at(resource.props, "settings[].name"):
        value = first(resource.props, f"{path.rpartition('.')[0]}.value")
        if isinstance(name, Unknown) or (name == "StreamLogs" and value not in _OFF):
            yield LogGroup(place, Unknown("the names of its log groups", (resource.urn,)), service="elasticbeanstalk")
            return


def _logging(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Log driver and options of each container; nothing where they can't be read, which others tell."""
    if value is None or isinstance(value, Unknown):
        return
    try:
        for container in containers(value):
            log = container.get("logconfiguration") or {}
            yield str(log.get("logdriver") or ""), log.get("options") or {}
    except (ValueError, AttributeError, TypeError, RecursionError):
        return


@dataclass(frozen=True, slots=True)
class _Told:
    """A resource logs where one of some properties is set, or one has all of some values.

    `lacks`: what it says if it does not; empty for what only other resources can have logged.
    """

    kind: str
    on: tuple[str, ...]
    lacks: str
    values: frozenset[str] = frozenset()


_EXPORTS = "no log is exported (enabledCloudwatchLogsExports)"
_ACCESS = "accessLogs are not enabled"
_TOLD: dict[str, _Told] = {
    "aws:lb/loadBalancer:LoadBalancer": _Told("load-balancers", ("accessLogs.enabled",), _ACCESS),
    "aws:alb/loadBalancer:LoadBalancer": _Told("load-balancers", ("accessLogs.enabled",), _ACCESS),
    "aws:elb/loadBalancer:LoadBalancer": _Told("load-balancers", ("accessLogs.bucket",), _ACCESS),
    "aws:ec2/vpc:Vpc": _Told("networks", (), "no flow log is of it"),
    "aws:ec2/defaultVpc:DefaultVpc": _Told("networks", (), "no flow log is of it"),
    "aws:apigateway/stage:Stage": _Told("apis", ("accessLogSettings.destinationArn",), "it has no accessLogSettings"),
    "aws:apigatewayv2/stage:Stage": _Told("apis", ("accessLogSettings.destinationArn",), "it has no accessLogSettings"),
    "aws:appsync/graphQLApi:GraphQLApi": _Told("apis", ("logConfig.fieldLogLevel",), "it has no logConfig"),
    "aws:rds/instance:Instance": _Told("databases", ("enabledCloudwatchLogsExports[]",), _EXPORTS),
    "aws:rds/cluster:Cluster": _Told("databases", ("enabledCloudwatchLogsExports[]",), _EXPORTS),
    "aws:docdb/cluster:Cluster": _Told("databases", ("enabledCloudwatchLogsExports[]",), _EXPORTS),
    "aws:neptune/cluster:Cluster": _Told(
        "databases", ("enableCloudwatchLogsExports[]",), "no log is exported (enableCloudwatchLogsExports)"
    ),
    "aws:redshift/cluster:Cluster": _Told("databases", ("logging.enable",), "no aws:redshift/logging is of it"),
    "aws:redshiftserverless/namespace:Namespace": _Told(
        "databases", ("logExports[]",), "no log is exported (logExports)"
    ),
    "aws:opensearch/domain:Domain": _Told(
        "databases", ("logPublishingOptions[].logType",), "it has no logPublishingOptions"
    ),
    "aws:elasticsearch/domain:Domain": _Told(
        "databases", ("logPublishingOptions[].logType",), "it has no logPublishingOptions"
    ),
    # Of all types those by which one can tell who did what.
    # https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
    "aws:eks/cluster:Cluster": _Told(
        "clusters",
        ("enabledClusterLogTypes[]",),
        "enabledClusterLogTypes does not have api, audit and authenticator",
        frozenset({"api", "audit", "authenticator"}),
    ),
    "aws:msk/cluster:Cluster": _Told(
        "clusters",
        tuple(f"loggingInfo.brokerLogs.{to}.enabled" for to in ("cloudwatchLogs", "firehose", "s3")),
        "its loggingInfo enables no brokerLogs",
    ),
    "aws:emr/cluster:Cluster": _Told("clusters", ("logUri",), "it has no logUri"),
    "aws:sfn/stateMachine:StateMachine": _Told(
        "functions", ("loggingConfiguration.level",), "it has no loggingConfiguration"
    ),
    "aws:cloudfront/distribution:Distribution": _Told(
        "distributions",
        ("loggingConfig.bucket", "defaultCacheBehavior.realtimeLogConfigArn"),
        "it has no loggingConfig, and no delivery takes its logs",
    ),
    "aws:wafv2/webAcl:WebAcl": _Told("firewalls", (), "no aws:wafv2/webAclLoggingConfiguration is of it"),
    "aws:waf/webAcl:WebAcl": _Told(
        "firewalls", ("loggingConfiguration.logDestination",), "it has no loggingConfiguration"
    ),
    "aws:wafregional/webAcl:WebAcl": _Told(
        "firewalls", ("loggingConfiguration.logDestination",), "it has no loggingConfiguration"
    ),
    "aws:networkfirewall/firewall:Firewall": _Told(
        "firewalls", (), "no aws:networkfirewall/loggingConfiguration is of it"
    ),
}


def sources(resource: Resource, place: Place) -> Iterator[Part]:
    """What a resource should log."""
    if read := _READ.get(resource.type):
        yield from read(resource, place)
    elif told := _TOLD.get(resource.type):
        if resource.type in _BALANCERS and first(resource.props, "loadBalancerType") == "gateway":
            # It passes packets on, of which flow logs tell.
            return
        logs = _logs(resource, told)
        yield LogSource(place, told.kind, logs, told.lacks, _names(resource), _role(resource))


def _logs(resource: Resource, told: _Told) -> Maybe[bool]:
    values = [value for path in told.on for found, value in at(resource.props, path) if not _disabled(resource, found)]
    known = [value for value in values if not isinstance(value, Unknown) and value not in _OFF]
    logs = told.values <= {str(value) for value in known} if told.values else bool(known)
    return logs or next((value for value in values if isinstance(value, Unknown)), False)


def _disabled(resource: Resource, path: str) -> bool:
    """Is logging switched off beside the property that says where to?"""
    beside = f"{path.rpartition('.')[0]}.enabled"
    return any(value in (False, "false") for _, value in at(resource.props, beside))


def _task(resource: Resource, place: Place) -> Iterator[Part]:
    """A task definition logs if each of its containers has a log driver that takes its output anywhere."""
    value = first(resource.props, "containerDefinitions")
    if isinstance(value, Unknown):
        yield LogSource(place, "clusters", value, "where its containers log to is not known yet")
        return
    drivers = [driver for driver, _ in _logging(value)]
    logs = bool(drivers) and all(driver and driver not in _NO_LOG for driver in drivers)
    yield LogSource(place, "clusters", logs, "a container has no logConfiguration that takes its output anywhere")


def _cluster(resource: Resource, place: Place) -> Iterator[Part]:
    """What is typed into the containers of a cluster, is logged unless it is told not to be.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
    """
    said = first(resource.props, "configuration.executeCommandConfiguration.logging")
    logs = said if isinstance(said, Unknown) else said != "NONE"
    yield LogSource(place, "clusters", logs, "its executeCommandConfiguration logs nothing")


def _trail(resource: Resource, place: Place) -> Iterator[Part]:
    """A trail records, if it is not told not to."""
    said = first(resource.props, "enableLogging")
    logs = said if isinstance(said, Unknown) else said not in (False, "false")
    yield LogSource(place, "trails", logs, "it is switched off (enableLogging)", _names(resource))


def _function(resource: Resource, place: Place) -> Iterator[Part]:
    """A function always logs, if its role may."""
    yield LogSource(place, "functions", True, "", _names(resource), text(first(resource.props, "role")))


_READ: dict[str, Callable[[Resource, Place], Iterator[Part]]] = {
    "aws:ecs/taskDefinition:TaskDefinition": _task,
    "aws:ecs/cluster:Cluster": _cluster,
    "aws:lambda/function:Function": _function,
    "aws:cloudtrail/trail:Trail": _trail,
}
_BALANCERS: Sequence[str] = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
_NAMES = ("id", "arn", "name", "identifier", "clusterIdentifier", "domainName", "bucket")


def _names(resource: Resource) -> tuple[str, ...]:
    """By what others refer to it."""
    named = (first(resource.props, key) for key in _NAMES)
    return tuple(dict.fromkeys(name for name in named if isinstance(name, str) and name))


def _role(resource: Resource) -> Maybe[str] | None:
    return text(first(resource.props, "roleArn")) if resource.type.startswith("aws:sfn/") else None
