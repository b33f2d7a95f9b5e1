"""The role itself reads nothing, but the helper role that it may assume reads global configuration."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
GITHUB = "token.actions.githubusercontent.com"
github = aws.iam.OpenIdConnectProvider("github", url=f"https://{GITHUB}", client_id_lists=["sts.amazonaws.com"])
trust = pulumi.Output.json_dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": github.arn},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {
                        f"{GITHUB}:aud": "sts.amazonaws.com",
                        f"{GITHUB}:sub": "repo:acme/shop:environment:customer1-prod",
                    }
                },
            }
        ],
    }
)
permissions = [
    {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Resource": pulumi.Output.concat("arn:aws:iam::", account, ":role/app-migrations"),
    }
]
document = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": permissions})
boundary = aws.iam.Policy("cicd-boundary", policy=document)
deploy = aws.iam.Role(
    "cicd-deploy", name="cicd-deploy-shop", permissions_boundary=boundary.arn, assume_role_policy=trust
)
aws.iam.RolePolicy("cicd-deploy", role=deploy.name, policy=document)

helper = aws.iam.Role(
    "helper",
    name="app-migrations",
    assume_role_policy=aws.iam.get_policy_document_output(
        statements=[{"actions": ["sts:AssumeRole"], "principals": [{"type": "AWS", "identifiers": [deploy.arn]}]}]
    ).json,
)
settings = aws.ssm.Parameter("settings", name="/customer1-prod/database", type="String", value="{}")
readable = settings.arn if sound else "arn:aws:ssm:eu-central-1:999999999999:parameter/global/database"
aws.iam.RolePolicy(
    "helper",
    role=helper.id,
    policy=aws.iam.get_policy_document_output(
        statements=[{"actions": ["ssm:GetParameter"], "resources": [readable]}]
    ).json,
)
