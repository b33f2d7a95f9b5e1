"""Knows the answers of the functions (`aws.get_…`) that programs use most; any other is unknown or refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from . import documents, inputs, names, outputs, table, wire
from .instances import Instance
from .parts import Parts

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


@dataclass(frozen=True)
class Source:
    """Where an answer comes from: the place that is asked, and what makes the parts that AWS knows."""

    place: Instance
    parts: Parts
    seed: str

    def part(self, kind: str, length: int, label: str = "") -> str:
        return self.parts.part(kind, length, f"{self.seed}/{label}")

    def either(self, invented: wire.Value, symbolic: wire.Value = wire.UNKNOWN) -> wire.Value:
        """A value that is made up, or what is true of every value."""
        return invented if self.parts.invents else symbolic

    def several(self) -> tuple[str, ...]:
        """Numbers of the things of a list whose length is not known."""
        return ("0", "1", "2") if self.parts.invents else ("0", "1")


# What these answer follows from arguments and configuration; what else they have is left out.
EXACT = frozenset(
    {
        "aws:iam/getPolicyDocument",
        "aws:index/getCallerIdentity",
        "aws:index/getPartition",
        "aws:index/getRegion",
    }
)


class FunctionError(Exception):
    """What the real provider says of a call that it refuses."""


def call(token: str, arguments: wire.Properties, place: Instance, parts: Parts) -> Answer:
    """The result of a function.  An unknown argument makes every output of it unknown."""
    found = table.function(token)
    if found is None:
        raise FunctionError(f"unknown function {token}: pulumi_aws {table.version()} has none of that name")
    name = token.rsplit(":", 1)[0]
    answer = ANSWERS.get(name)
    if answer is None and parts.invents:
        raise FunctionError(f"the stand-in does not answer {token}: add it to tenant_safety/symbolic/functions.py")
    unexpected = arguments.keys() - found.inputs.keys()
    if unexpected:
        raise FunctionError(f"{token}: unexpected argument '{min(unexpected)}'")
    missing = found.required - arguments.keys()
    if missing:
        raise FunctionError(f"{token}: Missing required argument: '{min(missing)}' is required")
    if answer is None or wire.has_unknown(arguments):
        # Not even the owner: what is shared with the account belongs to another.
        return dict.fromkeys(found.outputs, wire.UNKNOWN)
    known = {name: inputs.spelled(value, found.inputs[name]) for name, value in wire.plain(dict(arguments)).items()}
    asked = {"region": place.region, **known} if "region" in found.inputs else known
    place = _where(place, asked)
    try:
        made = answer(
            asked,
            Source(
                place, parts, f"{token}#{_digest(parts.canonical(json.dumps([place.account, asked], sort_keys=True)))}"
            ),
        )
    except documents.DocumentError as error:
        raise FunctionError(f"writing IAM Policy Document: {error}") from error
    made.setdefault("id", _digest(token, known))
    for part, shape in found.outputs.items():
        if part in known:
            made.setdefault(part, known[part])
        elif parts.invents or name not in EXACT:
            made.setdefault(part, outputs.filler(part, shape, place, parts))
    result = {part: _whole(value) for part, value in made.items() if part in found.outputs}
    # What is made of a secret is secret, as the bridge has it.
    return {n: wire.secret(v) for n, v in result.items()} if wire.has_secret(arguments) else result


def _where(place: Instance, asked: Arguments) -> Instance:
    """Where the asked thing is: what is named by its ARN may be another account's."""
    arn = next((v for v in asked.values() if isinstance(v, str) and v.startswith("arn:") and v.count(":") >= 5), "")
    _, _, _, region, account, _ = arn.split(":", 5) if arn else ("",) * 6
    account = str(asked.get("registryId") or account or place.account)
    return replace(place, region=str(region or asked.get("region") or place.region), account=account)


def _whole(value: wire.Value) -> wire.Value:
    """A text into which something unknown was written is unknown."""
    return wire.UNKNOWN if isinstance(value, str) and wire.mentions_unknown(value) else value


def _digest(*parts: Any) -> str:
    return str(int(hashlib.sha256(repr(parts).encode()).hexdigest()[:8], 16))


def _caller_identity(arguments: Arguments, source: Source) -> Answer:
    place = source.place
    session = source.part("session", 7)
    user = f"AROA{source.part('upper', 17)}:{session}" if place.role is not None else source.either("AIDASTANDIN")
    arn = place.caller(session)
    return {
        "accountId": place.account,
        # Without a role there is no telling whose the credentials are.
        "arn": arn if place.role is not None else source.either(arn),
        "id": place.account,
        "userId": user,
    }


def _region(arguments: Arguments, source: Source) -> Answer:
    name = arguments.get("name") or arguments["region"]
    description = REGIONS[name] if name in REGIONS else source.either(name)
    endpoint = f"ec2.{name}.{source.place.dns_suffix}"
    return {"description": description, "endpoint": endpoint, "id": name, "name": name, "region": name}


def _partition(arguments: Arguments, source: Source) -> Answer:
    suffix = source.place.dns_suffix
    return {
        "dnsSuffix": suffix,
        "id": source.place.partition,
        "partition": source.place.partition,
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }


def _zones(arguments: Arguments, source: Source) -> Answer:
    region = arguments["region"]
    found = [f"{region}{source.part('zone', 7, number)}" for number in source.several()]
    excluded = arguments.get("excludeNames") or ()
    kept = [name for name in found if name not in excluded]
    ids = [f"use1-az{'abc'.index(name[-1]) + 1}" for name in kept] if source.parts.invents else wire.UNKNOWN
    return {"groupNames": source.either([region]), "id": region, "names": kept, "zoneIds": ids}


def _ami(arguments: Arguments, source: Source) -> Answer:
    identity = f"ami-{source.part('id', 17)}"
    owner = (arguments.get("owners") or ["amazon"])[0]
    own = source.either("137112412989")
    if owner == "self":
        own = source.place.account
    return {
        "architecture": source.either("x86_64"),
        "arn": f"arn:{source.place.partition}:ec2:{arguments['region']}::image/{identity}",
        "id": identity,
        "imageId": identity,
        "name": source.either(f"image-{identity[4:10]}"),
        "ownerId": owner if owner.isdecimal() and len(arguments["owners"]) == 1 else own,
        "rootDeviceName": source.either("/dev/xvda"),
        "rootDeviceType": source.either("ebs"),
        "state": "available",
        "virtualizationType": source.either("hvm"),
    }


def _ec2(kind: str, prefix: str, arguments: Arguments, source: Source) -> tuple[str, str]:
    # What is old may have an id of eight digits.
    identity = arguments.get("id") or f"{prefix}-{source.part('id', 17)}"
    place = source.place
    # What is shared with the account has its owner's in its ARN; few programs look up such.
    return identity, f"arn:{place.partition}:ec2:{arguments['region']}:{place.account}:{kind}/{identity}"


def _vpc(arguments: Arguments, source: Source) -> Answer:
    identity, arn = _ec2("vpc", "vpc", arguments, source)
    return {
        "arn": arn,
        "cidrBlock": arguments.get("cidrBlock") or source.either("172.31.0.0/16"),
        "default": arguments["default"] if "default" in arguments else source.either(False),
        "enableDnsSupport": source.either(True),
        "id": identity,
        "mainRouteTableId": f"rtb-{source.part('id', 17, 'routes')}",
        "ownerId": source.place.account,
        "state": "available",
    }


def _subnet(arguments: Arguments, source: Source) -> Answer:
    identity, arn = _ec2("subnet", "subnet", arguments, source)
    return {
        "arn": arn,
        "availabilityZone": arguments.get("availabilityZone") or source.either(f"{arguments['region']}a"),
        "cidrBlock": arguments.get("cidrBlock") or source.either("172.31.0.0/20"),
        "id": identity,
        "ownerId": source.place.account,
        "state": "available",
        "vpcId": arguments.get("vpcId") or f"vpc-{source.part('id', 17, 'vpc')}",
    }


def _subnets(arguments: Arguments, source: Source) -> Answer:
    return {"ids": [f"subnet-{source.part('id', 17, number)}" for number in source.several()]}


def _security_group(arguments: Arguments, source: Source) -> Answer:
    identity, arn = _ec2("security-group", "sg", arguments, source)
    name = arguments.get("name") or source.either("default")
    vpc = arguments.get("vpcId") or f"vpc-{source.part('id', 17, 'vpc')}"
    return {"arn": arn, "description": source.either(""), "id": identity, "name": name, "vpcId": vpc}


def _parameter(arguments: Arguments, source: Source) -> Answer:
    name = arguments["name"]
    slash = "" if name.startswith("/") else "/"
    shared = name.startswith("arn:")
    # Public parameters (`/aws/service/…`) hold an image's id more often than anything else.
    image = name.startswith("/aws/service/") and (source.parts.invents or "ami" in name)
    value = f"ami-{source.part('id', 17)}" if image else source.either(f"value-of-{name}", source.part("text", 12))
    owner = "" if name.startswith("/aws/") else source.place.account
    return {
        # Of one that another account shares the name is the ARN.
        "arn": name
        if shared
        else f"arn:{source.place.partition}:ssm:{arguments['region']}:{owner}:parameter{slash}{name}",
        "id": name,
        "insecureValue": value if source.parts.invents or image else wire.UNKNOWN,
        "name": name,
        "type": source.either("String"),
        "value": wire.secret(value),
        "version": source.either(1),
    }


def _secret_version(arguments: Arguments, source: Source) -> Answer:
    given = str(arguments["secretId"])
    return {
        "arn": given if given.startswith("arn:") else source.either(given),
        "id": source.either(f"{given}|AWSCURRENT"),
        "secretString": wire.secret(source.part("text", 12)),
    }


def _zone(arguments: Arguments, source: Source) -> Answer:
    name = str(arguments.get("name") or source.either("example.com")).rstrip(".")
    identity = arguments.get("zoneId") or f"Z{source.part('id', 17)}"
    servers = [f"ns-{n}.awsdns-0{n}.org" for n in range(1, 5)]
    return {
        "arn": f"arn:{source.place.partition}:route53:::hostedzone/{identity}",
        "id": identity,
        "name": name,
        "nameServers": source.either(servers),
        "primaryNameServer": source.either(servers[0]),
        "zoneId": identity,
    }


def _like(token: str) -> Callable[[Arguments, Source], Answer]:
    """An answer with the outputs that a resource of the type and of the asked name would have."""

    def answer(arguments: Arguments, source: Source) -> Answer:
        resource = table.resource(token)
        assert resource is not None
        rule = names.rule(resource)
        named = rule.property if rule is not None else "name"
        asked = next((arguments[key] for key in NAMES if arguments.get(key)), "")
        arn = next((value for value in arguments.values() if str(value).startswith("arn:")), None)
        name = asked or str(arn).replace(":", "/").rsplit("/", 1)[-1]
        if not source.parts.invents:
            return _symbolic_like(resource, named, asked, arn, source)
        identity, made = outputs.created(resource, {named: name}, source.place, f"lookup/{token}/{name}", source.parts)
        found = {**made, **dict.fromkeys(NAMES, name), "assumeRolePolicy": TRUST, "policy": EMPTY}
        if arn is not None:
            return {**found, "arn": arn, "id": arn if identity.startswith("arn:") else identity}
        return {**found, "id": identity}

    return answer


def _symbolic_like(resource: table.Resource, named: str, asked: str, arn: str | None, source: Source) -> Answer:
    """What follows from the name or the ARN that the program gave; the rest is for AWS to say."""
    known = outputs.someone_elses(resource, source.seed, source.parts, {"region"})
    if asked:
        known[named] = asked
    identity, made = outputs.created(resource, known, source.place, source.seed, source.parts, arn=arn)
    return {**made, **({"arn": arn} if arn is not None else {}), "id": identity}


def _kms_key(arguments: Arguments, source: Source) -> Answer:
    given = arguments["keyId"]
    place = source.place
    key = given.rsplit("/", 1)[-1] if "alias/" not in given else source.part("key", 36)
    own = f"arn:{place.partition}:kms:{place.region}:{place.account}:key/{key}"
    arn = given if ":key/" in given else own
    account = arn.split(":")[4]
    return {
        "arn": arn,
        "awsAccountId": account,
        "enabled": source.either(True),
        "id": key,
        "keyState": source.either("Enabled"),
    }


def _organization(arguments: Arguments, source: Source) -> Answer:
    if not source.parts.invents:
        return {"id": f"o-{source.part('id', 10)}"}
    arn = f"arn:{source.place.partition}:organizations::{source.place.account}:organization/o-standin000"
    return {"arn": arn, "id": "o-standin000", "masterAccountId": source.place.account}


ANSWERS: Mapping[str, Callable[[Arguments, Source], Answer]] = {
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
    "aws:iam/getPolicyDocument": lambda arguments, source: documents.policy_document(arguments),
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
    "aws:secretsmanager/getSecretVersion": _secret_version,
    "aws:sns/getTopic": _like("aws:sns/topic:Topic"),
    "aws:sqs/getQueue": _like("aws:sqs/queue:Queue"),
    "aws:ssm/getParameter": _parameter,
}
