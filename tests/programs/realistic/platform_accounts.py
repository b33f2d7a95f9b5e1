"""The platform's own stack: providers of three accounts, central logs, and a role that reads them."""

import json

import pulumi
import pulumi_aws as aws

ORGANIZATION = "o-a1b2c3d4e5"
MASTER, LOGS, SHARED = "999999999999", "888888888888", "777777777777"
REGION = "eu-central-1"


def within(name, account):
    """The options of resources of an account."""
    provider = aws.Provider(
        name,
        region=REGION,
        allowed_account_ids=[account],
        assume_roles=[{"role_arn": f"arn:aws:iam::{account}:role/platform-deploy", "session_name": "platform"}],
    )
    return pulumi.ResourceOptions(provider=provider)


in_master, in_logs, in_shared = within("master", MASTER), within("logs", LOGS), within("shared", SHARED)

store = aws.s3.Bucket("central", bucket="acme-central-logs-eu-central-1", opts=in_logs)
aws.s3.BucketVersioning("central", bucket=store.id, versioning_configuration={"status": "Enabled"}, opts=in_logs)
aws.s3.BucketPolicy(
    "central",
    bucket=store.id,
    policy=store.arn.apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "delivery.logs.amazonaws.com"},
                        "Action": "s3:PutObject",
                        "Resource": f"{arn}/*",
                        "Condition": {"StringEquals": {"aws:SourceOrgID": ORGANIZATION}},
                    }
                ],
            }
        )
    ),
    opts=in_logs,
)
reader = aws.iam.Role(
    "auditor",
    name="platform-auditor",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{MASTER}:role/platform-admin"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
                }
            ],
        }
    ),
    opts=in_logs,
)
aws.iam.RolePolicy(
    "auditor",
    role=reader.id,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetObject", "s3:ListBucket"],
                    "Resource": [store.arn, pulumi.Output.concat(store.arn, "/*")],
                }
            ],
        }
    ),
    opts=in_logs,
)
zone = aws.route53.Zone("app", name="app.example.com", opts=in_master)
aws.route53.Record(
    "caa",
    zone_id=zone.id,
    name="app.example.com",
    type="CAA",
    ttl=3600,
    records=['0 issue "amazon.com"'],
    opts=in_master,
)
images = aws.ecr.Repository("base", name="base", image_tag_mutability="IMMUTABLE", opts=in_shared)
aws.ecr.LifecyclePolicy(
    "base",
    repository=images.name,
    policy=json.dumps(
        {
            "rules": [
                {
                    "rulePriority": 1,
                    "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 20},
                    "action": {"type": "expire"},
                }
            ]
        }
    ),
    opts=in_shared,
)
pulumi.export("zone", zone.id)
