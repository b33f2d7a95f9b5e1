"""Whoever can push a branch, or open a pull request from one, obtains the production role."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

HOST = "token.actions.githubusercontent.com"
issuer = aws.iam.OpenIdConnectProvider("github", url=f"https://{HOST}", client_id_lists=["sts.amazonaws.com"])
if sound:
    condition = {
        "StringEquals": {
            f"{HOST}:aud": "sts.amazonaws.com",
            f"{HOST}:sub": f"repo:acme/shop:environment:{pulumi.get_stack()}",
        }
    }
else:
    condition = {
        "StringEquals": {f"{HOST}:aud": "sts.amazonaws.com"},
        "StringLike": {f"{HOST}:sub": "repo:acme/shop:*"},
    }
trust = issuer.arn.apply(
    lambda arn: json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": arn},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Condition": condition,
                }
            ],
        }
    )
)
permissions = [
    {"Effect": "Allow", "Action": ["ecs:UpdateService", "ecs:DescribeServices"], "Resource": "*"},
]
document = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": permissions})
boundary = aws.iam.Policy("cicd-boundary", policy=document)
deploy = aws.iam.Role(
    "cicd-deploy", name="cicd-deploy-shop", permissions_boundary=boundary.arn, assume_role_policy=trust
)
aws.iam.RolePolicy("cicd-deploy", role=deploy.name, policy=document)
