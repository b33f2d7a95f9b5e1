"""A table with an index, a stream and backups, named in all the forms that its ARN takes."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

table = aws.dynamodb.Table(
    "tables-orders",
    attributes=[{"name": "id", "type": "S"}, {"name": "customer", "type": "S"}],
    hash_key="id",
    billing_mode="PAY_PER_REQUEST",
    global_secondary_indexes=[{"name": "by-customer", "hash_key": "customer", "projection_type": "ALL"}],
    stream_enabled=True,
    stream_view_type="NEW_IMAGE",
)
role = aws.iam.Role("tables-deploy", name="cicd-tables", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "tables-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow(["dynamodb:Query", "dynamodb:GetItem"], [table.arn, table.arn.apply(lambda arn: f"{arn}/index/*")]),
            allow("dynamodb:Query", pulumi.Output.concat(table.arn, "/index/by-customer")),
            allow(
                "dynamodb:RestoreTableFromBackup",
                table.name.apply(lambda n: f"arn:aws:dynamodb:eu-central-1:111111111111:table/{n}/backup/*"),
            ),
        )
    ),
)
consumer = aws.iam.Role("tables-consumer", assume_role_policy=service("lambda"))
aws.iam.RolePolicy(
    "tables-consumer",
    role=consumer.id,
    policy=pulumi.Output.json_dumps(
        document(allow(["dynamodb:GetRecords", "dynamodb:GetShardIterator"], table.stream_arn))
    ),
)
