"""Customers who can cut logs."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Grant, Issuer, LogGroup, LogRoute, LogSink, Membership, Policy, Principal
from .rule import rule


@rule(
    family="customer",
    severity="critical",
    title="A customer can cut the logs of its account",
    remediation="Deny the customer's role the actions on log groups, their subscriptions, trails, flow logs, "
    "recorders and what receives logs.",
    scope="the customer's roles and users of this stack, by their names in the registry, with all that they can "
    "become; the log groups and routes of this stack, or any if it makes none, trails, flow logs and configuration "
    "recorders",
    reads=(Principal, Policy, Grant, Membership, Issuer, LogGroup, LogRoute, LogSink),
    monotone=True,
    of="tenants",
    controls=(
        "well-architected:SEC04-BP02",
        "cis-aws:3.1",
        "nist-800-53:AU-9",
    ),
)
def customer_cuts_logs(facts: Facts) -> Iterator[Finding]:
    """Logs tell what was done in an account, by the customer too.  Who can cut them can act unseen."""
    for way in facts.customer_logs:
        yield way.finding
