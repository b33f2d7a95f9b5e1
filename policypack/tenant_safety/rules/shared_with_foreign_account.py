"""Resources that another account may use."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Admission, Finding
from .rule import rule


@rule(
    family="sharing",
    severity="critical",
    title="A resource lets another account in",
    remediation="Let in only principals of the stack's own account; what tenants share goes through the platform.",
    scope="the policies, ACLs and grants of this stack's resources; what a role's trust lets in is not read here",
    reads=(Admission,),
    monotone=True,
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC03-BP07",
        "well-architected:SEC03-BP08",
        "nist-800-53:AC-3",
        "nist-800-53:AC-21",
        "nist-800-53:CA-3",
    ),
)
def shared_with_foreign_account(facts: Facts) -> Iterator[Finding]:
    """A tenant's data, keys and code are its own account's.  Whoever another account belongs to, be it another tenant
    or nobody that the platform knows, decides alone who uses what is shared with it.
    """
    for admitted in facts.admitted:
        if admitted.whom == "foreign" and admitted.admission.form != "network":
            yield Finding(admitted.admission.at.urn, admitted.why, admitted.verdict, admitted.reach.missing)
