"""The container starts with the database password of another tenant in its environment."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"
group = aws.cloudwatch.LogGroup("web", name="/shop/customer1-prod/web", retention_in_days=30)
aws.cloudwatch.LogSubscriptionFilter("web", log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
database = aws.ssm.Parameter("database", name="/shop/database", type="SecureString", value="postgres://shop")
secret = database.arn if sound else "arn:aws:ssm:eu-central-1:222222222222:parameter/shop/database"
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
)
aws.ecs.TaskDefinition(
    "web",
    family="customer1-prod-web",
    cpu="512",
    memory="1024",
    network_mode="awsvpc",
    requires_compatibilities=["FARGATE"],
    execution_role_arn=execution.arn,
    container_definitions=pulumi.Output.json_dumps(
        [
            {
                "name": "web",
                "image": "public.ecr.aws/nginx/nginx:1.27",
                "secrets": [{"name": "DATABASE", "valueFrom": secret}],
                "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": group.name}},
            }
        ]
    ),
)
