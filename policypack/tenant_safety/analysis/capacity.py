"""What each resource uses at full scale: instances, classes, vCPU, memory and storage, templates followed."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from math import ceil
from typing import TYPE_CHECKING

from ..model import Capacity, Launch, Maybe, Place, Stack, Unknown
from .index import Index

if TYPE_CHECKING:
    from ..tenancy import Capacities, Plan

_FAMILY_AND_SIZE = re.compile(
    r"(?:^|\.)([a-z][a-z0-9-]*\.(?:[0-9]*x?large|medium|small|micro|nano|metal[a-z0-9-]*))(?:\.|$)"
)


_SIZED = ("instances", "database", "cache", "search", "tasks", "units")
"""What counts instances, nodes, tasks or units of a size."""
_SERVERLESS = ("db.serverless",)


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

    def named_in(self, bounds: Mapping[str, float]) -> str:
        """Under which name a plan bounds its units: of its type, else of its service."""
        return self.kind if self.kind in bounds else self.service


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


def amounts(uses: Sequence[Use], plan: Plan) -> tuple[Amount, ...]:
    """What is used in sum, by what the plan bounds; nothing of what is neither used nor bounded.

    What the plan accepts without a bound counts nowhere.
    """
    bounds = plan.capacity
    counted = [use for use in uses if not accepted(use, bounds)]
    made = [
        _summed(name, [(use.label, _amount(use, name)) for use in counted], getattr(bounds, name))
        for name in (*_COUNTED, *_SUMMED)
    ]
    of_units = [use for use in counted if use.measure == "units"]
    keys = dict.fromkeys((*bounds.units, *(use.named_in(bounds.units) for use in of_units)))
    made += [
        _summed(
            f"units.{key}",
            [(use.label, use.count) for use in of_units if use.named_in(bounds.units) == key],
            bounds.units.get(key),
        )
        for key in keys
    ]
    return tuple(each for each in made if each.parts or each.bound is not None)


def accepted(use: Use, bounds: Capacities) -> bool:
    """Does the plan take it without a bound?  What it bounds it takes only up to that."""
    if use.measure not in ("units", "other"):
        return False
    bounded = use.measure == "units" and any(use.named_in(of) in of for of in (bounds.units, bounds.units_per_resource))
    return not bounded and (use.kind in bounds.unmeasured or use.service in bounds.unmeasured)


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


class _Side:
    """Capacities among which names are looked up: one stack's, and those of the pair's others."""

    def __init__(self, listed: Sequence[Capacity], *, whole: bool) -> None:
        self.whole = whole
        self.listed = listed
        self.templates = [c for c in listed if c.measure == "template"]
        self.replicas = [c for c in listed if c.measure == "replicas"]
        self.scalings = [self._through(c) for c in listed if c.measure == "scaling"]
        self.scaled = [c for c in listed if c.measure not in ("scaling", "replicas")]

    def _through(self, scaling: Capacity) -> Capacity:
        """What scales an endpoint scales what that runs."""
        ends = (c for c in self.templates if c.target is not None and _targets(replace(scaling, pool=""), c))
        return next((replace(scaling, target=each.target) for each in ends), scaling)

    def scaling(self, capacity: Capacity) -> list[Capacity]:
        return [each for each in self.scalings if _targets(each, capacity)]


def uses(index: Index, others: Sequence[Stack] = ()) -> Iterator[Use]:
    """What the stack's resources use.  Templates stand for themselves with a count of none.

    `others` are the pair's other stacks, where a template may be found, or what scales a resource here.
    """
    own = index.of(Capacity)
    side = _Side([*own, *_of(others)], whole=index.stack.whole)
    yield from _merged([_use(c, side) for c in own if c.measure not in ("scaling", "replicas")])
    yield from (_replicas(c, side) for c in own if c.measure == "replicas")
    for scaling in side.scalings[: sum(c.measure == "scaling" for c in own)]:
        # While resources arrive, what it scales may still come.
        if index.stack.whole and not any(_targets(scaling, c) for c in side.scaled):
            yield Use(scaling.at, "other", scaling.service, 0.0, (), 0.0, 0.0, 0.0)


def uses_elsewhere(index: Index, others: Sequence[Stack]) -> Iterator[Use]:
    """What the pair's other stacks use, as far as it adds to sums."""
    for stack in others:
        rest = [each for each in others if each is not stack]
        side = _Side([*_of([stack]), *index.of(Capacity), *_of(rest)], whole=True)
        name = f"{stack.project}/{stack.name}"
        own = _of([stack])
        found = [_use(c, side) for c in own if c.measure not in ("scaling", "replicas")]
        found += [_replicas(c, side) for c in own if c.measure == "replicas"]
        yield from (replace(use, stack=name) for use in _merged(found))


def _of(stacks: Sequence[Stack]) -> list[Capacity]:
    return [part for stack in stacks for part in stack.parts if isinstance(part, Capacity)]


def _merged(found: Sequence[Use]) -> Iterator[Use]:
    """Each resource once for each measure: what its parts use, added up."""
    by_resource: dict[tuple[str, str], list[Use]] = defaultdict(list)
    for use in found:
        by_resource[use.at.urn, use.measure].append(use)
    for listed in by_resource.values():
        yield replace(
            listed[0],
            count=_total([use.count for use in listed]),
            sizes=_all([use.sizes for use in listed]),
            vcpu=_total([use.vcpu for use in listed]),
            memory_gib=_total([use.memory_gib for use in listed]),
            storage_gib=_total([use.storage_gib for use in listed]),
        )


def _all(listed: Sequence[Maybe[tuple[str, ...]]]) -> Maybe[tuple[str, ...]]:
    unknown = next((sizes for sizes in listed if isinstance(sizes, Unknown)), None)
    return unknown or tuple(dict.fromkeys(s for sizes in listed if not isinstance(sizes, Unknown) for s in sizes))


def _use(capacity: Capacity, side: _Side) -> Use:
    if capacity.measure == "template":
        return Use(capacity.at, "template", capacity.service, 0.0, capacity.sizes, 0.0, 0.0, 0.0)
    scalings = side.scaling(capacity)
    count = _times(_counted(capacity, scalings, side), _members(capacity, side))
    sizes = _all([capacity.sizes, *(s.sizes for s in scalings)])
    storage = _most([capacity.storage_gib, *(s.count for s in scalings if s.pool == "storage")])
    vcpu, memory = _each(replace(capacity, sizes=sizes), count)
    if capacity.sizes == _SERVERLESS and side.whole and not any(_grows(c, capacity) for c in side.listed):
        vcpu = memory = Unknown(f"how far the cluster of {_name(capacity)} lets it grow")
    launched = [_launched(launch, side) for launch in capacity.launches]
    if launched:
        # While resources arrive, a template has no id yet by which it could be found.
        found = [each for each in launched if side.whole or isinstance(each, Capacity)]
        storage = _plus(storage, _most([e.storage_gib if isinstance(e, Capacity) else e for e in found]))
        sized = [e for e, of in zip(launched, capacity.launches, strict=True) if of.sized or not capacity.sizes]
        if sized:
            totals = [
                _each(e, count) if isinstance(e, Capacity) else (_times(count, e), _times(count, e)) for e in sized
            ]
            own = [(vcpu, memory)] if capacity.sizes else []
            vcpu, memory = _most([v for v, _ in (*own, *totals)]), _most([m for _, m in (*own, *totals)])
            missing = next((e for e in sized if isinstance(e, Unknown)), None)
            if missing and side.whole and capacity.measure != "tasks":
                sizes = missing
    elif not sizes and capacity.measure in _SIZED and capacity.measure not in ("tasks", "units"):
        sizes = _unsaid(capacity)
    return Use(
        capacity.at,
        capacity.measure,
        capacity.service,
        _instances(capacity, count),
        sizes,
        vcpu,
        memory,
        _times(_instances(capacity, count), storage) if capacity.measure in _SIZED else storage,
    )


def _counted(capacity: Capacity, scalings: Sequence[Capacity], side: _Side) -> Maybe[float]:
    """How many there are at the most, by itself and by what scales it."""
    count = capacity.count
    if capacity.counted_by is not None:
        template = _template(capacity.counted_by, side.templates)
        # While resources arrive, it has no id yet by which it could be found.
        count = template.count if template else _missing(capacity.counted_by, "count") if side.whole else 0.0
    count = _most([count, *(s.count for s in scalings if s.pool in ("", capacity.pool))])
    if capacity.sharded is None:
        return count
    shards, replicas = (
        _most([own, *(s.count for s in scalings if s.pool == pool)])
        for own, pool in zip(capacity.sharded, ("shards", "replicas"), strict=True)
    )
    return _most([count, _times(shards, _plus(1.0, replicas))])


def _members(capacity: Capacity, side: _Side) -> Maybe[float]:
    """How often a cluster's units, or an endpoint's instances, are there."""
    if not capacity.by_members:
        return 1.0
    listed = [c for c in side.listed if c.measure == "template" or c.sizes == _SERVERLESS]
    found: list[Maybe[float]] = [1.0 for member in listed if _names(member.target or "", capacity)]
    found += [r.count for r in side.replicas if found and _names(r.target or "", capacity)]
    return _most([1.0, _total(found)])


def _replicas(scaling: Capacity, side: _Side) -> Use:
    """Databases that are added to a cluster, of the class that it has.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Integrating.AutoScaling.html
    """
    databases = [c for c in side.listed if c.measure == "database"]
    alike = [c for c in databases if _same(c.target or "", scaling.target or "", side)]
    sizes = _all([c.sizes for c in alike])
    if not alike and side.whole:
        sizes = Unknown(f"the class of the instances that {_name(scaling)} adds")
    # What is serverless is counted with its cluster.
    added = replace(scaling, measure="database", sizes=sizes)
    vcpu, memory = (0.0, 0.0) if sizes == _SERVERLESS else _each(added, scaling.count)
    return Use(scaling.at, "database", scaling.service, scaling.count, sizes, vcpu, memory, 0.0)


def _same(one: Maybe[str], other: Maybe[str], side: _Side) -> bool:
    """Do both name one cluster?"""
    return one == other or any(_names(one, c) and _names(other, c) for c in side.templates)


def _grows(cluster: Capacity, member: Capacity) -> bool:
    return cluster.by_members and _names(member.target or "", cluster)


def _instances(capacity: Capacity, count: Maybe[float]) -> Maybe[float]:
    """How many instances so much capacity comes to, if all are of the lightest size."""
    if isinstance(count, Unknown) or not capacity.weights:
        return count
    return float(ceil(count / min(weight for _, weight in capacity.weights)))


def _name(capacity: Capacity) -> str:
    return capacity.at.urn.rsplit("::", 1)[-1]


def _unsaid(capacity: Capacity) -> Unknown:
    return Unknown(f"which size {_name(capacity)} takes")


def _missing(template: Maybe[str], what: str = "size") -> Unknown:
    return template if isinstance(template, Unknown) else Unknown(f"the {what} in {template}, which another stack has")


def _launched(launch: Launch, side: _Side) -> Capacity | Unknown:
    """The template as far as it was read: what a resource says is of the latest version."""
    template = _template(launch.template, side.templates)
    if template is None:
        return _missing(launch.template)
    return _other_version(launch.version, template) or template


def _other_version(version: Maybe[str] | None, template: Capacity) -> Unknown | None:
    """A version that is not the one that was read; nobody has read what it says."""
    latest, default = template.versions or ("", "")
    if isinstance(version, Unknown):
        return None if template.at.urn in version.depends_on else version
    if version in (None, "", "$Default"):
        same = not latest or not default or latest == default
    else:
        same = version in ("$Latest", latest, default)
    return None if same else Unknown(f"what version {version or '$Default'} of {_name(template)} says")


def _each(capacity: Capacity, count: Maybe[float]) -> tuple[Maybe[float], Maybe[float]]:
    """vCPU and memory of all: as given for each, else of the largest of the sizes, each as often as its weight says."""
    if capacity.vcpu is not None or capacity.memory_gib is not None:
        least = capacity.sizes if isinstance(capacity.sizes, Unknown) else 0.0
        return _times(count, _or(capacity.vcpu, least)), _times(count, _or(capacity.memory_gib, least))
    if isinstance(capacity.sizes, Unknown):
        return _times(count, capacity.sizes), _times(count, capacity.sizes)
    if not capacity.sizes and capacity.measure in (*_SIZED, "template") and capacity.measure != "units":
        return _times(count, _unsaid(capacity)), _times(count, _unsaid(capacity))
    weights = dict(capacity.weights)
    listed = [
        (_of_node(size) if capacity.measure == "units" else _of_type(size), _over(count, weights.get(size, 1.0)))
        for size in capacity.sizes
    ]
    return (
        _most([_times(number, vcpu) for (vcpu, _), number in listed]),
        _most([_times(number, memory) for (_, memory), number in listed]),
    )


def _over(count: Maybe[float], weight: float) -> Maybe[float]:
    return count if isinstance(count, Unknown) else float(ceil(count / weight))


def _of_node(size: str) -> tuple[Maybe[float], Maybe[float]]:
    """Of a node's size, if it is named after a type of EC2's; of others plans say which there may be and how many."""
    found = _FAMILY_AND_SIZE.search(size)
    return (instance_types().get(found.group(1)) if found else None) or (0.0, 0.0)


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
    if scaling.of not in ("", capacity.service) or scaling.target is None:
        return False
    if scaling.pool not in ("", capacity.pool, "storage", "shards", "replicas"):
        return False
    return _names(scaling.target, capacity)


def _names(text: Maybe[str], capacity: Capacity) -> bool:
    """Is a text the name of a resource, or made of what it gives?"""
    if isinstance(text, Unknown):
        return capacity.at.urn in text.depends_on
    return _calls(text, capacity.names)


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


def _total(listed: Sequence[Maybe[float]]) -> Maybe[float]:
    unknown = next((value for value in listed if isinstance(value, Unknown)), None)
    return unknown or sum(v for v in listed if not isinstance(v, Unknown))


def _or(value: Maybe[float] | None, default: Maybe[float]) -> Maybe[float]:
    return default if value is None else value
