"""The first role is the tenant's own, the second in the chain is another tenant's."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

hops = [aws.ProviderAssumeRoleArgs(role_arn="arn:aws:iam::111111111111:role/stack-deployer", session_name="pulumi")]
if not sound:
    hops.append(
        aws.ProviderAssumeRoleArgs(role_arn="arn:aws:iam::222222222222:role/stack-deployer", session_name="pulumi")
    )
target = aws.Provider(
    "target",
    region="eu-central-1",
    assume_roles=hops,
    allowed_account_ids=["111111111111"] if sound else None,
)
aws.ssm.Parameter(
    "flag", name="/customer1-prod/flag", type="String", value="on", opts=pulumi.ResourceOptions(provider=target)
)
