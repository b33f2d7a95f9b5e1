"""Fault: a CI user is in a group that may decrypt with every key."""

import json

import pulumi_aws as aws
from iam_json import allow, document

key = aws.kms.Key("bot-group-own")
group = aws.iam.Group("bot-group-builders")
aws.iam.GroupPolicy(
    "bot-group-builders",
    group=group.name,
    policy=key.arn.apply(
        lambda arn: json.dumps(
            document(allow("kms:Decrypt", arn.rsplit("/", 1)[0].replace("111111111111", "*") + "/*"))
        )
    ),
)
bot = aws.iam.User("bot-group-bot", name="cicd-bot-group")
aws.iam.UserGroupMembership("bot-group-bot", user=bot.name, groups=[group.name])
