"""Policy documents and the like that can't be parsed."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Unreadable
from .rule import rule


@rule(
    family="reading",
    severity="high",
    title="A document can't be understood",
    remediation="Write the document as AWS's grammar has it; the message says where and what was expected.",
    scope="the policy documents and container definitions of this stack, and the states of the pair's other stacks "
    "where the pack's config names them",
    reads=(Unreadable,),
    monotone=True,
    controls=(
        "well-architected:SEC03-BP02",
        "nist-800-53:SC-7(18)",
    ),
)
def document_unreadable(facts: Facts) -> Iterator[Finding]:
    """What can't be parsed here may still mean something to AWS, so it may allow anything."""
    for fault in facts.state_faults:
        # What the others use is missing in every sum, so nothing may lower this.
        yield Finding("", fault)
    for unreadable in facts.unreadable:
        yield Finding(unreadable.at.urn, f"{unreadable.path}: {unreadable.problem}", "undetermined")
