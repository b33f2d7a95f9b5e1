"""Resources as the engine sends them to an analyzer, read into parts of the model."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from google.protobuf import json_format

from ..model import LogGroup, Part, Principal
from .pulumi import PROVIDERS
from .reading import Reading, guarded, reading
from .symbols import Run
from .values import Resource, decode


def read(request: Any, trusted: tuple[str, ...], run: Run | None = None) -> Reading:
    """Reads an `AnalyzeRequest` or an `AnalyzerResource`; only the latter has dependencies.

    `trusted` names packages that can't touch AWS, `run` is the symbolic preview that it is of.
    """
    return guarded(request.urn, request.type, lambda: reading(_resource(request, run), trusted, _provider_of(request)))


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
