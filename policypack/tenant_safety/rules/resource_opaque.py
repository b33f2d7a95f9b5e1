"""Resources that could create anything behind the engine's back."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Opaque
from .rule import rule


@rule(
    family="reading",
    severity="high",
    title="A resource could do anything, so nothing about it can be proved",
    remediation="Use the aws package's resource for it, or have the platform trust its package in the registry.",
    scope="the types of this stack's resources",
    reads=(Opaque,),
    monotone=True,
    controls=(
        "nist-800-53:CM-7",
        "nist-800-53:SC-7(18)",
    ),
)
def resource_opaque(facts: Facts) -> Iterator[Finding]:
    """Commands, templates, other providers and types that this version does not know can create roles, routes and
    servers that no rule sees.
    """
    for opaque in facts.opaque:
        yield Finding(opaque.at.urn, opaque.why, "undetermined", opaque.missing)
