"""Any CloudFront distribution of any account serves the bucket's objects to the world."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
uploads = aws.s3.Bucket("uploads")
statement = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudfront.amazonaws.com"},
    "Action": "s3:GetObject",
    "Resource": pulumi.Output.concat(uploads.arn, "/*"),
}
if sound:
    distribution = pulumi.Output.concat("arn:aws:cloudfront::", account, ":distribution/E2QWRUHAPOMQZL")
    statement["Condition"] = {"ArnEquals": {"aws:SourceArn": distribution}}
aws.s3.BucketPolicy(
    "uploads",
    bucket=uploads.id,
    policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]}),
)
