"""AWS's condition operators: does a statement's condition hold in one request's context?

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from math import isfinite
from typing import Literal, TypeAlias

from .variables import Unresolved, fill
from .wildcards import matches, matches_arn

Context: TypeAlias = Mapping[str, tuple[str, ...]]
"""Condition keys in lower case, with their values."""

Family: TypeAlias = Literal["string", "arn", "number", "date", "bool", "binary", "ip", "null"]


@dataclass(frozen=True, slots=True)
class Operator:
    """A condition operator, taken apart: `ForAnyValue:StringNotLikeIfExists`."""

    quantifier: Literal["", "ForAllValues", "ForAnyValue"]
    name: str
    family: Family
    negated: bool
    if_exists: bool


def _equal(wanted: str, value: str) -> bool:
    return wanted == value


def _equal_without_case(wanted: str, value: str) -> bool:
    return wanted.lower() == value.lower()


def _numbers(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def compared(wanted: str, value: str) -> bool:
        a, b = number(wanted), number(value)
        return a is not None and b is not None and compare(b, a)

    return compared


def _dates(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def compared(wanted: str, value: str) -> bool:
        a, b = moment(wanted), moment(value)
        return a is not None and b is not None and compare(b, a)

    return compared


def _in_network(wanted: str, value: str) -> bool:
    inside, outside = network(value), network(wanted)
    if inside is None or outside is None:
        return False
    if isinstance(inside, IPv4Network):
        return isinstance(outside, IPv4Network) and inside.subnet_of(outside)
    return isinstance(outside, IPv6Network) and inside.subnet_of(outside)


_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "Equals": lambda a, b: a == b,
    "LessThan": lambda a, b: a < b,
    "LessThanEquals": lambda a, b: a <= b,
    "GreaterThan": lambda a, b: a > b,
    "GreaterThanEquals": lambda a, b: a >= b,
}

_OPERATORS: dict[str, tuple[Family, Callable[[str, str], bool]]] = {
    "StringEquals": ("string", _equal),
    "StringEqualsIgnoreCase": ("string", _equal_without_case),
    "StringLike": ("string", matches),
    "ArnEquals": ("arn", matches_arn),
    "ArnLike": ("arn", matches_arn),
    "Bool": ("bool", _equal_without_case),
    "BinaryEquals": ("binary", _equal),
    "IpAddress": ("ip", _in_network),
    **{f"Numeric{name}": ("number", _numbers(compare)) for name, compare in _COMPARISONS.items()},
    **{f"Date{name}": ("date", _dates(compare)) for name, compare in _COMPARISONS.items()},
}
"""What is wanted and what came, compared; one wanted value has to match."""

_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
}

_QUANTIFIERS: dict[str, Literal["ForAllValues", "ForAnyValue"]] = {
    "forallvalues": "ForAllValues",
    "foranyvalue": "ForAnyValue",
}
_NAMES = {name.lower(): name for name in (*_OPERATORS, *_NEGATED, "Null")}


@lru_cache(maxsize=1024)
def operator(text: str) -> Operator:
    """Takes an operator apart.  Raises `ValueError` with what is wrong."""
    head, colon, tail = text.rpartition(":")
    quantifier = _QUANTIFIERS.get(head.lower())
    if colon and quantifier is None:
        raise ValueError(f"expected ForAllValues or ForAnyValue before the colon, got {head!r}")
    name, if_exists = _NAMES.get(tail.lower()), False
    if name is None and tail.lower().endswith("ifexists"):
        name, if_exists = _NAMES.get(tail.lower().removesuffix("ifexists")), True
    if name is None or (name == "Null" and if_exists):
        raise ValueError(f"expected a condition operator such as StringEquals, got {text!r}")
    if name == "Null":
        return Operator(quantifier or "", name, "null", False, False)
    positive = _NEGATED.get(name, name)
    return Operator(quantifier or "", positive, _OPERATORS[positive][0], name in _NEGATED, if_exists)


def holds(how: Operator, key: str, wanted: tuple[str, ...], context: Context, *, variables: bool = True) -> bool:
    """Does one operator over one key (lower case) hold?  `wanted` are the policy's values; one is enough.

    With `variables` `${…}` in them is filled from the context, as in documents of version 2012-10-17.
    """
    values = context.get(key, ())
    if how.name == "Null":
        return any((text.lower() == "true") == (not values) for text in wanted)
    if how.quantifier == "ForAllValues":
        return all(_one(how, wanted, value, context, variables) for value in values)
    if how.quantifier == "ForAnyValue":
        return any(_one(how, wanted, value, context, variables) for value in values)
    if not values:
        return how.negated or how.if_exists
    if how.negated:
        return all(_one(how, wanted, value, context, variables) for value in values)
    return any(_one(how, wanted, value, context, variables) for value in values)


def _one(how: Operator, wanted: tuple[str, ...], value: str, context: Context, variables: bool) -> bool:
    """Does one value of the request satisfy the operator?"""
    compare = _OPERATORS[how.name][1]
    return how.negated != any(
        compare(text, value) for each in wanted for text in filled(how, each, context, variables=variables)
    )


def filled(how: Operator, text: str, context: Context, *, variables: bool) -> tuple[str, ...]:
    """A policy's value with its variables filled in; none where one of them can't be."""
    if not variables or "${" not in text or how.family not in ("string", "arn"):
        return (text,)
    try:
        found = fill(text, context)
    except Unresolved:
        return ()
    return (found if how.name in ("StringLike", "ArnLike", "ArnEquals") else plain(found),)


def plain(pattern: str) -> str:
    """Literal stars and question marks as themselves, for operators without wildcards."""
    return pattern.replace("\ue000", "*").replace("\ue001", "?")


def number(text: str) -> float | None:
    """A number of a condition; `None` if it is none."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if isfinite(found) else None


@lru_cache(maxsize=4096)
def moment(text: str) -> float | None:
    """Seconds since 1970 of an ISO 8601 date, or of a number of them; `None` if it is neither."""
    seconds = number(text)
    if seconds is not None:
        return seconds
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


@lru_cache(maxsize=4096)
def network(text: str) -> IPv4Network | IPv6Network | None:
    """An address or a range of them; `None` if it is neither."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
