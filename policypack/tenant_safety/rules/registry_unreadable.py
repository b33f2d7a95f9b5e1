"""The registry can't be read."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding
from .rule import rule


@rule(
    family="tenancy",
    severity="critical",
    title="The registry can't be read",
    remediation="Correct the registry, or name the right one in the pack's config; `tenant-safety registry validate` "
    "checks it.",
    scope="the registry's file",
    of="any",
    monotone=True,
    controls=(
        "nist-800-53:CM-3",
        "nist-800-53:SC-7(18)",
    ),
)
def registry_unreadable(facts: Facts) -> Iterator[Finding]:
    """Without the registry nobody knows whose stack this is and what it may do, so nothing about it can be proved.

    Whoever could break the registry could otherwise switch every rule off.
    """
    if facts.claim.error:
        yield Finding("", facts.claim.error)
