"""Reads real ESC environments, through the `esc` or the `pulumi` command where the user has it and is logged in."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from typing import Any

from .esc import EscError

_PATIENCE = 60
"""Seconds for one environment; dynamic credentials and secrets of other services take a while."""
_COMMANDS = (("esc", "env", "open"), ("pulumi", "env", "open"))


@cache
def opened(name: str) -> Mapping[str, Any]:
    """The values of `ORGANIZATION/PROJECT/ENVIRONMENT[@VERSION]`, secrets marked.  Raises `EscError`.

    Source: https://www.pulumi.com/docs/esc/cli/commands/esc_env_open/
    """
    place = f"esc:{name}"
    command = next((each for each in _COMMANDS if shutil.which(each[0])), None)
    if command is None:
        raise EscError(f"{place}: expected the command esc or pulumi on PATH, which reads it")
    asked = [*command, "--format", "detailed", "--", name]
    try:
        ended = subprocess.run(asked, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EscError(f"{place}: expected `{command[0]}` to open it: {type(error).__name__}") from None
    if ended.returncode or not ended.stdout.strip():
        # Only what it says of what went wrong: its output would have the secrets.
        said = (ended.stderr.strip().splitlines() or ["nothing"])[-1][:200]
        raise EscError(f"{place}: expected `{command[0]}` to open it (it says: {said})")
    try:
        found = json.loads(ended.stdout)["value"]
        _refuse_unknown(found)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise EscError(f"{place}: expected values, as `{' '.join(command)} --format detailed` prints them") from None
    if not isinstance(found, dict):
        raise EscError(f"{place}: expected an object")
    return found


def _refuse_unknown(detailed: Any) -> None:
    for each in detailed.values() if isinstance(detailed, dict) else detailed if isinstance(detailed, list) else ():
        if each.get("unknown"):
            raise ValueError("unknown")
        _refuse_unknown(each.get("value"))
