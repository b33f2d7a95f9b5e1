"""Fault: the boundary that should hold a role lets it read all secrets."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

secret = aws.secretsmanager.Secret("loose-boundary-own")
everywhere = secret.arn.apply(lambda arn: ":".join([*arn.split(":")[:3], "*", "*", "secret:*"]))
boundary = aws.iam.Policy(
    "loose-boundary-limit",
    policy=pulumi.Output.json_dumps(document(allow("secretsmanager:*", everywhere), allow("s3:*", "*", {"Bool": {}}))),
)
role = aws.iam.Role(
    "loose-boundary-deploy",
    name="cicd-loose-boundary",
    permissions_boundary=boundary.arn,
    assume_role_policy=service("ec2"),
)
aws.iam.RolePolicy(
    "loose-boundary-deploy", role=role.id, policy=pulumi.Output.json_dumps(document(allow("secretsmanager:*", "*")))
)
