"""Linkers that may do more than linking."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Grant, Policy, Principal
from .rule import rule


@rule(
    family="global-config",
    severity="critical",
    title="A role that links tenants may do more than that",
    remediation="Give it the documents that `tenant-safety links policy` prints.",
    scope="the identity policies of this stack's roles that have a linker's name, and the trust of tenants' own",
    reads=(Principal, Policy, Grant),
    monotone=True,
    controls=(
        "well-architected:SEC03-BP02",
        "nist-800-53:AC-6",
    ),
)
def linker_wider(facts: Facts) -> Iterator[Finding]:
    """A linker changes the platform's zone and makes roles in the master account.  That it keeps to links, and a
    tenant's own one to its tenant, is proved of the documents that the registry gives; so it has those, or less.
    """
    for found in facts.wider_linkers:
        beyond, witness = found.beyond, None if found.secret else found.beyond.witness
        if beyond.new_access is False:
            continue
        may = "may" if beyond.new_access else "may be able to"
        if found.trust:
            who = witness.who.id if witness and beyond.new_access else "somebody"
            why = f"{who} {may} assume {found.role}, and should not"
        else:
            what = f"call {witness.action} on {witness.resource}" if witness else "do something"
            why = f"{found.role} {may} {what}, which linking does not need"
        yield Finding(found.urn, why, "violated" if beyond.new_access else "undetermined", beyond.missing)
