"""Log groups, where logs are sent, and what receives them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..model import (
    BucketKey,
    Expiry,
    LogGroup,
    LogRoute,
    LogSink,
    LogTap,
    Maybe,
    Part,
    Place,
    Unknown,
    Unreadable,
)
from .table import Role
from .values import Resource, at, first, number, text

_SINKS = {
    "aws:s3/bucket:Bucket": "bucket",
    "aws:s3/bucketV2:BucketV2": "bucket",
    "aws:kinesis/stream:Stream": "name",
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": "name",
    "aws:cloudwatch/logDestination:LogDestination": "name",
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": "name",
}
_KEYS = {
    "aws:kinesis/stream:Stream": "kmsKeyId",
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": "serverSideEncryption.keyArn",
}
_LIFECYCLES = {
    "aws:s3/bucket:Bucket": "lifecycleRules[].expiration.days",
    "aws:s3/bucketV2:BucketV2": "lifecycleRules[].expirations[].days",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "rules[].expiration.days",
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": "rules[].expiration.days",
}
_DEFAULT = "applyServerSideEncryptionByDefault"
_BUCKET_KEYS = {
    "aws:s3/bucket:Bucket": (f"serverSideEncryptionConfiguration.rule.{_DEFAULT}",),
    "aws:s3/bucketV2:BucketV2": (f"serverSideEncryptionConfigurations[].rules[].{_DEFAULT}s[]",),
    **{
        f"aws:s3/bucketServerSideEncryptionConfiguration{v}:BucketServerSideEncryptionConfiguration{v}": (
            f"rules[].{_DEFAULT}",
        )
        for v in ("", "V2")
    },
}
SUBSCRIPTION = "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter"
_BACKUPS = (".s3BackupConfiguration.", ".s3Configuration.")
_OBJECT_KEYS = ("bucketName", "logGroup", "deliveryStream")
"""https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_LogDestinationConfig.html"""
_PARTS = {
    "aws:ec2/flowLog:FlowLog": (("trafficType", "ALL", "only some of the traffic is logged"),),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": (
        ("loggingFilter.defaultBehavior", "KEEP", "only some requests are logged"),
        ("loggingFilter.filters[].behavior", "KEEP", "some requests are not logged"),
    ),
}
"""Properties by which only a part is logged, and the value with which all is."""
_STAYING_DRIVERS = ("awslogs", "json-file", "journald", "none")
"""Log drivers that keep what a container writes on its host or in the account; any other sends it to where its options
say, which nothing here can follow.
"""
_METRICS = ("aws:cloudwatch/metricStream:MetricStream", "aws:rum/metricsDestination:MetricsDestination")
_BY_ID = (
    "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation",
    "aws:ivschat/room:Room",
)
"""What names a log configuration by an id; the configuration names the destination."""
ACCOUNT_POLICY = "aws:cloudwatch/logAccountPolicy:LogAccountPolicy"


def groups(resource: Resource, place: Place) -> Iterator[Part]:
    if resource.type == "aws:cloudwatch/logGroup:LogGroup":
        kind = first(resource.props, "logGroupClass")
        routable = kind if isinstance(kind, Unknown) else kind in (None, "", "STANDARD")
        name = text(first(resource.props, "name")) or Unknown("name", (resource.urn,))
        yield LogGroup(place, name, routable, _retention(resource, kind), key=_key(resource, "kmsKeyId"))


def _key(resource: Resource, path: str) -> Maybe[str] | None:
    """A KMS key; AWS's own are none that anybody has."""
    value = text(first(resource.props, path))
    return None if value == "" or (isinstance(value, str) and "alias/aws/" in value) else value


def _retention(resource: Resource, kind: Any) -> Maybe[float]:
    """How many days a group's logs are kept; those of the class DELIVERY always two.

    Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    """
    if isinstance(kind, Unknown):
        return kind
    days = number(first(resource.props, "retentionInDays"), "retentionInDays")
    return 2 if kind == "DELIVERY" else days or 0


def sinks(resource: Resource, place: Place) -> Iterator[Part]:
    if prop := _SINKS.get(resource.type):
        key = _key(resource, _KEYS[resource.type]) if resource.type in _KEYS else None
        yield LogSink(place, text(first(resource.props, prop)) or Unknown(prop, (resource.urn,)), key)
    if resource.type == "aws:cloudwatch/logDeliverySource:LogDeliverySource":
        name, about = (text(first(resource.props, key)) for key in ("name", "resourceArn"))
        yield LogTap(place, name or Unknown("name", (resource.urn,)), about or Unknown("resourceArn"))
    if resource.type in _LIFECYCLES:
        yield from _expiries(resource, place)
    for path in _BUCKET_KEYS.get(resource.type, ()):
        for found, algorithm in at(resource.props, f"{path}.sseAlgorithm"):
            key = _key(resource, f"{found.rpartition('.')[0]}.kmsMasterKeyId")
            yield BucketKey(place, _bucket(resource), algorithm if isinstance(algorithm, Unknown) else key)


def _bucket(resource: Resource) -> Maybe[str]:
    """The bucket that a resource is about, or is."""
    return text(first(resource.props, "bucket")) or Unknown("bucket", (resource.urn,))


def _expiries(resource: Resource, place: Place) -> Iterator[Part]:
    """After how many days a bucket's objects are deleted; a rule that is switched off deletes nothing.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
    """
    for path, days in at(resource.props, _LIFECYCLES[resource.type]):
        if isinstance(days, Unknown):
            yield Expiry(place, _bucket(resource), days)
            continue
        rule = path.split("]")[0] + "]"
        off = [first(resource.props, f"{rule}.{key}") for key in ("status", "enabled")]
        if "Disabled" in off or False in off:
            continue
        yield Expiry(place, _bucket(resource), number(days, path) or 0)


def routes(resource: Resource, place: Place, role: Role) -> Iterator[Part]:
    """Where the logs that this resource writes or forwards go."""
    if resource.type == SUBSCRIPTION:
        yield from _subscription(resource, place)
    elif resource.type == ACCOUNT_POLICY:
        yield from _account_policy(resource, place)
    elif resource.type not in _BY_ID:
        for pattern in role.paths("dest"):
            for path, value in _destinations(resource, pattern):
                destination = text(value)
                if destination and not _switched_off(resource, path):
                    yield LogRoute(
                        place,
                        "",
                        arn(destination, path, place),
                        _kept_back(resource, path),
                        path,
                        resource.type in _METRICS,
                        next((text(v) for p in _about(resource, role) for _, v in at(resource.props, p)), None),
                    )
        if role.role == "source_route":
            for pattern in role.paths("json_doc"):
                for path, value in at(resource.props, pattern):
                    yield from _containers(value, path, place)


def _destinations(resource: Resource, pattern: str) -> Iterator[tuple[str, Any]]:
    """The destinations at a path; of an object of them, each."""
    for path, value in at(resource.props, pattern):
        if isinstance(value, dict):
            yield from ((f"{path}.{key}", each) for key, each in value.items() if key in _OBJECT_KEYS)
        else:
            yield path, value


def _about(resource: Resource, role: Role) -> tuple[str, ...]:
    """Where a resource says what the logs are about, or from where it takes them."""
    taken = "kinesisSourceConfiguration.kinesisStreamArn"
    return (
        (taken,)
        if resource.type == "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
        else role.paths("source")
    )


def _kept_back(resource: Resource, path: str) -> Maybe[str]:
    """What of the logs a destination does not get."""
    if any(backup in path for backup in _BACKUPS):
        return "only what could not be delivered, or a copy"
    processors = path.rpartition(".")[0] + ".processingConfiguration"
    if first(resource.props, f"{processors}.enabled") not in (None, False):
        for _, kind in at(resource.props, f"{processors}.processors[].type"):
            if isinstance(kind, Unknown):
                return kind
            if kind == "Lambda":
                return "a function sees each record before, and may drop it"
    for prop, all_of_it, told in _PARTS.get(resource.type, ()):
        value = first(resource.props, prop)
        if isinstance(value, Unknown):
            return value
        if value not in (None, "", all_of_it):
            return f"{told} ({prop} {value})"
    return ""


def _subscription(resource: Resource, place: Place) -> Iterator[Part]:
    destination = text(first(resource.props, "destinationArn"))
    source = text(first(resource.props, "logGroup"))
    pattern = text(first(resource.props, "filterPattern"))
    partial: Maybe[str] = pattern if isinstance(pattern, Unknown) else ""
    if isinstance(pattern, str) and pattern.strip():
        partial = f"the filter pattern {pattern!r} keeps logs back"
    if isinstance(source, str) and source.startswith("arn:"):
        source = source.split(":log-group:", 1)[-1].removesuffix(":*")
    yield LogRoute(
        place,
        source or Unknown("logGroup"),
        destination or Unknown("destinationArn"),
        partial,
        "destinationArn",
    )


def _account_policy(resource: Resource, place: Place) -> Iterator[Part]:
    """An account's subscription policy: every log group of the region, less those that a criterion leaves out."""
    kind, criteria = first(resource.props, "policyType"), first(resource.props, "selectionCriteria")
    if not isinstance(kind, Unknown) and kind != "SUBSCRIPTION_FILTER_POLICY":
        return
    for path, value in at(resource.props, "policyDocument"):
        if isinstance(value, Unknown):
            yield LogRoute(place, "*", value, value, path)
            continue
        try:
            raw = json.loads(value) if isinstance(value, str) else value
            destination = raw["DestinationArn"]
            kept = {"FilterPattern": raw.get("FilterPattern"), "selectionCriteria": criteria}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            yield Unreadable(place, path, "expected a JSON object with a DestinationArn")
            continue
        partial: Maybe[str] = next((value for value in kept.values() if isinstance(value, Unknown)), "")
        if said := [name for name, value in kept.items() if isinstance(value, str) and value.strip()]:
            partial = f"{' and '.join(said)} leaves logs out"
        yield LogRoute(place, "*", text(destination) or Unknown(path), partial, path)


def _containers(value: Any, path: str, place: Place) -> Iterator[Part]:
    """The log configuration of a task definition's containers."""
    if isinstance(value, Unknown):
        yield LogRoute(place, "", value, label=path)
        return
    try:
        logging = [(i, c.get("logconfiguration") or {}) for i, c in enumerate(containers(value))]
        named = [(i, log.get("logdriver"), log.get("options") or {}) for i, log in logging]
        groups = [(i, driver, o.get("awslogs-group"), o.get("awslogs-region")) for i, driver, o in named]
    except (ValueError, AttributeError, TypeError, RecursionError):
        yield Unreadable(place, path, "expected a JSON list of container definitions")
        return
    for i, driver, group, region in groups:
        if driver == "awslogs" and group:
            label = f"{path}[{i}].logConfiguration"
            there = replace(place, region=str(region)) if region else place
            yield LogRoute(place, "", arn(str(group), "logGroup", there), label=label)
        elif driver and driver not in _STAYING_DRIVERS:
            yield LogRoute(place, "", f"the log driver {driver}", label=f"{path}[{i}].logConfiguration")


def containers(value: Any) -> list[dict[str, Any]]:
    """Container definitions, their keys in lower case, since ECS reads them in any.

    Raises `ValueError`, `TypeError`, `AttributeError` or `RecursionError` for what is not a list of objects.
    """
    decoded = json.loads(value) if isinstance(value, str) else value
    return [dict(_lower(container).items()) for container in decoded]


def _lower(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key).lower(): _lower(inner) for key, inner in value.items()}
    return value


def _switched_off(resource: Resource, path: str) -> bool:
    beside = f"{path.rsplit('.', 1)[0]}.enabled" if "." in path else "enabled"
    return any(value is False for _, value in at(resource.props, beside))


def arn(destination: Maybe[str], path: str, place: Place) -> Maybe[str]:
    """A destination given by a bucket's, log group's or delivery stream's bare name, as an ARN."""
    if isinstance(destination, Unknown) or destination.startswith("arn:"):
        return destination
    last = path.lower()
    account = place.account if isinstance(place.account, str) else ""
    region = place.region if isinstance(place.region, str) else ""
    if "bucket" in last:
        return f"arn:aws:s3:::{destination}"
    if "loggroup" in last:
        return f"arn:aws:logs:{region}:{account}:log-group:{destination}"
    if "deliverystream" in last or "firehose" in last:
        return f"arn:aws:firehose:{region}:{account}:deliverystream/{destination}"
    return destination
