"""Answers questions about a stack, each once and lazily; rules ask `Facts`."""

from .excuses import Excused, Said, fingerprint
from .facts import Facts

__all__ = ["Excused", "Facts", "Said", "fingerprint"]
