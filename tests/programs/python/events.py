"""A function that a schedule calls: permission, target, log group named after the function, dead letters."""

import json

import pulumi
import pulumi_aws as aws
from iam_json import CENTRAL, allow, document, service

role = aws.iam.Role("events-nightly", assume_role_policy=service("lambda"))
function = aws.lambda_.Function(
    "events-nightly",
    role=role.arn,
    runtime="python3.12",
    handler="main.run",
    code=pulumi.AssetArchive({"main.py": pulumi.StringAsset("def run(event, context): pass")}),
)
group = aws.cloudwatch.LogGroup("events-nightly", name=function.name.apply(lambda name: f"/aws/lambda/{name}"))
aws.cloudwatch.LogSubscriptionFilter("events-nightly", log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
aws.iam.RolePolicy(
    "events-nightly",
    role=role.id,
    policy=group.arn.apply(lambda arn: json.dumps(document(allow("logs:PutLogEvents", f"{arn}:*")))),
)
rule = aws.cloudwatch.EventRule("events-nightly", schedule_expression="cron(0 3 * * ? *)")
aws.cloudwatch.EventTarget("events-nightly", rule=rule.name, arn=function.arn)
aws.lambda_.Permission(
    "events-nightly",
    action="lambda:InvokeFunction",
    function=function.name,
    principal="events.amazonaws.com",
    source_arn=rule.arn,
)
deploy = aws.iam.Role("events-deploy", name="cicd-events", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "events-deploy",
    role=deploy.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow(
                ["lambda:UpdateFunctionCode", "lambda:PublishVersion"],
                [function.arn, function.arn.apply("{}:*".format)],
            ),
            allow("iam:PassRole", role.arn, {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
            allow("events:*", rule.arn),
        )
    ),
)
