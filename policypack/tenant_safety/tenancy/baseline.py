"""The baseline: findings that were there when the pack came to a fleet, each known by its fingerprint."""

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from .registry import Model
from .sources.file import content_of
from .sources.reading import MAX_BYTES, RegistryError


class Known(Model):
    """One finding of the baseline.  Only the fingerprint decides; the rest is for people."""

    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    rule: Annotated[str, Field(min_length=1, max_length=80)]
    project: Annotated[str, Field(min_length=1)]
    stack: Annotated[str, Field(min_length=1)]
    resource: str = Field(description="Type and name; empty for the stack as a whole.")
    recorded: date

    def is_of(self, project: str, stack: str) -> bool:
        return (self.project, self.stack) == (project, stack)


class Baseline(Model):
    """All findings that were recorded."""

    version: Literal[1] = 1
    findings: tuple[Known, ...] = ()


def load_baseline(path: Path) -> tuple[Baseline, str]:
    """Reads a baseline, and the sha256 of its bytes.  Raises `RegistryError`."""
    content = content_of(path, "baseline")
    if len(content) > MAX_BYTES:
        raise RegistryError(f"{path}: expected at most {MAX_BYTES} bytes, got more")
    try:
        return Baseline.model_validate_json(content), hashlib.sha256(content).hexdigest()
    except ValidationError as error:
        raise RegistryError("\n".join(_faults(error, path.name))) from None


def as_text(findings: Sequence[Known]) -> str:
    """A baseline as it is written: in an order of its own, so that a change shows as what it is."""
    ordered = sorted(findings, key=lambda k: (k.project, k.stack, k.rule, k.resource, k.fingerprint))
    return Baseline(findings=tuple(ordered)).model_dump_json(indent=1) + "\n"


def _faults(error: ValidationError, name: str) -> list[str]:
    return [f"{name}: {'.'.join(map(str, fault['loc'])) or 'baseline'}: {fault['msg']}" for fault in error.errors()]
