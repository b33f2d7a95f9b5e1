"""`python -m tests.attacks` judges the corpus and prints its score; `--write-open` writes down what is open."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tests.attacks import previews
from tests.attacks.corpus import OPEN, attacks, listed, score, table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.attacks", description=__doc__)
    parser.add_argument("--without-programs", action="store_true", help="documents only, in seconds")
    parser.add_argument("--only", nargs="*", help="names of programs")
    parser.add_argument("--write-open", action="store_true", help="write open.txt")
    parser.add_argument("--verbose", action="store_true", help="also what is said of each")
    options = parser.parse_args()
    if options.only is not None and options.write_open:
        parser.error("--write-open: expected a run of all programs (got --only)")
    scores = [score(attack) for attack in attacks()]
    started = time.monotonic()
    if not options.without_programs:
        chosen = [name for name in previews.names() if options.only is None or name in options.only]
        with tempfile.TemporaryDirectory() as folder:
            scores += previews.scores(Path(folder), chosen)
        print(f"{len(chosen)} programs in both variants took {time.monotonic() - started:.0f} s")
    print(table(scores))
    for each in scores:
        if options.verbose or each.open:
            print(f"{each.name}: {each.caught or 'missed'}")
            for said in sorted(each.about if each.caught else ()) if options.verbose else ():
                print(f"  attack: {said.verdict} {said.rule} {said.resource} {said.why[:200]}")
            for said in sorted(each.twin):
                print(f"  twin: {said.verdict} {said.rule} {said.resource} {said.why[:200]}")
    if options.write_open:
        kept = listed(["programs"]) if options.without_programs else []
        lines = sorted({*(line for each in scores for line in each.open), *kept})
        OPEN.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
