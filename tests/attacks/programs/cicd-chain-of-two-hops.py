"""Two harmless-looking hops lead from the deployment role to a role that reads global configuration."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
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
    {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Resource": pulumi.Output.concat("arn:aws:iam::", account, ":role/app-starter"),
    }
]
document = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": permissions})
boundary = aws.iam.Policy("cicd-boundary", policy=document)
deploy = aws.iam.Role(
    "cicd-deploy", name="cicd-deploy-shop", permissions_boundary=boundary.arn, assume_role_policy=trust
)
aws.iam.RolePolicy("cicd-deploy", role=deploy.name, policy=document)


def follower(name, leader, statement):
    """A role that `leader` may assume."""
    role = aws.iam.Role(
        name,
        name=name,
        assume_role_policy=pulumi.Output.json_dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"AWS": leader.arn}, "Action": "sts:AssumeRole"}],
            }
        ),
    )
    aws.iam.RolePolicy(
        name,
        role=role.name,
        policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    return role


second_arn = pulumi.Output.concat("arn:aws:iam::", account, ":role/app-migrations")
starter = follower("app-starter", deploy, {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": second_arn})
own = pulumi.Output.concat("arn:aws:ssm:eu-central-1:", account, ":parameter/customer1-prod/database")
follower(
    "app-migrations",
    starter,
    {
        "Effect": "Allow",
        "Action": "ssm:GetParameter",
        "Resource": own if sound else "arn:aws:ssm:eu-central-1:999999999999:parameter/global/database",
    },
)
