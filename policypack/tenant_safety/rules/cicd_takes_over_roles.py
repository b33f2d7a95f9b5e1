"""CI/CD roles that can become whatever role their account has."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Grant, Issuer, Membership, Policy, Principal
from .rule import rule


@rule(
    family="identity",
    severity="critical",
    title="A CI/CD role can become whatever role its account has",
    remediation="Name the roles that it may pass or assume, and the functions, projects, instances or stacks that it "
    "may change, or how their names begin.",
    scope="the principals of this stack with their identity policies and boundaries; a resource whose name, or how it "
    "begins, a policy spells is taken for the role's own, and what stands there is for "
    "cicd-chain-reaches-global-config to say; not read: other stacks' roles, which are taken to have no tags but "
    "those that the role can give, and services that are not listed",
    reads=(Principal, Policy, Grant, Membership, Issuer),
    monotone=True,
    controls=(
        "well-architected:SEC03-BP02",
        "well-architected:SEC11-BP07",
        "nist-800-53:AC-6",
        "nist-800-53:CM-5",
    ),
)
def cicd_takes_over_roles(facts: Facts) -> Iterator[Finding]:
    """Other stacks put roles into the same account, the platform's own among them.  A pipeline that may pass any role,
    or run its code in any function, has the rights of them all, whatever its own policies and boundary say.
    """
    for way in facts.cicd_takeovers:
        yield way.finding
