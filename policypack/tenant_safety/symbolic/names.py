"""Knows the names and defaults that the real provider fills in: which property, how long, with what ending.

Read in pulumi-aws's resources.go and pulumi-terraform-bridge's auto-naming: the logical name, a separator and
seven random hexadecimal digits.  A logical name that is too long is an error there, and here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from . import wire
from .parts import Parts
from .table import Resource


class NameRefusedError(Exception):
    """A name that the real provider would refuse to make."""


@dataclass(frozen=True)
class Rule:
    """How a type is named if the program does not say."""

    property: str = "name"
    length: int = 255
    separator: str = "-"
    lower: bool = False
    prefix: str = ""
    fifo: str | None = None
    digits: int = 7
    kind: str = "hex"


CATALOG = Rule(separator="_", lower=True, digits=8, kind="letters")
RULES: Mapping[str, Rule] = {
    "aws:alb/loadBalancer:LoadBalancer": Rule(length=32),
    "aws:alb/targetGroup:TargetGroup": Rule(length=32),
    "aws:athena/database:Database": Rule(separator="_"),
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": Rule(separator="_"),
    "aws:cloudwatch/eventRule:EventRule": Rule(length=64),
    "aws:cloudwatch/eventTarget:EventTarget": Rule("targetId"),
    "aws:codedeploy/deploymentConfig:DeploymentConfig": Rule("deploymentConfigName", 100, "_"),
    "aws:ec2/keyPair:KeyPair": Rule("keyName"),
    "aws:efs/fileSystem:FileSystem": Rule("creationToken"),
    "aws:eks/fargateProfile:FargateProfile": Rule("fargateProfileName"),
    "aws:eks/nodeGroup:NodeGroup": Rule("nodeGroupName"),
    "aws:elasticache/cluster:Cluster": Rule("clusterId", 50, lower=True),
    "aws:elasticache/replicationGroup:ReplicationGroup": Rule("replicationGroupId", 40, lower=True),
    "aws:elasticbeanstalk/environment:Environment": Rule(length=40),
    "aws:elasticsearch/domain:Domain": Rule("domainName", 28, lower=True),
    "aws:glue/catalogDatabase:CatalogDatabase": CATALOG,
    "aws:glue/catalogTable:CatalogTable": CATALOG,
    "aws:iam/role:Role": Rule(length=64),
    "aws:iot/topicRule:TopicRule": Rule(separator="_"),
    "aws:kms/alias:Alias": Rule(length=238, prefix="alias/"),
    "aws:lambda/function:Function": Rule(length=64),
    "aws:lambda/permission:Permission": Rule("statementId", 100),
    "aws:lb/loadBalancer:LoadBalancer": Rule(length=32),
    "aws:lb/targetGroup:TargetGroup": Rule(length=32),
    "aws:mq/broker:Broker": Rule("brokerName", 55),
    "aws:msk/cluster:Cluster": Rule("clusterName"),
    "aws:msk/serverlessCluster:ServerlessCluster": Rule("clusterName"),
    "aws:opensearch/domain:Domain": Rule("domainName"),
    "aws:rds/instance:Instance": Rule("identifier", separator=""),
    "aws:s3/bucket:Bucket": Rule("bucket", 63, lower=True),
    "aws:s3/bucketV2:BucketV2": Rule("bucket", 63, lower=True),
    "aws:sns/topic:Topic": Rule(length=80, fifo="fifoTopic"),
    "aws:sqs/queue:Queue": Rule(length=80, fifo="fifoQueue"),
}

# Here `name` is a domain name, or the name of something that exists.
UNNAMED = frozenset({"aws:route53/record:Record", "aws:route53/zone:Zone"})

MANAGED = "Managed by Pulumi"
DESCRIBED: Mapping[str, str] = {
    "aws:docdb/subnetGroup:SubnetGroup": "description",
    "aws:ec2/securityGroup:SecurityGroup": "description",
    "aws:elasticache/parameterGroup:ParameterGroup": "description",
    "aws:elasticache/subnetGroup:SubnetGroup": "description",
    "aws:neptune/subnetGroup:SubnetGroup": "description",
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": "description",
    "aws:rds/optionGroup:OptionGroup": "optionGroupDescription",
    "aws:rds/parameterGroup:ParameterGroup": "description",
    "aws:rds/subnetGroup:SubnetGroup": "description",
    "aws:redshift/parameterGroup:ParameterGroup": "description",
    "aws:redshift/subnetGroup:SubnetGroup": "description",
    "aws:route53/zone:Zone": "comment",
}
KEYED = frozenset({"aws:s3/bucketObject:BucketObject", "aws:s3/bucketObjectv2:BucketObjectv2"})


@dataclass(frozen=True)
class Proposal:
    """What the engine's `pulumi:autonaming` configuration asks for."""

    name: str
    mode: str = "propose"


def rule(resource: Resource) -> Rule | None:
    """How the type is named; None for a type whose name the program must give, or that has none."""
    if resource.token in RULES:
        return RULES[resource.token]
    shape = resource.inputs.get("name")
    if shape is None or shape.kind != "string" or resource.token in UNNAMED:
        return None
    return Rule()


def defaults(
    resource: Resource,
    urn_name: str,
    inputs: wire.Properties,
    olds: wire.Properties,
    *,
    fresh: Callable[[], str],
    parts: Parts,
    proposal: Proposal | None = None,
) -> wire.Properties:
    """The properties that the provider fills in beside what the program gave."""
    filled: wire.Properties = {}
    described = DESCRIBED.get(resource.token)
    if described is not None and described not in inputs:
        filled[described] = MANAGED
    if resource.token in KEYED and "key" not in inputs:
        filled["key"] = urn_name
    found = rule(resource)
    if found is None or found.property in inputs or f"{found.property}Prefix" in inputs:
        return filled
    if found.property in olds.get("__defaults", ()) and found.property in olds:
        # A name is made once; a new one would replace the resource.
        filled[found.property] = olds[found.property]
    elif proposal is None:
        filled[found.property] = _made(found, urn_name, inputs, parts.part(found.kind, found.digits, fresh()))
    elif proposal.mode != "disable":
        filled[found.property] = _proposed(found, proposal, inputs)
    return filled


def _made(found: Rule, urn_name: str, inputs: wire.Properties, drawn: str) -> str:
    base = (urn_name.lower() if found.lower else urn_name) + found.separator
    if len(base) + found.digits > found.length:
        raise NameRefusedError(
            f"name '{base}' plus {found.digits} random chars is longer than maximum length {found.length}"
        )
    if wire.is_unknown(drawn):
        return drawn
    return _finished(found, base + drawn, inputs)


def _proposed(found: Rule, proposal: Proposal, inputs: wire.Properties) -> str:
    name = proposal.name
    if wire.is_unknown(name):
        return name
    if proposal.mode == "propose" and found.lower:
        name = name.lower()
    if len(name) > found.length:
        raise NameRefusedError(f"calculated name '{name}' exceeds maximum length of {found.length}")
    return name if proposal.mode == "enforce" else _finished(found, name, inputs)


def _finished(found: Rule, name: str, inputs: wire.Properties) -> str:
    if found.fifo is not None and wire.is_unknown(wire.bare(inputs.get(found.fifo))):
        return wire.UNKNOWN
    if found.fifo is not None and wire.bare(inputs.get(found.fifo)) is True:
        return f"{name}.fifo"
    return name if name.startswith(found.prefix) else found.prefix + name
