"""What expressions evaluate to: values that keep the chain of those they were merged over.

An object holds its own properties; what it lacks is its base's.  The chain ends, for properties, at the first value
that is no object.  Nodes are never changed, so that they can be shared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tenant_safety.esc.expressions import Accessor, Number
from tenant_safety.esc.numbers import quoted

Content = None | bool | Number | str | tuple["Node", ...] | dict[str, "Node"]
"""An object's dictionary is never changed once it is in a node."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: the expression at this path of this environment made it."""

    environment: str
    path: str


@dataclass(frozen=True, slots=True)
class Read:
    """A value of this environment was read at this path, as the environment itself saw it.

    A path of None is one that no later environment is meant to replace: that of another environment, by its name.
    """

    environment: str
    path: tuple[Accessor, ...] | None
    node: Node = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Node:
    content: Content
    origin: Origin
    secret: bool = False
    unknown: bool = False
    final: bool = False
    base: Node | None = None
    reads: tuple[Read, ...] = ()
    weight: int = 1
    """How many letters it is, written out, with so many for each part."""
    depth: int = 1
    sealed: tuple[str, ...] | None = None
    """The keys that it shows, if its base's are hidden."""

    def chain(self) -> Iterator[Node]:
        """This and the bases whose properties it may have."""
        node: Node | None = self
        while node is not None and isinstance(node.content, dict):
            yield node
            node = node.base

    def keys(self) -> list[str]:
        if self.sealed is not None:
            return list(self.sealed)
        found: set[str] = set()
        for node in self.chain():
            assert isinstance(node.content, dict)
            found.update(node.content)
        return sorted(found)

    def property(self, key: str) -> Node | None:
        for node in self.chain():
            assert isinstance(node.content, dict)
            if key in node.content:
                return node.content[key]
        return None

    def parts(self) -> Iterator[Node]:
        """The elements, or the merged properties."""
        if isinstance(self.content, tuple):
            yield from self.content
        elif isinstance(self.content, dict):
            for key in self.keys():
                found = self.property(key)
                assert found is not None
                yield found


def sealed(node: Node) -> Node:
    """With the keys that it has now, whatever it is merged over later."""
    if isinstance(node.content, tuple):
        return replace(node, content=tuple(map(sealed, node.content)))
    if isinstance(node.content, dict):
        parts = {key: sealed(part) for key, part in node.content.items()}
        return replace(node, content=parts, sealed=tuple(node.keys()))
    return node


def is_object(node: Node | None) -> bool:
    return node is not None and isinstance(node.content, dict)


def has_secrets(node: Node) -> bool:
    return node.secret or any(map(has_secrets, node.parts()))


def has_unknowns(node: Node) -> bool:
    return node.unknown or any(map(has_unknowns, node.parts()))


def all_reads(node: Node) -> tuple[Read, ...]:
    """What was read to make a value and its parts."""
    return (*node.reads, *(read for part in node.parts() for read in all_reads(part)))


def text(node: Node) -> tuple[str, bool, bool]:
    """The text that is interpolated, whether it is unknown, whether secret.

    ESC writes an object by its own properties alone, without those of its base.
    """
    content = node.content
    if node.unknown:
        return "", True, node.secret
    if isinstance(content, tuple):
        written = [text(each) for each in content]
        joined = ",".join(quoted(each) for each, _, _ in written)
    elif isinstance(content, dict):
        keys = sorted(content)
        written = [text(content[key]) for key in keys]
        joined = ",".join(f"{quoted(key)}={quoted(each)}" for key, (each, _, _) in zip(keys, written, strict=True))
    else:
        return _scalar(content), False, node.secret
    return joined, any(unknown for _, unknown, _ in written), node.secret or any(secret for _, _, secret in written)


def _scalar(content: bool | Number | str | None) -> str:
    if content is None:
        return ""
    if isinstance(content, bool):
        return "true" if content else "false"
    return content.text if isinstance(content, Number) else content
