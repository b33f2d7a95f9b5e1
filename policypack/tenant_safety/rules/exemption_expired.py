"""Exemptions that do not hold any more."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding
from .rule import rule


@rule(
    family="exemptions",
    severity="medium",
    title="An exemption does not hold",
    remediation="Take the exemption out of the registry, or have its owner give it a new date within a year.",
    scope="the registry's exemptions of this stack, and today's date (UTC)",
    controls=(
        "nist-800-53:CM-3",
        "well-architected:SEC03-BP06",
    ),
)
def exemption_expired(facts: Facts) -> Iterator[Finding]:
    """An exemption is a debt with a date.  One past its date lets nothing pass; left in the registry, it hides which
    ones still do.  One without a near end would never be looked at again, so it lets nothing pass either.
    """
    for exemption in facts.excuses.lapsed:
        yield Finding("", f"{exemption.label}: {exemption.lapse(facts.claim.today)}")
