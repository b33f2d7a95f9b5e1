"""A name in a URL, and in a condition, as a service will compare it."""

from urllib.parse import quote

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

site = aws.s3.Bucket("url-encoded-site")
group = aws.iam.Role("url-encoded-reader", assume_role_policy=service("ec2"))
role = aws.iam.Role("url-encoded-deploy", name="cicd-url-encoded", assume_role_policy=service("ec2"))
key = site.bucket.apply(lambda name: quote(f"builds/{name}/main", safe=""))
aws.iam.RolePolicy(
    "url-encoded-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow("s3:PutObject", pulumi.Output.concat(site.arn, "/", key)),
            allow("s3:ListBucket", site.arn, {"StringEquals": {"s3:prefix": key}}),
            allow("ssm:GetParameter", key.apply(lambda k: f"arn:aws:ssm:eu-central-1:111111111111:parameter/{k}")),
        )
    ),
)
