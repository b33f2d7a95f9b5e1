"""Fixtures that run the engine: one stand-in for AWS a session, a backend of its own for each test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# The checkout is the package: tests are run on its sources, in whichever way pytest was started.
for part in (ROOT, ROOT / "policypack", ROOT / "providers"):
    if str(part) not in sys.path:
        sys.path.insert(0, str(part))

from tests.engine import Engine  # noqa: E402
from tests.standin import server  # noqa: E402


@pytest.fixture(scope="session")
def standin() -> Iterator[server.Running]:
    """The stand-in for the `aws` provider, for every run of the session."""
    running = server.start()
    yield running
    running.stop()


@pytest.fixture
def engine(tmp_path: Path, standin: server.Running) -> Engine:
    """An engine with an empty backend."""
    return Engine(tmp_path / "engine", {"aws": standin.port})


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Says something at the end of the run, whichever process the test runs in."""
    return lambda text: record_property("told", text)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    for report in reports:
        if getattr(report, "when", "") == "call":
            for name, text in report.user_properties:
                if name == "told":
                    terminalreporter.write_line(f"{text}\n")
