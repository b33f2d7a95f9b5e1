"""Condition keys: who sets them, and which values of a key the conditions of a question can tell apart.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import combinations, pairwise

from .conditions import Operator, holds, moment, network, number
from .effort import TooComplex, spend
from .patterns import Pattern, classes, compiled, shortest
from .services import is_multivalued
from .wildcards import literal

_PLATFORM = frozenset(
    {
        "aws:federatedprovider",
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principaltype",
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:resourceorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourcevpc",
        "aws:sourcevpcarn",
        "aws:sourcevpce",
        "aws:username",
    }
)

MAX_ELEMENTS = 6
"""Kinds of elements of a multi-valued key of which all sets are looked at."""


def is_fixed_by_platform(key: str) -> bool:
    """Is a key (lower case) set by what the platform has made, and not by who makes the request?

    Organization, account, tags of the principal and of the resource, network.  All others (request tags, session tags
    and names, source identity, parameters, time, address) the caller chooses.
    """
    return (
        key in _PLATFORM
        or key.startswith(("aws:principaltag/", "s3:existingobjecttag/"))
        or key.partition(":")[2].startswith("resourcetag/")
    )


@dataclass(frozen=True, slots=True)
class Atom:
    """One condition over one key: the operator and the wanted values, in which no variable is left."""

    how: Operator
    key: str
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """The classes of values of one key that some conditions can tell apart, a representative each.

    The last is (): the key is absent.  `truth` has for each atom the classes (bits) in which it holds.  `exact` is
    false where there may be classes that were not found.
    """

    classes: tuple[tuple[str, ...], ...]
    truth: dict[Atom, int]
    exact: bool

    @property
    def all(self) -> int:
        return (1 << len(self.classes)) - 1


@lru_cache(maxsize=512)
def domain(key: str, atoms: tuple[Atom, ...]) -> Domain:
    """The domain of a key under the conditions over it.  Raises `TooComplex`."""
    values, exact = _representatives([atom for atom in atoms if atom.how.family != "null"])
    sets: list[tuple[str, ...]] = [(value,) for value in values]
    if is_multivalued(key) or any(atom.how.quantifier for atom in atoms):
        kinds = _told_apart(key, sets, atoms)
        sizes = len(kinds) if len(kinds) <= MAX_ELEMENTS else 2
        exact = exact and sizes == len(kinds)
        sets = [sum(chosen, ()) for size in range(1, sizes + 1) for chosen in combinations(kinds, size)]
    found = (*_told_apart(key, sets, atoms), ())
    truth = {
        atom: sum(
            1 << i
            for i, values in enumerate(found)
            if holds(atom.how, key, atom.wanted, {key: values}, variables=False)
        )
        for atom in atoms
    }
    return Domain(found, truth, exact)


def _told_apart(key: str, sets: Iterable[tuple[str, ...]], atoms: Sequence[Atom]) -> list[tuple[str, ...]]:
    """The first of those that no atom tells apart."""
    kinds: dict[tuple[bool, ...], tuple[str, ...]] = {}
    work = sum(1 + len(atom.wanted) for atom in atoms)
    for values in sets:
        spend(work * len(values))
        kinds.setdefault(
            tuple(holds(atom.how, key, atom.wanted, {key: values}, variables=False) for atom in atoms), values
        )
    return list(kinds.values())


def _representatives(atoms: Sequence[Atom]) -> tuple[list[str], bool]:
    """Values among which is one of each class, and whether that is sure."""
    families = {"string" if atom.how.family == "arn" else atom.how.family for atom in atoms} or {"string"}
    exact = len(families) == 1
    found: list[str] = []
    for family in sorted(families):
        of_family = [
            atom for atom in atoms if atom.how.family == family or (atom.how.family, family) == ("arn", "string")
        ]
        wanted = list(dict.fromkeys(text for atom in of_family for text in atom.wanted))
        match family:
            case "string":
                texts, complete = _texts(of_family)
                found += texts
                exact = exact and complete
            case "number":
                found += [
                    f"{value:g}" if float(f"{value:g}") == value else repr(value) for value in _between(wanted, number)
                ]
            case "date":
                found += [_date(value) for value in _between(wanted, moment)]
            case "ip":
                found += _addresses(wanted)
            case "bool":
                found += ["true", "false"]
            case _:
                found += [*wanted, "eA=="]
    return found, exact


def _texts(atoms: Sequence[Atom]) -> tuple[list[str], bool]:
    patterns = list(dict.fromkeys(pattern for atom in atoms for pattern in _patterns(atom)))
    try:
        return list(classes(compiled("*"), patterns).values()), True
    except TooComplex:
        return ["", "x", *(text for atom in atoms for text in atom.wanted)], False


def members(atom: Atom, within: str) -> Iterator[str]:
    """For each wanted value a shortest member of `within`, a pattern of ARNs, that it accepts.  Raises `TooComplex`."""
    for pattern in _patterns(atom):
        found = shortest((pattern, compiled(within, "arn")))
        if found is not None:
            yield found


def _patterns(atom: Atom) -> Iterable[Pattern]:
    for text in atom.wanted:
        match atom.how.name:
            case "StringEquals":
                yield compiled(literal(text))
            case "StringEqualsIgnoreCase":
                yield compiled(literal(text), "fold")
            case "StringLike":
                yield compiled(text)
            case _:
                yield compiled(text, "arn")


def _between(wanted: Iterable[str], read: Callable[[str], float | None]) -> list[float]:
    """The wanted values, and one value between each two, below the first and above the last."""
    points = sorted({value for text in wanted if (value := read(text)) is not None})
    if not points:
        return [0.0]
    between = [(a + b) / 2 for a, b in pairwise(points)]
    return [*points, *between, points[0] - 1, points[-1] + 1]


def _date(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return repr(seconds)


def _addresses(wanted: Iterable[str]) -> list[str]:
    """The first address of every stretch between the borders of the networks; those of both versions."""
    found = {"0.0.0.0": None, "::": None}
    for text in wanted:
        if net := network(text):
            found[str(net.network_address)] = None
            if int(net.broadcast_address) + 1 < 1 << net.max_prefixlen:
                found[str(net.broadcast_address + 1)] = None
    return list(found)
