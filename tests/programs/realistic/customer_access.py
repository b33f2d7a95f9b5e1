"""What the customer may see of its own account: a role for its staff, read-only and within a boundary."""

import json

import pulumi
import pulumi_aws as aws

METADATA = '<EntityDescriptor entityID="https://idp.customer1.example"></EntityDescriptor>'

account = aws.get_caller_identity_output().account_id
staff = aws.iam.SamlProvider("customer1", name="customer1", saml_metadata_document=METADATA)
reports = aws.s3.Bucket("reports")
reading = pulumi.Output.json_dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["ec2:Describe*", "rds:Describe*", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"],
                "Resource": "*",
            },
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:ListBucket"],
                "Resource": [reports.arn, pulumi.Output.concat(reports.arn, "/*")],
            },
            {
                "Effect": "Allow",
                "Action": ["logs:FilterLogEvents", "logs:GetLogEvents"],
                "Resource": pulumi.Output.concat("arn:aws:logs:eu-central-1:", account, ":log-group:/shop/*"),
            },
        ],
    }
)
boundary = aws.iam.Policy("customer-boundary", policy=reading)
role = aws.iam.Role(
    "customer",
    name="customer-reader",
    permissions_boundary=boundary.arn,
    assume_role_policy=staff.arn.apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Federated": arn},
                        "Action": "sts:AssumeRoleWithSAML",
                        "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
                    }
                ],
            }
        )
    ),
)
aws.iam.RolePolicy("customer", role=role.id, policy=reading)
pulumi.export("role", role.arn)
