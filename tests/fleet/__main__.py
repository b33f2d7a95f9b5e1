"""`python -m tests.fleet`: records the fleet's states anew, with the real engine."""

from pathlib import Path
from tempfile import TemporaryDirectory

from . import STATES, recorded


def main() -> None:
    with TemporaryDirectory() as folder:
        for name, text in recorded(Path(folder)):
            (STATES / name).write_text(text, encoding="utf-8")
            print(name, len(text), flush=True)


if __name__ == "__main__":
    main()
