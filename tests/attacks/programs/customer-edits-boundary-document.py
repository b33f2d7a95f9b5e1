"""The boundary's name stays, its document is replaced by one that allows everything."""

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
    ["iam:GetPolicyVersion", "iam:ListPolicyVersions"]
    if sound
    else ["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"]
)
document = pulumi.Output.json_dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": actions,
                "Resource": pulumi.Output.format("arn:aws:iam::{0}:policy/*", account),
            }
        ],
    }
)
policy = aws.iam.Policy("customer", policy=document)
aws.iam.RolePolicyAttachment("customer", role=customer.name, policy_arn=policy.arn)
