"""Each tenant's pipeline becomes the role that reads global configuration."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

ORGANIZATION = "o-a1b2c3d4e5"
account = aws.get_caller_identity_output().account_id
admin = pulumi.Output.concat("arn:aws:iam::", account, ":role/platform-admin")
reader = aws.iam.Role(
    "global-config-reader",
    name="global-config-reader",
    assume_role_policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": "sts:AssumeRole",
                    "Condition": {
                        "ArnLike": {"aws:PrincipalArn": admin if sound else "arn:aws:iam::*:role/cicd-*"},
                        "StringEquals": {"aws:PrincipalOrgID": ORGANIZATION},
                    },
                }
            ],
        }
    ),
)
database = aws.ssm.Parameter("database", name="/global/database", type="SecureString", value="postgres://global")
aws.iam.RolePolicy(
    "global-config-reader",
    role=reader.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": database.arn}],
        }
    ),
)
