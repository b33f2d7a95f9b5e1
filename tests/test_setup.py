"""Set-up has nothing left to do, and what it installs is pinned."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / "requirements" / "dev.lock").read_text()


def run(*command: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_second_setup_has_nothing_left_to_do() -> None:
    """Whoever runs the tests has set up already, so this is a second run."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}

    ended = run("make", "--no-print-directory", "setup", environment=inherited)

    assert (0, "setup: nothing left to do\n", "") == (ended.returncode, ended.stdout, ended.stderr)


def test_every_locked_package_is_exact_and_has_a_hash() -> None:
    """A requirement goes on over lines that end in a backslash."""
    requirements = [line for line in LOCK.replace("\\\n", "").splitlines() if line and line.lstrip()[0] != "#"]

    loose = [each for each in requirements if not re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", each)]

    assert requirements
    assert [] == loose


def test_lock_names_no_index() -> None:
    """Which index the packages come from is for the user's settings to say."""
    named = re.findall(r"\S*://\S*|--(?:index|extra-index|find-links)\S*", LOCK)

    assert [] == named


@pytest.mark.parametrize("module", ["pulumi", "esc"])
def test_go_module_is_exact(module: str) -> None:
    """Each requirement and replacement names one version."""
    lines = (ROOT / "tools" / module / "go.mod").read_text().splitlines()
    required = [line for line in lines if line.startswith(("\t", "require github")) or "=>" in line]

    loose = [line for line in required if not re.search(r" v\d+\.\d+\.\d+\S*( // indirect)?$", line)]

    assert required
    assert [] == loose


def test_release_checksums_name_each_platform_once() -> None:
    """Set-up downloads nothing that has no line here."""
    lines = (ROOT / "tools" / "setup" / "pulumi.sha256").read_text().splitlines()
    pinned = [re.fullmatch(r"[0-9a-f]{64}  pulumi-v[\d.]+-(\S+)\.tar\.gz", line) for line in lines if line[0] != "#"]

    platforms = [match and match[1] for match in pinned]

    assert ["linux-x64", "linux-arm64"] == platforms


def test_pulumi_is_new_enough() -> None:
    """The oldest that set-up accepts is named in tools/setup/steps.py."""
    ended = run(str(ROOT / ".tools" / "bin" / "pulumi"), "version")

    version = tuple(map(int, re.findall(r"\d+", ended.stdout)[:3]))

    assert (3, 255, 0) <= version


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no git checkout")
def test_what_setup_makes_is_ignored_by_git() -> None:
    """A folder name with a trailing slash is ignored as a folder."""
    made = [".venv/", ".tools/"]

    ended = run("git", "check-ignore", *made)

    assert made == ended.stdout.split()
