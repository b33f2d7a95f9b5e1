"""`json.dumps` inside of an apply over several outputs."""

import json

import pulumi
import pulumi_aws as aws
from iam_json import ACCOUNT, allow, document, service

uploads = aws.s3.Bucket("json-in-apply-uploads", force_destroy=True)
table = aws.dynamodb.Table(
    "json-in-apply-orders",
    attributes=[{"name": "id", "type": "S"}],
    hash_key="id",
    billing_mode="PAY_PER_REQUEST",
)
role = aws.iam.Role("json-in-apply-deploy", name="cicd-json-in-apply", assume_role_policy=service("codebuild", ACCOUNT))
aws.iam.RolePolicy(
    "json-in-apply-deploy",
    role=role.name,
    policy=pulumi.Output.all(uploads.arn, table.arn).apply(
        lambda arns: json.dumps(
            document(allow(["s3:GetObject", "s3:PutObject"], f"{arns[0]}/*"), allow("dynamodb:*", arns[1]))
        )
    ),
)
