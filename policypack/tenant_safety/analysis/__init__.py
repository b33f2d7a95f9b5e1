"""Answers questions about a stack, each once and lazily; rules ask `Facts`."""

from .facts import Facts

__all__ = ["Facts"]
