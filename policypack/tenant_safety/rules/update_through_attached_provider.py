"""Updates through a provider that somebody attached."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding
from .rule import rule


@rule(
    family="tenancy",
    severity="critical",
    title="An update runs through an attached provider",
    remediation="Unset PULUMI_DEBUG_PROVIDERS; only previews may run with it.",
    scope="the environment of the engine's process",
    of="any",
    monotone=True,
    controls=(
        "nist-800-53:CM-3",
        "nist-800-53:CM-5",
    ),
)
def update_through_attached_provider(facts: Facts) -> Iterator[Finding]:
    """A provider that is attached to the engine, such as the symbolic one, answers in AWS's place.  An update through
    it would write resources into the state that nobody has made.
    """
    if facts.stack.attached:
        yield Finding("", f"PULUMI_DEBUG_PROVIDERS is set ({facts.stack.attached})")
