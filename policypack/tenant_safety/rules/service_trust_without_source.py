"""Roles that services may assume for anybody."""

from collections.abc import Iterator

from ..analysis import Facts
from ..analysis.trusts import named
from ..model import Finding, Principal
from .rule import rule


@rule(
    family="identity",
    severity="medium",
    title="A service may assume a role for another account",
    remediation="Require aws:SourceAccount to be the role's own account, or aws:SourceArn to be in it.",
    scope="the trust policies of this stack's roles, for services whose documentation asks for a source",
    reads=(Principal,),
    monotone=True,
    controls=(
        "well-architected:SEC03-BP07",
        "nist-800-53:AC-3",
        "nist-800-53:IA-9",
    ),
)
def service_trust_without_source(facts: Facts) -> Iterator[Finding]:
    """Such a service acts for every customer of AWS.  Who can make it use a role of another's account acts through it
    there.
    """
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    for found in facts.service_trusts:
        yield found.finding(named(found, facts.registry), " for another account")
