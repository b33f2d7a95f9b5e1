"""Every type of the families `access` and `share` is read by something, or it is said why not."""

from collections import Counter
from collections.abc import Callable

import pytest

from tenant_safety.intake import sharing
from tenant_safety.intake.table import Role, table
from tenant_safety.symbolic.table import resource

TYPES = [
    (token, role) for token, roles in table().roles.items() for role in roles if role.family in ("access", "share")
]


def _reader(token: str, role: Role) -> str:
    """What reads a type in a role; nothing if nobody does."""
    if (token, role.role) in sharing.UNREAD:
        return "unread, with a reason"
    if role.role in (
        "resource_policy",
        "resource_policy_nonstandard_grammar",
        "public_block",
        "acl_grant",
        "organization",
    ):
        return role.role
    if token in sharing._GRANTS or token in sharing._ADMITTING:
        return "grant"
    if token in sharing._AUTOMATIC:
        return "crossing by itself"
    if token in sharing._DATA or token in sharing._NETWORKS or token == sharing._SHARE_ACCEPTER:
        return "crossing"
    return ""


def test_every_type_is_read_or_not_for_a_reason(tell: Callable[[str], None]) -> None:
    """Tells how many are read in which way."""
    found = Counter(_reader(token, role) for token, role in TYPES)

    tell("\n".join(f"{name:<40}{count:>5}" for name, count in sorted(found.items())))
    assert [] == [(token, role.role) for token, role in TYPES if not _reader(token, role)]


def test_nothing_is_named_that_the_table_does_not_have() -> None:
    """A type that was misspelt would never be read."""
    roles = {(token, role.role) for token, role in TYPES}
    named = {
        *sharing._AUTOMATIC,
        *sharing._GRANTS,
        *sharing._ADMITTING,
        *sharing._DATA,
        *sharing._NETWORKS,
        sharing._SHARE_ACCEPTER,
    }

    missing = [*(each for each in sharing.UNREAD if each not in roles), *(named - {token for token, _ in TYPES})]

    assert [] == missing


def test_every_reader_finds_a_property() -> None:
    """A type without a path for its reader would be read as nothing."""
    keys = {"grant": ("principal", "account", "public"), "crossing": ("dest", "account")}
    empty = [
        token
        for token, role in TYPES
        if token not in sharing._GRANTS and not sharing._NETWORKS.get(token) and token != sharing._SHARE_ACCEPTER
        if (wanted := keys.get(_reader(token, role))) and not role.paths(*wanted)
    ]

    assert [] == empty


@pytest.mark.parametrize(
    ("token", "path"),
    [
        *((token, path) for token, path in sharing._NETWORKS.items() if path),
        *sharing._AUTOMATIC.items(),
        *((token, path) for token, (path, _) in sharing._ARNS.items() if path),
        *((token, "bucket") for token in sharing._BUCKETS if not token.endswith("bucketV2:BucketV2")),
        ("aws:acmpca/permission:Permission", "sourceAccount"),
        *(("aws:cloudwatch/eventPermission:EventPermission", f"condition.{name}") for name in ("type", "key", "value")),
        ("aws:cognito/identityPool:IdentityPool", "allowUnauthenticatedIdentities"),
        ("aws:kms/grant:Grant", "operations[]"),
        ("aws:kms/grant:Grant", "granteePrincipal"),
        ("aws:kms/grant:Grant", "retiringPrincipal"),
        ("aws:lambda/functionUrl:FunctionUrl", "authorizationType"),
        ("aws:lambda/layerVersionPermission:LayerVersionPermission", "organizationId"),
        *(
            ("aws:lambda/permission:Permission", name)
            for name in ("action", "principal", "sourceAccount", "sourceArn", "principalOrgId", "eventSourceToken")
        ),
        ("aws:s3/bucketAcl:BucketAcl", "accessControlPolicy.owner.id"),
        ("aws:sns/topicSubscription:TopicSubscription", "protocol"),
        ("aws:ssm/document:Document", "permissions"),
    ],
)
def test_paths_named_in_code_exist(token: str, path: str) -> None:
    """The intake reads some properties by name."""
    known = resource(token)

    shape = known.shape_at(path) if known else None

    assert shape is not None
