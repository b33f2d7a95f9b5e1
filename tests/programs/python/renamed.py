"""Resources that had other names once, and options that say how they are replaced."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

state = aws.s3.Bucket("renamed-files", opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="files")]))
queue = aws.sqs.Queue(
    "renamed-jobs",
    name="renamed-jobs.fifo",
    fifo_queue=True,
    opts=pulumi.ResourceOptions(delete_before_replace=True, replace_on_changes=["name"]),
)
role = aws.iam.Role(
    "renamed-deploy",
    name="cicd-renamed",
    assume_role_policy=service("ec2"),
    opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="deploy-role")], protect=False),
)
aws.iam.RolePolicy(
    "renamed-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(allow("s3:*", pulumi.Output.concat(state.arn, "/*")), allow("sqs:*", queue.arn))
    ),
    opts=pulumi.ResourceOptions(delete_before_replace=True),
)
