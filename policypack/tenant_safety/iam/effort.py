"""How much work one question may cost, so that no document makes it run for ever."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MAX_EFFORT = 500_000
"""Units of work of a question, each about a microsecond; beyond it the question is given up, and so undetermined."""


class TooComplex(Exception):
    """A question needs more work than is worth it; the message says what it was about."""


_left: ContextVar[list[int] | None] = ContextVar("_left", default=None)


@contextmanager
def limited() -> Iterator[None]:
    """Bounds the work inside; inside another bound, that one holds."""
    token = _left.set([MAX_EFFORT]) if _left.get() is None else None
    try:
        yield
    finally:
        if token is not None:
            _left.reset(token)


def spend(units: int) -> None:
    """Counts work.  Raises `TooComplex` beyond the bound."""
    left = _left.get()
    if left is not None:
        left[0] -= units
        if left[0] < 0:
            raise TooComplex(f"the documents need more than {MAX_EFFORT} units of work")
