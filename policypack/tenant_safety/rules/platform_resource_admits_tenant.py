"""Policies of the platform's own that let in CI/CD roles, or tenants beyond their plans."""

from collections.abc import Iterator

from ..analysis import Facts
from ..model import Admission, Finding, Provider
from .rule import rule


@rule(
    family="global-config",
    severity="critical",
    title="A resource of the platform's lets in CI/CD roles, or tenants beyond what plans grant",
    remediation="Name the platform's own roles in the policy, or have plans grant what tenants share by its name.",
    scope="the policies of resources in the platform's own stacks, and grants that name actions, asked for any role of "
    "the organization, for tenants' accounts that they name and for CI/CD roles; images, portfolios, subnets and the "
    "like that are shared as a whole are not asked about, and global config has a rule of its own",
    reads=(Admission, Provider),
    monotone=True,
    controls=(
        "saas-lens:SEC-2",
        "well-architected:SEC03-BP07",
        "nist-800-53:AC-3",
        "nist-800-53:AC-6",
    ),
)
def platform_resource_admits_tenant(facts: Facts) -> Iterator[Finding]:
    """What stands in the platform's accounts is there for all tenants, so that who is let in to one of its keys,
    secrets or queues has what the others rely on.  The organization is every tenant, and a CI/CD role whoever can
    change a tenant's program; the plans say what of it they share.
    """
    for opening in facts.openings:
        yield Finding(opening.admission.at.urn, opening.why, opening.verdict, opening.reach.missing)
