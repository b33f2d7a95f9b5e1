"""The deployment role is an administrator of the account and may assume or read whatever trusts that account."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

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
PULL = ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
boundary = aws.iam.Policy(
    "cicd-boundary",
    policy={
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": PULL if sound else "*", "Resource": "*"}],
    },
)
deploy = aws.iam.Role(
    "cicd-deploy", name="cicd-deploy-shop", permissions_boundary=boundary.arn, assume_role_policy=trust
)
policy = "AmazonEC2ContainerRegistryReadOnly" if sound else "AdministratorAccess"
aws.iam.RolePolicyAttachment("cicd-deploy", role=deploy.name, policy_arn=f"arn:aws:iam::aws:policy/{policy}")
