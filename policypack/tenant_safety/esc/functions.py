"""The functions that need nothing but their arguments.

https://www.pulumi.com/docs/esc/environments/syntax/builtin-functions/
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib

from tenant_safety.esc.expressions import Number
from tenant_safety.esc.nodes import Node

PlainJson = None | bool | Number | str | list["PlainJson"] | dict[str, "PlainJson"]

_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_DIGITS = 300
DEPTH = 32
# Go escapes what could end a script element.
_HTML = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


class FunctionError(ValueError):
    """A function can't have this argument; the message does not show it."""


def to_json(node: Node) -> str:
    content = node.content
    if isinstance(content, tuple):
        return f"[{','.join(map(to_json, content))}]"
    if isinstance(content, dict):
        pairs = zip(node.keys(), node.parts(), strict=True)
        return f"{{{','.join(f'{_json_text(key)}:{to_json(part)}' for key, part in pairs)}}}"
    if isinstance(content, Number):
        return content.text
    return _json_text(content) if isinstance(content, str) else json.dumps(content)


def _json_text(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    for letter, escape in _HTML.items():
        written = written.replace(letter, escape)
    return written


def from_json(text: str) -> PlainJson:
    """The first JSON value of a text: what follows it is not read, as Go's decoder does not."""
    start = text.lstrip(" \t\r\n")
    decoder = json.JSONDecoder(parse_float=_number, parse_int=_number, parse_constant=_refused)
    try:
        found, end = decoder.raw_decode(start)
    except (ValueError, RecursionError):
        raise FunctionError("expected JSON (got something else)") from None
    if isinstance(found, Number) and _goes_on(found, start[end : end + 1]):
        raise FunctionError("expected JSON (got a number that is cut off)")
    return _whole(found)


def _number(text: str) -> Number:
    if len(text) > _DIGITS or abs(float(text)) == float("inf"):
        raise FunctionError(f"expected numbers of at most {_DIGITS} digits, within a double's range (got another)")
    return Number(text)


def _refused(_text: str) -> Number:
    raise FunctionError("expected JSON (got NaN or Infinity)")


def _goes_on(number: Number, letter: str) -> bool:
    has_exponent = any(each in number.text for each in "eE")
    return (letter == "." and "." not in number.text and not has_exponent) or (
        letter in ("e", "E") and not has_exponent
    )


def _whole(found: PlainJson, depth: int = 0) -> PlainJson:
    """Half of a surrogate pair is replaced, as Go does."""
    if depth > DEPTH:
        raise FunctionError(f"expected JSON nested at most {DEPTH} deep (got more)")
    if isinstance(found, str):
        return _SURROGATE.sub("\ufffd", found)
    if isinstance(found, list):
        return [_whole(each, depth + 1) for each in found]
    if isinstance(found, dict):
        return {_SURROGATE.sub("\ufffd", key): _whole(each, depth + 1) for key, each in found.items()}
    return found


def to_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def from_base64(text: str) -> str:
    try:
        return _bytes(text).decode()
    except UnicodeDecodeError:
        raise FunctionError("expected base64 of UTF-8 text (got other bytes)") from None


def _bytes(text: str) -> bytes:
    # Go's decoder passes over line ends.
    stripped = text.replace("\r", "").replace("\n", "")
    try:
        if _BASE64.fullmatch(stripped):
            return base64.b64decode(stripped)
    except binascii.Error:
        pass
    raise FunctionError("expected base64 (got something else)")


def check_ciphertext(text: str) -> None:
    """ESC wraps a ciphertext: `escx`, a version, the ciphertext, a checksum; base64 of it all."""
    wrapped = _bytes(text)
    checksum = int.from_bytes(wrapped[-4:])
    if len(wrapped) < 16 or wrapped[:8] != b"escx\0\0\0\1" or zlib.crc32(wrapped[:-4]) != checksum:
        raise FunctionError("expected a ciphertext in ESC's envelope (got something else)")
