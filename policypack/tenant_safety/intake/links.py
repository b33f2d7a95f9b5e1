"""This project's own links, read from the inputs that their providers have checked."""

from collections.abc import Callable, Iterator, Mapping

from ..iam import Symbolic
from ..model import Maybe, Part, Place, SharedGrant, Subdomain, Unknown
from .identity import document
from .symbols import leaf
from .values import Resource, at, first, text

_MODULE = "pulumi-python:dynamic/tenant_links"


def _subdomains(resource: Resource, place: Place) -> Iterator[Part]:
    yield Subdomain(
        place,
        tenant=_needed(resource, "tenant"),
        environment=_needed(resource, "environment"),
        account=_needed(resource, "tenant_account"),
        label=_needed(resource, "label"),
        zone=_needed(resource, "zone_id"),
        zone_name=_needed(resource, "zone_name"),
        load_balancer=_text(resource, "load_balancer_arn"),
        dns_name=_text(resource, "dns_name"),
    )


def _grants(resource: Resource, place: Place) -> Iterator[Part]:
    """What it gives is the policy that the provider renders."""
    given = {name: resource.props.get(name, Unknown(name)) for name in ("actions", "resources")}
    statement = {"Effect": "Allow", "Action": given["actions"], "Resource": given["resources"]}
    rendered = {"Version": "2012-10-17", "Statement": [statement]}
    problems: list[Part] = []
    yield SharedGrant(
        place,
        # In states of before there were others, a grant is a role.
        kind=_whole(resource, "kind") or "role",
        tenant=_needed(resource, "tenant"),
        environment=_needed(resource, "environment"),
        account=_needed(resource, "tenant_account"),
        document=document(rendered, resource, place, "resources", problems),
        external_id=_whole(resource, "external_id"),
        principals=tuple(_read(resource, path, value) for path, value in at(resource.props, "principals[]")),
        organization=_whole(resource, "organization"),
        boundary=_whole(resource, "permissions_boundary"),
        master_account=_whole(resource, "master_account"),
        context_tenant=_whole(resource, "encryption_context.tenant"),
    )
    yield from problems


def _needed(resource: Resource, path: str) -> Maybe[str]:
    """A text that has to be given; one that is not is not known."""
    return _whole(resource, path) or Unknown(path)


def _whole(resource: Resource, path: str) -> Maybe[str] | None:
    """A text that is compared as a whole, so with a symbol in it, it is not known."""
    found = _text(resource, path)
    return found.symbols[0] if isinstance(found, Symbolic) else found


def _text(resource: Resource, path: str) -> Maybe[str] | None:
    value = text(first(resource.props, path))
    return value if value is None else _read(resource, path, value)


def _read(resource: Resource, path: str, value: object) -> Maybe[str]:
    """One text, with its symbols."""
    top = path.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0]
    if not isinstance(value, str):
        return value if isinstance(value, Unknown) else Unknown(path)
    symbols = leaf(resource.run, path, resource.provided.get(top, ()))
    return symbols(value) if symbols else value


READERS: Mapping[str, Callable[[Resource, Place], Iterator[Part]]] = {
    f"{_MODULE}:TenantSubdomain": _subdomains,
    f"{_MODULE}:CrossAccountGrant": _grants,
}
"""How each type of link is read."""
TYPES = tuple(READERS)
"""The types of links.  A program can give a class of its own such a type, and the engine tells no policy which class it
is (it keeps `__provider` back), so only the platform's programs are believed.
"""
