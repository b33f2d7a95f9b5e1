"""Customers who can take over what their account has."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Grant, Issuer, Membership, Policy, Principal
from .rule import rule


@rule(
    family="customer",
    severity="critical",
    title="A customer can take over whatever roles or policies its account has, or the account",
    remediation="Name the roles that it may pass or assume and what it may change, or how their names begin, and deny "
    "it what changes the account or takes it out of the organization.",
    scope="the customer's roles and users of this stack, by their names in the registry, with their identity policies "
    "and boundaries; a resource whose name, or how it begins, a policy spells is taken for the customer's own; not "
    "read: other stacks' roles, which are taken to have no tags but those that the customer can give, and services "
    "that are not listed",
    reads=(Principal, Policy, Grant, Membership, Issuer),
    monotone=True,
    of="tenants",
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC03-BP02",
        "nist-800-53:AC-5",
        "nist-800-53:AC-6",
    ),
)
def customer_takes_over_account(facts: Facts) -> Iterator[Finding]:
    """The platform has roles and policies of its own in the account, which this stack need not show.  A customer that
    may act as any role, rewrite any policy, or take the account out of the organization, has none of its limits left.
    """
    for way in facts.customer_takeovers:
        yield way.finding
