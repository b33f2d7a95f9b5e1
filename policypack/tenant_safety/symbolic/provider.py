"""Answers for `aws`: previews with symbols, and makes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from typing import Any

import grpc
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from . import autonaming, functions, inputs, instances, names, outputs, replaces, schema, table, wire
from .parts import Parts, Symbols
from .pins import Pins
from .server import Context, Protocol, Running, only_previews, refuse, serve, type_of
from .symbols import Book
from .table import Resource, Shape

MODES = {0: "propose", 1: "enforce", 2: "disable"}


NO_PINS = Pins()


def start(
    book: Book,
    port: int = 0,
    *,
    account: str = "",
    region: str = "",
    pins: Pins = NO_PINS,
    patterns: tuple[str, ...] = (),
) -> Running:
    """Serve symbols in this process; port 0 takes a free one.

    `account` and `region` are of the provider instances whose configuration names none.  Without an account it is a
    symbol, without a region such an instance is refused.  `pins` are answers that the user has written down, and
    `patterns` those of `pulumi:autonaming`.
    """
    return serve(SymbolicProvider(account, region, Symbols(book), pins, patterns), port)


# The protocol names its methods in its own way.
# ruff: noqa: N802


class Provider(Protocol):
    """All provider instances of all runs: each has a connection of its own, which tells them apart.

    What no preview needs to be symbolic about is here: configuration, inputs, differences, functions.
    """

    # Whether the account is known from credentials, so that a configuration that forbids it is refused.
    credentials = False

    def __init__(self, account: str, region: str, parts: Parts, seed: str = "") -> None:
        super().__init__(parts, seed)
        self.account = account
        self.region = region
        self.instances: dict[str, instances.Instance] = {}

    # The provider itself

    def GetPluginInfo(self, request: Any, context: Context) -> Any:
        return plugin_pb2.PluginInfo(version=table.version())

    def GetSchema(self, request: Any, context: Context) -> Any:
        return provider_pb2.GetSchemaResponse(schema=schema.text())

    def CheckConfig(self, request: Any, context: Context) -> Any:
        found = self.resource("pulumi:providers:aws", context)
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
            place = instances.instance(config, self.account, self.region, credentials=self.credentials)
        except instances.ConfigurationError as error:
            refuse(context, grpc.StatusCode.INVALID_ARGUMENT, str(error))
        if wire.is_unknown(place.account):
            place = replace(place, account=self.parts.part("digits", 12, f"{request.urn}#account"))
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
        place = self.place(context)
        found = self.resource(type_of(request), context)
        olds = wire.read(request.olds)
        given = {name: value for name, value in wire.read(request.news).items() if name != "__defaults"}
        wrong = list(self.failures(found, given))
        proposal = None
        if request.HasField("autonaming"):
            mode = MODES[request.autonaming.mode]
            proposal = names.Proposal(self.proposed(request), mode)
        try:
            fresh = self.fresh(request.urn)
            filled = names.defaults(
                found, _name(request), given, olds, fresh=fresh, parts=self.parts, proposal=proposal
            )
        except names.NameRefusedError as error:
            filled, wrong = {}, [*wrong, ("name", str(error))]
        failures = [provider_pb2.CheckFailure(property=name, reason=reason) for name, reason in wrong]
        if wrong:
            return provider_pb2.CheckResponse(inputs=request.news, failures=failures)
        made = inputs.normalized(found, given | filled)
        if place.default_tags and "tags" in found.inputs and not wire.is_unknown(made.get("tags")):
            made["tags"] = {**place.default_tags, **(wire.bare(made.get("tags")) or {})}
        made["__defaults"] = sorted(filled)
        return provider_pb2.CheckResponse(inputs=wire.write(made))

    def Diff(self, request: Any, context: Context) -> Any:
        found = self.resource(type_of(request), context)
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

    # Functions

    def Invoke(self, request: Any, context: Context) -> Any:
        place = self.place(context)
        try:
            answer = functions.call(request.tok, wire.read(request.args), place, self.parts)
        except functions.FunctionError as error:
            refuse(context, grpc.StatusCode.UNKNOWN, f"invoking {request.tok}: {error}")
        return provider_pb2.InvokeResponse(**{"return": wire.write(answer)})

    # What the calls share

    def place(self, context: Context) -> instances.Instance:
        place = self.instances.get(context.peer())
        if place is None:
            refuse(context, grpc.StatusCode.FAILED_PRECONDITION, "expected Configure before this call")
        return place

    def resource(self, token: str, context: Context) -> Resource:
        found = table.resource(token)
        if found is None:
            message = f"unrecognized resource type (Check): {token}; pulumi_aws {table.version()} has none"
            refuse(context, grpc.StatusCode.INVALID_ARGUMENT, message)
        return found

    def proposed(self, request: Any) -> str:
        """The name that the engine proposes."""
        return str(request.autonaming.proposed_name)

    def failures(self, found: Resource, given: wire.Properties) -> Iterable[tuple[str, str]]:
        """Properties and what is wrong with them.  Here nothing is: the real provider will say."""
        return ()


class SymbolicProvider(Provider):
    """Answers previews with symbols where AWS has yet to decide; refuses to make, change or delete anything."""

    def __init__(self, account: str, region: str, parts: Parts, pins: Pins, patterns: tuple[str, ...]) -> None:
        super().__init__(account or pins.account, region, parts)
        self.plausible = isinstance(parts, Symbols) and parts.book.plausible
        self.pins = pins
        self.patterns = patterns
        # What an import has to find, or it fails in the update.
        self.wanted: dict[str, wire.Properties] = {}

    def proposed(self, request: Any) -> str:
        """The name that the engine proposes, with symbols where it has drawn; unknown if nobody says where."""
        name, seed = super().proposed(request), self.fresh(request.urn)()
        if name == _name(request) or request.autonaming.mode not in (0, 1):
            return name
        numbers = count()
        made = autonaming.drawn(
            name, request.urn, self.patterns, lambda kind, n: self.parts.part(kind, n, f"{seed}/{next(numbers)}")
        )
        return wire.UNKNOWN if made is None or wire.mentions_unknown(made) else made

    def Check(self, request: Any, context: Context) -> Any:
        answer = super().Check(request, context)
        with self.lock:
            self.wanted[request.urn] = wire.read(answer.inputs)
        return answer

    def Create(self, request: Any, context: Context) -> Any:
        only_previews(request.preview, "create", request.urn, context)
        place = self.place(context)
        found = self.resource(type_of(request), context)
        news = wire.read(request.properties)
        identity, made = outputs.created(found, news, place, self.fresh(request.urn)(), self.parts)
        known = "" if wire.is_unknown(identity) else identity
        return provider_pb2.CreateResponse(id=known, properties=wire.write(_told({**made, "id": identity}, news)))

    def Read(self, request: Any, context: Context) -> Any:
        place = self.place(context)
        found = self.resource(type_of(request), context)
        known = wire.read(request.properties)
        if not known and request.urn in self.wanted:
            return self._imported(found, request, place)
        # A refresh brings the whole state; a look-up by id brings what the program said, or nothing.
        state = known
        if not any(name in known for name in found.outputs):
            adopted = outputs.adopted(found, request.id, known, place, self.parts)
            # The engine takes no unknown from a look-up, either.
            of = f"{request.urn}#"
            shapes = {**found.outputs, **found.inputs}
            said = {name: self._sayable(value, shapes[name], of + name) for name, value in adopted.items()}
            pinned = self.pins.resource(found.token, request.id)
            state = {**{n: v for n, v in said.items() if v is not None}, **pinned, "id": request.id}
        given = wire.read(request.inputs) or {n: v for n, v in state.items() if n in found.inputs}
        return provider_pb2.ReadResponse(id=request.id, properties=wire.write(state), inputs=wire.write(given))

    def _imported(self, found: Resource, request: Any, place: instances.Instance) -> Any:
        """A resource that exists as the program describes it."""
        wanted = self.wanted[request.urn]
        arn = request.id if request.id.startswith("arn:") else None
        seed = f"{request.urn}#"
        _, made = outputs.created(found, wanted, place, seed, self.parts, identity=request.id, arn=arn)
        state = {name: value for name, value in made.items() if not wire.has_unknown(value)} | {"id": request.id}
        return provider_pb2.ReadResponse(id=request.id, properties=wire.write(state), inputs=wire.write(wanted))

    def Update(self, request: Any, context: Context) -> Any:
        only_previews(request.preview, "update", request.urn, context)
        place = self.place(context)
        found = self.resource(type_of(request), context)
        olds, news = wire.read(request.olds), wire.read(request.news)
        ignored = frozenset(request.ignoreChanges)
        change = replaces.change(found, wire.read(request.old_inputs), news, ignored)
        if not change.changed:
            return provider_pb2.UpdateResponse(properties=wire.write(olds | outputs.planned(found, news, place)))
        settled = replaces.is_settled(found, change.changed)
        seed = self.fresh(request.urn)()
        made = outputs.updated(found, request.id, olds, news, place, seed=seed, parts=self.parts, settled=settled)
        return provider_pb2.UpdateResponse(properties=wire.write(_told({**made, "id": request.id}, news)))

    def Delete(self, request: Any, context: Context) -> Any:
        only_previews(False, "delete", request.urn, context)

    def Invoke(self, request: Any, context: Context) -> Any:
        if self.tells_previews and not request.preview:
            only_previews(False, "call", request.tok, context)
        answer = wire.read(getattr(super().Invoke(request, context), "return"))
        found = table.function(request.tok)
        shapes = {} if found is None else found.outputs
        pinned = self.pins.function(request.tok, wire.read(request.args)) or {}
        answer = {**answer, **pinned}
        said = {n: self._sayable(v, shapes[n], f"{request.tok}#{n}") if n in shapes else v for n, v in answer.items()}
        return provider_pb2.InvokeResponse(**{"return": wire.write(said)})

    def _sayable(self, value: wire.Value, shape: Shape, of: str) -> wire.Value:
        """The engine takes no unknown from a function, so a text says it: one that is recognised as lost.

        A number or a boolean can't say it and is null, or in a second preview some value; the book notes whose it is.
        """
        if wire.special(value) == wire.SECRET:
            return wire.secret(self._sayable(wire.bare(value), shape, of))
        if not wire.is_unknown(value):
            return value
        if shape.kind == "list" and shape.element is not None:
            return [self._sayable(value, shape.element, f"{of}[{i}]") for i in range(2)]
        if shape.kind == "object":
            return {name: self._sayable(value, part, f"{of}.{name}") for name, part in shape.fields().items()}
        word = self.parts.part("lost", 1, of)
        if shape.kind in ("string", "union", "any"):
            return word
        if shape.kind in ("number", "boolean") and self.plausible:
            return len(word) if shape.kind == "number" else len(word) % 2 == 0
        return None


def _told(made: wire.Properties, news: wire.Properties) -> wire.Properties:
    """What is known, or was given.  What a provider leaves out of a preview the engine takes for not known yet; an
    input that nobody gave is not there for policies to doubt.
    """
    return {name: value for name, value in made.items() if name in news or not wire.is_unknown(value)}


def _name(request: Any) -> str:
    return str(request.name) or str(request.urn).split("::", 3)[3]
