"""`get` of what exists already: a role, a network, a bucket."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document

role = aws.iam.Role.get("existing-deploy", "cicd-existing")
vpc = aws.ec2.Vpc.get("existing-vpc", "vpc-0123456789abcdef0")
bucket = aws.s3.Bucket.get("existing-assets", "customer1-assets")
mine = aws.s3.Bucket("existing-mine")
aws.iam.RolePolicy(
    "existing-deploy",
    role=role.name,
    policy=pulumi.Output.json_dumps(
        document(
            allow("s3:GetObject", pulumi.Output.concat(bucket.arn, "/*")),
            allow("s3:PutObject", pulumi.Output.concat(mine.arn, "/*")),
            allow("ec2:*", vpc.arn),
        )
    ),
)
aws.s3.BucketPolicy(
    "existing-mine",
    bucket=mine.id,
    policy=pulumi.Output.json_dumps(
        document(
            {
                "Effect": "Allow",
                "Principal": {"AWS": role.arn},
                "Action": "s3:ListBucket",
                "Resource": mine.arn,
                "Condition": {"StringEquals": {"aws:SourceVpc": vpc.id}},
            }
        )
    ),
)
