"""Resources as the engine sends them to an analyzer, read into parts of the model."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from google.protobuf import json_format

from ..model import LogGroup, Part, Place, Principal, Unknown, Unreadable
from .pulumi import PROVIDERS, parts, provider
from .symbols import Run
from .values import Resource, decode


@dataclass(frozen=True, slots=True)
class Reading:
    """What one resource is.  `secrets` are texts that must not be shown; `numbers`: nor may its numbers."""

    urn: str
    parts: tuple[Part, ...]
    dependencies: tuple[str, ...]
    secrets: frozenset[str]
    numbers: bool


def read(request: Any, trusted: tuple[str, ...], run: Run | None = None) -> Reading:
    """Reads an `AnalyzeRequest` or an `AnalyzerResource`; only the latter has dependencies.

    `trusted` names packages that can't touch AWS, `run` is the symbolic preview that it is of.
    """
    try:
        resource = _resource(request, run)
        made_with = _provider_of(request)
        own = provider(made_with) if made_with else None
        # A default provider is no resource of the stack, so what it says is read with what it makes.
        found = (*(parts(made_with, trusted, None) if made_with else ()), *parts(resource, trusted, own))
    except Exception as error:  # noqa: BLE001 whatever can't be read is told, and never passed over
        problem = f"it can't be read ({type(error).__name__})"
        place = Place(request.urn, request.type, "", Unknown("account"), Unknown("region"))
        return Reading(request.urn, (Unreadable(place, "the resource", problem),), (), frozenset(), True)
    hidden = made_with.secrets.texts if made_with else frozenset()
    return Reading(request.urn, found, resource.dependencies, resource.secrets.texts | hidden, resource.secrets.numbers)


_PROPERTIES = {(Principal, "boundary"): "permissionsBoundary", (LogGroup, "retention"): "retentionInDays"}
"""The properties of what may be changed of a part."""


def changed(request: Any, before: Part, after: Part) -> Any:
    """An `AnalyzeRequest` with a part of its resource changed; all else, secrets included, stays as it is."""
    made = type(request)()
    made.CopyFrom(request)
    for name in (each.name for each in fields(after)):
        if getattr(before, name) != getattr(after, name):
            made.properties[_PROPERTIES[type(after), name]] = getattr(after, name)
    return made


def _provider_of(request: Any) -> Resource | None:
    if not request.HasField("provider") or request.provider.type not in PROVIDERS:
        return None
    props, secrets = decode(json_format.MessageToDict(request.provider.properties), {})
    return Resource(request.provider.urn, request.provider.type, props, secrets)


def _resource(request: Any, run: Run | None) -> Resource:
    depends_on = dict(_property_dependencies(request))
    props, secrets = decode(json_format.MessageToDict(request.properties), depends_on, run)
    return Resource(
        urn=request.urn,
        type=request.type,
        props=props,
        secrets=secrets,
        provider=request.provider.urn if request.HasField("provider") else "",
        custom=request.HasField("provider"),
        parent=getattr(request, "parent", "") or request.options.parent,
        dependencies=tuple(getattr(request, "dependencies", ())),
        provided=depends_on,
        run=run,
    )


def _property_dependencies(request: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key, value in getattr(request, "propertyDependencies", {}).items():
        yield key, tuple(value.urns)
