"""Sets the project up: `python3 tools/setup`. This file alone must also run on an old Python, to say so."""

import sys

WANTED = (3, 11)

if sys.version_info < WANTED:
    sys.exit(
        "setup: expected Python 3.11 or newer (got "
        + sys.version.split()[0]
        + " at "
        + sys.executable
        + "). Name another one: make setup PYTHON=python3.12"
    )

import steps

sys.exit(steps.main())
