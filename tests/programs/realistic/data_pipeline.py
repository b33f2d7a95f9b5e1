"""Uploads that arrive in a bucket, are announced on a queue, and are catalogued for queries."""

import json

import pulumi
import pulumi_aws as aws

account = aws.get_caller_identity_output().account_id
landing = aws.s3.Bucket("landing")
results = aws.s3.Bucket("results")
for name, bucket in (("landing", landing), ("results", results)):
    aws.s3.BucketPublicAccessBlock(
        name, bucket=bucket.id, block_public_acls=True, block_public_policy=True, restrict_public_buckets=True
    )
aws.s3.BucketLifecycleConfiguration(
    "landing",
    bucket=landing.id,
    rules=[{"id": "tidy", "status": "Enabled", "filter": {"prefix": ""}, "expiration": {"days": 90}}],
)
dead = aws.sqs.Queue("arrivals-dead", message_retention_seconds=1209600)
arrivals = aws.sqs.Queue(
    "arrivals",
    visibility_timeout_seconds=300,
    redrive_policy=pulumi.Output.json_dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 5}),
)
allowed = aws.sqs.QueuePolicy(
    "arrivals",
    queue_url=arrivals.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "s3.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": arrivals.arn,
                    "Condition": {
                        "ArnEquals": {"aws:SourceArn": landing.arn},
                        "StringEquals": {"aws:SourceAccount": account},
                    },
                }
            ],
        }
    ),
)
aws.s3.BucketNotification(
    "landing",
    bucket=landing.id,
    queues=[{"queue_arn": arrivals.arn, "events": ["s3:ObjectCreated:*"]}],
    opts=pulumi.ResourceOptions(depends_on=[allowed]),
)
crawler_role = aws.iam.Role(
    "crawler",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    ),
)
aws.iam.RolePolicy(
    "crawler",
    role=crawler_role.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetObject", "s3:ListBucket"],
                    "Resource": [landing.arn, pulumi.Output.concat(landing.arn, "/*")],
                },
                {
                    "Effect": "Allow",
                    "Action": ["glue:GetDatabase", "glue:GetTable", "glue:CreateTable", "glue:UpdateTable"],
                    "Resource": pulumi.Output.concat("arn:aws:glue:eu-central-1:", account, ":*"),
                },
            ],
        }
    ),
)
database = aws.glue.CatalogDatabase("uploads", name="uploads")
aws.glue.Crawler(
    "uploads",
    database_name=database.name,
    role=crawler_role.arn,
    schedule="cron(0 2 * * ? *)",
    s3_targets=[{"path": pulumi.Output.concat("s3://", landing.bucket)}],
)
aws.athena.Workgroup(
    "analysts",
    configuration={
        "result_configuration": {"output_location": pulumi.Output.concat("s3://", results.bucket, "/queries/")}
    },
)
