"""Answers for the other packages of a program: their inputs come back, and what they would make stays unknown.

Of `random` it is known what its values look like, and programs make names of them, so those are symbols.
Source: https://www.pulumi.com/registry/packages/random/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from . import wire
from .parts import Parts
from .pins import Pins
from .server import Context, Protocol, only_previews, refuse, type_of

Draw = Callable[[str, int], str]
"""Draws a part of a kind and a length."""


def _identifier(given: wire.Properties, draw: Draw) -> wire.Properties:
    digits = draw("hex", 2 * _length(given, "byteLength"))
    return {"hex": _after(given.get("prefix"), digits)}


def _text(given: wire.Properties, draw: Draw) -> str:
    """With special characters it may be a pattern, or anything."""
    plain = given.get("special") is False and not given.get("overrideSpecial")
    return draw("letters", _length(given, "length")) if plain else draw("lost", 1)


def _string(given: wire.Properties, draw: Draw) -> wire.Properties:
    made = _text(given, draw)
    return {"result": made, "id": made}


def _password(given: wire.Properties, draw: Draw) -> wire.Properties:
    return {"result": wire.secret(_text(given, draw)), "id": "none"}


def _pet(given: wire.Properties, draw: Draw) -> wire.Properties:
    prefix = given.get("prefix")
    words = draw("text", 12)
    return {"id": words if prefix is None else _after(f"{prefix}{given.get('separator', '-')}", words)}


def _uuid(given: wire.Properties, draw: Draw) -> wire.Properties:
    made = draw("uuid", 36)
    return {"result": made, "id": made}


RANDOM: Mapping[str, Callable[[wire.Properties, Draw], wire.Properties]] = {
    "random:index/randomId:RandomId": _identifier,
    "random:index/randomPassword:RandomPassword": _password,
    "random:index/randomPet:RandomPet": _pet,
    "random:index/randomString:RandomString": _string,
    "random:index/randomUuid:RandomUuid": _uuid,
}


def _length(given: wire.Properties, name: str) -> int:
    """A length that is not known is none, of which no part is drawn."""
    value = given.get(name)
    return int(value) if isinstance(value, int | float) else 0


def _after(prefix: Any, drawn: str) -> str:
    return wire.UNKNOWN if wire.is_unknown(drawn) or wire.is_unknown(prefix) else f"{prefix or ''}{drawn}"


# The protocol names its methods in its own way.
# ruff: noqa: N802


class Others(Protocol):
    """Any package but aws.  Requests name the type, so one server answers for all of them."""

    # Whether it may answer an update; tests make values that way.
    makes = False

    def __init__(self, parts: Parts, pins: Pins | None = None, seed: str = "") -> None:
        super().__init__(parts, seed)
        self.pins = pins or Pins()

    def GetPluginInfo(self, request: Any, context: Context) -> Any:
        return plugin_pb2.PluginInfo(version="0.0.0")

    def GetSchema(self, request: Any, context: Context) -> Any:
        refuse(context, grpc.StatusCode.UNIMPLEMENTED, "expected no question for the schema of a package but aws")

    def CheckConfig(self, request: Any, context: Context) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Context) -> Any:
        return provider_pb2.DiffResponse()

    def Configure(self, request: Any, context: Context) -> Any:
        return provider_pb2.ConfigureResponse(acceptSecrets=True, acceptResources=True, supportsPreview=True)

    def Check(self, request: Any, context: Context) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Context) -> Any:
        olds, news = wire.read(request.old_inputs), wire.read(request.news)
        ignored = set(request.ignoreChanges)
        changed = sorted(n for n in (olds.keys() | news.keys()) - ignored if olds.get(n) != news.get(n))
        response = provider_pb2.DiffResponse
        # A value of `random` is made anew with each change; of other packages only their plugin knows, so they may be.
        return response(changes=response.DIFF_SOME if changed else response.DIFF_NONE, diffs=changed, replaces=changed)

    def Create(self, request: Any, context: Context) -> Any:
        only_previews(request.preview or self.makes, "create", request.urn, context)
        given = wire.read(request.properties)
        make = RANDOM.get(type_of(request))
        seed = self.fresh(request.urn)()
        said = {name: wire.bare(value) for name, value in given.items()}
        made = {} if make is None else make(said, lambda kind, length: self.parts.part(kind, length, seed))
        identity = str(made.get("id", "" if request.preview else seed))
        known = {name: value for name, value in made.items() if not wire.has_unknown(value)}
        return provider_pb2.CreateResponse(
            id="" if wire.is_unknown(identity) else identity, properties=wire.write({**given, **known})
        )

    def Update(self, request: Any, context: Context) -> Any:
        only_previews(request.preview or self.makes, "update", request.urn, context)
        return provider_pb2.UpdateResponse(properties=request.news)

    def Read(self, request: Any, context: Context) -> Any:
        known = wire.read(request.properties)
        pinned = self.pins.resource(type_of(request), request.id)
        return provider_pb2.ReadResponse(
            id=request.id, properties=wire.write({**known, **pinned}), inputs=request.inputs
        )

    def Delete(self, request: Any, context: Context) -> Any:
        only_previews(self.makes, "delete", request.urn, context)
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Context) -> Any:
        pinned = self.pins.function(request.tok, wire.read(request.args))
        if pinned is None:
            message = f"expected an answer of {request.tok} in symbolic.yaml: only the package's own plugin knows it"
            refuse(context, grpc.StatusCode.UNIMPLEMENTED, message)
        return provider_pb2.InvokeResponse(**{"return": wire.write(pinned)})
