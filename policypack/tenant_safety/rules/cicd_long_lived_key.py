"""Keys that do not expire."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Credential, Finding, Unknown, decided
from .rule import rule


@rule(
    family="identity",
    severity="medium",
    title="A user has a key that does not expire",
    remediation="Let the pipeline assume a role with its CI's OIDC token, and take the key away.",
    scope="the access keys and service-specific credentials of this stack",
    reads=(Credential,),
    monotone=True,
    controls=(
        "well-architected:SEC02-BP02",
        "well-architected:SEC11-BP07",
        "cis-aws:1.14",
        "nist-800-53:IA-5",
    ),
)
def cicd_long_lived_key(facts: Facts) -> Iterator[Finding]:
    """A key works from anywhere for whoever has a copy: in a CI's settings, its logs, its backups, or in the stack's
    state.  A user of another name than CI's may be one, too, since nothing says what a key is for.
    """
    for found in facts.keys:
        key = found.key
        if key.active is not False:
            ci = found.holder.ci if found.holder and isinstance(found.holder.ci, str) else ""
            whose = f"user {found.holder.name}" if found.holder else "a user that is not known yet"
            why = f"the {key.kind} of {whose} does not expire"
            missing = (key.active,) if isinstance(key.active, Unknown) else ()
            yield decided(key.at.urn, why + (f"; {ci}" if ci else ""), missing)
