"""Policies as teams write them, and the rows that ask about them: distinct documents, all from one seed."""

from collections.abc import Callable
from random import Random
from typing import Any, TypeAlias

Json: TypeAlias = Any
Document: TypeAlias = dict[str, Json]
Row: TypeAlias = dict[str, Json]

ACCOUNT, OTHER, ORGANIZATION = "111111111111", "222222222222", "o-a1b2c3d4e5"
KEY = "5fa3d2b1-0c7e-4b5e-9d55-2b7c1e0f6a11"
REGIONS = ("eu-central-1", "eu-west-1", "us-east-1")

GLOBAL_CONFIG = (
    f"arn:aws:ssm:*:{ACCOUNT}:parameter/global/*",
    f"arn:aws:ssm:*:{ACCOUNT}:parameter/platform/config/*",
    "arn:aws:s3:::acme-global-config",
    "arn:aws:s3:::acme-global-config/*",
    "arn:aws:s3:::acme-global-config-*/*",
    f"arn:aws:secretsmanager:*:{ACCOUNT}:secret:global/*",
    f"arn:aws:dynamodb:*:{ACCOUNT}:table/global-config*",
    f"arn:aws:dynamodb:*:{ACCOUNT}:table/tenancy*",
    f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/{KEY}",
    f"arn:aws:iam::{ACCOUNT}:role/global-config-*",
)
"""Ten targets: what no CI/CD role may reach."""

ACTIONS = {
    "s3": (
        *("GetObject", "PutObject", "DeleteObject", "ListBucket", "GetObject*", "Get*", "List*", "PutObjectTagging"),
        *("GetBucketPolicy", "AbortMultipartUpload", "ListBucketVersions", "GetBucketLocation", "RestoreObject", "*"),
    ),
    "ssm": (
        *("GetParameter", "GetParameters", "GetParametersByPath", "GetParameter*", "PutParameter", "DeleteParameter"),
        *("DescribeParameters", "AddTagsToResource", "SendCommand", "*"),
    ),
    "secretsmanager": (
        *("GetSecretValue", "DescribeSecret", "PutSecretValue", "CreateSecret", "List*", "Get*", "TagResource", "*"),
    ),
    "dynamodb": (
        *("GetItem", "BatchGetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem", "DescribeTable"),
        *("BatchWriteItem", "Describe*", "CreateTable", "*"),
    ),
    "kms": ("Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKey*", "DescribeKey", "ReEncrypt*", "CreateGrant"),
    "sqs": ("SendMessage", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl", "*"),
    "sns": ("Publish", "Subscribe", "GetTopicAttributes", "ListSubscriptionsByTopic"),
    "logs": ("CreateLogGroup", "CreateLogStream", "PutLogEvents", "DescribeLogStreams", "FilterLogEvents", "Get*"),
    "lambda": (
        *("InvokeFunction", "GetFunction", "UpdateFunctionCode", "CreateFunction", "PublishVersion", "Get*", "List*"),
        "UpdateFunctionConfiguration",
    ),
    "ecr": ("BatchGetImage", "GetDownloadUrlForLayer", "PutImage", "InitiateLayerUpload", "DescribeRepositories"),
    "ecs": ("UpdateService", "RegisterTaskDefinition", "DescribeServices", "RunTask", "StopTask", "List*"),
    "iam": ("GetRole", "PassRole", "CreateRole", "PutRolePolicy", "AttachRolePolicy", "GetRolePolicy", "List*", "Get*"),
    "cloudformation": ("CreateStack", "UpdateStack", "DescribeStacks", "CreateChangeSet", "ExecuteChangeSet", "*"),
}

_WORDS = (
    *("orders", "billing", "search", "media", "audit", "auth", "catalog", "ledger", "mail", "report", "stream", "web"),
    *(
        "import",
        "export",
        "cache",
        "queue",
        "price",
        "stock",
        "claims",
        "fleet",
        "sensor",
        "invoice",
        "basket",
        "login",
    ),
)
_TIERS = ("dev", "test", "stage", "prod")


class Author:
    """Writes documents.  No two have the same names, so nothing that is remembered of one serves the next."""

    def __init__(self, seed: int) -> None:
        self._rng = Random(seed)
        self._count = 0
        self._name = ""

    def identity(self) -> Document:
        """An identity policy of two to six statements."""
        rng = self._rng
        self._begin()
        statements = [self._grant() for _ in range(rng.randint(1, 4))]
        extra: list[Callable[[], Document]] = [self._deny, self._grant, self._pass_role]
        wide = [self._by_tag, self._power_user, self._not_resource, self._read_all]
        statements += [rng.choice(extra)() for _ in range(rng.choice((1, 1, 2)))]
        if rng.random() < 0.35:
            statements[rng.randrange(len(statements))] = rng.choice(wide)()
            if rng.random() < 0.6:
                statements.append(self._deny_global())
        return self._document(statements[:6])

    def boundary(self) -> Document:
        """A permission boundary: wide, and without what changes identities or the platform's own."""
        self._begin()
        services = [f"{service}:*" for service in self._rng.sample(sorted(ACTIONS), 8)]
        statements = [
            {"Sid": "Services", "Effect": "Allow", "Action": services, "Resource": "*"},
            {"Sid": "Read", "Effect": "Allow", "Action": ["s3:Get*", "s3:List*", "ssm:Get*"], "Resource": "*"},
        ]
        if self._rng.random() < 0.7:
            statements.append(self._deny_global())
        if self._rng.random() < 0.5:
            statements.append(self._deny_regions())
        return self._document(statements)

    def scps(self) -> list[list[Document]]:
        """Levels from the organization's root to the account."""
        full = self._document([{"Sid": "Full", "Effect": "Allow", "Action": "*", "Resource": "*"}])
        levels = []
        for _ in range(self._rng.choice((1, 2, 3))):
            self._begin()
            denies = [self._deny_regions(), self._deny_leaving(), self._deny_global()]
            chosen = self._rng.sample(denies, self._rng.randint(1, 2))
            levels.append([full, self._document(chosen)])
        return levels

    def resource(self) -> Document:
        """A resource's policy."""
        rng = self._rng
        self._begin()
        service, resource = rng.choice((("s3", f"arn:aws:s3:::{self._name}/*"), ("s3", "arn:aws:s3:::acme-shared-*")))
        principals: list[Json] = [
            {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/{self._name}", f"arn:aws:iam::{OTHER}:root"]},
            {"Service": "cloudtrail.amazonaws.com"},
            "*",
        ]
        statements = [
            {
                "Sid": f"Share{i}",
                "Effect": "Allow",
                "Principal": rng.choice(principals[:-1]),
                "Action": self._actions(service),
                "Resource": resource,
            }
            for i in range(rng.randint(1, 3))
        ]
        statements.append(
            {
                "Sid": "OnlyOurs",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": resource,
                "Condition": rng.choice(
                    (
                        {"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
                        {"Bool": {"aws:SecureTransport": "false"}},
                    )
                ),
            }
        )
        return self._document(statements)

    def key(self) -> Document:
        """A key's policy, which leaves it to the account's identity policies."""
        self._begin()
        root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        mine = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/{self._name}-admin"}
        return self._document(
            [
                {"Sid": "Delegate", "Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"},
                {
                    "Sid": "Use",
                    "Effect": "Allow",
                    "Principal": mine,
                    "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                    "Resource": "*",
                    "Condition": {"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}},
                },
            ]
        )

    def principal(self) -> str:
        """A role, now and then a user or a session."""
        self._begin()
        name = self._name
        return self._rng.choice(
            (
                f"arn:aws:iam::{ACCOUNT}:role/{name}",
                f"arn:aws:iam::{ACCOUNT}:role/cicd/{name}",
                f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/deploy",
                f"arn:aws:iam::{ACCOUNT}:user/{name}",
            )
        )

    def simulate_row(self, number: int) -> Row:
        """One request under all kinds of policies; it is derived from the documents, so that many are allowed."""
        rng = self._rng
        principal, identity = self.principal(), [self.identity() for _ in range(rng.choice((1, 1, 2)))]
        action, resource = self._request(identity)
        row: Row = {
            "id": f"row-{number}",
            "principal": principal,
            "action": action,
            "resource": resource,
            "context": self._context(principal),
            "identity_policies": identity,
        }
        if rng.random() < 0.4:
            row["permission_boundaries"] = [self.boundary()]
        if rng.random() < 0.5:
            row["scps"] = self.scps()
        if rng.random() < 0.4:
            row["resource_policies"] = [self.resource()]
        if resource.startswith("arn:aws:s3:"):
            row["resource_account"] = OTHER if rng.random() < 0.15 else ACCOUNT
        return row

    def reach_row(self, number: int) -> Row:
        """Can one principal reach the global configuration?"""
        rng = self._rng
        row: Row = {
            "id": f"row-{number}",
            "principal": self.principal(),
            "targets": list(GLOBAL_CONFIG),
            "identity_policies": [self.identity()],
            "context": {"aws:PrincipalOrgID": ORGANIZATION, "aws:PrincipalTag/team": self._name},
        }
        if rng.random() < 0.3:
            row["permission_boundaries"] = [self.boundary()]
        if rng.random() < 0.3:
            row["scps"] = self.scps()
        if rng.random() < 0.9:
            row["resource_policies"] = [self.key()] if rng.random() < 0.3 else []
        return row

    # --- statements ---

    def _begin(self) -> None:
        rng = self._rng
        self._count += 1
        self._name = f"{rng.choice(_WORDS)}-{rng.choice(_TIERS)}-{self._count}"

    def _document(self, statements: list[Document]) -> Document:
        numbered = [{**one, "Sid": f"{one.get('Sid', 'S')}{i}"} for i, one in enumerate(statements)]
        return {"Version": "2012-10-17", "Statement": numbered}

    def _actions(self, service: str) -> list[str]:
        known = ACTIONS[service]
        return [f"{service}:{name}" for name in self._rng.sample(known, min(self._rng.randint(1, 8), len(known)))]

    def _resources(self, service: str) -> list[str]:
        rng, name = self._rng, self._name
        region = rng.choice(("*", "*", *REGIONS))
        head = f"arn:aws:{service}:{region}:{ACCOUNT}:"
        shapes = {
            "s3": (
                f"arn:aws:s3:::{name}",
                f"arn:aws:s3:::{name}/*",
                f"arn:aws:s3:::{name}-*/in/*",
                "arn:aws:s3:::acme-*",
            ),
            "ssm": (f"{head}parameter/{name}/*", f"{head}parameter/{name}", f"{head}parameter/*/{name}"),
            "secretsmanager": (f"{head}secret:{name}-*", f"{head}secret:{name}/*", f"{head}secret:*/{name}-??????"),
            "dynamodb": (f"{head}table/{name}", f"{head}table/{name}/index/*", f"{head}table/{name}-*"),
            "kms": (f"{head}key/*", f"{head}alias/{name}", f"{head}key/{self._count:08x}-*"),
            "sqs": (f"{head}{name}", f"{head}{name}-*", f"{head}*-{name}.fifo"),
            "sns": (f"{head}{name}", f"{head}{name}-*"),
            "logs": (f"{head}log-group:/aws/lambda/{name}*", f"{head}log-group:/{name}:*"),
            "lambda": (f"{head}function:{name}", f"{head}function:{name}-*", f"{head}function:{name}:*"),
            "ecr": (f"{head}repository/{name}", f"{head}repository/{name}/*"),
            "ecs": (f"{head}service/{name}/*", f"{head}task-definition/{name}:*", f"{head}cluster/{name}"),
            "iam": (f"arn:aws:iam::{ACCOUNT}:role/{name}-*", f"arn:aws:iam::{ACCOUNT}:role/app/{name}"),
            "cloudformation": (f"{head}stack/{name}/*", f"{head}stack/{name}-*/*"),
        }[service]
        return rng.sample(shapes, rng.randint(1, len(shapes)))

    def _grant(self) -> Document:
        rng = self._rng
        service = rng.choice(sorted(ACTIONS))
        actions = self._actions(service)
        if rng.random() < 0.25:
            actions += self._actions(rng.choice(sorted(ACTIONS)))
        resource: Json = self._resources(service) if rng.random() < 0.9 else "*"
        found: Document = {"Sid": "Use", "Effect": "Allow", "Action": actions[:8], "Resource": resource}
        if rng.random() < 0.45:
            found["Condition"] = self._condition(service)
        return found

    def _condition(self, service: str) -> Document:
        rng = self._rng
        own: dict[str, list[Document]] = {
            "s3": [{"StringLike": {"s3:prefix": [f"{self._name}/*", "home/${aws:PrincipalTag/team}/*"]}}],
            "dynamodb": [{"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [self._name, "shared"]}}],
            "kms": [
                {"StringEquals": {"kms:ViaService": f"{s}.{rng.choice(REGIONS)}.amazonaws.com"}} for s in ("s3", "ssm")
            ],
        }
        usual: list[Document] = [
            {"StringEquals": {"aws:RequestedRegion": rng.sample(REGIONS, 2)}},
            {"Bool": {"aws:SecureTransport": "true"}, "IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}},
            {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
            {"StringEquals": {"aws:RequestTag/team": self._name}, "Null": {"aws:RequestTag/owner": "false"}},
            {"ForAnyValue:StringLike": {"aws:TagKeys": ["team", "cost-*"]}},
            {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
            {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}},
            {"DateLessThan": {"aws:CurrentTime": "2031-01-01T00:00:00Z"}},
            {"StringLikeIfExists": {"aws:PrincipalTag/team": f"{self._name}*"}},
            {"StringEquals": {"aws:SourceVpce": f"vpce-{self._count:08x}"}},
        ]
        return rng.choice([*usual, *own.get(service, [])])

    def _deny(self) -> Document:
        service = self._rng.choice(sorted(ACTIONS))
        found: Document = {
            "Sid": "Not",
            "Effect": "Deny",
            "Action": [a for a in self._actions(service) if not a.endswith(":*")] or [f"{service}:Delete*"],
            "Resource": self._resources(service),
        }
        if self._rng.random() < 0.5:
            found["Condition"] = self._condition(service)
        return found

    def _deny_global(self) -> Document:
        resources = list(GLOBAL_CONFIG)
        if self._rng.random() < 0.3:
            del resources[self._rng.randrange(len(resources))]
        found: Document = {"Sid": "NotGlobal", "Effect": "Deny", "Action": "*", "Resource": resources}
        if self._rng.random() < 0.3:
            found["Condition"] = {"StringNotLike": {"aws:PrincipalTag/team": ["platform", "platform-*"]}}
        return found

    def _deny_regions(self) -> Document:
        free = ["iam:*", "sts:*", "organizations:*", "support:*", "cloudfront:*", "route53:*"]
        where = {"StringNotEquals": {"aws:RequestedRegion": self._rng.sample(REGIONS, 2)}}
        return {"Sid": "Regions", "Effect": "Deny", "NotAction": free, "Resource": "*", "Condition": where}

    def _deny_leaving(self) -> Document:
        actions = ["organizations:LeaveOrganization", "account:*", "cloudtrail:StopLogging", "cloudtrail:Delete*"]
        return {"Sid": "Stay", "Effect": "Deny", "Action": actions, "Resource": "*"}

    def _pass_role(self) -> Document:
        services = self._rng.sample(["lambda.amazonaws.com", "ecs-tasks.amazonaws.com", "ec2.amazonaws.com"], 2)
        return {
            "Sid": "Pass",
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": f"arn:aws:iam::{ACCOUNT}:role/{self._name}-*",
            "Condition": {"StringEquals": {"iam:PassedToService": services}},
        }

    def _by_tag(self) -> Document:
        actions = [
            f"{service}:*" for service in self._rng.sample(("ssm", "s3", "secretsmanager", "dynamodb", "ec2"), 2)
        ]
        where = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
        return {"Sid": "Tagged", "Effect": "Allow", "Action": actions, "Resource": "*", "Condition": where}

    def _power_user(self) -> Document:
        return {
            "Sid": "Power",
            "Effect": "Allow",
            "NotAction": ["iam:*", "organizations:*", "account:*"],
            "Resource": "*",
        }

    def _not_resource(self) -> Document:
        service = self._rng.choice(("s3", "ssm", "secretsmanager", "dynamodb"))
        excepted = [arn for arn in GLOBAL_CONFIG if f":{service}:" in arn]
        return {"Sid": "Others", "Effect": "Allow", "Action": self._actions(service), "NotResource": excepted}

    def _read_all(self) -> Document:
        services = self._rng.sample(sorted(ACTIONS), 4)
        actions = [f"{service}:{verb}*" for service in services for verb in ("Get", "List")]
        return {"Sid": "Read", "Effect": "Allow", "Action": actions, "Resource": "*"}

    # --- requests ---

    def _request(self, documents: list[Document]) -> tuple[str, str]:
        rng = self._rng
        statement = rng.choice([one for document in documents for one in document["Statement"]])
        action = rng.choice(_listed(statement.get("Action", "ssm:GetParameter")))
        service, _, name = ("s3:GetObject" if action == "*" else action).partition(":")
        name = name.replace("*", "Object" if service == "s3" and len(name) < 5 else "")
        resources = [r for r in _listed(statement.get("Resource", "*")) if r == "*" or f":{service}:" in r]
        resource = rng.choice(resources or ["*"])
        if resource == "*":
            resource = rng.choice(self._resources(service) if service in ACTIONS else GLOBAL_CONFIG)
        fields = resource.split(":", 5)
        fields[3] = fields[3].replace("*", rng.choice(REGIONS))
        return f"{service}:{name or 'GetObject'}", ":".join(fields).replace("*", "x1").replace("?", "b")

    def _context(self, principal: str) -> dict[str, Json]:
        rng = self._rng
        found: dict[str, Json] = {
            "aws:RequestedRegion": rng.choice(REGIONS),
            "aws:SecureTransport": "true",
            "aws:SourceIp": rng.choice(("10.1.2.3", "203.0.113.9")),
            "aws:PrincipalOrgID": ORGANIZATION,
            "aws:PrincipalTag/team": principal.rsplit("/", 1)[-1],
            "aws:CurrentTime": "2030-06-01T12:00:00Z",
        }
        optional: dict[str, Json] = {
            "aws:MultiFactorAuthPresent": "true",
            "aws:MultiFactorAuthAge": "1200",
            "aws:TagKeys": ["team", "cost-center"],
            "aws:RequestTag/team": self._name,
            "s3:prefix": f"{self._name}/",
            "kms:ViaService": "s3.eu-west-1.amazonaws.com",
            "dynamodb:LeadingKeys": ["shared"],
        }
        return {**found, **{key: optional[key] for key in rng.sample(sorted(optional), 3)}}


def simulate_rows(count: int, seed: int = 1) -> list[Row]:
    """Rows for `tenant-safety iam simulate`."""
    author = Author(seed)
    return [author.simulate_row(i) for i in range(count)]


def reach_rows(count: int, seed: int = 2) -> list[Row]:
    """Rows for `tenant-safety iam reach`, each about the same ten targets."""
    author = Author(seed)
    return [author.reach_row(i) for i in range(count)]


def _listed(value: Json) -> list[str]:
    return value if isinstance(value, list) else [value]
