"""Plain values of resource properties: decoded from the engine's wire form, with what is not known as a value.

The engine marks unknowns by seven sentinel strings and wraps secrets, assets and archives in objects with a signature.
Source: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/properties.go
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from ..model import Unknown
from .symbols import Run, leaves

SENTINELS = (
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
)
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must never be shown of a resource: the top-level properties that hold a secret, their texts, and whether
    one of them is a number, which can't be told from others in a message.
    """

    names: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    numbers: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource as Pulumi has it, its `props` decoded."""

    urn: str
    type: str
    props: Mapping[str, Any]
    secrets: Secrets = Secrets()
    provider: str = ""
    custom: bool = True
    parent: str = ""
    dependencies: tuple[str, ...] = ()
    provided: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The resources whose outputs a property was made of."""
    run: Run | None = None
    """The symbolic preview that it was read in."""


def decode(
    raw: Mapping[str, Any], depends_on: Mapping[str, tuple[str, ...]], run: Run | None = None
) -> tuple[dict[str, Any], Secrets]:
    """The properties of a resource, and its secrets.

    An unknown at any depth becomes `Unknown(path, depends_on)` with what its top-level property depends on; in a
    symbolic preview so does a text or a property of which nobody can say what it will be.
    """
    found: dict[str, list[Any]] = {key: [] for key in raw}
    props = {key: _decoded(value, key, depends_on.get(key, ()), found[key], run) for key, value in raw.items()}
    if run is not None:
        about = {key: run.hidden(props[key], key, depends_on.get(key, ()), secret=bool(found[key])) for key in props}
        props |= {key: unknown for key, unknown in about.items() if unknown is not None}
    hidden = [leaf for values in found.values() for value in values for leaf in leaves(value)]
    return props, Secrets(
        frozenset(key for key, values in found.items() if values),
        frozenset(leaf for leaf in hidden if isinstance(leaf, str) and leaf.strip()),
        any(isinstance(leaf, int | float) and not isinstance(leaf, bool) for leaf in hidden),
    )


def _decoded(raw: Any, path: str, depends_on: tuple[str, ...], secret: list[Any], run: Run | None) -> Any:
    """The value of `raw`; what is secret in it is also added to `secret`."""
    if isinstance(raw, str):
        # A program can put an unknown into a longer string of its own, so it is looked for inside, too.
        if len(raw) >= 36 and any(s in raw for s in SENTINELS):
            return Unknown(path, depends_on)
        # Of a document each text is read by itself.
        if run is not None and not raw.lstrip().startswith("{"):
            read = run.text(raw, path, depends_on)
            return read if isinstance(read, Unknown) else raw
        return raw
    if isinstance(raw, Mapping):
        signature = raw.get(SIGNATURE)
        if signature in (SECRET, OUTPUT):
            known = signature == SECRET or "value" in raw
            value = _decoded(raw.get("value"), path, depends_on, secret, run) if known else Unknown(path, depends_on)
            if signature == SECRET or raw.get("secret"):
                secret.append(value)
            return value
        if signature is not None:
            return None  # Assets, archives and resource references hold nothing that a rule reads.
        return {key: _decoded(value, f"{path}.{key}", depends_on, secret, run) for key, value in raw.items()}
    if isinstance(raw, Sequence):
        return [_decoded(value, f"{path}[{i}]", depends_on, secret, run) for i, value in enumerate(raw)]
    return raw


def at(props: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    """The values at a path of the table (`a.b[].c`), each with its concrete path (`a.b[0].c`), which is one, too.

    An unknown on the way is yielded in the value's place.  What is absent or null yields nothing.
    """
    yield from _at(props, path.split("."), "")


def _at(value: Any, steps: Sequence[str], path: str) -> Iterator[tuple[str, Any]]:
    if value is None:
        return
    if isinstance(value, Unknown) or not steps:
        yield path, value
        return
    if isinstance(value, list):
        # Where the schema has one object, a list of it is taken, too.
        for i, item in enumerate(value):
            yield from _at(item, steps, f"{path}[{i}]")
        return
    name, _, place = steps[0].partition("[")
    if not isinstance(value, Mapping):
        return
    inner = value.get(name)
    here = f"{path}.{name}" if path else name
    if (index := place.removesuffix("]")).isdecimal() and isinstance(inner, list):
        yield from _at(inner[int(index)] if int(index) < len(inner) else None, steps[1:], f"{here}[{index}]")
    elif place and isinstance(inner, Sequence) and not isinstance(inner, str):
        for i, item in enumerate(inner):
            yield from _at(item, steps[1:], f"{here}[{i}]")
    else:
        yield from _at(inner, steps[1:], here)


def paths(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The values in objects and lists at any depth, each with its path (`a.b[0].c`)."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from paths(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from paths(inner, f"{path}[{i}]")
    else:
        yield path, value


def first(props: Mapping[str, Any], path: str) -> Any:
    """The first value at a path, or `None`."""
    return next((value for _, value in at(props, path)), None)


def text(value: Any) -> str | Unknown | None:
    """A value as text; anything else than text is nobody's name."""
    return value if isinstance(value, str | Unknown) else None


def number(value: Any, path: str) -> float | Unknown | None:
    """A value as a number; AWS takes numbers written as text, too.  Other text (`1 vCPU`) says nothing known here."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        # Nothing can be had less than nothing of, so a negative amount says nothing and must not offset others.
        return float(value) if value >= 0 else Unknown(path)
    if isinstance(value, str):
        try:
            return found if isfinite(found := float(value)) and found >= 0 else Unknown(path)
        except ValueError:
            return Unknown(path) if value.strip() else None
    return value if isinstance(value, Unknown) else None


def from_json(value: Any) -> Any:
    """A provider's property: every one that is not text is JSON in a string."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
