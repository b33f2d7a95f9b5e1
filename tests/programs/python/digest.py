"""A name that ends in a digest of another, so that it is short and different."""

import hashlib

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

source = aws.s3.Bucket("digest-source")
short = source.bucket.apply(lambda name: hashlib.sha256(name.encode()).hexdigest()[:8])
copy = aws.s3.Bucket("digest-copy", bucket=pulumi.Output.concat("customer1-copy-", short))
role = aws.iam.Role("digest-deploy", name="cicd-digest", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "digest-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(allow("s3:*", short.apply(lambda text: f"arn:aws:s3:::customer1-copy-{text}/*")))
    ),
)
