"""A tenant's record sets in Route 53, and the batches that change them without ever taking a name over.

Every batch holds the ownership record, and CREATE and DELETE only: CREATE fails where a record exists, DELETE
needs the exact old values, and a batch is atomic.  So a batch is a compare-and-swap, and who raced us sees it
fail. The reads before it only make better errors: correctness does not depend on them.
Source: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tenant_links.claim import Claim, Released, TakenError
from tenant_links.names import ownership_name

OWNERSHIP_TTL = 300
# Types that answer for the name itself; what else may stand beside them (MX, CAA …) is not ours.
ANSWERING = ("A", "AAAA", "CNAME", "HTTPS", "NS", "SVCB")


@dataclass(frozen=True)
class Alias:
    """A load balancer as a target: its DNS name, the zone of that name, and whether it speaks IPv6 too."""

    dns_name: str
    zone_id: str
    dualstack: bool


@dataclass(frozen=True)
class Cname:
    """Any name as a target; `ttl` in seconds."""

    dns_name: str
    ttl: int


Target = Alias | Cname


@dataclass(frozen=True)
class Record:
    """A record set; `source` is what Route 53 said of it, since a DELETE must repeat it exactly."""

    name: str
    type: str
    ttl: int | None = None
    values: tuple[str, ...] = ()
    alias: tuple[str, str] | None = None
    variant: str = ""
    source: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of_aws(cls, source: Mapping[str, Any]) -> "Record":
        alias = source.get("AliasTarget")
        return cls(
            name=_bare(source["Name"]),
            type=source["Type"],
            ttl=source.get("TTL"),
            values=tuple(sorted(value["Value"] for value in source.get("ResourceRecords", ()))),
            alias=(_bare(alias["DNSName"]), alias["HostedZoneId"]) if alias else None,
            variant=source.get("SetIdentifier", ""),
            source=source,
        )

    def aws(self) -> Mapping[str, Any]:
        if self.source is not None:
            return self.source
        if self.alias is not None:
            name, zone_id = self.alias
            alias = {"HostedZoneId": zone_id, "DNSName": name + ".", "EvaluateTargetHealth": False}
            return {"Name": self.name + ".", "Type": self.type, "AliasTarget": alias}
        values = [{"Value": value} for value in self.values]
        return {"Name": self.name + ".", "Type": self.type, "TTL": self.ttl, "ResourceRecords": values}

    @property
    def target(self) -> str:
        return self.alias[0] if self.alias else ", ".join(_bare(value) for value in self.values)


@dataclass(frozen=True)
class Change:
    action: Literal["CREATE", "DELETE"]
    record: Record

    def aws(self) -> dict[str, Any]:
        return {"Action": self.action, "ResourceRecordSet": self.record.aws()}


Batch = tuple[Change, ...]


@dataclass(frozen=True)
class Live:
    """What stands in the zone for one name."""

    fqdn: str
    ownership: Record | None
    claim: Claim | None
    released: Released | None
    answers: tuple[Record, ...]

    @classmethod
    def of(cls, fqdn: str, records: Iterable[Record]) -> "Live":
        known = tuple(records)
        ownership = next((r for r in known if r.name == ownership_name(fqdn) and r.type == "TXT"), None)
        answers = tuple(r for r in known if r.name == fqdn and r.type in ANSWERING)
        text = _unquoted(ownership) if ownership else ""
        return cls(fqdn, ownership, Claim.of_text(text), Released.of_text(text), answers)

    def describe(self) -> str:
        if self.claim is not None:
            return f"{self.fqdn} belongs to {self.claim}"
        if self.released is not None and not self.answers:
            until = f"{self.released.until:%Y-%m-%d %H:%M %Z}"
            return (
                f"{self.fqdn} was let go of by tenant '{self.released.tenant}' and stays closed to others until {until}"
            )
        if self.ownership is not None and self.released is None:
            return f"{self.fqdn} has an ownership record that this version cannot read"
        types = ", ".join(record.type for record in self.answers)
        return f"{self.fqdn} has records without an ownership record: {types}"


def answer_records(fqdn: str, target: Target) -> tuple[Record, ...]:
    """The records that send the name to its target: alias A (and AAAA), or a CNAME."""
    if isinstance(target, Cname):
        return (Record(fqdn, "CNAME", target.ttl, (target.dns_name + ".",)),)
    kinds = ("A", "AAAA") if target.dualstack else ("A",)
    # Route 53 answers with the alias's name in lower case.
    return tuple(Record(fqdn, kind, alias=(_bare(target.dns_name), target.zone_id)) for kind in kinds)


def ownership_record(fqdn: str, claim: Claim | Released) -> Record:
    """The TXT record that says whose the name is, or was, in strings of at most 255 characters."""
    text = claim.text()
    quoted = " ".join(f'"{text[start : start + 255]}"' for start in range(0, len(text), 255))
    return Record(ownership_name(fqdn), "TXT", OWNERSHIP_TTL, (quoted,))


def claim_batch(live: Live, claim: Claim, answers: tuple[Record, ...], now: datetime, *, adopt: bool = False) -> Batch:
    """The batch that takes a free name, or resumes an own one under the new nonce.

    With `adopt` also a name with records that nobody claims, and one that is still closed after its release; never one
    that another owner has.

    Raises:
        TakenError: the name is another's, is closed, or has records that nobody claims.
    """
    if live.claim is not None and live.claim.same_owner(claim):
        return _swap(live, live.claim, claim, answers)
    if not _is_open(live, claim, now, adopt=adopt):
        closed = live.released is not None and not live.answers
        way = "set adopt=True if it may be given away" if closed else "remove what stands there first"
        raise TakenError(f"{live.describe()}; choose another label, or {way}")
    left = (Change("DELETE", live.ownership),) if live.ownership else ()
    return (*left, Change("CREATE", ownership_record(live.fqdn, claim)), *_answered(live, answers))


def _is_open(live: Live, claim: Claim, now: datetime, *, adopt: bool) -> bool:
    """May the name be taken by who does not have it?"""
    if live.claim is not None or (live.ownership is not None and live.released is None):
        return False
    # A delegation is a zone of somebody's; a variant is one of several answers by weight, region or health.
    if live.answers and (not adopt or any(record.type == "NS" or record.variant for record in live.answers)):
        return False
    return live.released is None or adopt or live.released.tenant == claim.tenant or now >= live.released.until


def update_batch(live: Live, claim: Claim, answers: tuple[Record, ...]) -> Batch:
    """The batch that moves an own name, of the same nonce, to new answers or a new owner's text.

    Where only the ownership record was lost it is written again, if the answers are exactly ours.

    Raises:
        TakenError: the name is not this incarnation's any more.
    """
    if live.ownership is None and all(record in answers for record in live.answers):
        return (Change("CREATE", ownership_record(live.fqdn, claim)), *_answered(live, answers))
    if live.claim is None or not live.claim.same_incarnation(claim):
        raise TakenError(f"{live.describe()}, not to this resource any more; run `pulumi refresh` and look again")
    return _swap(live, live.claim, claim, answers)


def release_batch(live: Live, claim: Claim, days: float, now: datetime) -> Batch:
    """The batch that lets go of an own name, closed to others for so many days; empty where nothing stands there.

    Raises:
        TakenError: what stands there is not this incarnation's, so it stays.
    """
    if not live.answers and (live.ownership is None or live.released is not None):
        return ()
    if live.ownership is None or live.claim is None or not live.claim.same_incarnation(claim):
        raise TakenError(f"{live.describe()}; it was not made by this resource, so it stays")
    closed = _created((ownership_record(live.fqdn, Released.of(live.claim, days, now)),)) if days else ()
    return (Change("DELETE", live.ownership), *closed, *(Change("DELETE", record) for record in live.answers))


def drift(live: Live, claim: Claim, answers: tuple[Record, ...]) -> list[str]:
    """How the zone differs from what the inputs ask for, one line a difference."""
    lines = []
    if live.claim is None:
        lines.append("the ownership record is missing or unreadable")
    elif not live.claim.same_content(claim):
        lines.append("the ownership record was changed")
    found = {record.type: record for record in live.answers}
    wanted = {record.type: record for record in answers}
    lines += [f"{kind} is missing" for kind in wanted if kind not in found]
    lines += [f"{kind} was added, to {found[kind].target}" for kind in found if kind not in wanted]
    edited = [kind for kind in wanted if kind in found and wanted[kind] != found[kind]]
    return lines + [f"{kind} points to {found[kind].target}, not {wanted[kind].target}" for kind in edited]


def _swap(live: Live, old: Claim, claim: Claim, answers: tuple[Record, ...]) -> Batch:
    changes = _answered(live, answers)
    if live.ownership is None or (old.same_content(claim) and not changes):
        return ()
    owned = Change("CREATE", ownership_record(live.fqdn, claim.after(old)))
    return (Change("DELETE", live.ownership), owned, *changes)


def _answered(live: Live, answers: tuple[Record, ...]) -> Batch:
    """What makes the name's records the wanted ones."""
    stale = tuple(Change("DELETE", record) for record in live.answers if record not in answers)
    return (*stale, *_created(tuple(record for record in answers if record not in live.answers)))


def _created(records: tuple[Record, ...]) -> Batch:
    return tuple(Change("CREATE", record) for record in records)


def _bare(name: str) -> str:
    return name.lower().removesuffix(".")


def _unquoted(record: Record) -> str:
    return "".join(re.findall(r'"([^"]*)"', record.values[0])) if len(record.values) == 1 else ""
