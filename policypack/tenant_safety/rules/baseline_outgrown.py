"""Findings of the baseline that are no more."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding
from .rule import rule


@rule(
    family="exemptions",
    severity="medium",
    title="A finding of the baseline is no more",
    remediation="Take it out of the baseline with `tenant-safety baseline prune`.",
    scope="the baseline's findings of this project and stack, and what the other rules found",
    last=True,
    controls=("nist-800-53:CM-3",),
)
def baseline_outgrown(facts: Facts) -> Iterator[Finding]:
    """A fault that was mended may not come back, so it leaves the baseline, which only ever shrinks."""
    for known in facts.gone:
        about = known.resource or "the stack as a whole"
        yield Finding("", f"finding {known.fingerprint} of {known.rule}, on {about}, recorded on {known.recorded}")
