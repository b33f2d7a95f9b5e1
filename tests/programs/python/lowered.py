"""Names in lower case, with other separators, and cut to what a service takes."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

topic = aws.sns.Topic("lowered-Events")
slug = topic.name.apply(lambda name: name.lower().replace("_", "-")[:32])
files = aws.s3.Bucket("lowered-files", bucket=pulumi.Output.concat("customer1-", slug))
short = topic.name.apply(lambda name: name[:18])
target = aws.lb.TargetGroup(
    "lowered-web", name=short, port=80, protocol="HTTP", target_type="ip", vpc_id="vpc-0a1b2c3d"
)
role = aws.iam.Role("lowered-deploy", name="cicd-lowered", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "lowered-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow("s3:*", [files.arn, files.arn.apply(lambda arn: f"{arn}/*".replace("//", "/"))]),
            allow("elasticloadbalancing:*", target.arn),
            allow("sns:Publish", topic.arn.apply(lambda arn: arn.replace("Events", "*"))),
        )
    ),
)
