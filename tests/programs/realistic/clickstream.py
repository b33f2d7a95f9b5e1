"""Clicks: a stream, a delivery stream that writes them to a bucket, and its own role."""

import json

import pulumi
import pulumi_aws as aws

account = aws.get_caller_identity_output().account_id
key = aws.kms.Key("clicks", description="Clicks at rest", enable_key_rotation=True, deletion_window_in_days=30)
clicks = aws.kinesis.Stream("clicks", shard_count=1, retention_period=48, encryption_type="KMS", kms_key_id=key.arn)
store = aws.s3.Bucket("clicks")
aws.s3.BucketServerSideEncryptionConfiguration(
    "clicks",
    bucket=store.id,
    rules=[
        {
            "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn},
            "bucket_key_enabled": True,
        }
    ],
)
role = aws.iam.Role(
    "delivery",
    assume_role_policy=account.apply(
        lambda number: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "firehose.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                        "Condition": {"StringEquals": {"sts:ExternalId": number}},
                    }
                ],
            }
        )
    ),
)
policy = aws.iam.RolePolicy(
    "delivery",
    role=role.name,
    policy=aws.iam.get_policy_document_output(
        statements=[
            {
                "actions": ["kinesis:DescribeStream", "kinesis:GetShardIterator", "kinesis:GetRecords"],
                "resources": [clicks.arn],
            },
            {
                "actions": ["s3:AbortMultipartUpload", "s3:GetBucketLocation", "s3:ListBucket", "s3:PutObject"],
                "resources": [store.arn, store.arn.apply("{}/*".format)],
            },
            {"actions": ["kms:Decrypt", "kms:GenerateDataKey"], "resources": [key.arn]},
        ]
    ).json,
)
aws.kinesis.FirehoseDeliveryStream(
    "clicks",
    destination="extended_s3",
    kinesis_source_configuration={"kinesis_stream_arn": clicks.arn, "role_arn": role.arn},
    extended_s3_configuration={
        "bucket_arn": store.arn,
        "role_arn": role.arn,
        "buffering_interval": 300,
        "compression_format": "GZIP",
        "prefix": "clicks/!{timestamp:yyyy/MM/dd}/",
        "error_output_prefix": "errors/",
    },
    opts=pulumi.ResourceOptions(depends_on=[policy]),
)
