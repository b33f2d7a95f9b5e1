"""Compares two previews of one program over different values: what differs otherwise than its symbols do is hidden.

A program can branch on a name, measure or hash it, and write a document in which nothing of that is seen.  In a second
run the providers draw plausible values in place of symbols.  Whatever the program then says has to be what it said
before with each symbol replaced by the value that was drawn in its place.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .symbols import Found, Symbol, Symbols


@dataclass(frozen=True)
class Previewed:
    """What a preview came to: the inputs of each resource by URN, and the symbols, or values, that were given out."""

    inputs: Mapping[str, Any]
    symbols: tuple[Symbol, ...]


def previewed(events: Iterable[str], symbols: Sequence[Symbol]) -> Previewed:
    """Reads the engine's events, a line of JSON each."""
    inputs = {}
    for line in events:
        metadata = json.loads(line).get("resourcePreEvent", {}).get("metadata", {})
        new = metadata.get("new")
        if new is not None:
            inputs[metadata["urn"]] = new.get("inputs") or {}
    return Previewed(inputs, tuple(symbols))


def differences(first: Previewed, second: Previewed) -> list[str]:
    """What is not the same function of what was drawn: `policy of urn:…`, in the order of URNs; best is none.

    `first` has symbols, `second` values.  What is secret the events do not show, so it is not compared.
    """
    same = _Same(first, second)
    found = []
    for urn in sorted(first.inputs.keys() | second.inputs.keys()):
        if urn not in first.inputs or urn not in second.inputs:
            found.append(f"all of {urn}")
            continue
        one, other = first.inputs[urn], second.inputs[urn]
        names = sorted(one.keys() | other.keys())
        found += [f"{name} of {urn}" for name in names if not same(one.get(name, ...), other.get(name, ...))]
    return found


class _Same:
    """Compares values of the first preview with those of the second."""

    def __init__(self, first: Previewed, second: Previewed) -> None:
        self.symbols = Symbols(first.symbols)
        values = dict(zip(_numbered(second.symbols), second.symbols, strict=True))
        # What only the first has was drawn before both, such as a secret of a throwaway stack.
        self.drawn = {
            symbol: values[key].word if key in values else symbol.word
            for key, symbol in zip(_numbered(first.symbols), first.symbols, strict=True)
        }

    def __call__(self, one: Any, other: Any) -> bool:
        if isinstance(one, str) and isinstance(other, str):
            return self.text(one, other)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            pairs = [(name, next((n for n in other if self.text(name, n)), None)) for name in one]
            return len(one) == len(other) and all(n is not None and self(one[m], other[n]) for m, n in pairs)
        if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            return all(map(self, one, other)) or self.unordered(one, other)
        return bool(one == other)

    def text(self, one: str, other: str) -> bool:
        """The text of the first with the values of the second."""
        found = self.symbols.find(one)
        if not found:
            return one == other
        if re.fullmatch(self.pattern(one, found), other, re.DOTALL | re.IGNORECASE):
            return True
        # In a document that the provider writes, lists are sorted by what is in them.
        return one.lstrip().startswith("{") and self.document(one, other)

    def pattern(self, text: str, found: Sequence[Found]) -> str:
        """What the text may be in the second preview."""
        parts, at = [], 0
        for each in found:
            parts.append(re.escape(text[at : each.start]))
            at = each.end
            if each.symbol is not None:
                parts.append(re.escape(self.drawn[each.symbol]))
            else:
                parts.append(".*" if each.lost else f".{{{each.end - each.start}}}")
        return "".join([*parts, re.escape(text[at:])])

    def document(self, one: str, other: str) -> bool:
        """Two texts of JSON."""
        try:
            return self(json.loads(one), json.loads(other))
        except ValueError:
            return False

    def unordered(self, one: list[Any], other: list[Any]) -> bool:
        """Lists of texts, in any order."""
        rest = list(other)
        for item in one:
            match = next((i for i, text in enumerate(rest) if isinstance(item, str) and self(item, text)), None)
            if match is None:
                return False
            rest.pop(match)
        return True


def _numbered(symbols: Sequence[Symbol]) -> Iterator[tuple[str, int]]:
    """A key for each symbol: whose it is, and which of those that have the same owner."""
    seen: Counter[str] = Counter()
    for symbol in symbols:
        seen[symbol.of] += 1
        yield symbol.of, seen[symbol.of]
