"""GitHub's tokens for one repository and environment, and what its job may do."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document

issuer = aws.iam.OpenIdConnectProvider(
    "github-issuer", url="https://token.actions.githubusercontent.com", client_id_lists=["sts.amazonaws.com"]
)
host = issuer.url.apply(lambda url: url.removeprefix("https://"))
images = aws.ecr.Repository("github-images")
role = aws.iam.Role(
    "github-release",
    assume_role_policy=pulumi.Output.all(issuer.arn, host).apply(
        lambda made: pulumi.Output.json_dumps(
            document(
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": made[0]},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Condition": {
                        "StringEquals": {
                            f"{made[1]}:aud": "sts.amazonaws.com",
                            f"{made[1]}:sub": "repo:acme/shop:environment:prod",
                        }
                    },
                }
            )
        )
    ),
)
aws.iam.RolePolicy(
    "github-release",
    role=role.name,
    policy=pulumi.Output.json_dumps(
        document(
            allow("ecr:GetAuthorizationToken", "*"),
            allow(["ecr:BatchCheckLayerAvailability", "ecr:PutImage", "ecr:UploadLayerPart"], images.arn),
        )
    ),
)
aws.ecr.RepositoryPolicy(
    "github-images",
    repository=images.name,
    policy=pulumi.Output.json_dumps(
        document({"Effect": "Allow", "Principal": {"AWS": role.arn}, "Action": ["ecr:BatchGetImage"]})
    ),
)
