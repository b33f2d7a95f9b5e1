"""Texts with symbols of a symbolic preview, as the model and the IAM engine take them.

A program can also hide what AWS gives: hash it, measure it, branch on it.  What it made that way looks known and is
not, so a property that depends on a resource with symbols has to show something of it.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format

from ..iam import Leaf, Symbolic, Text
from ..model import Unknown
from ..symbolic.symbols import CHECKED_VARIABLE, Found, Symbol, Symbols, book_of_run, read

_PIECE = re.compile(r"[A-Za-z0-9-]{3,}")
# What most resources show: names of services' hosts, accounts, regions.
_COMMON = re.compile(r"arn|aws|amazonaws|com|https|[0-9]{12}|[a-z]{2}(?:-[a-z]+)+-[0-9]")
# The beginning of an ARN says of which service and in which region it is.
_ARN = re.compile(r"^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]+:")
_WORD_BEFORE = re.compile(r"[A-Za-z0-9-]+$")
_WORD_AFTER = re.compile(r"[A-Za-z0-9-]+")
# A digest, or a part of one, that stands by itself: not in a uuid, nor as the id of something of EC2.
_DIGEST = re.compile(r"(?<![0-9A-Za-z])(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{6,}(?![0-9A-Za-z])")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EC2_ID = re.compile(r"(?:^|[^A-Za-z0-9-])[a-z]{1,10}-(?:[0-9a-f]{8}|[0-9a-f]{17})(?![0-9A-Za-z])")


@dataclass(frozen=True)
class Shown:
    """What a resource shows of itself: its symbols, and the pieces of its other texts."""

    symbols: frozenset[Symbol]
    pieces: frozenset[str]


@dataclass(frozen=True)
class Run:
    """A symbolic preview: its symbols, and what each resource shows."""

    symbols: Symbols
    resources: Mapping[str, Shown]
    checked: bool = False
    """What the program hides is told otherwise: a second preview with other values is compared with this one."""

    def text(self, text: str, path: str, depends_on: Sequence[str]) -> Text:
        """One text: as it is, with its symbols, or as not known."""
        found = self.symbols.find(text)
        if any(each.lost for each in found):
            return Unknown(f"{path}: {_what(found)}", _program(depends_on))
        digest = self._digest(text, depends_on)
        if digest:
            return Unknown(f"{path}: {digest} looks like a digest of what AWS will give", _program(depends_on))
        if not found:
            return text
        if any(self._anything(each, text) for each in found):
            return Unknown(f"{path}: {_name(found[0])}, may be any text", _program(depends_on))
        missing = tuple(dict.fromkeys(Unknown(f"{path}: {_name(each)}", tuple(depends_on)) for each in found))
        return Symbolic(text, self.symbols.widened(text), missing)

    def _anything(self, found: Found, text: str) -> bool:
        """What may have any length may have colons, too: only in the last field of an ARN it is known what it is of."""
        before = text[: found.start]
        anything = found.symbol is not None and found.symbol.may_be_anything
        return anything and not (before.startswith("arn:") and before.count(":") >= 5)

    def hidden(self, value: Any, path: str, depends_on: Sequence[str], *, secret: bool = False) -> Unknown | None:
        """The value of a property as not known, if it depends on a resource with symbols and shows nothing of it.

        What is `secret` no second preview can compare.
        """
        about = self._symbolic(depends_on)
        if not about or (self.checked and not secret):
            return None
        known = [*leaves(value)]
        if any(isinstance(leaf, Unknown) for leaf in known):
            return None
        texts = [leaf for leaf in known if isinstance(leaf, str)]
        symbols = {each.symbol for text in texts for each in self.symbols.find(text)}
        whole = "\n".join(texts)
        for urn in about:
            shown = self.resources[urn]
            if not shown.symbols & symbols and None not in symbols and not any(p in whole for p in shown.pieces):
                name = urn.rpartition("::")[2]
                return Unknown(
                    f"{path}: it is made of what AWS will give {name} and does not show it", _program((urn,))
                )
        return None

    def _symbolic(self, depends_on: Sequence[str]) -> list[str]:
        return [urn for urn in depends_on if urn in self.resources and self.resources[urn].symbols]

    def _digest(self, text: str, depends_on: Sequence[str]) -> str:
        if self.checked or not self._symbolic(depends_on):
            return ""
        known = [piece for urn in depends_on if urn in self.resources for piece in self.resources[urn].pieces]
        harmless = [match.span() for form in (_UUID, _EC2_ID) for match in form.finditer(text)]
        for match in _DIGEST.finditer(text):
            inside = any(start <= match.start() and match.end() <= end for start, end in harmless)
            if not inside and not any(match[0] in piece for piece in known):
                return match[0]
        return ""


def run(resources: Iterable[Any]) -> Run | None:
    """The symbolic preview that these `AnalyzerResource`s are of; `None` for any other run.  Raises `BookError`."""
    book = book_of_run()
    if book is None:
        return None
    symbols = read(book)
    shown = {resource.urn: _shown(symbols, json_format.MessageToDict(resource.properties)) for resource in resources}
    return Run(symbols, shown, bool(os.environ.get(CHECKED_VARIABLE)))


def leaf(run: Run | None, path: str, depends_on: Sequence[str]) -> Leaf | None:
    """Reads the texts of a document; `None` where there are no symbols."""
    return None if run is None else lambda text: run.text(text, path, depends_on)


def _shown(symbols: Symbols, properties: Mapping[str, Any]) -> Shown:
    found: set[Symbol] = set()
    pieces: set[str] = set()
    for text in leaves(properties):
        if isinstance(text, str):
            here = symbols.find(text)
            if text.lstrip().startswith(("{", "[")):
                # What all documents have says nothing of one.
                found.update(each.symbol for each in here if each.symbol is not None)
                continue
            found.update(each.symbol for each in here if each.symbol is not None)
            pieces.update(_PIECE.findall(_beside(text, here) if here else text), _ARN.findall(text))
    return Shown(frozenset(found), frozenset(p for p in pieces if not _COMMON.fullmatch(p)))


def _program(depends_on: Sequence[str]) -> tuple[str, ...]:
    """What will provide a value that the program made of others': the program itself, for it is none of theirs."""
    if not depends_on:
        return ()
    stack, project = depends_on[0].removeprefix("urn:pulumi:").split("::")[:2]
    return (f"urn:pulumi:{stack}::{project}::pulumi:pulumi:Stack::{project}-{stack}",)


def _beside(text: str, found: Sequence[Found]) -> str:
    """What stands directly beside the symbols of a text, as `data-` in the ARN of a bucket."""
    parts = []
    for each in found:
        before, after = _WORD_BEFORE.search(text[: each.start]), _WORD_AFTER.match(text[each.end :])
        parts += [match[0] for match in (before, after) if match is not None]
    return " ".join(parts)


def leaves(value: Any) -> Iterator[Any]:
    """The values in objects and lists, at any depth."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def _what(found: Sequence[Found]) -> str:
    return next((_name(each) for each in found if each.lost), "")


def _name(found: Found) -> str:
    """Whose the symbol is, in words: `what AWS gives for data (aws:s3/bucket:Bucket)`."""
    if found.symbol is None:
        return "a part of what AWS gives, cut off"
    origin, _, part = found.symbol.of.rpartition("#")
    if origin.startswith("urn:"):
        kind, _, name = origin.split("::", 2)[2].partition("::")
        return f"{found.symbol.word}, which AWS gives {name} ({kind.rsplit('$', 1)[-1]})"
    return f"{found.symbol.word}, {part} of {origin}"
