"""The condition names the service, not the caller's account, so anyone's S3 requests use the key."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
condition = {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}
if sound:
    condition["kms:CallerAccount"] = account
key = aws.kms.Key("data", description="Data of customer1-prod", enable_key_rotation=True)
aws.kms.KeyPolicy(
    "data",
    key_id=key.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": pulumi.Output.concat("arn:aws:iam::", account, ":root")},
                    "Action": "kms:*",
                    "Resource": "*",
                },
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                    "Resource": "*",
                    "Condition": {"StringEquals": condition},
                },
            ],
        }
    ),
)
