"""The boundary is a document of the project that allows every action, so the wide policy beneath it stands."""

import json

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
if sound:
    limit = {
        "Effect": "Allow",
        "Action": "ssm:GetParameter",
        "Resource": pulumi.Output.concat("arn:aws:ssm:*:", account, ":parameter/*"),
    }
else:
    limit = {"Effect": "Allow", "Action": "*", "Resource": "*"}
boundary = aws.iam.Policy(
    "cicd-boundary", policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [limit]})
)
deploy = aws.iam.Role(
    "cicd-deploy", name="cicd-deploy-shop", permissions_boundary=boundary.arn, assume_role_policy=trust
)
aws.iam.RolePolicy(
    "cicd-deploy",
    role=deploy.id,
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": "*"}],
        }
    ),
)
