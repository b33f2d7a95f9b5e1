"""Reads an environment's definition from plain JSON or YAML values.

https://www.pulumi.com/docs/esc/environments/syntax/
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tenant_safety.esc.expressions import (
    Call,
    Expression,
    Items,
    Literal,
    Number,
    Properties,
    Provider,
    Secret,
)
from tenant_safety.esc.faults import EscError, joined
from tenant_safety.esc.numbers import number_text
from tenant_safety.esc.templates import TemplateError, template

DEPTH = 32
"""Values nest no deeper in a definition."""

SIZE = 100_000
"""A definition has no more values."""

LETTERS = 4_000_000
"""A definition has no more letters."""

IMPORTS = 100
"""A definition imports no more environments."""

RESERVED = ("imports", "context", "environments")
UNARY = ("fn::toJSON", "fn::fromJSON", "fn::toString", "fn::toBase64", "fn::fromBase64", "fn::final")
BINARY = ("fn::join", "fn::split")


@dataclass(frozen=True, slots=True)
class Import:
    """An environment that is imported; one that is not merged is only there to be referred to."""

    name: str
    merge: bool = True


@dataclass(frozen=True, slots=True)
class Definition:
    """An environment as it is written."""

    name: str
    imports: tuple[Import, ...]
    values: Properties = field(repr=False)


def parse(name: str, raw: object) -> Definition:
    """Reads `imports` and `values` (and a `description`, which says nothing); anything else is refused.

    Takes what a JSON or YAML reader gives.  Raises `EscError`, and no other, on whatever is no definition.
    """
    return _Reader(name).definition(raw)


def kind(raw: object) -> str:
    """What came, without the value."""
    names = {type(None): "null", bool: "a boolean", int: "a number", float: "a number", str: "a string"}
    if isinstance(raw, Mapping):
        return "an object"
    if isinstance(raw, (list, tuple)):
        return "a list"
    return names.get(type(raw), f"a {type(raw).__name__}")


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.size = 0
        self.letters = 0

    def error(self, path: str, expected: str, came: str) -> EscError:
        return EscError(f"environment {self.name!r}: {path or 'the definition'}: expected {expected} (got {came})")

    def definition(self, raw: object) -> Definition:
        if not isinstance(self.name, str):
            raise EscError(f"expected a name of an environment (got {kind(self.name)})")
        self.text("the name", self.name)
        entries = dict(self.entries("", raw))
        for key in entries:
            if key not in ("imports", "values", "description"):
                raise self.error("", "only imports, values and description at the top", repr(key[:100]))
        if not isinstance(entries.get("description", ""), str):
            raise self.error("description", "a string", kind(entries["description"]))
        values = {}
        for key, value in self.entries("values", entries.get("values", {})):
            path = joined("", key) if key else '[""]'
            if key.startswith("fn::"):
                raise self.error(path, "no function call at the top of values", key[:100])
            if key in RESERVED:
                raise self.error(path, "a name that is not reserved", key)
            values[key] = self.expression(path, value, 1)
        return Definition(self.name, self.imports(entries.get("imports", [])), Properties(values))

    def imports(self, raw: object) -> tuple[Import, ...]:
        if not isinstance(raw, (list, tuple)):
            raise self.error("imports", "a list", kind(raw))
        if len(raw) > IMPORTS:
            raise self.error("imports", f"at most {IMPORTS} imports", str(len(raw)))
        return tuple(self.imported(f"imports[{at}]", each) for at, each in enumerate(raw))

    def imported(self, path: str, raw: object) -> Import:
        if isinstance(raw, str):
            return Import(self.text(path, raw))
        if not isinstance(raw, Mapping) or len(raw) != 1:
            raise self.error(path, "a name, or {name: {merge: …}}", kind(raw))
        [(name, settings)] = self.entries(path, raw)
        chosen = dict(self.entries(path, settings))
        merge = chosen.pop("merge", True)
        if chosen or not isinstance(merge, bool):
            raise self.error(path, "merge: true or false, and nothing else", ", ".join(chosen)[:100] or kind(merge))
        return Import(name, merge)

    def entries(self, path: str, raw: object) -> Iterator[tuple[str, object]]:
        if not isinstance(raw, Mapping):
            raise self.error(path, "an object", kind(raw))
        for key, value in raw.items():
            if not isinstance(key, str):
                raise self.error(path, "keys that are strings", kind(key))
            yield self.text(path, key), value

    def text(self, path: str, text: str) -> str:
        self.letters += len(text)
        if self.letters > LETTERS:
            raise self.error(path, f"at most {LETTERS} letters in all", "more")
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                raise self.error(path, "text that UTF-8 can write", "half of a surrogate pair") from None
        return text

    def expression(self, path: str, raw: object, depth: int) -> Expression:
        self.size += 1
        if self.size > SIZE:
            raise self.error(path[:200], f"at most {SIZE} values", "more")
        if depth > DEPTH:
            raise self.error(path[:200], f"values nested at most {DEPTH} deep", "deeper ones")
        match raw:
            case None | bool():
                return Literal(raw)
            case str():
                return self.template(path, raw)
            case int() | float():
                return self.number(path, raw)
            case list() | tuple():
                return Items(tuple(self.expression(f"{path}[{at}]", each, depth + 1) for at, each in enumerate(raw)))
            case Mapping():
                return self.object_or_call(path, dict(self.entries(path, raw)), depth)
        raise self.error(path, "a value that JSON has", kind(raw))

    def template(self, path: str, raw: str) -> Expression:
        try:
            return template(self.text(path, raw))
        except TemplateError as expected:
            raise self.error(path, str(expected), "none") from None

    def number(self, path: str, raw: float) -> Literal:
        try:
            if math.isfinite(raw):
                return Literal(Number(number_text(raw)))
        except OverflowError:  # Of an integer that no double holds.
            pass
        raise self.error(path, "a number within a double's range", "another")

    def object_or_call(self, path: str, raw: Mapping[str, object], depth: int) -> Expression:
        called = [key for key in raw if key.lower().startswith("fn::")]
        if len(raw) == 1 and called:
            [(function, argument)] = raw.items()
            return self.call(path, function, argument, depth)
        if any(key.startswith("fn::") for key in called):
            raise self.error(path, "a function to be the only key of its object", "others beside it")
        entries: dict[str, Expression] = {}
        for key, value in raw.items():
            written = self.template(path, key)
            if not isinstance(written, Literal) or not isinstance(written.content, str):
                raise self.error(path, "keys without references", "a reference")
            if written.content in entries:
                raise self.error(path, "each key once", "one twice, as `$$` is a dollar sign")
            entries[written.content] = self.expression(joined(path, key) if key else path, value, depth + 1)
        return Properties(entries)

    def call(self, path: str, function: str, raw: object, depth: int) -> Expression:
        if function in ("fn::open", "fn::rotate") or function.startswith(("fn::open::", "fn::rotate::")):
            self.expression(path, raw, depth + 1)
            return Provider(function)
        if function == "fn::secret":
            return self.secret(path, raw, depth)
        if function == "fn::validate":
            return self.validate(path, raw, depth)
        argument = self.expression(path, raw, depth + 1)
        if function in UNARY:
            return Call(function, (argument,))
        if function == "fn::concat":
            if not isinstance(argument, Items):
                raise self.error(path, "the argument of fn::concat to be a list of lists", kind(raw))
            return Call(function, (argument,))
        if function in BINARY:
            if not isinstance(argument, Items) or len(argument.elements) != 2:
                raise self.error(path, f"the argument of {function} to be a list of two", kind(raw))
            return Call(function, argument.elements)
        raise self.error(path, "a function of ESC's", function[:100])

    def secret(self, path: str, raw: object, depth: int) -> Expression:
        argument = self.expression(path, raw, depth + 1)
        match argument:
            case Literal(content=str() as plaintext):
                return Secret(plaintext=plaintext)
            case Properties(entries={"ciphertext": Literal(content=str() as ciphertext)}) if len(argument.entries) == 1:
                return Secret(ciphertext=ciphertext)
        raise self.error(path, "a secret that is a string without references, or {ciphertext: …}", kind(raw))

    def validate(self, path: str, raw: object, depth: int) -> Expression:
        argument = self.expression(path, raw, depth + 1)
        if not isinstance(argument, Properties) or not {"schema", "value"} <= argument.entries.keys():
            raise self.error(path, "the argument of fn::validate to have a schema and a value", kind(raw))
        return Call("fn::validate", (argument.entries["schema"], argument.entries["value"]))
