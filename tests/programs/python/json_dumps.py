"""`Output.json_dumps` of a document over things that are all new."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

settings = aws.ssm.Parameter("json-dumps-settings", type="String", value="{}")
data = aws.s3.Bucket("json-dumps-data")
jobs = aws.sqs.Queue("json-dumps-jobs")
role = aws.iam.Role("json-dumps-deploy", name="cicd-json-dumps", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "json-dumps-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow(["ssm:GetParameter", "ssm:PutParameter"], settings.arn),
            allow("s3:*", [data.arn, pulumi.Output.concat(data.arn, "/*")]),
            allow("sqs:*", jobs.arn),
        )
    ),
)
