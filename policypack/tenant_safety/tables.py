"""What people look at more often than at findings: where each log of a pair ends, and its capacity against the plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .analysis import Facts
from .intake.table import table
from .model import Maybe, Opaque, Stack, Unknown, Unreadable

if TYPE_CHECKING:
    from .analysis.capacity import Amount
    from .analysis.logs import Routed
    from .states import Owned

Told = Literal["ok", "violated", "undetermined"]
_WORST_FIRST: tuple[Told, ...] = ("violated", "undetermined", "ok")
Family = Literal["logs", "capacity"]


@dataclass(frozen=True, slots=True)
class Unread:
    """A resource of which nobody can say what it means for a table."""

    urn: str
    why: str


@dataclass(frozen=True, slots=True)
class RouteTable:
    """The logs of one stack of a pair, and where they end."""

    stack: Stack
    plan: str
    rows: tuple[Routed, ...]
    unread: tuple[Unread, ...]

    @property
    def verdict(self) -> Told:
        return _worst([*(row.verdict for row in self.rows), *_undetermined(self.unread)])


@dataclass(frozen=True, slots=True)
class Used:
    """What a resource of one of the pair's projects uses; not known where it is an `Unknown`."""

    project: str
    resource: str
    amount: Maybe[float]


@dataclass(frozen=True, slots=True)
class Bound:
    """What a pair uses of one thing that the plan bounds, and by what.  `most`: none if the plan does not say."""

    name: str
    used: float
    most: float | None
    parts: tuple[Used, ...]
    missing: tuple[Unknown, ...]

    @property
    def left(self) -> float | None:
        """How much of it is left; less than nothing where it is too much."""
        return None if self.most is None else self.most - self.used

    @property
    def verdict(self) -> Told:
        if self.most is not None and self.used > self.most:
            return "violated"
        return "undetermined" if self.missing or (self.most is None and self.parts) else "ok"


@dataclass(frozen=True, slots=True)
class CapacityTable:
    """What a pair uses, summed over those of its stacks that were given."""

    name: str
    plan: str
    stacks: tuple[Stack, ...]
    bounds: tuple[Bound, ...]
    unread: tuple[Unread, ...]

    @property
    def verdict(self) -> Told:
        return _worst([*(bound.verdict for bound in self.bounds), *_undetermined(self.unread)])


def route_table(owned: Owned) -> RouteTable:
    """The logs of a stack, by resource."""
    facts = Facts(owned.stack, owned.claim)
    rows = sorted(facts.routes, key=lambda row: (_name(row.urn), row.urn, row.what, row.at, row.hops, row.why))
    return RouteTable(owned.stack, facts.judged.plan_name, tuple(rows), tuple(_unread(facts, "logs")))


def capacity_table(pair: Sequence[Owned]) -> CapacityTable:
    """What the given stacks of one pair use in sum."""
    first, *others = pair
    facts = Facts(first.stack, first.claim, others=tuple(each.stack for each in others))
    unread = [each for owned in pair for each in _unread(Facts(owned.stack, owned.claim), "capacity")]
    return CapacityTable(
        first.stack.name,
        facts.judged.plan_name,
        tuple(each.stack for each in pair),
        tuple(_bound(amount, first.stack.project) for amount in facts.amounts),
        tuple(unread),
    )


def worst(tables: Iterable[RouteTable | CapacityTable]) -> Told:
    """The verdict on all of them."""
    return _worst(each.verdict for each in tables)


def _undetermined(unread: Iterable[Unread]) -> Iterator[Told]:
    """What is not read, could be anything."""
    for _ in unread:
        yield "undetermined"


def _worst(verdicts: Iterable[Told]) -> Told:
    return min(verdicts, key=_WORST_FIRST.index, default="ok")


def _bound(amount: Amount, project: str) -> Bound:
    parts = [_used(label, part, project) for label, part in amount.parts]
    parts.sort(key=lambda p: (0.0 if isinstance(p.amount, Unknown) else -p.amount, p.project, p.resource))
    return Bound(amount.name, amount.used, amount.bound, tuple(parts), amount.missing)


def _used(label: str, amount: Maybe[float], project: str) -> Used:
    """A part by its label: the URN of the first stack's own, `project/stack: name` of another's."""
    if label.startswith("urn:"):
        return Used(project, _name(label), amount)
    stack, _, name = label.partition(": ")
    return Used(stack.partition("/")[0], name, amount)


def _unread(facts: Facts, family: Family) -> Iterator[Unread]:
    """What could be anything, or is a log's or uses capacity and can't be read; the same once."""
    found = [
        Unread(part.at.urn, f"{part.path}: {part.problem}")
        for part in facts.of(Unreadable)
        if part.path == "the resource" or any(role.family == family for role in table().roles.get(part.at.type) or ())
    ]
    found += [Unread(part.at.urn, part.why) for part in facts.of(Opaque)]
    yield from sorted(set(found), key=lambda each: (_name(each.urn), each.urn, each.why))


def _name(urn: str) -> str:
    return urn.split("::", 3)[-1]
