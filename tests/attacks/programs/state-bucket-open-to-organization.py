"""Every principal of every tenant's account reads the state of all stacks."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

admin = aws.iam.Role(
    "platform-admin",
    name="platform-admin",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": "arn:aws:iam::999999999999:saml-provider/staff"},
                    "Action": "sts:AssumeRoleWithSAML",
                    "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
                }
            ],
        }
    ),
)
state = aws.s3.Bucket("state", bucket="acme-state")
statement = {
    "Effect": "Allow",
    "Action": ["s3:GetObject", "s3:ListBucket"],
    "Resource": [state.arn, pulumi.Output.concat(state.arn, "/*")],
}
if sound:
    statement["Principal"] = {"AWS": admin.arn}
else:
    statement["Principal"] = "*"
    statement["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
aws.s3.BucketPolicy(
    "state",
    bucket=state.id,
    policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]}),
    opts=pulumi.ResourceOptions(depends_on=[admin]),
)
