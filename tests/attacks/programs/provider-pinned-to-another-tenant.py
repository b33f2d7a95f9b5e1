"""Part of the stack is created in another tenant's account."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

ACCOUNTS = {"customer1-prod": "111111111111", "customer2-prod": "222222222222"}
tenant = pulumi.get_stack() if sound else "customer2-prod"
target = aws.Provider("target", region="eu-central-1", allowed_account_ids=[ACCOUNTS[tenant]])
queue = aws.sqs.Queue("orders", opts=pulumi.ResourceOptions(provider=target))
pulumi.export("queue", queue.url)
