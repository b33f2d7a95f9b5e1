"""A tenant's name in the platform's zone, pointing at the tenant's own load balancer."""

from collections.abc import Callable
from dataclasses import dataclass

import pulumi
from botocore.exceptions import ClientError
from pulumi.dynamic import (
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    UpdateResult,
)

from tenant_links import aws, names, records
from tenant_links.claim import Claim, LinkError, TakenError, fresh_nonce, plain
from tenant_links.lifecycle import STATE_VERSION, LinkProvider, Props, changed, check, clean, failure, notice
from tenant_links.records import Batch, Live

_REQUIRED = {
    "tenant": names.slug,
    "environment": names.slug,
    "tenant_account": names.account,
    "zone_id": names.zone_id,
    "label": names.label,
    "owner": plain,
    "resource": plain,
    "ttl": names.ttl,
}
_OPTIONAL = {
    "zone_name": names.host,
    "load_balancer_arn": lambda value: names.load_balancer(value).arn,
    "dns_name": names.host,
}
_REPLACES = ("tenant", "environment", "zone_id", "label")
_UPDATES = ("tenant_account", "owner", "resource", "ttl", "load_balancer_arn", "dns_name")


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
    zone_name: str | None = None
    load_balancer_arn: str | None = None
    dns_name: str | None = None

    @classmethod
    def of(cls, props: Props) -> "_Wanted":
        known = {name: props[name] for name in (*_REQUIRED, *_OPTIONAL) if props.get(name) is not None}
        return cls(**(known | {"ttl": int(known["ttl"])}))

    def claim(self, nonce: str) -> Claim:
        return Claim(self.tenant, self.environment, self.tenant_account, self.owner, self.resource, nonce)


class TenantSubdomainProvider(LinkProvider):
    """The life cycle of `TenantSubdomain`; this class's import path stands in users' state."""

    @clean
    def check(self, _olds: Props, news: Props) -> CheckResult:
        result = check(news, _REQUIRED, _OPTIONAL)
        inputs, failures = result.inputs, result.failures
        if (news.get("load_balancer_arn") is None) == (news.get("dns_name") is None):
            reason = "expected either load_balancer_arn or dns_name"
            failures.append(failure("load_balancer_arn", reason))
        if failures:
            return result
        arn, account = inputs.get("load_balancer_arn"), inputs["tenant_account"]
        if isinstance(arn, str) and isinstance(account, str) and names.load_balancer(arn).account != account:
            reason = f"expected a load balancer in the tenant's account {account} (got {arn})"
            failures.append(failure("load_balancer_arn", reason))
        if isinstance(inputs["label"], str) and isinstance(inputs.get("zone_name"), str):
            try:
                # An input too, so that previews and policies know the name.
                inputs["fqdn"] = names.fqdn(inputs["label"], inputs["zone_name"])
            except ValueError as error:
                failures.append(failure("label", str(error)))
        return result

    @clean
    def diff(self, _id: str, olds: Props, news: Props) -> DiffResult:
        replaces = changed(olds, news, _REPLACES)
        if news.get("zone_name") is not None:  # else it is read from the zone, whose id tells enough
            replaces += changed(olds, news, ("zone_name",))
        updates = changed(olds, news, _UPDATES)
        same_name = not {"zone_id", "label", "zone_name"}.intersection(replaces)
        return DiffResult(
            changes=bool(replaces or updates or olds.get("drift")),
            replaces=replaces,
            stables=["fqdn"] if same_name else [],
            # One name can't stand twice: a tenant that gives its name to another one lets go of it first.
            delete_before_replace=same_name,
        )

    @clean
    def create(self, props: Props) -> CreateResult:
        wanted, nonce = _Wanted.of(props), fresh_nonce()
        fqdn = self._fqdn(wanted)
        answers = records.answer_records(fqdn, self._target(wanted))
        claim = wanted.claim(nonce)
        self._change(wanted.zone_id, fqdn, lambda live: records.claim_batch(live, claim, answers))
        return CreateResult(f"{wanted.zone_id}/{fqdn}", _outputs(props, fqdn, nonce, answers, []))

    @clean
    def read(self, id_: str, props: Props) -> ReadResult:
        wanted, fqdn, nonce = _Wanted.of(props), props["fqdn"], props["nonce"]
        live = self._live(wanted.zone_id, fqdn)
        replaced = live.ownership is not None and (live.claim is None or live.claim.nonce != nonce)
        if replaced or (live.ownership is None and not live.answers):
            return ReadResult("", {})
        target = self._find_target(wanted)
        answers = records.answer_records(fqdn, target) if target else ()
        drift = records.drift(live, wanted.claim(nonce), answers)
        if target is None:
            drift.append(f"the load balancer {wanted.load_balancer_arn} does not exist any more")
        return ReadResult(id_, _outputs(props, fqdn, nonce, live.answers, drift))

    @clean
    def update(self, _id: str, olds: Props, news: Props) -> UpdateResult:
        wanted, fqdn, nonce = _Wanted.of(news), olds["fqdn"], olds["nonce"]
        answers = records.answer_records(fqdn, self._target(wanted))
        claim = wanted.claim(nonce)
        self._change(wanted.zone_id, fqdn, lambda live: records.update_batch(live, claim, answers))
        return UpdateResult(_outputs(news, fqdn, nonce, answers, []))

    @clean
    def delete(self, _id: str, props: Props) -> None:
        zone_id, fqdn, nonce = props["zone_id"], props["fqdn"], props["nonce"]
        try:
            self._change(zone_id, fqdn, lambda live: records.release_batch(live, nonce))
        except TakenError as reason:
            notice(str(reason))

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

    def _change(self, zone_id: str, fqdn: str, plan: Callable[[Live], Batch]) -> None:
        # A lost race and the retry of a batch that was committed but answered 5xx look alike: read, plan anew.
        # In the second case the plan finds owner and nonce as wanted, and nothing is left to do.
        tried: Batch = ()
        while batch := plan(self._live(zone_id, fqdn)):
            try:
                aws.change(self.accounts, zone_id, batch)
            except ClientError as error:
                if aws.code(error) != "InvalidChangeBatch" or batch == tried:
                    raise
                tried = batch
            else:
                return


class TenantSubdomain(Resource, module="tenant_links", name="TenantSubdomain"):
    """`<label>.<zone>` as an alias A (and AAAA) to the tenant's load balancer, or a CNAME to `dns_name`.

    Beside it stands `_tenant-links.<label>.<zone>`, a TXT record that says whose the name is.  Nothing is
    ever taken over: a name with another owner, or with records that nobody claims, is refused.

    Errors: `LinkError`, one line: the name is another's, the load balancer does not exist, AWS refuses.
    Source: https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
    """

    tenant: pulumi.Output[str]
    environment: pulumi.Output[str]
    label: pulumi.Output[str]
    zone_id: pulumi.Output[str]
    fqdn: pulumi.Output[str]
    """The whole name without the trailing dot; known in previews if `zone_name` is given."""
    target: pulumi.Output[str]
    """The DNS name that the records point to."""
    record_types: pulumi.Output[list[str]]
    """The types of the records at the name: `["A"]`, `["A", "AAAA"]` or `["CNAME"]`."""
    nonce: pulumi.Output[str]
    """What marks this incarnation in the ownership record: 16 hexadecimal digits, not secret."""

    def __init__(
        self,
        name: str,
        *,
        tenant: pulumi.Input[str],
        environment: pulumi.Input[str],
        tenant_account: pulumi.Input[str],
        zone_id: pulumi.Input[str],
        label: pulumi.Input[str],
        zone_name: pulumi.Input[str] | None = None,
        load_balancer_arn: pulumi.Input[str] | None = None,
        dns_name: pulumi.Input[str] | None = None,
        ttl: pulumi.Input[int] = 300,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """
        Args:
            name: The resource's name in the stack; part of the ownership record, so rename with `aliases`.
            tenant: The tenant, as in the registry: 1 to 40 lower-case letters, digits and inner hyphens.
            environment: The environment, in the same form.
            tenant_account: The tenant's AWS account: 12 digits.
            zone_id: The master zone: `Z…`.
            label: One DNS label in lower case; names that the platform needs (`www`, `api` …) are reserved.
            zone_name: The zone's name; read from AWS at `up` if not given.
            load_balancer_arn: An application or network load balancer in `tenant_account`.
            dns_name: Instead of it, a name for a CNAME.
            ttl: The CNAME's time to live in seconds, 30 to 86,400; an alias has its target's.
            opts: Pulumi's options.
        """
        inputs = {
            "tenant": tenant,
            "environment": environment,
            "tenant_account": tenant_account,
            "zone_id": zone_id,
            "zone_name": zone_name,
            "label": label,
            "load_balancer_arn": load_balancer_arn,
            "dns_name": dns_name,
            "ttl": ttl,
            "owner": f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}",
            "resource": name,
        }
        outputs = dict.fromkeys(("fqdn", "target", "record_types", "nonce", "drift", "state_version"))
        super().__init__(TenantSubdomainProvider(), name, {**inputs, **outputs}, opts)


def _outputs(props: Props, fqdn: str, nonce: str, answers: tuple[records.Record, ...], drift: list[str]) -> Props:
    inputs = {name: props[name] for name in (*_REQUIRED, *_OPTIONAL) if props.get(name) is not None}
    return inputs | {
        "zone_name": fqdn.partition(".")[2],
        "fqdn": fqdn,
        "nonce": nonce,
        "target": ", ".join(sorted({record.target for record in answers})),
        "record_types": sorted(record.type for record in answers),
        "drift": drift,
        "state_version": STATE_VERSION,
    }
