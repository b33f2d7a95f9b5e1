"""Where logs end: routes followed hop by hop through the stack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..iam import matches
from ..model import LogGroup, LogRoute, LogSink, Maybe, Place, Unknown
from .index import Index, known

if TYPE_CHECKING:
    from ..tenancy import Judged, Platform


End = Literal["central", "own", "group", "elsewhere", "foreign", "unknown"]
_WORST_FIRST: tuple[End, ...] = ("foreign", "unknown", "own", "elsewhere", "group", "central")
_BEFORE_NAME = {
    "logs": ("destination:", "delivery-destination:"),
    "firehose": ("deliverystream/",),
    "kinesis": ("stream/",),
}
"""What stands before the name of a sink in the last part of its ARN."""


@dataclass(frozen=True, slots=True)
class LogEnd:
    """A route and where it ends.

    `end`: `central` (a central destination), `own` (a resource of the tenant's account), `group` (a log group of the
    stack, which has to be routed itself), `elsewhere` (a log group of the own account that another stack makes),
    `foreign` (another account's) or `unknown`.
    `last` is the destination that this was read from.
    """

    route: LogRoute
    end: End
    last: Maybe[str]
    transport: bool
    """The route only forwards what others send to it."""


@dataclass(frozen=True, slots=True)
class Unrouted:
    """A log group without a sure route to the central account; `why` is empty where there is no route at all."""

    group: LogGroup
    why: str
    missing: tuple[Unknown, ...]


def ends(index: Index, platform: Platform, judged: Judged) -> Iterator[LogEnd]:
    """Each route of the stack with its end."""
    sinks = {sink.at.urn for sink in index.of(LogSink)}
    for route in index.of(LogRoute):
        end, last = _end(index, platform, judged, route.destination, frozenset({route.at.urn}))
        yield LogEnd(route, end, last, route.at.urn in sinks and route.source == "" and _forwards(route))


def _forwards(route: LogRoute) -> bool:
    return "bucket:" not in route.at.type.lower()


def _end(
    index: Index, platform: Platform, judged: Judged, destination: Maybe[str], seen: frozenset[str]
) -> tuple[End, Maybe[str]]:
    sinks = received_by(index, destination)
    onward = [r for s in sinks for r in index.made_by((s.at.urn,), LogRoute) if r.source == "" and _forwards(r)]
    # What is only backed up does not arrive there; of several real ends the worst counts.
    onward = [r for r in onward if r.partial == ""] or onward
    found = [
        _end(index, platform, judged, route.destination, seen | {route.at.urn})
        for route in onward
        if route.at.urn not in seen
    ]
    if found:
        return min(found, key=lambda end: _WORST_FIRST.index(end[0]))
    if sinks:
        # Something of this stack's that is called like a central one is still this stack's.
        return "own", destination
    if isinstance(destination, Unknown):
        groups = index.made_by(destination.depends_on, LogGroup)
        mixed = index.made_by(destination.depends_on, LogSink)
        return ("group" if groups and not mixed else "unknown"), destination
    if any(matches(pattern, destination) for pattern in platform.log_destinations):
        return "central", destination
    if destination.startswith("arn:aws:s3:::"):
        # A bucket's ARN has no account, so one that is not made here could be anybody's.
        return "unknown", destination
    account = destination.split(":")[4] if destination.count(":") >= 5 else ""
    if account not in judged.accounts:
        return ("foreign", destination) if account else ("unknown", destination)
    if ":log-group:" not in destination:
        return "own", destination
    name = destination.split(":log-group:", 1)[1].removesuffix(":*").split(":log-stream:", 1)[0]
    return ("group" if any(known(group.name) == name for group in index.of(LogGroup)) else "elsewhere"), destination


def received_by(index: Index, destination: Maybe[str]) -> tuple[LogSink, ...]:
    if isinstance(destination, Unknown):
        found = index.made_by(destination.depends_on, LogSink)
        return found if len(found) == 1 else ()
    return tuple(sink for name in _names(destination) for sink in index.named(LogSink, name) if _is(sink, destination))


def _names(destination: str) -> tuple[str, ...]:
    """What a sink may be called that an ARN, or a name, names."""
    fields = destination.split(":", 5)
    if len(fields) < 6:
        return (destination,)
    service, resource = fields[2], fields[5]
    if service == "s3":
        return (resource.split("/", 1)[0],)
    return tuple(resource.removeprefix(each) for each in _BEFORE_NAME.get(service, ()) if resource.startswith(each))


def _is(sink: LogSink, destination: str) -> bool:
    """Does an ARN that has a sink's name mean this one?  A bucket's has no account; any other's does."""
    fields = destination.split(":", 5)
    if len(fields) < 6:
        return True
    service, region, account = fields[2:5]
    if service == "s3":
        return service in sink.at.type
    kind = {"logs": "cloudwatch"}.get(service, service)
    return kind in sink.at.type.lower() and (region, account) == (sink.at.region, sink.at.account)


def unrouted(index: Index, found: Sequence[LogEnd]) -> Iterator[Unrouted]:
    """Log groups that no complete route takes to the central account."""
    for group in index.of(LogGroup):
        routes = [end for end in found if _takes(index, end.route, group)]
        maybe = tuple(s for end in found if isinstance(s := end.route.source, Unknown) and _may_take(index, s, group))
        if group.routable is True and any(end.end == "central" and end.route.partial == "" for end in routes):
            continue
        missing = tuple(end.last for end in routes if isinstance(end.last, Unknown) and end.end == "unknown")
        missing += tuple(
            p for end in routes if end.end in ("central", "unknown") and isinstance(p := end.route.partial, Unknown)
        )
        missing = tuple(dict.fromkeys((*missing, *maybe)))
        why = "; ".join(f"{end.route.at.urn.rsplit('::', 1)[1]}: {_told(end)}" for end in routes)
        if isinstance(group.routable, Unknown):
            why = f"{group.routable.path} is not known yet, and a group of some classes can't have subscriptions"
            missing += (group.routable,)
        elif not group.routable:
            why, missing = "a group of its class can't have subscriptions", ()
        yield Unrouted(group, why, missing)


def _told(end: LogEnd) -> str:
    if isinstance(end.route.partial, Unknown):
        return f"{end.route.partial.path} is not known yet, and may keep logs back"
    if end.route.partial:
        return end.route.partial
    last = end.last if isinstance(end.last, str) else f"{end.last.path}, which is not known yet"
    return {"foreign": f"ends at {last}", "unknown": f"goes to {last}"}.get(end.end, f"stays at {last}")


def _takes(index: Index, route: LogRoute, group: LogGroup) -> bool:
    if route.source == "*":
        return _same(route.at, group.at)
    if isinstance(route.source, Unknown):
        return index.made_by(route.source.depends_on, LogGroup) == (group,)
    return route.source != "" and route.source == known(group.name) and _same(route.at, group.at)


def _may_take(index: Index, source: Unknown, group: LogGroup) -> bool:
    """May a route whose log group is not known take this one?  One that comes from a single group takes that."""
    made = index.made_by(source.depends_on, LogGroup)
    return not made or (len(made) > 1 and group in made)


def _same(a: Place, b: Place) -> bool:
    """The same account and region; where one is not known, then those of the same provider."""
    if isinstance(a.account, Unknown) or isinstance(b.account, Unknown):
        return a.provider == b.provider and a.region == b.region
    return a.account == b.account and a.region == b.region
