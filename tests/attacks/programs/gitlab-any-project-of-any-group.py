"""All of gitlab.com shares one issuer, and the pattern admits each of its projects."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

HOST = "gitlab.com"
issuer = aws.iam.OpenIdConnectProvider("gitlab", url=f"https://{HOST}", client_id_lists=["https://gitlab.com"])
if sound:
    condition = {
        "StringEquals": {
            f"{HOST}:aud": "https://gitlab.com",
            f"{HOST}:sub": "project_path:acme/shop:ref_type:branch:ref:main",
        }
    }
else:
    condition = {
        "StringEquals": {f"{HOST}:aud": "https://gitlab.com"},
        "StringLike": {f"{HOST}:sub": "project_path:*:ref_type:branch:ref:main"},
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
