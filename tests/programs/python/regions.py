"""Providers of the same account for other regions, each with a role; a bucket is replicated."""

import pulumi
import pulumi_aws as aws
from iam_json import ACCOUNT, allow, document, service

ireland = aws.Provider(
    "regions-ireland",
    region="eu-west-1",
    allowed_account_ids=[ACCOUNT],
    assume_roles=[{"role_arn": f"arn:aws:iam::{ACCOUNT}:role/cicd-deploy"}],
    default_tags={"tags": {"region": "ireland"}},
)
there = pulumi.ResourceOptions(provider=ireland)
source = aws.s3.Bucket("regions-source")
copy = aws.s3.Bucket("regions-copy", opts=there)
key = aws.kms.Key("regions-copy", opts=there)
role = aws.iam.Role("regions-replication", name="cicd-regions", assume_role_policy=service("s3"))
aws.iam.RolePolicy(
    "regions-replication",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], source.arn),
            allow("s3:GetObjectVersionForReplication", pulumi.Output.concat(source.arn, "/*")),
            allow(["s3:ReplicateObject", "s3:ReplicateDelete"], pulumi.Output.concat(copy.arn, "/*")),
            allow("kms:Encrypt", key.arn),
        )
    ),
)
aws.sqs.Queue(
    "regions-events",
    policy=pulumi.Output.json_dumps(
        document(
            {
                "Effect": "Allow",
                "Principal": {"Service": "s3.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": "*",
                "Condition": {"ArnLike": {"aws:SourceArn": copy.arn}},
            }
        )
    ),
    opts=there,
)
