"""What a link of a tenant-environment pair to the master account may be, as the registry fixes it.

The providers ask before they do anything, and the pack asks of what a program declares: one answer for both.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..iam import (
    Attached,
    Document,
    Policies,
    Symbolic,
    Text,
    TooComplex,
    Unknown,
    caller,
    granting,
    intersects,
    new_access,
    parse,
    reach,
)
from .registry import Links, Registry
from .sources import RegistryError

_MOST_TOLD = 3
"""How many of the same kind of faults are told."""
# An alias to a load balancer is compared with the tenant's account; a CNAME to one could not be.
_LOAD_BALANCER_NAME = re.compile(r"(^|\.)elb(\.[a-z0-9-]+)?\.amazonaws\.(com|com\.cn|eu)$")


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair as its links see it.  `labels`: the names in the master zone that it may have."""

    tenant: str
    environment: str
    account: str
    labels: tuple[str, ...]
    external_id: str | None = field(repr=False)
    master_account: str
    organization: str
    links: Links

    @property
    def name(self) -> str:
        return f"{self.tenant}-{self.environment}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a pair may not be granted something; where it is not `sure`, why it perhaps may not, and what is missing."""

    why: str
    sure: bool = True
    missing: tuple[Unknown, ...] = ()

    def __str__(self) -> str:
        missing = ", ".join(unknown.path for unknown in self.missing)
        return f"{self.why}{f' ({missing} is not known)' if missing else ''}"


def pair(registry: Registry, tenant: str, environment: str) -> Pair:
    """The pair of that tenant and environment.

    Raises:
        RegistryError: there is no such pair, or the registry does not say how tenants are linked.
    """
    found = registry.tenants.get(tenant)
    if found is None or environment not in found.environments:
        known = ", ".join(sorted(f"{t}-{e}" for t, about in registry.tenants.items() for e in about.environments)[:5])
        raise RegistryError(f"expected a registered pair such as {known or '(none)'} (got {tenant}-{environment})")
    platform, about = registry.platform, found.environments[environment]
    if platform.links is None:
        raise RegistryError("expected platform.links in the registry: without it no tenant can be linked")
    return Pair(
        tenant=tenant,
        environment=environment,
        account=about.account,
        labels=found.labels_of(environment),
        external_id=about.external_id.get_secret_value() if about.external_id else None,
        master_account=platform.master_account,
        organization=platform.organization,
        links=platform.links.model_copy(update={"boundary": platform.boundary(tenant, environment)}),
    )


def allowed(registry: Registry, tenant: str, environment: str) -> tuple[Attached, ...]:
    """The most that a pair may be granted of the master account: a policy document by its plan, or none.

    Raises:
        RegistryError: there is no such pair.
    """
    found = pair(registry, tenant, environment)
    blanks = _blanks(found.tenant, found.environment, found.account)
    plan = registry.tenants[tenant].plan
    statements = [
        {"Effect": "Allow", "Action": list(each.actions), "Resource": [r.format_map(blanks) for r in each.resources]}
        for each in registry.plans[plan].grants
    ]
    document = {"Version": "2012-10-17", "Statement": statements}
    return (Attached(f"plans.{plan}.grants", parse(document)),) if statements else ()


def astray(found: Pair, name: str) -> str:
    """Why a CNAME of the pair may not lead to that name (in lower case, without the last dot); empty if it may."""
    zone = found.links.zone_name
    if _LOAD_BALANCER_NAME.search(name):
        return f"expected load_balancer_arn for a load balancer (got its name {name!r})"
    if name.endswith(f".{zone}") and name not in [f"{label}.{zone}" for label in found.labels]:
        return f"expected no other tenant's name (got {name!r})"
    return ""


def refusals(registry: Registry, tenant: str, environment: str, granted: Document) -> Iterator[Refusal]:
    """Why a pair may not be granted what the document allows; nothing if it may.

    Whoever the grant's trust names, all of the pair's account is taken to have it.  What is not decided is refused,
    too.

    Raises:
        RegistryError: there is no such pair.
    """
    whole = (Attached("the grant", granted),)
    try:
        yield from _beyond_plan(registry, tenant, environment, whole)
        yield from _global_config(registry, whole)
        yield from _others(registry, tenant, environment, granted)
    except TooComplex as error:
        yield Refusal(f"it can't be judged: {error}", sure=False)


def _beyond_plan(registry: Registry, tenant: str, environment: str, granted: tuple[Attached, ...]) -> Iterator[Refusal]:
    plan = registry.tenants[tenant].plan
    answer = new_access(allowed(registry, tenant, environment), granted, "identity")
    if answer.new_access is False:
        return
    what = f"{answer.witness.action} on {answer.witness.resource}" if answer.witness else "something"
    if answer.new_access:
        yield Refusal(f"plan {plan} does not allow {what}")
    else:
        yield Refusal(f"plan {plan} may not allow {what}", sure=False, missing=answer.missing)


def _global_config(registry: Registry, granted: tuple[Attached, ...]) -> Iterator[Refusal]:
    platform = registry.platform
    who = caller(f"arn:aws:iam::{platform.master_account}:role/grant")
    policies = Policies(identity=granted, resource=(granting(who.account),))
    facts = dict.fromkeys(("aws:principalorgid", "aws:resourceorgid"), (platform.organization,))
    told = 0
    for target in platform.protected:
        account = "" if target.split(":")[4] else platform.master_account
        answer = reach(who, policies, (target,), None, facts=facts, account=account)
        if answer.verdict != "unreachable" and told < _MOST_TOLD:
            told += 1
            sure = answer.verdict == "reachable"
            what = f" by {answer.witness.action}" if answer.witness else ""
            why = f"it {'reaches' if sure else 'may reach'} global config {target}{what}"
            yield Refusal(why, sure, () if sure else answer.missing)


def _others(registry: Registry, tenant: str, environment: str, granted: Document) -> Iterator[Refusal]:
    """What is set aside for other pairs: their accounts, and what their plans complete with their names."""
    allows = [s for s in granted.statements if s.effect == "Allow"]
    resources: list[Text] = ["*" if s.not_resources else r for s in allows for r in s.resources]
    told = 0
    for whose, pattern in apart(registry, tenant, environment):
        hits = [r for r in resources if isinstance(r, Unknown) or meet(_wide(r), pattern)]
        # What is known decides, where there is something.
        hit = min(hits, key=lambda r: len(_missing(r)), default=None)
        if hit is not None and told < _MOST_TOLD:
            told += 1
            missing = _missing(hit)
            what = f"{hit} reaches" if isinstance(hit, str) and not missing else "it may reach"
            yield Refusal(f"{what} {pattern}, which is set aside for {whose}", not missing, missing)


def apart(registry: Registry, tenant: str, environment: str) -> Iterator[tuple[str, str]]:
    """What is set aside for other pairs than this one: whose, and the pattern of its ARNs."""
    own = frozenset(_own(registry, tenant, environment))
    for name, other in registry.tenants.items():
        for about in other.environments:
            if (name, about) != (tenant, environment):
                yield from ((f"{name}-{about}", each) for each in _own(registry, name, about) if each not in own)


_DELIVERS = (
    *("logs:PutSubscriptionFilter", "logs:PutLogEvents", "logs:CreateLogStream", "firehose:PutRecord*"),
    *("kinesis:PutRecord*", "s3:PutObject*", "s3:AbortMultipartUpload", "s3:GetBucketAcl", "s3:GetBucketLocation"),
)
"""What logs are delivered with; nothing that reads them."""


def within(registry: Registry, tenant: str, environment: str) -> Attached:
    """What a pair's own stacks may use of the platform's accounts.

    That is what its plan grants, the roles of its links, its own linker if it has one, and the delivery of its logs
    unless it is a high-security tenant.
    """
    platform, plan = registry.platform, registry.plan_of(registry.tenants[tenant])
    blanks = _blanks(tenant, environment, registry.tenants[tenant].environments[environment].account)
    given: list[tuple[tuple[str, ...], list[str]]] = [
        (each.actions, [r.format_map(blanks) for r in each.resources]) for each in plan.grants
    ]
    if not plan.high_security:
        given.append((_DELIVERS, list(platform.log_destinations)))
    roles = [f"arn:*:iam::{platform.master_account}:role/tenant-links/{tenant}/*"] if platform.links else []
    if own := platform.own_linker(tenant, environment):
        roles.append(f"arn:*:iam::{platform.master_account}:role/{own}")
    given += [(("sts:AssumeRole", "sts:TagSession"), roles)] if roles else []
    return Attached(f"what {tenant}-{environment} may use of the platform", _allowing(given))


def common(registry: Registry) -> Attached:
    """What of the platform's accounts a plan grants to whoever has it, without naming the pair, and where logs go."""
    grants = (each for plan in registry.plans.values() for each in plan.grants)
    given = [(each.actions, [r for r in each.resources if "{" not in r]) for each in grants]
    given.append((_DELIVERS, list(registry.platform.log_destinations)))
    return Attached("what tenants may use of the platform", _allowing([each for each in given if each[1]]))


def _allowing(given: list[tuple[tuple[str, ...], list[str]]]) -> Document:
    statements = [{"Effect": "Allow", "Action": list(actions), "Resource": resources} for actions, resources in given]
    document = {"Version": "2012-10-17", "Statement": statements}
    return parse(document) if statements else Document((), "2012-10-17")


def _own(registry: Registry, tenant: str, environment: str) -> Iterator[str]:
    """The ARN patterns that are set aside for a pair."""
    found = registry.tenants[tenant]
    account = found.environments[environment].account
    blanks = _blanks(tenant, environment, account)
    yield f"arn:*:*:*:{account}:*"
    for each in registry.plans[found.plan].grants:
        yield from (r.format_map(blanks) for r in each.resources if "{" in r)


def _wide(resource: str) -> str:
    """The pattern of all that it may be."""
    return resource.wide if isinstance(resource, Symbolic) else resource


def _missing(resource: Text) -> tuple[Unknown, ...]:
    if isinstance(resource, Unknown):
        return (resource,)
    return resource.symbols if isinstance(resource, Symbolic) else ()


def meet(a: str, b: str) -> bool:
    """Is there an ARN that both patterns match?  A wildcard stays in its field, the last one apart."""
    fields = a.split(":", 5), b.split(":", 5)
    return len(fields[0]) != len(fields[1]) or all(intersects(x, y) for x, y in zip(*fields, strict=True))


def _blanks(tenant: str, environment: str, account: str) -> Mapping[str, str]:
    return {"tenant": tenant, "environment": environment, "account": account}
