"""What a deployment from GitHub may do: a role for one environment of one repository, within a boundary."""

import json

import pulumi
import pulumi_aws as aws

HOST = "token.actions.githubusercontent.com"
account = aws.get_caller_identity_output().account_id
github = aws.iam.OpenIdConnectProvider("github", url=f"https://{HOST}", client_id_lists=["sts.amazonaws.com"])
images = aws.ecr.Repository(
    "shop",
    name="shop",
    image_tag_mutability="IMMUTABLE",
    image_scanning_configuration={"scan_on_push": True},
)
service = pulumi.Output.concat("arn:aws:ecs:eu-central-1:", account, ":service/main/web")
permissions = pulumi.Output.json_dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
            {
                "Effect": "Allow",
                "Action": [
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:CompleteLayerUpload",
                    "ecr:InitiateLayerUpload",
                    "ecr:PutImage",
                    "ecr:UploadLayerPart",
                ],
                "Resource": images.arn,
            },
            {"Effect": "Allow", "Action": ["ecs:DescribeServices", "ecs:UpdateService"], "Resource": service},
        ],
    }
)
boundary = aws.iam.Policy("cicd-boundary", name="cicd-boundary", policy=permissions)
deploy = aws.iam.Role(
    "cicd-deploy",
    name="cicd-deploy",
    max_session_duration=3600,
    permissions_boundary=boundary.arn,
    assume_role_policy=github.arn.apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Federated": arn},
                        "Action": "sts:AssumeRoleWithWebIdentity",
                        "Condition": {
                            "StringEquals": {
                                f"{HOST}:aud": "sts.amazonaws.com",
                                f"{HOST}:sub": f"repo:acme/shop:environment:{pulumi.get_stack()}",
                            }
                        },
                    }
                ],
            }
        )
    ),
)
aws.iam.RolePolicy("cicd-deploy", role=deploy.id, policy=permissions)
pulumi.export("role", deploy.arn)
