"""An order's way through a state machine that calls a function and waits for a queue."""

import pulumi
import pulumi_aws as aws

CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"

account = aws.get_caller_identity_output().account_id
FUNCTION = "check-order"
function = pulumi.Output.concat("arn:aws:lambda:eu-central-1:", account, f":function:{FUNCTION}")
packing = aws.sqs.Queue("packing")
role = aws.iam.Role(
    "flow",
    assume_role_policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "states.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"aws:SourceAccount": account}},
                }
            ],
        }
    ),
)
aws.iam.RolePolicy(
    "flow",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": function},
                {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": packing.arn},
                {
                    "Effect": "Allow",
                    "Action": [
                        "logs:CreateLogDelivery",
                        "logs:DescribeLogGroups",
                        "logs:DescribeResourcePolicies",
                        "logs:GetLogDelivery",
                        "logs:ListLogDeliveries",
                        "logs:UpdateLogDelivery",
                    ],
                    "Resource": "*",
                },
            ],
        }
    ),
)
group = aws.cloudwatch.LogGroup("flow", name="/aws/vendedlogs/states/orders", retention_in_days=30)
aws.cloudwatch.LogSubscriptionFilter("flow", log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
machine = aws.sfn.StateMachine(
    "orders",
    name="orders",
    role_arn=role.arn,
    definition=pulumi.Output.json_dumps(
        {
            "StartAt": "Check",
            "States": {
                "Check": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::lambda:invoke",
                    "Parameters": {"FunctionName": function, "Payload.$": "$"},
                    "Retry": [{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 3}],
                    "Next": "Pack",
                },
                "Pack": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                    "Parameters": {
                        "QueueUrl": packing.url,
                        "MessageBody": {"token.$": "$$.Task.Token", "order.$": "$.id"},
                    },
                    "End": True,
                },
            },
        }
    ),
    logging_configuration={
        "level": "ERROR",
        "include_execution_data": False,
        "log_destination": pulumi.Output.concat(group.arn, ":*"),
    },
)
pulumi.export("machine", machine.arn)
