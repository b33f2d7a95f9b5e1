"""STS: who may assume what.  The project's own IAM engine decides, by the role's trust and the caller's policies.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

from tenant_safety.iam import Attached, DocumentError, Policies, Request, caller, evaluate, parse

from . import principals
from .calls import Call, Refusal
from .principals import Identity
from .world import Rule, World

_SESSION = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_CHAINED = 3600


def assume_role(call: Call, world: World) -> dict[str, Any]:
    params = call.params
    arn, session = params["RoleArn"], params["RoleSessionName"]
    duration = int(params.get("DurationSeconds") or 3600)
    _check("roleSessionName", session, _SESSION)
    _check("externalId", params.get("ExternalId") or "none", _EXTERNAL_ID)
    if not 900 <= duration <= 43_200:
        raise Refusal("ValidationError", f"1 validation error detected: Value '{duration}' at 'durationSeconds'", 400)
    if params.get("Tags") or params.get("PolicyArns"):
        raise Refusal("ValidationError", "this local AWS knows neither session tags nor session policies by ARN", 400)
    role = world.visible(arn, call.now) if ":role/" in arn else None
    account = arn.split(":")[4] if arn.count(":") > 4 else ""
    if role is None or account in world.closed or not _allowed(call, role, account, world):
        # One answer for a role that does not exist and for one that may not be assumed, as on AWS.
        said = f"User: {call.caller.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}"
        raise Refusal("AccessDenied", said, 403)
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
    most = _CHAINED if call.caller.chained else int(role.source.max_session_duration or 3600)
    if duration > most:
        limit = (
            "1 hour session limit for roles assumed by role chaining"
            if call.caller.chained
            else ("MaxSessionDuration set for this role")
        )
        raise Refusal("ValidationError", f"The requested DurationSeconds exceeds the {limit}.", 400)
    identity = session_of(role, account, session, call.now + duration, params.get("Policy") or "")
    keys = world.sign_in(identity)
    return {
        "Credentials": {**keys, "Expiration": world.clock.date(call.now + duration)},
        "AssumedRoleUser": {"AssumedRoleId": identity.user_id, "Arn": identity.arn},
    }


def session_of(role: principals.Entity, account: str, name: str, expires: float | None, policy: str = "") -> Identity:
    return Identity(
        account=account,
        arn=f"arn:aws:sts::{account}:assumed-role/{role.name}/{name}",
        user_id=f"{role.id}:{name}",
        principal=role.arn,
        token=secrets.token_hex(24),
        expires=expires,
        session_policy=policy,
        chained=True,
    )


def caller_identity(call: Call, _world: World) -> dict[str, Any]:
    return {"UserId": call.caller.user_id, "Account": call.caller.account, "Arn": call.caller.arn}


def unknown(call: Call, _world: World) -> None:
    raise Refusal("InvalidAction", f"this local AWS does not know {call.operation}", 400)


def _allowed(call: Call, role: principals.Entity, account: str, world: World) -> bool:
    context: dict[str, tuple[str, ...]] = {"sts:rolesessionname": (call.params["RoleSessionName"],)}
    if call.params.get("ExternalId"):
        context["sts:externalid"] = (call.params["ExternalId"],)
    document = role.source.assume_role_policy_document
    return authorized(call, world, "sts:AssumeRole", role.arn, account=account, policy=document, more=context)


def authorized(
    call: Call,
    world: World,
    action: str,
    resource: str,
    *,
    account: str,
    policy: str | None,
    more: dict[str, tuple[str, ...]] | None = None,
) -> bool:
    """Whether the caller's own policies, and the resource's if it has any, allow an action, across accounts too."""
    who = call.caller
    entity = principals.find(who.principal)
    identity = [json.dumps(principals.ALL)] if who.unlimited else principals.identity_policies(entity) if entity else []
    bound = principals.boundary(entity) if entity else None
    policies = Policies(
        identity=_attached("identity", identity),
        boundary=_attached("boundary", [bound] if bound else []),
        session=_attached("session", [who.session_policy] if who.session_policy else []),
        resource=_attached("resource", [] if policy is None else [policy]),
    )
    context = {**_context(call, world, entity, account), **(more or {})}
    try:
        asked = Request(caller(who.arn), action, resource, account, context)
        return evaluate(asked, policies).decision == "allow"
    except DocumentError as error:
        raise Refusal("MalformedPolicyDocument", str(error), 400) from None


def _context(call: Call, world: World, entity: Any, account: str) -> dict[str, tuple[str, ...]]:
    """Condition keys of the caller.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    who = call.caller
    found = {
        "aws:userid": who.user_id,
        "aws:securetransport": "true",
        "aws:principalarn": who.principal or who.arn,
        "aws:principalorgid": world.organization(who.account),
        "aws:resourceorgid": world.organization(account),
    }
    for tag in (getattr(entity.source, "tags", None) or ()) if entity else ():
        found[f"aws:principaltag/{tag['Key'].lower()}"] = tag["Value"]
    return {key: (value,) for key, value in found.items() if value is not None}


def _attached(source: str, documents: list[str]) -> tuple[Attached, ...]:
    return tuple(Attached(f"{source}[{i}]", parse(document)) for i, document in enumerate(documents))


def _check(what: str, value: str, pattern: re.Pattern[str]) -> None:
    if not pattern.fullmatch(value):
        said = f"1 validation error detected: Value at '{what}' failed to satisfy constraint: {pattern.pattern}"
        raise Refusal("ValidationError", said, 400)


RULES: dict[str, Rule] = {
    "AssumeRole": assume_role,
    "GetCallerIdentity": caller_identity,
    "AssumeRoleWithWebIdentity": unknown,
    "AssumeRoleWithSAML": unknown,
    "GetFederationToken": unknown,
    "GetSessionToken": unknown,
}
