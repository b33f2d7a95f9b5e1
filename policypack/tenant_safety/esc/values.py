"""What an evaluation gives: values that know where they come from and what they replace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tenant_safety.esc.evaluation import STEPS, Decrypt, Known, Load, Run
from tenant_safety.esc.expressions import Number
from tenant_safety.esc.faults import EscError, Fault
from tenant_safety.esc.nodes import Node, Origin

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True, repr=False)
class Value:
    """A value of an environment: its content, and whether that is secret or unknown.

    `origin` is the expression that made it.  `base` is the value of an earlier environment that it replaces or, an
    object, is merged over.
    """

    content: bool | int | float | str | tuple[Value, ...] | Mapping[str, Value] | None
    secret: bool
    unknown: bool
    origin: Origin
    _below: Node | None = field(default=None, compare=False)

    @property
    def base(self) -> Value | None:
        return None if self._below is None else _Export().value(self._below)

    def __repr__(self) -> str:
        return f"Value({plain(self, reveal=False)!r}, {self.origin.environment!r}, {self.origin.path!r})"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The value of a root environment. Where there is a fault, it must not be used."""

    value: Value
    faults: tuple[Fault, ...]
    node: Node = field(repr=False)


def evaluate(
    root: str,
    load: Load,
    *,
    decrypt: Decrypt | None = None,
    context: Mapping[str, object] | None = None,
    known: Known | None = None,
) -> Evaluation:
    """Evaluates an environment and what it imports.

    `load` gives the definition of a name, or raises `EscError` or `LookupError`.  `decrypt` gets the name of the
    environment and the ciphertext, and raises `EscError` where it can't; without it such secrets are unknown.
    `context` adds plain JSON to what `${context}` has.  `known` keeps what evaluations of other roots can use.
    """
    run = Run(root, load, decrypt, context or {}, Known() if known is None else known)
    try:
        node = run.environment(root) or Node({}, Origin(root, ""))
        return Evaluation(_Export().value(node), tuple(run.faults), node)
    except RecursionError:
        raise EscError(
            f"environment {root!r}: expected room for {STEPS} nested references (got a stack too full)"
        ) from None


def plain(value: Value, *, reveal: bool) -> Json:
    """Plain JSON, with "[secret]" and "[unknown]" for what is not revealed or known."""
    if value.secret and not reveal:
        return "[secret]"
    if value.unknown:
        return "[unknown]"
    if isinstance(value.content, tuple):
        return [plain(each, reveal=reveal) for each in value.content]
    if isinstance(value.content, Mapping):
        return {key: plain(each, reveal=reveal) for key, each in value.content.items()}
    return value.content


class _Export:
    """Gives nodes as values, one value for each node."""

    def __init__(self) -> None:
        self.known: dict[int, Value] = {}

    def value(self, node: Node) -> Value:
        found = self.known.get(id(node))
        if found is None:
            found = Value(self.content(node), node.secret, node.unknown, node.origin, node.base)
            self.known[id(node)] = found
        return found

    def content(self, node: Node) -> bool | int | float | str | tuple[Value, ...] | dict[str, Value] | None:
        if isinstance(node.content, tuple):
            return tuple(map(self.value, node.content))
        if isinstance(node.content, dict):
            return dict(zip(node.keys(), map(self.value, node.parts()), strict=True))
        return node.content.value if isinstance(node.content, Number) else node.content
