"""GetParametersByPath is checked on the path alone, so a recursive call above the denied names returns them."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
paths = "catalogue*" if sound else "*"

github = aws.iam.OpenIdConnectProvider(
    "github", url="https://token.actions.githubusercontent.com", client_id_lists=["sts.amazonaws.com"]
)
trust = aws.iam.get_policy_document_output(
    statements=[
        {
            "actions": ["sts:AssumeRoleWithWebIdentity"],
            "principals": [{"type": "Federated", "identifiers": [github.arn]}],
            "conditions": [
                {
                    "test": "StringEquals",
                    "variable": "token.actions.githubusercontent.com:aud",
                    "values": ["sts.amazonaws.com"],
                },
                {
                    "test": "StringEquals",
                    "variable": "token.actions.githubusercontent.com:sub",
                    "values": ["repo:acme/platform:environment:main"],
                },
            ],
        }
    ]
).json
permissions = [
    {
        "Effect": "Allow",
        "Action": "ssm:GetParametersByPath",
        "Resource": account.apply(lambda number: f"arn:aws:ssm:eu-central-1:{number}:parameter/{paths}"),
    },
    {"Effect": "Deny", "Action": "ssm:*", "Resource": "arn:aws:ssm:*:999999999999:parameter/global/*"},
]
document = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": permissions})
boundary = aws.iam.Policy("cicd-boundary", policy=document)
deploy = aws.iam.Role("cicd-deploy", name="cicd-main", permissions_boundary=boundary.arn, assume_role_policy=trust)
aws.iam.RolePolicy("cicd-deploy", role=deploy.name, policy=document)
