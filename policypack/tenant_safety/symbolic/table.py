"""Knows every resource type and function of pulumi_aws: its properties, their shapes, and what is required.

The data beside this file is made by `tools/aws_table.py` from the installed package, so that nothing here has
to import it.  Names are wire names (camelCase), as providers and policies see them.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias

Kind = Literal["string", "number", "boolean", "list", "map", "object", "union", "asset", "any"]

_DATA = Path(__file__).with_name("aws.json.gz")
_SCALARS: Mapping[str, Kind] = {"s": "string", "n": "number", "b": "boolean", "@": "asset", "*": "any"}
_STEP = re.compile(r"\[\d*\]|[^.\[\]]+")

# As written: properties to shapes, the required ones; a resource and a function have more columns.
_Fields: TypeAlias = dict[str, str]


@dataclass(frozen=True)
class Shape:
    """What a property holds.  `element` is of lists and maps, `number` of objects, `choices` of unions."""

    kind: Kind
    element: Shape | None = None
    number: int | None = None
    choices: tuple[Shape, ...] = ()

    def fields(self) -> Mapping[str, Shape]:
        """The properties of an object; nothing for any other kind."""
        return {} if self.number is None else nested(self.number).properties

    def required(self) -> frozenset[str]:
        """The properties without which an object is refused."""
        return frozenset() if self.number is None else nested(self.number).required

    def step(self, name: str) -> Shape | None:
        """The shape one step further in: a field of an object, a key of a map, `[]` or `[0]` of a list."""
        if self.kind == "any":
            return self
        if self.kind == "union":
            return next((found for choice in self.choices if (found := choice.step(name)) is not None), None)
        if self.kind == "list":
            return self.element if name.startswith("[") else None
        if self.kind == "map":
            return None if name.startswith("[") else self.element
        return self.fields().get(name)


@dataclass(frozen=True)
class ObjectType:
    """A nested type.  Those with the same properties are one: of the 8,500 names half are copies."""

    properties: Mapping[str, Shape]
    required: frozenset[str]


@dataclass(frozen=True)
class Resource:
    """A resource type.

    `outputs` are the properties that only AWS gives, `given` the inputs that it gives if the program does not
    (a default security group, a private address).  All inputs come back as outputs too.
    """

    token: str
    inputs: Mapping[str, Shape]
    required: frozenset[str]
    outputs: Mapping[str, Shape]
    given: frozenset[str]
    aliases: tuple[str, ...]
    secrets: frozenset[str]

    def shape_at(self, path: str) -> Shape | None:
        """The shape at `rootBlockDevice.volumeSize`, `ebsBlockDevices[].volumeSize` or `tags.Name`.

        None if there is no such path.
        """
        return _walk((self.inputs, self.outputs), path)


@dataclass(frozen=True)
class Function:
    """An invoke, `aws:iam/getPolicyDocument:getPolicyDocument`, with its arguments and its result."""

    token: str
    inputs: Mapping[str, Shape]
    required: frozenset[str]
    outputs: Mapping[str, Shape]

    def shape_at(self, path: str) -> Shape | None:
        """As of a resource: arguments first, then the result."""
        return _walk((self.inputs, self.outputs), path)


def version() -> str:
    """The version of pulumi_aws that the table was made from."""
    return _table().version


def tokens() -> tuple[str, ...]:
    """Every resource type, sorted; the provider itself is `pulumi:providers:aws`."""
    return tuple(sorted(_table().resources))


def functions() -> tuple[str, ...]:
    """Every function, sorted."""
    return tuple(sorted(_table().functions))


@cache
def resource(token: str) -> Resource | None:
    """The type of that token or of that former token; None if pulumi_aws has none."""
    table = _table()
    row = table.resources.get(token)
    if row is None:
        current = table.former.get(token)
        return None if current is None else resource(current)
    inputs, required, outputs, given, aliases, secrets = row
    return Resource(
        token=token,
        inputs=_fields(inputs),
        required=frozenset(required),
        outputs=_fields(outputs),
        given=frozenset(given),
        aliases=tuple(aliases),
        secrets=frozenset(secrets),
    )


@cache
def function(token: str) -> Function | None:
    """The function of that token; None if pulumi_aws has none."""
    row = _table().functions.get(token)
    if row is None:
        return None
    inputs, required, outputs = row
    return Function(token, _fields(inputs), frozenset(required), _fields(outputs))


@cache
def nested(number: int) -> ObjectType:
    """The nested type that a shape refers to."""
    properties, required = _table().types[number]
    return ObjectType(_fields(properties), frozenset(required))


@dataclass(frozen=True)
class _Table:
    version: str
    types: list[tuple[_Fields, list[str]]]
    resources: dict[str, tuple[_Fields, list[str], _Fields, list[str], list[str], list[str]]]
    functions: dict[str, tuple[_Fields, list[str], _Fields]]

    @cached_property
    def former(self) -> dict[str, str]:
        """Tokens that types had before, to the tokens that they have now."""
        return {alias: token for token, row in self.resources.items() for alias in row[4]}


@cache
def _table() -> _Table:
    return _Table(**json.loads(gzip.decompress(_DATA.read_bytes())))


def _fields(written: _Fields) -> Mapping[str, Shape]:
    return MappingProxyType({name: _shape(text) for name, text in written.items()})


@cache
def _shape(text: str) -> Shape:
    """`s` string, `n` number, `b` boolean, `[s` list, `{s` map, `#12` nested type, `(#1|s)` union."""
    head, rest = text[0], text[1:]
    if head == "[":
        return Shape("list", element=_shape(rest))
    if head == "{":
        return Shape("map", element=_shape(rest))
    if head == "#":
        return Shape("object", number=int(rest))
    if head == "(":
        return Shape("union", choices=tuple(_shape(choice) for choice in rest[:-1].split("|")))
    return Shape(_SCALARS[head])


def _walk(parts: Iterable[Mapping[str, Shape]], path: str) -> Shape | None:
    first, *steps = _STEP.findall(path) or [""]
    shape = next((part[first] for part in parts if first in part), None)
    for name in steps:
        if shape is None:
            return None
        shape = shape.step(name)
    return shape
