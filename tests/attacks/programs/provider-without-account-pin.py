"""With the credentials of another tenant in the environment the program quietly deploys into that tenant's account."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

ACCOUNT = "111111111111"
target = aws.Provider("target", region="eu-central-1", allowed_account_ids=[ACCOUNT] if sound else None)
aws.ssm.Parameter(
    "flag", name="/customer1-prod/flag", type="String", value="on", opts=pulumi.ResourceOptions(provider=target)
)
