"""Knows how the stand-in draws random parts: from a hash of the seed, so that two runs give the same."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

CHARSETS = {
    "digits": "123456789",
    "hex": "0123456789abcdef",
    "letters": "abcdefghijklmnopqrstuvwxyz",
    "text": "abcdefghijklmnopqrstuvwxyz",
    "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
}
GIVEN = {"number": "1", "session": "standin"}


@dataclass(frozen=True)
class Drawn:
    """Parts as AWS might draw them."""

    @property
    def invents(self) -> bool:
        return True

    def canonical(self, text: str) -> str:
        return text

    def part(self, kind: str, length: int, seed: str) -> str:
        kind = {"id": "hex", "key": "uuid"}.get(kind, kind)
        if kind in GIVEN:
            return GIVEN[kind]
        digest = hashlib.sha512(f"{seed}/{kind}{length}".encode()).digest()
        if kind == "uuid":
            return str(uuid.UUID(bytes=digest[:16], version=4))
        if kind == "octet":
            return str(digest[0])
        if kind == "zone":
            return "abc"[int(seed[-1]) % 3]
        charset = CHARSETS[kind]
        return "".join(charset[byte % len(charset)] for byte in digest[:length])
