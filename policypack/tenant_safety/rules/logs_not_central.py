"""Logs of standard tenants that don't end in the central account."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, LogGroup, LogRoute, LogSink, Unknown, decided
from .rule import rule


@rule(
    family="logs",
    severity="high",
    title="A log does not end in the central account",
    remediation="Send it to a central log destination: a subscription filter without a pattern for a log group, the "
    "central bucket or stream for a resource with a destination of its own.",
    scope="the log groups of this stack, those that services make by themselves included, the subscriptions, account "
    "policies and log destinations of its resources; what another stack's account policy takes is judged there",
    reads=(LogGroup, LogRoute, LogSink),
    of="tenants",
    controls=(
        "well-architected:SEC04-BP02",
        "nist-800-53:AU-6",
        "nist-800-53:AU-9",
    ),
)
def logs_not_central(facts: Facts) -> Iterator[Finding]:
    """An incident in a tenant's account is found and understood by logs that its own principals can't reach."""
    if facts.plan.high_security:
        return
    for region in facts.unpoliced_regions:
        why = f"no account policy takes all log groups of {region} to a central destination, as logs_routed_by says"
        yield Finding("", why)
    for unrouted in facts.unrouted_groups:
        group, why = unrouted.group, unrouted.why or "no subscription takes it anywhere"
        name = group.name if isinstance(group.name, str) else "whose name is not known yet"
        made = f"its log group {name}, which {group.service} makes by itself: " if group.service else ""
        yield decided(group.at.urn, f"{made}{why}", unrouted.missing)
    for end in facts.log_ends:
        if end.route.source != "" or end.transport or end.route.metrics:
            continue
        last = end.last if isinstance(end.last, str) else end.last.path
        if end.end == "own":
            yield Finding(end.route.at.urn, f"{end.route.label} ends in the tenant's own {last}")
        elif end.end == "elsewhere":
            why = f"{end.route.label} goes to {last}, and whether another stack routes that, is not known"
            yield Finding(end.route.at.urn, why, "undetermined")
        elif end.end == "unknown":
            missing = (end.last,) if isinstance(end.last, Unknown) else ()
            why = f"{end.route.label} goes to {last}, which is neither central nor made here"
            yield decided(end.route.at.urn, why, missing)
