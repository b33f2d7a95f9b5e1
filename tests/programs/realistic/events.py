"""Events of the shop: a bus, rules to a queue and a function, dead letters, an archive."""

import json

import pulumi
import pulumi_aws as aws

CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"

bus = aws.cloudwatch.EventBus("shop", name="shop")
aws.cloudwatch.EventArchive("shop", event_source_arn=bus.arn, retention_days=30)
dead = aws.sqs.Queue("dead")
shipping = aws.sqs.Queue("shipping", sqs_managed_sse_enabled=True)
placed = aws.cloudwatch.EventRule(
    "placed",
    event_bus_name=bus.name,
    event_pattern=json.dumps({"source": ["shop.orders"], "detail-type": ["OrderPlaced"]}),
)
for name, queue in (("shipping", shipping), ("dead", dead)):
    aws.sqs.QueuePolicy(
        name,
        queue_url=queue.url,
        policy=pulumi.Output.all(queue.arn, placed.arn).apply(
            lambda arns: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "events.amazonaws.com"},
                            "Action": "sqs:SendMessage",
                            "Resource": arns[0],
                            "Condition": {"ArnEquals": {"aws:SourceArn": arns[1]}},
                        }
                    ],
                }
            )
        ),
    )
aws.cloudwatch.EventTarget(
    "shipping",
    rule=placed.name,
    event_bus_name=bus.name,
    arn=shipping.arn,
    dead_letter_config={"arn": dead.arn},
    retry_policy={"maximum_retry_attempts": 10, "maximum_event_age_in_seconds": 3600},
)
role = aws.iam.Role(
    "mailer",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    ),
)
identity = aws.ses.EmailIdentity("shop", email="orders@customer1.example")
group = aws.cloudwatch.LogGroup("mailer", name="/aws/lambda/mailer", retention_in_days=14)
aws.cloudwatch.LogSubscriptionFilter("mailer", log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
aws.iam.RolePolicy(
    "mailer",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": identity.arn},
                {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": pulumi.Output.concat(group.arn, ":*")},
            ],
        }
    ),
)
mailer = aws.lambda_.Function(
    "mailer",
    name="mailer",
    role=role.arn,
    runtime="python3.12",
    handler="main.send",
    code=pulumi.AssetArchive({"main.py": pulumi.StringAsset("def send(event, context): pass")}),
    logging_config={"log_format": "JSON", "log_group": group.name},
)
aws.cloudwatch.EventTarget("mailer", rule=placed.name, event_bus_name=bus.name, arn=mailer.arn)
aws.lambda_.Permission(
    "mailer",
    action="lambda:InvokeFunction",
    function=mailer.name,
    principal="events.amazonaws.com",
    source_arn=placed.arn,
)
