"""`get_policy_document` for what is known and `get_policy_document_output` for what is not."""

import pulumi
import pulumi_aws as aws

trust = aws.iam.get_policy_document(
    statements=[
        {
            "actions": ["sts:AssumeRole"],
            "principals": [{"type": "Service", "identifiers": ["ecs-tasks.amazonaws.com"]}],
        }
    ]
)
events = aws.kinesis.Stream("policy-documents-events", shard_count=1)
state = aws.s3.Bucket("policy-documents-state")
reader = aws.iam.Role("policy-documents-reader", assume_role_policy=trust.json)
rights = aws.iam.get_policy_document_output(
    statements=[
        {"sid": "Read", "actions": ["kinesis:Get*", "kinesis:DescribeStream"], "resources": [events.arn]},
        {
            "actions": ["s3:ListBucket"],
            "resources": [state.arn],
            "conditions": [{"test": "StringLike", "variable": "s3:prefix", "values": [events.name, "shared/*"]}],
        },
        aws.iam.GetPolicyDocumentStatementArgs(
            effect="Deny",
            actions=["s3:DeleteObject"],
            not_resources=[pulumi.Output.concat(state.arn, "/tmp/*")],
        ),
    ]
)
aws.iam.RolePolicy("policy-documents-reader", role=reader.name, policy=rights.json)
deploy = aws.iam.Role(
    "policy-documents-deploy",
    name="cicd-policy-documents",
    assume_role_policy=aws.iam.get_policy_document_output(
        statements=[
            {"actions": ["sts:AssumeRole"], "principals": [{"type": "AWS", "identifiers": [reader.arn]}]},
        ]
    ).json,
)
aws.iam.RolePolicy("policy-documents-deploy", role=deploy.name, policy=rights.json)
