"""Fault: a role that GitHub's jobs take, by another name than CI's, reads the platform's registry."""

import json

import pulumi
import pulumi_aws as aws
from iam_json import allow, document

issuer = aws.iam.OpenIdConnectProvider(
    "open-github-issuer", url="https://gitlab.com", client_id_lists=["https://gitlab.com"]
)
table = aws.dynamodb.Table(
    "open-github-tenancy", attributes=[{"name": "id", "type": "S"}], hash_key="id", billing_mode="PAY_PER_REQUEST"
)
role = aws.iam.Role(
    "open-github-release",
    assume_role_policy=issuer.arn.apply(
        lambda arn: json.dumps(
            document(
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": arn},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Condition": {
                        "StringLike": {f"{arn.split('oidc-provider/')[1]}:sub": "project_path:acme/shop:*"},
                    },
                }
            )
        )
    ),
)
aws.iam.RolePolicy(
    "open-github-release",
    role=role.name,
    policy=pulumi.Output.json_dumps(
        document(
            allow("dynamodb:*", table.arn.apply(lambda arn: arn.replace("111111111111", "*").split("/")[0] + "/*"))
        )
    ),
)
