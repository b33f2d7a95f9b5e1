"""Conditions on tags whose values are new."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

owner = aws.iam.Role("tags-owner", assume_role_policy=service("ec2"))
volume = aws.ebs.Volume("tags-data", availability_zone="eu-central-1a", size=10, tags={"owner": owner.unique_id})
role = aws.iam.Role("tags-deploy", name="cicd-tags", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "tags-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow("ec2:*", "*", {"StringEquals": {"aws:ResourceTag/owner": owner.unique_id}}),
            allow("ec2:AttachVolume", volume.arn),
            allow("ec2:CreateTags", "*", {"StringLike": {"aws:RequestTag/owner": [owner.name, owner.arn]}}),
        )
    ),
)
