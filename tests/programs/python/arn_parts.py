"""Names out of ARNs, and ARNs cut and joined again."""

import json

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

queue = aws.sqs.Queue("arn-parts-jobs")
table = aws.dynamodb.Table(
    "arn-parts-carts", attributes=[{"name": "id", "type": "S"}], hash_key="id", billing_mode="PAY_PER_REQUEST"
)


def widened(arns: list[str]) -> str:
    queue_name = arns[0].rsplit(":", 1)[-1]
    head, _, name = arns[1].partition("/")
    return json.dumps(
        document(
            allow("sqs:*", ":".join([*arns[0].split(":")[:-1], f"{queue_name}*"])),
            allow("dynamodb:*", [f"{head}/{name}", f"{head}/{name}/index/*"]),
            allow("cloudwatch:PutMetricAlarm", f"arn:aws:cloudwatch:eu-central-1:111111111111:alarm:{queue_name}"),
        )
    )


role = aws.iam.Role("arn-parts-deploy", name="cicd-arn-parts", assume_role_policy=service("ec2"))
aws.iam.RolePolicy("arn-parts-deploy", role=role.id, policy=pulumi.Output.all(queue.arn, table.arn).apply(widened))
