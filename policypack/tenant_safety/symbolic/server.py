"""Speaks the engine's provider protocol: what every provider here answers alike, and how it is served."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent import futures
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from .parts import Parts

# As large as the engine's own: a state of thousands of resources passes through.
OPTIONS = [("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20)]

Context: TypeAlias = grpc.ServicerContext


@dataclass(frozen=True)
class Running:
    """A server that answers on a port until it is stopped."""

    port: int
    server: grpc.Server

    def wait(self) -> None:
        self.server.wait_for_termination()

    def stop(self) -> None:
        self.server.stop(grace=None).wait()


def serve(provider: Protocol, port: int = 0) -> Running:
    """Serve a provider on the loopback interface; port 0 takes a free one."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return Running(bound, server)


# The protocol names its methods in its own way.
# ruff: noqa: N802


class Protocol(provider_pb2_grpc.ResourceProviderServicer):
    """What is the same for every package.  `parts` makes what AWS, or another service, would draw."""

    def __init__(self, parts: Parts, seed: str = "") -> None:
        self.parts = parts
        self.seed = seed
        self.lock = threading.Lock()
        self.made: Counter[str] = Counter()
        # Newer engines say whether a function is called in a preview.
        self.tells_previews = False

    def Attach(self, request: Any, context: Context) -> Any:
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Context) -> Any:
        return empty_pb2.Empty()

    def Handshake(self, request: Any, context: Context) -> Any:
        self.tells_previews = bool(getattr(request, "invoke_with_preview", False))
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=True, supports_autonaming_configuration=True
        )

    def Call(self, request: Any, context: Context) -> Any:
        refuse(context, grpc.StatusCode.UNIMPLEMENTED, f"expected no call of a method (got {request.tok})")

    def Construct(self, request: Any, context: Context) -> Any:
        refuse(context, grpc.StatusCode.UNIMPLEMENTED, f"expected no component of the package (got {request.type})")

    def fresh(self, urn: str) -> Callable[[], str]:
        """A seed for each name and each resource made; the same calls in the same order give the same."""

        def seed() -> str:
            with self.lock:
                self.made[urn] += 1
                return f"{self.seed}{urn}#{self.made[urn]}"

        return seed


def only_previews(preview: bool, action: str, what: str, context: Context) -> None:
    """Refuses what is not for a preview: what is invented must not get into a state."""
    if not preview:
        refuse(
            context,
            grpc.StatusCode.FAILED_PRECONDITION,
            f"refused to {action} {what}: expected a preview; this provider invents what AWS would answer, and that "
            "must not get into a state. Unset PULUMI_DEBUG_PROVIDERS and run the command again.",
        )


def type_of(request: Any) -> str:
    """Older engines give the URN only; the type is its third part, after the parents' types."""
    return str(request.type) or str(request.urn).split("::")[2].split("$")[-1]


def refuse(context: Context, code: grpc.StatusCode, message: str) -> NoReturn:
    """Ends the call with an error."""
    context.abort(code, message)
    raise AssertionError("abort raises")
