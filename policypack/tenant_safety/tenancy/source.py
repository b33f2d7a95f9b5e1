"""Reads a registry from a file: bounded, without YAML's traps, with the place of every error."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import yaml
from pydantic import ValidationError

from .registry import Registry

if TYPE_CHECKING:
    from .baseline import Baseline

DEFAULT_NAME = "tenancy.yaml"
MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 16

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOOLEANS = {"true": True, "false": False}


class RegistryError(Exception):
    """The registry can't be used.  The message has a line for each fault: where, what was expected, what came."""


class _Mark(Protocol):
    """A place in a YAML text, counted from 0; PyYAML has one class in C and one in Python."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A registry as it was read: from where, and the sha256 of its bytes, which a run names."""

    registry: Registry
    source: str
    sha256: str
    baseline: Baseline | None = None
    baseline_sha256: str = ""


def load(path: Path) -> Snapshot:
    """Reads the registry in the file `path`.  Raises `RegistryError`."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise RegistryError(f"{path}: expected a readable registry file: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise RegistryError(f"{path}: expected at most {MAX_BYTES} bytes, got more")
    return Snapshot(_parsed(content, path.name), str(path), hashlib.sha256(content).hexdigest())


def _parsed(content: bytes, name: str) -> Registry:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RegistryError(
            f"{name}: expected UTF-8 text, got byte {content[error.start]:#x} at {error.start}"
        ) from None
    marks: dict[tuple[str | int, ...], _Mark] = {}
    try:
        _refuse_traps(text, name)
        node = yaml.compose(text, Loader=_Loader)
        if node is None:
            raise RegistryError(f"{name}: expected a registry, got an empty file")
        raw = _value(node, (), marks, name)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise RegistryError(f"{_place(name, mark)}: expected YAML: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise RegistryError(f"{name}: expected YAML: {error}") from None
    try:
        return Registry.model_validate(raw)
    except ValidationError as error:
        raise RegistryError("\n".join(_faults(error, marks, name))) from None


def _refuse_traps(text: str, name: str) -> None:
    """Aliases can blow a small file up, and nesting the stack: both are refused before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise RegistryError(f"{_place(name, event.start_mark)}: expected no anchors and aliases (& and *)")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise RegistryError(f"{_place(name, event.start_mark)}: expected at most {MAX_DEPTH} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _value(node: yaml.Node, path: tuple[str | int, ...], marks: dict[tuple[str | int, ...], _Mark], name: str) -> Any:
    """The plain value of a node; `marks` takes the place of every path."""
    marks[path] = node.start_mark
    if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key_node, yaml.ScalarNode) or key == "<<":
                raise RegistryError(f"{_place(name, key_node.start_mark)}: expected a plain key")
            if key in mapping:
                raise RegistryError(f"{_place(name, key_node.start_mark)}: the key {key!r} stands twice")
            mapping[key] = _value(value_node, (*path, key), marks, name)
            if not isinstance(value_node, yaml.CollectionNode):
                marks[(*path, key)] = value_node.start_mark
        return mapping
    if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
        return [_value(item, (*path, i), marks, name) for i, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, name)
    raise RegistryError(f"{_place(name, node.start_mark)}: expected no tag, got {_tag(node)}")


def _scalar(node: yaml.ScalarNode, name: str) -> str | bool | int | float | None:
    """Strings, booleans, decimal numbers and null; YAML 1.1's octals, dates and `yes` stay what is written."""
    kind = node.tag.removeprefix("tag:yaml.org,2002:")
    text: str = node.value
    if kind == "null":
        return None
    if kind == "bool" and text.lower() in _BOOLEANS:
        return _BOOLEANS[text.lower()]
    if kind in ("int", "float"):
        if text.removeprefix("-").isdecimal() and (text == "0" or not text.startswith("0")):
            return int(text)
        try:
            return text if text.startswith("0") and text.isdecimal() else float(text)
        except ValueError:
            return text
    if kind in ("str", "bool", "timestamp", "value"):
        return text
    raise RegistryError(f"{_place(name, node.start_mark)}: expected no tag, got {_tag(node)}")


def _tag(node: yaml.Node) -> str:
    return str(node.tag).replace("tag:yaml.org,2002:", "!!")


def _place(name: str, mark: _Mark | None) -> str:
    return f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name


def _faults(error: ValidationError, marks: dict[tuple[str | int, ...], _Mark], name: str) -> Iterator[str]:
    for fault in error.errors():
        path = tuple(fault["loc"])
        message = fault["msg"].removeprefix("Value error, ")
        if not path and ": " in message:
            # A fault of the registry as a whole names its own path.
            dotted, message = message.split(": ", 1)
            path = tuple(dotted.split("."))
        known = _known(path, marks)
        yield f"{_place(name, marks.get(known))}: {'.'.join(map(str, path)) or 'registry'}: {_told(fault, message)}"


def _known(path: Sequence[str | int], marks: dict[tuple[str | int, ...], _Mark]) -> tuple[str | int, ...]:
    """The longest beginning of `path` that stands in the file: pydantic adds the names of alternatives to it."""
    known: tuple[str | int, ...] = ()
    for step in path:
        if (*known, step) in marks:
            known = (*known, step)
    return known


def _told(fault: Any, message: str) -> str:
    got = fault.get("input")
    if fault["type"] == "missing":
        return "expected this key, got none"
    if fault["type"] == "extra_forbidden":
        return "expected no such key; see the schema for those that there are"
    if fault["loc"][-1:] == ("external_id",):
        return f"{message} (got {f'{len(got)} characters' if isinstance(got, str) else type(got).__name__}, not shown)"
    if fault["type"] == "string_type" and isinstance(got, int | float) and not isinstance(got, bool):
        return f"expected text in quotes, got the number {got}"
    if isinstance(got, dict):
        return f"{message} (got an object with the keys {', '.join(map(str, got))})"
    shown = repr(got)
    return f"{message} (got {shown if len(shown) <= 80 else shown[:77] + '...'})" if got is not None else message
