"""The tenant's network is joined with a network of a foreign account."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16")
aws.ec2.FlowLog(
    "main",
    vpc_id=vpc.id,
    traffic_type="ALL",
    log_destination_type="s3",
    log_destination="arn:aws:s3:::acme-central-logs-eu-central-1",
)
aws.ec2.VpcPeeringConnection(
    "partner",
    vpc_id=vpc.id,
    peer_vpc_id="vpc-0f1e2d3c4b5a69788",
    peer_owner_id=account if sound else "444444444444",
)
