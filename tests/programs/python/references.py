"""Outputs of another stack in documents, beside what is new here."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

network = pulumi.StackReference("organization/network/prod")
bucket = aws.s3.Bucket("references-data")
role = aws.iam.Role("references-deploy", name="cicd-references", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "references-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow("route53:ChangeResourceRecordSets", network.get_output("zoneArn")),
            allow("s3:GetObject", pulumi.Output.concat(bucket.arn, "/", network.get_output("prefix"), "/*")),
        )
    ),
)
