"""A service on ECS: task and execution roles, a secret, a log group, a definition made in an apply."""

import json

import pulumi
import pulumi_aws as aws
from iam_json import ACCOUNT, CENTRAL, allow, document, service

secret = aws.secretsmanager.Secret("tasks-database")
uploads = aws.s3.Bucket("tasks-uploads")
group = aws.cloudwatch.LogGroup("tasks-web", retention_in_days=14)
aws.cloudwatch.LogSubscriptionFilter("tasks-web", log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
execution = aws.iam.Role("tasks-execution", assume_role_policy=service("ecs-tasks"))
aws.iam.RolePolicy(
    "tasks-execution",
    role=execution.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow("secretsmanager:GetSecretValue", secret.arn),
            allow(["logs:CreateLogStream", "logs:PutLogEvents"], pulumi.Output.concat(group.arn, ":*")),
        )
    ),
)
task_role = aws.iam.Role("tasks-web", assume_role_policy=service("ecs-tasks"))
aws.iam.RolePolicy(
    "tasks-web",
    role=task_role.id,
    policy=pulumi.Output.json_dumps(document(allow("s3:*Object", pulumi.Output.concat(uploads.arn, "/*")))),
)
cluster = aws.ecs.Cluster("tasks-main")
task = aws.ecs.TaskDefinition(
    "tasks-web",
    family="tasks-web",
    cpu="256",
    memory="512",
    network_mode="awsvpc",
    requires_compatibilities=["FARGATE"],
    execution_role_arn=execution.arn,
    task_role_arn=task_role.arn,
    container_definitions=pulumi.Output.all(group.name, secret.arn, uploads.bucket).apply(
        lambda made: json.dumps(
            [
                {
                    "name": "web",
                    "image": "public.ecr.aws/nginx/nginx:1.27",
                    "environment": [{"name": "UPLOADS", "value": made[2]}],
                    "secrets": [{"name": "DATABASE", "valueFrom": made[1]}],
                    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": made[0]}},
                }
            ]
        )
    ),
)
web = aws.ecs.Service(
    "tasks-web", cluster=cluster.arn, task_definition=task.arn, desired_count=1, launch_type="FARGATE"
)
deploy = aws.iam.Role("tasks-deploy", name="cicd-tasks", assume_role_policy=service("codebuild", ACCOUNT))
aws.iam.RolePolicy(
    "tasks-deploy",
    role=deploy.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow("ecs:UpdateService", web.id, {"ArnEquals": {"ecs:cluster": cluster.arn}}),
            allow("iam:PassRole", [execution.arn, task_role.arn]),
        )
    ),
)
