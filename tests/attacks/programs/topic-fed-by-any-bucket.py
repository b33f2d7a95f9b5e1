"""The pattern for the source names no account, so anyone's bucket publishes to the topic."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
topic = aws.sns.Topic("orders")
condition = {"ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:*"}}
if sound:
    condition["StringEquals"] = {"aws:SourceAccount": account}
aws.sns.TopicPolicy(
    "orders",
    arn=topic.arn,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "s3.amazonaws.com"},
                    "Action": "sns:Publish",
                    "Resource": topic.arn,
                    "Condition": condition,
                }
            ],
        }
    ),
)
