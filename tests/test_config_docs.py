"""The examples of docs/config.md are what the commands print."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tenant_safety.cli import app

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "config.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```console\n\$ tenant-safety (.*)\n((?:.*\n)*?)```", PAGE)


@pytest.mark.parametrize(("command", "shown"), EXAMPLES)
def test_example(command: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command prints what the page shows."""
    monkeypatch.chdir(shutil.copytree(ROOT / "examples" / "config", tmp_path / "config"))

    result = CliRunner().invoke(app, shlex.split(command))

    assert (0, shown) == (result.exit_code, result.stdout)


def test_keys_without_a_service_are_the_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pulumi adds the project's name to them."""
    monkeypatch.chdir(ROOT / "examples" / "config")

    result = CliRunner().invoke(app, ["config", "show", "customer2-prod", "-o", "pulumi"])

    assert '"size": {' in result.stdout


def test_watch_gives_its_command_a_dispatch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What GitHub takes is on the command's standard input."""
    monkeypatch.chdir(shutil.copytree(ROOT / "examples" / "config", tmp_path / "config"))
    look = ["config", "watch", "--state", "seen.json", "--once", "-o", "dispatch", "--run", "tee told.json"]
    CliRunner().invoke(app, look)
    registry = Path("tenancy.yaml")
    registry.write_text(registry.read_text(encoding="utf-8").replace("t3.large", "t3.medium"), encoding="utf-8")

    CliRunner().invoke(app, look)

    assert '"previews": ["shop/customer1-prod"]' in Path("told.json").read_text(encoding="utf-8")
