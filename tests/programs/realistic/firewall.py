"""A web firewall before a load balancer, with rate limits, and its log in the central bucket."""

import pulumi
import pulumi_aws as aws

balancer = aws.lb.LoadBalancer(
    "web",
    subnets=["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5a60718"],
    access_logs={"bucket": "acme-central-logs-eu-central-1", "enabled": True},
    drop_invalid_header_fields=True,
)


def seen(name):
    return {"cloudwatch_metrics_enabled": True, "metric_name": name, "sampled_requests_enabled": True}


firewall = aws.wafv2.WebAcl(
    "web",
    scope="REGIONAL",
    default_action={"allow": {}},
    visibility_config=seen("web"),
    rules=[
        {
            "name": "common",
            "priority": 1,
            "override_action": {"none": {}},
            "statement": {
                "managed_rule_group_statement": {"name": "AWSManagedRulesCommonRuleSet", "vendor_name": "AWS"}
            },
            "visibility_config": seen("common"),
        },
        {
            "name": "rate",
            "priority": 2,
            "action": {"block": {}},
            "statement": {"rate_based_statement": {"limit": 2000, "aggregate_key_type": "IP"}},
            "visibility_config": seen("rate"),
        },
    ],
)
aws.wafv2.WebAclAssociation("web", resource_arn=balancer.arn, web_acl_arn=firewall.arn)
zone = aws.route53.Zone("inner", name="shop.internal", vpcs=[{"vpc_id": "vpc-0a1b2c3d4e5f60718"}])
aws.route53.Record(
    "web",
    zone_id=zone.id,
    name="web.shop.internal",
    type="A",
    aliases=[{"name": balancer.dns_name, "zone_id": balancer.zone_id, "evaluate_target_health": True}],
)
pulumi.export("firewall", firewall.arn)
