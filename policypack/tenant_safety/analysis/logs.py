"""Where logs end: routes followed hop by hop through the stack."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ..iam import matches
from ..model import LogGroup, LogRoute, LogSink, Maybe, Place, Unknown
from ..tenancy import Judged, Platform
from .index import Index, known

End = Literal["central", "own", "group", "foreign", "unknown"]


@dataclass(frozen=True, slots=True)
class LogEnd:
    """A route and where it ends.

    `end`: `central` (a central destination), `own` (a resource of the tenant's account), `group` (a log group of the
    own account, which has to be routed itself), `foreign` (another account's) or `unknown`.
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
    if isinstance(destination, str) and any(matches(p, destination) for p in platform.log_destinations):
        return "central", destination
    sinks = _sinks(index, destination)
    onward = [r for s in sinks for r in index.made_by((s.at.urn,), LogRoute) if r.source == "" and _forwards(r)]
    for route in onward:
        if route.at.urn not in seen:
            return _end(index, platform, judged, route.destination, seen | {route.at.urn})
    if sinks:
        return "own", destination
    if isinstance(destination, Unknown):
        return ("group", destination) if index.made_by(destination.depends_on, LogGroup) else ("unknown", destination)
    if destination.startswith("arn:aws:s3:::"):
        # A bucket's ARN has no account, so one that is not made here could be anybody's.
        return "unknown", destination
    account = destination.split(":")[4] if destination.count(":") >= 5 else ""
    if account not in judged.accounts:
        return ("foreign", destination) if account else ("unknown", destination)
    return ("group", destination) if ":log-group:" in destination else ("own", destination)


def _sinks(index: Index, destination: Maybe[str]) -> tuple[LogSink, ...]:
    if isinstance(destination, Unknown):
        found = index.made_by(destination.depends_on, LogSink)
        return found if len(found) == 1 else ()
    name = destination.rsplit(":", 1)[-1].rsplit("/", 1)[-1]
    return tuple(sink for sink in index.of(LogSink) if known(sink.name) == name)


def unrouted(index: Index, found: Sequence[LogEnd]) -> Iterator[Unrouted]:
    """Log groups that no complete route takes to the central account."""
    for group in index.of(LogGroup):
        routes = [end for end in found if _takes(index, end.route, group)]
        if any(end.end == "central" and not end.route.partial for end in routes):
            continue
        missing = tuple(end.last for end in routes if isinstance(end.last, Unknown) and end.end == "unknown")
        why = "; ".join(f"{end.route.at.urn.rsplit('::', 1)[1]}: {end.route.partial or _told(end)}" for end in routes)
        yield Unrouted(group, why, missing)


def _told(end: LogEnd) -> str:
    last = end.last if isinstance(end.last, str) else f"{end.last.path}, which is not known yet"
    return {"foreign": f"ends at {last}", "unknown": f"goes to {last}"}.get(end.end, f"stays at {last}")


def _takes(index: Index, route: LogRoute, group: LogGroup) -> bool:
    if route.source == "*":
        return _same(route.at, group.at)
    if isinstance(route.source, Unknown):
        return group in index.made_by(route.source.depends_on, LogGroup)
    return route.source != "" and route.source == known(group.name) and _same(route.at, group.at)


def _same(a: Place, b: Place) -> bool:
    """The same account and region, where both are known."""
    return known(a.account) == known(b.account) and known(a.region) == known(b.region)
