"""A deployment of any stack of the organization, another tenant's or a test, obtains this tenant's role."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

HOST = "api.pulumi.com/oidc"
issuer = aws.iam.OpenIdConnectProvider("pulumi-cloud", url=f"https://{HOST}", client_id_lists=["acme"])
if sound:
    condition = {
        "StringEquals": {
            f"{HOST}:aud": "acme",
            f"{HOST}:sub": "pulumi:deploy:org:acme:project:shop:stack:customer1-prod:operation:update:scope:write",
        }
    }
else:
    condition = {
        "StringEquals": {f"{HOST}:aud": "acme"},
        "StringLike": {f"{HOST}:sub": "pulumi:deploy:org:acme:project:*:stack:*:operation:*:scope:write"},
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
