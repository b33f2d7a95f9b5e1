"""CI/CD roles that can give themselves rights."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Grant, Issuer, Membership, Policy, Principal
from .rule import rule


@rule(
    family="identity",
    severity="critical",
    title="A CI/CD role can rewrite its own rights",
    remediation="Give the role a permission boundary that it can neither change nor take away, and let it make and "
    "change roles only where iam:PermissionsBoundary is an accepted boundary.",
    scope="the principals of this stack with their identity policies, boundaries and trust; those of the account's "
    "other stacks, and what their policies grant, are not read here; what roles may do within an accepted boundary is "
    "the boundary's to say",
    reads=(Principal, Policy, Grant, Membership, Issuer),
    monotone=True,
    controls=(
        "well-architected:SEC03-BP05",
        "well-architected:SEC11-BP07",
        "nist-800-53:AC-5",
        "nist-800-53:AC-6",
        "nist-800-53:CM-5",
    ),
)
def cicd_rewrites_itself(facts: Facts) -> Iterator[Finding]:
    """Whoever can change its own permissions, its boundary or its trust, or make a principal that has no boundary, has
    no limit: what its policies say today is only what it has not yet changed.
    """
    for way in facts.cicd_rewrites:
        yield way.finding
