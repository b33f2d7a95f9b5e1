"""Regions that the registry does not list."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Provider, Region, Unknown
from .rule import rule


@rule(
    family="boundary",
    severity="high",
    title="A stack acts in a region that is not listed",
    remediation="Use a listed region, or list this one for the environment or the platform in the registry; what AWS "
    "keeps in us-east-1, such as certificates of CloudFront, needs that one listed.",
    scope="the aws providers of this stack, and the regions that its resources name themselves",
    reads=(Provider, Region),
    alone=True,
    monotone=True,
    controls=(
        "well-architected:SEC03-BP05",
        "nist-800-53:CM-12",
        "nist-800-53:SC-7",
    ),
)
def region_unlisted(facts: Facts) -> Iterator[Finding]:
    """Logs, guard rails and backups are set up in the regions that the platform lists.  In any other one resources are
    outside of them all, and a tenant's data may have left the place that was promised.
    """
    listed = facts.judged.regions
    named = [(provider.urn, "it", provider.region) for provider in facts.providers]
    named += [(region.at.urn, f"its {region.path}", region.name) for region in facts.regions]
    for urn, what, region in named:
        if isinstance(region, Unknown):
            yield Finding(urn, f"{what} names a region that is not known yet", "undetermined", (region,))
        elif region not in listed:
            yield Finding(urn, f"{what} names {region}; {facts.judged.name} has {', '.join(listed)}")
