"""What each resource uses at full scale: instances, classes, vCPU, memory and storage, templates followed."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from ..model import Capacity, Maybe, Place, Unknown
from .index import Index

if TYPE_CHECKING:
    from ..tenancy import Plan

_FAMILY_AND_SIZE = re.compile(
    r"(?:^|\.)([a-z][a-z0-9-]*\.(?:[0-9]*x?large|medium|small|micro|nano|metal[a-z0-9-]*))(?:\.|$)"
)


_SIZED = ("instances", "database", "cache", "search", "tasks")
"""What counts instances, nodes or tasks of a size."""


@dataclass(frozen=True, slots=True)
class Use:
    """What a resource uses at most.  `count` in instances, nodes or tasks; `vcpu`, `memory_gib` and `storage_gib` over
    all of them.  `sizes` are the types or classes that stand in the resource itself, not in its template.
    """

    at: Place
    measure: str
    service: str
    count: Maybe[float]
    sizes: Maybe[tuple[str, ...]]
    vcpu: Maybe[float]
    memory_gib: Maybe[float]
    storage_gib: Maybe[float]
    stack: str = ""
    """Of the pair's other stack that has it: `project/stack`."""

    @property
    def label(self) -> str:
        """The resource's URN, or `project/stack: name` where another stack has it."""
        return f"{self.stack}: {self.at.urn.rsplit('::', 1)[-1]}" if self.stack else self.at.urn

    @property
    def kind(self) -> str:
        """Its type, as plans name types: `dynamodb/table`."""
        return self.at.type.split(":")[1]


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of one thing that the plan bounds is used in sum.

    `name`: as the plan has it, `units.dynamodb` for a service's units.  `used`: what is known, added up.  `bound`: none
    if the plan has none.  `parts`: each resource's URN, or `project/stack: name` of another stack's, and its amount,
    largest first and the unknown last.  `missing`: what is not known.
    """

    name: str
    used: float
    bound: float | None
    parts: tuple[tuple[str, Maybe[float]], ...]
    missing: tuple[Unknown, ...]


_COUNTED = {
    "instances": "instances",
    "databases": "database",
    "cache_nodes": "cache",
    "search_nodes": "search",
    "tasks": "tasks",
}
_SUMMED = ("vcpu", "memory_gib", "storage_gib")


def amounts(uses: Sequence[Use], plan: "Plan") -> tuple[Amount, ...]:
    """What is used in sum, by what the plan bounds; nothing of what is neither used nor bounded."""
    found: dict[str, list[tuple[str, Maybe[float]]]] = {name: [] for name in (*_COUNTED, *_SUMMED)}
    for use in uses:
        for name in (*_COUNTED, *_SUMMED):
            found[name].append((use.label, _amount(use, name)))
    bounds = {name: getattr(plan.capacity, name) for name in found}
    made = [_summed(name, parts, bounds[name]) for name, parts in found.items()]
    return tuple(each for each in made if each.parts or each.bound is not None)


def _amount(use: Use, name: str) -> Maybe[float]:
    if name in _COUNTED:
        return use.count if use.measure == _COUNTED[name] else 0.0
    amount: Maybe[float] = getattr(use, name)
    return amount


def _summed(name: str, listed: Sequence[tuple[str, Maybe[float]]], bound: float | None) -> Amount:
    known: dict[str, float] = defaultdict(float)
    for label, amount in listed:
        if not isinstance(amount, Unknown) and amount != 0:
            known[label] += amount
    unknown = [(label, amount) for label, amount in listed if isinstance(amount, Unknown)]
    parts = sorted(known.items(), key=lambda part: (-part[1], part[0]))
    return Amount(name, sum(known.values()), bound, (*parts, *unknown), tuple(dict.fromkeys(u for _, u in unknown)))


def uses(index: Index) -> Iterator[Use]:
    """What the stack's resources use.  Templates stand for themselves with a count of none."""
    capacities = index.of(Capacity)
    templates = [c for c in capacities if c.measure == "template"]
    scalings = [c for c in capacities if c.measure == "scaling"]
    for capacity in capacities:
        if capacity.measure != "scaling":
            yield _use(capacity, templates, scalings, whole=index.stack.whole)
    for scaling in scalings:
        # While resources arrive, what it scales may still come.
        if index.stack.whole and not any(_targets(scaling, c) for c in capacities if c.measure != "scaling"):
            yield Use(scaling.at, "other", scaling.service, 0.0, (), 0.0, 0.0, 0.0)


def _use(capacity: Capacity, templates: Sequence[Capacity], scalings: Sequence[Capacity], *, whole: bool) -> Use:
    if capacity.measure == "template":
        return Use(capacity.at, "template", capacity.service, 0.0, capacity.sizes, 0.0, 0.0, 0.0)
    count = _most([capacity.count, *(s.count for s in scalings if _targets(s, capacity))])
    own, sizes, storage = _each(capacity), capacity.sizes, capacity.storage_gib
    if capacity.template is not None:
        template = _template(capacity.template, templates)
        missing = _missing(capacity.template)
        if template:
            storage = _plus(storage, template.storage_gib)
        elif whole:
            # While resources arrive, a template has no id yet by which it could be found.
            storage = _plus(storage, missing)
        if not sizes:
            own = _each(template) if template else (missing, missing)
            sizes = sizes if template or not whole or capacity.measure == "tasks" else missing
    elif not sizes and capacity.measure in _SIZED:
        sizes = _unsaid(capacity) if capacity.measure != "tasks" else sizes
    return Use(
        capacity.at,
        capacity.measure,
        capacity.service,
        count,
        sizes,
        _times(count, own[0]),
        _times(count, own[1]),
        _times(count, storage) if capacity.measure in _SIZED else storage,
    )


def _unsaid(capacity: Capacity) -> Unknown:
    return Unknown(f"which size {capacity.at.urn.rsplit('::', 1)[-1]} takes")


def _missing(template: Maybe[str]) -> Unknown:
    return template if isinstance(template, Unknown) else Unknown(f"the size in {template}, which another stack has")


def _each(capacity: Capacity) -> tuple[Maybe[float], Maybe[float]]:
    """vCPU and memory of one instance: as given, else of the largest of the sizes."""
    if capacity.vcpu is not None or capacity.memory_gib is not None:
        least = capacity.sizes if isinstance(capacity.sizes, Unknown) else 0.0
        return _or(capacity.vcpu, least), _or(capacity.memory_gib, least)
    if isinstance(capacity.sizes, Unknown):
        return capacity.sizes, capacity.sizes
    if not capacity.sizes and capacity.measure in (*_SIZED, "template"):
        return _unsaid(capacity), _unsaid(capacity)
    sizes = [_of_type(size) for size in capacity.sizes]
    return _most([vcpu for vcpu, _ in sizes]), _most([memory for _, memory in sizes])


def _of_type(size: str) -> tuple[Maybe[float], Maybe[float]]:
    """vCPU and memory of an instance type; classes (`db.m6g.large`, `r6g.large.search`) are named after their type."""
    found = _FAMILY_AND_SIZE.search(size)
    known = instance_types().get(found.group(1)) if found else None
    return known or (Unknown(f"the size of {size}"), Unknown(f"the size of {size}"))


@cache
def instance_types() -> dict[str, tuple[float, float]]:
    """EC2 instance type → vCPU and memory in GiB."""
    raw = json.loads(files(__package__).joinpath("instance_types.json").read_text(encoding="utf-8"))
    return {name: (float(vcpu), mib / 1024) for name, (vcpu, mib) in raw["types"].items()}


def _template(template: Maybe[str], templates: Sequence[Capacity]) -> Capacity | None:
    if isinstance(template, Unknown):
        found = [t for t in templates if t.at.urn in template.depends_on]
    else:
        found = [t for t in templates if _calls(template, t.names)]
    return found[0] if len(found) == 1 else None


def _targets(scaling: Capacity, capacity: Capacity) -> bool:
    if isinstance(scaling.target, Unknown):
        return capacity.at.urn in scaling.target.depends_on
    return scaling.target is not None and _calls(scaling.target, capacity.names)


def _calls(text: str, names: Sequence[str]) -> bool:
    """Does a text refer to one of the names: itself, as an ARN's or path's last part, with or without a revision?"""
    last = text.rsplit("/", 1)[-1]
    return any(name in (text, last, last.split(":", 1)[0]) for name in names)


def _most(values: Sequence[Maybe[float]]) -> Maybe[float]:
    unknown = next((value for value in values if isinstance(value, Unknown)), None)
    return unknown or max((v for v in values if not isinstance(v, Unknown)), default=0.0)


def _times(a: Maybe[float], b: Maybe[float]) -> Maybe[float]:
    if a == 0 or b == 0:
        return 0.0
    return a if isinstance(a, Unknown) else b if isinstance(b, Unknown) else a * b


def _plus(a: Maybe[float], b: Maybe[float]) -> Maybe[float]:
    return a if isinstance(a, Unknown) else b if isinstance(b, Unknown) else a + b


def _or(value: Maybe[float] | None, default: Maybe[float]) -> Maybe[float]:
    return default if value is None else value
