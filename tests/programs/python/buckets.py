"""A bucket policy with what users have in most: no plain HTTP, own roles only, encryption with the own key."""

import pulumi
import pulumi_aws as aws
from iam_json import document, service

key = aws.kms.Key("buckets-data")
data = aws.s3.Bucket("buckets-data")
app = aws.iam.Role("buckets-app", assume_role_policy=service("ecs-tasks"))
everything = [data.arn, pulumi.Output.concat(data.arn, "/*")]
aws.s3.BucketPolicy(
    "buckets-data",
    bucket=data.id,
    policy=pulumi.Output.json_dumps(
        document(
            {
                "Sid": "Tls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": everything,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
            {
                "Sid": "Own",
                "Effect": "Deny",
                "NotPrincipal": {"AWS": [app.arn, "arn:aws:iam::111111111111:root"]},
                "Action": "s3:DeleteObject",
                "Resource": everything,
            },
            {
                "Sid": "Key",
                "Effect": "Deny",
                "Principal": {"AWS": "*"},
                "Action": "s3:PutObject",
                "Resource": everything[1],
                "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": key.arn}},
            },
        )
    ),
)
