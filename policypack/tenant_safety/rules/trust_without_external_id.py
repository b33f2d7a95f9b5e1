"""Roles that those who act for many may assume for anybody."""

from collections.abc import Iterator

from ..analysis import Facts
from ..analysis.trusts import named
from ..model import Finding, Principal
from .rule import rule


@rule(
    family="identity",
    severity="high",
    title="Who acts for many is trusted without an external id",
    remediation="Require the sts:ExternalId that stands for this tenant alone (StringEquals): the one that a partner "
    "has issued; between the platform and a tenant the registry's external_id.",
    scope="the trust policies of this stack's roles: for partners that the registry names, for tenants' accounts in "
    "the platform's own stacks, and for the platform's linker in tenants', but for the links' reader",
    reads=(Principal,),
    monotone=True,
    controls=(
        "well-architected:SEC03-BP09",
        "nist-800-53:AC-20",
        "nist-800-53:SA-9",
    ),
)
def trust_without_external_id(facts: Facts) -> Iterator[Finding]:
    """A partner acts for many customers, and the platform's linker for all tenants.  Any of them who names this role
    to it is taken for its owner, unless it has to show an id that it uses for this one alone.
    """
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
    for found in facts.unidentified_trusts:
        yield found.finding(named(found, facts.registry), " without an external id of its own")
