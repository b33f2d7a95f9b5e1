"""Roles that can cut the logs of their account."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Grant, Issuer, LogGroup, LogRoute, LogSink, Membership, Policy, Principal
from .rule import rule


@rule(
    family="logs",
    severity="high",
    title="A role in the tenant's account can cut its logs",
    remediation="Deny it the actions on log groups, subscriptions, account policies, trails, flow logs, recorders and "
    "what receives logs; if CI/CD roles deploy log groups, say so in the registry (cicd_roles.deploy_logs).",
    scope="the roles, users and groups of this stack but for the customer's, which customer-cuts-logs judges, and the "
    "platform's, which only its accounts assume; the log groups and routes of this stack, or any if it makes none, "
    "trails, flow logs, recorders, and the logs of load balancers, buckets and firewalls",
    reads=(Principal, Policy, Grant, Membership, Issuer, LogGroup, LogRoute, LogSink),
    of="tenants",
    controls=(
        "well-architected:SEC04-BP02",
        "nist-800-53:AU-9",
    ),
)
def logs_can_be_cut(facts: Facts) -> Iterator[Finding]:
    """Whoever breaks into an application or a pipeline acts with its role.  If that role can cut the route, delete the
    log or have it forgotten sooner, nobody learns what was done.
    """
    for way in facts.log_cuts:
        yield way.finding
