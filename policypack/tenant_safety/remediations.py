"""What the pack may put right in a resource's own properties, where the registry says so."""

from dataclasses import dataclass, replace

from .iam import matches
from .model import LogGroup, Part, Principal, Unknown
from .tenancy import Plan, Platform


@dataclass(frozen=True, slots=True)
class Remedy:
    """A part of a resource as it is to be: the rule that would have found it, and what is put right."""

    rule: str
    part: Part
    what: str


def remedy(part: Part, platform: Platform, plan: Plan | None) -> Remedy | None:
    """What puts a part right, if anything is surely wrong with it and the registry has it put right."""
    if isinstance(part, Principal) and "cicd-boundary-missing" in platform.remediate:
        return _boundary(part, platform)
    if isinstance(part, LogGroup) and "log-retention-short" in platform.remediate:
        return _retention(part, plan)
    return None


def _boundary(principal: Principal, platform: Platform) -> Remedy | None:
    """A CI/CD role or user without a permission boundary is given the registry's one.

    A boundary only ever takes permissions away.  It has to be a policy of the same account.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    name, account = principal.name, principal.at.account
    if principal.boundary is not None or principal.kind == "group" or isinstance(name, Unknown):
        return None
    named = any(matches(pattern.lower(), name.lower()) for pattern in platform.cicd_roles.names)
    arn = "" if isinstance(account, Unknown) else platform.cicd_boundary(account)
    if not named or not arn:
        return None
    return Remedy("cicd-boundary-missing", replace(principal, boundary=arn), f"permission boundary {arn}")


def _retention(group: LogGroup, plan: Plan | None) -> Remedy | None:
    """A log group that forgets too soon keeps its logs for as long as the plan says."""
    least = plan.log_retention_days if plan else None
    if least is None or isinstance(group.retention, Unknown) or not 0 < group.retention < least:
        return None
    return Remedy("log-retention-short", replace(group, retention=float(least)), f"retention of {least} days")
