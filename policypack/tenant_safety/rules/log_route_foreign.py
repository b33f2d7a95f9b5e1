"""Logs that leave for an account that may not have them."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, LogRoute, LogSink, Unknown
from .rule import rule


@rule(
    family="logs",
    severity="critical",
    title="A log leaves for an account that may not have it",
    remediation="Send it to a destination in the tenant's own account (high security) or to a central log destination.",
    scope="the subscriptions and log destinations of this stack's resources",
    reads=(LogRoute, LogSink),
    monotone=True,
    of="tenants",
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC04-BP02",
        "nist-800-53:AC-4",
        "nist-800-53:AU-9",
    ),
)
def log_route_foreign(facts: Facts) -> Iterator[Finding]:
    """Logs hold what tenants do, and often more than they should.  A high-security tenant's never leave its account;
    any other's go to the central account and nowhere else.
    """
    secure = facts.plan.high_security
    for end in facts.log_ends:
        label, last = end.route.label, end.last if isinstance(end.last, str) else end.last.path
        if end.end == "foreign" or (secure and end.end == "central"):
            yield Finding(end.route.at.urn, f"{label} sends it to {last}")
        elif end.end == "unknown" and (secure or end.route.source != "" or end.transport or end.route.metrics):
            # Where a standard tenant's resource names its own unknown end, logs-not-central tells.
            missing = (end.last,) if isinstance(end.last, Unknown) else ()
            why = f"{label} sends it to {last}, and whose that is, is not known"
            yield Finding(end.route.at.urn, why, "undetermined", missing)
