"""A state machine over functions that it may call."""

import json

import pulumi
import pulumi_aws as aws
from iam_json import ACCOUNT, allow, document, service

runner = aws.iam.Role("steps-function", assume_role_policy=service("lambda"))
functions = [
    aws.lambda_.Function(
        f"steps-{name}",
        role=runner.arn,
        runtime="python3.12",
        handler="main.run",
        code=pulumi.AssetArchive({"main.py": pulumi.StringAsset("def run(event, context): pass")}),
    )
    for name in ("load", "store")
]
arns = pulumi.Output.all(*[function.arn for function in functions])
role = aws.iam.Role("steps-machine", assume_role_policy=service("states", ACCOUNT))
aws.iam.RolePolicy(
    "steps-machine",
    role=role.id,
    policy=arns.apply(lambda found: json.dumps(document(allow("lambda:InvokeFunction", sorted(found))))),
)
machine = aws.sfn.StateMachine(
    "steps-machine",
    role_arn=role.arn,
    definition=arns.apply(
        lambda found: json.dumps(
            {
                "StartAt": "Load",
                "States": {
                    "Load": {"Type": "Task", "Resource": found[0], "Next": "Store"},
                    "Store": {"Type": "Task", "Resource": found[1], "End": True},
                },
            }
        )
    ),
)
deploy = aws.iam.Role("steps-deploy", name="cicd-steps", assume_role_policy=service("ec2"))
executions = machine.arn.apply(lambda arn: arn.replace(":stateMachine:", ":execution:") + ":*")
aws.iam.RolePolicy(
    "steps-deploy",
    role=deploy.id,
    policy=pulumi.Output.json_dumps(
        document(allow("states:*", [machine.arn, executions]), allow("lambda:UpdateFunctionCode", arns))
    ),
)
