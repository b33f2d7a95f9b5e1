"""Unauthenticated guests of the identity pool obtain credentials of the web role."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

kind = "authenticated" if sound else "unauthenticated"
pool = aws.cognito.IdentityPool("shop", identity_pool_name="shop", allow_unauthenticated_identities=not sound)
visitors = aws.iam.Role(
    "visitors",
    assume_role_policy=pool.id.apply(
        lambda pool_id: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
                        "Action": "sts:AssumeRoleWithWebIdentity",
                        "Condition": {
                            "StringEquals": {"cognito-identity.amazonaws.com:aud": pool_id},
                            "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": kind},
                        },
                    }
                ],
            }
        )
    ),
)
aws.cognito.IdentityPoolRoleAttachment("shop", identity_pool_id=pool.id, roles={kind: visitors.arn})
