"""The plan grants the tenant's own and the common artifacts; this reads another tenant's builds."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

folder = "common" if sound else "customer2"
runtime = aws.iam.Role(
    "app-web",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            },
        }
    ),
)
policy = aws.iam.Policy(
    "artifacts",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::artifacts/{folder}/*"}
            ],
        }
    ),
)
aws.iam.RolePolicyAttachment("artifacts", role=runtime.name, policy_arn=policy.arn)
