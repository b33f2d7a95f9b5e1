"""A snapshot on disk that stands in while its source does not answer: only if it was asked for, and never unsaid."""

import json
import os
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .file import content_of
from .reading import RegistryError, RegistryUnreachable, Snapshot, canonical, plain, snapshot_of

_SKEW = timedelta(minutes=5)
"""How far a clock may be behind the one that wrote the copy."""


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
        try:
            handle, part = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(part).replace(self.path)
        except OSError as error:
            raise RegistryError(f"{self.path}: expected a place for a copy of the registry: {error.strerror}") from None

    def read(self, source: str, unreachable: RegistryUnreachable) -> Snapshot:
        """The copy, if it is of this source and young enough.  Raises `RegistryError`, which says what came before."""
        why = f"{unreachable}\n{self.path}: expected a copy of it"
        try:
            raw, _ = plain(content_of(self.path, "copy of the registry"), self.path.name)
            kept, told, taken = raw["registry"], raw["sha256"], datetime.fromisoformat(raw["taken"])
            age = datetime.now(UTC) - taken
            snapshot = snapshot_of(kept, raw["source"])
        except RegistryError as error:
            raise RegistryError(f"{why}: {error}") from None
        except (KeyError, TypeError, ValueError):
            raise RegistryError(f"{why}, as this program writes it") from None
        if snapshot.source != source:
            raise RegistryError(f"{why} (got one of {snapshot.source})")
        if snapshot.sha256 != told:
            raise RegistryError(f"{why} as it was written (its sha256 differs)")
        if age < -_SKEW or age > self.max_age:
            raise RegistryError(f"{why} of at most {self.max_age.total_seconds() / 3600:g} h (got {age})")
        return replace(snapshot, age=max(age, timedelta()))
