"""A stack that nobody registered."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding
from .rule import rule


@rule(
    family="tenancy",
    severity="critical",
    title="A stack is not in the registry",
    remediation="Register the tenant-environment pair or the platform's stack, or correct the stack's name.",
    scope="the registry and the stack's name",
    of="any",
    monotone=True,
    controls=(
        "saas-lens:SEC-1",
        "nist-800-53:CM-8",
    ),
)
def stack_unregistered(facts: Facts) -> Iterator[Finding]:
    """A stack that belongs to nobody has no plan and no account, so a program could leave every rule by its name."""
    if facts.claim.unregistered:
        yield Finding("", facts.claim.unregistered)
