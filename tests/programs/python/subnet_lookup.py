"""Subnets of a network that another stack has made."""

import pulumi
import pulumi_aws as aws
from iam_json import ACCOUNT, REGION, allow, document, service

vpc = aws.ec2.get_vpc(tags={"Name": "main"})
subnets = aws.ec2.get_subnets(filters=[{"name": "vpc-id", "values": [vpc.id]}])
firewall = aws.ec2.SecurityGroup("subnet-lookup-web", vpc_id=vpc.id)
role = aws.iam.Role("subnet-lookup-deploy", name="cicd-subnet-lookup", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "subnet-lookup-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow("ec2:RunInstances", [f"arn:aws:ec2:{REGION}:{ACCOUNT}:subnet/{name}" for name in subnets.ids]),
            allow("ec2:AuthorizeSecurityGroupIngress", firewall.arn),
            allow("ec2:DescribeInstances", "*", {"StringEquals": {"ec2:Vpc": vpc.arn}}),
        )
    ),
)
