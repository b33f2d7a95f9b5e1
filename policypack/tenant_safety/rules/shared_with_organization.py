"""Resources that any account of an organization may use."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Admission, Finding
from .rule import rule


@rule(
    family="sharing",
    severity="critical",
    title="A resource lets any member of an organization in",
    remediation="Name the accounts or principals that need it beside the organization.",
    scope="the policies, ACLs and grants of this stack's resources; what a role's trust lets in is not read here",
    reads=(Admission,),
    monotone=True,
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC03-BP07",
        "well-architected:SEC03-BP08",
        "nist-800-53:AC-3",
        "nist-800-53:AC-21",
    ),
)
def shared_with_organization(facts: Facts) -> Iterator[Finding]:
    """All tenants' accounts are in the platform's organization, so that a condition which any of its members meets lets
    in every other tenant.
    """
    for admitted in facts.admitted:
        if admitted.whom == "organization":
            yield Finding(admitted.admission.at.urn, admitted.why, admitted.verdict, admitted.reach.missing)
