"""The denial of global configuration depends on the user agent, which the caller chooses."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

denial = {"Effect": "Deny", "Action": "ssm:*", "Resource": "arn:aws:ssm:*:999999999999:parameter/global/*"}
if not sound:
    denial["Condition"] = {"StringNotLike": {"aws:UserAgent": "*pulumi*"}}

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
        "Action": "ssm:GetParameter",
        "Resource": "arn:aws:ssm:eu-central-1:999999999999:parameter/*",
    },
    denial,
]
document = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": permissions})
boundary = aws.iam.Policy("cicd-boundary", policy=document)
deploy = aws.iam.Role(
    "cicd-deploy", name="cicd-deploy-shop", permissions_boundary=boundary.arn, assume_role_policy=trust
)
aws.iam.RolePolicy("cicd-deploy", role=deploy.name, policy=document)
