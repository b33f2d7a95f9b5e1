"""What `fn::validate` and the functions' arguments are held to: ESC's subset of JSON Schema.

https://www.pulumi.com/docs/esc/environments/syntax/builtin-functions/fn-validate/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import TypeVar
from urllib.parse import unquote

from tenant_safety.esc.expressions import Number
from tenant_safety.esc.functions import PlainJson
from tenant_safety.esc.nodes import Node

TYPES = ("string", "number", "boolean", "array", "object", "null")
SUBSCHEMAS = ("items", "additionalProperties")
LISTS = ("anyOf", "oneOf", "prefixItems")
MAPS = ("$defs", "properties")
NUMBERS = ("multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum")
COUNTS = ("maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties")
TEXTS = ("$ref", "pattern", "title", "description")
KINDS: dict[str, type] = {
    **dict.fromkeys((*NUMBERS, *COUNTS), Number),
    **dict.fromkeys(TEXTS, str),
    **dict.fromkeys(("uniqueItems", "deprecated", "secret"), bool),
    **dict.fromkeys(("enum", "examples", "required", "rotateOnly"), list),
}
REFERENCES = 32
"""Schemas refer to one another no deeper: one that refers to itself never ends."""
PATTERN_TEXT = 2_000
"""Patterns are held against no longer texts, for the time that it takes."""

Kind = TypeVar("Kind")
Schema = bool | Mapping[str, PlainJson]
_UNSUPPORTED = re.compile(r"[({]|\\[^dwsDWS.\\/$^*+?|\[\]{}()-]|\[\[:")
_UNBOUNDED = re.compile(r"(?<!\\)[*+]")


class SchemaError(ValueError):
    """A schema is not one."""


def plain_json(node: Node) -> PlainJson:
    if isinstance(node.content, tuple):
        return [plain_json(each) for each in node.content]
    if isinstance(node.content, dict):
        return dict(zip(node.keys(), map(plain_json, node.parts()), strict=True))
    return node.content


def schema(found: PlainJson) -> Schema:
    """Checks that a value is a schema of those that ESC takes."""
    _check(found)
    assert isinstance(found, (bool, dict))
    _compile(found, found, 0)
    return found


def _check(found: PlainJson) -> None:
    if isinstance(found, bool):
        return
    if not isinstance(found, dict):
        raise SchemaError("expected a schema to be an object or a boolean")
    for key, value in found.items():
        _check_keyword(key, value)


def _check_keyword(key: str, value: PlainJson) -> None:
    if key in SUBSCHEMAS:
        _check(value)
    elif key in LISTS:
        for each in _of(key, value, list):
            _check(each)
    elif key in MAPS:
        for each in _of(key, value, dict).values():
            _check(each)
    elif key == "type":
        if value not in TYPES:
            raise SchemaError(f"expected type to be one of {', '.join(TYPES)}")
    elif key == "dependentRequired":
        for each in _of(key, value, dict).values():
            _texts(key, each)
    elif key in KINDS:
        _of(key, value, KINDS[key])
        if key in ("required", "rotateOnly"):
            _texts(key, value)


def _of(key: str, value: PlainJson, wanted: type[Kind]) -> Kind:
    if not isinstance(value, wanted):
        raise SchemaError(f"expected {key} to be another kind of value")
    return value


def _texts(key: str, value: PlainJson) -> None:
    for each in _of(key, value, list):
        _of(key, each, str)


def _compile(root: Schema, part: PlainJson, depth: int) -> None:
    """Follows what ESC compiles: not the definitions that nothing refers to."""
    if not isinstance(part, dict):
        return
    if part.get("$ref"):
        if depth >= REFERENCES:
            raise SchemaError("expected a schema that does not refer to itself")
        _compile(root, _referred(root, str(part["$ref"])), depth + 1)
    for each in _subschemas(part):
        _compile(root, each, depth)
    for key in COUNTS:
        if key in part and not _text(part[key]).isdigit():
            raise SchemaError(f"expected {key} to be a whole number")
    if part.get("pattern"):
        _pattern(str(part["pattern"]))
    if isinstance(part.get("multipleOf"), Number) and not _fraction(part["multipleOf"]):
        raise SchemaError("expected multipleOf not to be 0")


def _subschemas(part: Mapping[str, PlainJson]) -> Iterator[PlainJson]:
    for key in LISTS:
        yield from _list(part.get(key))
    yield from _dict(part.get("properties")).values()
    for key in SUBSCHEMAS:
        if key in part:
            yield part[key]


def _referred(root: Schema, reference: str) -> PlainJson:
    prefix, name = reference[:8], reference[8:]
    definitions = _dict(root.get("$defs")) if isinstance(root, Mapping) else {}
    if prefix != "#/$defs/" or "/" in name or unquote(name) not in definitions:
        raise SchemaError("expected $ref to name one of the schema's $defs")
    return definitions[unquote(name)]


def _pattern(pattern: str) -> re.Pattern[str]:
    if _UNSUPPORTED.search(pattern) or len(_UNBOUNDED.findall(pattern)) > 2 or len(pattern) > 200:
        raise SchemaError(
            "expected a pattern without groups and with at most two of * and + (others are not supported)"
        )
    try:
        # Python's $ holds before a last line end, and Go's does not.
        return re.compile(re.sub(r"(?<!\\)\$", r"\\Z", pattern), re.ASCII)
    except re.error:
        raise SchemaError("expected a regular expression") from None


def _list(found: PlainJson) -> list[PlainJson]:
    return found if isinstance(found, list) else []


def _dict(found: PlainJson) -> dict[str, PlainJson]:
    return found if isinstance(found, dict) else {}


def _text(found: PlainJson) -> str:
    return found.text if isinstance(found, Number) else ""


def _fraction(found: PlainJson) -> Fraction:
    return Fraction(_text(found))


class Validation:
    """Holds a value to a schema.  What is wrong is told without the value."""

    def __init__(self, root: Schema) -> None:
        self.root = root
        self.faults: list[str] = []

    def fault(self, path: str, message: str) -> bool:
        self.faults.append(f"{path}: {message}" if path else message)
        return False

    def holds(self, node: Node, accept: PlainJson, path: str = "") -> bool:
        """False is told for everything but the schema `false`, about which ESC says nothing."""
        if isinstance(accept, bool):
            return accept
        if not isinstance(accept, dict) or node.unknown:
            return True
        reference = accept.get("$ref")
        return all(
            [
                not reference or self.holds(node, _referred(self.root, str(reference)), path),
                self.any_of(node, _list(accept.get("anyOf")), path),
                self.one_of(node, _list(accept.get("oneOf")), path),
                accept.get("const") is None or _equals(node, accept["const"]) or self.fault(path, "expected another"),
                self.one_of_values(node, _list(accept.get("enum")), path),
                self.of_type(node, accept, path),
            ]
        )

    def tried(self, node: Node, accept: PlainJson, path: str) -> Validation | None:
        """None if it holds, else what was told."""
        trial = Validation(self.root)
        return None if trial.holds(node, accept, path) else trial

    def any_of(self, node: Node, accepted: list[PlainJson], path: str) -> bool:
        trials = [self.tried(node, each, path) for each in accepted]
        return None in trials or not trials or self.fault(path, "expected one of the schemas of anyOf to hold")

    def one_of(self, node: Node, accepted: list[PlainJson], path: str) -> bool:
        trials = [self.tried(node, each, path) for each in accepted]
        return trials.count(None) == 1 or not trials or self.fault(path, "expected one schema of oneOf to hold")

    def one_of_values(self, node: Node, accepted: list[PlainJson], path: str) -> bool:
        found = not accepted or any(_equals(node, each) for each in accepted)
        return found or self.fault(path, "expected one of the values of enum")

    def of_type(self, node: Node, accept: Mapping[str, PlainJson], path: str) -> bool:
        wanted, came = accept.get("type"), type_of(node)
        if wanted and wanted != came:
            return self.fault(path, f"expected {wanted}, got {came}")
        checks: dict[str, Callable[[Node, Mapping[str, PlainJson], str], bool]] = {
            "number": self.number,
            "string": self.string,
            "array": self.array,
            "object": self.object,
        }
        return came not in checks or checks[came](node, accept, path)

    def counted(self, count: int, accept: Mapping[str, PlainJson], what: str, path: str) -> bool:
        least, most = accept.get(f"min{what}"), accept.get(f"max{what}")
        fits = (least is None or count >= int(_text(least))) and (most is None or count <= int(_text(most)))
        return fits or self.fault(path, f"expected another number of {what.lower()}")

    def number(self, node: Node, accept: Mapping[str, PlainJson], path: str) -> bool:
        value = _fraction(node.content if isinstance(node.content, Number) else None)
        checks: dict[str, Callable[[Fraction], bool]] = {
            "multipleOf": lambda bound: (value / bound).denominator == 1,
            "minimum": lambda bound: value >= bound,
            "exclusiveMinimum": lambda bound: value > bound,
            "maximum": lambda bound: value <= bound,
            "exclusiveMaximum": lambda bound: value < bound,
        }
        failed = [key for key, check in checks.items() if key in accept and not check(_fraction(accept[key]))]
        return not failed or self.fault(path, f"expected a number that holds to {', '.join(failed)}")

    def string(self, node: Node, accept: Mapping[str, PlainJson], path: str) -> bool:
        value = str(node.content)
        pattern = accept.get("pattern")
        fits = self.counted(len(value.encode()), accept, "Length", path)
        if not pattern:
            return fits
        if len(value) > PATTERN_TEXT:
            return self.fault(path, f"expected at most {PATTERN_TEXT} letters where there is a pattern")
        return bool(_pattern(str(pattern)).search(value)) or self.fault(path, "expected a string of the pattern")

    def array(self, node: Node, accept: Mapping[str, PlainJson], path: str) -> bool:
        parts = list(node.parts())
        first = _list(accept.get("prefixItems"))
        accepted = [first[at] if at < len(first) else accept.get("items", True) for at in range(len(parts))]
        fits = self.counted(len(parts), accept, "Items", path)
        held = [self.holds(*each, f"{path}[{at}]") for at, each in enumerate(zip(parts, accepted, strict=True))]
        return fits and all(held)

    def object(self, node: Node, accept: Mapping[str, PlainJson], path: str) -> bool:
        keys = node.keys()
        named, others = _dict(accept.get("properties")), accept.get("additionalProperties", True)
        fits = self.counted(len(keys), accept, "Properties", path)
        parts = zip(keys, node.parts(), strict=True)
        holding = [self.holds(part, named.get(key, others), f"{path}.{key}") for key, part in parts]
        needed = [_list(accept.get("required"))]
        needed += [_list(each) for key, each in _dict(accept.get("dependentRequired")).items() if key in keys]
        missing = sorted({str(key) for each in needed for key in each} - set(keys))
        return fits & all(holding) & (not missing or self.fault(path, f"missing required {', '.join(missing)}"))


def type_of(node: Node) -> str:
    kinds = {bool: "boolean", Number: "number", str: "string", tuple: "array", dict: "object"}
    return kinds.get(type(node.content), "null")


def _equals(node: Node, constant: PlainJson) -> bool:
    """Numbers are compared by their texts, and objects without their bases, as ESC does."""
    content = node.content
    if isinstance(content, tuple):
        return isinstance(constant, list) and len(content) == len(constant) and all(map(_equals, content, constant))
    if isinstance(content, dict):
        return (
            isinstance(constant, dict)
            and content.keys() == constant.keys()
            and all(_equals(part, constant[key]) for key, part in content.items())
        )
    return type(content) is type(constant) and content == constant
