"""Resources of the aws-native package, read as those of the aws package that they are.

aws-native has CloudFormation's resources: https://www.pulumi.com/registry/packages/aws-native/.  A type without a row
in `native.json`, and a property without a counterpart there, could be anything.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from .values import Resource

NATIVE_PROVIDER = "pulumi:providers:aws-native"
Names: TypeAlias = Mapping[str, Any]
"""Native name → ours, `null`, or ours with the names inside."""
_NOTHING: tuple[Any, ...] = (None, False, "", [], {})
"""What AWS takes for not being set, and returns where it was not."""


@dataclass(frozen=True, slots=True)
class Row:
    """A type of the aws package, and by which names the native one has its properties."""

    type: str
    props: Names


@cache
def rows() -> dict[str, Row]:
    """By native token."""
    raw = json.loads(files(__package__).joinpath("native.json").read_text(encoding="utf-8"))
    return {token: Row(row["type"], row["props"]) for token, row in raw["types"].items()}


def translated(resource: Resource) -> tuple[Resource, tuple[str, ...]]:
    """The resource as one of the aws package, and what of it has no counterpart there."""
    row = rows()[resource.type]
    strange: list[str] = []
    props = dict(_renamed(resource.props, row.props, "", strange))
    names = {name: ours if isinstance(ours, str) else ours[0] for name, ours in row.props.items() if ours}
    made = replace(
        resource,
        type=row.type,
        props=props,
        secrets=replace(resource.secrets, names=frozenset(names.get(name, name) for name in resource.secrets.names)),
        provided={names.get(name, name): urns for name, urns in resource.provided.items()},
    )
    return made, tuple(strange)


def _renamed(props: Mapping[str, Any], names: Names, path: str, strange: list[str]) -> Iterator[tuple[str, Any]]:
    for name, value in props.items():
        if name not in names:
            strange.extend([] if value in _NOTHING else [f"{path}{name}"])
        elif isinstance(ours := names[name], str):
            yield ours, value
        elif ours:
            outer, inner = ours
            read = _inside(value, inner, f"{path}{name}.", strange)
            if outer:
                yield outer, read
            elif isinstance(read, Mapping):
                yield from read.items()
            elif read is not None:
                yield from ((each, read) for each in inner.values())


def _inside(value: Any, names: Names, path: str, strange: list[str]) -> Any:
    if isinstance(value, Mapping):
        return dict(_renamed(value, names, path, strange))
    if isinstance(value, list):
        return [_inside(item, names, path, strange) for item in value]
    return value
