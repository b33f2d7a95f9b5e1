"""Roles that a CI's tokens open."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Finding, Issuer, Pipeline, Principal
from .rule import rule


@rule(
    family="identity",
    severity="critical",
    title="A role is open to more of a CI than one place to deploy from",
    remediation="Compare sub with the whole name of the organization, the repository or project, and the environment "
    "or protected branch that deploys this stack, and aud with the one audience that stands for AWS (StringEquals).",
    scope="the trust policies of this stack's roles: for tokens of CIs, and at CI/CD roles for those of other OIDC "
    "providers, of identity pools and for certificates; which branches are protected is the CI's to say",
    reads=(Principal, Issuer, Pipeline),
    monotone=True,
    controls=(
        "well-architected:SEC03-BP07",
        "well-architected:SEC11-BP07",
        "nist-800-53:AC-3",
        "nist-800-53:IA-8",
    ),
)
def cicd_trust_too_wide(facts: Facts) -> Iterator[Finding]:
    """A CI issues tokens to all of its customers, and to every branch and pull request of each.  What a trust does not
    compare, whoever asks for the token chooses.
    """
    for found in facts.ci_trusts:
        yield found.beyond.finding(found.token)
