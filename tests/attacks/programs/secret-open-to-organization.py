"""Any tenant's principal reads the database password."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
secret = aws.secretsmanager.Secret("database", name="customer1-prod/database")
test = {"aws:PrincipalAccount": account} if sound else {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}
aws.secretsmanager.SecretPolicy(
    "database",
    secret_arn=secret.arn,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": "secretsmanager:GetSecretValue",
                    "Resource": "*",
                    "Condition": {"StringEquals": test},
                }
            ],
        }
    ),
)
