"""Links in another pair's name."""

from collections.abc import Iterator

from ..analysis import Facts
from ..analysis.links import compared
from ..model import Finding, SharedGrant, Subdomain, Unknown
from .rule import rule


@rule(
    family="tenancy",
    severity="critical",
    title="A link is another tenant's",
    remediation="Give it its stack's tenant and environment, and a label of theirs; let the registry fix the rest.",
    scope="the links (tenant_links) of this stack and the registry; who has a name in the zone by now is not read here",
    reads=(Subdomain, SharedGrant),
    monotone=True,
    controls=(
        "saas-lens:SEC-1",
        "saas-lens:SEC-2",
        "nist-800-53:AC-3",
    ),
)
def link_foreign(facts: Facts) -> Iterator[Finding]:
    """Who has a tenant's name gets its customers' logins, and who has its role reads what is shared with it.  So a link
    is of the pair that its stack is of, in its account, with a name of its own in the platform's zone.
    """
    own = facts.judged.pair
    for linked in facts.linked:
        link, pair = linked.link, linked.pair
        if pair is None:
            yield Finding(link.at.urn, linked.nobody)
            continue
        if isinstance(pair, Unknown):
            yield Finding(link.at.urn, "whose it is, is not known yet", "undetermined", (pair,))
            continue
        if own and own != (pair.tenant, pair.environment):
            yield Finding(link.at.urn, f"it is of {pair.name}, and the stack is of {'-'.join(own)}")
        yield from compared(link, "account", link.account, (pair.account,), pair.name)
        if isinstance(link, Subdomain):
            yield from compared(link, "label", link.label, pair.labels, pair.name)
            yield from compared(link, "zone", link.zone, (pair.links.zone,), "the platform")
            yield from compared(link, "zone's name", link.zone_name, (pair.links.zone_name,), "the platform")
