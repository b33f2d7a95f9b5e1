"""CI/CD roles and users without a permission boundary."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Issuer, Pipeline, Principal, Unknown, decided
from .rule import rule


@rule(
    family="identity",
    severity="high",
    title="A CI/CD role has no permission boundary",
    remediation="Set permissionsBoundary to one of platform.cicd_roles.boundaries.",
    scope="the roles and users of this stack; a boundary that is not known yet is taken for the one policy of this "
    "stack that it depends on, and judged again when it is known; what it allows is for cicd-reaches-global-config",
    reads=(Principal, Issuer, Pipeline),
    monotone=True,
    controls=(
        "well-architected:SEC03-BP05",
        "well-architected:SEC11-BP07",
        "nist-800-53:AC-6",
    ),
)
def cicd_boundary_missing(facts: Facts) -> Iterator[Finding]:
    """A pipeline's role is given ever more rights, by whoever deploys with it.  Only a boundary stays above all."""
    for found in facts.unbounded:
        holder, demanded = found.holder, " or ".join(facts.platform.cicd_roles.boundaries)
        ci = f" ({holder.ci})" if isinstance(holder.ci, str) else ", which may be a CI/CD one,"
        has = f"has the permission boundary {found.boundary}" if found.boundary else "has no permission boundary"
        has += ", which allows everything" if found.hollow else ""
        if isinstance(found.boundary, Unknown):
            lacks = "a permission boundary that allows everything" if found.hollow else "no such permission boundary"
            has = f"may have {lacks}"
        why = f"{holder.kind} {holder.name}{ci} {has}; expected {demanded}"
        assert holder.principal is not None
        yield decided(holder.principal.at.urn, why, found.missing)
