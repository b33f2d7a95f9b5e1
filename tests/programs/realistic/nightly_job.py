"""A container that runs every night, started by a schedule."""

import json

import pulumi
import pulumi_aws as aws

CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"

account = aws.get_caller_identity_output().account_id


def trusted(service, condition=None):
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    if condition:
        statement["Condition"] = condition
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]})


execution = aws.iam.Role("execution", assume_role_policy=trusted("ecs-tasks.amazonaws.com"))
aws.iam.RolePolicyAttachment(
    "execution",
    role=execution.name,
    policy_arn="arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
)
group = aws.cloudwatch.LogGroup("nightly", name="/shop/nightly", retention_in_days=30)
aws.cloudwatch.LogSubscriptionFilter("nightly", log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
cluster = aws.ecs.Cluster("jobs")
task = aws.ecs.TaskDefinition(
    "nightly",
    family="nightly",
    cpu="256",
    memory="512",
    network_mode="awsvpc",
    requires_compatibilities=["FARGATE"],
    execution_role_arn=execution.arn,
    container_definitions=group.name.apply(
        lambda name: json.dumps(
            [
                {
                    "name": "nightly",
                    "image": "public.ecr.aws/docker/library/busybox:1.36",
                    "command": ["true"],
                    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": name}},
                }
            ]
        )
    ),
)
starter = aws.iam.Role(
    "starter",
    assume_role_policy=trusted("scheduler.amazonaws.com", {"StringEquals": {"aws:SourceAccount": account}}),
)
aws.iam.RolePolicy(
    "starter",
    role=starter.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "ecs:RunTask",
                    "Resource": task.arn,
                    "Condition": {"ArnEquals": {"ecs:cluster": cluster.arn}},
                },
                {
                    "Effect": "Allow",
                    "Action": "iam:PassRole",
                    "Resource": execution.arn,
                    "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
                },
            ],
        }
    ),
)
aws.scheduler.Schedule(
    "nightly",
    schedule_expression="cron(30 1 * * ? *)",
    schedule_expression_timezone="Europe/Berlin",
    flexible_time_window={"mode": "FLEXIBLE", "maximum_window_in_minutes": 15},
    target={
        "arn": cluster.arn,
        "role_arn": starter.arn,
        "ecs_parameters": {
            "task_definition_arn": task.arn,
            "launch_type": "FARGATE",
            "network_configuration": {"subnets": ["subnet-0a1b2c3d4e5f60718"], "assign_public_ip": False},
        },
    },
)
