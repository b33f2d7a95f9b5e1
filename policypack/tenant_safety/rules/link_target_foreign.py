"""Names that lead to somebody else."""

from collections.abc import Iterator

from ..analysis import Facts
from ..analysis.links import account_of, compared
from ..model import Finding, Subdomain, Unknown
from ..tenancy import Pair, astray
from .rule import rule


@rule(
    family="tenancy",
    severity="critical",
    title="A tenant's name leads to somebody else",
    remediation="Give the ARN of the load balancer in the tenant's own account.",
    scope="the subdomains (tenant_links) of this stack; that the load balancer exists is read when the name is made",
    reads=(Subdomain,),
    monotone=True,
    controls=(
        "saas-lens:SEC-2",
        "nist-800-53:AC-4",
    ),
)
def link_target_foreign(facts: Facts) -> Iterator[Finding]:
    """What a tenant's name leads to gets the requests of that tenant's customers, with what they are signed in with."""
    for linked in facts.subdomains:
        link, pair = linked.link, linked.pair
        if not isinstance(pair, Pair):
            continue  # link-foreign tells.
        if link.load_balancer is not None:
            account = account_of(link.load_balancer)
            yield from compared(link, "load balancer's account", account, (pair.account,), pair.name)
        if isinstance(link.dns_name, Unknown):
            yield Finding(link.at.urn, "where it leads to, is not known yet", "undetermined", (link.dns_name,))
        elif link.dns_name is not None and (reason := astray(pair, link.dns_name.lower().removesuffix("."))):
            yield Finding(link.at.urn, f"dns_name: {reason}")
        elif link.load_balancer is None and link.dns_name is None:
            yield Finding(link.at.urn, "it names neither a load balancer nor another name")
