"""A tenant's name in the platform's zone, pointing at the tenant's own load balancer."""

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import pulumi
from botocore.exceptions import BotoCoreError, ClientError
from pulumi.dynamic import CheckFailure, CheckResult, CreateResult, ReadResult, Resource, UpdateResult

from tenant_links import aws, names, records
from tenant_links.claim import Claim, LinkError, TakenError, fresh_nonce, plain
from tenant_links.lifecycle import (
    STATE_VERSION,
    LinkProvider,
    Props,
    Rule,
    changed,
    clean,
    failure,
    fixed,
    notice,
    owner,
    supported,
)
from tenant_links.records import Batch, Live
from tenant_safety.tenancy import Pair, astray

_PAUSE = 15.0, 20.0
"""Seconds between two looks: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html"""
_LONGEST = 600
_NAME = ("tenant", "environment", "zone_id", "label", "zone_name")


@dataclass(frozen=True)
class _Wanted:
    """Checked inputs, all known."""

    tenant: str
    environment: str
    tenant_account: str
    zone_id: str
    label: str
    owner: str
    resource: str
    ttl: int
    quarantine_days: float
    adopt: bool
    zone_name: str | None = None
    load_balancer_arn: str | None = None
    dns_name: str | None = None

    def claim(self, nonce: str) -> Claim:
        return Claim(self.tenant, self.environment, self.tenant_account, self.owner, self.resource, nonce)


class TenantSubdomainProvider(LinkProvider):
    """The life cycle of `TenantSubdomain`; this class's import path stands in users' state."""

    required: ClassVar[Mapping[str, Rule]] = {
        "tenant": names.slug,
        "environment": names.slug,
        "owner": plain,
        "resource": plain,
        "ttl": names.ttl,
    }
    optional: ClassVar[Mapping[str, Rule]] = {
        "tenant_account": names.account,
        "zone_id": names.zone_id,
        "zone_name": names.host,
        "label": names.label,
        "load_balancer_arn": lambda value: names.load_balancer(value).arn,
        "dns_name": names.host,
        "adopt": names.flag,
        "quarantine_days": names.days,
    }
    updates = (
        *("tenant_account", "owner", "resource", "ttl", "load_balancer_arn", "dns_name"),
        "quarantine_days",
    )
    since: ClassVar[Props] = {"adopt": False, "quarantine_days": 0}

    @clean
    def check(self, _olds: Props, news: Props) -> CheckResult:
        result = self.checked(news)
        inputs, failures = result.inputs, result.failures
        if (news.get("load_balancer_arn") is None) == (news.get("dns_name") is None):
            reason = "expected either load_balancer_arn or dns_name"
            failures.append(failure("load_balancer_arn", reason))
        pair = None if failures else self.pair(inputs)
        if pair is not None:
            failures += _beyond(inputs, pair)
        return result

    def replaces(self, olds: Props, news: Props) -> list[str]:
        return changed(olds, news, [name for name in _NAME if name in news])

    def stables(self, replaces: list[str]) -> list[str]:
        return [] if {"zone_id", "label", "zone_name"}.intersection(replaces) else ["fqdn"]

    diff = clean(LinkProvider.diff)

    @clean
    def create(self, props: Props) -> CreateResult:
        wanted, nonce = self._wanted(props), fresh_nonce()
        fqdn = self._fqdn(wanted)
        answers = records.answer_records(fqdn, self._target(wanted))
        claim, now = wanted.claim(nonce), datetime.now(UTC)
        change = self._change(
            wanted.zone_id, fqdn, lambda live: records.claim_batch(live, claim, answers, now, adopt=wanted.adopt)
        )
        return CreateResult(f"{wanted.zone_id}/{fqdn}", self._outputs(props, (fqdn, nonce, change), answers))

    @clean
    def read(self, id_: str, props: Props) -> ReadResult:
        supported(props)
        wanted, fqdn, nonce = self._wanted(props), props["fqdn"], props["nonce"]
        live = self._live(wanted.zone_id, fqdn)
        mine = live.claim is not None and live.claim.same_incarnation(wanted.claim(nonce))
        replaced = live.ownership is not None and not mine
        if replaced or (live.ownership is None and not live.answers):
            return ReadResult("", {})
        target = self._find_target(wanted)
        answers = records.answer_records(fqdn, target) if target else ()
        drift = records.drift(live, wanted.claim(nonce), answers)
        if target is None:
            drift.append(f"the load balancer {wanted.load_balancer_arn} does not exist any more")
        change = props.get("change_id", "")
        return ReadResult(id_, self._outputs(props, (fqdn, nonce, change), live.answers, drift))

    @clean
    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        supported(olds)
        wanted, fqdn, nonce = self._wanted(news), olds["fqdn"], olds["nonce"]
        if fqdn != self._fqdn(wanted):
            # What a pair may have, its checked inputs say; a state can be written by hand.
            raise LinkError(f"expected a state of {self._fqdn(wanted)} (got one of {fqdn}); restore the stack's state")
        answers = records.answer_records(fqdn, self._target(wanted))
        claim = wanted.claim(nonce)
        change = self._change(wanted.zone_id, fqdn, lambda live: records.update_batch(live, claim, answers))
        change = change or olds.get("change_id", "")
        return UpdateResult(self._outputs(news, (fqdn, nonce, change), answers))

    @clean
    def delete(self, _id: str, props: Props) -> None:
        supported(props)
        wanted, fqdn, now = self._wanted(props), props["fqdn"], datetime.now(UTC)
        claim, days = wanted.claim(props["nonce"]), wanted.quarantine_days
        try:
            self._change(wanted.zone_id, fqdn, lambda live: records.release_batch(live, claim, days, now))
        except TakenError as reason:
            notice(str(reason))

    def _wanted(self, props: Props) -> _Wanted:
        known = self.known(props)
        return _Wanted(**(known | {"ttl": int(known["ttl"])}))

    def _fqdn(self, wanted: _Wanted) -> str:
        zone = wanted.zone_name or aws.zone_name(self.accounts, wanted.zone_id)
        try:
            return names.fqdn(wanted.label, zone)
        except ValueError as error:
            raise LinkError(f"label: {error}") from None

    def _target(self, wanted: _Wanted) -> records.Target:
        target = self._find_target(wanted)
        if target is None:
            arn = wanted.load_balancer_arn
            raise LinkError(f"there is no load balancer {arn} in the tenant's account; create it first")
        return target

    def _find_target(self, wanted: _Wanted) -> records.Target | None:
        if wanted.load_balancer_arn is not None:
            return aws.load_balancer(self.accounts, names.load_balancer(wanted.load_balancer_arn))
        return records.Cname(wanted.dns_name, wanted.ttl) if wanted.dns_name else None

    def _live(self, zone_id: str, fqdn: str) -> Live:
        return Live.of(fqdn, aws.records_under(self.accounts, zone_id, fqdn))

    def _change(self, zone_id: str, fqdn: str, plan: Callable[[Live], Batch]) -> str:
        """Bring the name to what `plan` makes of it; returns the change's id, "" where nothing was to do.

        A lost race and the retry of a batch that was committed but answered 5xx look alike: read, plan anew.  In the
        second case the plan finds owner and nonce as wanted, and nothing is left to do.
        """
        tried: Batch = ()
        while batch := plan(self._live(zone_id, fqdn)):
            try:
                return aws.change(self.accounts, zone_id, batch)
            except ClientError as error:
                if aws.code(error) != "InvalidChangeBatch" or batch == tried:
                    raise
                tried = batch
        return ""

    def _outputs(
        self, props: Props, made: tuple[str, str, str], answers: tuple[records.Record, ...], drift: Sequence[str] = ()
    ) -> Props:
        """The state; `made` are the name, the nonce and the id of the last change."""
        fqdn, nonce, change = made
        return self.known(props) | {
            "zone_name": fqdn.partition(".")[2],
            "fqdn": fqdn,
            "nonce": nonce,
            "target": ", ".join(sorted({record.target for record in answers})),
            "record_types": sorted(record.type for record in answers),
            "change_id": change,
            "drift": list(drift),
            "state_version": STATE_VERSION,
        }


def _beyond(inputs: Props, pair: Pair) -> Iterator[CheckFailure]:
    """What the registry does not let this name be; fills in what it fixes, so that previews and policies know it."""
    links = pair.links
    values = {"tenant_account": pair.account, "zone_id": links.zone, "zone_name": links.zone_name}
    yield from fixed(inputs, {**values, "quarantine_days": links.quarantine_days})
    label, arn, leads = (
        inputs.setdefault("label", pair.labels[0]),
        inputs.get("load_balancer_arn"),
        inputs.get("dns_name"),
    )
    if isinstance(label, str):
        if label not in pair.labels:
            yield failure("label", f"expected one of {pair.name}: {', '.join(pair.labels)} (got {label!r})")
        try:
            inputs["fqdn"] = names.fqdn(names.label(label), links.zone_name)
        except ValueError as error:
            yield failure("label", str(error))
    if isinstance(arn, str) and names.load_balancer(arn).account != pair.account:
        yield failure(
            "load_balancer_arn", f"expected a load balancer in the tenant's account {pair.account} (got {arn})"
        )
    if isinstance(leads, str) and (reason := astray(pair, leads)):
        yield failure("dns_name", reason)
    if leads is not None and leads == inputs.get("fqdn"):
        yield failure("dns_name", f"expected another name than its own (got {leads!r})")


class TenantSubdomain(Resource, module="tenant_links", name="TenantSubdomain"):
    """`<label>.<zone>` as an alias A (and AAAA) to the tenant's load balancer, or a CNAME to `dns_name`.

    Beside it stands `_tenant-links.<label>.<zone>`, a TXT record that says whose the name is.  Nothing is ever taken
    over: a name with another owner, or with records that nobody claims, is refused.  A name that was let go of stays
    closed to other tenants for the registry's `quarantine_days`.

    Errors: `LinkError`, one line: the name is another's, the load balancer does not exist, AWS refuses.
    Source: https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
    """

    tenant: pulumi.Output[str]
    environment: pulumi.Output[str]
    label: pulumi.Output[str]
    zone_id: pulumi.Output[str]
    fqdn: pulumi.Output[str]
    """The whole name without the trailing dot; known in previews."""
    target: pulumi.Output[str]
    """The DNS name that the records point to."""
    record_types: pulumi.Output[list[str]]
    """The types of the records at the name: `["A"]`, `["A", "AAAA"]` or `["CNAME"]`."""
    nonce: pulumi.Output[str]
    """What marks this incarnation in the ownership record: 16 hexadecimal digits, not secret."""
    change_id: pulumi.Output[str]
    """Route 53's id of the last change."""

    def __init__(
        self,
        name: str,
        *,
        tenant: pulumi.Input[str],
        environment: pulumi.Input[str],
        zone: pulumi.Input[str] | None = None,
        label: pulumi.Input[str] | None = None,
        load_balancer_arn: pulumi.Input[str] | None = None,
        dns_name: pulumi.Input[str] | None = None,
        ttl: pulumi.Input[int] = 300,
        adopt: bool = False,
        tenant_account: pulumi.Input[str] | None = None,
        zone_name: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """
        Args:
            name: The resource's name in the stack; part of the ownership record, so rename with `aliases`.
            tenant: The tenant, as in the registry: 1 to 40 lower-case letters, digits and inner hyphens.
            environment: The environment, in the same form.
            zone: The master zone: `Z…`; the registry's, which it must be, if not given.
            label: One DNS label in lower case, of the pair's own: the tenant's subdomain, or that with the environment
                (`customer1-beta`).  The tenant's subdomain if not given.
            load_balancer_arn: An application or network load balancer in the tenant's account.
            dns_name: Instead of it, a name for a CNAME.
            ttl: The CNAME's time to live in seconds, 30 to 86,400; an alias has its target's.
            adopt: Take the name also if it has records that nobody claims, or is still closed after its release.
            tenant_account: The tenant's AWS account, 12 digits; compared with the registry's.
            zone_name: The zone's name; compared with the registry's.
            opts: Pulumi's options.
        """
        inputs = {
            "tenant": tenant,
            "environment": environment,
            "tenant_account": tenant_account,
            "zone_id": zone,
            "zone_name": zone_name,
            "label": label,
            "load_balancer_arn": load_balancer_arn,
            "dns_name": dns_name,
            "ttl": ttl,
            "adopt": adopt,
            "owner": owner(),
            "resource": name,
        }
        outputs = dict.fromkeys(("fqdn", "target", "record_types", "nonce", "change_id", "drift", "state_version"))
        super().__init__(TenantSubdomainProvider(), name, {**inputs, **outputs}, opts)

    def answering(self) -> pulumi.Output[str]:
        """The name, once all of Route 53's servers answer for it; at once in previews.

        The program waits, not the provider: that has four threads for all resources together.

        Errors: `LinkError` after 10 minutes.
        """
        return pulumi.Output.all(self.fqdn, self.change_id).apply(lambda known: _answering(*known))


async def _answering(fqdn: str, change_id: str) -> str:
    config = pulumi.Config("tenant-links")
    accounts = aws.Accounts(aws.Settings.of(lambda key: config.get(key.removeprefix("tenant-links:"))))
    waited = 0.0
    if not change_id or pulumi.runtime.is_dry_run():
        return fqdn
    while not await asyncio.to_thread(_is_insync, accounts, change_id):
        if waited > _LONGEST:
            raise LinkError(f"{fqdn}: expected all of Route 53's servers to answer within {_LONGEST} s; run again")
        # Route 53 propagates within 60 seconds as a rule; the jitter keeps many tenants' programs apart.
        pause = random.uniform(*_PAUSE)
        await asyncio.sleep(pause)
        waited += pause
    return fqdn


def _is_insync(accounts: aws.Accounts, change_id: str) -> bool:
    try:
        return aws.is_insync(accounts, change_id)
    except (ClientError, BotoCoreError) as error:
        raise aws.one_line(error) from None
