"""Customers who can become or change CI/CD roles."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Grant, Issuer, Membership, Policy, Principal
from .rule import rule


@rule(
    family="customer",
    severity="critical",
    title="A customer can become or change a CI/CD role",
    remediation="Deny the customer's role what changes IAM, give it a permission boundary that does, and let no CI/CD "
    "role run what the customer can change.",
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
def customer_reaches_cicd(facts: Facts) -> Iterator[Finding]:
    """Who is granted access to a tenant's account is not granted the platform's pipeline, which acts in it with more
    rights and is trusted elsewhere.
    """
    for way in facts.customer_cicd:
        yield way.finding
