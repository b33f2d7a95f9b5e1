"""How principals take over what is not theirs: whatever role, function, machine or policy their account has.

A stack knows its own roles; others stand beside them.  So it is asked whether a principal may act on a resource of a
name that no policy spells.  What a policy bounds by a name, or by how one begins (`role/shop-*`), is taken for the
principal's own; what begins with a wildcard (`role/*`, `role/*-task`) is anybody's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from ..iam import FIELDS, Principal, Reach, closure, matches, resources_of, statements
from ..iam.escalation import FORGES, LAUNCHES, RUNS
from .chains import Actor, Cast, Question, Way, way
from .escapes import ON_POLICIES, WAY_IN

_Found: TypeAlias = tuple[str, tuple[Reach, ...]]
"""What can be done, and the answers that it takes."""

_ANY = "any-other"
"""A name that no policy spells."""

_IDS = {"ec2:instance/": "i-", "ssm:managed-instance/": "mi-", "ec2:launch-template/": "lt-"}
"""What the names begin with that AWS gives: a pattern that says no more bounds nothing."""

_ON_ACCOUNT = (
    *("organizations:LeaveOrganization", "account:CloseAccount", "account:DisableRegion", "account:EnableRegion"),
    *("account:PutAlternateContact", "account:DeleteAlternateContact", "account:PutContactInformation"),
    *("account:StartPrimaryEmailUpdate", "account:AcceptPrimaryEmailUpdate"),
)
"""Actions on an account itself.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsaccountmanagement.html
"""

_ON_ORGANIZATION = (
    *("organizations:AttachPolicy", "organizations:DetachPolicy", "organizations:UpdatePolicy"),
    *("organizations:DeletePolicy", "organizations:DisablePolicyType", "organizations:PutResourcePolicy"),
    *("organizations:MoveAccount", "organizations:RemoveAccountFromOrganization", "organizations:CloseAccount"),
    *("organizations:InviteAccountToOrganization", "organizations:LeaveOrganization"),
    *("organizations:DeleteOrganization", "organizations:RegisterDelegatedAdministrator"),
    *("organizations:DeregisterDelegatedAdministrator", "organizations:EnableAWSServiceAccess"),
    *("organizations:DisableAWSServiceAccess", "iam:EnableOrganizationsRootSessions"),
    *("iam:EnableOrganizationsRootCredentialsManagement", "sso:CreateAccountAssignment"),
    *("sso:PutInlinePolicyToPermissionSet", "sso:AttachManagedPolicyToPermissionSet"),
    *("sso:AttachCustomerManagedPolicyReferenceToPermissionSet", "identitystore:CreateGroupMembership"),
)
"""Actions that lift what an organization holds its accounts to, or give access to all of them.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsiamidentitycenter.html
"""

_INTO_ACCOUNTS = (
    *(WAY_IN, "AWSControlTowerExecution", "AWSCloudFormationStackSetExecutionRole"),
    f"stacksets-exec-{_ANY}",
)
"""Roles by which an organization administers its accounts.

https://docs.aws.amazon.com/controltower/latest/userguide/roles-how.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-prereqs-self-managed.html
"""


def of_roles(cast: Cast) -> Iterator[Way]:
    """How CI/CD principals can become whatever role their account has."""
    yield from _taken(cast, cast.cicd, _roles)


def of_accounts(cast: Cast) -> Iterator[Way]:
    """How the customer's principals can take over what else their account has, or the account itself."""
    yield from _taken(cast, cast.customers, _account)


def of_tenants(cast: Cast) -> Iterator[Way]:
    """What the platform's own CI/CD principals can do to the accounts of all tenants, and to what hides its secrets."""
    own = [each for each in cast.cicd if each.principal.who.account in cast.platform.accounts]
    yield from _taken(cast, own, _organization)


def _taken(cast: Cast, actors: Sequence[Actor], powers: Callable[[Cast, Principal], Iterator[_Found]]) -> Iterator[Way]:
    """One way an actor, by itself or as a role that it assumes, passes or runs code with.  What it gives itself or
    others first is told by those rules that are about that.
    """
    by_arn = {each.principal.who.id: each for each in actors}
    found: dict[str, Way] = {}
    for step in closure(cast.world, [each.principal for each in actors]):
        path = step.path()
        own = path[0].principal.who.id
        if any(each.means == "write" for each in path) or (own in found and found[own].is_sure):
            continue
        for what, answers in powers(cast, step.principal):
            if all(answer.verdict != "unreachable" for answer in answers):
                one = way(by_arn[own], what, step, *answers)
                if own not in found or one.is_sure:
                    found[own] = one
                if one.is_sure:
                    break
    yield from found.values()


def _roles(cast: Cast, principal: Principal) -> Iterator[_Found]:
    """The ways to become a role of the account."""
    roles = _others(principal, "iam:PassRole")
    passing = cast.ask(principal, [(roles, ("iam:PassRole",))])
    for service, actions in LAUNCHES.items() if passing.verdict != "unreachable" else ():
        if launching := cast.world.launch(principal, actions):
            passed = cast.ask(principal, [(roles, ("iam:PassRole",))], facts={"iam:passedtoservice": (service,)})
            yield f"pass whatever role of its account to {service}", (passed, *launching)
    for service, actions in RUNS.items():
        if running := cast.world.launch(principal, actions, lambda p, a: cast.ask(p, [(_others(p, a), (a,))])):
            yield f"run code as whatever role of its account {service} acts as", running
    assumed = cast.ask(principal, [(roles, ("sts:AssumeRole",))], target_side=True)
    yield "assume whatever role of its account trusts it", (assumed,)
    providers = f"arn:{principal.partition}:iam::{principal.who.account}:saml-provider/*"
    forged = cast.ask(principal, [((providers,), FORGES)])
    yield "sign in as whomever a SAML provider of its account vouches for", (forged,)


def _account(cast: Cast, principal: Principal) -> Iterator[_Found]:
    """The ways to take over roles, policies, or the account itself."""
    yield from _roles(cast, principal)
    policies = _others(principal, "iam:CreatePolicyVersion")
    yield "rewrite whatever policy its account has", (cast.ask(principal, [(policies, ON_POLICIES)]),)
    yield "change the account itself", (_anywhere(cast, principal, _ON_ACCOUNT),)


def _organization(cast: Cast, principal: Principal) -> Iterator[_Found]:
    """The powers over other accounts, and over keys: what a key hides its ARN does not say."""
    iam = f"arn:{principal.partition}:iam::*"
    ways_in: list[Question] = [
        (tuple(f"{iam}:role/{name}" for name in _INTO_ACCOUNTS), ("sts:AssumeRole",)),
        ((f"{iam}:root",), ("sts:AssumeRoot",)),
    ]
    yield "administer the organization's accounts", (cast.ask(principal, ways_in, target_side=True),)
    yield "change what holds the organization's accounts", (_anywhere(cast, principal, _ON_ORGANIZATION),)
    keys = _others(principal, "kms:PutKeyPolicy")
    written = cast.ask(principal, [(keys, ("kms:PutKeyPolicy",))], target_side=True)
    yield "let itself at whatever key its account has", (written,)
    # A grant that is only made for a service of AWS's own is for what that service encrypts.
    facts = {"kms:grantisforawsresource": ("false",)}
    granted = cast.ask(principal, [(keys, ("kms:CreateGrant",))], target_side=True, facts=facts)
    yield "let itself at whatever key its account has", (granted,)


def _anywhere(cast: Cast, principal: Principal, actions: Sequence[str]) -> Reach:
    """Some actions, on anything that they can be about."""
    own = f"arn:{principal.partition}:"
    named = {each: tuple(glob.replace("arn:*:", own) for glob in resources_of(each)) for each in actions}
    return cast.ask(principal, [(globs, (each,)) for each, globs in named.items()])


def _others(principal: Principal, action: str) -> tuple[str, ...]:
    """What an action can be about in the principal's account that no policy names."""
    found: dict[str, None] = {}
    for glob in resources_of(action):
        if ":" not in glob:
            return (glob,)
        _, _, service, region, _, resource = glob.split(":", FIELDS - 1)
        kind = resource.partition("*")[0]
        begun = kind + _IDS.get(f"{service}:{kind}", "")
        for name in (begun + resource.removeprefix(kind), *_openly_named(principal, service, kind)):
            named = name.replace("*", _ANY).replace("?", "x")
            found[f"arn:{principal.partition}:{service}:{region}:{principal.who.account}:{named}"] = None
    return tuple(found)


def _openly_named(principal: Principal, service: str, kind: str) -> Iterator[str]:
    """Patterns of the principal's policies for a kind of resource (`role/`) that begin with a wildcard."""
    for level in (principal.policies.identity, principal.policies.boundary):
        for statement in statements(level, "Allow"):
            for text in () if statement.not_resources else statement.resources:
                fields = text.split(":", FIELDS - 1) if isinstance(text, str) else []
                named = fields[5] if len(fields) == FIELDS and matches(fields[2], service) else ""
                if named.startswith((f"{kind}*", f"{kind}?")):
                    yield named
