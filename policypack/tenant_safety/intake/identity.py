"""Principals, their policies and what binds the two, read from `aws:iam` resources."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal, TypeVar

from ..iam import Document, DocumentError, Unknown, parse
from ..model import Credential, Grant, Issuer, Maybe, Membership, Part, Pipeline, Place, Policy, Principal, Unreadable
from .symbols import leaf
from .table import Role
from .values import Resource, at, first, text

Kind = Literal["role", "user", "group"]
T = TypeVar("T")

_KINDS: dict[str, Kind] = {"Role": "role", "User": "user", "Group": "group"}
_ELEMENTS = (
    *("Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
    *("Resource", "NotResource", "Condition", "AWS", "Service", "Federated", "CanonicalUser"),
)
_BY_SPELLING = {name.lower(): name for name in _ELEMENTS}


def document(
    value: Any,
    resource: Resource,
    place: Place,
    path: str,
    problems: list[Part],
    *,
    grammar: Literal["any", "resource"] = "any",
) -> Maybe[Document]:
    """A policy document; one that can't be parsed is not known, and a problem is told."""
    if isinstance(value, Unknown):
        return value
    top = re.split(r"[.\[]", path, maxsplit=1)[0]
    secret = top in resource.secrets.names
    try:
        raw = value if isinstance(value, str) else _spelled(value)
        return replace(parse(raw, grammar, leaf(resource.run, path, resource.provided.get(top, ()))), secret=secret)
    except DocumentError as error:
        problems.append(Unreadable(place, path, "it is secret, and no policy document" if secret else str(error)))
        return Unknown(path)


def _spelled(value: Any) -> Any:
    """Objects of the SDK spell the elements in camel, snake or AWS's own case; conditions keep theirs."""
    if isinstance(value, Mapping):
        spelled: dict[str, Any] = {}
        for key, inner in value.items():
            name = _BY_SPELLING.get(str(key).replace("_", "").lower(), str(key))
            if inner is None:
                continue
            if name in spelled:
                raise DocumentError(f"the key {name} stands twice in one object, in two spellings")
            spelled[name] = inner if name == "Condition" else _spelled(inner)
        return spelled
    if isinstance(value, list):
        return [_spelled(item) for item in value]
    return value


def principals(resource: Resource, place: Place, role: Role) -> Iterator[Part]:
    """A role, user or group with what stands in its own properties."""
    kind = _KINDS.get(resource.type.rsplit(":", 1)[1])
    if kind is None or not resource.type.startswith("aws:iam/"):
        return
    problems: list[Part] = []
    trust = next(
        (
            document(value, resource, place, path, problems)
            for p in role.paths("trust_doc")
            for path, value in at(resource.props, p)
        ),
        Unknown("assumeRolePolicy", (resource.urn,)) if kind == "role" else None,
    )
    name = _name(resource)
    boundary = text(first(resource.props, "permissionsBoundary"))
    path = text(first(resource.props, "path")) or "/"
    trust, boundary = _too_late(resource, trust), _too_late(resource, boundary or None)
    yield Principal(place, kind, name, path, trust, boundary, _prefix(resource), _tags(resource))
    for p in role.paths("inline_doc"):
        for path, value in at(resource.props, p):
            yield Grant(place, kind, name, document(value, resource, place, path, problems), label=path)
    for p in role.paths("managed_arns"):
        for path, value in at(resource.props, p):
            yield Grant(place, kind, name, policy=text(value), label=path)
        listed = first(resource.props, p.removesuffix("[]"))
        if isinstance(listed, list) and None in listed:
            yield Grant(place, kind, name, policy=Unknown(p), label=p)
    yield from problems


def _tags(resource: Resource) -> Maybe[tuple[tuple[str, Maybe[str]], ...]]:
    """The resource's tags, with those that its provider gives to all."""
    found: dict[str, Maybe[str]] = {}
    for tags in (resource.props.get(name) for name in ("tagsAll", "tags")):
        if isinstance(tags, Unknown):
            return tags
        found |= {key: text(value) or "" for key, value in (tags.items() if isinstance(tags, Mapping) else ())}
    return tuple(found.items())


def identity_policies(resource: Resource, place: Place, role: Role) -> Iterator[Part]:
    """An inline policy of a principal, or a customer-managed policy."""
    if not resource.type.startswith("aws:iam/"):
        return
    problems: list[Part] = []
    for p in role.paths("doc"):
        # A null is what a provider that is not configured yet leaves behind, so it is not known.
        for path, value in _given(resource, p):
            found = document(value, resource, place, path, problems)
            targets = [(_kind(t), v) for t in role.paths("target") for _, v in _given(resource, t)]
            if not role.paths("target"):
                prefix, where = _prefix(resource), text(first(resource.props, "path")) or "/"
                yield Policy(place, _name(resource), _too_late(resource, found), prefix, where)
            for kind, target in targets:
                yield Grant(place, kind, _last(text(target) or Unknown(path)), found, label=path)
    yield from problems


def attachments(resource: Resource, place: Place, role: Role) -> Iterator[Part]:
    """A managed policy attached to principals."""
    if not resource.type.startswith("aws:iam/"):
        return
    arns = [text(value) or Unknown(path) for p in role.paths("arn") for path, value in _given(resource, p)]
    for p in role.paths("target"):
        for path, target in _given(resource, p):
            for arn in arns:
                yield Grant(place, _kind(p), _last(text(target) or Unknown(path)), policy=arn, label=path)


def memberships(resource: Resource, place: Place, role: Role) -> Iterator[Part]:
    """Users in groups, and what binds a policy to a role by other means than IAM's."""
    if resource.type == "aws:budgets/budgetAction:BudgetAction":
        yield from _later(resource, place)
    elif resource.type == "aws:iam/groupMembership:GroupMembership":
        group, users = text(first(resource.props, "group")), at(resource.props, "users[]")
        for _, user in users:
            yield Membership(place, group or Unknown("group"), text(user) or Unknown("users"))
    elif resource.type == "aws:iam/userGroupMembership:UserGroupMembership":
        user_name, groups = text(first(resource.props, "user")), at(resource.props, "groups[]")
        for _, name in groups:
            yield Membership(place, text(name) or Unknown("groups"), user_name or Unknown("user"))


def _later(resource: Resource, place: Place) -> Iterator[Part]:
    """The policy that Budgets attaches once a budget is used up.

    Source: https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-controls.html
    """
    where = "definition.iamActionDefinition"
    for _, value in at(resource.props, f"{where}.policyArn"):
        for kind in ("role", "user", "group"):
            for path, name in at(resource.props, f"{where}.{kind}s[]"):
                target = _last(text(name) or Unknown(path))
                yield Grant(place, kind, target, policy=text(value) or Unknown(where), label=path, later=True)


def _given(resource: Resource, path: str) -> list[tuple[str, Any]]:
    """The values at a path; one that has to be given and is not is unknown.  Lists may be empty."""
    return [*at(resource.props, path)] or ([] if "[]" in path else [(path, Unknown(path))])


def _kind(path: str) -> Kind:
    """`roles[]`, `roleName`, `role` name a role; users and groups likewise."""
    return "role" if path.startswith("role") else "user" if path.startswith("user") else "group"


def _last(name: Maybe[str]) -> Maybe[str]:
    """A principal may be given by its ARN where a name is expected."""
    return name.rsplit("/", 1)[1] if isinstance(name, str) and name.startswith("arn:") and "/" in name else name


def _name(resource: Resource) -> Maybe[str]:
    return text(first(resource.props, "name")) or Unknown("name", (resource.urn,))


def issuers(resource: Resource, place: Place) -> Iterator[Part]:
    """An OIDC provider."""
    if resource.type == "aws:iam/openIdConnectProvider:OpenIdConnectProvider":
        url = text(first(resource.props, "url")) or Unknown("url")
        yield Issuer(place, url if isinstance(url, Unknown) else url.removeprefix("https://"))


def credentials(resource: Resource, place: Place, role: Role) -> Iterator[Part]:
    """A user's access key or service-specific credential; without a status it is active."""
    status = text(first(resource.props, "status"))
    active = status if isinstance(status, Unknown) else (status or "Active").lower() == "active"
    kind: Literal["access key", "service-specific credential"] = (
        "access key" if resource.type == "aws:iam/accessKey:AccessKey" else "service-specific credential"
    )
    for p in role.paths("target"):
        for path, user in _given(resource, p):
            yield Credential(place, kind, text(user) or Unknown(path), active)


def pipelines(resource: Resource, place: Place, role: Role) -> Iterator[Part]:
    """The roles that a pipeline runs as, by ARN or by name."""
    for p in role.paths("roles"):
        for path, value in at(resource.props, p):
            yield Pipeline(place, _last(text(value) or Unknown(path)))


def _prefix(resource: Resource) -> str:
    prefix = first(resource.props, "namePrefix")
    return prefix if isinstance(prefix, str) else ""


def _too_late(resource: Resource, value: T) -> T | Unknown:
    """An update of what exists already takes effect before its attachments are judged again, so what is not known of it
    in a preview will not be decided in time: no resource is said to provide it.
    """
    if isinstance(value, Unknown) and isinstance(resource.props.get("arn"), str):
        return Unknown(f"{value.path}, which changes before what it is attached to is judged again")
    return value
