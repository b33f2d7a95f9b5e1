"""The links to the master account, each beside what the registry has of its pair."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from ..iam import Attached, Comparison, Document, Symbolic, matches, new_access, parse
from ..model import Finding, Maybe, Principal, SharedGrant, Subdomain, Unknown
from ..tenancy import Pair, Registry, RegistryError, pair
from ..tenancy.linker import linker_policy, own_linker_policy, own_linker_trust
from . import identity
from .index import Index, known

L_co = TypeVar("L_co", bound=Subdomain | SharedGrant, covariant=True)


@dataclass(frozen=True, slots=True)
class Linked(Generic[L_co]):
    """A link and the pair that it says it is of, as the registry has it; `nobody` says why there is none."""

    link: L_co
    pair: Maybe[Pair] | None
    nobody: str = ""


def linked(index: Index, registry: Registry, kind: type[L_co]) -> Iterator[Linked[L_co]]:
    """The links of a kind."""
    for link in index.of(kind):
        if isinstance(link.tenant, Unknown):
            yield Linked(link, link.tenant)
        elif isinstance(link.environment, Unknown):
            yield Linked(link, link.environment)
        else:
            try:
                yield Linked(link, pair(registry, link.tenant, link.environment))
            except RegistryError as error:
                yield Linked(link, None, str(error))


@dataclass(frozen=True, slots=True)
class Wider:
    """A role that links are made through, and what a resource (its URN) lets it do, or lets assume it (`trust`), that
    the documents which the registry gives do not.
    """

    urn: str
    role: str
    beyond: Comparison
    secret: bool
    trust: bool = False


def wider(index: Index, registry: Registry) -> Iterator[Wider]:
    """What this stack's linkers may do beyond the registry; who assumes the platform's is the platform's to say."""
    for holder, grant, documents in identity.granted(index, registry.platform):
        policy = _policy_of(holder.name, registry) if holder.kind == "role" else None
        if policy is not None:
            secret = any(isinstance(each.document, Document) and each.document.secret for each in documents)
            yield Wider(grant.at.urn, holder.name, new_access((policy,), documents, "identity"), secret)
    for role in index.of(Principal):
        trust = _trust_of(known(role.name), registry) if role.kind == "role" else None
        if trust is not None and role.trust is not None:
            beyond = new_access((trust,), (Attached(role.at.urn, role.trust),), "trust")
            secret = isinstance(role.trust, Document) and role.trust.secret
            yield Wider(role.at.urn, known(role.name), beyond, secret, trust=True)


def _policy_of(role: str, registry: Registry) -> Attached | None:
    """What the registry gives the linker of that name; none if it is no linker's."""
    if own := _pair_of(role, registry):
        return _generated(own_linker_policy(registry, *own))
    patterns = registry.platform.linker_roles
    names = () if patterns == "not-in-aws" or registry.platform.links is None else patterns
    is_linker = any(matches(each.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower(), role.lower()) for each in names)
    return _generated(linker_policy(registry)) if is_linker else None


def _trust_of(role: str, registry: Registry) -> Attached | None:
    """Who may assume a pair's own linker; nobody where no external id was issued to the pair."""
    own = _pair_of(role, registry)
    if own is None:
        return None
    try:
        return _generated(own_linker_trust(registry, *own))
    except RegistryError:
        return Attached("the registry", Document((), "2012-10-17"))


def _pair_of(role: str, registry: Registry) -> tuple[str, str] | None:
    pairs = ((tenant, each) for tenant, about in registry.tenants.items() for each in about.environments)
    return next((own for own in pairs if role and registry.platform.own_linker(*own).lower() == role.lower()), None)


def _generated(document: dict[str, object]) -> Attached:
    return Attached("tenant-safety links policy", parse(document))


def compared(
    link: Subdomain | SharedGrant, name: str, given: Maybe[str] | None, expected: Collection[str], whose: str
) -> Iterator[Finding]:
    """What is to be told of a property that the registry fixes: nothing if it is one of the expected."""
    if isinstance(given, Unknown):
        yield Finding(link.at.urn, f"its {name} is not known yet", "undetermined", (given,))
    elif given not in expected:
        yield Finding(link.at.urn, f"its {name} is {given or '(none)'}; {whose} has {', '.join(expected)}")


def account_of(arn: Maybe[str] | None) -> Maybe[str]:
    """The account in an ARN or a pattern of ARNs; none if there is none, or it is no ARN."""
    if arn is None or isinstance(arn, Unknown):
        return arn or ""
    fields = (arn.wide if isinstance(arn, Symbolic) else arn).split(":", 5)
    if isinstance(arn, Symbolic) and (len(fields) < 6 or any(set("*?") & set(field) for field in fields[:5])):
        return arn.symbols[0]
    return fields[4] if len(fields) == 6 else ""
