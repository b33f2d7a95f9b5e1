"""Knows what a random part of a name, an id or an address may be asked for, whoever makes it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Protocol

from . import wire
from .symbols import Book

# The kinds of which a symbol can be a plausible part; of an address or a version it can't.
SYMBOLIC = frozenset(
    {"date", "digits", "hex", "id", "key", "letters", "lost", "path", "session", "text", "upper", "uuid", "zone"}
)


class Parts(Protocol):
    """Makes the parts that AWS or the real provider would draw."""

    @property
    def invents(self) -> bool:
        """Whether what nothing is known about gets some value of its shape; else it stays unknown."""

    def canonical(self, text: str) -> str:
        """The text with what was drawn replaced by whose it is, so that it is the same in each run."""

    def part(self, kind: str, length: int, seed: str) -> str:
        """A part; the same for the same arguments.  `wire.UNKNOWN` if it stays unknown.

        `seed` begins with whose it is: a URN, or a function and what it was asked.  The kinds: `hex`, `digits`,
        `letters`, `upper` (base 32), `uuid`, `octet` of an address, `number` of a version, `session` of a role, `zone`
        (the letter of an availability zone), `date` (a day and a time, to the millisecond), `path` (of a principal,
        behind its first slash), `id` (of what exists: letters and digits), `key` (a uuid or `mrk-`), `text` (whatever a
        user has put), `lost` (nobody can say).
        """


@dataclass(frozen=True)
class Symbols:
    """Parts that are symbols, so that who reads a text knows which characters AWS has yet to draw."""

    book: Book
    made: dict[tuple[str, int, str], str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def invents(self) -> bool:
        return False

    def canonical(self, text: str) -> str:
        for symbol in self.book.symbols:
            if len(symbol.word) > 1:
                text = text.replace(symbol.word, symbol.of)
        return text

    def part(self, kind: str, length: int, seed: str) -> str:
        if kind not in SYMBOLIC:
            return wire.UNKNOWN
        key = (kind, length, seed)
        with self.lock:
            if key not in self.made:
                self.made[key] = self.book.word(kind, length, seed) or wire.UNKNOWN
            return self.made[key]
