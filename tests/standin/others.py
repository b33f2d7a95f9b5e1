"""Stands in for the plugins of other packages than aws: inputs come back, and `random` draws from the seed."""

from __future__ import annotations

from typing import Any

from pulumi.runtime.proto import provider_pb2

from tenant_safety.symbolic.others import Others
from tenant_safety.symbolic.server import Context, Running, serve

from .drawn import Drawn


def start(port: int = 0, seed: str = "0") -> Running:
    """Serve in this process; port 0 takes a free one."""
    return serve(OtherStandIn(Drawn(), seed=seed), port)


class OtherStandIn(Others):
    """Makes what it is asked to; a preview knows no computed output."""

    makes = True

    def Create(self, request: Any, context: Context) -> Any:  # noqa: N802 (the protocol's name)
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        return super().Create(request, context)
