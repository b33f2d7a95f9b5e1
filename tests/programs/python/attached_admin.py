"""Fault: a new policy that allows too much, attached to a role that is CI's by its prefix, through outputs."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

own = aws.s3.Bucket("attached-admin-own")
policy = aws.iam.Policy(
    "attached-admin-state",
    policy=pulumi.Output.json_dumps(
        document(
            allow("s3:GetObject", pulumi.Output.concat(own.arn, "/*")),
            allow("s3:GetObject", own.bucket.apply(lambda _: "arn:aws:s3:::acme-pulumi-state*")),
        )
    ),
)
role = aws.iam.Role("attached-admin-deploy", name_prefix="cicd-", assume_role_policy=service("ec2"))
aws.iam.RolePolicyAttachment("attached-admin-deploy", role=role.name, policy_arn=policy.arn)
