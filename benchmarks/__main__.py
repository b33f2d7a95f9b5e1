"""Measures, prints, and writes the documentation's page: `python -m benchmarks`."""

import argparse
import sys

from .machine import machine
from .measure import ROOT
from .registry import BENCHMARKS
from .report import as_markdown, as_text, draw
from .results import Result

RUNS = 5


def main() -> None:
    """Runs all benchmarks, or those that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", metavar="NAME", action="append", choices=sorted(BENCHMARKS), help="only this one")
    parser.add_argument("--quick", action="store_true", help="one run with tiny sizes, to see that all work")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"runs of each, {RUNS} or more for the page")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md and its charts")
    asked = parser.parse_args()
    if asked.write and (asked.only or asked.quick or asked.runs < RUNS):
        parser.error(f"--write is for all benchmarks with at least {RUNS} runs")
    about = machine()
    print("\n".join(f"{name}: {value}" for name, value in about.items()), end="\n\n")
    runs = 1 if asked.quick else asked.runs
    results: dict[str, tuple[str, Result]] = {}
    for name in asked.only or BENCHMARKS:
        benchmark = BENCHMARKS[name]
        print(f"{name} …", file=sys.stderr, flush=True)
        results[name] = benchmark.TITLE, benchmark.run(runs, quick=asked.quick)
        print(as_text(*results[name], judged=not asked.quick), flush=True)
    if asked.write:
        page = ROOT / "docs" / "performance.md"
        charts = page.with_suffix("")
        charts.mkdir(exist_ok=True)
        page.write_text(as_markdown(about, results, runs), encoding="utf-8")
        for _, result in results.values():
            if result.chart:
                draw(result.chart, charts)


if __name__ == "__main__":
    main()
