"""CI/CD roles and global config."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Grant, Issuer, Membership, Pipeline, Policy, Principal
from .rule import rule


@rule(
    family="global-config",
    severity="critical",
    title="A CI/CD role reaches global config",
    remediation="Take the statement away or narrow it, or give the role a permission boundary without global config. A "
    "Deny must be made before what it denies: put the Allow after it with depends_on.",
    scope="the identity policies, attachments and permission boundaries of this stack; what another stack's policy or "
    "the target's own resource policy grants is not read here",
    reads=(Principal, Policy, Grant, Membership, Issuer, Pipeline),
    monotone=True,
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC03-BP02",
        "well-architected:SEC11-BP07",
        "cis-aws:1.16",
        "nist-800-53:AC-6",
        "nist-800-53:CM-5",
    ),
)
def cicd_reaches_global_config(facts: Facts) -> Iterator[Finding]:
    """Global config is what every tenant's deployment trusts: the registry, the state, the shared parameters and the
    pack itself.  Whoever can run a tenant's pipeline would through it read or rule all tenants.
    """
    for access in facts.cicd_access:
        holder, reach = access.holder, access.reach
        grant = access.grant.at.urn
        if reach.secret:
            sure = reach.verdict == "reachable"
            why = f"{holder.kind} {holder.name} {'reaches' if sure else 'may reach'} it; its documents are secret"
            yield Finding(grant, why, "violated" if sure else "undetermined", access.missing)
            continue
        others = f", and {access.others} more patterns of global config" if access.others else ""
        if reach.verdict == "reachable":
            ci = holder.ci if isinstance(holder.ci, str) else ""
            why = f"{holder.kind} {holder.name} ({ci}) may call {access.witness}{others}"
            if access.window:
                why += "; a Deny takes it back only later, and until then the role has it"
            yield Finding(grant, why)
        else:
            why = f"{holder.kind} {holder.name} may be able to call {access.witness}: {access.doubt}"
            yield Finding(grant, why, "undetermined", reach.missing)
