"""A snapshot on disk that stands in while its source does not answer: only if it was asked for, and never unsaid."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .exports import write_file
from .file import content_of
from .reading import (
    MAX_BYTES,
    MAX_DEPTH,
    RegistryError,
    RegistryUnreachable,
    Snapshot,
    canonical,
    plain_json,
    snapshot_of,
)

_SKEW = timedelta(minutes=5)
"""How far a clock may be behind the one that wrote the copy."""
_HEAD = 4096
"""Bytes of what a copy says beside the registry."""


@dataclass(frozen=True, slots=True)
class Cache:
    """Where a copy lies, and how old it may be.  Whoever can write there can say what the registry says."""

    path: Path
    max_age: timedelta

    def write(self, snapshot: Snapshot) -> None:
        """Keeps a copy, for the owner of the process alone: it has the pairs' external ids.

        Raises `RegistryError`.
        """
        said = {"source": snapshot.source, "taken": datetime.now(UTC).isoformat(), "sha256": snapshot.sha256}
        text = json.dumps(said)[:-1] + f', "registry": {canonical(snapshot.document)}}}\n'
        write_file(self.path, text.encode(), "a copy of the registry")

    def read(self, source: str, unreachable: RegistryUnreachable) -> Snapshot:
        """The copy, if it is of this source and young enough.  Raises `RegistryError`, which says what came before."""
        why = f"{unreachable}\n{self.path}: expected a copy of it"
        try:
            content = content_of(self.path, "copy of the registry", MAX_BYTES + _HEAD)
            # Not as YAML, which reads 1e-07 as a text.
            raw = plain_json(content.decode(), MAX_DEPTH + 1)
            kept, told, taken = raw["registry"], raw["sha256"], datetime.fromisoformat(raw["taken"])
            age = datetime.now(UTC) - taken
            snapshot = snapshot_of(kept, raw["source"])
        except RegistryError as error:
            raise RegistryError(f"{why}: {error}") from None
        except (KeyError, TypeError, ValueError, OverflowError):
            raise RegistryError(f"{why}, as this program writes it") from None
        if snapshot.source != source:
            raise RegistryError(f"{why} (got one of {snapshot.source})")
        if snapshot.sha256 != told:
            raise RegistryError(f"{why} as it was written (its sha256 differs)")
        if age < -_SKEW or age > self.max_age:
            raise RegistryError(f"{why} of at most {self.max_age.total_seconds() / 3600:g} h (got {age})")
        return replace(snapshot, age=max(age, timedelta()))
