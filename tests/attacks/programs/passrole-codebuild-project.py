"""A build project runs commands of the caller's choice under the passed service role."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
orders = aws.sqs.Queue("orders", name="orders")
receiving = pulumi.Output.json_dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": orders.arn}],
    }
)
web = aws.iam.Role(
    "app-build",
    name="app-build",
    permissions_boundary=aws.iam.Policy("app-build-boundary", policy=receiving).arn,
    assume_role_policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Service": "codebuild.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": account}},
            },
        }
    ),
)
aws.iam.RolePolicy("app-build", role=web.id, policy=receiving)

passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
if sound:
    passing["Resource"] = web.arn
    passing["Condition"] = {"StringEquals": {"iam:PassedToService": "codebuild.amazonaws.com"}}

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
    {
        "Effect": "Allow",
        "Action": ["codebuild:CreateProject", "codebuild:StartBuild"],
        "Resource": pulumi.Output.concat("arn:aws:codebuild:eu-central-1:", account, ":project/shop"),
    },
]
document = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": permissions})
boundary = aws.iam.Policy("cicd-boundary", policy=document)
deploy = aws.iam.Role(
    "cicd-deploy", name="cicd-deploy-shop", permissions_boundary=boundary.arn, assume_role_policy=trust
)
aws.iam.RolePolicy("cicd-deploy", role=deploy.name, policy=document)
