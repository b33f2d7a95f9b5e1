"""`name_prefix` instead of names."""

import pulumi
import pulumi_aws as aws
from iam_json import CENTRAL, allow, document, service

role = aws.iam.Role("prefixes-deploy", name_prefix="cicd-prefixes-", assume_role_policy=service("ec2"))
data = aws.s3.Bucket("prefixes-data", bucket_prefix="customer1-")
queue = aws.sqs.Queue("prefixes-jobs", name_prefix="jobs-")
group = aws.cloudwatch.LogGroup("prefixes-app", name_prefix="/shop/prefixes/")
aws.cloudwatch.LogSubscriptionFilter("prefixes-app", log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
policy = aws.iam.Policy(
    "prefixes-deploy",
    name_prefix="prefixes-",
    policy=pulumi.Output.json_dumps(
        document(
            allow("s3:*", [data.arn, pulumi.Output.concat("arn:aws:s3:::", data.bucket, "/*")]),
            allow("sqs:*", queue.arn),
            allow("logs:*", pulumi.Output.concat(group.arn, ":*")),
            allow("iam:GetRole", role.arn),
        )
    ),
)
aws.iam.RolePolicyAttachment("prefixes-deploy", role=role.name, policy_arn=policy.arn)
