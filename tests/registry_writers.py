"""A test program: writers of one registry, each a thread, that tell every change that was acknowledged.

    python -m tests.registry_writers dynamodb://eu-central-1/tenancy WRITERS CHANGES SEED

A change counts what its part says up by one, so that a lost update shows.  One in fifty is of a plan, on which tenants
hang.  A line is printed for each, once it was acknowledged: part, version, nonce.
"""

import os
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tenant_safety.tenancy.sources import place_of
from tenant_safety.tenancy.sources.dynamodb import Table


def counted(part: str, document: Any) -> Any:
    """The part with its count one up: in its config, or in what stands for it in a plan."""
    if part.startswith("plans/"):
        capacity = document["capacity"]
        return {**document, "capacity": {**capacity, "instances": capacity["instances"] + 1}}
    values = document.get("config", {}).get("values", {})
    # Two places that have to go together: a torn tenant would show them apart.
    count = values.get("count", 0) + 1
    return {**document, "config": {"values": {"count": count, "again": {"count": count}}}}


def main() -> None:
    url, writers, changes, seed = sys.argv[1], *map(int, sys.argv[2:5])
    tables = [Table.at(place_of(url)) for _ in range(writers)]
    tenants = sorted(part for part in tables[0].written() if part.startswith("tenants/"))

    def write(number: int) -> None:
        draw = random.Random(f"{seed} {number}")
        for _ in range(changes):
            part = "plans/standard" if draw.random() < 0.02 else draw.choice(tenants)
            by = f"writer {seed}/{number}"
            made = tables[number].change(part, lambda document, p=part: counted(p, document), by=by, why="count")
            os.write(1, f"{made.part} {made.number} {made.nonce}\n".encode())

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))


if __name__ == "__main__":
    main()
