"""The account and the region out of an ARN, for ARNs of what does not exist yet."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

queue = aws.sqs.Queue("arn-account-jobs")
place = queue.arn.apply(lambda arn: ":".join(arn.split(":")[3:5]))
account = queue.arn.apply(lambda arn: arn.split(":")[4])
role = aws.iam.Role("arn-account-deploy", name="cicd-arn-account", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "arn-account-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow("ssm:*", place.apply(lambda where: f"arn:aws:ssm:{where}:parameter/shop/*")),
            allow("sqs:SendMessage", queue.arn),
        )
    ),
)
aws.iam.Role(
    "arn-account-reader",
    assume_role_policy=pulumi.Output.json_dumps(
        document(
            {
                "Effect": "Allow",
                "Principal": {"AWS": pulumi.Output.format("arn:aws:iam::{0}:root", account)},
                "Action": "sts:AssumeRole",
            }
        )
    ),
)
