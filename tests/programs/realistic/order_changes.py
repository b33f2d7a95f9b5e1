"""Changes of a table, taken from its stream by a function that counts them in another table."""

import pulumi
import pulumi_aws as aws

CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"

orders = aws.dynamodb.Table(
    "orders",
    attributes=[{"name": "id", "type": "S"}],
    hash_key="id",
    billing_mode="PAY_PER_REQUEST",
    stream_enabled=True,
    stream_view_type="NEW_AND_OLD_IMAGES",
    server_side_encryption={"enabled": True},
)
totals = aws.dynamodb.Table(
    "totals", attributes=[{"name": "day", "type": "S"}], hash_key="day", billing_mode="PAY_PER_REQUEST"
)
failed = aws.sqs.Queue("failed")
role = aws.iam.Role(
    "counter",
    assume_role_policy=aws.iam.get_policy_document_output(
        statements=[
            {
                "actions": ["sts:AssumeRole"],
                "principals": [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}],
            }
        ]
    ).json,
)
policy = aws.iam.RolePolicy(
    "counter",
    role=role.id,
    policy=aws.iam.get_policy_document_output(
        statements=[
            {
                "actions": ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"],
                "resources": [orders.stream_arn],
            },
            {"actions": ["dynamodb:ListStreams"], "resources": ["*"]},
            {"actions": ["dynamodb:UpdateItem"], "resources": [totals.arn]},
            {"actions": ["sqs:SendMessage"], "resources": [failed.arn]},
        ]
    ).json,
)
group = aws.cloudwatch.LogGroup("counter", name="/aws/lambda/counter", retention_in_days=14)
aws.cloudwatch.LogSubscriptionFilter("counter", log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
function = aws.lambda_.Function(
    "counter",
    name="counter",
    role=role.arn,
    runtime="python3.12",
    handler="main.count",
    code=pulumi.AssetArchive({"main.py": pulumi.StringAsset("def count(event, context): pass")}),
    logging_config={"log_format": "JSON", "log_group": group.name},
    opts=pulumi.ResourceOptions(depends_on=[policy]),
)
aws.lambda_.EventSourceMapping(
    "counter",
    event_source_arn=orders.stream_arn,
    function_name=function.arn,
    starting_position="LATEST",
    batch_size=100,
    maximum_retry_attempts=5,
    destination_config={"on_failure": {"destination_arn": failed.arn}},
)
