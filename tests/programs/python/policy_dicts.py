"""`get_policy_document_output` of plain dictionaries, with the keys as Python spells them."""

import pulumi
import pulumi_aws as aws
from iam_json import service

state = aws.s3.Bucket("policy-dicts-state")
rights = aws.iam.get_policy_document_output(
    statements=[
        {"actions": ["s3:*"], "resources": ["*"]},
        {"effect": "Deny", "actions": ["s3:*"], "not_resources": [state.arn, pulumi.Output.concat(state.arn, "/*")]},
    ]
)
role = aws.iam.Role("policy-dicts-deploy", name="cicd-policy-dicts", assume_role_policy=service("ec2"))
aws.iam.RolePolicy("policy-dicts-deploy", role=role.name, policy=rights.json)
