"""Policies of the platform's own that let tenants at global config."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Admission, Finding, Grant, Issuer, Membership, Policy, Principal
from .rule import rule


@rule(
    family="global-config",
    severity="critical",
    title="Global config lets a tenant or a CI/CD role in",
    remediation="Name the platform's own principals in the policy or trust, and none of the tenants' accounts.",
    scope="the resource policies, grants and roles of the platform's own stack, asked for a tenant's role and a "
    "CI/CD role that are allowed everything on their own side",
    reads=(
        Admission,
        Principal,
        Policy,
        Grant,
        Membership,
        Issuer,
    ),
    monotone=True,
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC03-BP02",
        "well-architected:SEC03-BP07",
        "nist-800-53:AC-3",
        "nist-800-53:AC-6",
        "nist-800-53:CM-5",
    ),
)
def global_config_admits_tenant(facts: Facts) -> Iterator[Finding]:
    """Global config has two sides.  However little a tenant's roles are allowed, a policy of the bucket, key, secret or
    role itself that lets them in gives them all tenants' registry, state or parameters.
    """
    for exposure in facts.exposures:
        yield Finding(exposure.urn, exposure.why, exposure.verdict, exposure.reach.missing)
