"""Resources of a preview or an update, turned into parts of the model."""

from collections.abc import Iterator, Sequence

from ..model import Maybe, Opaque, Part, Place, Provider, Unknown
from . import capacity, embedded, identity, links, logs, mentions, native, service_logs, sharing
from .native import NATIVE_PROVIDER
from .table import Role, canonical, table
from .values import Resource, first, from_json, text

_LOOSE = ("endpoints", "skipRequestingAccountId", "customCaBundle")
AWS_PROVIDER = "pulumi:providers:aws"
_STACK_REFERENCE = "pulumi:pulumi:StackReference"
PROVIDERS = (AWS_PROVIDER, NATIVE_PROVIDER)
"""Providers that act in an AWS account; both take the same settings for which one."""


def provider(resource: Resource) -> Provider:
    """The accounts and the region that an aws or aws-native provider is pinned to."""
    allowed = from_json(resource.props.get("allowedAccountIds"))
    roles = from_json(resource.props.get("assumeRoles") or resource.props.get("assumeRole"))
    accounts = _accounts(allowed, roles)
    region = text(resource.props.get("region"))
    return Provider(resource.urn, accounts, region if region else Unknown("region"), _loose(resource))


def _loose(resource: Resource) -> str:
    """Settings by which the provider does not ask AWS itself which account it is in."""
    set_so = [name for name in _LOOSE if from_json(resource.props.get(name)) not in (None, False, "false", "", [], {})]
    return ", ".join(set_so)


def _accounts(allowed: object, roles: object) -> Maybe[tuple[str, ...]]:
    for value in (allowed, roles):
        if isinstance(value, Unknown):
            return value
    if isinstance(allowed, list) and allowed:
        unknown = next((a for a in allowed if isinstance(a, Unknown)), None)
        return unknown or tuple(str(a) for a in allowed)
    listed = roles if isinstance(roles, list) else [roles]
    # The SDK passes a plain dict's own spelling on.
    arns = [r.get("roleArn") or r.get("role_arn") for r in listed if isinstance(r, dict)]
    arn = next((a for a in reversed(arns) if a), None)
    if isinstance(arn, Unknown):
        return arn
    fields = str(arn or "").split(":")
    return (fields[4],) if len(fields) > 5 and fields[4] else ()


def parts(resource: Resource, trusted: Sequence[str], own: Provider | None) -> Iterator[Part]:
    """The parts of the model that one resource is.

    `own` is the aws provider that the resource is made with; `trusted` are packages that can't touch AWS, and types
    that do nothing but what is read of them.
    """
    if resource.custom and resource.type in native.rows():
        resource, strange = native.translated(resource)
        if strange:
            yield Opaque(_place(resource, resource.type, own), f"its native {', '.join(strange)} could do anything")
    token = canonical(resource.type)
    place = _place(resource, token, own)
    if token in PROVIDERS:
        acts = provider(resource)
        yield acts
        # In which account it acts, rules of their own say.
        named = () if isinstance(acts.accounts, Unknown) else acts.accounts
        yield from (each for each in mentions.mentions(resource, place) if each.account not in named)
        return
    if not resource.custom:
        # A component owns nothing but its children, which are judged themselves.
        return
    if token.startswith("aws:"):
        roles = table().roles.get(token)
        if roles is None and token not in table().others:
            yield Opaque(place, f"the type {resource.type} is not known")
        for role in roles or ():
            yield from _of_role(resource, place, role)
        yield from logs.sinks(resource, place)
        yield from service_logs.service_groups(resource, place)
        yield from service_logs.sources(resource, place)
        yield from embedded.calls(resource, place)
        yield from mentions.mentions(resource, place)
        yield from mentions.regions(resource, place, own.region if own else Unknown("region"))
        return
    if token == _STACK_REFERENCE:
        yield mentions.stack(resource, place)
    if read := links.READERS.get(resource.type):
        yield from read(resource, place)
    if not _harmless(resource, trusted):
        yield Opaque(place, f"a resource of type {resource.type} could create anything")


def _of_role(resource: Resource, place: Place, role: Role) -> Iterator[Part]:
    if role.family == "cicd":
        if role.role == "principal":
            yield from identity.principals(resource, place, role)
        elif role.role == "identity_policy":
            yield from identity.identity_policies(resource, place, role)
        elif role.role == "attachment":
            yield from identity.attachments(resource, place, role)
        elif role.role == "principal_binding":
            yield from identity.memberships(resource, place, role)
        elif role.role == "federation":
            yield from identity.issuers(resource, place)
        elif role.role == "credential":
            yield from identity.credentials(resource, place, role)
        elif role.role == "ci_role_source":
            yield from identity.pipelines(resource, place, role)
    elif role.family == "logs":
        yield from logs.groups(resource, place)
        yield from logs.routes(resource, place, role)
    elif role.family == "capacity":
        yield from capacity.capacities(resource, place, role)
    elif role.family in ("access", "share"):
        yield from sharing.read(resource, place, role)
    elif role.family == "opaque":
        yield from _opaque(resource, place, role)


def _opaque(resource: Resource, place: Place, role: Role) -> Iterator[Part]:
    if role.role in ("arbitrary_resource", "remote_execution"):
        yield Opaque(place, f"a resource of type {resource.type} could create anything")
    elif role.role == "runs_document":
        yield from embedded.documents(resource, place, role)


def _harmless(resource: Resource, trusted: Sequence[str]) -> bool:
    return resource.type in trusted or resource.type.startswith(tuple(f"{each}:" for each in ("pulumi", *trusted)))


def _place(resource: Resource, token: str, own: Provider | None) -> Place:
    account: Maybe[str] = Unknown("account")
    if own and not isinstance(own.accounts, Unknown) and len(own.accounts) == 1:
        account = own.accounts[0]
    elif own and isinstance(own.accounts, Unknown):
        account = own.accounts
    region = text(first(resource.props, "region")) or (own.region if own else Unknown("region"))
    return Place(resource.urn, token, resource.provider, account, region, resource.parent)
