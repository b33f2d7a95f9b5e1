"""Values that were made of what a later environment replaced: the trap of the wrong tenant.

A reference is resolved where it stands.  `bucket: data-${account}` of a base stays with the base's account, though an
environment that imports it sets another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tenant_safety.esc.expressions import Accessor
from tenant_safety.esc.faults import joined
from tenant_safety.esc.nodes import Node, Origin, Read
from tenant_safety.esc.values import Evaluation


@dataclass(frozen=True, slots=True)
class Stale:
    """A value of the result that was made of a value that is not in the result."""

    path: str
    environment: str
    """Which read what was replaced later."""
    read: str
    """The path that it read."""
    source: Origin
    """Where the value that it read comes from."""
    replaced_by: str
    """The environment whose value the result has at that path."""


def stale(evaluation: Evaluation) -> tuple[Stale, ...]:
    """Finds the values that were interpolated, however indirectly, from a path that a later environment replaced.

    An object that was read whole is told once, and not again for each of its parts.  Of an evaluation with faults,
    which must not be used, nothing is told.
    """
    if evaluation.faults:
        return ()
    return tuple(_Search(evaluation.node).found(evaluation.node, "", frozenset()))


class _Search:
    def __init__(self, root: Node) -> None:
        self.root = root
        self.layers = list(root.chain())
        self.known: dict[int, list[Read]] = {}

    def found(self, node: Node, path: str, above: frozenset[tuple[str, str]]) -> Iterator[Stale]:
        here = []
        for read in self.reads(node):
            assert read.path is not None
            replaced_by = self.replaced_by(read.path, read.node)
            if replaced_by is not None:
                here.append(Stale(path, read.environment, written(read.path), read.node.origin, replaced_by))
        unique = [each for each in dict.fromkeys(here) if not _covered(each, above)]
        yield from unique
        below = above | {(each.environment, each.read) for each in unique}
        if isinstance(node.content, tuple):
            for at, part in enumerate(node.content):
                yield from self.found(part, f"{path}[{at}]", below)
        elif isinstance(node.content, dict):
            for key, part in zip(node.keys(), node.parts(), strict=True):
                yield from self.found(part, joined(path, key) if key else f'{path}[""]', below)

    def reads(self, node: Node) -> Iterator[Read]:
        """What a value was made of, and what that was made of; each once."""
        seen: set[tuple[str, tuple[Accessor, ...] | None, int]] = set()
        waiting = list(reversed(node.reads))
        while waiting:
            read = waiting.pop()
            mark = (read.environment, read.path, id(read.node))
            if mark in seen:
                continue
            seen.add(mark)
            if read.path is not None:
                yield read
            waiting.extend(reversed(self.deep_reads(read.node)))

    def deep_reads(self, node: Node) -> list[Read]:
        found = self.known.get(id(node))
        if found is None:
            found = list(node.reads)
            for part in node.parts():
                found.extend(self.deep_reads(part))
            self.known[id(node)] = found
        return found

    def replaced_by(self, path: tuple[Accessor, ...], seen: Node) -> str | None:
        """The environment whose value stands where another one was read; None if it is the same or no layer's."""
        now, nearest = _at(self.root, path)
        if now is not None and _same(now, seen):
            return None
        for layer in self.layers:
            then, _ = _at(layer, path)
            if then is not None and then.origin == seen.origin and _same(then, seen):
                return (now or nearest).origin.environment
        return None


def _covered(each: Stale, above: frozenset[tuple[str, str]]) -> bool:
    return any(
        each.environment == environment and each.read.startswith(path) and each.read[len(path) :][:1] in (".", "[", "")
        for environment, path in above
    )


def _at(node: Node, path: tuple[Accessor, ...]) -> tuple[Node | None, Node]:
    """What is at a path, and the nearest value on the way there."""
    for accessor in path:
        part: Node | None = None
        if isinstance(accessor, str):
            part = node.property(accessor)
        elif isinstance(node.content, tuple) and 0 <= accessor < len(node.content):
            part = node.content[accessor]
        if part is None:
            return None, node
        node = part
    return node, node


def _same(one: Node, other: Node) -> bool:
    if one is other:
        return True
    if isinstance(one.content, dict) and isinstance(other.content, dict):
        return one.keys() == other.keys() and all(map(_same, one.parts(), other.parts()))
    if isinstance(one.content, tuple) and isinstance(other.content, tuple):
        return len(one.content) == len(other.content) and all(map(_same, one.content, other.content))
    return type(one.content) is type(other.content) and one.content == other.content


def written(path: tuple[Accessor, ...]) -> str:
    text = ""
    for accessor in path:
        text = f"{text}[{accessor}]" if isinstance(accessor, int) else joined(text, accessor or '""')
    return text
