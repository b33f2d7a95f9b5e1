"""Links that a tenant's own pipeline makes."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, SharedGrant, Subdomain
from .rule import rule


@rule(
    family="global-config",
    severity="critical",
    title="A tenant's own stack links it to the master account",
    remediation="Move the links to a stack of the platform's, one per tenant; or give the tenants linkers of their own "
    "(platform.links.own_linker), with the policies that `tenant-safety links policy` prints.",
    scope="the links (tenant_links) of this stack; their linker is judged by the documents that "
    "`tenant-safety links policy` makes of the registry",
    reads=(Subdomain, SharedGrant),
    monotone=True,
    of="tenants",
    controls=(
        "saas-lens:SEC-2",
        "nist-800-53:AC-5",
        "nist-800-53:CM-5",
    ),
)
def link_run_by_tenant(facts: Facts) -> Iterator[Finding]:
    """Whoever makes a link has rights in the master account.  A tenant's CI/CD role has none there, unless a linker of
    its own is proved to reach no global config and no other tenant's name or role.
    """
    for linked in facts.linked:
        for doubt in facts.linker_doubts:
            yield Finding(linked.link.at.urn, doubt)
