"""Virtual time, and the token buckets that run on it: nothing here waits, so tests count requests, not seconds."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

STEP = 0.25
"""Virtual seconds that each request takes unless a test says otherwise: slow enough for every limit below."""


class Clock:
    """Seconds since the server's start.  A request moves them by `step`, a test by what it likes."""

    def __init__(self) -> None:
        self.step = STEP
        self._start = time.time()
        self._now = 0.0
        self._lock = threading.Lock()

    @property
    def now(self) -> float:
        return self._now

    def tick(self) -> float:
        return self.advance(self.step)

    def advance(self, seconds: float) -> float:
        with self._lock:
            self._now += seconds
            return self._now

    def date(self, seconds: float) -> datetime:
        """The moment as AWS tells it."""
        return datetime.fromtimestamp(int(self._start + seconds), UTC)


@dataclass
class Bucket:
    """Holds at most `burst` tokens and regains `rate` of them a second."""

    rate: float
    burst: float
    level: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.level = self.burst

    def refill(self, now: float) -> float:
        if now > self.at:  # Threads may come out of order by a request.
            self.level = min(self.burst, self.level + (now - self.at) * self.rate)
            self.at = now
        return self.level


# Route 53 documents its buckets, and that record changes have one of their own; the size of that one was not
# found, so it is an assumption.  IAM documents that it throttles, not where: an assumption too.  KMS documents its
# rates by operation; those here were not compared with the table.
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html
# https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html
LIMITS = {
    "route53": (10, 50),
    "route53/CreateHostedZone": (2, 40),
    "route53/DeleteHostedZone": (5, 40),
    "route53/changes": (1000, 1000),
    "iam": (20, 100),
    "kms/CreateGrant": (50, 50),
    "kms/RetireGrant": (30, 30),
    "kms/RevokeGrant": (50, 50),
    "kms/ListGrants": (100, 100),
}
"""Tokens a second, and at once."""


class Limits:
    """Request rates of an account, by name: `route53` for all of a service, `iam/CreateRole` for one operation.

    A request takes a token from each bucket that has its name; if one is empty it takes none and is throttled.
    """

    def __init__(self) -> None:
        self._rates: dict[str, tuple[float, float]] = {**LIMITS}
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._lock = threading.Lock()

    def set(self, name: str, rate: float, burst: float) -> None:
        """Replace a limit, for every account, with full buckets."""
        with self._lock:
            self._rates[name] = rate, burst
            self._buckets = {key: bucket for key, bucket in self._buckets.items() if key[0] != name}

    def take(self, account: str, now: float, wanted: dict[str, int]) -> bool:
        """Take the tokens wanted (`{"route53": 1, "route53/changes": 4}`); False where a bucket has not enough."""
        with self._lock:
            found = [(self._bucket(name, account), count) for name, count in wanted.items() if name in self._rates]
            if any(bucket.refill(now) < count for bucket, count in found):
                return False
            for bucket, count in found:
                bucket.level -= count
            return True

    def _bucket(self, name: str, account: str) -> Bucket:
        key = name, account
        if key not in self._buckets:
            self._buckets[key] = Bucket(*self._rates[name])
        return self._buckets[key]
