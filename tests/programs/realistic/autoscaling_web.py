"""Web servers in an auto scaling group, which operators reach through Session Manager alone."""

import base64
import json

import pulumi_aws as aws

VPC, SUBNETS = "vpc-0a1b2c3d4e5f60718", ["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5a60718"]
image = aws.ec2.get_ami_output(
    most_recent=True, owners=["amazon"], filters=[{"name": "name", "values": ["al2023-ami-2023*-x86_64"]}]
)
role = aws.iam.Role(
    "web",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    ),
)
aws.iam.RolePolicyAttachment(
    "sessions", role=role.name, policy_arn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
)
profile = aws.iam.InstanceProfile("web", role=role.name)
balancer_access = aws.ec2.SecurityGroup(
    "balancer",
    vpc_id=VPC,
    ingress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]}],
)
access = aws.ec2.SecurityGroup("web", vpc_id=VPC)
aws.vpc.SecurityGroupIngressRule(
    "web",
    security_group_id=access.id,
    referenced_security_group_id=balancer_access.id,
    ip_protocol="tcp",
    from_port=8080,
    to_port=8080,
)
target = aws.lb.TargetGroup("web", port=8080, protocol="HTTP", vpc_id=VPC, health_check={"path": "/health"})
balancer = aws.lb.LoadBalancer(
    "web",
    subnets=SUBNETS,
    security_groups=[balancer_access.id],
    access_logs={"bucket": "acme-central-logs-eu-central-1", "enabled": True},
)
aws.lb.Listener(
    "redirect",
    load_balancer_arn=balancer.arn,
    port=80,
    default_actions=[{"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}}],
)
template = aws.ec2.LaunchTemplate(
    "web",
    image_id=image.id,
    instance_type="t3.small",
    iam_instance_profile={"arn": profile.arn},
    vpc_security_group_ids=[access.id],
    metadata_options={"http_tokens": "required", "http_put_response_hop_limit": 1},
    block_device_mappings=[{"device_name": "/dev/xvda", "ebs": {"volume_size": 20, "encrypted": "true"}}],
    user_data=base64.b64encode(b"#!/bin/sh\nsystemctl enable --now shop\n").decode(),
)
group = aws.autoscaling.Group(
    "web",
    min_size=2,
    max_size=4,
    vpc_zone_identifiers=SUBNETS,
    target_group_arns=[target.arn],
    launch_template={"id": template.id, "version": "$Latest"},
    health_check_type="ELB",
)
aws.autoscaling.Policy(
    "cpu",
    autoscaling_group_name=group.name,
    policy_type="TargetTrackingScaling",
    target_tracking_configuration={
        "predefined_metric_specification": {"predefined_metric_type": "ASGAverageCPUUtilization"},
        "target_value": 60,
    },
)
