"""Users and groups with rights on what is new."""

import json

import pulumi
import pulumi_aws as aws
from iam_json import allow, document

reports = aws.s3.Bucket("people-reports")
group = aws.iam.Group("people-analysts")
aws.iam.GroupPolicy(
    "people-analysts",
    group=group.name,
    policy=reports.arn.apply(lambda arn: json.dumps(document(allow("s3:Get*", [arn, f"{arn}/*"])))),
)
bot = aws.iam.User("people-bot", name="cicd-people-bot", path="/bots/")
aws.iam.UserPolicy(
    "people-bot",
    user=bot.name,
    policy=pulumi.Output.json_dumps(
        document(allow("s3:PutObject", pulumi.Output.concat(reports.arn, "/", bot.name, "/*")))
    ),
)
aws.iam.UserGroupMembership("people-bot", user=bot.name, groups=[group.name])
ana = aws.iam.User("people-ana")
aws.iam.GroupMembership("people-analysts", group=group.name, users=[ana.name])
