"""A secret of the configuration in a document, which is then secret itself."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

external = pulumi.Config("programs").require_secret("externalId")
data = aws.s3.Bucket("secret-config-data")
role = aws.iam.Role(
    "secret-config-partner",
    assume_role_policy=pulumi.Output.json_dumps(
        document(
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111111111111:role/partner"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": external}},
            }
        )
    ),
)
aws.iam.RolePolicy(
    "secret-config-partner",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(allow("s3:GetObject", pulumi.Output.concat(data.arn, "/", external, "/*")))
    ),
)
deploy = aws.iam.Role("secret-config-deploy", name="cicd-secret-config", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "secret-config-deploy",
    role=deploy.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow("sts:AssumeRole", role.arn, {"StringEquals": {"sts:ExternalId": external}}),
            allow("s3:*", data.arn),
        )
    ),
)
