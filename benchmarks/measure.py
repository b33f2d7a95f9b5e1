"""Measuring: what a run gives, in a process of its own, and its spread."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from statistics import fmean, median
from time import perf_counter, process_time
from typing import Any, Literal, TypeVar

ROOT = Path(__file__).parents[1]

Statistic = Literal["min", "p50", "p99", "max", "mean"]
STATISTICS: tuple[Statistic, ...] = ("min", "p50", "p99", "max", "mean")

T = TypeVar("T")


def timed(call: Callable[[], T]) -> tuple[T, float]:
    """What a call returns, and its seconds."""
    start = perf_counter()
    returned = call()
    return returned, perf_counter() - start


def timed_both(call: Callable[[], T]) -> tuple[T, float, float]:
    """What a call returns, its seconds, and those of the processor, of which other work on the machine takes none."""
    start = process_time()
    returned, seconds = timed(call)
    return returned, seconds, process_time() - start


def statistic(name: Statistic, samples: Sequence[float]) -> float:
    """A statistic of some samples; the percentiles by nearest rank."""
    ordered = sorted(samples)
    match name:
        case "min":
            return ordered[0]
        case "p50":
            return median(ordered)
        case "p99":
            return ordered[max(0, -(-len(ordered) * 99 // 100) - 1)]
        case "max":
            return ordered[-1]
        case _:
            return fmean(ordered)


@dataclass(frozen=True, slots=True)
class Target:
    """The statistic of a figure that should be at most so much."""

    statistic: Statistic
    limit: float


@dataclass(frozen=True, slots=True)
class Figure:
    """Something measured: in each run one sample or more."""

    name: str
    unit: str
    runs: tuple[tuple[float, ...], ...]
    targets: tuple[Target, ...] = ()

    def __getitem__(self, name: Statistic) -> float:
        """The median over the runs of a run's statistic; with one sample a run, the statistic over the runs."""
        if all(len(run) == 1 for run in self.runs):
            return statistic(name, [run[0] for run in self.runs])
        return median(statistic(name, run) for run in self.runs)

    @property
    def run_medians(self) -> list[float]:
        """The median of each run, in order of size."""
        return sorted(median(run) for run in self.runs)


def figure(name: str, unit: str, runs: Iterable[Sequence[float]], *targets: Target) -> Figure:
    """A figure of the samples of each run."""
    return Figure(name, unit, tuple(tuple(run) for run in runs), targets)


class TooSlow(Exception):
    """A run that was ended because it took longer than it might."""


def fresh(function: Callable[..., T], *arguments: Any, limit: float | None = None) -> T:
    """Calls a function of a module in a new process, where nothing is remembered; values go as JSON.

    Raises `TooSlow` after `limit` seconds.
    """
    command = [sys.executable, "-m", __name__, function.__module__, function.__name__, json.dumps(arguments)]
    try:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=limit)
    except subprocess.TimeoutExpired:
        raise TooSlow(f"{function.__name__} took more than {limit} s") from None
    returned: T = json.loads(done.stdout)
    return returned


def peak_mib() -> float:
    """The most memory that this process has had, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():  # What `getrusage` tells may be the parent's.
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 ** (2 if sys.platform == "darwin" else 1)


if __name__ == "__main__":
    module, name, text = sys.argv[1:]
    print(json.dumps(getattr(import_module(module), name)(*json.loads(text))))
