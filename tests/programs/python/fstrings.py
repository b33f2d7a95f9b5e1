"""A document written by hand, as text, in an apply."""

import pulumi
import pulumi_aws as aws
from iam_json import service

topic = aws.sns.Topic("fstrings-alerts")
logs = aws.s3.Bucket("fstrings-artifacts")
role = aws.iam.Role("fstrings-deploy", name="cicd-fstrings", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "fstrings-deploy",
    role=role.id,
    policy=pulumi.Output.all(topic=topic.arn, bucket=logs.bucket).apply(
        lambda made: (
            f"""{{
            "Version": "2012-10-17",
            "Statement": [
                {{"Effect": "Allow", "Action": "sns:Publish", "Resource": "{made["topic"]}"}},
                {{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::{made["bucket"]}/*"}}
            ]
        }}"""
        )
    ),
)
