"""The report: as text for the terminal, as Markdown with charts for the documentation."""

from collections.abc import Mapping, Sequence
from itertools import starmap
from pathlib import Path
from typing import Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from .measure import STATISTICS, Figure
from .results import Chart, Panel, Result

COMMAND = "make bench"

_INTRODUCTION = f"""\
# Performance

This page is made by `{COMMAND}`, which measures again and writes it anew; another machine gives other figures.
`make bench ONLY=reach` prints one benchmark and writes nothing.

Every figure comes from {{runs}} runs, each in new processes. The columns are the median over the runs of each run's
statistic; where a run gives a single sample, they are over the runs. *Medians of runs* are the lowest and the highest.
A target stands with the figure that it is about. Other work on the machine shows in the maximum.
"""


def as_text(title: str, result: Result, *, judged: bool) -> str:
    """A benchmark's figures as columns; `judged`: with its targets."""
    table = _figures(result.figures)
    if not judged:
        table = tuple(row[:-1] for row in table)
    parts = [title, _columns(table), *result.notes, *(_columns(each.rows) for each in result.tables)]
    return "\n\n".join(parts).replace("`", "") + "\n"


def as_markdown(machine: Mapping[str, str], results: Mapping[str, tuple[str, Result]], runs: int) -> str:
    """The whole page."""
    parts = [_INTRODUCTION.format(runs=runs).rstrip(), "\n".join(starmap("- {}: {}".format, machine.items()))]
    for title, result in results.values():
        parts += [f"## {title}", _pipes(_figures(result.figures)), *result.notes]
        parts += [_pipes(table.rows) for table in result.tables]
        if result.chart:
            parts.append(f"![{result.chart.title}](performance/{result.chart.name}.svg)")
    return "\n\n".join(parts) + "\n"


def _figures(figures: Sequence[Figure]) -> tuple[tuple[str, ...], ...]:
    head = ("figure", "unit", *STATISTICS, "medians of runs", "target")
    return (head, *(_row(figure) for figure in figures))


def _row(figure: Figure) -> tuple[str, ...]:
    ordered = figure.run_medians
    targets = [
        f"{target.statistic} ≤ {target.limit:g}: {'met' if figure[target.statistic] <= target.limit else 'MISSED'}"
        for target in figure.targets
    ]
    values = (_short(figure[name]) for name in STATISTICS)
    return figure.name, figure.unit, *values, f"{_short(ordered[0])}–{_short(ordered[-1])}", "; ".join(targets)


def _short(value: float) -> str:
    """Three significant digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _pipes(rows: Sequence[Sequence[str]]) -> str:
    head, *body = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *body))


def _columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def draw(chart: Chart, folder: Path) -> None:
    """Writes a chart as SVG; the same figures give the same file."""
    with mpl.rc_context({"svg.hashsalt": chart.name, "svg.fonttype": "none", "font.size": 9, "path.simplify": True}):
        drawing = Drawing(figsize=(4.6 * len(chart.panels), 3.2), layout="constrained")
        for axes, panel in zip(drawing.subplots(1, len(chart.panels), squeeze=False)[0], chart.panels, strict=True):
            _draw(axes, panel)
        drawing.suptitle(chart.title)
        drawing.savefig(folder / f"{chart.name}.svg", metadata={"Date": None, "Creator": None})


def _draw(axes: Axes, panel: Panel) -> None:
    for i, series in enumerate(panel.series):
        xs, ys = zip(*series.points, strict=True)
        if series.kind == "guide":
            axes.plot(xs, ys, "--", color="gray", linewidth=0.9)
            va: Literal["top", "bottom"] = "top" if i % 2 else "bottom"
            axes.annotate(series.label, (xs[0], ys[0]), fontsize=7, color="gray", va=va)
        else:
            axes.plot(xs, ys, marker="o" if len(xs) < 20 else None, markersize=3, label=series.label)
    if panel.logarithmic_x:
        axes.set_xscale("log")
    if panel.logarithmic_y:
        axes.set_yscale("log")
    axes.set_xlabel(panel.x)
    axes.set_ylabel(panel.y)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7)
