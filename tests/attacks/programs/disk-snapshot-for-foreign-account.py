"""A foreign account makes a volume of the snapshot and reads the disk."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
snapshot = aws.ebs.Snapshot("data", volume_id="vol-0a1b2c3d4e5f60718", description="Before the upgrade")
aws.ec2.SnapshotCreateVolumePermission("data", snapshot_id=snapshot.id, account_id=account if sound else "444444444444")
