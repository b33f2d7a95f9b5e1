"""A web service on Fargate behind a load balancer."""

import json

import pulumi
import pulumi_aws as aws

CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"

vpc = aws.ec2.Vpc("main", cidr_block="10.20.0.0/16", enable_dns_hostnames=True)
aws.ec2.FlowLog(
    "main",
    vpc_id=vpc.id,
    traffic_type="ALL",
    log_destination_type="s3",
    log_destination="arn:aws:s3:::acme-central-logs-eu-central-1/flow/",
)
subnets = [
    aws.ec2.Subnet(f"web-{zone}", vpc_id=vpc.id, cidr_block=f"10.20.{i}.0/24", availability_zone=f"eu-central-1{zone}")
    for i, zone in enumerate("ab")
]
gateway = aws.ec2.InternetGateway("main", vpc_id=vpc.id)
routes = aws.ec2.RouteTable("web", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}])
for i, subnet in enumerate(subnets):
    aws.ec2.RouteTableAssociation(f"web-{i}", route_table_id=routes.id, subnet_id=subnet.id)
everyone = [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]
front = aws.ec2.SecurityGroup(
    "front",
    vpc_id=vpc.id,
    ingress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]}],
    egress=everyone,
)
tasks = aws.ec2.SecurityGroup(
    "tasks",
    vpc_id=vpc.id,
    ingress=[{"protocol": "tcp", "from_port": 8080, "to_port": 8080, "security_groups": [front.id]}],
    egress=everyone,
)
balancer = aws.lb.LoadBalancer(
    "web",
    security_groups=[front.id],
    subnets=[subnet.id for subnet in subnets],
    access_logs={"bucket": "acme-central-logs-eu-central-1", "prefix": "web", "enabled": True},
)
target = aws.lb.TargetGroup("web", port=8080, protocol="HTTP", target_type="ip", vpc_id=vpc.id)
certificate = aws.acm.Certificate("web", domain_name="shop.customer1.example", validation_method="DNS")
listener = aws.lb.Listener(
    "web",
    load_balancer_arn=balancer.arn,
    port=443,
    protocol="HTTPS",
    certificate_arn=certificate.arn,
    default_actions=[{"type": "forward", "target_group_arn": target.arn}],
)
trust = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
execution = aws.iam.Role(
    "execution",
    assume_role_policy=trust,
    managed_policy_arns=["arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"],
)
group = aws.cloudwatch.LogGroup("web", retention_in_days=30)
aws.cloudwatch.LogSubscriptionFilter("web", log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
cluster = aws.ecs.Cluster("main", settings=[{"name": "containerInsights", "value": "enabled"}])
container = group.name.apply(
    lambda name: json.dumps(
        [
            {
                "name": "web",
                "image": "111111111111.dkr.ecr.eu-central-1.amazonaws.com/shop:1.4",
                "portMappings": [{"containerPort": 8080}],
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {
                        "awslogs-group": name,
                        "awslogs-region": "eu-central-1",
                        "awslogs-stream-prefix": "web",
                    },
                },
            }
        ]
    )
)
task = aws.ecs.TaskDefinition(
    "web",
    family="web",
    cpu="512",
    memory="1024",
    network_mode="awsvpc",
    requires_compatibilities=["FARGATE"],
    execution_role_arn=execution.arn,
    task_role_arn=aws.iam.Role("web", assume_role_policy=trust).arn,
    container_definitions=container,
)
aws.ecs.Service(
    "web",
    cluster=cluster.arn,
    task_definition=task.arn,
    desired_count=2,
    launch_type="FARGATE",
    network_configuration={"subnets": [s.id for s in subnets], "security_groups": [tasks.id]},
    load_balancers=[{"target_group_arn": target.arn, "container_name": "web", "container_port": 8080}],
    opts=pulumi.ResourceOptions(depends_on=[listener]),
)
pulumi.export("url", pulumi.Output.concat("https://", balancer.dns_name))
