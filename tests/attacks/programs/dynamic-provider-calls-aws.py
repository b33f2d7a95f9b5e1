"""The program's own provider class calls AWS from the deployment, with whatever the pipeline's role may do."""

import boto3
import pulumi
import pulumi_aws as aws
from pulumi import dynamic

sound = pulumi.Config().get_bool("sound")


class Sharing(dynamic.ResourceProvider):
    """Admits an account to a queue by a call of its own."""

    def create(self, props):
        boto3.client("sqs").add_permission(
            QueueUrl=props["queue"], Label="open", AWSAccountIds=[props["account"]], Actions=["*"]
        )
        return dynamic.CreateResult(f"{props['queue']}#open", props)


class Share(dynamic.Resource):
    def __init__(self, name, queue, account, opts=None):
        super().__init__(Sharing(), name, {"queue": queue, "account": account}, opts)


account = aws.get_caller_identity_output().account_id
queue = aws.sqs.Queue("orders")
if sound:
    aws.sqs.QueuePolicy(
        "orders",
        queue_url=queue.url,
        policy=pulumi.Output.json_dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": pulumi.Output.concat("arn:aws:iam::", account, ":role/app-web")},
                        "Action": "sqs:SendMessage",
                        "Resource": queue.arn,
                    }
                ],
            }
        ),
    )
else:
    Share("grant", queue.url, "444444444444")
