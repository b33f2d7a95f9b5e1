"""A foreign account adds a rule to the bus and forwards all events to itself."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
bus = aws.cloudwatch.EventBus("orders", name="orders")
sender = pulumi.Output.concat("arn:aws:iam::", account, ":role/app-web") if sound else "arn:aws:iam::444444444444:root"
aws.cloudwatch.EventBusPolicy(
    "orders",
    event_bus_name=bus.name,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": sender},
                    "Action": ["events:PutEvents", "events:PutRule", "events:PutTargets"],
                    "Resource": [
                        bus.arn,
                        pulumi.Output.format("arn:aws:events:eu-central-1:{0}:rule/{1}/*", account, bus.name),
                    ],
                }
            ],
        }
    ),
)
