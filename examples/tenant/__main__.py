"""A standard tenant's stack: network, load balancer, service, workers, database, logs and the role that deploys it."""

import json

import pulumi
import pulumi_aws as aws

ACCOUNT = "111111111111"
REGION = "eu-central-1"
NAME = pulumi.get_stack()
CENTRAL_BUCKET = "acme-central-logs-eu-central-1"
CENTRAL_DESTINATION = f"arn:aws:logs:{REGION}:888888888888:destination:central-application"

# Network.
vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
subnets = [
    aws.ec2.Subnet(f"private-{i}", vpc_id=vpc.id, cidr_block=f"10.0.{i}.0/24", availability_zone=f"{REGION}{zone}")
    for i, zone in enumerate("ab")
]
firewall = aws.ec2.SecurityGroup("web", vpc_id=vpc.id, description="Web traffic")
aws.ec2.FlowLog(
    "flow",
    vpc_id=vpc.id,
    traffic_type="ALL",
    log_destination_type="s3",
    log_destination=f"arn:aws:s3:::{CENTRAL_BUCKET}",
)

# Load balancer.
balancer = aws.lb.LoadBalancer(
    "primary",
    load_balancer_type="application",
    subnets=[subnet.id for subnet in subnets],
    security_groups=[firewall.id],
    access_logs={"bucket": CENTRAL_BUCKET, "enabled": True, "prefix": NAME},
)
target = aws.lb.TargetGroup("web", port=80, protocol="HTTP", target_type="ip", vpc_id=vpc.id)
aws.lb.Listener(
    "http",
    load_balancer_arn=balancer.arn,
    port=80,
    default_actions=[{"type": "forward", "target_group_arn": target.arn}],
)

# Logs: every group is subscribed to the central account.
groups = {}
# The database would make its log group by itself, without a subscription.
NAMES = {
    "web": f"/shop/{NAME}/web",
    "worker": f"/shop/{NAME}/worker",
    "main": f"/aws/rds/instance/{NAME}-main/postgresql",
}
for part, name in NAMES.items():
    groups[part] = aws.cloudwatch.LogGroup(part, name=name, retention_in_days=30)
    aws.cloudwatch.LogSubscriptionFilter(
        part, log_group=groups[part].name, filter_pattern="", destination_arn=CENTRAL_DESTINATION
    )

# The service on ECS.
settings = aws.ssm.Parameter("settings", name=f"/{NAME}/settings", type="String", value="{}")
SETTINGS = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{NAME}/settings"
runtime = aws.iam.Role(
    "runtime",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            },
        }
    ),
)
aws.iam.RolePolicy(
    "runtime-settings",
    role=runtime.id,
    # The ARN is spelled, so that even a plain first preview knows all that the role may do.
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": SETTINGS}],
        }
    ),
    opts=pulumi.ResourceOptions(depends_on=[settings]),
)
cluster = aws.ecs.Cluster("main")
task = aws.ecs.TaskDefinition(
    "web",
    family=f"{NAME}-web",
    cpu="512",
    memory="1024",
    network_mode="awsvpc",
    requires_compatibilities=["FARGATE"],
    execution_role_arn=runtime.arn,
    container_definitions=groups["web"].name.apply(
        lambda group: json.dumps(
            [
                {
                    "name": "web",
                    "image": "public.ecr.aws/nginx/nginx:1.27",
                    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": group}},
                }
            ]
        )
    ),
)
service = aws.ecs.Service(
    "web",
    cluster=cluster.arn,
    task_definition=task.arn,
    desired_count=2,
    launch_type="FARGATE",
    network_configuration={"subnets": [subnet.id for subnet in subnets], "security_groups": [firewall.id]},
)
aws.appautoscaling.Target(
    "web",
    service_namespace="ecs",
    scalable_dimension="ecs:service:DesiredCount",
    resource_id=pulumi.Output.concat("service/", cluster.name, "/", service.name),
    min_capacity=2,
    max_capacity=6,
)

# Workers on EC2.
template = aws.ec2.LaunchTemplate("worker", image_id="ami-0123456789abcdef0", instance_type="t3.medium")
aws.autoscaling.Group(
    "worker",
    min_size=1,
    max_size=4,
    launch_template={"id": template.id, "version": "$Latest"},
    vpc_zone_identifiers=[subnet.id for subnet in subnets],
)

# Database.
aws.rds.Instance(
    "main",
    engine="postgres",
    instance_class="db.t4g.medium",
    allocated_storage=20,
    max_allocated_storage=50,
    multi_az=True,
    enabled_cloudwatch_logs_exports=["postgresql"],
    identifier=f"{NAME}-main",
    username="shop",
    manage_master_user_password=True,
    skip_final_snapshot=True,
)

# The role by which CI deploys this stack: GitHub's token of one repository and environment, and a boundary.  Both are
# named by their ARNs, so that even a plain first preview knows whom the role trusts and what holds it.
GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/cicd-boundary"
github = aws.iam.OpenIdConnectProvider(
    "github", url="https://token.actions.githubusercontent.com", client_id_lists=["sts.amazonaws.com"]
)
boundary = aws.iam.Policy(
    "cicd-boundary",
    name="cicd-boundary",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["ecs:*", "ec2:*", "rds:*", "logs:*", "elasticloadbalancing:*", "autoscaling:*"],
                    "Resource": "*",
                },
                {"Effect": "Allow", "Action": "ssm:*", "Resource": f"arn:aws:ssm:*:{ACCOUNT}:parameter/{NAME}/*"},
                # Whoever says what runs in a task or on a machine that is there has the rights of its role.
                {
                    "Effect": "Deny",
                    "Action": ["ecs:ExecuteCommand", "ec2:ModifyInstanceAttribute", "ec2:*LaunchTemplateVersion*"],
                    "Resource": "*",
                },
                # What records the account is the platform's to change.
                {"Effect": "Deny", "Action": ["logs:*AccountPolicy", "ec2:DeleteFlowLogs"], "Resource": "*"},
            ],
        }
    ),
)
deploy = aws.iam.Role(
    "cicd-deploy",
    name="cicd-deploy-shop",
    permissions_boundary=BOUNDARY,
    assume_role_policy=aws.iam.get_policy_document_output(
        statements=[
            {
                "effect": "Allow",
                "actions": ["sts:AssumeRoleWithWebIdentity"],
                "principals": [{"type": "Federated", "identifiers": [GITHUB]}],
                "conditions": [
                    {
                        "test": "StringEquals",
                        "variable": "token.actions.githubusercontent.com:aud",
                        "values": ["sts.amazonaws.com"],
                    },
                    {
                        "test": "StringEquals",
                        "variable": "token.actions.githubusercontent.com:sub",
                        "values": [f"repo:acme/shop:environment:{NAME}"],
                    },
                ],
            }
        ]
    ).json,
    opts=pulumi.ResourceOptions(depends_on=[github, boundary]),
)
aws.iam.RolePolicy(
    "cicd-deploy",
    role=deploy.id,
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": ["ecs:*", "ec2:*", "rds:*", "logs:*"], "Resource": "*"},
                {
                    "Effect": "Allow",
                    "Action": ["ssm:GetParameter*", "ssm:PutParameter"],
                    "Resource": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/{NAME}/*",
                },
            ],
        }
    ),
)

pulumi.export("load_balancer", balancer.arn)
