"""The provider is in the right region, but the resource's own region property moves it elsewhere."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

queue = aws.sqs.Queue("orders")
aws.ssm.Parameter(
    "orders",
    name="/customer1-prod/orders",
    type="String",
    value=queue.url,
    region="eu-central-1" if sound else "us-east-1",
)
