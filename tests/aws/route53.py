"""Route 53's record sets: strict where ownership depends on it.

CREATE never takes over, DELETE needs the exact values, a batch is carried out in order and as a whole or not at all.

Sources: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html and
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values.html.
Error texts are as users of AWS quote them in the issues of terraform-provider-aws, external-dns and roadworker.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.route53.models import route53_backends

from . import dns, elbv2
from .calls import Call, Refusal
from .world import Rule, World

Key = tuple[str, str, str]
MAX_RECORDS, MAX_CHARACTERS, MAX_PAGE, MAX_TTL = 1000, 32_000, 300, 2**31 - 1
_ROUTING = (
    "Weight",
    "Region",
    "GeoLocation",
    "GeoProximityLocation",
    "Failover",
    "MultiValueAnswer",
    "CidrRoutingConfig",
)
_BUSY = "The request was rejected because Route 53 was still processing a prior request."


@dataclass(frozen=True)
class RecordSet:
    """A record set in Route 53's own writing.  `source` is what the caller sent, names made canonical."""

    name: str
    type: str
    variant: str
    content: tuple[Any, ...]
    source: Mapping[str, Any] = field(compare=False, repr=False)

    @property
    def key(self) -> Key:
        return self.name, self.type, self.variant

    @classmethod
    def of(cls, source: Mapping[str, Any]) -> RecordSet:
        """Raises `dns.Fault`."""
        kind = source["Type"]
        name, made = dns.canonical(source["Name"]), dict(source)
        made["Name"] = name
        content: list[Any] = [source.get("TTL"), source.get("HealthCheckId")]
        values = [value["Value"] for value in source.get("ResourceRecords") or ()]
        for value in values:
            dns.check(kind, value)
        content.append(tuple(sorted(_comparable(kind, value) for value in values)))
        alias = source.get("AliasTarget")
        if alias:
            target = dns.canonical(alias["DNSName"])
            made["AliasTarget"] = {**alias, "DNSName": target}
            content.append((alias["HostedZoneId"], target, bool(alias["EvaluateTargetHealth"])))
        content += [repr(source.get(part)) for part in _ROUTING]
        return cls(name, kind, source.get("SetIdentifier") or "", tuple(content), made)


def _comparable(kind: str, value: str) -> str:
    """Names as values are equal whatever their case and trailing dot; other values are compared as they are."""
    return dns.canonical(value) if kind in ("CNAME", "NS", "PTR") else value


@dataclass
class Zone:
    id: str
    name: str
    records: dict[Key, RecordSet]
    busy_until: float = 0.0


@dataclass(frozen=True)
class Change:
    """What GetChange tells of a batch."""

    id: str
    at: float
    insync: float
    comment: str | None


def zone_of(call: Call, world: World) -> Zone:
    """The zone that a call names.  Another account's is not told apart from one that may not be touched.

    AWS's reference names only NoSuchHostedZone; that another account's zone is AccessDenied is what users report.
    """
    name = call.params.get("HostedZoneId") or call.params.get("Id") or ""
    name = name.rsplit("/", 1)[-1]
    for account in [account for account in list(route53_backends) if account.isdecimal()]:
        made = route53_backends[account]["aws"].zones.get(name)
        if made is not None and account == call.account:
            fresh = Zone(name, dns.canonical(made.name), _first_records(made))
            zone: Zone = world.zones.setdefault(name, fresh)
            return zone
        if made is not None:
            said = f"User: {call.caller.arn} is not authorized to access this resource"
            raise Refusal("AccessDenied", said, 403)
    raise Refusal("NoSuchHostedZone", f"No hosted zone found with ID: {name}", 404)


def _first_records(made: Any) -> dict[Key, RecordSet]:
    """The NS and SOA records that every zone has.

    Source: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html
    """
    servers = [f"{server}." for server in made.delegation_set.name_servers] if made.delegation_set else ["ns.aws."]
    soa = f"{servers[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
    values = {"NS": (172_800, servers), "SOA": (900, [soa])}
    found = [
        RecordSet.of({"Name": made.name, "Type": kind, "TTL": ttl, "ResourceRecords": [{"Value": v} for v in texts]})
        for kind, (ttl, texts) in values.items()
    ]
    return {record.key: record for record in found}


def change(call: Call, world: World) -> dict[str, Any]:
    """ChangeResourceRecordSets."""
    zone, batch = zone_of(call, world), call.params["ChangeBatch"]
    _size(batch["Changes"])
    # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests-changeresourcerecordsets
    # Threads may come out of order by a request, so without a delay there is nothing to compare.
    if world.settings.zone_busy and call.now < zone.busy_until:
        raise Refusal("PriorRequestNotComplete", _BUSY, 400)
    after, faults = dict(zone.records), []
    for item in batch["Changes"]:
        fault = _apply(after, zone, item["Action"], item["ResourceRecordSet"], world)
        if fault:
            faults.append(fault)
    if faults:
        raise Refusal("InvalidChangeBatch", f"[{', '.join(faults)}]", 400)
    zone.records, zone.busy_until = after, call.now + world.settings.zone_busy
    lent: Any = route53_backends[call.account]["aws"].zones[zone.id]
    lent.rrsets = list(after.values())
    slow = world.faults.strike(call.service, call.operation, call.account, ("slow",))
    insync = call.now + (slow.seconds if slow else world.settings.insync)
    made = Change("C" + secrets.token_hex(10).upper(), call.now, insync, batch.get("Comment"))
    world.changes[made.id] = made
    return {"ChangeInfo": _info(made, call, world)}


def _size(changes: list[Mapping[str, Any]]) -> None:
    """At most 1,000 records and 32,000 characters of values a batch; an UPSERT counts twice.

    An alias has no ResourceRecord; that it counts as one is an assumption on the safe side.
    Source: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests-changeresourcerecordsets
    """
    if not changes:
        raise Refusal("InvalidChangeBatch", "[A batch needs at least one change]", 400)
    counted = [
        (2 if item["Action"] == "UPSERT" else 1, item["ResourceRecordSet"].get("ResourceRecords") or ())
        for item in changes
    ]
    if sum(weight * max(1, len(values)) for weight, values in counted) > MAX_RECORDS:
        raise Refusal("InvalidChangeBatch", f"[Number of records limit of {MAX_RECORDS} exceeded.]", 400)
    if sum(weight * len(value["Value"]) for weight, values in counted for value in values) > MAX_CHARACTERS:
        raise Refusal("InvalidChangeBatch", f"[Number of characters limit of {MAX_CHARACTERS} exceeded.]", 400)


def _apply(after: dict[Key, RecordSet], zone: Zone, action: str, source: Mapping[str, Any], world: World) -> str:
    """Carry out one change on what the ones before it left; returns why not, or nothing."""
    _form(action, source)
    try:
        record = RecordSet.of(source)
    except dns.Fault as fault:
        return f"Invalid Resource Record: '{fault}'"
    variant = f", set-identifier='{record.variant}'" if record.variant else ""
    shown = f"resource record set [name='{record.name}', type='{record.type}'{variant}]"
    if record.name != zone.name and not record.name.endswith("." + zone.name):
        return f"RRSet with DNS name {record.name} is not permitted in zone {zone.name}"
    if action == "DELETE":
        if record.key not in after:
            return f"Tried to delete {shown} but it was not found"
        if after[record.key] != record:
            return f"Tried to delete {shown} but the values provided do not match the current values"
        if record.name == zone.name and record.type in ("NS", "SOA"):
            number = "at least one NS record" if record.type == "NS" else "exactly one SOA record"
            return f"A HostedZone must contain {number} for the zone itself."
        del after[record.key]
        return ""
    if action == "CREATE" and record.key in after:
        return f"Tried to create {shown} but it already exists"
    conflict = _conflict(after, zone, record) or _values(record) or _alias(after, zone, record, world)
    if not conflict:
        after[record.key] = record
    return conflict


def _form(action: str, source: Mapping[str, Any]) -> None:
    """What the request's own form demands: an alias, or a TTL with values.  Raises `Refusal`."""
    forms = [bool(source.get("AliasTarget")), source.get("TTL") is not None and bool(source.get("ResourceRecords"))]
    extra = source.get("AliasTarget") and (source.get("TTL") is not None or source.get("ResourceRecords"))
    if sum(forms) == 1 and not extra:
        ttl = source.get("TTL")
        if ttl is not None and not 0 <= ttl <= MAX_TTL:
            raise Refusal("InvalidInput", f"Invalid TTL: {ttl}", 400)
        return
    found = "more than one" if sum(forms) > 1 or extra else "none"
    where = (
        f"[Action={action}, Name={source['Name']}, Type={source['Type']}, SetIdentifier={source.get('SetIdentifier')}]"
    )
    wanted = "[AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]"
    said = f"Invalid request: Expected exactly one of {wanted}, but found {found} in Change with {where}"
    raise Refusal("InvalidInput", said, 400)


def _conflict(after: Mapping[Key, RecordSet], zone: Zone, record: RecordSet) -> str:
    """A CNAME stands alone and never at the apex; a name and type is either simple or routed.

    Source: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#CNAMEFormat
    """
    shown = f"RRSet of type {record.type} with DNS name {record.name} is not permitted"
    if record.type == "CNAME" and record.name == zone.name:
        return f"{shown} at apex in zone {zone.name}"
    types = {key[1] for key in after if key[0] == record.name and key[1] != record.type}
    if record.type == "CNAME" and types:
        return f"{shown} as it conflicts with other records with the same DNS name in zone {zone.name}"
    if "CNAME" in types:
        cause = "a conflicting RRSet of type CNAME with the same DNS name already exists"
        return f"{shown} because {cause} in zone {zone.name}"
    variants = {key[2] for key in after if key[:2] == (record.name, record.type)}
    if variants and ("" in variants) != (record.variant == ""):
        other = "non-simple" if record.variant == "" else "simple"
        shown = f"RRSet with DNS name {record.name}, type {record.type}, SetIdentifier {record.variant or None}"
        return f"{shown} cannot be created as a {other} RRSet with the same name and type already exists."
    return ""


def _values(record: RecordSet) -> str:
    values = [value["Value"] for value in record.source.get("ResourceRecords") or ()]
    twice = next((value for value in values if values.count(value) > 1), None)
    if twice is not None:
        return f"Duplicate Resource Record: '{twice}'"
    if record.type == "CNAME" and len(values) > 1:
        return f"RRSet of type CNAME with DNS name {record.name} has more than one value"
    return ""


def _alias(after: Mapping[Key, RecordSet], zone: Zone, record: RecordSet, world: World) -> str:
    """An alias goes to a record of the same type in the same zone, or to a load balancer's name in the load
    balancers' zone.  Whether that load balancer exists Route 53 does not ask.

    Source: https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
    """
    alias = record.source.get("AliasTarget")
    if not alias:
        return ""
    target, target_zone = alias["DNSName"], alias["HostedZoneId"]
    shown = f"Tried to create an alias that targets {target}, type {record.type} in zone {target_zone}"
    outside = f"{shown}, but the alias target name does not lie within the target zone"
    if target_zone == zone.id:
        if target != zone.name and not target.endswith("." + zone.name):
            return outside
        found = any(key[:2] == (target, record.type) for key in after)
        return "" if found else f"{shown}, but that target was not found"
    suffixes = elbv2.suffixes(target_zone)
    if not suffixes:
        return f"{shown}, but that zone is not one of an alias target" if target_zone not in world.zones else outside
    if record.type not in ("A", "AAAA"):
        return f"{shown}, but that target was not found"
    return "" if re.fullmatch(rf"[a-z0-9.-]+\.(?:{'|'.join(map(re.escape, suffixes))})\.", target) else outside


def listed(call: Call, world: World) -> dict[str, Any]:
    """ListResourceRecordSets, pending changes included.

    Source: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
    """
    zone, params = zone_of(call, world), call.params
    name, kind = params.get("StartRecordName"), params.get("StartRecordType")
    variant = params.get("StartRecordIdentifier")
    if (kind and not name) or (variant and not kind):
        raise Refusal("InvalidInput", "The input is not valid: a type needs a name, an identifier a type", 400)
    try:
        start = (dns.order(dns.canonical(name)) if name else "", kind or "", variant or "")
    except dns.Fault as fault:
        raise Refusal("InvalidInput", str(fault), 400) from None
    size = min(int(params.get("MaxItems") or MAX_PAGE), MAX_PAGE)
    found = sorted(zone.records.values(), key=lambda record: (dns.order(record.name), *record.key[1:]))
    found = [record for record in found if (dns.order(record.name), *record.key[1:]) >= start]
    page, more = found[:size], found[size:]
    answer = {
        "ResourceRecordSets": [record.source for record in page],
        "IsTruncated": bool(more),
        "MaxItems": str(size),
    }
    if more:
        answer |= {"NextRecordName": more[0].name, "NextRecordType": more[0].type}
        answer |= {"NextRecordIdentifier": more[0].variant} if more[0].variant else {}
    return answer


def get_change(call: Call, world: World) -> dict[str, Any]:
    found = world.changes.get(call.params["Id"].rsplit("/", 1)[-1])
    if found is None:
        raise Refusal("NoSuchChange", f"Could not find resource with ID: {call.params['Id']}", 404)
    return {"ChangeInfo": _info(found, call, world)}


def _info(change: Change, call: Call, world: World) -> dict[str, Any]:
    status = "INSYNC" if call.now >= change.insync else "PENDING"
    shown = {"Id": f"/change/{change.id}", "Status": status, "SubmittedAt": world.clock.date(change.at)}
    return shown | ({"Comment": change.comment} if change.comment else {})


def owned(call: Call, world: World) -> None:
    """Calls that moto answers, for zones of the caller's account only."""
    zone_of(call, world)


def create_zone(call: Call, _world: World) -> None:
    """A caller reference stands for one zone for ever.

    Source: https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html
    """
    reference = call.params["CallerReference"]
    zones = route53_backends[call.account]["aws"].zones.values()
    if any(zone.caller_reference == reference for zone in zones):
        said = f"A hosted zone has already been created with the specified caller reference: {reference}"
        raise Refusal("HostedZoneAlreadyExists", said, 409)


def delete_zone(call: Call, world: World) -> None:
    zone = zone_of(call, world)
    if any(key[:2] not in ((zone.name, "NS"), (zone.name, "SOA")) for key in zone.records):
        said = "The specified hosted zone contains non-required resource record sets and so cannot be deleted."
        raise Refusal("HostedZoneNotEmpty", said, 400)
    del world.zones[zone.id]


RULES: dict[str, Rule] = {
    "ChangeResourceRecordSets": change,
    "ListResourceRecordSets": listed,
    "GetChange": get_change,
    "CreateHostedZone": create_zone,
    "GetHostedZone": owned,
    "DeleteHostedZone": delete_zone,
    "UpdateHostedZoneComment": owned,
}
