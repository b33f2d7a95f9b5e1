"""A foreign account scans the table of orders."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
table = pulumi.Output.concat("arn:aws:dynamodb:eu-central-1:", account, ":table/orders")
reader = pulumi.Output.concat("arn:aws:iam::", account, ":role/app-web") if sound else "arn:aws:iam::444444444444:root"
aws.dynamodb.ResourcePolicy(
    "orders",
    resource_arn=table,
    policy=pulumi.Output.all(table, reader).apply(
        lambda parts: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": parts[1]},
                        "Action": ["dynamodb:Scan", "dynamodb:GetItem"],
                        "Resource": parts[0],
                    }
                ],
            }
        )
    ),
)
