"""Account, region and partition as functions say them."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

me = aws.get_caller_identity()
here = aws.get_region_output()
partition = aws.get_partition()
group = aws.cloudwatch.LogGroup("caller-app")
aws.cloudwatch.LogSubscriptionFilter(
    "caller-app",
    log_group=group.name,
    filter_pattern="",
    destination_arn=here.region.apply(lambda name: f"arn:aws:logs:{name}:888888888888:destination:central-application"),
)
role = aws.iam.Role("caller-deploy", name="cicd-caller", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "caller-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow(
                ["logs:CreateLogStream", "logs:PutLogEvents"],
                pulumi.Output.format(
                    "arn:{0}:logs:{1}:{2}:log-group:{3}:*", partition.partition, here.region, me.account_id, group.name
                ),
            ),
            allow("ssm:GetParameter", f"arn:{partition.partition}:ssm:*:{me.account_id}:parameter/shop/*"),
        )
    ),
)
