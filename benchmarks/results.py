"""What a benchmark finds: figures, tables, a chart, and what it means."""

from dataclasses import dataclass
from typing import Literal

from .measure import Figure


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text; the first row is the head."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a panel: measured, or drawn to guide the eye."""

    label: str
    points: tuple[tuple[float, float], ...]
    kind: Literal["measured", "guide"] = "measured"


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes."""

    x: str
    y: str
    series: tuple[Series, ...]
    logarithmic_x: bool = False
    logarithmic_y: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Panels side by side; `name` is the file's, `title` what it shows."""

    name: str
    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What one benchmark finds; `notes` are sentences of the report."""

    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    chart: Chart | None = None
    answers: dict[str, str] | None = None
    """Question → answer, so that a test can tell that what was measured was right."""


def counted(answers: list[str]) -> str:
    """How many of each: `3 reachable, 1 undetermined`."""
    return ", ".join(f"{answers.count(one)} {one.replace('_', ' ')}" for one in sorted(set(answers)))
