"""Anything is allowed, and denied but for what is new."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

data = aws.s3.Bucket("denies-data")
jobs = aws.sqs.Queue("denies-jobs")
role = aws.iam.Role("denies-deploy", name="cicd-denies", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "denies-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow(["s3:*", "sqs:*", "ssm:*", "secretsmanager:*", "dynamodb:*"], "*"),
            {
                "Effect": "Deny",
                "Action": "*",
                "NotResource": [data.arn, pulumi.Output.concat(data.arn, "/*"), jobs.arn],
            },
        )
    ),
)
