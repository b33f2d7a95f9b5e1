"""Customers who can change the roles by which the platform comes in."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Grant, Issuer, Membership, Policy, Principal
from .rule import rule


@rule(
    family="customer",
    severity="critical",
    title="A customer can become or change a role of the platform's",
    remediation="Deny the customer's role what changes IAM on the platform's roles in the account, or give it a "
    "permission boundary that does.",
    scope="the customer's roles and users of this stack, by their names in the registry, with all that they can "
    "become; the principals of this stack with their identity policies, boundaries and trust; those of the account's "
    "other stacks, and what their policies grant, are not read here, and taken to have no tags but those that the "
    "customer can give",
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
def customer_reaches_links(facts: Facts) -> Iterator[Finding]:
    """The platform reads and administers an account through roles there.  Who can change them can shut it out, answer
    in its name, or let others in.
    """
    for way in facts.customer_links:
        yield way.finding
