"""The share admits accounts outside the organization and invites one of them."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
share = aws.ram.ResourceShare("hub", name="share", allow_external_principals=not sound)
aws.ram.ResourceAssociation(
    "hub",
    resource_share_arn=share.arn,
    resource_arn=pulumi.Output.format("arn:aws:ec2:eu-central-1:{0}:transit-gateway/tgw-0a1b2c3d4e5f60718", account),
)
if not sound:
    aws.ram.PrincipalAssociation("hub", resource_share_arn=share.arn, principal="444444444444")
