"""Merging values over others, as JSON merge patches go, and referring to them."""

from __future__ import annotations

from dataclasses import replace

from tenant_safety.esc.expressions import Accessor
from tenant_safety.esc.nodes import Content, Node, Read


def merged(node: Node, base: Node | None) -> Node:
    """The value over a base: the base's properties show wherever the value is an object that lacks them.

    A value that has bases already gets this one below them all.
    """
    return node if base is None else _rebased(node, None, base)


def _rebased(node: Node, old: Node | None, new: Node | None) -> Node:
    """The chain of bases with its tail from `old` on replaced by `new`, in each property as well."""
    if new is None or new is old:
        return node
    links: list[Node] = []
    link: Node | None = node
    while link is not None and link is not old and link is not new:
        links.append(link)
        link = link.base
    if link is new:
        return node
    below = new
    for each in reversed(links):
        below = _over(each, below)
    return below


def _over(node: Node, base: Node) -> Node:
    content = node.content
    if not isinstance(content, dict):
        return _on(node, content, base, node.weight, node.depth)
    before = node.base
    parts = {
        key: _rebased(part, before.property(key) if before else None, base.property(key))
        for key, part in content.items()
    }
    depth = max(base.depth, 1 + max((part.depth for part in parts.values()), default=0))
    weight = base.weight + sum(len(key) + part.weight for key, part in parts.items())
    return _on(node, parts, base, weight, depth)


def _on(node: Node, content: Content, base: Node, weight: int, depth: int) -> Node:
    # `replace` of dataclasses, written out: it took half of all the time.
    return Node(
        content, node.origin, node.secret, node.unknown, node.final, base, node.reads, weight, depth, node.sealed
    )


def referred(node: Node, environment: str, path: tuple[Accessor, ...] | None) -> Node:
    """The same value, of which each part remembers what was read."""
    return _Reference(environment).of(node, path)


class _Reference:
    def __init__(self, environment: str) -> None:
        self.environment = environment
        # One value stays one where it stands twice, for what is merged later goes below both.
        self.known: dict[int, Node] = {}

    def of(self, node: Node, path: tuple[Accessor, ...] | None) -> Node:
        found = self.known.get(id(node))
        if found is not None:
            return found
        content = node.content
        if isinstance(content, tuple):
            content = tuple(self.of(part, self.below(path, at)) for at, part in enumerate(content))
        elif isinstance(content, dict):
            content = {key: self.of(part, self.below(path, key)) for key, part in content.items()}
        base = None if node.base is None else self.of(node.base, path)
        made = replace(node, content=content, base=base, reads=(Read(self.environment, path, node),), sealed=None)
        self.known[id(node)] = made
        return made

    def below(self, path: tuple[Accessor, ...] | None, accessor: Accessor) -> tuple[Accessor, ...] | None:
        return None if path is None else (*path, accessor)
