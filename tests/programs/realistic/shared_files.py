"""A file system for the web servers, reached over TLS by one role, with an access point and backups."""

import json

import pulumi
import pulumi_aws as aws

web = aws.iam.Role(
    "web",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    ),
)
files = aws.efs.FileSystem("files", encrypted=True, throughput_mode="elastic", tags={"Name": "files"})
aws.efs.BackupPolicy("files", file_system_id=files.id, backup_policy={"status": "ENABLED"})
access = aws.ec2.SecurityGroup(
    "files",
    vpc_id="vpc-0a1b2c3d4e5f60718",
    ingress=[{"protocol": "tcp", "from_port": 2049, "to_port": 2049, "cidr_blocks": ["10.20.0.0/16"]}],
)
for i, subnet in enumerate(["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5a60718"]):
    aws.efs.MountTarget(f"files-{i}", file_system_id=files.id, subnet_id=subnet, security_groups=[access.id])
point = aws.efs.AccessPoint(
    "uploads",
    file_system_id=files.id,
    posix_user={"uid": 1000, "gid": 1000},
    root_directory={
        "path": "/uploads",
        "creation_info": {"owner_uid": 1000, "owner_gid": 1000, "permissions": "750"},
    },
)
aws.efs.FileSystemPolicy(
    "files",
    file_system_id=files.id,
    policy=pulumi.Output.all(files.arn, web.arn, point.arn).apply(
        lambda arns: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": arns[1]},
                        "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
                        "Resource": arns[0],
                        "Condition": {"StringEquals": {"elasticfilesystem:AccessPointArn": arns[2]}},
                    },
                    {
                        "Effect": "Deny",
                        "Principal": {"AWS": "*"},
                        "Action": "*",
                        "Resource": arns[0],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    },
                ],
            }
        )
    ),
)
