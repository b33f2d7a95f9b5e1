"""The shop of a pair: a load balancer, a service, workers, a function, a table, a database, and where their logs go."""

import json

import pulumi
import pulumi_aws as aws

NAME = pulumi.get_stack()
config = pulumi.Config()
tep = config.require_object("tep")
account = config.require("account")
# It may be a secret.
destination = config.get_secret("hidden") or config.require("destination")
central_bucket = config.require("bucket")
vault = tep["logs"] == "own"

network = pulumi.StackReference("network", stack_name=f"organization/network/{NAME}")
vpc, subnets = network.require_output("vpc"), network.require_output("subnets")


def role(name: str) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


# Where logs go that are not sent to the central destination directly.
if vault:
    own = aws.s3.Bucket("logs", bucket=f"{NAME}-shop-logs")
    bucket, bucket_arn = own.bucket, own.arn
else:
    bucket, bucket_arn = central_bucket, f"arn:aws:s3:::{central_bucket}"
shipping = tep.get("shipping") or bucket_arn
ship = aws.kinesis.FirehoseDeliveryStream(
    "ship",
    name=f"{NAME}-ship",
    destination="extended_s3",
    extended_s3_configuration={"bucket_arn": shipping, "role_arn": role("ship")},
)

# Log groups, each with a subscription unless it is cut; the workers' go through the delivery stream.
NAMES = {
    "web": f"/shop/{NAME}/web",
    "worker": f"/shop/{NAME}/worker",
    "orders": f"/aws/lambda/{NAME}-orders",
    "database": f"/aws/rds/instance/{NAME}/postgresql",
}
groups = {key: aws.cloudwatch.LogGroup(key, name=name, retention_in_days=30) for key, name in NAMES.items()}
for key, group in groups.items():
    if key in tep.get("cut", []) or (vault and key != "worker"):
        continue
    aws.cloudwatch.LogSubscriptionFilter(
        key,
        log_group=group.name,
        filter_pattern=tep.get("patterns", {}).get(key, ""),
        destination_arn=tep.get("sent", {}).get(key) or (ship.arn if key == "worker" else destination),
        role_arn=role("subscriptions") if key == "worker" else None,
    )

# Load balancer.
firewall = aws.ec2.SecurityGroup("web", vpc_id=vpc, description="Web traffic")
balancer = aws.lb.LoadBalancer(
    "primary",
    load_balancer_type="application",
    subnets=subnets,
    security_groups=[firewall.id],
    access_logs={"bucket": bucket, "enabled": True, "prefix": NAME},
)

# The service on ECS: scaled up to `tasks.most`.
cluster = aws.ecs.Cluster("main", name=NAME)
task = aws.ecs.TaskDefinition(
    "web",
    family=f"{NAME}-web",
    cpu=tep["tasks"]["cpu"],
    memory=tep["tasks"]["memory"],
    network_mode="awsvpc",
    requires_compatibilities=["FARGATE"],
    execution_role_arn=role("web"),
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
    name=f"{NAME}-web",
    cluster=cluster.arn,
    task_definition=task.arn,
    desired_count=2,
    launch_type="FARGATE",
    network_configuration={"subnets": subnets, "security_groups": [firewall.id]},
)
aws.appautoscaling.Target(
    "web",
    service_namespace="ecs",
    scalable_dimension="ecs:service:DesiredCount",
    resource_id=pulumi.Output.concat("service/", cluster.name, "/", service.name),
    min_capacity=2,
    max_capacity=tep["tasks"]["most"],
)

# Workers on EC2, sized by a template.
template = tep["workers"].get("template")
if template is None:
    template = aws.ec2.LaunchTemplate(
        "worker",
        image_id="ami-0123456789abcdef0",
        instance_type=tep["workers"]["type"],
        block_device_mappings=[{"device_name": "/dev/xvda", "ebs": {"volume_size": 10}}],
    ).id
aws.autoscaling.Group(
    "worker",
    min_size=1,
    max_size=tep["workers"]["most"],
    launch_template={"id": template, "version": "$Latest"},
    vpc_zone_identifiers=subnets,
)

# A function, a table and a database.
aws.lambda_.Function(
    "orders",
    name=f"{NAME}-orders",
    role=role("orders"),
    runtime="python3.13",
    handler="orders.handle",
    s3_bucket=f"{NAME}-code",
    s3_key="orders.zip",
    reserved_concurrent_executions=tep["concurrency"],
    logging_config={"log_format": "Text", "log_group": groups["orders"].name},
)
aws.dynamodb.Table(
    "carts",
    name=f"{NAME}-carts",
    billing_mode="PROVISIONED",
    hash_key="id",
    attributes=[{"name": "id", "type": "S"}],
    read_capacity=tep["table"]["read"],
    write_capacity=tep["table"]["write"],
)
aws.rds.Instance(
    "main",
    identifier=NAME,
    engine="postgres",
    instance_class=tep["database"]["class"],
    allocated_storage=20,
    max_allocated_storage=tep["database"]["storage"],
    multi_az=tep["database"]["multi_az"],
    enabled_cloudwatch_logs_exports=["postgresql"],
    username="shop",
    manage_master_user_password=True,
    skip_final_snapshot=True,
)
