"""A key that never expires lies in the pipeline's settings, and whoever copies it is the pipeline from anywhere."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

permissions = [
    {"Effect": "Allow", "Action": ["ecs:UpdateService", "ecs:DescribeServices"], "Resource": "*"},
]
document = json.dumps({"Version": "2012-10-17", "Statement": permissions})
boundary = aws.iam.Policy("cicd-boundary", policy=document)
if sound:
    GITHUB = "token.actions.githubusercontent.com"
    github = aws.iam.OpenIdConnectProvider("github", url=f"https://{GITHUB}", client_id_lists=["sts.amazonaws.com"])
    deploy = aws.iam.Role(
        "cicd-deploy",
        name="cicd-deploy-shop",
        permissions_boundary=boundary.arn,
        assume_role_policy=github.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Federated": arn},
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
        ),
    )
    aws.iam.RolePolicy("cicd-deploy", role=deploy.id, policy=document)
else:
    user = aws.iam.User("cicd-deploy", name="cicd-deploy-shop", permissions_boundary=boundary.arn)
    aws.iam.UserPolicy("cicd-deploy", user=user.name, policy=document)
    key = aws.iam.AccessKey("cicd-deploy", user=user.name)
    pulumi.export("key", key.id)
    pulumi.export("secret", key.secret)
