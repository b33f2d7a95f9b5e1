"""What is allowed hangs on a value that AWS draws."""

import json

import pulumi_aws as aws
from iam_json import allow, document, service

network = aws.ec2.Vpc("branching-vpc", cidr_block="10.9.0.0/16")
role = aws.iam.Role("branching-deploy", name="cicd-branching", assume_role_policy=service("ec2"))


def chosen(vpc: str) -> str:
    even = sum(vpc.encode()) % 2 == 0
    return json.dumps(document(allow("s3:GetObject", "arn:aws:s3:::acme-global-config/*" if even else "*")))


aws.iam.RolePolicy("branching-deploy", role=role.id, policy=network.id.apply(chosen))
