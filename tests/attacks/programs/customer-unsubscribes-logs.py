"""The customer cuts the log groups off from the central account and then acts unseen."""

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
actions = (
    ["logs:FilterLogEvents", "logs:GetLogEvents"] if sound else ["logs:DeleteSubscriptionFilter", "logs:DeleteLogGroup"]
)
document = pulumi.Output.json_dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": actions,
                "Resource": pulumi.Output.format("arn:aws:logs:*:{0}:log-group:*", account),
            }
        ],
    }
)
aws.iam.RolePolicy("customer", role=customer.id, policy=document)
