"""Knows which changes make a new resource and which the provider can apply to the one that exists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from . import inputs, names, wire
from .table import Resource

# Types of which every change makes a new one, as their schema has it.
ALWAYS = frozenset(
    {
        "aws:autoscaling/attachment:Attachment",
        "aws:ec2/flowLog:FlowLog",
        "aws:ec2/launchConfiguration:LaunchConfiguration",
        "aws:ec2/route:Route",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:ec2/securityGroupRule:SecurityGroupRule",
        "aws:ecs/taskDefinition:TaskDefinition",
        "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
        "aws:kms/grant:Grant",
        "aws:lambda/layerVersion:LayerVersion",
        "aws:lambda/permission:Permission",
        "aws:ram/principalAssociation:PrincipalAssociation",
        "aws:ram/resourceAssociation:ResourceAssociation",
        "aws:ssm/association:Association",
    }
)
# Of these a second one is the same one: created before the old one is deleted, it would be deleted with it.
DELETED_FIRST = frozenset(
    {
        "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        "aws:ec2/securityGroupRule:SecurityGroupRule",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "aws:efs/mountTarget:MountTarget",
        "aws:iam/accountAlias:AccountAlias",
        "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
        "aws:iam/policyAttachment:PolicyAttachment",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    }
)
# The properties of which a change makes a new one, beside the type's name, its prefix and its region.
FORCED: Mapping[str, frozenset[str]] = {
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": frozenset({"logGroup"}),
    "aws:dynamodb/table:Table": frozenset({"hashKey", "rangeKey", "localSecondaryIndexes"}),
    "aws:ec2/eip:Eip": frozenset({"domain"}),
    "aws:ec2/instance:Instance": frozenset({"ami", "subnetId", "availabilityZone", "keyName"}),
    "aws:ec2/natGateway:NatGateway": frozenset({"allocationId", "subnetId", "connectivityType"}),
    "aws:ec2/routeTable:RouteTable": frozenset({"vpcId"}),
    "aws:ec2/securityGroup:SecurityGroup": frozenset({"description", "vpcId"}),
    "aws:ec2/subnet:Subnet": frozenset({"availabilityZone", "cidrBlock", "vpcId"}),
    "aws:ec2/vpc:Vpc": frozenset({"cidrBlock", "instanceTenancy"}),
    "aws:ecs/service:Service": frozenset({"cluster", "launchType", "schedulingStrategy"}),
    "aws:iam/groupPolicy:GroupPolicy": frozenset({"group"}),
    "aws:iam/instanceProfile:InstanceProfile": frozenset({"path"}),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": frozenset({"url"}),
    "aws:iam/policy:Policy": frozenset({"path", "description"}),
    "aws:iam/role:Role": frozenset({"path"}),
    "aws:iam/rolePolicy:RolePolicy": frozenset({"role"}),
    "aws:iam/userPolicy:UserPolicy": frozenset({"user"}),
    "aws:kms/key:Key": frozenset({"customerMasterKeySpec", "keyUsage", "multiRegion"}),
    "aws:rds/instance:Instance": frozenset({"engine", "username", "dbName", "storageEncrypted"}),
    "aws:rds/cluster:Cluster": frozenset({"clusterIdentifier", "engine", "masterUsername"}),
    "aws:route53/record:Record": frozenset({"name", "zoneId"}),
    "aws:route53/zone:Zone": frozenset({"name"}),
    "aws:s3/bucketPolicy:BucketPolicy": frozenset({"bucket"}),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": frozenset({"bucket"}),
    "aws:secretsmanager/secretPolicy:SecretPolicy": frozenset({"secretArn"}),
    "aws:sns/topicPolicy:TopicPolicy": frozenset({"arn"}),
    "aws:sns/topicSubscription:TopicSubscription": frozenset({"endpoint", "protocol", "topic"}),
    "aws:sqs/queue:Queue": frozenset({"fifoQueue"}),
    "aws:sqs/queuePolicy:QueuePolicy": frozenset({"queueUrl"}),
}
RENAMED = frozenset({"aws:iam/user:User", "aws:iam/group:Group"})


@dataclass(frozen=True)
class Change:
    """What differs between two sets of inputs, and what has to be done about it."""

    changed: tuple[str, ...]
    replaces: tuple[str, ...]
    delete_first: bool


def change(
    resource: Resource, olds: wire.Properties, news: wire.Properties, ignored: frozenset[str] = frozenset()
) -> Change:
    """The change from one set of inputs to another."""
    every = sorted(name for name in olds.keys() | news.keys() if not name.startswith("__"))
    changed = tuple(name for name in every if name not in ignored and not _same(resource, name, olds, news))
    replaced = tuple(name for name in changed if _forces(resource, name, olds, news))
    rule = names.rule(resource)
    # The new one can't have the name while the old one has it, unless the name was made up and can change.
    named = rule is not None and rule.property in news and rule.property not in news.get("__defaults", ())
    keeps_name = rule is not None and named and rule.property not in replaced
    first = bool(replaced) and (keeps_name or resource.token in DELETED_FIRST)
    return Change(changed, replaced, first)


def is_settled(resource: Resource, changed: tuple[str, ...]) -> bool:
    """Whether it is certain that these changes are applied to the resource that exists, if nothing here replaces it."""
    return resource.token in FORCED or all(name.startswith("tags") for name in changed)


def _forces(resource: Resource, name: str, olds: wire.Properties, news: wire.Properties) -> bool:
    if resource.token in ALWAYS:
        return not name.startswith("tags")
    if name in FORCED.get(resource.token, ()):
        return True
    if name == "region":
        # Taking the provider's region or naming it is the same to AWS.
        return name in olds and name in news
    rule = names.rule(resource)
    own = rule is not None and name in (rule.property, f"{rule.property}Prefix")
    return own and resource.token not in RENAMED


def _same(resource: Resource, name: str, olds: wire.Properties, news: wire.Properties) -> bool:
    old, new = (_comparable(wire.plain(side.get(name))) for side in (olds, news))
    if wire.has_unknown(new):
        return False
    if old == new:
        return True
    if inputs.is_document(resource, name) and isinstance(old, str) and isinstance(new, str):
        try:
            return bool(json.loads(old) == json.loads(new))
        except ValueError:
            return False
    return False


def _comparable(value: wire.Value) -> wire.Value:
    if isinstance(value, dict):
        return {name: _comparable(item) for name, item in value.items() if name != "__defaults"}
    return [_comparable(item) for item in value] if isinstance(value, list) else value
