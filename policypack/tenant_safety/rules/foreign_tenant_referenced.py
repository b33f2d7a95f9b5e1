"""Stacks that name another tenant's account or resources."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Grant, Mention, Policy, decided
from .rule import rule


@rule(
    family="boundary",
    severity="critical",
    title="A stack names what is another tenant's",
    remediation="Name only what is in the stack's own account, or what the tenant's plan grants of the platform's.",
    scope="the texts of this stack's resources, its stack references and the Allow statements of its identity "
    "policies; what its aws resources will give is taken for their own account's until the update knows it, and "
    "principals of trust and resource policies are read by rules of their own",
    reads=(Mention, Grant, Policy),
    alone=True,
    monotone=True,
    of="tenants",
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC01-BP01",
        "nist-800-53:AC-4",
    ),
)
def foreign_tenant_referenced(facts: Facts) -> Iterator[Finding]:
    """What a stack names of another tenant's it reads, writes, or sends its own data to, as soon as the other side
    allows it, by mistake or by the same hand.  No tenant's stack has a reason to name another tenant's account.
    """
    for each in facts.foreign:
        if each.tenant:
            yield decided(each.urn, f"{each.where} names {each.what}, which is {each.whose}", each.missing)
