"""A provider of another account than the stack's."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Provider, Unknown
from .rule import rule


@rule(
    family="tenancy",
    severity="critical",
    title="A provider acts in an account that is not the stack's",
    remediation="Pin the provider to the account that the registry gives this stack.",
    scope="the aws providers of this stack",
    reads=(Provider,),
    monotone=True,
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC01-BP01",
        "nist-800-53:AC-3",
    ),
)
def provider_account_disagrees(facts: Facts) -> Iterator[Finding]:
    """A stack that acts in another tenant's, the log or the master account changes what is not its tenant's."""
    own = facts.judged.accounts
    for provider in facts.providers:
        if isinstance(provider.accounts, Unknown):
            yield Finding(provider.urn, "its account is not known yet", "undetermined", (provider.accounts,))
        elif foreign := [account for account in provider.accounts if account not in own]:
            yield Finding(provider.urn, f"it acts in {', '.join(foreign)}; {facts.judged.name} has {', '.join(own)}")
