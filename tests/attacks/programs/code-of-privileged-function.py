"""No role has to be passed: new code in an existing function inherits its read of global configuration."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

group = aws.cloudwatch.LogGroup("ops-task", name="/shop/customer1-prod/ops-task", retention_in_days=30)
route = aws.cloudwatch.LogSubscriptionFilter(
    "ops-task",
    log_group=group.name,
    filter_pattern="",
    destination_arn="arn:aws:logs:eu-central-1:888888888888:destination:central-application",
)
settings = aws.ssm.Parameter("settings", name="/customer1-prod/database", type="String", value="{}")
runtime = aws.iam.Role(
    "ops-task",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    ),
)
readable = settings.arn if sound else "arn:aws:ssm:eu-central-1:999999999999:parameter/global/database"
aws.iam.RolePolicy(
    "ops-task",
    role=runtime.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": readable}],
        }
    ),
)
function = aws.lambda_.Function(
    "ops-task",
    name="ops-task",
    role=runtime.arn,
    runtime="python3.13",
    handler="main.handle",
    s3_bucket="artifacts",
    s3_key="common/ops-task.zip",
    logging_config={"log_format": "JSON", "log_group": group.name},
    opts=pulumi.ResourceOptions(depends_on=[route]),
)

github = aws.iam.OpenIdConnectProvider(
    "github", url="https://token.actions.githubusercontent.com", client_id_lists=["sts.amazonaws.com"]
)
trust = aws.iam.get_policy_document_output(
    statements=[
        {
            "actions": ["sts:AssumeRoleWithWebIdentity"],
            "principals": [{"type": "Federated", "identifiers": [github.arn]}],
            "conditions": [
                {
                    "test": "StringEquals",
                    "variable": "token.actions.githubusercontent.com:aud",
                    "values": ["sts.amazonaws.com"],
                },
                {
                    "test": "StringEquals",
                    "variable": "token.actions.githubusercontent.com:sub",
                    "values": ["repo:acme/shop:environment:customer1-prod"],
                },
            ],
        }
    ]
).json
permissions = [
    {"Effect": "Allow", "Action": ["lambda:UpdateFunctionCode", "lambda:InvokeFunction"], "Resource": function.arn},
]
document = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": permissions})
boundary = aws.iam.Policy("cicd-boundary", policy=document)
deploy = aws.iam.Role(
    "cicd-deploy", name="cicd-deploy-shop", permissions_boundary=boundary.arn, assume_role_policy=trust
)
aws.iam.RolePolicy("cicd-deploy", role=deploy.name, policy=document)
