"""CI/CD roles of the platform's with power over all tenants."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Grant, Issuer, Membership, Policy, Principal
from .rule import rule


@rule(
    family="identity",
    severity="critical",
    title="A CI/CD role of the platform's has power over the accounts of all tenants",
    remediation="Take the statement away, or deny it in the role's permission boundary; leave the organization, root "
    "sessions, the roles that administer its accounts and the policies of keys to people.",
    scope="the CI/CD roles and users in the platform's own accounts, with their identity policies and boundaries; a "
    "key whose id a policy spells is taken for one that is meant",
    reads=(Principal, Policy, Grant, Membership, Issuer),
    monotone=True,
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC03-BP05",
        "well-architected:SEC11-BP07",
        "nist-800-53:AC-5",
        "nist-800-53:AC-6",
    ),
)
def cicd_rules_all_accounts(facts: Facts) -> Iterator[Finding]:
    """Whoever can run the platform's pipeline would through it administer each tenant's account, lift what the
    organization denies them, or read what the platform has encrypted.
    """
    for way in facts.cicd_over_tenants:
        yield way.finding
