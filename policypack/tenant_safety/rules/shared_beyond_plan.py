"""Stacks that name the platform's accounts beyond what their plan grants."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Grant, Mention, Policy, decided
from .rule import rule


@rule(
    family="boundary",
    severity="high",
    title="A stack uses the platform's accounts beyond what its plan grants",
    remediation="Have the plan grant it in the registry, or keep to the tenant's own account.",
    scope="the texts of this stack's resources and the Allow statements of its identity policies that name the master, "
    "log or shared accounts, or buckets that plans grant or logs go to, less what a Deny of the same document takes "
    "back; other S3 buckets carry no account in their names",
    reads=(Mention, Grant, Policy),
    alone=True,
    monotone=True,
    of="tenants",
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC03-BP02",
        "nist-800-53:AC-6",
        "nist-800-53:AC-21",
    ),
)
def shared_beyond_plan(facts: Facts) -> Iterator[Finding]:
    """The platform's accounts hold what all tenants share.  A tenant's plan says what of it is theirs to use; what its
    stacks name beyond that is open to them as soon as the shared side is too wide.  A high-security tenant has nothing.
    """
    for each in facts.foreign:
        if not each.tenant:
            lacks = f"plan {facts.judged.plan_name} does not grant it"
            yield decided(each.urn, f"{each.where} names {each.what}, which is {each.whose}; {lacks}", each.missing)
