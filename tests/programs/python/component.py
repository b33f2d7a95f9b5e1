"""A component with children, used twice."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service


class Service(pulumi.ComponentResource):
    """A bucket, and a role that may use it and what else it is given."""

    def __init__(self, name: str, role_name: str, more: list[pulumi.Output[str]]) -> None:
        super().__init__("shop:index:Service", name)
        mine = pulumi.ResourceOptions(parent=self)
        self.bucket = aws.s3.Bucket(f"{name}-data", opts=mine)
        self.role = aws.iam.Role(f"{name}-role", name=role_name, assume_role_policy=service("ec2"), opts=mine)
        aws.iam.RolePolicy(
            f"{name}-role",
            role=self.role.id,
            policy=pulumi.Output.json_dumps(
                document(
                    allow("s3:*", [self.bucket.arn, self.bucket.arn.apply(lambda arn: f"{arn}/*")]),
                    *(allow("s3:GetObject", pulumi.Output.concat(arn, "/*")) for arn in more),
                )
            ),
            opts=mine,
        )
        self.register_outputs({"bucket": self.bucket.bucket})


first = Service("component-first", "cicd-component-first", [])
second = Service("component-second", "cicd-component-second", [first.bucket.arn])
