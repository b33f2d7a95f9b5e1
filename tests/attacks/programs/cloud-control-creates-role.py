"""Cloud Control takes the role as a JSON text, in which no rule looks for a trust."""

import json

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")


def trust(principal):
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
    }


if sound:
    aws.iam.Role("worker", name="app-worker", assume_role_policy=json.dumps(trust({"Service": "ec2.amazonaws.com"})))
else:
    aws.cloudcontrol.Resource(
        "door",
        type_name="AWS::IAM::Role",
        desired_state=json.dumps(
            {
                "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"],
                "AssumeRolePolicyDocument": trust({"AWS": "444444444444"}),
            }
        ),
    )
