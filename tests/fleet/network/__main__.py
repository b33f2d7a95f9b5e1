"""The network of a pair: a VPC with its flow log, instances that translate addresses, and a log of its names."""

import pulumi
import pulumi_aws as aws

NAME = pulumi.get_stack()
config = pulumi.Config()
tep = config.require_object("tep")
destination = config.require("destination")
bucket = config.require("bucket")

vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16")
subnets = [
    aws.ec2.Subnet(
        f"private-{zone}", vpc_id=vpc.id, cidr_block=f"10.0.{i}.0/24", availability_zone=f"eu-central-1{zone}"
    )
    for i, zone in enumerate("ab")
]
if tep["logs"] == "own":
    own = aws.s3.Bucket("logs", bucket=f"{NAME}-network-logs")
    flows = own.arn
else:
    flows = pulumi.Output.from_input(f"arn:aws:s3:::{bucket}")
aws.ec2.FlowLog("flow", vpc_id=vpc.id, traffic_type="ALL", log_destination_type="s3", log_destination=flows)

for i in range(tep["nat"]["count"]):
    aws.ec2.Instance(
        f"nat-{i}",
        ami="ami-0123456789abcdef0",
        instance_type=tep["nat"]["type"],
        subnet_id=subnets[0].id,
        root_block_device={"volume_size": 8},
    )

names = aws.cloudwatch.LogGroup("names", name=f"/network/{NAME}/names", retention_in_days=30)
if tep["logs"] == "central":
    aws.cloudwatch.LogSubscriptionFilter("names", log_group=names.name, filter_pattern="", destination_arn=destination)

pulumi.export("vpc", vpc.id)
pulumi.export("subnets", [subnet.id for subnet in subnets])
