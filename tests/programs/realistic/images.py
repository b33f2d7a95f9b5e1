"""Image repositories that are scanned and tidied, which the tenant's tasks alone may pull from."""

import json

import pulumi
import pulumi_aws as aws

LIFECYCLE = json.dumps(
    {
        "rules": [
            {
                "rulePriority": 1,
                "description": "keep thirty images",
                "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 30},
                "action": {"type": "expire"},
            }
        ]
    }
)
puller = aws.iam.Role(
    "puller",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    ),
)
repositories = {}
for name in ("web", "worker", "migrations"):
    repository = aws.ecr.Repository(
        name,
        name=f"shop/{name}",
        image_tag_mutability="IMMUTABLE",
        image_scanning_configuration={"scan_on_push": True},
        encryption_configurations=[{"encryption_type": "AES256"}],
    )
    aws.ecr.LifecyclePolicy(name, repository=repository.name, policy=LIFECYCLE)
    aws.ecr.RepositoryPolicy(
        name,
        repository=repository.name,
        policy=puller.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"AWS": arn},
                            "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                        }
                    ],
                }
            )
        ),
    )
    repositories[name] = repository
aws.iam.RolePolicy(
    "puller",
    role=puller.id,
    policy=pulumi.Output.all(*(repository.arn for repository in repositories.values())).apply(
        lambda arns: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
                    {
                        "Effect": "Allow",
                        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                        "Resource": arns,
                    },
                ],
            }
        )
    ),
)
pulumi.export("urls", {name: repository.repository_url for name, repository in repositories.items()})
