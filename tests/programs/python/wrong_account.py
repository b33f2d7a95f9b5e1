"""Fault: the ARN of a parameter, with another account and path put in by an apply."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

flags = aws.ssm.Parameter("wrong-account-flags", type="String", value="{}")
shared = flags.arn.apply(lambda arn: ":".join([*arn.split(":")[:4], "999999999999", "parameter/global/*"]))
role = aws.iam.Role("wrong-account-deploy", name="cicd-wrong-account", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "wrong-account-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(document(allow("ssm:GetParameter*", [flags.arn, shared]))),
)
