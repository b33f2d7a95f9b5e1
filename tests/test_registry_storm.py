"""Many writers on one registry: no update is lost, the history is complete, and no tenant is torn by a kill."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tenant_safety.tenancy import Registry, load
from tenant_safety.tenancy.sources import place_of
from tenant_safety.tenancy.sources.dynamodb import Table
from tenant_safety.tenancy.sources.transactions import claims_of
from tests import dynamodb
from tests.registry_writers import counted

ROOT = Path(__file__).parents[1]
URL = "dynamodb://eu-central-1/tenancy"


@dataclass(frozen=True)
class Size:
    processes: int
    writers: int
    changes: int
    """Of each writer."""
    tenants: int
    victims: int

    @property
    def all_changes(self) -> int:
        return self.processes * self.writers * self.changes


SMALL = Size(processes=4, writers=4, changes=25, tenants=12, victims=2)
WHOLE = Size(processes=8, writers=8, changes=157, tenants=60, victims=6)


def fleet(tenants: int) -> dict[str, Any]:
    """The example's platform with so many tenants."""
    raw = dict(load(ROOT / "tenancy.yaml").document)
    raw["plans"] = {**raw["plans"], "standard": {"capacity": {"instances": 0}}}
    raw["tenants"] = {
        f"t{i}": {
            "plan": "standard",
            "group": "production",
            "subdomain": f"t{i}",
            "environments": {"prod": {"account": f"{100000000000 + i}"}},
        }
        for i in range(tenants)
    }
    return raw


def told(line: str) -> tuple[str, int, str]:
    part, number, nonce = line.split()
    return part, int(number), nonce


def count_of(part: str, document: Any) -> int:
    if part.startswith("plans/"):
        return int(document["capacity"]["instances"])
    values = document.get("config", {}).get("values", {"count": 0, "again": {"count": 0}})
    assert values["count"] == values["again"]["count"]
    return int(values["count"])


def claims_in(table: Table) -> dict[str, str]:
    """Who has what, by the table."""
    return {item["item"]["S"]: item["owner"]["S"] for item in table.items("claim")}


def claims_by(registry: Registry) -> dict[str, str]:
    """Who has what, by the tenants' documents."""
    parts = [f"tenants/{name}" for name in registry.tenants]
    return {claim: part for part in parts for claim in claims_of(registry, part)}


def start(size: Size, seed: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.registry_writers", URL, *map(str, (size.writers, size.changes, seed))]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> set[tuple[str, int, str]]:
    """What a process told, once it ends."""
    told_all = {told(line) for line in process.communicate()[0].splitlines()}
    assert process.returncode == 0
    return told_all


def killed(process: subprocess.Popen[str], after: int) -> set[tuple[str, int, str]]:
    """What a process told that is killed after so many changes, in the middle of others."""
    assert process.stdout is not None
    begun = [process.stdout.readline() for _ in range(after)]
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read()
    process.wait()
    return {told(line) for line in [*begun, *rest.splitlines(keepends=True)] if line.endswith("\n")}


@pytest.mark.parametrize("size", [pytest.param(SMALL, id="16"), pytest.param(WHOLE, id="64", marks=pytest.mark.long)])
def test_no_update_is_lost(size: Size, monkeypatch: pytest.MonkeyPatch, tell: Callable[[str], None]) -> None:
    """Whatever was acknowledged is in the history, each version once, though processes are killed in the middle."""
    with dynamodb.serving() as endpoint:
        for name, value in dynamodb.environment(endpoint).items():
            monkeypatch.setenv(name, value)
        table = Table.at(place_of(URL))
        table.create()
        table.take_over(fleet(size.tenants), None, by="the test", why="to begin with")

        began = time.monotonic()
        steady = [start(size, seed) for seed in range(size.processes)]
        with ThreadPoolExecutor(size.processes) as pool:
            running = [pool.submit(finished, process) for process in steady]
            doomed = [killed(start(size, -victim), after=5 * victim) for victim in range(1, size.victims + 1)]
            acknowledged = set().union(*(each.result() for each in running), *doomed)
        seconds = time.monotonic() - began

        heads = table.heads()
        histories = {part: table.history(part) for part in heads}
        for part, versions in histories.items():
            assert list(range(1, len(versions) + 1)) == [each.number for each in versions]
            assert heads[part] == versions[-1]
            if part.startswith(("tenants/", "plans/standard")):
                assert [each.number - 1 for each in versions] == [count_of(part, each.document) for each in versions]
        assert claims_in(table) == claims_by(table.snapshot().registry)
    written = {(part, each.number, each.nonce) for part, versions in histories.items() for each in versions[1:]}
    assert acknowledged <= written
    assert size.all_changes <= len(written)
    # A change that was carried out and never told is one that a kill came in between of.
    assert len(written - acknowledged) <= size.victims * size.writers
    tell(
        f"{len(written)} changes by {size.processes * size.writers} writers and {size.victims} that were killed, "
        f"{len(written - acknowledged)} of them never told: {seconds:.1f} s"
    )


def test_a_lost_update_would_be_seen() -> None:
    """The counts of a tenant tell: two that write what they made of the same document leave one count for both."""
    before = {"plan": "standard"}

    first, second = counted("tenants/t0", before), counted("tenants/t0", before)

    assert (1, 1) == (count_of("tenants/t0", first), count_of("tenants/t0", second))
