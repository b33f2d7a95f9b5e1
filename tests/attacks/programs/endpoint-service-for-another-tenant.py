"""Another tenant may connect to the tenant's inner load balancer."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
balancer = pulumi.Output.format(
    "arn:aws:elasticloadbalancing:eu-central-1:{0}:loadbalancer/net/orders/0a1b2c3d4e5f6071", account
)
service = aws.ec2.VpcEndpointService("orders", acceptance_required=True, network_load_balancer_arns=[balancer])
owner = account if sound else "222222222222"
aws.ec2.VpcEndpointServiceAllowedPrinciple(
    "orders",
    vpc_endpoint_service_id=service.id,
    principal_arn=pulumi.Output.format("arn:aws:iam::{0}:root", owner),
)
