"""Roles that partners may assume for anybody."""

from collections.abc import Iterator

from ..analysis import Facts
from ..analysis.trusts import named
from ..model import Finding, Principal
from .rule import rule


@rule(
    family="identity",
    severity="high",
    title="A partner's account is trusted without an external id",
    remediation="Require the sts:ExternalId that the partner has issued for this tenant (StringEquals).",
    scope="the trust policies of this stack's roles, and the partners that the registry names",
    reads=(Principal,),
    monotone=True,
    controls=(
        "well-architected:SEC03-BP09",
        "nist-800-53:AC-20",
        "nist-800-53:SA-9",
    ),
)
def trust_without_external_id(facts: Facts) -> Iterator[Finding]:
    """A partner acts for many customers.  Any of them who names this role to it is taken for its owner, unless the
    partner has to show an id that it uses for this customer alone.
    """
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
    for found in facts.partner_trusts:
        yield found.finding(named(found, facts.registry), " without an external id")
