"""The value of a parameter as the resource of a statement: whatever somebody has put there."""

import json

import pulumi_aws as aws
from iam_json import allow, document, service

bucket = aws.ssm.get_parameter_output(name="/platform/bucket-arn", with_decryption=False)
role = aws.iam.Role("looked-up-value-deploy", name="cicd-looked-up-value", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "looked-up-value-deploy",
    role=role.id,
    policy=bucket.value.apply(lambda arn: json.dumps(document(allow("s3:GetObject", f"{arn}/*")))),
)
