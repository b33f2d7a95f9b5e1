"""The examples of docs/iam.md are what the command answers."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tenant_safety.cli import app

PAGE = Path(__file__).parents[2] / "docs" / "iam.md"
EXAMPLE = re.compile(r"```console\n\$ tenant-safety iam (\S+) -\n> (.*)\n(.*)\n```")

EXAMPLES = [pytest.param(*found.groups(), id=found[1]) for found in EXAMPLE.finditer(PAGE.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("command", "row", "answer"), EXAMPLES)
def test_example(command: str, row: str, answer: str) -> None:
    """The row gets the answer that the page shows."""
    result = CliRunner().invoke(app, ["iam", command, "-"], input=row)

    assert (0, json.loads(answer)) == (result.exit_code, json.loads(result.stdout))


def test_every_command_has_an_example() -> None:
    """A page that is written in another form would have none."""
    shown = {example.id for example in EXAMPLES}

    assert {"simulate", "reach", "new-access"} == shown
