"""A grant's role as text: its name, its trust and its one inline policy, rendered whole from the inputs."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from tenant_links.names import text

POLICY_NAME = "grant"
MAX_POLICY = 10_240
MAX_TRUST = 2_048
"""Characters without white space:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

# Who may write these may become anyone; no grant gives them.
FORBIDDEN_SERVICES = frozenset(
    ("account", "iam", "identitystore", "organizations", "rolesanywhere", "sso", "sso-directory", "sts")
)
# Services whose resource ARNs name the resource at once, without a type before it.
_UNTYPED = frozenset(("execute-api", "s3", "sns", "sqs"))
_LITERAL_START = 3
_MOST_TAGS = 40
_TAG = re.compile(r"[\w .:/=+@-]{1,128}")

_ACTION = re.compile(r"(?P<service>[A-Za-z0-9-]+):(?P<name>[A-Za-z0-9*?]+)")
_ARN = re.compile(
    r"arn:aws[a-z-]*:(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*|\*):(?P<account>\d{12})?:(?P<resource>\S+)"
)
_KEY = re.compile(r"arn:aws[a-z-]*:kms:(?P<region>[a-z0-9-]+):\d{12}:key/[A-Za-z0-9-]+")
# What a grant with an encryption context can give: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
KEY_ACTIONS = frozenset(
    f"kms:{operation}"
    for operation in (
        *("Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"),
        *("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "DescribeKey"),
    )
)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{22,1224}", re.ASCII)
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
_BOUNDARY = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:policy/[\w+=,.@/-]+", re.ASCII)
_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:iam::(?P<account>\d{12}):role/[\w+=,.@/*?-]+", re.ASCII)

Document = dict[str, Any]


def role_name(tenant: str, environment: str, grant: str) -> str:
    """At most 64 characters, in lower case since IAM's names differ by more than case.

    The hash tells `a-b`, `c` from `a`, `b-c` and keeps cut names apart.
    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
    """
    mark = hashlib.sha256(json.dumps([tenant, environment, grant]).encode()).hexdigest()[:10]
    return f"{tenant}-{environment}-{grant}"[:53] + "-" + mark


def role_path(tenant: str) -> str:
    return f"/tenant-links/{tenant}/"


def role_arn(master_account: str, tenant: str, name: str) -> str:
    return f"arn:aws:iam::{master_account}:role{role_path(tenant)}{name}"


def trust(tenant_account: str, external_id: str, principals: list[str], organization: str | None) -> Document:
    """The trust policy: the tenant's account, narrowed by conditions.

    The principal is the account, not a role: IAM turns a role's ARN into an id that dies with the role.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    equals = {"sts:ExternalId": external_id} | ({"aws:PrincipalOrgID": organization} if organization else {})
    statement = {
        "Sid": "Tenant",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{tenant_account}:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": equals, "ArnLike": {"aws:PrincipalArn": principals}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def policy(actions: list[str], resources: list[str]) -> Document:
    statement = {"Sid": "Grant", "Effect": "Allow", "Action": actions, "Resource": resources}
    return {"Version": "2012-10-17", "Statement": [statement]}


def render(document: Document) -> str:
    return json.dumps(document, separators=(",", ":"), sort_keys=True)


def actions(value: object) -> list[str]:
    """Actions of one service each, sorted, without repetition: `["s3:GetObject"]`."""
    return sorted({_action(item) for item in _texts(value, "actions")})


def resources(value: object) -> list[str]:
    """ARNs of named resources, sorted, without repetition."""
    return sorted({_resource(item) for item in _texts(value, "ARNs")})


def kind(value: object) -> str:
    if value not in ("role", "kms"):
        raise ValueError(f"expected 'role' or 'kms' (got {value!r})")
    return str(value)


def key(resources: list[str]) -> str:
    """The one key of a KMS grant, by its ARN: an alias can be moved to another key."""
    if len(resources) != 1 or not _KEY.fullmatch(resources[0]):
        example = "arn:aws:kms:eu-central-1:999999999999:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        raise ValueError(f"expected one key's ARN such as {example!r} (got {resources})")
    return resources[0]


def context(value: object) -> dict[str, str]:
    """An encryption context: texts by name."""
    if not isinstance(value, Mapping) or not all(isinstance(v, str) and v and k for k, v in value.items()):
        raise ValueError(f"expected texts by name such as {{'tenant': 'customer1'}} (got {value!r})")
    return dict(sorted(value.items()))


def tags(value: object) -> dict[str, str]:
    """Tags beside the owner's: at most 40.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules
    """
    found = context(value) if value else {}
    if len(found) > _MOST_TAGS:
        raise ValueError(f"expected at most {_MOST_TAGS} tags (got {len(found)})")
    for name, word in found.items():
        if name.lower().startswith(("aws:", "tenant-links:")) or not _TAG.fullmatch(name) or not _TAG.fullmatch(word):
            raise ValueError(f"expected tags of IAM's characters, none of aws: and tenant-links: (got {name!r})")
    return found


def principals(value: object) -> list[str]:
    """ARN patterns of roles, sorted, without repetition; the account is literal."""
    found = _texts(value, "role ARNs")
    for arn in found:
        if not _PRINCIPAL.fullmatch(arn):
            example = "arn:aws:iam::111111111111:role/deploy-*"
            raise ValueError(f"expected role ARNs such as '{example}' (got {arn!r})")
    return sorted(set(found))


def principal_account(arn: str) -> str:
    return arn.split(":")[4]


def external_id(value: object) -> str:
    """22 characters hold 128 random bits in base64; the value itself is never in the error.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    if not isinstance(value, str) or not _EXTERNAL_ID.fullmatch(value):
        came = f"{len(value)} characters" if isinstance(value, str) else type(value).__name__
        raise ValueError(f"expected 22 to 1,224 unguessable letters, digits and +=,.@:/-_ (got {came})")
    return value


def organization(value: object) -> str:
    found = text(value, "an organization's id")
    if not _ORGANIZATION.fullmatch(found):
        raise ValueError(f"expected an organization's id such as 'o-a1b2c3d4e5' (got {found!r})")
    return found


def boundary(value: object) -> str:
    found = text(value, "a managed policy's ARN")
    if not _BOUNDARY.fullmatch(found):
        raise ValueError(f"expected the ARN of a managed policy (got {found!r})")
    return found


def _texts(value: object, what: str) -> list[str]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"expected a list of {what} (got {value!r})")
    return [text(item, f"a list of {what}") for item in value]


def _action(value: str) -> str:
    match = _ACTION.fullmatch(value)
    if match is None:
        raise ValueError(f"expected actions such as 's3:GetObject' (got {value!r})")
    service = match["service"].lower()
    if service in FORBIDDEN_SERVICES:
        raise ValueError(f"no grant gives actions of {service} (got {value!r})")
    _starts_literally(match["name"], value)
    return f"{service}:{match['name']}"


def _resource(value: str) -> str:
    match = _ARN.fullmatch(value)
    # A policy variable would let the caller's tags or names choose the resource.
    if match is None or "$" in value:
        example = "arn:aws:s3:::bucket/folder/*"
        raise ValueError(f"expected ARNs such as '{example}', without variables (got {value!r})")
    if match["service"] in FORBIDDEN_SERVICES:
        raise ValueError(f"no grant reaches resources of {match['service']} (got {value!r})")
    if not match["account"] and match["service"] not in ("apigateway", "s3"):
        raise ValueError(f"expected an account id in the ARN (got {value!r})")
    kind, name = "", match["resource"]
    if match["service"] not in _UNTYPED and re.search(r"[:/]", name):
        kind, name = re.split(r"[:/]", name, maxsplit=1)
    if "*" in kind or "?" in kind:
        raise ValueError(f"expected the kind of resource without wildcards (got {value!r})")
    _starts_literally(name.lstrip("/"), value)
    return value


def _starts_literally(name: str, whole: str) -> None:
    start = re.split(r"[*?]", name, maxsplit=1)
    if not name or (len(start) > 1 and len(start[0]) < _LITERAL_START):
        least = f"at least {_LITERAL_START} characters before the first wildcard"
        raise ValueError(f"expected {least} (got {whole!r})")
