"""Fault: everything but IAM is allowed, in the keys of plain dictionaries."""

import pulumi_aws as aws
from iam_json import service

own = aws.s3.Bucket("policy-dicts-wide-own")
rights = aws.iam.get_policy_document_output(
    statements=[
        {"actions": ["s3:ListBucket"], "resources": [own.arn]},
        {"not_actions": ["iam:*"], "resources": ["*"]},
    ]
)
role = aws.iam.Role("policy-dicts-wide-deploy", name="cicd-policy-dicts-wide", assume_role_policy=service("ec2"))
aws.iam.RolePolicy("policy-dicts-wide-deploy", role=role.name, policy=rights.json)
