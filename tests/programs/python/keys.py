"""A key whose policy names new roles, a grant, and roles that use the key."""

import pulumi
import pulumi_aws as aws
from iam_json import ACCOUNT, allow, document, service

reader = aws.iam.Role("keys-reader", assume_role_policy=service("lambda"))
writer = aws.iam.Role("keys-writer", name="cicd-keys-writer", assume_role_policy=service("ec2"))
key = aws.kms.Key(
    "keys-data",
    deletion_window_in_days=7,
    policy=pulumi.Output.json_dumps(
        document(
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
            {"Effect": "Allow", "Principal": {"AWS": reader.arn}, "Action": "kms:Decrypt", "Resource": "*"},
            {
                "Effect": "Allow",
                "Principal": {"AWS": [writer.arn]},
                "Action": ["kms:Encrypt", "kms:GenerateDataKey*"],
                "Resource": "*",
            },
        )
    ),
)
aws.kms.Alias("keys-data", target_key_id=key.key_id)
aws.kms.Grant("keys-reader", key_id=key.key_id, grantee_principal=reader.arn, operations=["Decrypt"])
aws.iam.RolePolicy(
    "keys-writer",
    role=writer.id,
    policy=pulumi.Output.json_dumps(document(allow(["kms:Encrypt", "kms:GenerateDataKey"], key.arn))),
)
