"""The role through which the platform checks the tenant's links shows and does what the customer wants."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
customer = aws.iam.Role(
    "customer",
    name="customer-admin",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": "arn:aws:iam::111111111111:saml-provider/customer1"},
                    "Action": "sts:AssumeRoleWithSAML",
                    "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
                }
            ],
        }
    ),
)
actions = ["iam:GetRolePolicy", "iam:GetRole"] if sound else ["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"]
document = pulumi.Output.json_dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": actions,
                "Resource": pulumi.Output.format("arn:aws:iam::{0}:role/tenant-links-reader", account),
            }
        ],
    }
)
aws.iam.RolePolicy("customer", role=customer.id, policy=document)
