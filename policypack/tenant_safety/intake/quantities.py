"""Numbers of a resource's properties, and how they add up where some are not known."""

import re
from collections.abc import Iterable
from math import ceil
from typing import Any

from ..model import Maybe, Unknown
from .values import Resource, at, first, number

_LEADING = re.compile(r"^\s*([0-9]+(?:\.[0-9]+)?)\s*[A-Za-z]*\s*$")


def values(resource: Resource, paths: Iterable[str]) -> list[Maybe[float]]:
    """The numbers at the paths, in their order."""
    found = [number(value, path) for pattern in paths for path, value in at(resource.props, pattern)]
    return [value for value in found if value is not None]


def largest(resource: Resource, paths: Iterable[str]) -> Maybe[float] | None:
    """The largest of the numbers at the paths, if there is one."""
    found = values(resource, paths)
    return most(*found) if found else None


def total(resource: Resource, paths: Iterable[str]) -> Maybe[float]:
    """The numbers at the paths added up."""
    return plus(*values(resource, paths))


def given(resource: Resource, path: str, default: float) -> Maybe[float]:
    """The number at a path, else what AWS takes."""
    return either(number(first(resource.props, path), path), default)


def measured(resource: Resource, path: str) -> Maybe[float] | None:
    """A number that may be written with its unit: `4 vCPU`, `16 GB`."""
    value = first(resource.props, path)
    if isinstance(value, str) and (found := _LEADING.match(value)):
        return float(found.group(1))
    return number(value, path)


def either(value: Maybe[float] | None, default: Maybe[float]) -> Maybe[float]:
    return default if value is None else value


def plus(*listed: Maybe[float]) -> Maybe[float]:
    return unknown_of(listed) or sum(v for v in listed if not isinstance(v, Unknown))


def most(*listed: Maybe[float]) -> Maybe[float]:
    return unknown_of(listed) or max((v for v in listed if not isinstance(v, Unknown)), default=0.0)


def times(a: Maybe[float], b: Maybe[float]) -> Maybe[float]:
    if a == 0 or b == 0:
        return 0.0
    return a if isinstance(a, Unknown) else b if isinstance(b, Unknown) else a * b


def over(a: Maybe[float], b: Maybe[float]) -> Maybe[float]:
    """How many of `b` make `a`, the last one whole."""
    return a if isinstance(a, Unknown) else b if isinstance(b, Unknown) else float(ceil(a / b)) if b else a


def unknown_of(listed: Iterable[Any]) -> Unknown | None:
    return next((value for value in listed if isinstance(value, Unknown)), None)
