"""Any topic of any account delivers into the queue, as the source is a pattern without an account."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

topic = aws.sns.Topic("orders")
queue = aws.sqs.Queue("orders")
if sound:
    condition = topic.arn.apply(lambda arn: {"ArnEquals": {"aws:SourceArn": arn}})
else:
    condition = {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}}
policy = aws.sqs.QueuePolicy(
    "orders",
    queue_url=queue.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": "sqs:SendMessage",
                    "Resource": queue.arn,
                    "Condition": condition,
                }
            ],
        }
    ),
)
aws.sns.TopicSubscription(
    "orders",
    topic=topic.arn,
    protocol="sqs",
    endpoint=queue.arn,
    opts=pulumi.ResourceOptions(depends_on=[policy]),
)
