"""Knows the symbols: words that stand, inside a plausible text, for what AWS has yet to draw or to look up.

A word is drawn from six letters that hardly ever stand together, and is as long as the part that it stands for:
`vqkzxjq` for seven hex digits, eight, four, four, four and twelve letters for a uuid.  So a program may slice, join,
encode and compare it as it does the real part, and four letters of it are enough to know it again.  The book of a run
says what each word stands for; the pack reads it when the program has ended.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random
from typing import IO, Any

BOOK_VARIABLE = "TENANT_SAFETY_SYMBOLS"
"""The environment variable that names the file of the run's book."""

CHECKED_VARIABLE = "TENANT_SAFETY_SYMBOLS_CHECKED"
"""Set where a preview is made again with other values and compared."""

LETTERS = "jkqvxz"
PIECE = 4
"""So many letters of a word are known again."""
SHORTEST = 6
"""Of fewer letters there are too few words."""
OPEN = 12
"""Letters of a word that stands for something of any length."""

_RUN = re.compile(f"[{LETTERS}]{{{PIECE},}}", re.IGNORECASE)
_UUID = (8, 4, 4, 4, 12)
_LOWER = {ord(letter): letter.lower() for letter in LETTERS.upper()}
_ALPHABETS = {
    "digits": "0123456789",
    "hex": "0123456789abcdef",
    "letters": "abcdefghijklmnopqrstuvwxyz",
    "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
}
# What stands for more or less than its own letters: what it may be, and what follows it in the text.
_OPEN = {
    "date": ("????-??-??T??:??:??.???", ""),
    "id": ("*", ""),
    "key": ("?" * 36, ""),
    "session": ("*", ""),
    "text": ("*", ""),
    "zone": ("?", ""),
    "path": ("*", "/"),
    "lost": (None, ""),
}


class BookError(ValueError):
    """A book that can't be read; the message says where and what was expected."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """One word: the texts that it stands for, as a pattern of IAM (`None`: nobody can say), and whose it is.

    `of` is a URN or a function, `#` and what of it.
    """

    word: str
    wide: str | None
    of: str
    kind: str = ""

    @property
    def may_be_anything(self) -> bool:
        """It may have colons, so that it is not known which part of an ARN follows."""
        return self.wide is not None and "*" in self.wide and self.kind not in ("id", "path")

    @property
    def fixed(self) -> bool:
        """Each letter stands for one character."""
        return self.wide is not None and len(self.wide) == len(self.word)


class Book:
    """Gives out the words of a run, each once; any number of threads may ask.

    Each is written to `file` before it is given out.  `seed` makes the words the same in each run, for tests.
    `plausible` gives out values in place of words, as AWS might draw them.
    """

    def __init__(self, file: IO[str] | None = None, seed: int | None = None, *, plausible: bool = False) -> None:
        self.symbols: list[Symbol] = []
        self.plausible = plausible
        self._file = file
        self._random = Random(secrets.randbits(64) if seed is None else seed)
        self._lock = threading.Lock()
        self._given: set[str] = set()

    def word(self, kind: str, length: int, of: str) -> str:
        """A new word; empty if the part has no length, or all words are given out.

        `uuid`, `key`, `id`, `date`, `session`, `text`, `zone`, `path` and `lost` have lengths of their own, and so has
        a part that is too short for a word; `upper` is in upper case.
        """
        wide, behind = _OPEN.get(kind, ("?" * length, ""))
        groups = _UUID if kind == "uuid" else (OPEN,) if kind in _OPEN or length < SHORTEST else (length,)
        if length < 1:
            return ""
        if kind == "uuid":
            wide = "-".join("?" * group for group in groups)
        with self._lock:
            for _ in range(100):
                word = "-".join("".join(self._random.choices(LETTERS, k=group)) for group in groups) + behind
                if self.plausible:
                    word = self._value(kind, length)
                    break
                if word[:SHORTEST] not in self._given:
                    break
            else:
                return ""
            self._given.add(word[:SHORTEST])
            self.symbols.append(Symbol(word, wide, of, kind))
            if self._file is not None:
                json.dump({"word": word, "wide": wide, "of": of, "kind": kind}, self._file)
                self._file.write("\n")
                self._file.flush()
        return word.upper() if kind == "upper" else word

    def _value(self, kind: str, length: int) -> str:
        """A value of the kind: what the letters of a word stand for."""
        match kind:
            case "uuid":
                return "-".join("".join(self._random.choices("0123456789abcdef", k=group)) for group in _UUID)
            case "path":
                return self._random.choice(("", "teams/"))
            case "zone":
                return self._random.choice("abc")
            case "date":
                return f"{self._random.randint(2015, 2026)}-03-14T15:09:26.535"
            case "key":
                return self._value("uuid", 36)
            case "id":
                return "".join(self._random.choices(_ALPHABETS["hex"], k=self._random.choice((8, 10, 12, 17))))
            case "session" | "text" | "lost":
                return "".join(self._random.choices(_ALPHABETS["letters"], k=self._random.randint(8, 20)))
        return "".join(self._random.choices(_ALPHABETS.get(kind, _ALPHABETS["hex"]), k=length))


@dataclass(frozen=True, slots=True)
class Found:
    """Letters of a text that are, or may be, of a word: from, to, and the symbol if it is whole."""

    start: int
    end: int
    symbol: Symbol | None
    lost: bool = False


@dataclass(frozen=True)
class Symbols:
    """The symbols of a run, as a reader of texts knows them."""

    all: tuple[Symbol, ...] = field(repr=False)

    @cached_property
    def origins(self) -> frozenset[str]:
        """Whose symbols there are: URNs and functions."""
        return frozenset(origin(symbol) for symbol in self.all)

    @cached_property
    def _by_start(self) -> dict[str, Symbol]:
        return {symbol.word[:SHORTEST]: symbol for symbol in self.all}

    @cached_property
    def _pieces(self) -> tuple[frozenset[str], frozenset[str]]:
        """The pieces of all words, and of those whose letters do not stand for one character each."""
        return (_pieces(self.all), _pieces(symbol for symbol in self.all if not symbol.fixed))

    def find(self, text: str) -> tuple[Found, ...]:
        """Where symbols, or pieces of them, stand in the text."""
        whole: list[Found] = []
        pieces: dict[int, bool] = {}
        # Letters beyond ASCII may become longer in lower case.
        low = text.translate(_LOWER) if _RUN.search(text) else ""
        every, unfixed = self._pieces if low else (frozenset(), frozenset())
        for run in _RUN.finditer(low):
            at = max(run.start(), whole[-1].end if whole else 0)
            while at < run.end():
                symbol = self._by_start.get(low[at : at + SHORTEST])
                if symbol is not None and low.startswith(symbol.word, at):
                    whole.append(Found(at, at + len(symbol.word), symbol, symbol.wide is None))
                    at = whole[-1].end
                    continue
                piece = low[at : at + PIECE]
                if piece in every:
                    pieces |= {i: pieces.get(i, False) or piece in unfixed for i in range(at, at + PIECE)}
                at += 1
        for found in whole:
            for i in range(found.start, found.end):
                pieces.pop(i, None)
        return tuple(sorted([*whole, *_joined(pieces)], key=lambda found: found.start))

    def widened(self, text: str) -> str:
        """The text as a pattern of IAM: each symbol as what it may be, for each letter of a piece a `?`."""
        parts, at = [], 0
        for found in self.find(text):
            parts.append(text[at : found.start])
            known = found.symbol.wide if found.symbol is not None else None
            parts.append(known if known is not None else "?" * (found.end - found.start))
            at = found.end
        return "".join([*parts, text[at:]])

    def is_lost(self, text: str) -> bool:
        """No one can say what the text will be: a part is not known, or a piece of what has any length."""
        return any(found.lost for found in self.find(text))


def _joined(pieces: Mapping[int, bool]) -> Iterator[Found]:
    """Pieces that touch are one."""
    ends = [i for i in sorted(pieces) if i + 1 not in pieces]
    starts = [i for i in sorted(pieces) if i - 1 not in pieces]
    for start, end in zip(starts, ends, strict=True):
        yield Found(start, end + 1, None, any(pieces[i] for i in range(start, end + 1)))


def origin(symbol: Symbol) -> str:
    """The URN, or the function, without the name of what was drawn."""
    return symbol.of.rpartition("#")[0]


def _pieces(symbols: Iterable[Symbol]) -> frozenset[str]:
    found: set[str] = set()
    for symbol in symbols:
        for group in re.split("[-/]", symbol.word):
            found.update(group[i : i + PIECE] for i in range(len(group) - PIECE + 1))
    return frozenset(found)


def read(path: Path) -> Symbols:
    """The symbols of a run's book so far.  Raises `BookError`."""
    try:
        lines = path.read_text("utf-8").rstrip("\n").split("\n") if path.stat().st_size else []
        return Symbols(tuple(_symbol(json.loads(line)) for line in lines))
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = f"expected the book of a symbolic preview in {path} ({type(error).__name__})"
        raise BookError(f"{problem}; unset {BOOK_VARIABLE} or run tenant-safety preview") from None


def _symbol(line: Any) -> Symbol:
    word, wide, of, kind = line["word"], line["wide"], line["of"], line["kind"]
    if not (isinstance(word, str) and len(word) >= SHORTEST and isinstance(of, str) and isinstance(kind, str)):
        raise TypeError(word)
    if not (wide is None or isinstance(wide, str)):
        raise TypeError(wide)
    return Symbol(word, wide, of, kind)


def book_of_run() -> Path | None:
    """Where the run's book lies; `None` outside of a symbolic preview, where a symbol is a text like any other."""
    preview = os.environ.get("PULUMI_DRY_RUN", "").lower() == "true"
    named = os.environ.get(BOOK_VARIABLE, "") if preview else ""
    return Path(named) if named else None
