"""The role starts an instance with any instance profile of the account and reads its credentials."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
web = aws.iam.Role(
    "app-web",
    name="app-web",
    assume_role_policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Service": "ec2.amazonaws.com"},
                "Action": "sts:AssumeRole",
            },
        }
    ),
)
orders = aws.sqs.Queue("orders", name="orders")
aws.iam.RolePolicy(
    "app-web",
    role=web.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": orders.arn}],
        }
    ),
)

passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
if sound:
    passing["Resource"] = web.arn
    passing["Condition"] = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}

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
permissions = [
    passing,
    {"Effect": "Allow", "Action": ["ec2:RunInstances", "ec2:DescribeInstances"], "Resource": "*"},
]
document = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": permissions})
boundary = aws.iam.Policy("cicd-boundary", policy=document)
deploy = aws.iam.Role(
    "cicd-deploy", name="cicd-deploy-shop", permissions_boundary=boundary.arn, assume_role_policy=trust
)
aws.iam.RolePolicy("cicd-deploy", role=deploy.name, policy=document)
