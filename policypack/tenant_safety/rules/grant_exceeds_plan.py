"""Grants of more than a tenant's plan."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, SharedGrant, Unknown, decided
from ..tenancy import Pair, refusals
from .rule import rule


@rule(
    family="global-config",
    severity="critical",
    title="A tenant is granted more than its plan allows",
    remediation="Narrow the actions and resources, or have the platform widen the plan's grants in the registry.",
    scope="the grants (tenant_links) of this stack, taken as given to all of the tenant's account",
    reads=(SharedGrant,),
    monotone=True,
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC03-BP02",
        "well-architected:SEC03-BP08",
        "nist-800-53:AC-6",
        "nist-800-53:SC-4",
    ),
)
def grant_exceeds_plan(facts: Facts) -> Iterator[Finding]:
    """What is granted of the master account is granted to all of the tenant's: whoever has a role there can assume it.
    So it stays within what the plan says, and reaches neither global config nor what is set aside for others.
    """
    for linked in facts.shared_grants:
        grant, pair = linked.link, linked.pair
        if not isinstance(pair, Pair):
            continue  # link-foreign tells.
        if isinstance(grant.document, Unknown):
            yield Finding(grant.at.urn, "what it gives is not known yet", "undetermined", (grant.document,))
            continue
        found = tuple(refusals(facts.registry, pair.tenant, pair.environment, grant.document))
        for refusal in [each for each in found if each.sure] or found[:1]:
            yield Finding(grant.at.urn, refusal.why, "violated" if refusal.sure else "undetermined", refusal.missing)
        if grant.kind != "role" and grant.context_tenant != pair.tenant:
            missing = tuple(each for each in (grant.kind, grant.context_tenant) if isinstance(each, Unknown))
            yield decided(grant.at.urn, f"requests need not name the tenant {pair.tenant} to use the key", missing)
