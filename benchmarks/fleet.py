"""A fleet of accounts of twenty roles each, as a platform has them: who trusts whom, and what each role may do."""

from collections.abc import Iterator
from typing import Any

from tenant_safety.iam import Attached, Policies, caller, managed_policy, parse
from tenant_safety.iam.chains import Principal
from tenant_safety.iam.documents import Kind

ROLES = 20
HUB = "100000000000"
"""The first account: its roles deploy to, audit and help all others."""

_PROVIDER = "token.actions.githubusercontent.com"
_GROUP = 10
"""Accounts in one ring of roles that trust each other."""

_SERVICES = (
    *(("lambda", "lambda.amazonaws.com"),) * 2,
    *(("task", "ecs-tasks.amazonaws.com"),) * 3,
    *(("node", "ec2.amazonaws.com"),) * 2,
    ("build", "codebuild.amazonaws.com"),
    ("flow", "states.amazonaws.com"),
)


def fleet(accounts: int) -> list[Principal]:
    """All roles of so many accounts, the hub's first."""
    ids = [str(int(HUB) + i) for i in range(accounts)]
    return [role for i, account in enumerate(ids) for role in _account(account, _neighbour(ids, i))]


def pipelines(roles: list[Principal]) -> list[Principal]:
    """The CI/CD role of each account."""
    return [role for role in roles if role.who.name == "ci"]


def hub_administrator(roles: list[Principal]) -> Principal:
    """The hub's administrator."""
    return next(role for role in roles if role.who.account == HUB and role.who.name == "admin")


def _neighbour(ids: list[str], i: int) -> str:
    start = i - i % _GROUP
    ring = ids[start : start + _GROUP]
    return ring[(i - start + 1) % len(ring)]


def _account(own: str, neighbour: str) -> Iterator[Principal]:
    def arn(name: str, account: str = own) -> str:
        return f"arn:aws:iam::{account}:role/{name}"

    hub = own == HUB
    yield _role(
        arn("ci"),
        {"Federated": f"arn:aws:iam::{own}:oidc-provider/{_PROVIDER}"},
        [
            _allow("sts:AssumeRole", arn("deploy")),
            _allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::artifacts-{own}/*"),
        ],
        "sts:AssumeRoleWithWebIdentity",
        {"StringLike": {f"{_PROVIDER}:sub": f"repo:acme/app-{own}:ref:refs/heads/main"}},
    )
    yield _role(arn("admin"), {"AWS": f"arn:aws:iam::{own}:root"}, None)
    yield _role(
        arn("deploy"),
        {"AWS": [arn("ci"), arn("deployer", HUB)]},
        [
            _allow(
                [
                    "cloudformation:*",
                    "lambda:CreateFunction",
                    "lambda:UpdateFunctionCode",
                    "ecs:RegisterTaskDefinition",
                ],
                "*",
            ),
            _allow("iam:PassRole", arn("lambda-*"), {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
            _allow("iam:PassRole", arn("task-*"), {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}),
            {"Effect": "Deny", "Action": ["iam:Create*", "iam:Put*", "iam:Attach*"], "Resource": "*"},
        ],
    )
    for i, (name, service) in enumerate(_SERVICES):
        yield _role(
            arn(f"{name}-{i}"),
            {"Service": service},
            [
                _allow(["dynamodb:GetItem", "dynamodb:PutItem"], f"arn:aws:dynamodb:*:{own}:table/{name}-{i}"),
                _allow("ssm:GetParameter*", f"arn:aws:ssm:*:{own}:parameter/{name}-{i}/*"),
                _allow("sts:AssumeRole", arn("data")) if i == 0 else _allow("logs:PutLogEvents", "*"),
            ],
        )
    yield _role(arn("data"), {"AWS": arn("lambda-0")}, [_allow(["s3:GetObject"], f"arn:aws:s3:::data-{own}/*")])
    yield _role(
        arn("relay"),
        {"AWS": [arn("relay", neighbour), arn("deployer" if hub else "legacy")]},
        [_allow("sts:AssumeRole", [arn("relay", neighbour), "arn:aws:iam::*:role/relay"])],
    )
    yield _role(
        arn("break-glass"),
        {"AWS": arn("admin", HUB)},
        None,
        condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    )
    yield _role(
        arn("audit"), {"AWS": arn("auditor", HUB)}, [_allow(["iam:Get*", "iam:List*", "config:Describe*"], "*")]
    )
    yield _role(arn("ping"), {"AWS": arn("pong")}, [_allow("sts:AssumeRole", arn("pong"))])
    yield _role(arn("pong"), {"AWS": arn("ping")}, [_allow("sts:AssumeRole", arn("ping"))])
    # The hub's own two reach into every account; elsewhere they are what is left of an older set-up.
    yield _role(
        arn("deployer" if hub else "legacy"),
        {"AWS": arn("deploy") if hub else f"arn:aws:iam::{HUB}:root"},
        [_allow("sts:AssumeRole", arn("deploy", "*"))] if hub else [_allow("s3:List*", "*")],
    )
    yield _role(
        arn("auditor" if hub else "support"),
        {"AWS": arn("admin") if hub else arn("auditor", HUB)},
        [_allow("sts:AssumeRole", arn("audit", "*"))] if hub else [_allow("support:*", "*")],
    )


def _role(
    arn: str,
    trusted: dict[str, Any],
    statements: list[dict[str, Any]] | None,
    action: str = "sts:AssumeRole",
    condition: dict[str, Any] | None = None,
) -> Principal:
    trust = {
        "Effect": "Allow",
        "Principal": trusted,
        "Action": action,
        **({"Condition": condition} if condition else {}),
    }
    if statements is None:
        granted = managed_policy("arn:aws:iam::aws:policy/AdministratorAccess")
        assert granted is not None
    else:
        granted = parse({"Version": "2012-10-17", "Statement": statements}, "identity")
    identity = (Attached(f"{arn} policy", granted),)
    return Principal(caller(arn), Policies(identity=identity), (_trust(arn, trust, "trust"),))


def _trust(arn: str, statement: dict[str, Any], kind: Kind) -> Attached:
    return Attached(f"{arn} trust", parse({"Version": "2012-10-17", "Statement": [statement]}, kind))


def _allow(actions: str | list[str], resources: str | list[str], condition: Any = None) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return {**found, "Condition": condition} if condition else found
