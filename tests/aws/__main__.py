"""`python -m tests.aws` serves until its input ends; its first line is its port."""

from __future__ import annotations

import logging
import sys

from .server import start

if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    print(start(), flush=True)
    sys.stdin.read()
