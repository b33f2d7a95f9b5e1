"""`tenant-safety iam simulate`: 1,000 requests, each under documents of its own."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import fmean
from time import perf_counter
from typing import Any

from tenant_safety.iam import rows

from .documents import simulate_rows
from .measure import Target, figure, fresh, timed_both
from .results import Result, counted

TITLE = "`iam simulate`"
_TARGET = Target("mean", 0.3)


def run(runs: int, *, quick: bool) -> Result:
    """In a new process each run: every row once (cold), then all again (warm); and the whole command."""
    count = 20 if quick else 1000
    found = [fresh(answered, count) for _ in range(runs)]
    lines = [json.dumps(row) + "\n" for row in simulate_rows(count)]
    with tempfile.TemporaryDirectory() as folder:
        whole, one = Path(folder, "whole.jsonl"), Path(folder, "one.jsonl")
        whole.write_text("".join(lines), encoding="utf-8")
        one.write_text(lines[0], encoding="utf-8")
        pairs = [(_command(one), _command(whole)) for _ in range(runs)]
    answers = [answer for answer, _, _ in found[0]["cold"]]
    sizes = [len(line) for line in lines]
    return Result(
        figures=(
            *(
                figure(f"a row, {state}{what}", "ms", ([row[i] for row in run[state]] for run in found), _TARGET)
                for state in ("cold", "warm")
                for i, what in ((1, ""), (2, ": processor time"))
            ),
            figure(
                "a row of the command, without start-up",
                "ms",
                ([(all_rows - start) * 1e3 / (count - 1)] for start, all_rows in pairs),
                Target("p50", 0.3),
            ),
            figure("start-up of the command (one row)", "ms", ([start * 1e3] for start, _ in pairs)),
        ),
        notes=(
            f"{count} rows of {fmean(sizes):,.0f} characters on average, no two with the same documents: identity "
            "policies of 2–6 statements, with permission boundaries, SCP levels and resource policies. "
            f"Answers: {counted(answers)}.",
            "Cold: a new process that has imported the engine and read nothing; what it loads of AWS's service data "
            "falls to the rows that need it first. Warm: the same rows again. "
            "Processor time leaves out what other work on the machine takes.",
            "The command is timed whole, with all rows and with one; the difference is divided by the rows.",
        ),
        answers={f"row-{i}": answer for i, answer in enumerate(answers)},
    )


def answered(count: int) -> dict[str, Any]:
    """Decision, milliseconds and those of the processor of each row, cold and warm."""
    asked = simulate_rows(count)
    found = {}
    for state in ("cold", "warm"):
        measured = [timed_both(lambda row=row: rows.simulate(row)) for row in asked]  # type: ignore[misc]
        found[state] = [(answer["decision"], seconds * 1e3, of_cpu * 1e3) for answer, seconds, of_cpu in measured]
    return found


def _command(file: Path) -> float:
    command = [str(Path(sys.executable).with_name("tenant-safety")), "iam", "simulate", str(file)]
    start = perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - start
