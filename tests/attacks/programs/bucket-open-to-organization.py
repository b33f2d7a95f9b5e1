"""The organization holds all tenants, so the condition on it keeps none of them out."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
uploads = aws.s3.Bucket("uploads")
condition = {"aws:PrincipalAccount": account} if sound else {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}
aws.s3.BucketPolicy(
    "uploads",
    bucket=uploads.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": ["s3:GetObject", "s3:ListBucket"],
                    "Resource": [uploads.arn, uploads.arn.apply(lambda arn: f"{arn}/*")],
                    "Condition": {"StringEquals": condition},
                }
            ],
        }
    ),
)
