"""Knows the answers of the functions (`aws.get_…`) that programs use most; any other is refused by name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from tenant_safety.symbolic import table

from . import documents, names, outputs, wire
from .instances import Instance

Arguments = Mapping[str, Any]
Answer = dict[str, Any]

REGIONS = {
    "us-east-1": "US East (N. Virginia)",
    "us-west-2": "US West (Oregon)",
    "eu-west-1": "Europe (Ireland)",
    "eu-central-1": "Europe (Frankfurt)",
}


# How functions call the name of what they look for.
NAMES = ("name", "bucket", "functionName", "groupName", "tableName", "userName")
EMPTY = '{"Version":"2012-10-17","Statement":[]}'
TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow",'
    '"Principal":{"Service":"ec2.amazonaws.com"}}]}'
)


class FunctionError(Exception):
    """What the real provider says of a call that it refuses."""


def call(token: str, arguments: wire.Properties, place: Instance) -> Answer:
    """The result of a function.  An unknown argument makes every output of it unknown."""
    found = table.function(token)
    if found is None:
        raise FunctionError(f"unknown function {token}: pulumi_aws {table.version()} has none of that name")
    answer = ANSWERS.get(token.rsplit(":", 1)[0])
    if answer is None:
        raise FunctionError(f"the stand-in does not answer {token}: add it to tests/standin/functions.py")
    unexpected = arguments.keys() - found.inputs.keys()
    if unexpected:
        raise FunctionError(f"{token}: unexpected argument '{min(unexpected)}'")
    missing = found.required - arguments.keys()
    if missing:
        raise FunctionError(f"{token}: Missing required argument: '{min(missing)}' is required")
    if wire.has_unknown(arguments):
        return dict.fromkeys(found.outputs, wire.UNKNOWN)
    known = wire.plain(dict(arguments))
    try:
        made = answer({"region": place.region, **known} if "region" in found.inputs else known, place)
    except documents.DocumentError as error:
        raise FunctionError(f"writing IAM Policy Document: {error}") from error
    made.setdefault("id", _digest(token, known))
    for name, shape in found.outputs.items():
        if name not in made:
            made[name] = known.get(name, outputs.filler(name, shape, place))
    result = {name: value for name, value in made.items() if name in found.outputs}
    # What is made of a secret is secret, as the bridge has it.
    return {n: wire.secret(v) for n, v in result.items()} if wire.has_secret(arguments) else result


def _digest(*parts: Any) -> str:
    return str(int(hashlib.sha256(repr(parts).encode()).hexdigest()[:8], 16))


def _hex(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:17]


def _caller_identity(arguments: Arguments, place: Instance) -> Answer:
    user = "AIDASTANDIN" if place.role is None else "AROASTANDIN:standin"
    return {"accountId": place.account, "arn": place.caller, "id": place.account, "userId": user}


def _region(arguments: Arguments, place: Instance) -> Answer:
    name = arguments.get("name") or arguments["region"]
    description = REGIONS.get(name, name)
    endpoint = f"ec2.{name}.{place.dns_suffix}"
    return {"description": description, "endpoint": endpoint, "id": name, "name": name, "region": name}


def _partition(arguments: Arguments, place: Instance) -> Answer:
    suffix = place.dns_suffix
    return {
        "dnsSuffix": suffix,
        "id": place.partition,
        "partition": place.partition,
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }


def _zones(arguments: Arguments, place: Instance) -> Answer:
    region = arguments["region"]
    found = [f"{region}{letter}" for letter in "abc"]
    excluded = arguments.get("excludeNames") or ()
    kept = [name for name in found if name not in excluded]
    ids = [f"use1-az{'abc'.index(name[-1]) + 1}" for name in kept]
    return {"groupNames": [region], "id": region, "names": kept, "zoneIds": ids}


def _ami(arguments: Arguments, place: Instance) -> Answer:
    identity = f"ami-{_hex('ami', arguments)}"
    owner = (arguments.get("owners") or ["amazon"])[0]
    return {
        "architecture": "x86_64",
        "arn": f"arn:{place.partition}:ec2:{arguments['region']}::image/{identity}",
        "id": identity,
        "imageId": identity,
        "name": f"image-{identity[4:10]}",
        "ownerId": owner if owner.isdecimal() else "137112412989",
        "rootDeviceName": "/dev/xvda",
        "rootDeviceType": "ebs",
        "state": "available",
        "virtualizationType": "hvm",
    }


def _ec2(kind: str, prefix: str, arguments: Arguments, place: Instance) -> tuple[str, str]:
    identity = arguments.get("id") or f"{prefix}-{_hex(kind, arguments, place.account)}"
    return identity, f"arn:{place.partition}:ec2:{arguments['region']}:{place.account}:{kind}/{identity}"


def _vpc(arguments: Arguments, place: Instance) -> Answer:
    identity, arn = _ec2("vpc", "vpc", arguments, place)
    return {
        "arn": arn,
        "cidrBlock": arguments.get("cidrBlock") or "172.31.0.0/16",
        "default": bool(arguments.get("default")),
        "enableDnsSupport": True,
        "id": identity,
        "mainRouteTableId": f"rtb-{_hex(identity)}",
        "ownerId": place.account,
        "state": "available",
    }


def _subnet(arguments: Arguments, place: Instance) -> Answer:
    identity, arn = _ec2("subnet", "subnet", arguments, place)
    return {
        "arn": arn,
        "availabilityZone": arguments.get("availabilityZone") or f"{arguments['region']}a",
        "cidrBlock": arguments.get("cidrBlock") or "172.31.0.0/20",
        "id": identity,
        "ownerId": place.account,
        "state": "available",
        "vpcId": arguments.get("vpcId") or f"vpc-{_hex('vpc', place.account)}",
    }


def _subnets(arguments: Arguments, place: Instance) -> Answer:
    return {"ids": [f"subnet-{_hex('subnet', arguments, place.account, n)}" for n in range(3)]}


def _security_group(arguments: Arguments, place: Instance) -> Answer:
    identity, arn = _ec2("security-group", "sg", arguments, place)
    name = arguments.get("name") or "default"
    vpc = arguments.get("vpcId") or f"vpc-{_hex('vpc', place.account)}"
    return {"arn": arn, "description": "", "id": identity, "name": name, "vpcId": vpc}


def _parameter(arguments: Arguments, place: Instance) -> Answer:
    name = arguments["name"]
    slash = "" if name.startswith("/") else "/"
    # Public parameters (`/aws/service/…`) hold an image's id more often than anything else.
    value = f"ami-{_hex(name)}" if name.startswith("/aws/service/") else f"value-of-{name}"
    owner = "" if name.startswith("/aws/") else place.account
    return {
        "arn": f"arn:{place.partition}:ssm:{arguments['region']}:{owner}:parameter{slash}{name}",
        "id": name,
        "insecureValue": value,
        "name": name,
        "type": "String",
        "value": wire.secret(value),
        "version": 1,
    }


def _zone(arguments: Arguments, place: Instance) -> Answer:
    name = str(arguments.get("name") or "example.com").rstrip(".")
    identity = arguments.get("zoneId") or "Z" + _hex("zone", name, place.account).upper()
    servers = [f"ns-{n}.awsdns-0{n}.org" for n in range(1, 5)]
    return {
        "arn": f"arn:{place.partition}:route53:::hostedzone/{identity}",
        "id": identity,
        "name": name,
        "nameServers": servers,
        "primaryNameServer": servers[0],
        "zoneId": identity,
    }


def _like(token: str) -> Callable[[Arguments, Instance], Answer]:
    """An answer with the outputs that a resource of the type and of the asked name would have."""

    def answer(arguments: Arguments, place: Instance) -> Answer:
        resource = table.resource(token)
        assert resource is not None
        rule = names.rule(resource)
        named = rule.property if rule is not None else "name"
        asked = next((arguments[key] for key in NAMES if arguments.get(key)), "")
        arn = next((value for value in arguments.values() if str(value).startswith("arn:")), None)
        name = asked or str(arn).replace(":", "/").rsplit("/", 1)[-1]
        identity, made = outputs.created(resource, {named: name}, place, f"lookup/{token}/{name}")
        found = {**made, **dict.fromkeys(NAMES, name), "assumeRolePolicy": TRUST, "policy": EMPTY}
        if arn is not None:
            return {**found, "arn": arn, "id": arn if identity.startswith("arn:") else identity}
        return {**found, "id": identity}

    return answer


def _kms_key(arguments: Arguments, place: Instance) -> Answer:
    given = arguments["keyId"]
    key = given.rsplit("/", 1)[-1] if "alias/" not in given else _hex(given)
    own = f"arn:{place.partition}:kms:{arguments['region']}:{place.account}:key/{key}"
    arn = given if ":key/" in given else own
    return {"arn": arn, "awsAccountId": place.account, "enabled": True, "id": key, "keyState": "Enabled"}


def _organization(arguments: Arguments, place: Instance) -> Answer:
    arn = f"arn:{place.partition}:organizations::{place.account}:organization/o-standin000"
    return {"arn": arn, "id": "o-standin000", "masterAccountId": place.account}


ANSWERS: Mapping[str, Callable[[Arguments, Instance], Answer]] = {
    "aws:alb/getListener": _like("aws:alb/listener:Listener"),
    "aws:alb/getLoadBalancer": _like("aws:alb/loadBalancer:LoadBalancer"),
    "aws:alb/getTargetGroup": _like("aws:alb/targetGroup:TargetGroup"),
    "aws:dynamodb/getTable": _like("aws:dynamodb/table:Table"),
    "aws:ec2/getAmi": _ami,
    "aws:ec2/getSecurityGroup": _security_group,
    "aws:ec2/getSubnet": _subnet,
    "aws:ec2/getSubnets": _subnets,
    "aws:ec2/getVpc": _vpc,
    "aws:ecr/getRepository": _like("aws:ecr/repository:Repository"),
    "aws:iam/getGroup": _like("aws:iam/group:Group"),
    "aws:iam/getPolicy": _like("aws:iam/policy:Policy"),
    "aws:iam/getPolicyDocument": lambda arguments, place: documents.policy_document(arguments),
    "aws:iam/getRole": _like("aws:iam/role:Role"),
    "aws:iam/getUser": _like("aws:iam/user:User"),
    "aws:index/getAvailabilityZones": _zones,
    "aws:index/getCallerIdentity": _caller_identity,
    "aws:index/getPartition": _partition,
    "aws:index/getRegion": _region,
    "aws:kms/getKey": _kms_key,
    "aws:lambda/getFunction": _like("aws:lambda/function:Function"),
    "aws:lb/getListener": _like("aws:lb/listener:Listener"),
    "aws:lb/getLoadBalancer": _like("aws:lb/loadBalancer:LoadBalancer"),
    "aws:lb/getTargetGroup": _like("aws:lb/targetGroup:TargetGroup"),
    "aws:organizations/getOrganization": _organization,
    "aws:route53/getZone": _zone,
    "aws:s3/getBucket": _like("aws:s3/bucket:Bucket"),
    "aws:secretsmanager/getSecret": _like("aws:secretsmanager/secret:Secret"),
    "aws:sns/getTopic": _like("aws:sns/topic:Topic"),
    "aws:sqs/getQueue": _like("aws:sqs/queue:Queue"),
    "aws:ssm/getParameter": _parameter,
}
