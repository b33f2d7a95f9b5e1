"""Numbers and quoted strings as Go writes them, for ESC interpolates these texts.

https://pkg.go.dev/strconv#FormatFloat https://pkg.go.dev/strconv#Quote
"""

from __future__ import annotations

from decimal import Decimal

EXPONENT = 6
"""From a million on a double is written with an exponent."""

_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    '"': '\\"',
    "\\": "\\\\",
}


def number_text(number: float) -> str:
    """The text of a number; an integer of more than 64 bits is a double, as Go's YAML has it."""
    if isinstance(number, int) and -(2**63) <= number < 2**64:
        return str(number)
    sign, digits, exponent = Decimal(repr(float(number))).normalize().as_tuple()
    assert isinstance(exponent, int)
    point = len(digits) + exponent
    text = "".join(map(str, digits))
    power = point - 1
    if any(digits) and not -4 <= power < EXPONENT:
        fraction = f".{text[1:]}" if len(text) > 1 else ""
        return f"{'-' * sign}{text[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if point <= 0:
        return f"{'-' * sign}0.{'0' * -point}{text}" if any(digits) else "-0" * sign or "0"
    whole = text[:point].ljust(point, "0")
    return f"{'-' * sign}{whole}.{text[point:]}" if text[point:] else f"{'-' * sign}{whole}"


def quoted(text: str) -> str:
    """A string as Go quotes it."""
    return f'"{"".join(map(_escaped, text))}"' if not _plain(text) else f'"{text}"'


def _plain(text: str) -> bool:
    return text.isprintable() and '"' not in text and "\\" not in text


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isprintable():
        return letter
    code = ord(letter)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
