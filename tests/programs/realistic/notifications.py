"""Messages to other services of the tenant: a topic, queues that subscribe, keys that both may use."""

import json

import pulumi
import pulumi_aws as aws

account = aws.get_caller_identity_output().account_id
key = aws.kms.Key(
    "messages",
    description="Messages at rest",
    enable_key_rotation=True,
    policy=account.apply(
        lambda number: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": f"arn:aws:iam::{number}:root"},
                        "Action": "kms:*",
                        "Resource": "*",
                    },
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "sns.amazonaws.com"},
                        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                        "Resource": "*",
                        "Condition": {"StringEquals": {"aws:SourceAccount": number}},
                    },
                ],
            }
        )
    ),
)
topic = aws.sns.Topic("orders", kms_master_key_id=key.id)
for name, kinds in (("billing", ["placed", "cancelled"]), ("shipping", ["placed"])):
    dead = aws.sqs.Queue(f"{name}-dead", kms_master_key_id=key.id)
    queue = aws.sqs.Queue(
        name,
        kms_master_key_id=key.id,
        redrive_policy=pulumi.Output.json_dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 4}),
    )
    policy = aws.sqs.QueuePolicy(
        name,
        queue_url=queue.id,
        policy=aws.iam.get_policy_document_output(
            statements=[
                {
                    "actions": ["sqs:SendMessage"],
                    "resources": [queue.arn],
                    "principals": [{"type": "Service", "identifiers": ["sns.amazonaws.com"]}],
                    "conditions": [{"test": "ArnEquals", "variable": "aws:SourceArn", "values": [topic.arn]}],
                }
            ]
        ).json,
    )
    aws.sns.TopicSubscription(
        name,
        topic=topic.arn,
        protocol="sqs",
        endpoint=queue.arn,
        raw_message_delivery=True,
        filter_policy=json.dumps({"kind": kinds}),
        opts=pulumi.ResourceOptions(depends_on=[policy]),
    )
    pulumi.export(name, queue.url)
