"""Roles in the master account that somebody else could assume."""

from collections.abc import Iterator

from ..analysis import Facts
from ..analysis.links import account_of, compared
from ..model import Finding, SharedGrant, Unknown
from ..tenancy import Pair
from .rule import rule


@rule(
    family="global-config",
    severity="critical",
    title="A granted role is not bound to its tenant",
    remediation="Leave out what the registry fixes; have it issue an external id to the pair.",
    scope="the roles that grants (tenant_links) of this stack make; who in the tenant's account may assume them is the "
    "tenant's to say",
    reads=(SharedGrant,),
    monotone=True,
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC03-BP07",
        "well-architected:SEC03-BP09",
        "nist-800-53:AC-3",
    ),
)
def grant_trust_foreign(facts: Facts) -> Iterator[Finding]:
    """A role in the master account is the tenant's by its trust alone: its account, the external id that only it was
    issued, the organization, and the boundary that holds whatever is written into the role.
    """
    for linked in facts.shared_grants:
        grant, pair = linked.link, linked.pair
        if not isinstance(pair, Pair) or grant.kind == "kms":
            continue  # link-foreign tells of the first; a grant on a key has no trust.
        if isinstance(grant.external_id, Unknown):
            missing = (grant.external_id,)
            yield Finding(grant.at.urn, "its external id is not known yet", "undetermined", missing)
        elif pair.external_id is None:
            yield Finding(grant.at.urn, f"the registry has issued no external id to {pair.name}")
        elif grant.external_id != pair.external_id:
            yield Finding(grant.at.urn, f"its external id is not the one that was issued to {pair.name}")
        for principal in grant.principals or (None,):
            yield from compared(grant, "principals' account", account_of(principal), (pair.account,), pair.name)
        yield from compared(grant, "organization", grant.organization, (pair.organization,), "the platform")
        yield from compared(grant, "permission boundary", grant.boundary, (pair.links.boundary,), pair.name)
        yield from compared(grant, "master account", grant.master_account, (pair.master_account,), "the platform")
