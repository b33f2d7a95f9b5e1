"""Log groups that forget too soon."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Expiry, Finding, LogGroup, LogRoute, LogSink, Unknown
from .rule import rule


@rule(
    family="logs",
    severity="medium",
    title="Logs are kept for a shorter time than the plan says",
    remediation="Set retentionInDays to the plan's log_retention_days or more, or leave it out to keep them for ever; "
    "likewise the expiration of a bucket's lifecycle.",
    scope="the log groups of this stack, and the lifecycles of its buckets that its logs go to; those that a service "
    "makes by itself keep logs for ever",
    reads=(LogGroup, LogRoute, LogSink, Expiry),
    monotone=True,
    of="tenants",
    controls=(
        "well-architected:SEC04-BP02",
        "nist-800-53:AU-9",
    ),
)
def log_retention_short(facts: Facts) -> Iterator[Finding]:
    """An intrusion is often found months after it began.  What was logged then is gone by then where whoever writes the
    program, or has taken it over, may choose how long it is kept.
    """
    least = facts.plan.log_retention_days or 0
    bound = f"less than the {least} days of the plan {facts.judged.plan_name}"
    for group in facts.log_groups if least else ():
        if isinstance(group.retention, Unknown):
            yield Finding(group.at.urn, "how long it is kept is not known yet", "undetermined", (group.retention,))
        elif 0 < group.retention < least:
            yield Finding(group.at.urn, f"it is kept for {group.retention:g} days, {bound}")
    for expiry, sink in facts.log_expiries if least else ():
        bucket = sink.at.urn.rsplit("::", 1)[-1]
        if isinstance(expiry.days, Unknown):
            why = f"after how many days it empties {bucket}, which keeps logs, is not known yet"
            yield Finding(expiry.at.urn, why, "undetermined", (expiry.days,))
        elif expiry.days < least:
            yield Finding(expiry.at.urn, f"it empties {bucket}, which keeps logs, after {expiry.days:g} days, {bound}")
