"""Fixtures that run the engine: one stand-in for AWS a session, a backend of its own for each test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
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
