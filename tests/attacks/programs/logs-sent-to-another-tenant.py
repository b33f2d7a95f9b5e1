"""The log group is subscribed to a destination in another tenant's account."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

receiver = "888888888888" if sound else "222222222222"
for part in ("web", "worker"):
    group = aws.cloudwatch.LogGroup(part, name=f"/shop/{pulumi.get_stack()}/{part}", retention_in_days=30)
    aws.cloudwatch.LogSubscriptionFilter(
        part,
        log_group=group.name,
        filter_pattern="",
        destination_arn=f"arn:aws:logs:eu-central-1:{receiver}:destination:central-application",
    )
