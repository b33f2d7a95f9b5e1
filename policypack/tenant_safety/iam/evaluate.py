"""Does AWS allow one concrete request?  Written to be read beside AWS's documentation.

`reach.py` answers for all requests at once and by other means; each of its witnesses is accepted here.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from .conditions import Context, holds
from .documents import Condition, Statement, Unknown
from .policies import Attached, Cause, Level, Policies
from .principals import Caller, Naming, is_excepted, namings
from .services import action as known_action
from .variables import Unresolved, fill
from .wildcards import FIELDS, matches, matches_resource


@dataclass(frozen=True, slots=True)
class Request:
    """One request.  `context`: condition keys (lower case) with their values; what AWS derives may be left out.

    `account`: whose the resource is; if empty, the ARN tells, and if it has none either, it is the caller's own.
    """

    who: Caller
    action: str
    resource: str
    account: str = ""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bounded: bool = False
    """The caller has a permission boundary; `evaluate` fills it in."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, and what decided: statements, or the kinds of policies that do not allow it."""

    decision: Literal["allow", "implicit_deny", "explicit_deny"]
    by: tuple[Cause, ...] = ()


ALWAYS_ALLOWED = frozenset({"sts:getcalleridentity", "sts:getsessiontoken"})
"""Actions that no policy controls.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
"""


def evaluate(request: Request, policies: Policies) -> Decision:
    """Decides a request by all policies, which have to be known.  Raises `ValueError` if one is not."""
    request = normal(request)
    if request.action in ALWAYS_ALLOWED and request.who.kind != "anonymous":
        return Decision("allow", (Cause("AWS: no policy controls this action"),))
    request = replace(request, bounded=bool(policies.boundary))
    applying = _applying(request.who, policies)
    denies = tuple(cause for level in applying.levels() for cause in _matching(level, "Deny", request))
    if denies:
        return Decision("explicit_deny", denies)
    return _limited(request, applying)


def _applying(who: Caller, policies: Policies) -> Policies:
    """SCPs apply to callers of the organization's accounts; neither they nor RCPs to service-linked roles.

    Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html and
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    """
    return replace(
        policies,
        scps=policies.scps if who.account and not who.is_service_linked else (),
        rcps=() if who.is_service_linked else policies.rcps,
    )


def _limited(request: Request, policies: Policies) -> Decision:
    """Every level of the organization, and the endpoint, has to allow.  RCPs allow all that they do not deny."""
    by: list[Cause] = []
    limits = [(f"scps[{i}]", level) for i, level in enumerate(policies.scps)]
    if policies.endpoint:
        limits.append(("endpoint_policies", policies.endpoint))
    for name, level in limits:
        found = _matching(level, "Allow", request)
        if not found:
            return _refused(name)
        by += found
    granted = _granted(request, policies)
    return replace(granted, by=(*by, *granted.by)) if granted.decision == "allow" else granted


def _refused(*kinds: str) -> Decision:
    return Decision("implicit_deny", tuple(Cause(f"no statement of {kind} allows it") for kind in kinds))


def _granted(request: Request, policies: Policies) -> Decision:
    """Do the caller's own policies and those of the resource grant it?"""
    who = request.who
    named = _naming(policies.resource or (), request)
    if not who.account:
        return Decision("allow", tuple(named.values())) if named else _refused("resource_policies")
    if who.kind == "root" and request.action == "sts:assumerole":
        return Decision("implicit_deny", (Cause("AWS: the root user can't assume roles"),))

    lacking = []
    own: list[Cause] = []
    for kind, level in (
        ("identity_policies", policies.identity),
        ("permission_boundaries", policies.boundary),
        ("session_policies", policies.session),
    ):
        found = _matching(level, "Allow", request)
        own += found
        if not found and _is_needed(kind, level, who):
            lacking.append(kind)

    is_own = who.account == request.account
    if is_own and not set(lacking) - {"identity_policies"} and "role" in named:
        return Decision("allow", (named["role"],))
    if is_own and (direct := [named[how] for how in DIRECT if how in named]):
        return Decision("allow", tuple(direct))
    if not named and (not is_own or decides_alone(request.action, request.resource)):
        lacking.append("resource_policies")
    return _refused(*lacking) if lacking else Decision("allow", (*own, *named.values()))


def _is_needed(kind: str, level: Level, who: Caller) -> bool:
    """Does a caller need an Allow of such policies?  The root user may do all in its account; a federated user has
    nothing beyond its session policies.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getfederationtoken.html
    """
    if kind == "session_policies":
        return bool(level) or who.kind == "federated-user"
    return who.kind != "root" and (bool(level) or kind == "identity_policies")


DIRECT: tuple[Naming, ...] = ("everyone", "user", "session", "federated-user")
"""Namings in a resource's policy that grant to a caller of the same account whatever its other policies leave out.

A grant to a role is limited by the role's boundary and session policies; one to the account only delegates.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single.html
"""


def decides_alone(action: str, resource: str) -> bool:
    """Must the resource's own policy allow the action, even in the same account?  Of KMS keys and of a role's trust.

    Sources: https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html and
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html
    """
    own = {"kms": "key/", "sts": "role/"}.get(action.partition(":")[0])
    fields = resource.split(":", FIELDS - 1)
    return own is not None and len(fields) == FIELDS and fields[-1].startswith(own)


def normal(request: Request) -> Request:
    """The request as AWS evaluates it: what it derives filled in, and `*` for the resource of an action without one."""
    name = request.action.lower()
    known = known_action(name)
    resource = "*" if known and not known.resources else request.resource
    fields = request.resource.split(":", FIELDS - 1)
    account = (
        request.account or (fields[4] if len(fields) == FIELDS and fields[4] != "aws" else "") or request.who.account
    )
    context = {**derived(request.who, account), **request.context}
    return Request(request.who, name, resource, account, context)


def derived(who: Caller, account: str) -> dict[str, tuple[str, ...]]:
    """The condition keys that AWS fills in from who asks and whose resource it is.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    found = {"aws:principalisawsservice": str(who.kind == "service").lower()}
    if who.kind == "service":
        found["aws:principalservicename"] = who.id
    if who.account:
        found["aws:principalaccount"] = who.account
        found["aws:principalarn"] = who.id
    if account:
        found["aws:resourceaccount"] = account
    if who.kind == "user":
        found["aws:username"] = who.name
    if who.kind == "session":
        # The role's path is not in the session's ARN; where it matters the caller gives the key.
        partition = who.id.split(":")[1]
        found["aws:principalarn"] = f"arn:{partition}:iam::{who.account}:role/{who.name}"
    kinds = {
        "root": "Account",
        "user": "User",
        "role": "AssumedRole",
        "session": "AssumedRole",
        "federated-user": "FederatedUser",
        "anonymous": "Anonymous",
    }
    if who.kind in kinds:
        found["aws:principaltype"] = kinds[who.kind]
    return {key: (value,) for key, value in found.items()}


def _matching(level: Level, effect: Literal["Allow", "Deny"], request: Request) -> list[Cause]:
    """The statements that match a request."""
    return [
        Cause(attached.source, statement.where)
        for attached in level
        for statement in _statements(attached)
        if statement.effect == effect and _matches(statement, request)
    ]


def _naming(level: Level, request: Request) -> dict[Naming, Cause]:
    """How the resource's statements that allow a request name its caller."""
    found: dict[Naming, Cause] = {}
    for attached in level:
        for statement in _statements(attached):
            if statement.effect == "Allow" and _matches(statement, request):
                for naming in _namings(statement, request.who):
                    found.setdefault(naming, Cause(attached.source, statement.where))
    return found


def _namings(statement: Statement, who: Caller) -> frozenset[Naming]:
    """Whoever a `NotPrincipal` does not except is one of everyone."""
    return frozenset({"everyone"}) if statement.not_principals else namings(_known_principals(statement), who)


def _statements(attached: Attached) -> tuple[Statement, ...]:
    if isinstance(attached.document, Unknown) or not attached.certain:
        raise ValueError(f"{attached.source}: expected a document that is known")
    return attached.document.statements


def _matches(statement: Statement, request: Request) -> bool:
    """Does a statement apply to a request?"""
    if statement.missing:
        raise ValueError(f"{statement.where}: expected a statement that is known")
    return (
        _principal_matches(statement, request)
        and _action_matches(statement, request.action)
        and _resource_matches(statement, request)
        and all(_condition_holds(c, request.context, statement.variables) for c in statement.conditions)
    )


def _principal_matches(statement: Statement, request: Request) -> bool:
    if statement.principals is None:
        return True
    if statement.not_principals:
        return not is_excepted(_known_principals(statement), request.who, bounded=request.bounded)
    return bool(namings(_known_principals(statement), request.who))


def _known_principals(statement: Statement) -> list[tuple[str, str]]:
    return [(kind, value) for kind, value in statement.principals or () if isinstance(value, str)]


def _action_matches(statement: Statement, action: str) -> bool:
    named = any(isinstance(pattern, str) and matches(pattern, action) for pattern in statement.actions)
    return named != statement.not_actions


def _resource_matches(statement: Statement, request: Request) -> bool:
    """A trust policy has no resource: it is the role's own."""
    if not statement.resources:
        return True
    named = any(
        isinstance(pattern, str) and _one_resource_matches(pattern, statement, request)
        for pattern in statement.resources
    )
    return named != statement.not_resources


def _one_resource_matches(pattern: str, statement: Statement, request: Request) -> bool:
    if statement.variables and "${" in pattern:
        try:
            pattern = fill(pattern, request.context)
        except Unresolved:
            return False
    return matches_resource(pattern, request.resource)


def _condition_holds(condition: Condition, context: Context, variables: bool) -> bool:
    assert condition.how is not None  # Else it is missing.
    return holds(condition.how, condition.key, condition.known, context, variables=variables)
