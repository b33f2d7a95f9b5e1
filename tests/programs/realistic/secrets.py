"""Secrets with a key of their own, a rotation function, and one role that may read them."""

import json

import pulumi
import pulumi_aws as aws

CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"

config = pulumi.Config()
account = aws.get_caller_identity_output().account_id


def lambda_role(name):
    return aws.iam.Role(
        name,
        assume_role_policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
                ],
            }
        ),
    )


rotator, reader = lambda_role("rotator"), lambda_role("reader")
key = aws.kms.Key("secrets", description="Secrets of the shop", enable_key_rotation=True)
secret = aws.secretsmanager.Secret("payments", name="customer1-prod/payments", kms_key_id=key.arn)
aws.secretsmanager.SecretVersion(
    "payments", secret_id=secret.id, secret_string=config.get_secret("payments") or "to be rotated"
)
aws.secretsmanager.SecretPolicy(
    "payments",
    secret_arn=secret.arn,
    block_public_policy=True,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": reader.arn},
                    "Action": "secretsmanager:GetSecretValue",
                    "Resource": "*",
                }
            ],
        }
    ),
)
group = aws.cloudwatch.LogGroup("rotator", name="/aws/lambda/rotator", retention_in_days=14)
aws.cloudwatch.LogSubscriptionFilter("rotator", log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
aws.iam.RolePolicy(
    "rotator",
    role=rotator.id,
    policy=pulumi.Output.all(secret.arn, key.arn, group.arn).apply(
        lambda arns: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": [
                            "secretsmanager:DescribeSecret",
                            "secretsmanager:GetSecretValue",
                            "secretsmanager:PutSecretValue",
                            "secretsmanager:UpdateSecretVersionStage",
                        ],
                        "Resource": arns[0],
                    },
                    {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": arns[1]},
                    {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": f"{arns[2]}:*"},
                ],
            }
        )
    ),
)
function = aws.lambda_.Function(
    "rotator",
    name="rotator",
    role=rotator.arn,
    runtime="python3.12",
    handler="main.rotate",
    code=pulumi.AssetArchive({"main.py": pulumi.StringAsset("def rotate(event, context): pass")}),
    logging_config={"log_format": "Text", "log_group": group.name},
)
permission = aws.lambda_.Permission(
    "rotator",
    action="lambda:InvokeFunction",
    function=function.name,
    principal="secretsmanager.amazonaws.com",
    source_account=account,
)
aws.secretsmanager.SecretRotation(
    "payments",
    secret_id=secret.id,
    rotation_lambda_arn=function.arn,
    rotation_rules={"automatically_after_days": 30},
    opts=pulumi.ResourceOptions(depends_on=[permission]),
)
