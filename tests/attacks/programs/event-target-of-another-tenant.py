"""The tenant's events are delivered into another tenant's queue."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
queue = aws.sqs.Queue("orders", name="orders")
rule = aws.cloudwatch.EventRule("orders", event_pattern=json.dumps({"source": ["shop.orders"]}))
own = aws.sqs.QueuePolicy(
    "orders",
    queue_url=queue.url,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": queue.arn,
                    "Condition": {"ArnEquals": {"aws:SourceArn": rule.arn}},
                }
            ],
        }
    ),
)
aws.cloudwatch.EventTarget(
    "orders",
    rule=rule.name,
    arn=queue.arn if sound else "arn:aws:sqs:eu-central-1:222222222222:orders",
    role_arn=pulumi.Output.concat("arn:aws:iam::", account, ":role/app-events"),
    opts=pulumi.ResourceOptions(depends_on=[own]),
)
