"""Interpolated strings, `a ${b.c[0]["d"]} e` with `$$` for a dollar sign.

https://www.pulumi.com/docs/esc/environments/syntax/
"""

from __future__ import annotations

import re

from tenant_safety.esc.expressions import Accessor, Expression, Interpolation, Literal, Reference

# ESC looks at bytes, and takes two that continue a letter for white space: U+0085 and U+00A0 in Latin-1.
_SPACES = " \t\n\v\f\r"
_SPACE_BYTES = (0x85, 0xA0)
_INDEX = re.compile(r"[+-]?[0-9]{1,18}")


class TemplateError(ValueError):
    """What was expected in an interpolation."""


def template(text: str) -> Expression:
    """A text without references is a literal; a reference alone keeps the type of what it refers to."""
    if "$" not in text:
        return Literal(text)
    parts: list[str | Reference] = []
    plain: list[str] = []
    at = 0
    while at < len(text):
        if text.startswith("$$", at):
            plain.append("$")
            at += 2
        elif text.startswith("${", at):
            if plain:
                parts.append("".join(plain))
                plain = []
            reference, at = _reference(text, at + 2)
            parts.append(reference)
        else:
            stop = text.find("$", at + 1)
            stop = len(text) if stop < 0 else stop
            plain.append(text[at:stop])
            at = stop
    if plain:
        parts.append("".join(plain))
    match parts:
        case [Reference() as alone]:
            return alone
        case [str() as literal]:
            return Literal(literal)
    return Interpolation(tuple(parts))


def _reference(text: str, at: int) -> tuple[Reference, int]:
    accessors: list[Accessor] = []
    while True:
        if at >= len(text) or _is_space(text[at]):
            raise TemplateError("a closing brace '}' of an interpolation")
        letter = text[at]
        if letter == "}":
            # ESC takes `${}` for the property whose name is empty.
            return Reference(tuple(accessors) or ("",)), at + 1
        if letter == "[":
            accessor, at = _subscript(text, at + 1)
            if isinstance(accessor, int) and not accessors:
                raise TemplateError("a property name before a numeric subscript")
        else:
            accessor, at = _name(text, at + 1 if letter == "." else at)
            if not accessor:
                raise TemplateError("a property name that is not empty")
        accessors.append(accessor)


def _name(text: str, at: int) -> tuple[str, int]:
    end = at
    while end < len(text) and text[end] not in ".[}" and not _is_space(text[end]):
        end += 1
    return text[at:end], end


def _subscript(text: str, at: int) -> tuple[Accessor, int]:
    if text.startswith('"', at):
        accessor, at = _quoted(text, at + 1)
    else:
        digits, at = _index(text, at)
        accessor = digits
    if not text.startswith("]", at):
        raise TemplateError("a closing bracket ']' of a subscript")
    return accessor, at + 1


def _index(text: str, at: int) -> tuple[int, int]:
    end = at
    while end < len(text) and text[end] not in "].[}" and not _is_space(text[end]):
        end += 1
    if _INDEX.fullmatch(text, at, end) is None:
        raise TemplateError("a subscript that is a quoted key or an index")
    return int(text[at:end]), end


def _quoted(text: str, at: int) -> tuple[Accessor, int]:
    found: list[str] = []
    while at < len(text):
        if text[at] == '"':
            if not found:
                raise TemplateError("a key subscript that is not empty")
            return "".join(found), at + 1
        if text.startswith('\\"', at):
            at += 1
        found.append(text[at])
        at += 1
    raise TemplateError("a closing quote of a key subscript")


def _is_space(letter: str) -> bool:
    return letter in _SPACES or (letter > "\x7f" and any(byte in _SPACE_BYTES for byte in letter.encode()))
