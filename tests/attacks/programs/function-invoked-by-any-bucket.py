"""A bucket's ARN names no account, so whoever owns the name after a deletion invokes the function."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
uploads = aws.s3.Bucket("uploads")
aws.lambda_.Permission(
    "uploads",
    function="orders",
    action="lambda:InvokeFunction",
    principal="s3.amazonaws.com",
    source_arn=uploads.arn,
    source_account=account if sound else None,
)
