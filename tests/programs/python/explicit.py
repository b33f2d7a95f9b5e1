"""Every name is given, and every ARN written by hand; the engine still waits for what it depends on."""

import json

import pulumi
import pulumi_aws as aws
from iam_json import ACCOUNT, REGION, allow, document, service

STACK = pulumi.get_stack()
queue = aws.sqs.Queue("explicit-jobs", name=f"{STACK}-jobs")
parameter = aws.ssm.Parameter("explicit-flag", name=f"/{STACK}/flag", type="String", value=queue.url)
role = aws.iam.Role("explicit-deploy", name=f"cicd-{STACK}", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "explicit-deploy",
    name="deploy",
    role=role.name,
    policy=json.dumps(
        document(
            allow("sqs:*", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}-jobs"),
            allow("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{STACK}/*"),
        )
    ),
)
aws.iam.RolePolicy(
    "explicit-more",
    name="more",
    role=role.name,
    policy=pulumi.Output.json_dumps(document(allow("ssm:PutParameter", parameter.arn))),
)
