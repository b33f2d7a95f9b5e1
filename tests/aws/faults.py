"""Faults that a test switches on: which requests they strike, and how often."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any

BEFORE = "before"
"""The request is not carried out."""
AFTER = "after"
"""It is carried out, and the caller does not learn of it."""

KINDS = {
    "throttle": "the service's throttling error",
    "prior": "PriorRequestNotComplete",
    "error": "a 5xx (`status`), before or after the commit",
    "timeout": "no answer for `seconds` of real time or until the caller gives up, before or after the commit",
    "reset": "the connection ends without an answer, before or after the commit",
    "slow": "a change of records takes `seconds` of virtual time until INSYNC",
    "stale": "a read of IAM answers as if the entity did not exist yet",
}
ANSWERS = frozenset(("throttle", "prior", "error", "timeout", "reset"))
"""Kinds that stand in for the answer, whatever the request."""


@dataclass
class Fault:
    """One rule.  Empty texts match everything; without a `count` it never wears out."""

    kind: str
    service: str = ""
    operation: str = ""
    account: str = ""
    when: str = BEFORE
    probability: float = 1.0
    count: int | None = None
    status: int = 503
    seconds: float = 30.0
    id: int = 0
    struck: int = 0
    met: int = field(default=0, repr=False)

    def matches(self, service: str, operation: str, account: str) -> bool:
        wanted = ((self.service, service), (self.operation, operation), (self.account, account))
        return all(mine in ("", other) for mine, other in wanted)


class Faults:
    """The rules of a server.  The same seed strikes the same requests, counted as they arrive at a rule."""

    def __init__(self) -> None:
        self.seed = 0
        self._rules: list[Fault] = []
        self._ids = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, **wanted: Any) -> int:
        rule = Fault(**wanted)
        if rule.kind not in KINDS or rule.when not in (BEFORE, AFTER):
            raise ValueError(f"expected a kind of {', '.join(KINDS)}, before or after (got {rule})")
        if rule.when == AFTER and rule.kind not in ("error", "timeout", "reset"):
            raise ValueError(f"expected `before`: {rule.kind} refuses the request (got {rule.when!r})")
        with self._lock:
            rule.id = next(self._ids)
            self._rules.append(rule)
        return rule.id

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()
            self._ids = itertools.count(1)

    def struck(self) -> dict[int, int]:
        """How often each rule struck."""
        with self._lock:
            return {rule.id: rule.struck for rule in self._rules}

    def strike(
        self, service: str, operation: str, account: str, kinds: Container[str] = ANSWERS, when: str = BEFORE
    ) -> Fault | None:
        """The first rule that strikes this request, if any."""
        with self._lock:
            for rule in self._rules:
                asked = rule.kind in kinds and rule.when == when and rule.matches(service, operation, account)
                if asked and rule.count != 0 and self._falls(rule):
                    rule.struck += 1
                    rule.count = None if rule.count is None else rule.count - 1
                    return rule
        return None

    def _falls(self, rule: Fault) -> bool:
        rule.met += 1
        return random.Random(f"{self.seed}/{rule.id}/{rule.met}").random() < rule.probability
