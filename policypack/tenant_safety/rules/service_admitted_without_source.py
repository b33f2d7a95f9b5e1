"""Services of AWS that act on anybody's behalf."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Admission, Finding
from .rule import rule


@rule(
    family="sharing",
    severity="high",
    title="A service of AWS is let in on anybody's behalf",
    remediation="Add aws:SourceAccount or aws:SourceArn of the own account; of a Lambda permission sourceAccount or "
    "sourceArn.",
    scope="the policies, ACLs and grants of this stack's resources; what a role's trust lets in is not read here",
    reads=(Admission,),
    monotone=True,
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC03-BP07",
        "nist-800-53:AC-3",
        "nist-800-53:IA-9",
    ),
)
def service_admitted_without_source(facts: Facts) -> Iterator[Finding]:
    """A service of AWS acts for all of its customers.  Without a condition on the account or the resource that it acts
    for, somebody else can have it act on what is the tenant's (the confused deputy).
    """
    for admitted in facts.admitted:
        if admitted.whom == "service":
            yield Finding(admitted.admission.at.urn, admitted.why, admitted.verdict, admitted.reach.missing)
