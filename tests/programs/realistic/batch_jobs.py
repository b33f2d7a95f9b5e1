"""Batch jobs on Fargate: a compute environment, a queue, a job definition."""

import json

import pulumi
import pulumi_aws as aws

CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"

execution = aws.iam.Role(
    "execution",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    ),
    managed_policy_arns=["arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"],
)
group = aws.cloudwatch.LogGroup("batch", name="/shop/batch", retention_in_days=14)
aws.cloudwatch.LogSubscriptionFilter("batch", log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
environment = aws.batch.ComputeEnvironment(
    "jobs",
    type="MANAGED",
    compute_resources={
        "type": "FARGATE",
        "max_vcpus": 4,
        "subnets": ["subnet-0a1b2c3d4e5f60718"],
        "security_group_ids": ["sg-0a1b2c3d4e5f60718"],
    },
)
queue = aws.batch.JobQueue(
    "jobs",
    state="ENABLED",
    priority=1,
    compute_environment_orders=[{"order": 1, "compute_environment": environment.arn}],
)
definition = aws.batch.JobDefinition(
    "invoices",
    name="invoices",
    type="container",
    platform_capabilities=["FARGATE"],
    container_properties=pulumi.Output.json_dumps(
        {
            "image": "public.ecr.aws/docker/library/python:3.12",
            "command": ["python", "-m", "invoices"],
            "executionRoleArn": execution.arn,
            "resourceRequirements": [{"type": "VCPU", "value": "0.5"}, {"type": "MEMORY", "value": "1024"}],
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": group.name}},
        }
    ),
    retry_strategy={"attempts": 2},
    timeout={"attempt_duration_seconds": 900},
)
pulumi.export("queue", queue.arn)
