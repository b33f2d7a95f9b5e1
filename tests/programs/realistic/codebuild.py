"""A build project with a role of its own, for one repository, that writes artifacts and logs."""

import pulumi
import pulumi_aws as aws

CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"

account = aws.get_caller_identity_output().account_id
artifacts = aws.s3.Bucket("artifacts")
group = aws.cloudwatch.LogGroup("build", name="/shop/build", retention_in_days=30)
aws.cloudwatch.LogSubscriptionFilter("build", log_group=group.name, filter_pattern="", destination_arn=CENTRAL)
documents = [
    {"actions": ["s3:GetObject", "s3:PutObject"], "resources": [pulumi.Output.concat(artifacts.arn, "/*")]},
    {
        "actions": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "resources": [pulumi.Output.concat(group.arn, ":*")],
    },
]
permissions = aws.iam.get_policy_document_output(statements=documents).json
boundary = aws.iam.Policy("cicd-boundary", policy=permissions)
role = aws.iam.Role(
    "cicd-build",
    name="cicd-build",
    permissions_boundary=boundary.arn,
    assume_role_policy=aws.iam.get_policy_document_output(
        statements=[
            {
                "actions": ["sts:AssumeRole"],
                "principals": [{"type": "Service", "identifiers": ["codebuild.amazonaws.com"]}],
                "conditions": [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": [account]}],
            }
        ]
    ).json,
)
policy = aws.iam.Policy("build", policy=permissions)
aws.iam.RolePolicyAttachment("build", role=role.name, policy_arn=policy.arn)
project = aws.codebuild.Project(
    "shop",
    name="shop",
    service_role=role.arn,
    artifacts={"type": "S3", "location": artifacts.bucket, "packaging": "ZIP"},
    environment={
        "compute_type": "BUILD_GENERAL1_SMALL",
        "image": "aws/codebuild/amazonlinux2-x86_64-standard:5.0",
        "type": "LINUX_CONTAINER",
    },
    source={"type": "GITHUB", "location": "https://github.com/acme/shop.git", "git_clone_depth": 1},
    logs_config={"cloudwatch_logs": {"group_name": group.name, "status": "ENABLED"}},
)
pulumi.export("project", project.name)
