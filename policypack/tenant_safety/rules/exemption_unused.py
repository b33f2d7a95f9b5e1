"""Exemptions that let nothing pass."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding
from .rule import rule


@rule(
    family="exemptions",
    severity="medium",
    title="An exemption lets nothing pass",
    remediation="Take the exemption out of the registry, or correct its rule and resource.",
    scope="the registry's exemptions for this project and stack alone, and what the other rules found",
    last=True,
    controls=(
        "nist-800-53:CM-3",
        "well-architected:SEC03-BP06",
    ),
)
def exemption_unused(facts: Facts) -> Iterator[Finding]:
    """What an exemption was for is gone, or it was misspelt.  Left in the registry, it would let the same fault pass
    when it comes back.
    """
    for exemption in facts.unused_exemptions:
        yield Finding("", f"{exemption.label}: nothing was found that it covers (owner {exemption.owner})")
