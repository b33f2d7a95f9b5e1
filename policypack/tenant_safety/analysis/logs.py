"""Where logs end: routes followed hop by hop through the stack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from ..iam import matches
from ..model import BucketKey, Expiry, LogGroup, LogRoute, LogSink, LogSource, LogTap, Maybe, Place, Unknown
from .index import Index, known

if TYPE_CHECKING:
    from ..tenancy import Judged, Plan, Platform
    from .chains import Cast


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
    hops: tuple[str, ...] = ()
    """The URNs of the stack's own resources on the way, the last of them where it ends if that is one."""
    partial: Maybe[str] = ""
    """What keeps some of the logs back, in the route or further on."""


@dataclass(frozen=True, slots=True)
class Unrouted:
    """A log group without a sure route to the central account; `why` is empty where there is no route at all."""

    group: LogGroup
    why: str
    missing: tuple[Unknown, ...]


@dataclass(frozen=True, slots=True)
class Silent:
    """Something that has to log and does not, or may not."""

    source: LogSource
    why: str
    missing: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class Routed:
    """A row of a stack's table of logs: what `urn` logs and where that ends.

    `what`: a log group's name, or the property that names the destination, or the kind of what logs nothing.  `hops`
    are names of the stack's resources.  `end` is as of `LogEnd`, or `account-policy` (another stack's takes it) or
    `nowhere`; `at` names it.
    """

    urn: str
    what: str
    hops: tuple[str, ...]
    end: End | Literal["account-policy", "nowhere"]
    at: str
    verdict: Literal["ok", "violated", "undetermined"]
    why: str = ""


def ends(index: Index, platform: Platform, judged: Judged) -> Iterator[LogEnd]:
    """Each route of the stack with its end."""
    sinks = {sink.at.urn for sink in index.of(LogSink)}
    for route in index.of(LogRoute):
        transport = route.at.urn in sinks and route.source == "" and _forwards(route)
        yield _end(index, platform, judged, LogEnd(route, "unknown", route.destination, transport))


def _forwards(route: LogRoute) -> bool:
    return "bucket:" not in route.at.type.lower()


def _end(index: Index, platform: Platform, judged: Judged, before: LogEnd) -> LogEnd:
    """The end of what has come to `before.last`, by the routes before it."""
    route = before.route
    before = replace(before, partial=before.partial or route.partial)
    sinks = received_by(index, before.last)
    urns = tuple(dict.fromkeys(sink.at.urn for sink in sinks))
    seen = (route.at.urn, *before.hops)
    here = replace(before, hops=(*before.hops, *(urn for urn in urns if urn not in before.hops)))
    onward = [each for each in _onward(index, sinks) if each.at.urn not in seen]
    # What is only backed up does not arrive there; of several real ends the worst counts.
    onward = [each for each in onward if each.partial == ""] or onward
    found = [
        replace(_end(index, platform, judged, replace(here, route=each, last=each.destination)), route=route)
        for each in onward
    ]
    if found:
        return min(found, key=lambda end: _WORST_FIRST.index(end.end))
    # Something of this stack's that is called like a central one is still this stack's.
    if sinks:
        return replace(here, end="own")
    end, last = _outside(index, platform, judged, before.last)
    return replace(here, end=end, last=last)


def _onward(index: Index, sinks: Sequence[LogSink]) -> Iterator[LogRoute]:
    """Where sinks send on what they receive, or other sinks take it from them.

    Logs about a sink, as those of who reads a bucket, are not what it holds.
    """
    yield from (r for s in sinks for r in index.made_by((s.at.urn,), LogRoute) if r.source == "" and _forwards(r))
    for taker in index.of(LogSink):
        for route in index.made_by((taker.at.urn,), LogRoute):
            if route.about is not None and set(received_by(index, route.about)) & set(sinks):
                yield route


def _outside(index: Index, platform: Platform, judged: Judged, destination: Maybe[str]) -> tuple[End, Maybe[str]]:
    """The end of a route to what none of the stack's sinks is."""
    if isinstance(destination, Unknown):
        groups = index.made_by(destination.depends_on, LogGroup)
        mixed = index.made_by(destination.depends_on, LogSink)
        return ("group" if groups and not mixed else "unknown"), destination
    if any(matches(pattern, destination) for pattern in platform.log_destinations):
        return "central", destination
    if destination.startswith("arn:aws:s3:::"):
        # A bucket's ARN has no account, so one that is not made here could be anybody's.
        return "unknown", destination
    region, account = destination.split(":")[3:5] if destination.count(":") >= 5 else ("", "")
    if account not in judged.accounts:
        return ("foreign", destination) if account else ("unknown", destination)
    if ":log-group:" not in destination:
        return "own", destination
    name = destination.split(":log-group:", 1)[1].removesuffix(":*").split(":log-stream:", 1)[0]
    regions = {known(group.at.region) for group in index.of(LogGroup) if known(group.name) == name}
    made = bool(regions & {region, ""}) or (bool(regions) and region == "")
    return ("group" if made or routed_by_others(index, platform, judged, region) else "elsewhere"), destination


def receiving(index: Index) -> tuple[LogSink, ...]:
    """What receives the logs of this stack, hop by hop."""
    forwarding = {sink.at.urn for sink in index.of(LogSink)}
    logs = [route for route in index.of(LogRoute) if not route.metrics]
    waiting = [route for route in logs if route.source != "" or route.at.urn not in forwarding]
    found: dict[str, LogSink] = {}
    while waiting:
        for sink in received_by(index, waiting.pop().destination):
            if sink.at.urn not in found:
                found[sink.at.urn] = sink
                waiting += _onward(index, [sink])
    return tuple(found.values())


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


def kept(index: Index) -> Iterator[LogGroup]:
    """The log groups, each once: one that a service would make is not made where a resource is that group."""
    own = {(name, group.at.account, group.at.region) for group in index.of(LogGroup) if (name := _named(group))}
    for group in index.of(LogGroup):
        if not group.service or (known(group.name), group.at.account, group.at.region) not in own:
            yield group


def _named(group: LogGroup) -> str:
    return "" if group.service else known(group.name)


def routed_by_others(index: Index, platform: Platform, judged: Judged, region: Maybe[str]) -> bool:
    """Does another stack's account policy take all groups of the account in a region?  It has to in the pair's own."""
    project = platform.logs_routed_by
    return project is not None and not matches(project, index.stack.project) and region in judged.regions


def regions_without_policy(index: Index, platform: Platform, judged: Judged, found: Sequence[LogEnd]) -> Iterator[str]:
    """The regions of which a stack that has to route all groups of its account has no account policy that does."""
    if platform.logs_routed_by is None or not matches(platform.logs_routed_by, index.stack.project):
        return
    complete = {
        known(end.route.at.region)
        for end in found
        if end.route.source == "*" and end.end == "central" and end.partial == ""
    }
    yield from (region for region in judged.regions if region not in complete)


def unrouted(index: Index, platform: Platform, judged: Judged, found: Sequence[LogEnd]) -> Iterator[Unrouted]:
    """Log groups that no complete route takes to the central account."""
    for group in kept(index):
        routes = [end for end in found if _takes(index, end.route, group)]
        maybe = tuple(s for end in found if isinstance(s := end.route.source, Unknown) and _may_take(index, s, group))
        if group.routable is True and (
            routed_by_others(index, platform, judged, group.at.region)
            or any(end.end == "central" and end.partial == "" for end in routes)
        ):
            continue
        # What surely keeps logs back would do so wherever it led.
        missing = tuple(
            end.last
            for end in routes
            if isinstance(end.last, Unknown)
            and end.end == "unknown"
            and not (isinstance(end.partial, str) and end.partial)
        )
        missing += tuple(
            p for end in routes if end.end in ("central", "unknown") and isinstance(p := end.partial, Unknown)
        )
        if isinstance(group.name, Unknown) and group.service:
            # A subscription, or a group of the stack, could have that name.
            maybe = (*maybe, group.name)
        missing = tuple(dict.fromkeys((*missing, *maybe)))
        why = "; ".join(f"{_called(end.route.at.urn)}: {_told(end)}" for end in routes)
        if isinstance(group.routable, Unknown):
            why = f"{group.routable.path} is not known yet, and a group of some classes can't have subscriptions"
            missing += (group.routable,)
        elif not group.routable:
            why, missing = "a group of its class can't have subscriptions", ()
        yield Unrouted(group, why, missing)


def _told(end: LogEnd) -> str:
    if isinstance(end.partial, Unknown):
        return f"{end.partial.path} is not known yet, and may keep logs back"
    if end.partial:
        return end.partial
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


def _called(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]


def silent(index: Index, kinds: Sequence[str], cast: Cast) -> Iterator[Silent]:
    """What has to log, of these kinds, and does not."""
    taken = [*_taken(index)]
    for source in index.of(LogSource):
        if source.kind not in kinds:
            continue
        if source.logs is True:
            if source.role is not None and (role := _may_not_write(source, source.role, cast)):
                yield Silent(source, f"its {role} may not write to any log group")
            continue
        about = [(route, _means(index, named, source)) for route, named in taken]
        sure = [route for route, means in about if means is True]
        if any(route.partial == "" for route in sure):
            continue
        missing = [means for _, means in about if isinstance(means, Unknown)]
        missing += [route.partial for route in sure if isinstance(route.partial, Unknown)]
        missing += [source.logs] if isinstance(source.logs, Unknown) else []
        parts = [f"{_called(route.at.urn)}: {route.partial}" for route in sure if isinstance(route.partial, str)]
        yield Silent(source, "; ".join(parts) or source.lacks, tuple(dict.fromkeys(missing)))


def _taken(index: Index) -> Iterator[tuple[LogRoute, Maybe[str]]]:
    """The routes that are about other resources, each with what that is; a delivery names it by its tap."""
    for route in index.of(LogRoute):
        if isinstance(route.about, Unknown):
            taps = index.made_by(route.about.depends_on, LogTap)
        else:
            taps = index.named(LogTap, route.about or "")
        if taps:
            yield from ((route, tap.about) for tap in taps)
        elif route.about is not None:
            yield route, route.about


def _means(index: Index, named: Maybe[str], source: LogSource) -> Maybe[bool]:
    """Is a resource that a route names this one?  One that comes from it alone is."""
    if not isinstance(named, Unknown):
        return named in source.names
    made = index.made_by(named.depends_on, LogSource)
    if source not in made:
        # What is looked up could be anything.
        return False if made or not index.stack.whole else named
    return made == (source,) or named


def _may_not_write(source: LogSource, role: Maybe[str], cast: Cast) -> str:
    """The role of a function, if it is one of the stack and surely may write no log."""
    account = known(source.at.account) or "*"
    for actor in cast.actors:
        urns = role.depends_on if isinstance(role, Unknown) else ()
        if role == actor.principal.who.id or (actor.holder.kind == "role" and actor.urn in urns):
            stream = f"arn:aws:logs:{known(source.at.region) or '*'}:{account}:log-group:*:log-stream:*"
            answer = cast.ask(actor.principal, [((stream,), ("logs:PutLogEvents",))], account=known(source.at.account))
            return actor.name if answer.verdict == "unreachable" else ""
    return ""


def expiries(index: Index) -> Iterator[tuple[Expiry, LogSink]]:
    """What is deleted in the buckets that receive the logs of this stack."""
    for sink in receiving(index):
        for each in index.of(Expiry):
            if _of_bucket(index, each.bucket, sink):
                yield each, sink


def _of_bucket(index: Index, bucket: Maybe[str], sink: LogSink) -> bool:
    """May a resource that is about a bucket be about this one?"""
    if isinstance(bucket, Unknown) or isinstance(sink.name, Unknown):
        return isinstance(bucket, Unknown) and (sink.at.urn in bucket.depends_on or not bucket.depends_on)
    return bucket == sink.name and "s3/bucket" in sink.at.type


def keys(index: Index) -> Iterator[tuple[LogGroup | LogSink, Maybe[str] | None]]:
    """What keeps logs, with its KMS key; of a log destination, what it leads to has one."""
    yield from ((group, group.key) for group in kept(index))
    for sink in receiving(index):
        if "cloudwatch/" in sink.at.type:
            continue
        # A key of what may be another bucket encrypts nothing surely.
        own = (each for each in index.of(BucketKey) if "s3/bucket" in sink.at.type)
        said = [each.key for each in own if sink in received_by(index, each.bucket)]
        yield sink, next((key for key in said if key is not None), sink.key)


def routes(
    index: Index, platform: Platform, judged: Judged, found: Sequence[LogEnd], quiet: Sequence[Silent]
) -> Iterator[Routed]:
    """A row for each log group, each log that a resource sends itself, and what logs nothing."""
    plan = judged.plan
    assert plan is not None
    missed = {} if plan.high_security else {each.group: each for each in unrouted(index, platform, judged, found)}
    for group in kept(index):
        taking = [end for end in found if _takes(index, end.route, group)]
        name = group.name if isinstance(group.name, str) else f"({group.name.path})"
        others = platform.logs_routed_by if routed_by_others(index, platform, judged, group.at.region) else None
        rows = [_row(end, plan, name, group.at.urn) for end in taking] or [_unrouted_row(group, name, others, plan)]
        for row in rows:
            if plan.high_security or row.end in ("foreign", "account-policy"):
                yield row
            elif group in missed:
                yield _open(row, missed[group])
            else:
                # What does not arrive by this route does by another.
                yield row if row.end == "unknown" else replace(row, verdict="ok", why="")
    for end in found:
        if end.route.source == "" and not end.transport:
            yield _row(end, plan, end.route.label)
    for each in quiet:
        verdict: Literal["violated", "undetermined"] = "undetermined" if each.missing else "violated"
        yield Routed(each.source.at.urn, each.source.kind, (), "nowhere", "", verdict, each.why)


def _unrouted_row(group: LogGroup, name: str, others: str | None, plan: Plan) -> Routed:
    """The row of a log group that nothing in the stack takes anywhere."""
    if plan.high_security:
        return Routed(group.at.urn, name, (), "own", name, "ok")
    if others is None or group.routable is not True:
        return Routed(group.at.urn, name, (), "nowhere", "", "violated")
    return Routed(group.at.urn, name, (), "account-policy", others, "ok")


def _open(row: Routed, open_: Unrouted) -> Routed:
    """A row of a group that is not routed; surely so if nothing is missing."""
    why = open_.why or "no subscription takes it anywhere"
    return replace(row, verdict="undetermined" if open_.missing else "violated", why=why)


def _row(end: LogEnd, plan: Plan, what: str, urn: str = "") -> Routed:
    last = end.last if isinstance(end.last, str) else f"({end.last.path})"
    hops = tuple(_called(each) for each in ((end.route.at.urn,) if urn else ()) + end.hops)
    verdict, why = _judged(end, plan)
    return Routed(urn or end.route.at.urn, what, hops, end.end, last, verdict, why)


def _judged(end: LogEnd, plan: Plan) -> tuple[Literal["ok", "violated", "undetermined"], str]:
    """What is said of a route by its end."""
    if end.end == "foreign":
        return "violated", "it leaves for an account that may not have it"
    if end.end == "unknown":
        told = end.route.source == "" and not plan.high_security and not end.route.metrics
        sure = told and not isinstance(end.last, Unknown)
        return ("violated" if sure else "undetermined"), "it is neither central nor made here"
    if plan.high_security:
        return ("violated", "it leaves the account") if end.end == "central" else ("ok", "")
    if end.end == "own" and not end.route.metrics:
        return "violated", "it stays in the tenant's own account"
    if end.end == "elsewhere" and not end.route.metrics:
        return "undetermined", "whether another stack routes it is not known"
    return "ok", ""
