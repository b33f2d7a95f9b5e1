"""A REST API for signed-in customers: a user pool, an authorizer, a function, access logs."""

import json

import pulumi
import pulumi_aws as aws

CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"

pool = aws.cognito.UserPool(
    "customers",
    auto_verified_attributes=["email"],
    password_policy={"minimum_length": 12, "require_lowercase": True, "require_numbers": True},
    admin_create_user_config={"allow_admin_create_user_only": True},
)
client = aws.cognito.UserPoolClient("web", user_pool_id=pool.id, explicit_auth_flows=["ALLOW_USER_SRP_AUTH"])
trust = aws.iam.get_policy_document_output(
    statements=[
        {
            "actions": ["sts:AssumeRole"],
            "principals": [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}],
        }
    ]
)
role = aws.iam.Role("profile", assume_role_policy=trust.json)
aws.iam.RolePolicyAttachment(
    "profile", role=role.name, policy_arn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
)
functions = aws.cloudwatch.LogGroup("profile", name="/aws/lambda/profile", retention_in_days=14)
requests = aws.cloudwatch.LogGroup("requests", name="/shop/requests", retention_in_days=14)
for name, group in (("profile", functions), ("requests", requests)):
    aws.cloudwatch.LogSubscriptionFilter(name, log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
function = aws.lambda_.Function(
    "profile",
    name="profile",
    role=role.arn,
    runtime="nodejs22.x",
    handler="index.handler",
    code=pulumi.AssetArchive({"index.mjs": pulumi.StringAsset("export const handler = async () => ({})")}),
    logging_config={"log_format": "Text", "log_group": functions.name},
)
api = aws.apigateway.RestApi("shop", description="What customers see of themselves")
authorizer = aws.apigateway.Authorizer("shop", rest_api=api.id, type="COGNITO_USER_POOLS", provider_arns=[pool.arn])
resource = aws.apigateway.Resource("me", rest_api=api.id, parent_id=api.root_resource_id, path_part="me")
method = aws.apigateway.Method(
    "me",
    rest_api=api.id,
    resource_id=resource.id,
    http_method="GET",
    authorization="COGNITO_USER_POOLS",
    authorizer_id=authorizer.id,
)
integration = aws.apigateway.Integration(
    "me",
    rest_api=api.id,
    resource_id=resource.id,
    http_method=method.http_method,
    integration_http_method="POST",
    type="AWS_PROXY",
    uri=function.invoke_arn,
)
aws.lambda_.Permission(
    "me",
    action="lambda:InvokeFunction",
    function=function.name,
    principal="apigateway.amazonaws.com",
    source_arn=pulumi.Output.concat(api.execution_arn, "/*/GET/me"),
)
deployment = aws.apigateway.Deployment("shop", rest_api=api.id, opts=pulumi.ResourceOptions(depends_on=[integration]))
aws.apigateway.Stage(
    "live",
    rest_api=api.id,
    deployment=deployment.id,
    stage_name="live",
    access_log_settings={"destination_arn": requests.arn, "format": json.dumps({"id": "$context.requestId"})},
)
