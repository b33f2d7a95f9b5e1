"""Speaks the engine's provider protocol as the real provider would, and keeps nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from tenant_safety.symbolic import outputs, wire
from tenant_safety.symbolic.provider import Provider
from tenant_safety.symbolic.server import Context, Running, refuse, serve, type_of
from tenant_safety.symbolic.table import Resource

from . import check
from .drawn import Drawn

__all__ = ["Running", "StandIn", "start"]


def start(port: int = 0, account: str = "123456789012", region: str = "us-east-1", seed: str = "0") -> Running:
    """Serve in this process; port 0 takes a free one."""
    return serve(StandIn(account, region, Drawn(), seed), port)


# The protocol names its methods in its own way.
# ruff: noqa: N802


class StandIn(Provider):
    """Makes, changes and deletes what it is asked to, and refuses what the real provider or AWS would."""

    credentials = True

    def Create(self, request: Any, context: Context) -> Any:
        place = self.place(context)
        found = self.resource(type_of(request), context)
        inputs = wire.read(request.properties)
        if request.preview:
            planned = outputs.planned(found, inputs, place)
            return provider_pb2.CreateResponse(properties=wire.write(planned))
        self._accept(found, inputs, context)
        identity, made = outputs.created(found, inputs, place, self.fresh(request.urn)(), self.parts)
        # The real provider's outputs have the id, too.
        return provider_pb2.CreateResponse(id=identity, properties=wire.write({**made, "id": identity}))

    def Read(self, request: Any, context: Context) -> Any:
        place = self.place(context)
        found = self.resource(type_of(request), context)
        known = wire.read(request.properties)
        computed = [name for name in found.outputs if name in known]
        # A refresh brings the whole state; a look-up by id brings what the program said, or nothing.
        state = (
            known if computed else {**outputs.adopted(found, request.id, known, place, self.parts), "id": request.id}
        )
        # What nobody has set is no input.
        inputs = wire.read(request.inputs) or {n: v for n, v in state.items() if n in found.inputs and v}
        return provider_pb2.ReadResponse(id=request.id, properties=wire.write(state), inputs=wire.write(inputs))

    def Update(self, request: Any, context: Context) -> Any:
        place = self.place(context)
        found = self.resource(type_of(request), context)
        olds, news = wire.read(request.olds), wire.read(request.news)
        kept = {name: olds[name] for name in (*found.outputs, "id") if name in olds}
        # What AWS gave for an input that the program left out stays until the program says something.
        said = wire.read(request.old_inputs)
        kept |= {name: olds[name] for name in found.given if name in olds and name not in said}
        updated = kept | outputs.planned(found, news, place)
        if not request.preview:
            self._accept(found, news, context)
        return provider_pb2.UpdateResponse(properties=wire.write(updated))

    def Delete(self, request: Any, context: Context) -> Any:
        self.resource(type_of(request), context)
        if not request.id or wire.has_unknown(request.id):
            refuse(
                context,
                grpc.StatusCode.INVALID_ARGUMENT,
                f"deleting {request.urn}: expected an id (got none)",
            )
        return empty_pb2.Empty()

    def failures(self, found: Resource, given: wire.Properties) -> Iterator[tuple[str, str]]:
        for failure in check.failures(found, given):
            yield failure.property, failure.reason

    def _accept(self, found: Resource, inputs: wire.Properties, context: Context) -> None:
        """What AWS itself refuses, when something is made or changed."""
        if wire.has_unknown(inputs):
            refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "expected known inputs outside of a preview")
        fault = check.malformed(found, inputs)
        if fault is not None:
            refuse(context, grpc.StatusCode.UNKNOWN, f"{found.token}: {fault}")
