"""A stack that claims to be somebody else."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding
from .rule import rule


@rule(
    family="tenancy",
    severity="critical",
    title="A stack's tags or config name another tenant or environment than its name does",
    remediation="Give the stack's tags and config the tenant and environment of its name.",
    scope="the stack's name, tags and config",
    monotone=True,
    controls=(
        "saas-lens:SEC-1",
        "saas-lens:SEC-2",
        "nist-800-53:AC-3",
    ),
)
def stack_identity_disagrees(facts: Facts) -> Iterator[Finding]:
    """A program that reads one tenant's name and runs in another's stack mixes the two tenants' resources."""
    for disagreement in facts.claim.disagreements:
        yield Finding("", disagreement)
