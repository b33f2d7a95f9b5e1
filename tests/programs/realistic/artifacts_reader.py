"""A service that takes its models from the platform's common artifacts, as its plan allows."""

import json

import pulumi
import pulumi_aws as aws

ARTIFACTS = "arn:aws:s3:::acme-artifacts/customer1"

role = aws.iam.Role(
    "ranking",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    ),
)
policy = aws.iam.Policy(
    "artifacts",
    path="/service/",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{ARTIFACTS}/*"}],
        }
    ),
)
aws.iam.RolePolicyAttachment("artifacts", role=role.name, policy_arn=policy.arn)
settings = {"model": "ranking-4", "threshold": "0.7"}
parameters = [
    aws.ssm.Parameter(name, name=f"/customer1-prod/ranking/{name}", type="String", value=value)
    for name, value in settings.items()
]
aws.iam.RolePolicy(
    "settings",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["ssm:GetParameter", "ssm:GetParameters"],
                    "Resource": [parameter.arn for parameter in parameters],
                }
            ],
        }
    ),
)
profile = aws.iam.InstanceProfile("ranking", role=role.name)
