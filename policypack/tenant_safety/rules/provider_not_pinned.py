"""A provider whose account nobody fixed."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Provider
from .rule import rule


@rule(
    family="tenancy",
    severity="high",
    title="A provider is not pinned to an account",
    remediation="Set aws:allowedAccountIds, or assumeRoles, to the stack's account; leave endpoints alone.",
    scope="the aws providers of this stack",
    reads=(Provider,),
    monotone=True,
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC01-BP01",
        "nist-800-53:AC-3",
    ),
)
def provider_not_pinned(facts: Facts) -> Iterator[Finding]:
    """A provider that takes whatever account the credentials at hand belong to can deploy one tenant's stack into
    another's account; no rule can tell where its resources will be.
    """
    for provider in facts.providers:
        if provider.accounts == ():
            yield Finding(provider.urn, "it has neither allowedAccountIds nor assumeRoles")
        elif provider.loose:
            yield Finding(
                provider.urn, f"with its {provider.loose}, somebody else than AWS may say which account it is in"
            )
