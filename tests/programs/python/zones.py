"""A subnet in each availability zone that there is, and instances in those alone."""

import pulumi
import pulumi_aws as aws
from iam_json import ACCOUNT, REGION, allow, document, service

vpc = aws.ec2.Vpc("zones-vpc", cidr_block="10.1.0.0/16")
zones = aws.get_availability_zones(state="available")
subnets = [
    aws.ec2.Subnet(f"zones-private-{i}", vpc_id=vpc.id, cidr_block=f"10.1.{i}.0/24", availability_zone=zone)
    for i, zone in enumerate(zones.names[:2])
]
role = aws.iam.Role("zones-deploy", name="cicd-zones", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "zones-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow("ec2:RunInstances", [subnet.arn for subnet in subnets]),
            allow(
                ["ec2:CreateNetworkInterface"],
                "*",
                {
                    "ArnEquals": {
                        "ec2:Vpc": pulumi.Output.format("arn:aws:ec2:{0}:{1}:vpc/{2}", REGION, ACCOUNT, vpc.id)
                    }
                },
            ),
            allow("ec2:StartInstances", "*", {"StringEquals": {"ec2:AvailabilityZone": zones.names[:2]}}),
        )
    ),
)
