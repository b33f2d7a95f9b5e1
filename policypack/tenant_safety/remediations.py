"""What the pack may put right in a resource's own properties, where the registry says so."""

from .iam import matches
from .model import Principal
from .tenancy import Platform

BOUNDARY = "cicd-boundary-missing"
"""The rule whose findings `boundary` puts right."""


def boundary(principal: Principal, platform: Platform) -> str:
    """The permission boundary that a CI/CD role or user is given; empty if it has one, or may have.

    A boundary only ever takes permissions away.  It has to be a policy of the same account.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    name, account = principal.name, principal.at.account
    if BOUNDARY not in platform.remediate or principal.boundary is not None or principal.kind == "group":
        return ""
    if not isinstance(name, str) or not isinstance(account, str):
        return ""
    named = any(matches(pattern.lower(), name.lower()) for pattern in platform.cicd_roles.names)
    return platform.cicd_boundary(account) if named else ""
