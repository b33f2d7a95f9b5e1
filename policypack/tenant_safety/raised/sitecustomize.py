"""Notes where a Python program raises: the SDK forgets the lines of what fails in an `apply`.

`preview.py` puts this folder on the path of a second run of a program that has failed; Python imports it at its start.
"""

import os
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

PROGRAM = os.environ.get("TENANT_SAFETY_PROGRAM", "")
NOTE = os.environ.get("TENANT_SAFETY_RAISED", "")


def trace(frame: FrameType, event: str, _arg: Any) -> Any:
    """Writes a line for each exception that passes through the program's own code, the innermost first."""
    name = frame.f_code.co_filename
    if not name.startswith(PROGRAM) or "site-packages" in name:
        return None
    if event == "exception":
        with Path(NOTE).open("a", encoding="utf-8") as note:
            note.write(f'File "{name}", line {frame.f_lineno}\n')
    return trace


if PROGRAM and NOTE:
    sys.settrace(trace)
    threading.settrace(trace)
