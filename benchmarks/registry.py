"""All benchmarks, by the name that `--only` takes, in the order of the report.

A benchmark is a module with a `TITLE` and a `run`; to add one, write it and name it here.
"""

from typing import Protocol

from . import iam_chains, iam_hostile, iam_reach, iam_simulate, iam_z3, symbolic_preview
from .results import Result


class Benchmark(Protocol):
    """What a benchmark's module has."""

    @property
    def TITLE(self) -> str:  # noqa: N802 a module's constant
        """What it measures, as a heading."""
        ...

    def run(self, runs: int, *, quick: bool) -> Result:
        """Measures so many times; `quick`: with the least that gives figures."""
        ...


BENCHMARKS: dict[str, Benchmark] = {
    "simulate": iam_simulate,
    "reach": iam_reach,
    "worst-cases": iam_hostile,
    "chains": iam_chains,
    "z3": iam_z3,
    "symbolic-preview": symbolic_preview,
}
