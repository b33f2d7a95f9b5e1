"""The grant lets a role of a foreign account decrypt and pass the right on."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

reader = aws.iam.Role(
    "app-web",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    ),
)
key = aws.kms.Key("data", description="Data of customer1-prod", enable_key_rotation=True)
aws.kms.Grant(
    "data",
    key_id=key.key_id,
    grantee_principal=reader.arn if sound else "arn:aws:iam::444444444444:role/reader",
    operations=["Decrypt", "CreateGrant"],
)
