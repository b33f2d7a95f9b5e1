"""Fault: a star behind the first word of a bucket's name also matches the platform's buckets."""

import json

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

topic = aws.sns.Topic("wide-star-events")
files = aws.s3.Bucket("wide-star-files", bucket=pulumi.Output.concat("acme-shop-", topic.name))
role = aws.iam.Role("wide-star-deploy", name="cicd-wide-star", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "wide-star-deploy",
    role=role.id,
    policy=files.arn.apply(lambda arn: json.dumps(document(allow("s3:*", [arn.split("-")[0] + "*", f"{arn}/*"])))),
)
