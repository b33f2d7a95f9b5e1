"""What was made by hand is taken over with `import_`."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

bucket = aws.s3.Bucket(
    "imported-reports", bucket="customer1-reports", opts=pulumi.ResourceOptions(import_="customer1-reports")
)
role = aws.iam.Role("imported-deploy", name="cicd-imported", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "imported-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(document(allow("s3:*", [bucket.arn, pulumi.Output.concat(bucket.arn, "/*")]))),
)
