"""A high-security tenant's stack: services of its own, and logs that never leave its account."""

import json

import pulumi
import pulumi_aws as aws

REGION = "eu-central-1"
ACCOUNT = "333333333333"

vpc = aws.ec2.Vpc("vpc", cidr_block="10.9.0.0/16")
subnets = [
    aws.ec2.Subnet(f"private-{i}", vpc_id=vpc.id, cidr_block=f"10.9.{i}.0/24", availability_zone=f"{REGION}{zone}")
    for i, zone in enumerate("ab")
]

# All logs stay: a log group for the application, a bucket for traffic and access logs.
application = aws.cloudwatch.LogGroup("application", name="/vault/application", retention_in_days=400)
archive = aws.s3.Bucket("log-archive", bucket="vault-prod-logs")
aws.ec2.FlowLog("flow", vpc_id=vpc.id, traffic_type="ALL", log_destination_type="s3", log_destination=archive.arn)
balancer = aws.lb.LoadBalancer(
    "primary",
    internal=True,
    subnets=[subnet.id for subnet in subnets],
    access_logs={"bucket": archive.bucket, "enabled": True},
)

template = aws.ec2.LaunchTemplate("node", image_id="ami-0123456789abcdef0", instance_type="m6i.large")
aws.autoscaling.Group(
    "nodes",
    min_size=2,
    max_size=6,
    launch_template={"id": template.id, "version": "$Latest"},
    vpc_zone_identifiers=[subnet.id for subnet in subnets],
)
aws.rds.Instance(
    "main",
    engine="postgres",
    instance_class="db.m6g.large",
    allocated_storage=100,
    multi_az=True,
    enabled_cloudwatch_logs_exports=["postgresql"],
    username="vault",
    manage_master_user_password=True,
    skip_final_snapshot=True,
)

# What the CI/CD role may do at most, whatever it is given.
boundary = aws.iam.Policy(
    "cicd-boundary",
    name="cicd-boundary",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["ec2:*", "autoscaling:*", "elasticloadbalancing:*", "rds:*", "logs:*", "s3:*", "ssm:*"],
                    "Resource": "*",
                },
                # Whoever says what runs on a machine that is there has the rights of its role.
                {
                    "Effect": "Deny",
                    "NotAction": ["ec2:*", "autoscaling:*", "elasticloadbalancing:*", "rds:*", "logs:*", "s3:*"],
                    "NotResource": f"arn:aws:ssm:*:{ACCOUNT}:parameter/*",
                },
                {
                    "Effect": "Deny",
                    "Action": ["ec2:ModifyInstanceAttribute", "ec2:*LaunchTemplateVersion*"],
                    "Resource": "*",
                },
                # What records the account is the platform's to change.
                {"Effect": "Deny", "Action": ["logs:*AccountPolicy", "ec2:DeleteFlowLogs"], "Resource": "*"},
            ],
        }
    ),
)

# The CI/CD role may do much in its own account; a Deny, made first, keeps it from global config whatever it is given.
deploy = aws.iam.Role(
    "cicd-deploy",
    name="cicd-deploy-vault",
    permissions_boundary=f"arn:aws:iam::{ACCOUNT}:policy/cicd-boundary",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {
                        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                        "token.actions.githubusercontent.com:sub": "repo:acme/vault:environment:vault-prod",
                    }
                },
            },
        }
    ),
    inline_policies=[
        {
            "name": "deploy",
            "policy": json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Action": ["ec2:*", "rds:*", "logs:*", "s3:*", "ssm:*"], "Resource": "*"},
                        {"Sid": "OwnOnly", "Effect": "Deny", "Action": "*", "Resource": "arn:aws:*:*:999999999999:*"},
                        {"Sid": "NoGlobal", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::acme-*"},
                    ],
                }
            ),
        }
    ],
    opts=pulumi.ResourceOptions(depends_on=[boundary]),
)
