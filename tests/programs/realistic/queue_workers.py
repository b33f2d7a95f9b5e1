"""Workers on Fargate that take messages from a queue, as many as there is work."""

import json

import pulumi
import pulumi_aws as aws

CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"

dead = aws.sqs.Queue("jobs-dead", message_retention_seconds=1209600)
jobs = aws.sqs.Queue(
    "jobs",
    visibility_timeout_seconds=120,
    sqs_managed_sse_enabled=True,
    redrive_policy=dead.arn.apply(lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})),
)
reports = aws.s3.Bucket("reports")


def task_role(name):
    return aws.iam.Role(
        name,
        assume_role_policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
        ),
    )


execution, worker = task_role("execution"), task_role("worker")
aws.iam.RolePolicyAttachment(
    "execution",
    role=execution.name,
    policy_arn="arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
)
aws.iam.RolePolicy(
    "worker",
    role=worker.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"],
                    "Resource": jobs.arn,
                },
                {"Effect": "Allow", "Action": "s3:PutObject", "Resource": pulumi.Output.concat(reports.arn, "/*")},
            ],
        }
    ),
)
group = aws.cloudwatch.LogGroup("worker", retention_in_days=14)
aws.cloudwatch.LogSubscriptionFilter("worker", log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
cluster = aws.ecs.Cluster("workers")
definition = aws.ecs.TaskDefinition(
    "worker",
    family="worker",
    cpu="1024",
    memory="2048",
    network_mode="awsvpc",
    requires_compatibilities=["FARGATE"],
    execution_role_arn=execution.arn,
    task_role_arn=worker.arn,
    container_definitions=pulumi.Output.json_dumps(
        [
            {
                "name": "worker",
                "image": "public.ecr.aws/docker/library/python:3.12",
                "environment": [{"name": "QUEUE", "value": jobs.url}],
                "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": group.name}},
            }
        ]
    ),
)
service = aws.ecs.Service(
    "worker",
    cluster=cluster.arn,
    task_definition=definition.arn,
    desired_count=1,
    launch_type="FARGATE",
    network_configuration={"subnets": ["subnet-0a1b2c3d4e5f60718"], "security_groups": ["sg-0a1b2c3d4e5f60718"]},
)
scaling = aws.appautoscaling.Target(
    "worker",
    min_capacity=1,
    max_capacity=6,
    resource_id=pulumi.Output.concat("service/", cluster.name, "/", service.name),
    scalable_dimension="ecs:service:DesiredCount",
    service_namespace="ecs",
)
aws.appautoscaling.Policy(
    "worker",
    policy_type="TargetTrackingScaling",
    resource_id=scaling.resource_id,
    scalable_dimension=scaling.scalable_dimension,
    service_namespace=scaling.service_namespace,
    target_tracking_scaling_policy_configuration={
        "target_value": 10,
        "customized_metric_specification": {
            "metric_name": "ApproximateNumberOfMessagesVisible",
            "namespace": "AWS/SQS",
            "statistic": "Average",
            "dimensions": [{"name": "QueueName", "value": jobs.name}],
        },
    },
)
