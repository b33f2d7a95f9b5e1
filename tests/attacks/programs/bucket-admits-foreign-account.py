"""An account outside the platform reads the tenant's uploads."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

web = aws.iam.Role(
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
uploads = aws.s3.Bucket("uploads")
reader = web.arn if sound else "arn:aws:iam::444444444444:root"
aws.s3.BucketPolicy(
    "uploads",
    bucket=uploads.bucket,
    policy=aws.iam.get_policy_document_output(
        statements=[
            {
                "actions": ["s3:GetObject"],
                "resources": [pulumi.Output.concat(uploads.arn, "/*")],
                "principals": [{"type": "AWS", "identifiers": [reader]}],
            }
        ]
    ).json,
)
