"""Monitoring: alarms on a topic that people subscribe to, a metric filter, a dashboard."""

import json

import pulumi
import pulumi_aws as aws

CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"

account = aws.get_caller_identity_output().account_id
topic = aws.sns.Topic("alarms", kms_master_key_id="alias/aws/sns")
aws.sns.TopicPolicy(
    "alarms",
    arn=topic.arn,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "cloudwatch.amazonaws.com"},
                    "Action": "sns:Publish",
                    "Resource": topic.arn,
                    "Condition": {"StringEquals": {"aws:SourceAccount": account}},
                }
            ],
        }
    ),
)
aws.sns.TopicSubscription("operations", topic=topic.arn, protocol="email", endpoint="operations@acme.example")
group = aws.cloudwatch.LogGroup("web", name="/shop/web", retention_in_days=30)
aws.cloudwatch.LogSubscriptionFilter("web", log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
errors = aws.cloudwatch.LogMetricFilter(
    "errors",
    log_group_name=group.name,
    pattern='{ $.level = "error" }',
    metric_transformation={"name": "Errors", "namespace": "Shop", "value": "1", "default_value": "0"},
)
alarms = {
    "errors": {"metric_name": "Errors", "namespace": "Shop", "threshold": 5, "statistic": "Sum"},
    "latency": {
        "metric_name": "TargetResponseTime",
        "namespace": "AWS/ApplicationELB",
        "threshold": 2,
        "statistic": "Average",
    },
}
for name, settings in alarms.items():
    aws.cloudwatch.MetricAlarm(
        name,
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=2,
        period=60,
        alarm_actions=[topic.arn],
        ok_actions=[topic.arn],
        **settings,
    )
aws.cloudwatch.Dashboard(
    "shop",
    dashboard_name="shop",
    dashboard_body=json.dumps(
        {
            "widgets": [
                {
                    "type": "metric",
                    "width": 12,
                    "height": 6,
                    "properties": {"metrics": [["Shop", "Errors"]], "region": "eu-central-1", "title": "Errors"},
                }
            ]
        }
    ),
)
aws.budgets.Budget(
    "monthly",
    budget_type="COST",
    limit_amount="500",
    limit_unit="USD",
    time_unit="MONTHLY",
    notifications=[
        {
            "comparison_operator": "GREATER_THAN",
            "threshold": 80,
            "threshold_type": "PERCENTAGE",
            "notification_type": "FORECASTED",
            "subscriber_email_addresses": ["operations@acme.example"],
        }
    ],
)
pulumi.export("topic", topic.arn)
