"""Fault: the Deny is not made before the Allow, and a second one does not fit at all."""

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

own = aws.ssm.Parameter("late-deny-own", type="String", value="{}")
role = aws.iam.Role("late-deny-deploy", name="cicd-late-deny", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "late-deny-allow",
    role=role.id,
    policy=pulumi.Output.json_dumps(document(allow("ssm:*", [own.arn, "arn:aws:ssm:*:*:parameter/*"]))),
)
aws.iam.RolePolicy(
    "late-deny-deny",
    role=role.id,
    policy=pulumi.Output.json_dumps(
        document({"Effect": "Deny", "Action": "ssm:*", "NotResource": [own.arn, pulumi.Output.concat(own.arn, "/*")]})
    ),
)
other = aws.iam.Role("late-deny-tagged", name="cicd-late-deny-tagged", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "late-deny-tagged",
    role=other.id,
    policy=pulumi.Output.json_dumps(
        document(
            allow("secretsmanager:GetSecretValue", "*"),
            {
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:ResourceTag/owner": role.unique_id}},
            },
        )
    ),
)
