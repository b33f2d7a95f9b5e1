"""Knows the symbols: tokens that stand, inside a plausible text, for characters which AWS has yet to draw.

A token is `zq`, the run's nonce and a running number of three base-36 digits, and `q` up to the length of the part
that it stands for: `zqk7000` for seven hex digits, `zqk7001qqqqqqqqqq` for those of a VPC's id.  Where AWS writes
upper case the token does, too.  A token that was cut behind its number is a token still, of what is left of the
part; the text between two tokens, or behind one, is the program's.  A `q` there is taken for a part of the token:
that widens what the text may be and loses nothing.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from functools import cache

NONCE_VARIABLE = "TENANT_SAFETY_SYMBOLS"
MARK = "zq"
SHORTEST = 7
MOST = 36**3

_NONCE = re.compile(r"[a-z0-9]{2}")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_UUID = "-qqqq-qqqq-qqqq-qqqqqqqqqqqq"
# No name has four of them: it is the padding of a token whose number was cut off.
_PADDING = re.compile("q{4}", re.IGNORECASE)


class NonceError(ValueError):
    """A nonce of which no tokens can be made."""


class Book:
    """Gives out the tokens of a run, each once; any number of threads may ask."""

    def __init__(self, nonce: str) -> None:
        self.nonce = _checked(nonce)
        self._lock = threading.Lock()
        self._next = 0

    def token(self, kind: str, length: int) -> str:
        """A new token; empty if there is none: the part is too short for one, or all are given out.

        `uuid` has a length of its own and `upper` is in upper case.
        """
        if kind != "uuid" and length < SHORTEST:
            return ""
        with self._lock:
            number = self._next
            self._next += 1
        if number >= MOST:
            return ""
        stem = MARK + self.nonce + _base36(number)
        if kind == "uuid":
            return f"{stem}q{_UUID}"
        token = stem.ljust(length, "q")
        return token.upper() if kind == "upper" else token


def lost(nonce: str) -> str:
    """A text that `is_lost` recognises whatever is written beside it: where the engine takes no unknown."""
    return f"{MARK}{_checked(nonce)}_"


def find(text: str, nonce: str) -> tuple[tuple[int, int, str], ...]:
    """Where tokens stand: start, end, and the seven characters that tell one from another, in lower case."""
    found = _whole(_checked(nonce)).finditer(text)
    return tuple((match.start(), match.end(), match[0][:SHORTEST].lower()) for match in found)


def widened(text: str, nonce: str) -> str:
    """The text as a pattern of IAM: for each character of a token a `?`.  The dashes of a uuid are known."""
    return _replaced(text, nonce, lambda token: re.sub("[^-]", "?", token))


def is_lost(text: str, nonce: str) -> bool:
    """A remnant of a token is in the text: no one can say what it stands for.

    Seen are a token's beginning without its whole number and padding without a token.
    """
    rest = _replaced(text, nonce, lambda _: "\0").lower()
    return MARK + nonce in rest or _PADDING.search(rest) is not None


def _replaced(text: str, nonce: str, write: Callable[[str], str]) -> str:
    return _whole(_checked(nonce)).sub(lambda match: write(match[0]), text)


@cache
def _whole(nonce: str) -> re.Pattern[str]:
    return re.compile(f"{MARK}{nonce}[0-9a-z]{{3}}(?:q{_UUID}|q*)", re.IGNORECASE | re.ASCII)


def _checked(nonce: str) -> str:
    if not _NONCE.fullmatch(nonce):
        raise NonceError(f"expected a nonce of two characters, a to z or 0 to 9 (got {nonce!r})")
    return nonce


def _base36(number: int) -> str:
    return _DIGITS[number // 1296] + _DIGITS[number // 36 % 36] + _DIGITS[number % 36]
