"""IAM: names, documents, principals and quotas that moto takes as they come.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html and its neighbours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tenant_safety.iam import DocumentError, parse

from . import principals
from .calls import Call, Refusal
from .world import Rule, World

MAX_TRUST, MAX_INLINE, MAX_MANAGED, MAX_ATTACHED, MAX_TAGS = 2048, 10_240, 6144, 10, 50
_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_POLICY_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_PATH = re.compile(r"/|/[\x21-\x7e]{1,510}/")
_CHARACTERS = re.compile(r"[\t\n\r\x20-\xff]*")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|aws\.internal)")
_TAG = re.compile(r"[\w\s.:/=+@-]*")


def create_role(call: Call, world: World) -> None:
    params = call.params
    name = params["RoleName"]
    _check("roleName", name, _NAME, r"[\w+=,.@-]+")
    _check("path", params.get("Path") or "/", _PATH, r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)")
    duration = int(params.get("MaxSessionDuration") or 3600)
    if not 3600 <= duration <= 43_200:
        raise _invalid("maxSessionDuration", str(duration), "Member must have value between 3600 and 43200")
    if len(params.get("Description") or "") > 1000:
        raise _invalid("description", params["Description"], "Member must have length less than or equal to 1000")
    _tags(params.get("Tags") or (), 0)
    _trust(params["AssumeRolePolicyDocument"], call, world)
    _boundary(call, params.get("PermissionsBoundary"))
    roles = principals.backend(call.account).roles.values()
    # Names are unique whatever their case.
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names
    if any(role.name.lower() == name.lower() for role in roles):
        raise Refusal("EntityAlreadyExists", f"Role with name {name} already exists.", 409)
    if len(roles) >= world.settings.roles:
        raise _exceeded(f"Cannot exceed quota for RolesPerAccount: {world.settings.roles}")


def create_user(call: Call, _world: World) -> None:
    name = call.params["UserName"]
    _check("userName", name, _NAME, r"[\w+=,.@-]+")
    if any(user.name.lower() == name.lower() for user in principals.backend(call.account).users.values()):
        raise Refusal("EntityAlreadyExists", f"User with name {name} already exists.", 409)


def update_trust(call: Call, world: World) -> None:
    _role(call)
    _trust(call.params["PolicyDocument"], call, world)


def put_role_policy(call: Call, _world: World) -> None:
    role, name = _role(call), call.params["PolicyName"]
    _check("policyName", name, _POLICY_NAME, r"[\w+=,.@-]+")
    text = call.params["PolicyDocument"]
    _document(text, "identity")
    others = sum(_length(document) for known, document in role.policies.items() if known != name)
    if others + _length(text) > MAX_INLINE:
        raise _exceeded(f"Maximum policy size of {MAX_INLINE} bytes exceeded for role {role.name}")


def create_policy(call: Call, _world: World) -> None:
    _check("policyName", call.params["PolicyName"], _POLICY_NAME, r"[\w+=,.@-]+")
    _check("path", call.params.get("Path") or "/", _PATH, r"((/[A-Za-z0-9\.,\+@=_-]+)*)/")
    new_version(call, _world)


def new_version(call: Call, _world: World) -> None:
    text = call.params["PolicyDocument"]
    _document(text, "identity")
    if _length(text) > MAX_MANAGED:
        raise _exceeded(f"Cannot exceed quota for PolicySize: {MAX_MANAGED}")


def delete_policy(call: Call, _world: World) -> None:
    """A policy in use stays, as a permissions boundary too.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
    """
    arn, known = call.params["PolicyArn"], principals.backend(call.account)
    entities = (*known.roles.values(), *known.users.values(), *known.groups.values())
    if any(arn in e.managed_policies or getattr(e, "permissions_boundary_arn", None) == arn for e in entities):
        raise Refusal("DeleteConflict", "Cannot delete a policy attached to entities.", 409)


def put_boundary(call: Call, _world: World) -> None:
    _role(call)
    _boundary(call, call.params["PermissionsBoundary"])


def attach(call: Call, _world: World) -> None:
    role, arn = _role(call), call.params["PolicyArn"]
    if arn not in role.managed_policies and len(role.managed_policies) >= MAX_ATTACHED:
        raise _exceeded(f"Cannot exceed quota for PoliciesPerRole: {MAX_ATTACHED}")


def tag_role(call: Call, _world: World) -> None:
    role, tags = _role(call), call.params["Tags"]
    keys = {tag["Key"].lower() for tag in tags}
    _tags(tags, sum(tag["Key"].lower() not in keys for tag in role.tags))


def delete_role(call: Call, _world: World) -> None:
    """Only an empty role goes.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
    """
    role = _role(call)
    profiles = principals.backend(call.account).instance_profiles.values()
    for full, what in (
        (any(role in profile.roles for profile in profiles), "remove roles from instance profile"),
        (role.managed_policies, "detach all policies"),
        (role.policies, "delete policies"),
    ):
        if full:
            raise Refusal("DeleteConflict", f"Cannot delete entity, must {what} first.", 409)


def born(call: Call, world: World) -> None:
    """After a principal was made: it is known everywhere only after a while."""
    kind, name = ("role", call.params["RoleName"]) if "RoleName" in call.params else ("user", call.params["UserName"])
    made = (e for e in principals.entities(call.account) if f":{kind}/" in e.arn and e.name == name)
    world.born.update((entity.id, call.now) for entity in made)


def died(call: Call, world: World, gone: principals.Entity) -> None:
    """After a principal was deleted: what named it names its unique id now, and its sessions end.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    """
    principals.forget(gone.arn, gone.id)
    world.identities = {key: who for key, who in world.identities.items() if who.user_id.split(":")[0] != gone.id}
    for grant in world.grants.values():
        grant.grantee = gone.id if grant.grantee == gone.arn else grant.grantee


def going(call: Call) -> principals.Entity | None:
    """The principal that a call is about to delete."""
    kind = {"DeleteRole": "RoleName", "DeleteUser": "UserName"}.get(call.operation)
    if call.service != "iam" or kind is None:
        return None
    what = ":role/" if kind == "RoleName" else ":user/"
    found = (e for e in principals.entities(call.account) if what in e.arn and e.name == call.params[kind])
    return next(found, None)


def _role(call: Call) -> Any:
    name = call.params["RoleName"]
    for role in principals.backend(call.account).roles.values():
        if role.name == name:
            return role
    raise Refusal("NoSuchEntity", f"The role with name {name} cannot be found.", 404)


def _trust(text: str, call: Call, world: World) -> None:
    _document(text, "trust")
    if _length(text) > MAX_TRUST:
        raise _exceeded(f"Cannot exceed quota for ACLSizePerRole: {MAX_TRUST}")
    for kind, value in principals.aws_principals(json.loads(text)):
        if not _exists(kind, value, call, world):
            raise Refusal("MalformedPolicyDocument", f'Invalid principal in policy: "{kind.upper()}":"{value}"', 400)


def _exists(kind: str, value: str, call: Call, world: World) -> bool:
    """Whether IAM takes a principal: it looks each one up, and turns it into its unique id.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    if kind == "Service":
        return _SERVICE.fullmatch(value) is not None
    if kind != "AWS" or value == "*":
        return True
    account = principals.account_of(value)
    if account is not None:
        return account not in world.closed
    return world.visible(value, call.now) is not None


def _document(text: str, kind: Any) -> None:
    if not _CHARACTERS.fullmatch(text):
        raise Refusal("MalformedPolicyDocument", "The policy contains characters that are not allowed.", 400)
    try:
        parse(text, kind)
    except DocumentError as error:
        raise Refusal("MalformedPolicyDocument", f"Syntax errors in policy: {error}", 400) from None


def _boundary(call: Call, arn: str | None) -> None:
    if arn is None or any(policy.arn == arn for policy in principals.backend(call.account).managed_policies.values()):
        return
    raise Refusal("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.", 404)


def _tags(tags: Any, others: int) -> None:
    """At most 50, keys unlike each other whatever their case, none of AWS's own.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules
    """
    keys = [tag["Key"].lower() for tag in tags]
    if len(set(keys)) < len(keys):
        raise Refusal("InvalidInput", "Duplicate tag keys found. Tag keys are case insensitive.", 400)
    for tag in tags:
        if tag["Key"].lower().startswith("aws:"):
            raise Refusal("InvalidInput", "System tag keys can not be used: aws: is reserved.", 400)
        for part, text, most in (("key", tag["Key"], 128), ("value", tag["Value"], 256)):
            if len(text) > most or not _TAG.fullmatch(text):
                pattern = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]"
                raise _invalid(f"tags.1.member.{part}", text, f"Member must have at most {most} of {pattern}")
    if len(tags) + others > MAX_TAGS:
        raise _exceeded(f"The number of tags has reached the maximum limit: {MAX_TAGS}")


def _length(document: str) -> int:
    """White space does not count."""
    return len(re.sub(r"\s", "", document))


def _check(what: str, value: str, pattern: re.Pattern[str], shown: str) -> None:
    if not pattern.fullmatch(value):
        raise _invalid(what, value, f"Member must satisfy regular expression pattern: {shown}")


def _invalid(what: str, value: str, constraint: str) -> Refusal:
    said = f"1 validation error detected: Value '{value}' at '{what}' failed to satisfy constraint: {constraint}"
    return Refusal("ValidationError", said, 400)


def _exceeded(said: str) -> Refusal:
    return Refusal("LimitExceeded", said, 409)


RULES: dict[str, Rule] = {
    "CreateRole": create_role,
    "CreateUser": create_user,
    "UpdateAssumeRolePolicy": update_trust,
    "PutRolePolicy": put_role_policy,
    "CreatePolicy": create_policy,
    "CreatePolicyVersion": new_version,
    "DeletePolicy": delete_policy,
    "PutRolePermissionsBoundary": put_boundary,
    "AttachRolePolicy": attach,
    "TagRole": tag_role,
    "DeleteRole": delete_role,
}
AFTER: dict[str, Callable[[Call, World], None]] = {"CreateRole": born, "CreateUser": born}
