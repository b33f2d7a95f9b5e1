"""KMS grants: named ones are made once, new ones work with their token first, and using a key needs leave.

Sources: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html and
https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.kms.models import kms_backends

from . import principals, sts
from .calls import Call, Refusal
from .world import Rule, World

MAX_GRANTS = 50_000
_KEY_ARN = re.compile(r"arn:aws:kms:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):key/(?P<id>[\w-]+)")
_NAME = re.compile(r"[A-Za-z0-9:/_-]{1,256}")
# https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html#KMS-CreateGrant-request-Operations
_OPERATIONS = """
    Decrypt Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo Sign Verify GetPublicKey
    CreateGrant RetireGrant DescribeKey GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext GenerateMac VerifyMac
    DeriveSharedSecret
"""
USES = ("Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "DescribeKey")


@dataclass
class Grant:
    """A grant on a key.  Its tokens are interchangeable; only their hashes are kept."""

    id: str
    key: str
    grantee: str
    operations: tuple[str, ...]
    retiring: str
    name: str
    constraints: Mapping[str, Any]
    issuer: str
    at: float
    tokens: set[str] = field(default_factory=set, repr=False)

    def same_request(self, other: Grant) -> bool:
        parts = ("key", "grantee", "operations", "retiring", "name", "constraints")
        return all(getattr(self, part) == getattr(other, part) for part in parts)


def create_grant(call: Call, world: World) -> dict[str, Any]:
    params, key = call.params, _key(call)
    name = params.get("Name") or ""
    if name and not _NAME.fullmatch(name):
        raise Refusal("ValidationException", f"Value '{name}' at 'name' must satisfy {_NAME.pattern}", 400)
    unknown = set(params.get("Operations") or ()) - set(_OPERATIONS.split())
    if unknown or not params.get("Operations"):
        raise Refusal("ValidationException", f"Unknown operations in 'operations': {sorted(unknown)}", 400)
    if not params.get("GranteePrincipal"):
        raise Refusal("ValidationException", "this local AWS knows grants to principals of accounts only", 400)
    for principal in (params["GranteePrincipal"], params.get("RetiringPrincipal")):
        _exists(principal, call, world)
    _authorize(call, key, world, _conditions(params, call))
    wanted = Grant(
        id=secrets.token_hex(32),
        key=key.arn,
        grantee=params["GranteePrincipal"],
        operations=tuple(sorted(params["Operations"])),
        retiring=params.get("RetiringPrincipal") or "",
        name=name,
        constraints=params.get("Constraints") or {},
        issuer=f"arn:aws:iam::{key.account_id}:root",
        at=call.now,
    )
    # A name makes a retry harmless; the token is new each time.
    known = (grant for grant in world.grants.values() if name and grant.same_request(wanted))
    grant = next(known, wanted)
    if grant is wanted and sum(other.key == key.arn for other in world.grants.values()) >= MAX_GRANTS:
        raise Refusal("LimitExceededException", f"A key has at most {MAX_GRANTS} grants", 400)
    token = secrets.token_urlsafe(96)
    grant.tokens.add(_hash(token))
    world.grants[grant.id] = grant
    return {"GrantId": grant.id, "GrantToken": token}


def list_grants(call: Call, world: World) -> dict[str, Any]:
    """Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html"""
    key, params = _key(call), call.params
    _authorize(call, key, world)
    found = [grant for grant in world.grants.values() if grant.key == key.arn]
    for part, attribute in (("GrantId", "id"), ("GranteePrincipal", "grantee")):
        if params.get(part):
            found = [grant for grant in found if getattr(grant, attribute) == params[part]]
    start, size = int(params.get("Marker") or 0), int(params.get("Limit") or 50)
    more = start + size < len(found)
    marker = {"NextMarker": str(start + size)} if more else {}
    return {"Grants": [_shown(grant, world) for grant in found[start : start + size]], "Truncated": more, **marker}


def list_retirable(call: Call, world: World) -> dict[str, Any]:
    found = [grant for grant in world.grants.values() if grant.retiring == call.params["RetiringPrincipal"]]
    return {"Grants": [_shown(grant, world) for grant in found], "Truncated": False}


def revoke_grant(call: Call, world: World) -> dict[str, Any]:
    """Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_RevokeGrant.html"""
    key = _key(call)
    _authorize(call, key, world)
    grant = world.grants.get(call.params["GrantId"])
    if grant is None or grant.key != key.arn:
        raise Refusal("NotFoundException", f"Grant ID {call.params['GrantId']} not found", 400)
    del world.grants[grant.id]
    return {}


def retire_grant(call: Call, world: World) -> dict[str, Any]:
    """By its token, or by its key and id; by the retiring principal, by a grantee who may, or by the key's account.

    Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html
    """
    params = call.params
    if params.get("GrantToken"):
        token = _hash(params["GrantToken"])
        grant = next((grant for grant in world.grants.values() if token in grant.tokens), None)
        if grant is None:
            raise Refusal("InvalidGrantTokenException", "The grant token is not valid", 400)
    else:
        key = _key(call)
        grant = world.grants.get(params.get("GrantId") or "")
        if grant is None or grant.key != key.arn:
            raise Refusal("NotFoundException", f"Grant ID {params.get('GrantId')} not found", 400)
    mine = (call.caller.principal, call.caller.arn, f"arn:aws:iam::{call.account}:root")
    retires = grant.retiring in mine or (grant.grantee in mine and "RetireGrant" in grant.operations)
    if not retires:
        _authorize(call, _key_of(grant.key), world)
    del world.grants[grant.id]
    return {}


def use(call: Call, world: World) -> None:
    """Using a key needs its policy and the caller's, or a grant; a new grant counts once its token is shown.

    Source: https://docs.aws.amazon.com/kms/latest/developerguide/using-grant-token.html
    """
    if "alias/" in (call.params.get("KeyId") or ""):
        return  # An alias is its own account's, and moto's matter.
    key = _key(call)
    if not key.enabled:
        raise Refusal("DisabledException", f"{key.arn} is disabled.", 400)
    if not any(_grants(grant, key, call, world) for grant in world.grants.values()):
        _authorize(call, key, world)
    call.owner = key.account_id


def _grants(grant: Grant, key: Any, call: Call, world: World) -> bool:
    shown = {_hash(token) for token in call.params.get("GrantTokens") or ()}
    known = call.now >= grant.at + world.settings.kms_delay or shown & grant.tokens
    mine = (call.caller.principal, call.caller.arn, f"arn:aws:iam::{call.account}:root")
    context = call.params.get("EncryptionContext") or {}
    equals = grant.constraints.get("EncryptionContextEquals")
    subset = grant.constraints.get("EncryptionContextSubset") or {}
    fits = (equals is None or equals == context) and subset.items() <= context.items()
    return bool(
        known and fits and grant.key == key.arn and grant.grantee in mine and call.operation in grant.operations
    )


def _key(call: Call) -> Any:
    """The key of a call.  Another account's needs its whole ARN; grants take no alias."""
    key_id = call.params.get("KeyId") or call.params.get("TargetKeyId") or ""
    if not key_id and call.operation == "Decrypt":
        key_id = _key_of_ciphertext(call)
    return _key_of(key_id if key_id.startswith("arn:") else f"arn:aws:kms:{call.region}:{call.account}:key/{key_id}")


def _key_of(arn: str) -> Any:
    match = _KEY_ARN.fullmatch(arn)
    found = match and kms_backends[match["account"]][match["region"]].keys.get(match["id"])
    if not found:
        raise Refusal("NotFoundException", f"Key '{arn}' does not exist", 400)
    return found


def _key_of_ciphertext(call: Call) -> str:
    """The ARN of the key that made a ciphertext: moto puts the key's id first."""
    key_id = bytes(call.params.get("CiphertextBlob") or b"")[:36].decode(errors="replace")
    regions = (backend for account in list(kms_backends.values()) for backend in list(account.values()))
    return next((backend.keys[key_id].arn for backend in regions if key_id in backend.keys), key_id)


def _conditions(params: Mapping[str, Any], call: Call) -> dict[str, tuple[str, ...]]:
    """What CreateGrant asks for.

    Source: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    """
    found = {
        "kms:calleraccount": (call.account,),
        "kms:granteeprincipal": (params.get("GranteePrincipal"),),
        "kms:retiringprincipal": (params.get("RetiringPrincipal"),),
        "kms:grantoperations": tuple(params["Operations"]),
        "kms:grantconstrainttype": tuple(params.get("Constraints") or ()),
    }
    return {key: tuple(value for value in values if value) for key, values in found.items() if any(values)}


def _authorize(call: Call, key: Any, world: World, more: dict[str, tuple[str, ...]] | None = None) -> None:
    action = f"kms:{call.operation}"
    if not sts.authorized(call, world, action, key.arn, account=key.account_id, policy=key.policy, more=more):
        said = f"User: {call.caller.arn} is not authorized to perform: {action} on resource: {key.arn}"
        raise Refusal("AccessDeniedException", said, 400)


def _exists(principal: str | None, call: Call, world: World) -> None:
    """KMS looks principals up when the grant is made.

    The reference names InvalidArnException; its text is as users quote it.
    """
    if not principal:
        return
    account = principals.account_of(principal)
    known = account not in world.closed if account else world.visible(principal, call.now) is not None
    if not known:
        raise Refusal("InvalidArnException", f"ARN does not refer to a valid principal: {principal}", 400)


def _shown(grant: Grant, world: World) -> dict[str, Any]:
    shown = {
        "KeyId": grant.key,
        "GrantId": grant.id,
        "Name": grant.name,
        "CreationDate": world.clock.date(grant.at),
        "GranteePrincipal": grant.grantee,
        "RetiringPrincipal": grant.retiring,
        "IssuingAccount": grant.issuer,
        "Operations": list(grant.operations),
        "Constraints": dict(grant.constraints),
    }
    return {name: value for name, value in shown.items() if value}


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


RULES: dict[str, Rule] = {
    "CreateGrant": create_grant,
    "ListGrants": list_grants,
    "ListRetirableGrants": list_retirable,
    "RevokeGrant": revoke_grant,
    "RetireGrant": retire_grant,
    **dict.fromkeys(USES, use),
}
