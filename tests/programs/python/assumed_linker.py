"""Fault: CI may take the role that links tenants to the platform; its name is built of a new one."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

helper = aws.iam.Role("assumed-linker-helper", name="tenant-linker-helper", assume_role_policy=service("ec2"))
role = aws.iam.Role("assumed-linker-deploy", name="cicd-assumed-linker", assume_role_policy=service("ec2"))
linkers = helper.arn.apply(lambda arn: arn.replace("111111111111", "999999999999").removesuffix("-helper") + "*")
aws.iam.RolePolicy(
    "assumed-linker-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(document(allow("sts:AssumeRole", [helper.arn, linkers]))),
)
