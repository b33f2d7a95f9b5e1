"""A topic and a queue whose policies name each other."""

import json

import pulumi
import pulumi_aws as aws
from iam_json import document

topic = aws.sns.Topic("messages-orders")
dead = aws.sqs.Queue("messages-dead")
queue = aws.sqs.Queue(
    "messages-orders",
    redrive_policy=dead.arn.apply(lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})),
)
aws.sqs.QueuePolicy(
    "messages-orders",
    queue_url=queue.id,
    policy=pulumi.Output.all(queue.arn, topic.arn).apply(
        lambda arns: json.dumps(
            document(
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "sns.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": arns[0],
                    "Condition": {"ArnEquals": {"aws:SourceArn": arns[1]}},
                }
            )
        )
    ),
)
aws.sns.TopicPolicy(
    "messages-orders",
    arn=topic.arn,
    policy=pulumi.Output.json_dumps(
        document(
            {
                "Effect": "Allow",
                "Principal": {"AWS": "111111111111"},
                "Action": "sns:Publish",
                "Resource": topic.arn,
                "Condition": {
                    "ArnLike": {"aws:SourceArn": queue.arn.apply(lambda arn: arn.replace("-orders-", "-*-"))}
                },
            }
        )
    ),
)
aws.sns.TopicSubscription("messages-orders", topic=topic.arn, protocol="sqs", endpoint=queue.arn)
