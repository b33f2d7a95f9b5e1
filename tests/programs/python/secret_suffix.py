"""The six characters that Secrets Manager adds, replaced by question marks."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

password = aws.secretsmanager.Secret("secret-suffix-password")
token = aws.secretsmanager.Secret("secret-suffix-token", name="secret-suffix/token")
role = aws.iam.Role("secret-suffix-deploy", name="cicd-secret-suffix", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "secret-suffix-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(
            *[
                allow("secretsmanager:GetSecretValue", secret.arn.apply(lambda arn: arn[:-7] + "-??????"))
                for secret in (password, token)
            ]
        )
    ),
)
aws.secretsmanager.SecretPolicy(
    "secret-suffix-token",
    secret_arn=token.arn,
    policy=pulumi.Output.json_dumps(
        document(
            {
                "Effect": "Allow",
                "Principal": {"AWS": role.arn},
                "Action": "secretsmanager:GetSecretValue",
                "Resource": "*",
            }
        )
    ),
)
