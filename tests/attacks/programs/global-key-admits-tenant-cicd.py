"""The key of the global configuration decrypts for the pipeline of a tenant."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
user = "arn:aws:iam::999999999999:role/platform-reader" if sound else "arn:aws:iam::111111111111:role/cicd-deploy"
key = aws.kms.Key(
    "global",
    description="Global configuration",
    enable_key_rotation=True,
    policy=account.apply(
        lambda number: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": f"arn:aws:iam::{number}:root"},
                        "Action": "kms:*",
                        "Resource": "*",
                    },
                    {"Effect": "Allow", "Principal": {"AWS": user}, "Action": "kms:Decrypt", "Resource": "*"},
                ],
            }
        )
    ),
)
aws.kms.Alias("global", name="alias/global", target_key_id=key.key_id)
aws.ssm.Parameter("database", name="/global/database", type="SecureString", key_id=key.arn, value="postgres://global")
