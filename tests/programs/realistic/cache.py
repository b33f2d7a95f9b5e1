"""A Redis cache for sessions, with a password from a secret and encryption on the way and at rest."""

import pulumi
import pulumi_aws as aws

CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"

subnets = aws.elasticache.SubnetGroup("sessions", subnet_ids=["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5a60718"])
access = aws.ec2.SecurityGroup(
    "sessions",
    vpc_id="vpc-0a1b2c3d4e5f60718",
    ingress=[{"protocol": "tcp", "from_port": 6379, "to_port": 6379, "cidr_blocks": ["10.20.0.0/16"]}],
)
password = aws.secretsmanager.get_random_password_output(password_length=40, exclude_punctuation=True)
secret = aws.secretsmanager.Secret("sessions", description="Password of the session cache")
aws.secretsmanager.SecretVersion("sessions", secret_id=secret.id, secret_string=password.random_password)
slow = aws.cloudwatch.LogGroup("sessions", name="/shop/sessions/slow", retention_in_days=14)
aws.cloudwatch.LogSubscriptionFilter("sessions", log_group=slow.name, filter_pattern="", destination_arn=CENTRAL)
cache = aws.elasticache.ReplicationGroup(
    "sessions",
    description="Sessions of the shop",
    engine="redis",
    engine_version="7.1",
    node_type="cache.t4g.small",
    num_cache_clusters=2,
    automatic_failover_enabled=True,
    at_rest_encryption_enabled=True,
    transit_encryption_enabled=True,
    auth_token=password.random_password,
    subnet_group_name=subnets.name,
    security_group_ids=[access.id],
    log_delivery_configurations=[
        {
            "destination": slow.name,
            "destination_type": "cloudwatch-logs",
            "log_format": "json",
            "log_type": "slow-log",
        }
    ],
)
pulumi.export("endpoint", cache.primary_endpoint_address)
