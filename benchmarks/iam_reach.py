"""`iam reach`: can a principal reach any of ten targets?"""

from collections.abc import Iterable
from statistics import median
from typing import Any

from tenant_safety.iam import rows

from .documents import GLOBAL_CONFIG, reach_rows
from .measure import Target, figure, fresh, timed_both
from .results import Chart, Panel, Result, Series, Table, counted

TITLE = "`iam reach`"
_TARGETS = (Target("p50", 1), Target("p99", 10))


def run(runs: int, *, quick: bool) -> Result:
    """In a new process each run: every row once (cold), then all again (warm)."""
    count = 20 if quick else 600
    found = [fresh(answered, count) for _ in range(runs)]
    answers = [answer for answer, _, _ in found[0]["cold"]]
    by_verdict = [
        (
            verdict,
            str(answers.count(verdict)),
            *(f"{median(_of(found[0][state], verdict)):.2f}" for state in ("cold", "warm")),
        )
        for verdict in sorted(set(answers))
    ]
    return Result(
        figures=tuple(
            figure(f"ten targets, {state}{what}", "ms", ([row[i] for row in run[state]] for run in found), *_TARGETS)
            for state in ("cold", "warm")
            for i, what in ((1, ""), (2, ": processor time"))
        ),
        notes=(
            f"{count} rows, no two with the same documents, each about the same ten targets: "
            + ", ".join(f"`{target}`" for target in GLOBAL_CONFIG)
            + f". Answers: {counted(answers)}.",
            "Cold and warm are as above. A row ends with the first target that is surely reachable, so those that are "
            "unreachable take longest; the median of each verdict, in the first run:",
        ),
        tables=(Table((("verdict", "rows", "cold, ms", "warm, ms"), *by_verdict)),),
        chart=Chart(
            "iam-reach",
            "Time of a row with ten targets",
            (
                Panel(
                    "share of rows (%)",
                    "ms",
                    (
                        *(Series(state, _ranked([ms for _, ms, _ in found[0][state]])) for state in ("cold", "warm")),
                        Series("target: median", ((0, 1), (50, 1)), "guide"),
                        Series("target: 99th percentile", ((50, 10), (99, 10)), "guide"),
                    ),
                    logarithmic_y=True,
                ),
            ),
        ),
        answers={f"row-{i}": answer for i, answer in enumerate(answers)},
    )


def answered(count: int) -> dict[str, Any]:
    """Verdict, milliseconds and those of the processor of each row, cold and warm."""
    asked = reach_rows(count)
    found = {}
    for state in ("cold", "warm"):
        measured = [timed_both(lambda row=row: rows.reach(row)) for row in asked]  # type: ignore[misc]
        found[state] = [(answer["verdict"], seconds * 1e3, of_cpu * 1e3) for answer, seconds, of_cpu in measured]
    return found


def _of(samples: Iterable[tuple[str, float, float]], verdict: str) -> list[float]:
    return [ms for answer, ms, _ in samples if answer == verdict]


def _ranked(samples: list[float]) -> tuple[tuple[float, float], ...]:
    """A point for each percent of the samples."""
    ordered = sorted(samples)
    return tuple((p, ordered[min(len(ordered) - 1, len(ordered) * p // 100)]) for p in range(101))
