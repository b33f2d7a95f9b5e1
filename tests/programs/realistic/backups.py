"""Backups: a locked vault with its own key, a plan, and a selection by tag."""

import json

import pulumi
import pulumi_aws as aws

account = aws.get_caller_identity_output().account_id
key = aws.kms.Key(
    "backups",
    description="Backups at rest",
    enable_key_rotation=True,
    policy=account.apply(
        lambda number: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": f"arn:aws:iam::{number}:root"},
                        "Action": "kms:*",
                        "Resource": "*",
                    }
                ],
            }
        )
    ),
)
vault = aws.backup.Vault("daily", name="daily", kms_key_arn=key.arn)
aws.backup.VaultLockConfiguration("daily", backup_vault_name=vault.name, min_retention_days=7, max_retention_days=365)
aws.backup.VaultPolicy(
    "daily",
    backup_vault_name=vault.name,
    policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": ["backup:DeleteRecoveryPoint", "backup:PutBackupVaultAccessPolicy"],
                    "Resource": "*",
                }
            ],
        }
    ),
)
plan = aws.backup.Plan(
    "daily",
    name="daily",
    rules=[
        {
            "rule_name": "daily",
            "target_vault_name": vault.name,
            "schedule": "cron(0 3 * * ? *)",
            "start_window": 60,
            "completion_window": 360,
            "lifecycle": {"delete_after": 35},
        }
    ],
)
role = aws.iam.Role(
    "backups",
    assume_role_policy=account.apply(
        lambda number: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "backup.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                        "Condition": {"StringEquals": {"aws:SourceAccount": number}},
                    }
                ],
            }
        )
    ),
)
for name in ("AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"):
    aws.iam.RolePolicyAttachment(name, role=role.name, policy_arn=f"arn:aws:iam::aws:policy/service-role/{name}")
aws.backup.Selection(
    "tagged",
    name="tagged",
    plan_id=plan.id,
    iam_role_arn=role.arn,
    selection_tags=[{"type": "STRINGEQUALS", "key": "backup", "value": "daily"}],
)
