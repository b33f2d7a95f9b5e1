"""Several accounts, each with a provider and a role: a platform's stack."""

import json

import pulumi
import pulumi_aws as aws
from iam_json import ACCOUNT, allow, document, service


def account(name: str, number: str) -> pulumi.ResourceOptions:
    provider = aws.Provider(
        f"accounts-{name}",
        region="eu-central-1",
        allowed_account_ids=[number],
        assume_roles=[{"role_arn": f"arn:aws:iam::{number}:role/cicd-deploy", "session_name": "platform"}],
    )
    return pulumi.ResourceOptions(provider=provider)


first, second, logs = (
    account("first", "111111111111"),
    account("second", "222222222222"),
    account("logs", "888888888888"),
)
trail = aws.s3.Bucket("accounts-trail", opts=logs)
readers = []
for name, place in (("first", first), ("second", second)):
    reader = aws.iam.Role(f"accounts-{name}", assume_role_policy=service("ec2"), opts=place)
    aws.iam.RolePolicy(
        f"accounts-{name}",
        role=reader.id,
        policy=trail.arn.apply(lambda arn: json.dumps(document(allow("s3:GetObject", f"{arn}/*")))),
        opts=place,
    )
    readers.append(reader)
aws.s3.BucketPolicy(
    "accounts-trail",
    bucket=trail.id,
    policy=pulumi.Output.json_dumps(
        document(
            {
                "Effect": "Allow",
                "Principal": {"AWS": [reader.arn for reader in readers]},
                "Action": "s3:GetObject",
                "Resource": pulumi.Output.concat(trail.arn, "/*"),
            }
        )
    ),
    opts=logs,
)
deploy = aws.iam.Role(
    "accounts-deploy", name="cicd-accounts", assume_role_policy=service("codebuild", ACCOUNT), opts=first
)
aws.iam.RolePolicy(
    "accounts-deploy",
    role=deploy.name,
    policy=pulumi.Output.json_dumps(document(allow("sts:AssumeRole", [reader.arn for reader in readers]))),
    opts=first,
)
