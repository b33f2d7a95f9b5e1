"""The web service reads another tenant's orders, whose table's policy may be as careless."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
owner = account if sound else "222222222222"
runtime = aws.iam.Role(
    "app-web",
    assume_role_policy=aws.iam.get_policy_document_output(
        statements=[
            {
                "actions": ["sts:AssumeRole"],
                "principals": [{"type": "Service", "identifiers": ["ecs-tasks.amazonaws.com"]}],
                "conditions": [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": [account]}],
            }
        ]
    ).json,
)
table = pulumi.Output.format("arn:aws:dynamodb:eu-central-1:{0}:table/orders", owner)
aws.iam.RolePolicy(
    "app-web",
    role=runtime.id,
    policy=aws.iam.get_policy_document_output(
        statements=[{"actions": ["dynamodb:GetItem", "dynamodb:Query"], "resources": [table]}]
    ).json,
)
