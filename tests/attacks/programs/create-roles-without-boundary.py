"""Roles that the pipeline creates for the application carry no boundary, so it creates an administrator."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
orders = aws.sqs.Queue("orders", name="orders")
app_boundary = aws.iam.Policy(
    "app-boundary",
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"], "Resource": orders.arn}
            ],
        }
    ),
)
creating = {
    "Effect": "Allow",
    "Action": ["iam:CreateRole", "iam:PutRolePolicy"],
    "Resource": pulumi.Output.concat("arn:aws:iam::", account, ":role/app-*"),
}
if sound:
    creating["Condition"] = {"StringEquals": {"iam:PermissionsBoundary": app_boundary.arn}}

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
                    "values": ["repo:acme/shop:environment:customer1-prod"],
                },
            ],
        }
    ]
).json
permissions = [creating]
document = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": permissions})
boundary = aws.iam.Policy("cicd-boundary", policy=document)
deploy = aws.iam.Role(
    "cicd-deploy", name="cicd-deploy-shop", permissions_boundary=boundary.arn, assume_role_policy=trust
)
aws.iam.RolePolicy("cicd-deploy", role=deploy.name, policy=document)
