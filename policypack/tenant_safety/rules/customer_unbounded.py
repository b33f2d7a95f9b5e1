"""Customers who can give themselves more than they were given."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Grant, Issuer, Membership, Policy, Principal
from .rule import rule


@rule(
    family="customer",
    severity="critical",
    title="A customer can leave what it was given",
    remediation="Let the customer's role change no IAM, or only with a permission boundary that it can neither change "
    "nor take away.",
    scope="the customer's roles and users of this stack, by their names in the registry, with all that they can "
    "become; the principals of this stack with their identity policies, boundaries and trust; those of the account's "
    "other stacks, and what their policies grant, are not read here",
    reads=(Principal, Policy, Grant, Membership, Issuer),
    monotone=True,
    of="tenants",
    controls=(
        "well-architected:SEC03-BP05",
        "nist-800-53:AC-6",
    ),
)
def customer_unbounded(facts: Facts) -> Iterator[Finding]:
    """What a customer is granted holds only if it can't grant itself more: by its own policies, by principals that it
    makes, or by those that it changes.
    """
    for way in facts.customer_unbounded:
        yield way.finding
