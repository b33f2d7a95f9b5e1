"""Reads a registry from text: bounded, without YAML's traps, with the place of every error."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

import yaml
from pydantic import ValidationError

from ..registry import Registry

if TYPE_CHECKING:
    from ..baseline import Baseline

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 24
_LARGEST = 10**4000
"""Python reads no number of more than 4,300 digits."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOOLEANS = {"true": True, "false": False}
_SECRETS = ("external_id", "config", "services", "everyone", "shared")
"""Keys of which an error does not show what came."""


class RegistryError(Exception):
    """The registry can't be used.  The message has a line for each fault: where, what was expected, what came."""


class RegistryUnreachable(RegistryError):
    """Nobody answered where the registry lives: a run stops, unless it was told to go on with a cached snapshot."""


class _Mark(Protocol):
    """A place in a YAML text, counted from 0; PyYAML has one class in C and one in Python."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


Marks = dict[tuple[str | int, ...], _Mark]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A registry as it was read, which a run names: from where, and the sha256 of what it says.

    The sha256 is of the content in canonical JSON, so it is the same for a table, its export and a copy of that.
    `document` is that content; `versions` are those of its parts, where the source counts them; `age` is how long ago
    it was read, if it comes from a cache.
    """

    registry: Registry
    source: str
    sha256: str
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)
    versions: Mapping[str, int] = field(default_factory=dict, repr=False)
    age: timedelta | None = None
    baseline: Baseline | None = None
    baseline_sha256: str = ""

    @property
    def label(self) -> str:
        """What a run reports: `sha256 0123…`, and how old it is if it was not read for this run."""
        return f"sha256 {self.sha256}" + (f" ({self.aged})" if self.age is not None else "")

    @property
    def aged(self) -> str:
        """How old a cached snapshot is."""
        minutes = int((self.age or timedelta()).total_seconds()) // 60
        return f"cached, {minutes // 60} h {minutes % 60} min old" if minutes >= 60 else f"cached, {minutes} min old"


def snapshot_of(
    raw: Any, source: str, *, marks: Marks | None = None, versions: Mapping[str, int] | None = None
) -> Snapshot:
    """A registry of plain values, as `plain` reads them.  Raises `RegistryError`."""
    name = source if "://" in source else source.rsplit("/", 1)[-1] if marks else source
    try:
        registry = Registry.model_validate(raw)
    except ValidationError as error:
        raise RegistryError("\n".join(_faults(error, marks or {}, name))) from None
    return Snapshot(registry, source, sha256_of(raw), raw, versions or {})


def canonical(raw: Any) -> str:
    """The one JSON text of plain values: keys in order, no blanks, only ASCII."""
    return json.dumps(raw, sort_keys=True, separators=(",", ":"), allow_nan=False)


def is_same(one: Any, other: Any) -> bool:
    """Do two say the same?  To Python `true`, `1` and `1.0` do."""
    return canonical(one) == canonical(other)


def sha256_of(raw: Any) -> str:
    """The sha256 of plain values, in hexadecimal digits."""
    return hashlib.sha256(canonical(raw).encode()).hexdigest()


def plain(content: bytes, name: str) -> tuple[Any, Marks]:
    """The plain values in a YAML or JSON text, and where each path of them stands.  Raises `RegistryError`."""
    if len(content) > MAX_BYTES:
        raise RegistryError(f"{name}: expected at most {MAX_BYTES} bytes, got more")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RegistryError(
            f"{name}: expected UTF-8 text, got byte {content[error.start]:#x} at {error.start}"
        ) from None
    marks: Marks = {}
    try:
        _refuse_traps(text, name)
        node = yaml.compose(text, Loader=_Loader)
        if node is None:
            raise RegistryError(f"{name}: expected a registry, got an empty file")
        return _value(node, (), marks, name), marks
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise RegistryError(f"{_place(name, mark)}: expected YAML: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise RegistryError(f"{name}: expected YAML: {error}") from None


def plain_json(text: str, depth: int = MAX_DEPTH) -> Any:
    """The plain values in a JSON text of ours, as strictly as YAML is read.  Raises `ValueError`."""
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_finite, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    check_plain(value, depth)
    return value


def check_plain(value: Any, depth: int = MAX_DEPTH) -> None:
    """Are these values that a registry can hold, and an export of it, too?  Raises `ValueError`."""
    if isinstance(value, dict | list):
        if depth <= 0:
            raise ValueError("nested too deeply")
        for key in value if isinstance(value, dict) else ():
            _check_text(key)
            if key == "<<":  # YAML would merge what is in it.
                raise ValueError("expected a plain key")
        for each in value.values() if isinstance(value, dict) else value:
            check_plain(each, depth - 1)
    elif isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is no number")
    elif isinstance(value, int) and not -_LARGEST < value < _LARGEST:
        raise ValueError("a number of too many digits")
    elif value is not None and not isinstance(value, int | float):
        raise ValueError(f"{type(value).__name__} is nothing that JSON has")


def _check_text(text: Any) -> None:
    """YAML has no halves of characters."""
    if not isinstance(text, str) or any("\ud800" <= char <= "\udfff" for char in text if char > "\ud7ff"):
        raise ValueError("expected text that UTF-8 can say")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _finite(constant: str) -> float:
    number = float(constant)
    if not math.isfinite(number):
        raise ValueError(f"{constant[:40]} is no number")
    return number


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


def _value(node: yaml.Node, path: tuple[str | int, ...], marks: Marks, name: str) -> Any:
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
        try:
            if text.removeprefix("-").isdecimal() and (text == "0" or not text.startswith("0")):
                return int(text)
            number = text if text.startswith("0") and text.isdecimal() else float(text)
        except ValueError:  # A base that is not ten, or more digits than Python reads.
            return text
        return number if isinstance(number, str) or math.isfinite(number) else text
    if kind in ("str", "bool", "timestamp", "value"):
        return text
    raise RegistryError(f"{_place(name, node.start_mark)}: expected no tag, got {_tag(node)}")


def _tag(node: yaml.Node) -> str:
    return str(node.tag).replace("tag:yaml.org,2002:", "!!")


def _place(name: str, mark: _Mark | None) -> str:
    return f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name


def _faults(error: ValidationError, marks: Marks, name: str) -> Iterator[str]:
    for fault in error.errors():
        path = tuple(fault["loc"])
        message = fault["msg"].removeprefix("Value error, ")
        if not path and ": " in message:
            # A fault of the registry as a whole names its own path.
            dotted, message = message.split(": ", 1)
            path = tuple(dotted.split("."))
        known = _known(path, marks)
        yield f"{_place(name, marks.get(known))}: {'.'.join(map(str, path)) or 'registry'}: {_told(fault, message)}"


def _known(path: Sequence[str | int], marks: Marks) -> tuple[str | int, ...]:
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
    if any(step in _SECRETS for step in fault["loc"]):
        return f"{message} (got {f'{len(got)} characters' if isinstance(got, str) else type(got).__name__}, not shown)"
    if fault["type"] == "string_type" and isinstance(got, int | float) and not isinstance(got, bool):
        return f"expected text in quotes, got the number {got}"
    if isinstance(got, dict):
        return f"{message} (got an object with the keys {', '.join(map(str, got))})"
    shown = repr(got)
    return f"{message} (got {shown if len(shown) <= 80 else shown[:77] + '...'})" if got is not None else message
