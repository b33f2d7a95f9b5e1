"""An HTTP API: a Lambda function over a DynamoDB table, with logs that are sent on."""

import json

import pulumi
import pulumi_aws as aws

CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"

table = aws.dynamodb.Table(
    "orders",
    attributes=[{"name": "id", "type": "S"}],
    hash_key="id",
    billing_mode="PAY_PER_REQUEST",
    point_in_time_recovery={"enabled": True},
)
role = aws.iam.Role(
    "api",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    ),
)
group = aws.cloudwatch.LogGroup("api", name="/aws/lambda/orders-api", retention_in_days=30)
aws.cloudwatch.LogSubscriptionFilter("api", log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
aws.iam.RolePolicy(
    "api",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
                    "Resource": table.arn,
                },
                {
                    "Effect": "Allow",
                    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                    "Resource": pulumi.Output.concat(group.arn, ":*"),
                },
            ],
        }
    ),
)
function = aws.lambda_.Function(
    "api",
    name="orders-api",
    role=role.arn,
    runtime="python3.12",
    handler="main.handle",
    timeout=10,
    memory_size=256,
    code=pulumi.AssetArchive({"main.py": pulumi.StringAsset("def handle(event, context): return {}")}),
    environment={"variables": {"TABLE": table.name}},
    logging_config={"log_format": "JSON", "log_group": group.name},
)
api = aws.apigatewayv2.Api("api", protocol_type="HTTP", cors_configuration={"allow_origins": ["https://shop.example"]})
integration = aws.apigatewayv2.Integration(
    "api",
    api_id=api.id,
    integration_type="AWS_PROXY",
    integration_uri=function.invoke_arn,
    payload_format_version="2.0",
)
for method in ("GET", "POST"):
    aws.apigatewayv2.Route(
        method.lower(),
        api_id=api.id,
        route_key=f"{method} /orders",
        target=pulumi.Output.concat("integrations/", integration.id),
        authorization_type="AWS_IAM",
    )
aws.apigatewayv2.Stage("api", api_id=api.id, name="$default", auto_deploy=True)
aws.lambda_.Permission(
    "api",
    action="lambda:InvokeFunction",
    function=function.name,
    principal="apigateway.amazonaws.com",
    source_arn=pulumi.Output.concat(api.execution_arn, "/*/*"),
)
pulumi.export("endpoint", api.api_endpoint)
