"""Roles that strangers may assume."""

from collections.abc import Iterator

from ..analysis import Facts
from ..analysis.trusts import named
from ..model import Finding, Principal
from .rule import rule


@rule(
    family="identity",
    severity="critical",
    title="A role trusts a principal of another's account",
    remediation="Trust only principals of the role's own account and of the platform's; of a public identity provider "
    "only tokens for an application of one's own (aud). List a partner's account under platform.partners.",
    scope="the trust policies of this stack's roles",
    reads=(Principal,),
    monotone=True,
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC03-BP07",
        "nist-800-53:AC-3",
        "nist-800-53:IA-8",
    ),
)
def role_trust_foreign(facts: Facts) -> Iterator[Finding]:
    """Whoever may assume a role has all that it has: another tenant, anybody in the organization, or anybody at all."""
    for found in facts.foreign_trusts:
        yield found.finding(named(found, facts.registry))
