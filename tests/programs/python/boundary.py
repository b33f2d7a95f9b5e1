"""A permission boundary made in the same stack, over what is new, below which a role may do anything."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

data = aws.s3.Bucket("boundary-data")
table = aws.dynamodb.Table(
    "boundary-data", attributes=[{"name": "id", "type": "S"}], hash_key="id", billing_mode="PAY_PER_REQUEST"
)
boundary = aws.iam.Policy(
    "boundary-limit",
    policy=pulumi.Output.json_dumps(
        document(
            allow("s3:*", [data.arn, pulumi.Output.concat(data.arn, "/*")]),
            allow("dynamodb:*", pulumi.Output.concat(table.arn, "*")),
        )
    ),
)
role = aws.iam.Role(
    "boundary-deploy", name="cicd-boundary", permissions_boundary=boundary.arn, assume_role_policy=service("ec2")
)
aws.iam.RolePolicy("boundary-deploy", role=role.name, policy=pulumi.Output.json_dumps(document(allow("*", "*"))))
