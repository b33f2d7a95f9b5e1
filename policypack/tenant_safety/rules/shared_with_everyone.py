"""Resources that anybody may use."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Admission, Finding, PublicBlock
from .rule import rule


@rule(
    family="sharing",
    severity="critical",
    title="A resource lets anybody in",
    remediation="Name the principals, accounts or endpoints that need it; put a distribution or an API with "
    "authorization in front of what the public may see.",
    scope="the policies, ACLs and grants of this stack's resources; what a role's trust lets in is not read here",
    reads=(
        Admission,
        PublicBlock,
    ),
    monotone=True,
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC03-BP07",
        "well-architected:SEC08-BP04",
        "cis-aws:2.1.4",
        "nist-800-53:AC-3",
        "nist-800-53:AC-21",
    ),
)
def shared_with_everyone(facts: Facts) -> Iterator[Finding]:
    """Whatever a tenant keeps is its own; a policy, an ACL, a snapshot or a URL that lets in anybody lets in everybody
    on the internet, or whoever has some AWS account, and no role or network stands in between.
    """
    for admitted in facts.admitted:
        if admitted.whom == "everyone":
            yield Finding(admitted.admission.at.urn, admitted.why, admitted.verdict, admitted.reach.missing)
