"""Who may do what where the registry lives: least-privilege policies, as AWS takes them.

Nothing here asks AWS.  A registry's table has no policy that demands a condition of a write, so `writer` can put what
it may put: what keeps writers from each other's updates is in the program that writes, and backups keep the rest.

Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
"""

import re
from collections.abc import Sequence
from typing import TypeAlias

from ..iam import intersects
from .registry import Registry
from .sources import Place, RegistryError

Json: TypeAlias = dict[str, object]

KEYS = "dynamodb:LeadingKeys"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9_.!'()-]+(/[A-Za-z0-9_.!'()-]+)*")


def writer(registry: Registry, place: Place) -> Json:
    """What writes a table needs: to read all, to add versions, and to change only heads, claims and the gate.

    Raises `RegistryError`.
    """
    table = _table(registry, place)
    return _document(
        _allow("Read", ["dynamodb:GetItem", "dynamodb:Query"], table),
        _allow("Versions", ["dynamodb:PutItem"], table, ["head", "claim", "history/*"]),
        _allow("Gate", ["dynamodb:ConditionCheckItem", "dynamodb:UpdateItem"], table, ["gate"]),
        _allow("LetGo", ["dynamodb:DeleteItem"], table, ["claim"]),
        {
            "Sid": "HistoryStays",
            "Effect": "Deny",
            "Action": ["dynamodb:DeleteItem", "dynamodb:UpdateItem"],
            "Resource": table,
            "Condition": {"ForAnyValue:StringLike": {KEYS: ["history/*"]}},
        },
    )


def reader(registry: Registry, place: Place) -> Json:
    """What reads a registry needs, of a table or of an object.  Raises `RegistryError`."""
    if place.scheme == "s3":
        object_arn = f"arn:{_partition(registry, place.region)}:s3:::{place.host}/{_literal(place)}"
        return _document(_allow("Read", ["s3:GetObject", "s3:GetObjectVersion"], object_arn))
    return _document(_allow("Read", ["dynamodb:GetItem", "dynamodb:Query"], _table(registry, place)))


def config_reader(registry: Registry, tenant: str, environment: str, bucket: str, prefix: str) -> Json:
    """What one pair's CI/CD role needs to read the pair's own config, and nothing beside it.

    Raises:
        RegistryError: there is no such pair, or the config would lie where no CI/CD role may ever reach.
    """
    found = registry.tenants.get(tenant)
    if found is None or environment not in found.environments:
        raise RegistryError(f"expected a registered pair (got {tenant}-{environment})")
    if not _BUCKET.fullmatch(bucket) or not _PREFIX.fullmatch(prefix):
        raise RegistryError(
            f"expected a bucket and a prefix such as acme-config and pairs (got {bucket!r}, {prefix!r})"
        )
    within = f"arn:{_partition(registry, '')}:s3:::{bucket}"
    for pattern in registry.platform.protected:
        if any(intersects(asked, pattern) for asked in (within, f"{within}/{prefix}/*")):
            raise RegistryError(
                f"{bucket}/{prefix}: expected none of what no CI/CD role may reach (it meets {pattern})"
            )
    return _document(_allow("OwnConfig", ["s3:GetObject"], f"{within}/{prefix}/{tenant}-{environment}/*"))


def _table(registry: Registry, place: Place) -> str:
    if place.scheme != "dynamodb":
        raise RegistryError(f"{place.url}: expected a table such as dynamodb://eu-central-1/tenancy")
    account = registry.platform.master_account
    return f"arn:{_partition(registry, place.host)}:dynamodb:{place.host}:{account}:table/{place.path}"


def _literal(place: Place) -> str:
    """The object's key, in which nothing may be a wildcard or a variable."""
    if set(place.path) & set("*?$"):
        raise RegistryError(f"{place.url}: expected a key without *, ? and $, which policies read as patterns")
    return place.path


def _partition(registry: Registry, region: str) -> str:
    if registry.platform.links:
        return registry.platform.links.boundary.split(":")[1]
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rpartition("-")[0].rpartition("-")[0], "aws")


def _allow(sid: str, actions: Sequence[str], resource: str, keys: Sequence[str] = ()) -> Json:
    """Some actions, with `keys` only on items whose `part` is one of them.

    `ForAllValues` holds where a request names no key, hence `Null`:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    """
    made: Json = {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}
    if keys:
        made["Condition"] = {"ForAllValues:StringLike": {KEYS: list(keys)}, "Null": {KEYS: "false"}}
    return made


def _document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}
