"""Every tenant pulls this tenant's images."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
images = aws.ecr.Repository("shop", name="shop")
variable, value = ("aws:PrincipalAccount", account) if sound else ("aws:PrincipalOrgID", "o-a1b2c3d4e5")
aws.ecr.RepositoryPolicy(
    "shop",
    repository=images.name,
    policy=aws.iam.get_policy_document_output(
        statements=[
            {
                "actions": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                "principals": [{"type": "*", "identifiers": ["*"]}],
                "conditions": [{"test": "StringEquals", "variable": variable, "values": [value]}],
            }
        ]
    ).json,
)
