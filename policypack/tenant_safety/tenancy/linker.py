"""What the roles may do that link tenants to the master account: their policies, as AWS takes them.

Nothing here asks AWS.  Who puts the documents there prints them with `tenant-safety links policy`; `doubts` proves that
a pair's own linker keeps to the pair.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from ..iam import matches
from .links import Pair, pair
from .registry import Links, Plan, Registry
from .sources import RegistryError

Json: TypeAlias = dict[str, object]
Conditions: TypeAlias = Mapping[str, Mapping[str, object]]

MAX_MANAGED, MAX_INLINE, MAX_TRUST = 6_144, 10_240, 2_048
"""Characters without white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

NAMES, TYPES, ACTIONS = (
    f"route53:ChangeResourceRecordSets{part}" for part in ("NormalizedRecordNames", "RecordTypes", "Actions")
)
CLAIM = tuple(
    f"tenant-links:{word}"
    for word in ("v", "tenant", "environment", "account", "owner", "resource", "nonce", "revision")
)
"""The tags that say whose a role is, as the providers write them."""
OPERATIONS = (
    *("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair"),
    *("GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"),
)
"""What a KMS grant of a link can give, as the providers have it."""

_FIRST = "abcdefghijklmnopqrstuvwxyz0123456789"
_BLANK = re.compile(r"\{(\w+)\}")
_ANY_ACCOUNT = "?" * 12
_NAME_END = 53
"""Where the names of roles are cut, before their mark."""


def linker_policy(registry: Registry) -> Json:
    """What the platform's linker may do: the life of every link, of tenants to come too.

    Raises:
        RegistryError: the registry does not say how tenants are linked.
    """
    links, master = _links(registry), registry.platform.master_account
    arn = f"arn:{_partition(links)}"
    names = {
        # A star matches dots too, so what has one label more is taken out again, by its first character.
        "ForAllValues:StringLike": {NAMES: [*_below("*", links), f"_tenant-links.*.{links.zone_name}"]},
        "ForAllValues:StringNotLike": {NAMES: [*_below("*.*", links), f"_tenant-links.*.*.{links.zone_name}"]},
    }
    grantees: Conditions = {
        "StringLike": {"kms:GranteePrincipal": f"{arn}:iam::*:*"},
        "StringNotLike": {"kms:GranteePrincipal": [f"{arn}:iam::{own}:*" for own in registry.platform.accounts]},
    }
    readers = {"StringEquals": {"aws:ResourceOrgID": registry.platform.organization}}
    return _document(
        *_records(links, names),
        *_roles(
            [f"{arn}:iam::{master}:role/tenant-links/*"],
            # A role that is not there has no path.
            [f"{arn}:iam::{master}:role/*-*-*-??????????"],
            links.boundary if not links.own_linker else f"{links.boundary}-*",
        ),
        *_keys(registry.plans.values(), {}, grantees),
        _allow("Revoke", "kms:RevokeGrant", key_arns(registry.plans.values(), {})),
        _allow("Readers", "sts:AssumeRole", f"{arn}:iam::*:role/{links.reader}", readers),
    )


def own_linker_policy(registry: Registry, tenant: str, environment: str) -> Json:
    """What a pair's own linker may do: the same, of this pair alone.

    It can't revoke KMS grants: RevokeGrant has no condition that tells whose a grant is, so it would be everybody's.
    An untagged role of its path it may claim.

    Raises:
        RegistryError: there is no such pair, or the registry gives it no linker.
    """
    found = _own(registry, tenant, environment)
    links, arn, account = found.links, f"arn:{_partition(found.links)}", found.account
    cut = f"{found.name}-"[:_NAME_END]
    whose = {"tenant-links:tenant": tenant, "tenant-links:environment": environment}
    names = [full for label in found.labels for full in _both(f"{label}.{links.zone_name}")]
    plan = [registry.plans[registry.tenants[tenant].plan]]
    blanks = {"tenant": tenant, "environment": environment, "account": account}
    grantees = [f"{arn}:iam::{account}:root", f"{arn}:iam::{account}:role/*"]
    readers = {"StringEquals": {"aws:ResourceOrgID": found.organization}}
    return _document(
        *_records(links, {"ForAllValues:StringEquals": {NAMES: names}}),
        *_roles(
            [f"{arn}:iam::{found.master_account}:role/tenant-links/{tenant}/{cut}*"],
            [f"{arn}:iam::{found.master_account}:role/{cut}*"],
            links.boundary,
            whose,
        ),
        *_keys(plan, blanks, {"StringLike": {"kms:GranteePrincipal": grantees}}),
        _allow("Readers", "sts:AssumeRole", f"{arn}:iam::{account}:role/{links.reader}", readers),
    )


def own_linker_trust(registry: Registry, tenant: str, environment: str) -> Json:
    """Who may assume a pair's own linker: the CI/CD roles of the pair's account, with the pair's external id.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html

    Raises:
        RegistryError: there is no such pair, it has no external id, or the registry gives it no linker.
    """
    found = _own(registry, tenant, environment)
    if found.external_id is None:
        raise RegistryError(f"expected an external_id of {found.name} in the registry: without it it can have no role")
    arn = f"arn:{_partition(found.links)}:iam::{found.account}"
    roles = cicd_arns(registry, found)
    equals = {"sts:ExternalId": found.external_id, "aws:PrincipalOrgID": found.organization}
    return _trust(f"{arn}:root", {"StringEquals": equals, "ArnLike": {"aws:PrincipalArn": roles}})


def cicd_arns(registry: Registry, its: Pair) -> list[str]:
    """The CI/CD roles of a pair's account, with a path or without."""
    arn = f"arn:{_partition(its.links)}:iam::{its.account}"
    return [f"{arn}:role/{part}{name}" for name in registry.platform.cicd_roles.names for part in ("", "*/")]


def boundary_policy(registry: Registry, tenant: str = "", environment: str = "") -> Json:
    """The permission boundary of the roles that links make: what plans allow, and nothing that is protected.

    Whoever writes a role's policy has all that its boundary lets through, so where pairs make their links themselves
    each has a boundary of its own, `Platform.boundary`, with its plan alone and its own names in it.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html

    Raises:
        RegistryError: there is no such pair, or the registry does not say how tenants are linked.
    """
    _links(registry)
    plans, blanks = list(registry.plans.values()), {"account": _ANY_ACCOUNT}
    if tenant:
        found = pair(registry, tenant, environment)
        plans = [registry.plans[registry.tenants[tenant].plan]]
        blanks = {"tenant": tenant, "environment": environment, "account": found.account}
    allowances = dict.fromkeys(each for plan in plans for each in plan.grants)
    allows = [_allow(f"Plan{i}", e.actions, _filled(e.resources, blanks)) for i, e in enumerate(allowances)]
    deny = {"Effect": "Deny", "Action": "*", "Resource": list(registry.platform.protected)}
    services = {"Effect": "Deny", "Action": ["iam:*", "organizations:*", "sts:*"], "Resource": "*"}
    return _document(*allows, {"Sid": "Protected", **deny}, {"Sid": "Others", **services})


def reader_policy(registry: Registry) -> Json:
    """What the reader in each tenant's account may do; the action names no resource.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
    """
    _links(registry)
    return _document(_allow("LoadBalancers", "elasticloadbalancing:DescribeLoadBalancers", "*"))


def reader_trust(registry: Registry, tenant: str = "", environment: str = "") -> Json:
    """Who may assume the reader: the platform's linker, and with a pair also that pair's own one.

    Raises:
        RegistryError: there is no such pair, or nobody who may assume it.
    """
    links, platform = _links(registry), registry.platform
    roles = [] if platform.linker_roles == "not-in-aws" else list(platform.linker_roles)
    arn = f"arn:{_partition(links)}:iam::{platform.master_account}"
    if tenant and links.own_linker:
        roles.append(f"{arn}:role/{platform.own_linker(tenant, _own(registry, tenant, environment).environment)}")
    if not roles:
        raise RegistryError("expected platform.linker_roles in the registry: without them nobody assumes the reader")
    conditions: Conditions = {
        "StringEquals": {"aws:PrincipalOrgID": platform.organization},
        "ArnLike": {"aws:PrincipalArn": roles},
    }
    return _trust(f"{arn}:root", conditions)


def size(document: Json) -> int:
    """Its characters as AWS counts them."""
    return len(re.sub(r"\s", "", json.dumps(document, separators=(",", ":"))))


def _links(registry: Registry) -> Links:
    if registry.platform.links is None:
        raise RegistryError("expected platform.links in the registry: without it no tenant can be linked")
    return registry.platform.links


def _own(registry: Registry, tenant: str, environment: str) -> Pair:
    found = pair(registry, tenant, environment)
    if not found.links.own_linker:
        raise RegistryError("expected platform.links.own_linker in the registry: without it only the platform links")
    return found


def _records(links: Links, names: Conditions) -> Iterator[Json]:
    """Changes of some names only.  `ForAllValues` holds where the request has no value, hence `Null`.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html and
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    """
    arn = f"arn:{_partition(links)}:route53:::"
    fixed: Conditions = {
        "ForAllValues:StringEquals": {TYPES: ["A", "AAAA", "CNAME", "TXT"], ACTIONS: ["CREATE", "DELETE"]},
        "Null": dict.fromkeys((NAMES, TYPES, ACTIONS), "false"),
    }
    zone = f"{arn}hostedzone/{links.zone}"
    yield _allow("Records", "route53:ChangeResourceRecordSets", zone, _merged(fixed, names))
    yield _allow("Zone", ["route53:GetHostedZone", "route53:ListResourceRecordSets"], zone)
    yield _allow("Changes", "route53:GetChange", f"{arn}change/*")


def _roles(
    roles: Sequence[str], absent: Sequence[str], boundary: str, whose: Mapping[str, str] | None = None
) -> Iterator[Json]:
    """Making, changing and removing roles.  With `whose` only those that have these tags, and keep them.

    CreateRole with tags needs TagRole as well, for a role that has none yet.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html,
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags_roles.html and
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_iam-tags.html
    """
    bounded: Conditions = {"ArnLike" if "*" in boundary else "ArnEquals": {"iam:PermissionsBoundary": boundary}}
    asked: Conditions = {"Null": {"aws:RequestTag/tenant-links:tenant": "false"}}
    has: Conditions = {}
    tagging: Conditions = asked
    if whose:
        asked = {"StringEquals": {f"aws:RequestTag/{key}": value for key, value in whose.items()}}
        has = {"StringEquals": {f"aws:ResourceTag/{key}": value for key, value in whose.items()}}
        tagging = _merged(asked, {"StringEqualsIfExists": has["StringEquals"]})
    # Tag keys of IAM are the same in any case: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
    kept: Conditions = {
        "ForAllValues:StringNotEqualsIgnoreCase": {"aws:TagKeys": CLAIM},
        "Null": {"aws:TagKeys": "false"},
    }
    reads = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]
    removes = ["iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy"]
    bounds = ["iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
    yield _allow("ReadRoles", reads, roles)
    yield _allow("AbsentRoles", "iam:GetRole", absent)
    yield _allow("MakeRoles", "iam:CreateRole", roles, _merged(bounded, asked))
    yield _allow("TagRoles", "iam:TagRole", roles, tagging)
    yield _allow("UntagRoles", "iam:UntagRole", roles, _merged(kept, has))
    yield _allow("BoundRoles", bounds, roles, _merged(bounded, has))
    yield _allow("ChangeRoles", [*removes, "iam:UpdateAssumeRolePolicy"], roles, has)


def _keys(plans: Iterable[Plan], blanks: Mapping[str, str], grantees: Conditions) -> Iterator[Json]:
    """KMS grants on the keys that plans allow, of what they allow, and only for an encryption context.

    https://docs.aws.amazon.com/kms/latest/developerguide/grant-authorization.html and
    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    """
    wanted: dict[tuple[str, ...], dict[str, None]] = {}
    for plan in plans:
        for each in plan.grants:
            patterns = [pattern.lower() for pattern in each.actions]
            able = tuple(o for o in OPERATIONS if any(matches(p, f"kms:{o}".lower()) for p in patterns))
            if able and (keys := _filled(filter(_is_key, each.resources), blanks)):
                wanted.setdefault(able, {}).update(dict.fromkeys(keys))
    for i, (able, on) in enumerate(wanted.items()):
        given: Conditions = {
            "ForAllValues:StringEquals": {"kms:GrantOperations": able},
            "Null": {"kms:GrantOperations": "false"},
            "StringEquals": {"kms:GrantConstraintType": "EncryptionContextSubset"},
        }
        yield _allow(f"Grant{i}", "kms:CreateGrant", list(on), _merged(given, grantees))
    if wanted:
        yield _allow("Grants", "kms:ListGrants", list({key: None for on in wanted.values() for key in on}))


def key_arns(plans: Iterable[Plan], blanks: Mapping[str, str]) -> list[str]:
    """The keys that plans allow."""
    return _filled((r for plan in plans for each in plan.grants for r in each.resources if _is_key(r)), blanks)


def _is_key(resource: str) -> bool:
    return resource.split(":", 5)[2] == "kms"


def _filled(resources: Iterable[str], blanks: Mapping[str, str]) -> list[str]:
    """Resources with a pair's names in their blanks; a star where there are none."""
    return list(dict.fromkeys(_BLANK.sub(lambda blank: blanks.get(blank[1], "*"), each) for each in resources))


def _below(stars: str, links: Links) -> list[str]:
    """Names below the zone by the first character that a tenant's label can have."""
    return [f"{first}{stars}.{links.zone_name}" for first in _FIRST]


def _both(name: str) -> tuple[str, str]:
    """A name and that of its ownership record."""
    return name, f"_tenant-links.{name}"


def _merged(*conditions: Conditions) -> Conditions:
    found: dict[str, dict[str, object]] = {}
    for each in conditions:
        for operator, keys in each.items():
            found.setdefault(operator, {}).update(keys)
    return found


def _partition(links: Links) -> str:
    return links.boundary.split(":")[1]


def _allow(
    sid: str, actions: str | Sequence[str], resources: str | Sequence[str], when: Conditions | None = None
) -> Json:
    made: Json = {"Sid": sid, "Effect": "Allow", "Action": _listed(actions), "Resource": _listed(resources)}
    if when:
        made["Condition"] = {
            operator: {key: _listed(value) if isinstance(value, tuple | list) else value for key, value in keys.items()}
            for operator, keys in when.items()
        }
    return made


def _listed(value: str | Sequence[str]) -> str | list[str]:
    return value if isinstance(value, str) else list(value)


def _trust(principal: str, conditions: Conditions) -> Json:
    statement = {"Sid": "Linker", "Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return _document({**statement, "Condition": conditions})


def _document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": [each for each in statements if each.get("Resource") != []]}
