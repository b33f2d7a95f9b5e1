"""What the registry's table keeps: a part's versions, and the gate that what tenants hang on has."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .parts import checked, depth_of
from .reading import RegistryError, canonical, plain_json


@dataclass(frozen=True, slots=True)
class Version:
    """A part as it was written once: plain values, or None where it was deleted."""

    part: str
    number: int
    document: Any
    by: str
    why: str
    at: str
    nonce: str


class Conflict(RegistryError):
    """Somebody else wrote the part since it was read."""


class Busy(Exception):
    """Others write the same; to be tried again."""


@dataclass(frozen=True, slots=True)
class Gate:
    version: int
    closing: str
    """The nonce of who closed it, `""` if it is open."""
    until: float
    by: str


Item = Mapping[str, Any]
"""An item as DynamoDB writes it: `{"part": {"S": "head"}, …}`."""


def item_of(version: Version) -> dict[str, Any]:
    """A version as an item, without its keys."""
    said: dict[str, Any] = {name: {"S": getattr(version, name)} for name in ("by", "why", "at", "nonce")}
    said["version"] = {"N": str(version.number)}
    if version.document is None:
        return said
    text = canonical(version.document)
    return said | {"document": {"S": text}, "sha256": {"S": _sha256(text)}}


def version_of(url: str, item: Item, part: str) -> Version:
    """What an item says, if it is one of ours: a table that somebody else writes is no registry.

    Raises `RegistryError`.
    """
    where = f"{url}: {part[:120]!r}"
    checked(part)
    try:
        number = _count(item["version"]["N"])
        said = [text_of(item, name) for name in ("by", "why", "at", "nonce")]
        # What is of another type is no deletion: only a version without a document is.
        text = text_of(item, "document") if "document" in item else None
        told = "" if text is None else text_of(item, "sha256")
        document = None if text is None else _document(text, part)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RegistryError(
            f"{where}: expected an item with version, document, sha256, by, why, at and nonce, as this program "
            f"writes it ({type(error).__name__}: {str(error)[:100]})"
        ) from None
    if text is not None and told != _sha256(text):
        raise RegistryError(f"{where}: expected the document that was written (its sha256 differs)")
    return Version(part, number, document, *said)


def gate_of(item: Item | None, url: str) -> Gate:
    """Raises `RegistryError`."""
    if item is None:
        return Gate(0, "", 0.0, "")
    try:
        # A gate of which nobody can tell whether it is closed is not open.
        by, closing = (text_of(item, name) if name in item else "" for name in ("by", "closing"))
        until = float(item["until"]["N"]) if "until" in item else 0.0
        return Gate(_count(item["version"]["N"], 0), closing, until, by)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise RegistryError(f"{url}: expected a gate as this program writes it") from None


def _document(text: str, part: str) -> Any:
    """`null` is none: what has no document was removed."""
    document = plain_json(text, depth_of(part))
    if document is None:
        raise ValueError("null is no document")
    return document


def _count(digits: Any, least: int = 1) -> int:
    if not isinstance(digits, str) or (number := int(digits)) < least:
        raise ValueError("expected the number of a version")
    return number


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def text_of(item: Mapping[str, Any], name: str) -> str:
    """A text of an item.  Raises `KeyError` or `TypeError`."""
    found = item[name]["S"]
    if not isinstance(found, str):
        raise TypeError(name)
    return found
