"""Writes down what AWS answers in a real preview, so that symbolic ones need not take symbols for it.

Between the engine and the real plugin for aws stands a relay: it passes every call on, and keeps what functions and
look-ups by id were answered.  What is secret is left out.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import grpc
import yaml
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from . import wire
from .pins import FunctionAnswer, Known, Pins
from .server import OPTIONS

_SERVICE = "/pulumirpc.ResourceProvider/"
# Functions of which the symbolic provider knows more than one answer: these follow from configuration alone.
_EXACT = frozenset({"aws:iam/getPolicyDocument:getPolicyDocument"})


class Relay(grpc.GenericRpcHandler):  # type: ignore[misc] # gRPC has no types
    """Passes calls on: each connection of the engine to a plugin process of its own."""

    def __init__(self, plugin: Path, environ: Mapping[str, str]) -> None:
        self.plugin = plugin
        self.environ = dict(environ)
        self.functions: dict[str, FunctionAnswer] = {}
        self.resources: dict[tuple[str, str], Known] = {}
        self._lock = threading.Lock()
        self._running: dict[str, tuple[subprocess.Popen[str], grpc.Channel]] = {}

    @property
    def pins(self) -> Pins:
        """What was answered."""
        return Pins(functions=list(self.functions.values()), resources=list(self.resources.values()))

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        def passed_on(request: bytes, context: grpc.ServicerContext) -> bytes:
            return self._pass_on(details.method, request, context)

        return grpc.unary_unary_rpc_method_handler(passed_on)

    def stop(self) -> None:
        """Ends the plugin's processes."""
        for process, channel in self._running.values():
            channel.close()
            process.terminate()
            process.wait()

    def _pass_on(self, method: str, request: bytes, context: grpc.ServicerContext) -> bytes:
        if method == f"{_SERVICE}Attach":
            # The plugin is told the engine's address when it starts.
            self._channel(context.peer(), plugin_pb2.PluginAttach.FromString(request).address)
            return bytes(empty_pb2.Empty().SerializeToString())
        address = ""
        if method == f"{_SERVICE}Handshake":
            address = provider_pb2.ProviderHandshakeRequest.FromString(request).engine_address
        channel = self._channel(context.peer(), address)
        try:
            answer: bytes = channel.unary_unary(method)(request)
        except grpc.RpcError as error:
            _refuse(context, error)
        if method == f"{_SERVICE}Invoke":
            self._function(request, answer)
        elif method == f"{_SERVICE}Read":
            self._resource(request, answer)
        return answer

    def _channel(self, peer: str, address: str) -> grpc.Channel:
        with self._lock:
            if peer not in self._running:
                process = subprocess.Popen(
                    [str(self.plugin), address], env=self.environ, stdout=subprocess.PIPE, text=True
                )
                assert process.stdout is not None
                port = process.stdout.readline().strip()
                self._running[peer] = process, grpc.insecure_channel(f"127.0.0.1:{port}", options=OPTIONS)
            return self._running[peer][1]

    def _function(self, request: bytes, answer: bytes) -> None:
        asked = provider_pb2.InvokeRequest.FromString(request)
        arguments = wire.read(asked.args)
        if asked.tok in _EXACT or wire.has_secret(arguments):
            return
        found = _open(wire.read(getattr(provider_pb2.InvokeResponse.FromString(answer), "return")))
        with self._lock:
            self.functions[f"{asked.tok} {arguments}"] = FunctionAnswer(
                function=asked.tok, arguments=arguments, answer=found
            )

    def _resource(self, request: bytes, answer: bytes) -> None:
        asked = provider_pb2.ReadRequest.FromString(request)
        found = _open(wire.read(provider_pb2.ReadResponse.FromString(answer).properties))
        token = asked.type or asked.urn.split("::")[2].rpartition("$")[2]
        with self._lock:
            self.resources[token, asked.id] = Known(type=token, id=asked.id, properties=found)


@contextmanager
def relaying(plugin: Path, environ: Mapping[str, str]) -> Iterator[tuple[int, Relay]]:
    """Serves a relay to the plugin's executable on a free port as long as the block runs."""
    relay = Relay(plugin, environ)
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), handlers=(relay,), options=OPTIONS)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port, relay
    finally:
        server.stop(grace=None).wait()
        relay.stop()


def as_yaml(pins: Pins) -> str:
    """A `symbolic.yaml` of what was answered."""
    given = {name: value for name, value in asdict(pins).items() if value}
    return str(yaml.safe_dump(given, sort_keys=False, allow_unicode=True, width=120)) if given else "{}\n"


def _open(properties: wire.Properties) -> dict[str, Any]:
    """What is neither secret nor unknown."""
    return {n: v for n, v in properties.items() if not wire.has_secret(v) and not wire.has_unknown(v)}


def _refuse(context: grpc.ServicerContext, error: grpc.RpcError) -> NoReturn:
    context.abort(error.code(), error.details())
    raise AssertionError("abort raises")
