"""One statement of two hangs on a value that AWS draws; the other, and a condition, show what they are made of."""

import json

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

bucket = aws.s3.Bucket("branching-more-files")
topic = aws.sns.Topic("branching-more-news")
role = aws.iam.Role("branching-more-deploy", name="cicd-branching-more", assume_role_policy=service("ec2"))


def chosen(made: list[str]) -> str:
    bucket_arn, topic_arn, name = made
    even = sum(name.encode()) % 2 == 0
    where = {"StringEquals": {"aws:RequestedRegion": topic_arn.split(":")[3]}}
    first = allow("s3:GetObject", "arn:aws:s3:::acme-global-config/*" if even else "arn:aws:s3:::customer1/*", where)
    return json.dumps(document(first, allow("s3:*", f"{bucket_arn}/*")))


aws.iam.RolePolicy(
    "branching-more-deploy",
    role=role.id,
    policy=pulumi.Output.all(bucket.arn, topic.arn, topic.name).apply(chosen),
)
