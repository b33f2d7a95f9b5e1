"""CI/CD roles that come to global config through others."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Grant, Issuer, Membership, Policy, Principal
from .rule import rule


@rule(
    family="global-config",
    severity="critical",
    title="A CI/CD role reaches global config through other roles",
    remediation="Break the chain at one of its requests: narrow who may assume or be passed the role, or what may be "
    "written; a permission boundary that denies global config and changes of IAM breaks all of them.",
    scope="the principals of this stack with their identity policies, boundaries and trust; those of the account's "
    "other stacks, and what their policies grant, are not read here; what the other side grants is taken for granted",
    reads=(Principal, Policy, Grant, Membership, Issuer),
    monotone=True,
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC03-BP02",
        "well-architected:SEC11-BP07",
        "nist-800-53:AC-6",
        "nist-800-53:CM-5",
    ),
)
def cicd_chain_reaches_global_config(facts: Facts) -> Iterator[Finding]:
    """A role that may not read global config may become one that may: it assumes it, passes it to a service that runs
    its code, changes the code that runs with it, or gives itself the rights.  Each step alone looks harmless.
    """
    for way in facts.cicd_chains:
        yield way.finding
