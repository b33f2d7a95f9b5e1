"""Who calls, and who exists: identities behind access keys, and the principals of every account's IAM.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.iam.models import iam_backends

ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_ENTITY = re.compile(r"arn:aws:iam::(?P<account>\d{12}):(?P<kind>role|user)/(?P<path>.*/)?(?P<name>[^/]+)")
_SESSION = re.compile(r"arn:aws:sts::(?P<account>\d{12}):assumed-role/(?P<name>[^/]+)/(?P<session>[\w+=,.@-]+)")
_ROOT = re.compile(r"arn:aws:iam::(?P<account>\d{12}):root")
_ID = re.compile(r"A(?:ROA|IDA)[A-Z0-9]+")


@dataclass(frozen=True)
class Identity:
    """Whom an access key stands for.

    `arn` is what GetCallerIdentity tells, `principal` the role or user behind it.  `unlimited` is a test's own
    identity: an administrator whom IAM does not know.  An `onlooker` is one besides whom no fault strikes, no limit
    stops, no time passes and no journal tells of.
    """

    account: str = ""
    arn: str = ""
    user_id: str = ""
    principal: str = ""
    token: str = ""
    expires: float | None = None
    session_policy: str = ""
    chained: bool = False
    unlimited: bool = False
    onlooker: bool = False


@dataclass(frozen=True)
class Entity:
    """A role or user as IAM holds it."""

    arn: str
    id: str
    name: str
    source: Any


def backend(account: str) -> Any:
    return iam_backends[account]["aws"]


def entities(account: str) -> Iterator[Entity]:
    for source in (*backend(account).roles.values(), *backend(account).users.values()):
        yield Entity(source.arn, source.id, source.name, source)


def find(arn: str) -> Entity | None:
    """The role or user of an ARN, path and all; of a session's ARN, its role."""
    match = _ENTITY.fullmatch(arn) or _SESSION.fullmatch(arn)
    if match is None:
        return None
    if _SESSION.fullmatch(arn):
        named = (e for e in entities(match["account"]) if ":role/" in e.arn and e.name == match["name"])
        return next(named, None)
    return next((entity for entity in entities(match["account"]) if entity.arn == arn), None)


def find_id(unique_id: str) -> Entity | None:
    known = [account for account in list(iam_backends) if account.isdecimal()]
    return next((e for account in known for e in entities(account) if e.id == unique_id), None)


def account_of(principal: str) -> str | None:
    """The account that a principal names as a whole: its id, or its root's ARN."""
    root = _ROOT.fullmatch(principal)
    return root["account"] if root else principal if re.fullmatch(r"\d{12}", principal) else None


def is_unique_id(principal: str) -> bool:
    return _ID.fullmatch(principal) is not None


def aws_principals(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The principals of a document, as pairs of kind and text."""
    for statement in _listed(document.get("Statement", ())):
        for element in ("Principal", "NotPrincipal"):
            named = statement.get(element)
            if isinstance(named, str):
                yield "AWS", named
            for kind, values in (named or {}).items() if isinstance(named, Mapping) else ():
                for value in _listed(values):
                    yield str(kind), str(value)


def forget(arn: str, unique_id: str) -> None:
    """In every trust policy the ARN of a deleted principal becomes its unique id, which names nobody any more.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    for account in [account for account in list(iam_backends) if account.isdecimal()]:
        for role in backend(account).roles.values():
            document = json.loads(role.assume_role_policy_document)
            if any(value == arn for _, value in aws_principals(document)):
                role.assume_role_policy_document = json.dumps(_renamed(document, arn, unique_id))


def _renamed(document: dict[str, Any], arn: str, unique_id: str) -> dict[str, Any]:
    def renamed(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: renamed(item) for key, item in value.items()}
        if isinstance(value, list):
            return [renamed(item) for item in value]
        return unique_id if value == arn else value

    statements = [
        {key: renamed(value) if key in ("Principal", "NotPrincipal") else value for key, value in statement.items()}
        for statement in _listed(document["Statement"])
    ]
    return {**document, "Statement": statements}


def identity_policies(entity: Entity) -> list[str]:
    """A principal's own policies, inline and attached."""
    return [*entity.source.policies.values(), *(policy.document for policy in entity.source.managed_policies.values())]


def boundary(entity: Entity) -> str | None:
    """The document of a role's permissions boundary."""
    arn = getattr(entity.source, "permissions_boundary_arn", None)
    found = next(
        (policy for policy in backend(entity.source.account_id).managed_policies.values() if policy.arn == arn), None
    )
    return found.document if found else None


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
