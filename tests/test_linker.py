"""The linkers' policies: what they allow, by the evaluator and by the strict AWS, and what is proved of them."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError
from pydantic import ValidationError
from typer.testing import CliRunner

from tenant_links import documents as provided
from tenant_links.claim import Claim
from tenant_safety.cli import app
from tenant_safety.iam import Attached, Policies, Request, caller, evaluate, granting, parse
from tenant_safety.rules.linker_wider import linker_wider
from tenant_safety.tenancy import Registry, RegistryError, linker
from tenant_safety.tenancy.doubts import GENERATED, Documents, doubts
from tests.aws import MASTER, Aws, serve
from tests.cases import REGISTRY, Case, Outcome, run

ROOT = Path(__file__).parents[1]
EXAMPLE = yaml.safe_load((ROOT / "tenancy.yaml").read_text(encoding="utf-8"))
ZONE, NAME = EXAMPLE["platform"]["links"]["zone"], EXAMPLE["platform"]["links"]["zone_name"]
BOUNDARY = EXAMPLE["platform"]["links"]["boundary"]
PROD, BETA, OTHER = "111111111111", "111111111112", "222222222222"
ORGANIZATION = EXAMPLE["platform"]["organization"]
KEY = f"arn:aws:kms:eu-central-1:{MASTER}:key/5a0d7d3c-1111-4b5e-9d55-2b7c1e0f6a11"
EXTERNAL_ID = EXAMPLE["tenants"]["customer1"]["environments"]["prod"]["external_id"]


OWN = {
    "platform": {"links": {"own_linker": "own-linker"}},
    "tenants": {"customer2": {"environments": {"prod": {"external_id": "issued-to-customer2-prod"}}}},
}


def registry(*, own: bool = False, key: str = KEY) -> Registry:
    """The example's, with a plan that allows a key."""
    raw = copy.deepcopy(EXAMPLE)
    allowance = {"actions": ["kms:Decrypt", "kms:GenerateDataKey"], "resources": [key]}
    raw["plans"]["standard"]["grants"].append(allowance)
    if own:
        raw["platform"]["links"]["own_linker"] = "own-linker"
    return Registry.model_validate(raw)


@dataclass(frozen=True)
class Ask:
    """One request: as an operation of boto3, and as IAM sees it."""

    service: str
    operation: str
    params: dict[str, Any]
    resource: str
    context: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def action(self) -> str:
        return f"{self.service}:{''.join(part.title() for part in self.operation.split('_'))}"


def record(name: str, kind: str = "A") -> dict[str, Any]:
    value = {"A": "192.0.2.1", "TXT": '"x"', "MX": "1 mx.example.com", "NS": "ns.example.com"}.get(
        kind, "a.example.com"
    )
    return {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}


def batch(*changes: str, zone: str = ZONE) -> Ask:
    """`batch("CREATE customer1 A")`: names without the zone's."""
    parts = [change.split() for change in changes]
    names = [f"{name.replace('*', chr(92) + '052')}.{NAME}" for _, name, _ in parts]
    sets = [{"Action": a, "ResourceRecordSet": record(f"{n.upper()}.{NAME}.", kind)} for a, n, kind in parts]
    context = {
        "route53:changeresourcerecordsetsnormalizedrecordnames": tuple(names),
        "route53:changeresourcerecordsetsrecordtypes": tuple(kind for *_, kind in parts),
        "route53:changeresourcerecordsetsactions": tuple(action for action, *_ in parts),
    }
    params = {"HostedZoneId": zone, "ChangeBatch": {"Changes": sets}}
    return Ask("route53", "change_resource_record_sets", params, f"arn:aws:route53:::hostedzone/{zone}", context)


def tags(tenant: str = "customer1", environment: str = "prod") -> list[dict[str, str]]:
    return Claim(tenant, environment, PROD, "acme/links/x", "grant", "0" * 16).tags()


def role_of(tenant: str, environment: str) -> str:
    return provided.role_name(tenant, environment, "artifacts")


def role(operation: str, tenant: str = "customer1", environment: str = "prod", name: str = "", **params: Any) -> Ask:
    """An operation on the role of a grant.  All but CreateRole ask for one that is there, with tags and boundary."""
    name = name or role_of(tenant, environment)
    path = provided.role_path(tenant)
    arn = f"arn:aws:iam::{MASTER}:role{path}{name}"
    context: dict[str, tuple[str, ...]] = {}
    if operation == "create_role":
        params |= {"Path": params.get("Path", path), "AssumeRolePolicyDocument": json.dumps(trust_of(PROD))}
        arn = f"arn:aws:iam::{MASTER}:role{params['Path']}{name}"
    else:
        context |= {"aws:resourcetag/tenant-links:tenant": (tenant,)}
        context |= {"aws:resourcetag/tenant-links:environment": (environment,)}
        context |= {"iam:permissionsboundary": (f"{BOUNDARY}-{tenant}-{environment}",)}
    context |= {f"aws:requesttag/{tag['Key']}": (tag["Value"],) for tag in params.get("Tags", ())}
    keys = tuple(tag["Key"] for tag in params.get("Tags", ())) + tuple(params.get("TagKeys", ()))
    context |= {"aws:tagkeys": keys} if keys else {}
    if "PermissionsBoundary" in params:
        context |= {"iam:permissionsboundary": (params["PermissionsBoundary"],)}
    return Ask("iam", operation, {"RoleName": name, **params}, arn, context)


def trust_of(account: str) -> dict[str, Any]:
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
    }


def inline(actions: str = "s3:GetObject") -> str:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::acme-artifacts/customer1/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def grant(
    account: str = PROD, operations: tuple[str, ...] = ("Decrypt",), *, context: bool = True, key: str = KEY
) -> Ask:
    grantee = f"arn:aws:iam::{account}:root"
    params: dict[str, Any] = {"KeyId": KEY, "GranteePrincipal": grantee, "Operations": list(operations)}
    asked = {"kms:granteeprincipal": (grantee,), "kms:grantoperations": operations}
    if context:
        params["Constraints"] = {"EncryptionContextSubset": {"tenant": "customer1"}}
        asked["kms:grantconstrainttype"] = ("EncryptionContextSubset",)
    return Ask("kms", "create_grant", params, KEY, asked)


READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
OWN_BOUNDARY = f"{BOUNDARY}-customer1-prod"
MADE = {"Tags": tags(), "PermissionsBoundary": OWN_BOUNDARY}
UNTAG = {"TagKeys": ["Tenant-Links:Tenant"]}
POLICY = {"PolicyName": "grant", "PolicyDocument": inline()}
TRUST = {"PolicyDocument": json.dumps(trust_of(PROD))}

BOTH = {
    "a name and its ownership": batch("CREATE customer1 A", "CREATE _tenant-links.customer1 TXT"),
    "an address of IPv6": batch("CREATE customer1 AAAA"),
    "a name given back": batch("DELETE customer1 A", "DELETE _tenant-links.customer1 TXT"),
    "another kind of name": batch("CREATE customer1-prod CNAME"),
    "the zone": Ask("route53", "get_hosted_zone", {"Id": ZONE}, f"arn:aws:route53:::hostedzone/{ZONE}"),
    "a role": role("create_role", **MADE),
    "a role's policy": role("put_role_policy", **POLICY),
    "a role's trust": role("update_assume_role_policy", **TRUST),
    "a role's boundary": role("put_role_permissions_boundary", PermissionsBoundary=OWN_BOUNDARY),
    "a role's tags": role("tag_role", Tags=tags()),
    "a tag of the user's": role("untag_role", TagKeys=["team"]),
    "a role removed": role("delete_role_policy", PolicyName="grant"),
    "a role read": role("get_role"),
    "a KMS grant": grant(),
    "several operations": grant(operations=("Decrypt", "GenerateDataKey")),
}
"""What every linker may do for customer1-prod."""

NEITHER = {
    "a name taken over": batch("UPSERT customer1 A"),
    "a name two levels below": batch("CREATE a.customer1 A"),
    "an ownership of a name two levels below": batch("CREATE _tenant-links.a.customer1 TXT"),
    "the zone's own name": Ask(
        "route53",
        "change_resource_record_sets",
        {"HostedZoneId": ZONE, "ChangeBatch": {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record(NAME)}]}},
        f"arn:aws:route53:::hostedzone/{ZONE}",
        {
            "route53:changeresourcerecordsetsnormalizedrecordnames": (NAME,),
            "route53:changeresourcerecordsetsrecordtypes": ("A",),
            "route53:changeresourcerecordsetsactions": ("CREATE",),
        },
    ),
    "a wildcard": batch("CREATE * A"),
    "another name of underscores": batch("CREATE _acme-challenge.customer1 TXT"),
    "a delegation": batch("CREATE customer1 NS"),
    "mail": batch("CREATE customer1 MX"),
    "a good and a bad change": batch("CREATE customer1 A", "CREATE a.customer1 A"),
    "another zone": batch("CREATE customer1 A", zone="ZANOTHER"),
    "a zone removed": Ask("route53", "delete_hosted_zone", {"Id": ZONE}, f"arn:aws:route53:::hostedzone/{ZONE}"),
    "a role outside the path": role("create_role", **MADE, Path="/"),
    "a role without boundary": role("create_role", Tags=tags()),
    "a role in another boundary": role("create_role", Tags=tags(), PermissionsBoundary=READ_ONLY),
    "a role without tags": role("create_role", PermissionsBoundary=OWN_BOUNDARY),
    "a boundary changed": role("put_role_permissions_boundary", PermissionsBoundary=READ_ONLY),
    "a boundary removed": role("delete_role_permissions_boundary"),
    "a managed policy": role("attach_role_policy", PolicyArn=READ_ONLY),
    "the tenant's tag removed": role("untag_role", **UNTAG),
    "a user": Ask("iam", "create_user", {"UserName": "x"}, f"arn:aws:iam::{MASTER}:user/x"),
    "a grant of other operations": grant(operations=("Decrypt", "CreateGrant")),
    "a grant without encryption context": grant(context=False),
    "a grant to the platform": grant(account=MASTER),
}  # fmt: skip
"""What no linker may do."""

PLATFORM = {
    "another pair's name": batch("CREATE customer2 A"),
    "a name of a tenant to come": batch("CREATE newcomer A", "CREATE _tenant-links.newcomer TXT"),
    "two pairs' names": batch("CREATE customer1 A", "CREATE customer2 A"),
    "a role of another pair": role("put_role_policy", "customer2", **POLICY),
    "a role of another environment": role("update_assume_role_policy", environment="beta", **TRUST),
    "a role made for another pair": role(
        "create_role", "customer2", Tags=tags("customer2"), PermissionsBoundary=f"{BOUNDARY}-customer2-prod"
    ),
    "a grant to another pair": grant(account=OTHER),
    "a grant to another environment": grant(account=BETA),
    "a grant revoked": Ask("kms", "revoke_grant", {"KeyId": KEY, "GrantId": "0" * 64}, KEY),
}
"""What only the platform's linker may do."""

NOT_OWN = {
    "a name of the other environment": batch("CREATE customer1-beta A"),
    "a name among its own": batch("DELETE customer1 A", "CREATE _tenant-links.customer1-beta TXT"),
    "a name that begins like its own": batch("CREATE customer1-prod-2 A"),
    "a role in another tenant's path": role("create_role", **MADE, Path="/tenant-links/customer2/"),
    "a role with another tenant's tag": role("create_role", Tags=tags("customer2"), PermissionsBoundary=OWN_BOUNDARY),
    "another environment's tag": role("create_role", Tags=tags("customer1", "beta"), PermissionsBoundary=OWN_BOUNDARY),
    "a tag changed": role("tag_role", Tags=tags("customer2")),
    "another environment's role taken": role("tag_role", environment="beta", Tags=tags()),
    "a role in the boundary of another pair": role(
        "create_role", Tags=tags(), PermissionsBoundary=f"{BOUNDARY}-customer2-prod"
    ),
}
"""What a pair's own linker may not do beside that."""


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with serve() as aws:
        aws.zone(MASTER, NAME)
        iam = aws.client("iam")
        for pair in ("", "-customer1-prod", "-customer1-beta", "-customer2-prod"):
            name = BOUNDARY.rpartition("/")[2] + pair
            with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
                iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(linker.boundary_policy(registry())))
        for tenant, environment in (("customer1", "prod"), ("customer1", "beta"), ("customer2", "prod")):
            iam.create_role(
                RoleName=role_of(tenant, environment),
                Path=provided.role_path(tenant),
                AssumeRolePolicyDocument=json.dumps(trust_of(PROD)),
                Tags=tags(tenant, environment),
                PermissionsBoundary=f"{BOUNDARY}-{tenant}-{environment}",
            )
        yield aws


@pytest.fixture(scope="module")
def key(aws: Aws) -> str:
    return str(aws.client("kms").create_key()["KeyMetadata"]["Arn"])


@pytest.fixture(scope="module")
def linkers(aws: Aws, key: str) -> dict[str, Any]:
    """Sessions of the platform's linker and of customer1-prod's own."""
    known = registry(own=True, key=key)
    aws.linker(linker.linker_policy(known), "tenant-linker-strict")
    aws.linker(linker.own_linker_policy(known, "customer1", "prod"), "own-linker-customer1-prod")
    return {
        "platform": aws.session(MASTER, "tenant-linker-strict"),
        "own": aws.session(MASTER, "own-linker-customer1-prod"),
    }


def decided(asked: Ask, policy: linker.Json) -> bool:
    """The evaluator's answer."""
    who = caller(f"arn:aws:sts::{MASTER}:assumed-role/linker/x")
    policies = Policies(identity=(Attached("own", parse(policy)),), resource=(granting(MASTER),))
    needed = [asked.action] + (["iam:TagRole"] if asked.operation == "create_role" and "Tags" in asked.params else [])
    at_creation = {k: v for k, v in asked.context.items() if k.startswith("aws:")}
    contexts = [asked.context, at_creation]
    requests = [Request(who, a, asked.resource, MASTER, c) for a, c in zip(needed, contexts, strict=False)]
    return all(evaluate(request, policies).decision == "allow" for request in requests)


def answered(aws: Aws, session: Any, asked: Ask) -> bool:
    """Whether AWS lets it through; it may still refuse it for another reason, such as a role that exists."""
    client = session.client(asked.service, endpoint_url=aws.endpoint)
    try:
        getattr(client, asked.operation)(**asked.params)
    except ClientError as error:
        return error.response["Error"]["Code"] not in ("AccessDenied", "AccessDeniedException")
    return True


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(asked, expected, id=name)
        for table, expected in (
            (BOTH, {"platform": True, "own": True}),
            (NEITHER, {"platform": False, "own": False}),
            (PLATFORM, {"platform": True, "own": False}),
            (NOT_OWN, {"own": False}),
        )
        for name, asked in table.items()
    ],
)
def test_linkers_may_do_what_links_need(
    aws: Aws, linkers: dict[str, Any], key: str, asked: Ask, expected: dict[str, bool]
) -> None:
    """The evaluator and the strict AWS agree."""
    known = registry(own=True)
    policies = {"platform": linker.linker_policy(known), "own": linker.own_linker_policy(known, "customer1", "prod")}
    there = replace(asked, params={k: key if k == "KeyId" else v for k, v in asked.params.items()})

    decisions = {who: (decided(asked, policies[who]), answered(aws, linkers[who], there)) for who in expected}

    assert {who: (may, may) for who, may in expected.items()} == decisions


@pytest.mark.parametrize(
    "who", ["tenant-links/customer1/customer1-prod-x", "tenant-linker", "own-linker-customer1-prod"]
)
def test_no_linker_passes_a_role(who: str) -> None:
    known = registry(own=True)
    asked = Ask(
        "iam", "pass_role", {}, f"arn:aws:iam::{MASTER}:role/{who}", {"iam:passedtoservice": ("ec2.amazonaws.com",)}
    )

    allowed = [
        decided(asked, policy)
        for policy in (linker.linker_policy(known), linker.own_linker_policy(known, "customer1", "prod"))
    ]

    assert [False, False] == allowed


def test_own_linkers_may_be_absent() -> None:
    """Without own linkers all roles have the one boundary."""
    policy = linker.linker_policy(registry())

    allowed = [
        decided(role("create_role", Tags=tags(), PermissionsBoundary=boundary), policy)
        for boundary in (BOUNDARY, OWN_BOUNDARY)
    ]

    assert [True, False] == allowed


def test_platforms_linker_lives_through_a_link(aws: Aws) -> None:
    """From the load balancer, through its reader, to a role and records, and all of it removed again."""
    known = registry()
    arn = aws.linker(linker.linker_policy(known), "tenant-linker-life")
    aws.linker(linker.reader_policy(known), "tenant-links-reader", linker.reader_trust(known), account=OTHER)
    balancer = aws.load_balancer(OTHER, "customer2")
    session = aws.session(MASTER, arn.rpartition("/")[2])
    sts, iam, route53 = (session.client(s, endpoint_url=aws.endpoint) for s in ("sts", "iam", "route53"))
    name, claimed = provided.role_name("customer2", "prod", "life"), tags("customer2")

    reader = sts.assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/tenant-links-reader", RoleSessionName="links")
    elb = aws.signed_in(reader["Credentials"]).client("elbv2", endpoint_url=aws.endpoint)
    found = elb.describe_load_balancers(LoadBalancerArns=[balancer])["LoadBalancers"][0]
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_role(RoleName=name)
    iam.create_role(
        RoleName=name,
        Path="/tenant-links/customer2/",
        AssumeRolePolicyDocument=json.dumps(trust_of(OTHER)),
        Tags=claimed,
        PermissionsBoundary=BOUNDARY,
    )
    iam.put_role_policy(RoleName=name, **POLICY)
    iam.tag_role(RoleName=name, Tags=[*claimed, {"Key": "team", "Value": "a"}])
    iam.untag_role(RoleName=name, TagKeys=["team"])
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust_of(OTHER)))
    target = {
        "HostedZoneId": found["CanonicalHostedZoneId"],
        "DNSName": found["DNSName"],
        "EvaluateTargetHealth": False,
    }
    alias = {"Name": f"life.{NAME}", "Type": "A", "AliasTarget": target}
    sets = [alias, record(f"_tenant-links.life.{NAME}", "TXT")]
    for action in ("CREATE", "DELETE"):
        batch_of = {"Changes": [{"Action": action, "ResourceRecordSet": each} for each in sets]}
        change = route53.change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch=batch_of)["ChangeInfo"]["Id"]
        route53.get_change(Id=change)
    assert [] == iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)

    assert name not in aws.roles()


@pytest.mark.parametrize(
    ("account", "name", "external_id", "may"),
    [
        (PROD, "cicd-deploy", EXTERNAL_ID, True),
        (PROD, "application", EXTERNAL_ID, False),
        (PROD, "cicd-deploy", "x" * 22, False),
        (BETA, "cicd-deploy", EXTERNAL_ID, False),
        (OTHER, "cicd-deploy", EXTERNAL_ID, False),
    ],
)
def test_own_linker_is_assumed_by_the_pairs_own_cicd_roles(
    aws: Aws, account: str, name: str, external_id: str, may: bool
) -> None:
    known = registry(own=True)
    policy, trust = (make(known, "customer1", "prod") for make in (linker.own_linker_policy, linker.own_linker_trust))
    unique = f"own-{account}-{name}-{may}-{external_id[:4]}"
    arn = aws.linker(policy, unique, trust)
    everything = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    allow = {"Version": "2012-10-17", "Statement": [everything]}
    if not any(name == each["RoleName"] for each in aws.client("iam", account).list_roles()["Roles"]):
        aws.linker(allow, name, account=account)
    asked = {"RoleArn": arn, "RoleSessionName": "session", "ExternalId": external_id}

    came = answered(aws, aws.session(account, name), Ask("sts", "assume_role", asked, arn))

    assert may == came


def test_documents_are_as_long_as_aws_takes_them() -> None:
    known = registry(own=True)

    sizes = [
        linker.size(made) <= most
        for made, most in (
            (linker.linker_policy(known), linker.MAX_MANAGED),
            (linker.own_linker_policy(known, "customer1", "prod"), linker.MAX_MANAGED),
            (linker.boundary_policy(known), linker.MAX_MANAGED),
            (linker.own_linker_trust(known, "customer1", "prod"), linker.MAX_TRUST),
            (linker.reader_trust(known, "customer1", "prod"), linker.MAX_TRUST),
        )
    ]

    assert all(sizes)


def test_what_the_providers_write_is_what_the_policies_name() -> None:
    """Tags and operations have two owners, since neither package imports the other's."""
    assert {tag["Key"] for tag in tags()} == set(linker.CLAIM)
    assert {action.removeprefix("kms:") for action in provided.KEY_ACTIONS} == set(linker.OPERATIONS)


def test_boundary_is_the_plans_and_nothing_protected() -> None:
    known = registry()
    bound = (Attached("boundary", parse(linker.boundary_policy(known))),)
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    policies = Policies(identity=(Attached("all", parse(everything)),), boundary=bound, resource=(granting(MASTER),))
    who = caller(f"arn:aws:iam::{MASTER}:role/tenant-links/customer1/x")
    asked = {
        ("s3:GetObject", "arn:aws:s3:::acme-artifacts/customer1/a"): "allow",
        ("s3:PutObject", "arn:aws:s3:::acme-artifacts/customer1/a"): "implicit_deny",
        ("s3:GetObject", "arn:aws:s3:::acme-global-config/a"): "explicit_deny",
        ("iam:CreateUser", f"arn:aws:iam::{MASTER}:user/a"): "explicit_deny",
        ("sts:AssumeRole", f"arn:aws:iam::{MASTER}:role/a"): "explicit_deny",
        ("organizations:LeaveOrganization", "*"): "explicit_deny",
    }

    decisions = {key: evaluate(Request(who, *key, MASTER), policies).decision for key in asked}

    assert asked == decisions


@pytest.mark.parametrize("pair", [("customer1", "prod"), ("customer1", "beta"), ("customer2", "prod")])
def test_own_linkers_of_the_example_are_proved(pair: tuple[str, str]) -> None:
    assert [] == list(doubts(registry(own=True), *pair))


def test_without_own_linkers_nothing_is_proved() -> None:
    told = list(doubts(registry(), "customer1", "prod"))

    assert [
        "the registry has no platform.links.own_linker, so there is nothing to prove: only the platform links"
    ] == told


def test_pair_without_external_id_has_no_own_linker() -> None:
    told = list(doubts(registry(own=True), "vault", "prod"))

    assert ["expected an external_id of vault-prod in the registry: without it it can have no role"] == told


def test_pair_that_is_not_registered_is_refused() -> None:
    with pytest.raises(RegistryError, match="expected a registered pair"):
        list(doubts(registry(own=True), "nobody", "prod"))


def _edited(make: Callable[..., linker.Json], edit: Callable[[dict[str, Any]], object]) -> Callable[..., linker.Json]:
    """What `make` makes, with its statements (by their Sid) edited."""

    def made(*args: Any) -> linker.Json:
        document: dict[str, Any] = copy.deepcopy(make(*args))
        statements = {each["Sid"]: each for each in document["Statement"]}
        edit(statements)
        return document

    return made


def _policy(edit: Callable[[dict[str, Any]], object]) -> Documents:
    return replace(GENERATED, policy=_edited(linker.own_linker_policy, edit))


def _trust(edit: Callable[[dict[str, Any]], object]) -> Documents:
    return replace(GENERATED, trust=_edited(linker.own_linker_trust, lambda sids: edit(sids["Linker"])))


def _boundary(edit: Callable[[dict[str, Any]], object]) -> Documents:
    return replace(GENERATED, boundary=_edited(linker.boundary_policy, edit))


def _labels(sids: dict[str, Any]) -> None:
    condition = sids["Records"]["Condition"]
    del condition["ForAllValues:StringEquals"][linker.NAMES]
    condition["ForAllValues:StringLike"] = {linker.NAMES: [f"*customer1*.{NAME}"]}


def _any_value(sids: dict[str, Any]) -> None:
    condition = sids["Records"]["Condition"]
    condition["ForAnyValue:StringEquals"] = {linker.NAMES: condition["ForAllValues:StringEquals"].pop(linker.NAMES)}


def _everywhere(sids: dict[str, Any]) -> None:
    for sid in ("ChangeRoles", "TagRoles", "BoundRoles"):
        sids[sid]["Resource"] = f"arn:aws:iam::{MASTER}:role/*"
        sids[sid].pop("Condition")


def _path(sids: dict[str, Any]) -> None:
    sids["ChangeRoles"]["Resource"] = f"arn:aws:iam::{MASTER}:role/tenant-links/customer*/*"


REQUESTED, PRESENT = "aws:RequestTag/tenant-links:tenant", "aws:ResourceTag/tenant-links:environment"
MISTAKES: dict[str, tuple[Documents, str]] = {
    "a pattern of labels": (_policy(_labels), "names that are not the pair's"),
    "no Null for names": (_policy(lambda s: s["Records"]["Condition"].pop("Null")), "names that are not the pair's"),
    "ForAnyValue for names": (_policy(_any_value), "names that are not the pair's"),
    "UPSERT": (
        _policy(lambda s: s["Records"]["Condition"]["ForAllValues:StringEquals"][linker.ACTIONS].append("UPSERT")),
        "more than CREATE and DELETE",
    ),
    "a delegation": (
        _policy(lambda s: s["Records"]["Condition"]["ForAllValues:StringEquals"][linker.TYPES].append("NS")),
        "records of other types",
    ),
    "every zone": (_policy(lambda s: s["Records"].update(Resource="*")), "more of Route 53"),
    "a wildcard in the path": (_policy(_path), "not below the pair's path"),
    "all roles": (_policy(_everywhere), "reaches what is protected"),
    "all of IAM": (_policy(lambda s: s["ChangeRoles"].update(Action="iam:*")), "from a role"),
    "all readers": (_policy(lambda s: s["Readers"].update(Resource="arn:aws:iam::*:role/*")), "assumes a role"),
    "no boundary": (_policy(lambda s: s["MakeRoles"]["Condition"].pop("ArnEquals")), "makes roles outside of"),
    "no tag of the tenant": (
        _policy(lambda s: s["MakeRoles"]["Condition"]["StringEquals"].pop(REQUESTED)),
        "without the pair's tag tenant-links:tenant",
    ),
    "no tag of the role's environment": (
        _policy(lambda s: s["ChangeRoles"]["Condition"]["StringEquals"].pop(PRESENT)),
        "it changes roles of customer1-beta",
    ),
    "claims untagged": (
        _policy(lambda s: s["UntagRoles"]["Condition"].pop("ForAllValues:StringNotEqualsIgnoreCase")),
        "removes the tag",
    ),
    "any grantee": (_policy(lambda s: s["Grant0"]["Condition"].pop("StringLike")), "to others than account"),
    "revoking": (_policy(lambda s: s["Grants"].update(Action="kms:*Grant*")), "revoking others'"),
    "no condition of principals": (_trust(lambda s: s["Condition"].pop("ArnLike")), "that is no CI/CD role"),
    "another pattern of principals": (
        _trust(lambda s: s["Condition"]["ArnLike"]["aws:PrincipalArn"].append(f"arn:aws:iam::{PROD}:role/app-*")),
        "that is no CI/CD role",
    ),
    "another account": (
        _trust(lambda s: s.update(Principal={"AWS": [f"arn:aws:iam::{PROD}:root", "arn:aws:iam::123456789012:root"]})),
        "names 123456789012, not only",
    ),
    "another key": (
        _policy(lambda s: s["Grant0"].update(Resource=KEY[:-1] + "0")),
        "not of its plan's keys",
    ),
    "another pair's linker admits this one": (
        replace(
            GENERATED,
            trust=lambda known, tenant, environment: (
                linker.own_linker_trust(known, tenant, environment) if tenant == "customer1" else trust_of(PROD)
            ),
        ),
        "the trust of own-linker-customer2-prod names 111111111111",
    ),
    "no external id": (_trust(lambda s: s["Condition"]["StringEquals"].pop("sts:ExternalId")), "external id"),
    "everybody": (_trust(lambda s: s.update(Principal="*", Condition={})), "a CI/CD role of another organization"),
    "a boundary of everything": (
        _boundary(lambda s: s["Plan0"].update(Action="*", Resource="*")),
        "lets through what the pair may not have",
    ),
    "everybody's boundary": (
        _boundary(lambda s: s["Plan0"].update(Resource="arn:aws:s3:::acme-artifacts/*")),
        "lets through what the pair may not have",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("documents", "told"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistakes_are_doubted(documents: Documents, told: str) -> None:
    found = list(doubts(registry(own=True), "customer1", "prod", documents))

    assert any(told in each for each in found), found


@pytest.mark.parametrize(
    ("prefix", "pattern"),
    [
        ("tenant-linker", f"arn:aws:iam::{MASTER}:role/tenant-linker*"),
        ("own-linker", f"arn:aws:iam::{MASTER}:role/own-linker-customer1-*"),
        ("own-linker", "arn:aws:iam::*:role/*linker*"),
    ],
)
def test_own_linkers_are_not_what_is_protected(prefix: str, pattern: str) -> None:
    raw = copy.deepcopy(EXAMPLE)
    raw["platform"]["links"]["own_linker"] = prefix
    raw["platform"]["linker_roles"] = [pattern]

    with pytest.raises(ValidationError, match="expected names that none of global_config, registry, state, pack and"):
        Registry.model_validate(raw)


def test_boundaries_have_names_that_aws_takes() -> None:
    raw = copy.deepcopy(EXAMPLE)
    raw["platform"]["links"] |= {"own_linker": "own", "boundary": f"arn:aws:iam::{MASTER}:policy/{'b' * 114}"}

    with pytest.raises(ValidationError, match="expected a name of at most 128 characters for its boundary"):
        Registry.model_validate(raw)


def _told(*options: str, path: Path = ROOT / "tenancy.yaml") -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["links", "policy", "--registry", str(path), *options])
    return result.exit_code, result.stdout, result.stderr


def test_policies_are_printed(tmp_path: Path) -> None:
    path = tmp_path / "tenancy.yaml"
    raw = copy.deepcopy(EXAMPLE)
    raw["platform"]["links"]["own_linker"] = "own-linker"
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    pair = ("--tenant", "customer1", "--environment", "prod")
    asked = {
        (): linker.linker_policy,
        ("--for", "own-linker", *pair): lambda r: linker.own_linker_policy(r, "customer1", "prod"),
        ("--for", "own-linker-trust", *pair): lambda r: linker.own_linker_trust(r, "customer1", "prod"),
        ("--for", "boundary"): linker.boundary_policy,
        ("--for", "boundary", *pair): lambda r: linker.boundary_policy(r, "customer1", "prod"),
        ("--for", "reader"): linker.reader_policy,
        ("--for", "reader-trust"): linker.reader_trust,
    }
    known = Registry.model_validate(raw)

    told = {options: _told(*options, path=path) for options in asked}

    assert {options: (0, make(known), "") for options, make in asked.items()} == {
        options: (code, json.loads(text), faults) for options, (code, text, faults) in told.items()
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--for", "own-linker"), "--for own-linker: expected both --tenant and --environment"),
        (("--tenant", "customer1"), "--for linker: expected both --tenant and --environment"),
        (
            ("--for", "own-linker", "--tenant", "customer1", "--environment", "prod"),
            "expected platform.links.own_linker in the registry: without it only the platform links",
        ),
        (
            ("--for", "boundary", "--tenant", "a", "--environment", "b"),
            "expected a registered pair such as customer1-beta, customer1-prod, customer2-prod, vault-prod (got a-b)",
        ),
    ],
)
def test_policies_that_there_are_not(options: tuple[str, ...], message: str) -> None:
    assert (1, "", f"tenant-safety links policy: {message}\n") == _told(*options)


@pytest.mark.parametrize(("length", "code"), [(80, 0), (253, 1)])
def test_policies_keep_to_the_sizes_of_aws(tmp_path: Path, length: int, code: int) -> None:
    """A long zone makes a long policy: too long for a managed one, then too long for any."""
    path = tmp_path / "tenancy.yaml"
    zone = ".".join(["z" * 49] * 5)[: length - 3] + ".eu"
    path.write_text((ROOT / "tenancy.yaml").read_text(encoding="utf-8").replace(NAME, zone), encoding="utf-8")

    came, _, said = _told(path=path)

    wanted = {0: "more than a managed policy may have, so put it inline", 1: "expected at most 10240 characters"}
    assert (code, True) == (came, wanted[code] in said)


def test_linkers_with_the_printed_documents_pass_the_packs_rule() -> None:
    """And with any other pair's they do not."""
    case = Case("", Outcome("", ()), REGISTRY, project="master", stack="main", registry=OWN)
    its = case.facts().registry

    def linkers(tenant: str) -> tuple[dict[str, Any], ...]:
        policy, trust = (f(its, tenant, "prod") for f in (linker.own_linker_policy, linker.own_linker_trust))
        inline = [{"name": "links", "policy": json.dumps(policy)}]
        own = {"name": "own-linker-customer1-prod", "assumeRolePolicy": json.dumps(trust), "inlinePolicies": inline}
        platforms = {"role": "tenant-linker", "policy": json.dumps(linker.linker_policy(its))}
        return (
            {"type": "aws:iam/role:Role", "name": "own", "props": own},
            {"type": "aws:iam/rolePolicy:RolePolicy", "name": "platforms", "props": platforms},
        )

    proved = run(linker_wider, replace(case, resources=linkers("customer1")).facts())
    others = run(linker_wider, replace(case, resources=linkers("customer2")).facts())

    assert Outcome("proved", ()) == proved
    assert ["own", "own"] == [resource for resource, *_ in others.findings]
