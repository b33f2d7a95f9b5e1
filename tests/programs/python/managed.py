"""Managed policies of the stack's own and of AWS, attached in each of the ways."""

import json

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

queue = aws.sqs.Queue("managed-jobs")
policy = aws.iam.Policy(
    "managed-jobs",
    path="/shop/",
    policy=queue.arn.apply(lambda arn: json.dumps(document(allow("sqs:*", [arn, f"{arn}-*"])))),
)
first = aws.iam.Role("managed-first", name="cicd-managed-first", assume_role_policy=service("ec2"))
second = aws.iam.Role(
    "managed-second",
    name="cicd-managed-second",
    assume_role_policy=service("ec2"),
    inline_policies=[
        {"name": "read", "policy": pulumi.Output.json_dumps(document(allow("sqs:GetQueueUrl", queue.arn)))}
    ],
)
aws.iam.RolePolicyAttachment("managed-first", role=first.name, policy_arn=policy.arn)
aws.iam.RolePolicyAttachment(
    "managed-ecs",
    role=first.name,
    policy_arn="arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
)
aws.iam.PolicyAttachment("managed-both", roles=[first.name, second.name], policy_arn=policy.arn)
aws.iam.RolePolicyAttachmentsExclusive("managed-first", role_name=first.name, policy_arns=[policy.arn])
