"""The newest image, and a role that may start instances of it alone."""

import pulumi
import pulumi_aws as aws
from iam_json import REGION, allow, document, service

image = aws.ec2.get_ami(
    most_recent=True, owners=["amazon"], filters=[{"name": "name", "values": ["al2023-ami-2023*-x86_64"]}]
)
by_parameter = aws.ssm.get_parameter_output(
    name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
)
template = aws.ec2.LaunchTemplate("images-worker", image_id=image.id, instance_type="t3.micro")
role = aws.iam.Role("images-deploy", name="cicd-images", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "images-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow("ec2:RunInstances", [image.arn, pulumi.Output.concat(f"arn:aws:ec2:{REGION}::image/", image.id)]),
            allow("ec2:RunInstances", template.arn),
        )
    ),
)
