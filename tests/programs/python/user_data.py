"""User data in base64 beside a policy, both of the same new things."""

import base64

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

boot = aws.s3.Bucket("user-data-boot")
queue = aws.sqs.Queue("user-data-work")
role = aws.iam.Role("user-data-worker", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "user-data-worker",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(allow("s3:GetObject", pulumi.Output.concat(boot.arn, "/*")), allow("sqs:*", queue.arn))
    ),
)
profile = aws.iam.InstanceProfile("user-data-worker", role=role.name)
script = pulumi.Output.format("#!/bin/sh\naws s3 sync s3://{0} /boot\nwork {1}\n", boot.bucket, queue.url)
aws.ec2.LaunchTemplate(
    "user-data-worker",
    image_id="ami-0123456789abcdef0",
    instance_type="t3.small",
    iam_instance_profile={"arn": profile.arn},
    user_data=script.apply(lambda text: base64.b64encode(text.encode()).decode()),
)
release = aws.iam.Role("user-data-release", name="cicd-user-data", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "user-data-release",
    role=release.id,
    policy=pulumi.Output.json_dumps(document(allow("iam:PassRole", role.arn), allow("s3:PutObject", boot.arn))),
)
