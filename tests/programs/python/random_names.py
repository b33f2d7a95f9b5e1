"""Names that the package `random` draws, of resources that a CI/CD role may use."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service


class Drawn(pulumi.CustomResource):
    """A resource of `random` as its SDK has it; the SDK itself is not needed here."""

    id: pulumi.Output[str]
    hex: pulumi.Output[str]
    result: pulumi.Output[str]

    def __init__(self, kind: str, name: str, **inputs: object) -> None:
        token = f"random:index/random{kind}:Random{kind}"
        super().__init__(token, name, {**inputs, "hex": None, "result": None})


suffix = Drawn("Id", "random-names-suffix", byteLength=4)
pet = Drawn("Pet", "random-names-pet", length=2)
text = Drawn("String", "random-names-text", length=10, special=False, upper=False)
bucket = aws.s3.Bucket("random-names-data", bucket=pulumi.Output.concat("customer1-", suffix.hex))
queue = aws.sqs.Queue("random-names-jobs", name=pulumi.Output.concat("jobs-", pet.id))
table = aws.dynamodb.Table(
    "random-names-carts",
    name=pulumi.Output.concat("carts-", text.result),
    billing_mode="PAY_PER_REQUEST",
    hash_key="id",
    attributes=[{"name": "id", "type": "S"}],
)
role = aws.iam.Role("random-names-deploy", name="cicd-random-names", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "random-names-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow("s3:*", [bucket.arn, pulumi.Output.concat(bucket.arn, "/*")]),
            allow("sqs:*", queue.arn),
            allow("dynamodb:*", table.arn),
        )
    ),
)
