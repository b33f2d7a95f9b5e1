"""A deployment as `pulumi stack export` writes it, read into the model.

Source: https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/apitype/core.go (`DeploymentV3`, `ResourceV3`)
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite
from typing import Any, NoReturn

from ..model import Place, Stack, Unknown, Unreadable
from .pulumi import PROVIDERS
from .reading import Reading, guarded, reading, stack_of
from .symbols import leaves
from .values import OUTPUT, SECRET, SIGNATURE, Resource, Secrets, decode

VERSIONS = (3, 4)
_WITHHELD = {SIGNATURE: OUTPUT, "secret": True}
"""How the engine would say that a value is secret and not known."""
_EXPORTED = "as pulumi stack export writes it"


class StateError(Exception):
    """A state that can't be read: what was expected, what came, where."""


@dataclass(frozen=True, slots=True)
class State:
    """A deployment whose resources have not been read yet; `name` is the file's."""

    name: str
    project: str
    stack: str
    resources: tuple[Mapping[str, Any], ...]
    unfinished: tuple[tuple[Mapping[str, Any], str], ...]
    """Resources that may or may not be there, each with why: an update did not end."""
    secrets: frozenset[str]
    """Texts of secrets that stand there in plain text."""


def load(name: str, raw: bytes) -> State:
    """The deployment in the text of a state, checked as a whole.  Raises `StateError`."""
    try:
        exported = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        problem = str(error) if isinstance(error, ValueError) else "it is nested too deeply"
        raise StateError(f"{name}: expected a deployment in JSON, {_EXPORTED} ({problem})") from None
    if not isinstance(exported, Mapping) or not isinstance(exported.get("deployment"), Mapping):
        raise StateError(f"{name}: expected an object with a deployment, {_EXPORTED} (got {_shown(exported)})")
    if isinstance(exported.get("version"), bool) or exported.get("version") not in VERSIONS:
        versions = " or ".join(map(str, VERSIONS))
        raise StateError(f"{name}: version: expected {versions} (got {_shown(exported.get('version'))})")
    deployment = exported["deployment"]
    listed, pending = ([] if deployment.get(key) is None else deployment[key] for key in _LISTS)
    for key, value in zip(_LISTS, (listed, pending), strict=True):
        if not isinstance(value, list):
            raise StateError(f"{name}: deployment.{key}: expected a list (got {_shown(value)})")
    resources = [_resource(name, f"deployment.resources[{i}]", raw) for i, raw in enumerate(listed)]
    if not resources:
        raise StateError(f"{name}: deployment.resources: expected resources, which say whose stack it is (got none)")
    project, stack = _whose(name, resources)
    unfinished = [
        (raw, "it is waiting to be deleted, and may still be there") for raw in resources if raw.get("delete")
    ]
    unfinished += [_pending(name, f"deployment.pending_operations[{i}]", raw) for i, raw in enumerate(pending)]
    try:
        secrets = frozenset(text for raw in resources for text in _plain(raw))
    except RecursionError:
        raise StateError(f"{name}: expected a deployment in JSON, {_EXPORTED} (it is nested too deeply)") from None
    return State(name, project, stack, tuple(_there(name, resources)), tuple(unfinished), secrets)


_LISTS = ("resources", "pending_operations")


def read(state: State, trusted: tuple[str, ...]) -> Stack:
    """The stack.  `trusted` names packages that can't touch AWS.

    What is secret is not known, even where the state has it in plain text, and is never shown.
    """
    providers = {raw["urn"]: raw for raw in state.resources if raw["type"] in PROVIDERS}

    def one(raw: Mapping[str, Any]) -> Reading:
        made_with = providers.get(_provider(raw))
        return reading(_decoded(raw), trusted, _decoded(made_with) if made_with else None)

    found = [guarded(raw["urn"], raw["type"], partial(one, raw)) for raw in state.resources]
    stack = stack_of(state.project, state.stack, (*found, *(_doubtful(raw, why) for raw, why in state.unfinished)))
    return replace(stack, resources=len(found), secrets=stack.secrets | state.secrets)


def _doubtful(raw: Mapping[str, Any], why: str) -> Reading:
    place = Place(raw["urn"], raw["type"], _provider(raw), Unknown("account"), Unknown("region"))
    return Reading(raw["urn"], (Unreadable(place, "the resource", why),))


def _resource(name: str, place: str, raw: Any) -> Mapping[str, Any]:
    """A resource of which everything that is read has the form that it should have."""
    if not isinstance(raw, Mapping):
        raise StateError(f"{name}: {place}: expected an object (got {_shown(raw)})")
    for key, kinds, wanted in _FORMS:
        if raw.get(key) is not None and not isinstance(raw[key], kinds):
            raise StateError(f"{name}: {place}.{key}: expected {wanted} (got {_shown(raw[key])})")
    urn, token = raw.get("urn"), raw.get("type")
    fields = urn.split("::", 3) if isinstance(urn, str) else []
    if len(fields) != 4 or not fields[0].startswith("urn:pulumi:") or not all(fields) or fields[0] == "urn:pulumi:":
        wanted = "urn:pulumi:STACK::PROJECT::TYPE::NAME"
        raise StateError(f"{name}: {place}.urn: expected {wanted} (got {_shown(urn)})")
    if not isinstance(token, str) or token != fields[2].rsplit("$", 1)[-1]:
        raise StateError(f"{name}: {place}.type: expected the type that its URN says (got {_shown(token)})")
    listed = [raw.get("dependencies") or [], *(raw.get("propertyDependencies") or {}).values()]
    for urns in listed:
        if not isinstance(urns or [], list) or not all(isinstance(each, str) for each in urns or []):
            raise StateError(f"{name}: {place}: expected URNs as what it depends on (got {_shown(urns)})")
    return raw


_FORMS: tuple[tuple[str, type | tuple[type, ...], str], ...] = (
    ("inputs", Mapping, "an object"),
    ("outputs", Mapping, "an object"),
    ("provider", str, "text"),
    ("parent", str, "text"),
    ("custom", bool, "true or false"),
    ("delete", bool, "true or false"),
    ("external", bool, "true or false"),
    ("dependencies", list, "a list"),
    ("propertyDependencies", Mapping, "an object"),
)


def _whose(name: str, resources: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """The project and the stack that all URNs name."""
    found = [
        (raw["urn"].split("::", 2)[1], raw["urn"].split("::", 1)[0].removeprefix("urn:pulumi:")) for raw in resources
    ]
    for i, named in enumerate(found):
        if named != found[0]:
            place, (first, other) = f"{name}: deployment.resources[{i}].urn", map("/".join, (found[0], named))
            raise StateError(f"{place}: expected a resource of {first}, as the others are (got {_shown(other)})")
    return found[0]


def _there(name: str, resources: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """What the stack has: neither what it only reads, nor what is replaced and waits for its end."""
    seen: set[str] = set()
    for i, raw in enumerate(resources):
        if raw.get("delete") or raw.get("external"):
            continue
        if raw["urn"] in seen:
            raise StateError(f"{name}: deployment.resources[{i}].urn: expected one that no other has (got it twice)")
        seen.add(raw["urn"])
        yield raw


def _pending(name: str, place: str, raw: Any) -> tuple[Mapping[str, Any], str]:
    """A resource that an interrupted update may have made, changed or deleted."""
    if not isinstance(raw, Mapping):
        raise StateError(f"{name}: {place}: expected an object (got {_shown(raw)})")
    operation = raw["type"] if isinstance(raw.get("type"), str) else "changing"
    return _resource(name, f"{place}.resource", raw.get("resource")), f"an update was interrupted while {operation} it"


def _provider(raw: Mapping[str, Any]) -> str:
    """The provider's URN; a reference to it ends with its id."""
    return (raw.get("provider") or "").rpartition("::")[0]


def _decoded(raw: Mapping[str, Any]) -> Resource:
    """A resource as the stack pass has it: what it came to, laid over what the program said."""
    depends_on = {key: tuple(urns or ()) for key, urns in (raw.get("propertyDependencies") or {}).items()}
    said = {**(raw.get("inputs") or {}), **(raw.get("outputs") or {})}
    props, secrets = decode({key: _masked(value) for key, value in said.items()}, depends_on)
    return Resource(
        urn=raw["urn"],
        type=raw["type"],
        props=props,
        secrets=Secrets(secrets.names),
        provider=_provider(raw),
        # Only a component has neither a provider nor an id.
        custom=bool(raw.get("custom") or raw.get("provider") or raw.get("id")),
        parent=raw.get("parent") or "",
        dependencies=tuple(raw.get("dependencies") or ()),
        provided=depends_on,
    )


def _masked(value: Any) -> Any:
    """A value with what is secret in it not known."""
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            return _WITHHELD
        return {key: _masked(inner) for key, inner in value.items()}
    return [_masked(inner) for inner in value] if isinstance(value, list) else value


def _plain(value: Any) -> Iterator[str]:
    """The texts of secrets that stand there in plain text."""
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            if isinstance(told := value.get("plaintext"), str):
                yield from _texts(told)
            return
        for inner in value.values():
            yield from _plain(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _plain(inner)


def _texts(plain: str) -> Iterator[str]:
    try:
        found = [leaf for leaf in leaves(json.loads(plain)) if isinstance(leaf, str)]
    except (ValueError, RecursionError):
        found = [plain]
    yield from (text for text in found if text.strip())


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    if isfinite(found := float(text)):
        return found
    raise ValueError(f"the number {text[:20]} is too large")


def _shown(value: Any) -> str:
    """A value for a message, shortly."""
    if value is None:
        return "none"
    if isinstance(value, Mapping | list):
        return "an object" if isinstance(value, Mapping) else "a list"
    shown = json.dumps(value)
    return shown if len(shown) <= 120 else f"{shown[:120]}…"
