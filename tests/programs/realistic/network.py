"""A network in two zones as a component: public and private subnets, NAT, endpoints, flow logs."""

import json

import pulumi
import pulumi_aws as aws


class Network(pulumi.ComponentResource):
    """Public and private subnets in each zone, with a way out for both."""

    def __init__(self, name, cidr, zones, opts=None):
        super().__init__("shop:network:Network", name, None, opts)
        own = pulumi.ResourceOptions(parent=self)
        prefix = ".".join(cidr.split(".")[:2])
        self.vpc = aws.ec2.Vpc(name, cidr_block=cidr, enable_dns_support=True, enable_dns_hostnames=True, opts=own)
        gateway = aws.ec2.InternetGateway(name, vpc_id=self.vpc.id, opts=own)
        out = aws.ec2.RouteTable(
            f"{name}-public",
            vpc_id=self.vpc.id,
            routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}],
            opts=own,
        )
        self.private = []
        for i, zone in enumerate(zones):
            public = aws.ec2.Subnet(
                f"{name}-public-{i}",
                vpc_id=self.vpc.id,
                cidr_block=f"{prefix}.{i}.0/24",
                availability_zone=zone,
                opts=own,
            )
            aws.ec2.RouteTableAssociation(f"{name}-public-{i}", route_table_id=out.id, subnet_id=public.id, opts=own)
            address = aws.ec2.Eip(f"{name}-{i}", domain="vpc", opts=own)
            nat = aws.ec2.NatGateway(f"{name}-{i}", allocation_id=address.id, subnet_id=public.id, opts=own)
            private = aws.ec2.Subnet(
                f"{name}-private-{i}",
                vpc_id=self.vpc.id,
                cidr_block=f"{prefix}.{i + 100}.0/24",
                availability_zone=zone,
                opts=own,
            )
            table = aws.ec2.RouteTable(
                f"{name}-private-{i}",
                vpc_id=self.vpc.id,
                routes=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": nat.id}],
                opts=own,
            )
            aws.ec2.RouteTableAssociation(
                f"{name}-private-{i}", route_table_id=table.id, subnet_id=private.id, opts=own
            )
            self.private.append(private)
        aws.ec2.FlowLog(
            name,
            vpc_id=self.vpc.id,
            traffic_type="ALL",
            log_destination_type="s3",
            log_destination="arn:aws:s3:::acme-central-logs-eu-central-1",
            opts=own,
        )
        self.register_outputs({"vpc": self.vpc.id})


zones = aws.get_availability_zones_output(state="available").names
network = Network("main", "10.30.0.0/16", ["eu-central-1a", "eu-central-1b"])
account = aws.get_caller_identity_output().account_id
inner = aws.ec2.SecurityGroup(
    "endpoints",
    vpc_id=network.vpc.id,
    ingress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["10.30.0.0/16"]}],
)
aws.ec2.VpcEndpoint(
    "secrets",
    vpc_id=network.vpc.id,
    service_name="com.amazonaws.eu-central-1.secretsmanager",
    vpc_endpoint_type="Interface",
    subnet_ids=[subnet.id for subnet in network.private],
    security_group_ids=[inner.id],
    private_dns_enabled=True,
    policy=account.apply(
        lambda number: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": "*",
                        "Action": "secretsmanager:GetSecretValue",
                        "Resource": "*",
                        "Condition": {"StringEquals": {"aws:PrincipalAccount": number, "aws:ResourceAccount": number}},
                    }
                ],
            }
        )
    ),
)
pulumi.export("zones", zones)
