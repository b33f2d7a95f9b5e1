"""A search domain in the tenant's network, for one role, with its slow logs."""

import json

import pulumi
import pulumi_aws as aws

CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"

account = aws.get_caller_identity_output().account_id
indexer = aws.iam.Role(
    "indexer",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    ),
)
group = aws.cloudwatch.LogGroup("search", name="/aws/opensearch/products", retention_in_days=14)
aws.cloudwatch.LogSubscriptionFilter("search", log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
writing = aws.cloudwatch.LogResourcePolicy(
    "search",
    policy_name="search",
    policy_document=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "es.amazonaws.com"},
                    "Action": ["logs:PutLogEvents", "logs:CreateLogStream"],
                    "Resource": pulumi.Output.concat(group.arn, ":*"),
                    "Condition": {"StringEquals": {"aws:SourceAccount": account}},
                }
            ],
        }
    ),
)
domain = aws.opensearch.Domain(
    "products",
    domain_name="products",
    engine_version="OpenSearch_2.13",
    cluster_config={"instance_type": "t3.small.search", "instance_count": 2, "zone_awareness_enabled": True},
    ebs_options={"ebs_enabled": True, "volume_size": 20, "volume_type": "gp3"},
    vpc_options={
        "subnet_ids": ["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5a60718"],
        "security_group_ids": ["sg-0a1b2c3d4e5f60718"],
    },
    encrypt_at_rest={"enabled": True},
    node_to_node_encryption={"enabled": True},
    domain_endpoint_options={"enforce_https": True, "tls_security_policy": "Policy-Min-TLS-1-2-2019-07"},
    log_publishing_options=[{"log_type": "SEARCH_SLOW_LOGS", "cloudwatch_log_group_arn": group.arn}],
    opts=pulumi.ResourceOptions(depends_on=[writing]),
)
aws.opensearch.DomainPolicy(
    "products",
    domain_name=domain.domain_name,
    access_policies=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": indexer.arn},
                    "Action": "es:ESHttp*",
                    "Resource": pulumi.Output.concat(domain.arn, "/*"),
                }
            ],
        }
    ),
)
pulumi.export("endpoint", domain.endpoint)
