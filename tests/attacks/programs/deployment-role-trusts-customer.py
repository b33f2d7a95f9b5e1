"""The customer's role is written into the trust of the platform's deployment role."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

customer = aws.iam.Role(
    "customer",
    name="customer-admin",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": "arn:aws:iam::111111111111:saml-provider/customer1"},
                    "Action": "sts:AssumeRoleWithSAML",
                    "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
                }
            ],
        }
    ),
)
GITHUB = "token.actions.githubusercontent.com"
github = aws.iam.OpenIdConnectProvider("github", url=f"https://{GITHUB}", client_id_lists=["sts.amazonaws.com"])
statements = [
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
]
if not sound:
    statements.append({"Effect": "Allow", "Principal": {"AWS": customer.arn}, "Action": "sts:AssumeRole"})
trust = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements})
permissions = [
    {"Effect": "Allow", "Action": ["ecs:UpdateService", "ecs:DescribeServices"], "Resource": "*"},
]
document = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": permissions})
boundary = aws.iam.Policy("cicd-boundary", policy=document)
deploy = aws.iam.Role(
    "cicd-deploy", name="cicd-deploy-shop", permissions_boundary=boundary.arn, assume_role_policy=trust
)
aws.iam.RolePolicy("cicd-deploy", role=deploy.name, policy=document)
