"""Speaks the engine's provider protocol and hands each call to the module that knows the answer."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent import futures
from dataclasses import dataclass
from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from tenant_safety.symbolic import table
from tenant_safety.symbolic.table import Resource

from . import check, functions, instances, names, outputs, replaces, schema, wire

# As large as the engine's own: a state of thousands of resources passes through.
OPTIONS = [("grpc.max_receive_message_length", 400 << 20), ("grpc.max_send_message_length", 400 << 20)]
MODES = {0: "propose", 1: "enforce", 2: "disable"}

Context = grpc.ServicerContext


@dataclass(frozen=True)
class Running:
    """A server that answers on a port until it is stopped."""

    port: int
    server: grpc.Server

    def wait(self) -> None:
        self.server.wait_for_termination()

    def stop(self) -> None:
        self.server.stop(grace=None).wait()


def start(port: int = 0, account: str = "123456789012", region: str = "us-east-1", seed: str = "0") -> Running:
    """Serve in this process; port 0 takes a free one."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(account, region, seed), server)
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return Running(bound, server)


# The protocol names its methods in its own way.
# ruff: noqa: N802


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """All provider instances of all runs: each has a connection of its own, which tells them apart."""

    def __init__(self, account: str, region: str, seed: str) -> None:
        self.account = account
        self.region = region
        self.seed = seed
        self.lock = threading.Lock()
        self.instances: dict[str, instances.Instance] = {}
        self.made: Counter[str] = Counter()

    # The provider itself

    def Attach(self, request: Any, context: Context) -> Any:
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Context) -> Any:
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: Context) -> Any:
        return plugin_pb2.PluginInfo(version=table.version())

    def Handshake(self, request: Any, context: Context) -> Any:
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=True, supports_autonaming_configuration=True
        )

    def GetSchema(self, request: Any, context: Context) -> Any:
        return provider_pb2.GetSchemaResponse(schema=schema.text())

    def CheckConfig(self, request: Any, context: Context) -> Any:
        found = self._resource("pulumi:providers:aws", context)
        wrong = [
            provider_pb2.CheckFailure(property=name, reason=f"could not validate provider configuration: {name}")
            for name in request.news.fields
            if name not in found.inputs and name != "version" and not name.startswith("__")
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=wrong)

    def DiffConfig(self, request: Any, context: Context) -> Any:
        olds, news = wire.read(request.old_inputs), wire.read(request.news)
        changed = sorted(name for name in olds.keys() | news.keys() if olds.get(name) != news.get(name))
        # Another region is another place: the real provider then replaces itself and all that it made.
        replaced = [name for name in changed if name == "region" and name in olds]
        some = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=some, diffs=changed, replaces=replaced)

    def Configure(self, request: Any, context: Context) -> Any:
        config = {name.removeprefix("aws:config:"): value for name, value in request.variables.items()}
        try:
            place = instances.instance(config, self.account, self.region)
        except instances.ConfigurationError as error:
            _refuse(context, grpc.StatusCode.INVALID_ARGUMENT, str(error))
        with self.lock:
            self.instances[context.peer()] = place
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True,
            acceptResources=True,
            supportsPreview=True,
            supports_autonaming_configuration=True,
        )

    # Resources

    def Check(self, request: Any, context: Context) -> Any:
        place = self._place(context)
        found = self._resource(_type(request), context)
        olds = wire.read(request.olds)
        inputs = {name: value for name, value in wire.read(request.news).items() if name != "__defaults"}
        wrong = list(check.failures(found, inputs))
        proposal = None
        if request.HasField("autonaming"):
            mode = MODES[request.autonaming.mode]
            proposal = names.Proposal(request.autonaming.proposed_name, mode)
        try:
            filled = names.defaults(
                found, _name(request), inputs, olds, fresh=self._fresh(request.urn), proposal=proposal
            )
        except names.NameRefusedError as error:
            filled, wrong = {}, [*wrong, check.Failure("name", str(error))]
        failures = [provider_pb2.CheckFailure(property=part.property, reason=part.reason) for part in wrong]
        if wrong:
            return provider_pb2.CheckResponse(inputs=request.news, failures=failures)
        made = check.normalized(found, inputs | filled)
        if place.default_tags and "tags" in found.inputs and not wire.is_unknown(made.get("tags")):
            made["tags"] = {**place.default_tags, **(wire.bare(made.get("tags")) or {})}
        made["__defaults"] = sorted(filled)
        return provider_pb2.CheckResponse(inputs=wire.write(made))

    def Diff(self, request: Any, context: Context) -> Any:
        found = self._resource(_type(request), context)
        olds, news = wire.read(request.old_inputs), wire.read(request.news)
        change = replaces.change(found, olds, news, frozenset(request.ignoreChanges))
        kinds = provider_pb2.PropertyDiff
        detailed = {}
        for name in change.changed:
            action = "ADD" if name not in olds else "DELETE" if name not in news else "UPDATE"
            kind = f"{action}_REPLACE" if name in change.replaces else action
            detailed[name] = kinds(kind=kinds.Kind.Value(kind), inputDiff=True)
        response = provider_pb2.DiffResponse
        return response(
            changes=response.DIFF_SOME if change.changed else response.DIFF_NONE,
            diffs=change.changed,
            replaces=change.replaces,
            deleteBeforeReplace=change.delete_first,
            detailedDiff=detailed,
            hasDetailedDiff=True,
        )

    def Create(self, request: Any, context: Context) -> Any:
        place = self._place(context)
        found = self._resource(_type(request), context)
        inputs = wire.read(request.properties)
        if request.preview:
            planned = outputs.planned(found, inputs, place)
            return provider_pb2.CreateResponse(properties=wire.write(planned))
        self._accept(found, inputs, context)
        identity, made = outputs.created(found, inputs, place, self._fresh(request.urn)())
        # The real provider's outputs have the id, too.
        return provider_pb2.CreateResponse(id=identity, properties=wire.write({**made, "id": identity}))

    def Read(self, request: Any, context: Context) -> Any:
        place = self._place(context)
        found = self._resource(_type(request), context)
        known = wire.read(request.properties)
        computed = [name for name in found.outputs if name in known]
        # A refresh brings the whole state; a look-up by id brings what the program said, or nothing.
        state = known if computed else {**outputs.adopted(found, request.id, known, place), "id": request.id}
        inputs = wire.read(request.inputs) or {n: v for n, v in state.items() if n in found.inputs}
        return provider_pb2.ReadResponse(id=request.id, properties=wire.write(state), inputs=wire.write(inputs))

    def Update(self, request: Any, context: Context) -> Any:
        place = self._place(context)
        found = self._resource(_type(request), context)
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
        self._resource(_type(request), context)
        if not request.id or wire.has_unknown(request.id):
            _refuse(
                context,
                grpc.StatusCode.INVALID_ARGUMENT,
                f"deleting {request.urn}: expected an id (got none)",
            )
        return empty_pb2.Empty()

    # Functions

    def Invoke(self, request: Any, context: Context) -> Any:
        place = self._place(context)
        try:
            answer = functions.call(request.tok, wire.read(request.args), place)
        except functions.FunctionError as error:
            _refuse(context, grpc.StatusCode.UNKNOWN, f"invoking {request.tok}: {error}")
        return provider_pb2.InvokeResponse(**{"return": wire.write(answer)})

    def Call(self, request: Any, context: Context) -> Any:
        _refuse(context, grpc.StatusCode.UNIMPLEMENTED, f"the stand-in has no methods (got {request.tok})")

    def Construct(self, request: Any, context: Context) -> Any:
        _refuse(context, grpc.StatusCode.UNIMPLEMENTED, f"the stand-in has no components (got {request.type})")

    # What the calls share

    def _place(self, context: Context) -> instances.Instance:
        place = self.instances.get(context.peer())
        if place is None:
            _refuse(context, grpc.StatusCode.FAILED_PRECONDITION, "expected Configure before this call")
        return place

    def _resource(self, token: str, context: Context) -> Resource:
        found = table.resource(token)
        if found is None:
            message = f"unrecognized resource type (Check): {token}; pulumi_aws {table.version()} has none"
            _refuse(context, grpc.StatusCode.INVALID_ARGUMENT, message)
        return found

    def _fresh(self, urn: str) -> Callable[[], str]:
        """A seed for each name and each resource made; the same calls in the same order give the same."""

        def seed() -> str:
            with self.lock:
                self.made[urn] += 1
                return f"{self.seed}/{urn}/{self.made[urn]}"

        return seed

    def _accept(self, found: Resource, inputs: wire.Properties, context: Context) -> None:
        """What AWS itself refuses, when something is made or changed."""
        if wire.has_unknown(inputs):
            _refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "expected known inputs outside of a preview")
        fault = check.malformed(found, inputs)
        if fault is not None:
            _refuse(context, grpc.StatusCode.UNKNOWN, f"{found.token}: {fault}")


def _type(request: Any) -> str:
    """Older engines give the URN only; the type is its third part, after the parents' types."""
    return str(request.type) or str(request.urn).split("::")[2].split("$")[-1]


def _name(request: Any) -> str:
    return str(request.name) or str(request.urn).split("::", 3)[3]


def _refuse(context: Context, code: grpc.StatusCode, message: str) -> NoReturn:
    context.abort(code, message)
    raise AssertionError("abort raises")
