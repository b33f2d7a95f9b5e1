"""Fault: of a function's log group only the errors leave, and another goes to a stream of the tenant's own."""

import pulumi
import pulumi_aws as aws
from iam_json import ACCOUNT, CENTRAL, allow, document, service

group = aws.cloudwatch.LogGroup("filtered-logs-app")
aws.cloudwatch.LogSubscriptionFilter(
    "filtered-logs-app", log_group=group.name, filter_pattern="ERROR", destination_arn=CENTRAL
)
stream = aws.kinesis.Stream("filtered-logs-own", shard_count=1)
other = aws.cloudwatch.LogGroup("filtered-logs-other")
role = aws.iam.Role("filtered-logs-other", assume_role_policy=service("logs", ACCOUNT))
aws.iam.RolePolicy(
    "filtered-logs-other",
    role=role.id,
    policy=pulumi.Output.json_dumps(document(allow("kinesis:PutRecord", stream.arn))),
)
aws.cloudwatch.LogSubscriptionFilter(
    "filtered-logs-other", log_group=other.name, filter_pattern="", destination_arn=stream.arn, role_arn=role.arn
)
