"""Log groups of several kinds, subscribed to the central account in a loop."""

import json

import pulumi
import pulumi_aws as aws
from iam_json import REGION, allow, document, service

key = aws.kms.Key("log-groups-key")
groups = [
    aws.cloudwatch.LogGroup("log-groups-web", kms_key_id=key.arn),
    aws.cloudwatch.LogGroup("log-groups-worker", name="/shop/log-groups/worker"),
    aws.cloudwatch.LogGroup("log-groups-batch", name=key.key_id.apply(lambda name: f"/shop/batch/{name}")),
]
for number, group in enumerate(groups):
    aws.cloudwatch.LogSubscriptionFilter(
        f"log-groups-{number}",
        log_group=group.name,
        filter_pattern="",
        destination_arn=group.arn.apply(
            lambda arn: f"arn:aws:logs:{arn.split(':')[3]}:888888888888:destination:central-application"
        ),
    )
aws.kms.KeyPolicy(
    "log-groups-key",
    key_id=key.id,
    policy=pulumi.Output.all(*[group.arn for group in groups]).apply(
        lambda arns: json.dumps(
            document(
                {
                    "Effect": "Allow",
                    "Principal": {"Service": f"logs.{REGION}.amazonaws.com"},
                    "Action": ["kms:Encrypt*", "kms:Decrypt*"],
                    "Resource": "*",
                    "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arns}},
                }
            )
        )
    ),
)
aws.cloudwatch.LogResourcePolicy(
    "log-groups-events",
    policy_name="log-groups-events",
    policy_document=groups[0].arn.apply(
        lambda arn: json.dumps(
            document(
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "logs:PutLogEvents",
                    "Resource": f"{arn}:*",
                    "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}},
                }
            )
        )
    ),
)
role = aws.iam.Role("log-groups-deploy", name="cicd-log-groups", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "log-groups-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(document(*[allow("logs:*", pulumi.Output.concat(g.arn, ":*")) for g in groups])),
)
