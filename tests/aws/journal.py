"""What was asked of the server: every request with its outcome, secrets left out."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

HIDDEN = "[secret]"
_SECRET = {"externalid", "sts:externalid", "secretaccesskey", "sessiontoken", "granttoken", "granttokens", "plaintext"}
_DOCUMENT = re.compile(r"\s*\{")


@dataclass(frozen=True)
class Entry:
    """One request.  `code`: the error that was answered, "" for none; `fault`: the kind of fault that struck it.

    `committed`: a request that changes something was carried out, whatever the caller was told.
    """

    number: int
    time: float
    service: str
    operation: str
    account: str
    caller: str
    params: Mapping[str, Any]
    status: int
    code: str = ""
    committed: bool = False
    fault: str = ""


class Journal:
    """The entries of a server, in the order in which the requests were answered."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._lock = threading.Lock()

    def add(self, **parts: Any) -> None:
        with self._lock:
            self._entries.append(Entry(len(self._entries) + 1, **parts))

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    def read(self, after: int = 0) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(entry) for entry in self._entries[after:]]


def shown(value: Any, key: str = "") -> Any:
    """Parameters as JSON without secrets; those within policy documents are found too."""
    if key.lower() in _SECRET:
        return HIDDEN
    if isinstance(value, Mapping):
        return {str(name): shown(item, str(name)) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [shown(item, key) for item in value]
    if isinstance(value, bytes):
        return HIDDEN
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and _DOCUMENT.match(value):
        try:
            return json.dumps(shown(json.loads(value)))
        except ValueError:
            return value
    return value
