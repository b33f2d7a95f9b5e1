"""Parameters and secrets of other stacks, by name."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

network = aws.ssm.get_parameter(name="/shop/network/vpc")
password = aws.secretsmanager.get_secret_output(name="shop/database")
topic = aws.sns.get_topic_output(name="shop-alerts")
role = aws.iam.Role("lookups-deploy", name="cicd-lookups", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "lookups-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow("ssm:GetParameter", network.arn),
            allow("secretsmanager:GetSecretValue", password.arn),
            allow("sns:Publish", topic.arn),
        )
    ),
)
