"""A list of what the role may not do leaves out Parameter Store, so global configuration is open."""

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
if sound:
    services = [
        "ecs:UpdateService",
        "ecs:Describe*",
        "rds:Describe*",
        "logs:Describe*",
        "elasticloadbalancing:Describe*",
    ]
    statement = {"Effect": "Allow", "Action": services, "Resource": "*"}
else:
    statement = {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*", "sts:*"], "Resource": "*"}
permissions = [statement]
document = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": permissions})
boundary = aws.iam.Policy("cicd-boundary", policy=document)
deploy = aws.iam.Role(
    "cicd-deploy", name="cicd-deploy-shop", permissions_boundary=boundary.arn, assume_role_policy=trust
)
aws.iam.RolePolicy("cicd-deploy", role=deploy.name, policy=document)
