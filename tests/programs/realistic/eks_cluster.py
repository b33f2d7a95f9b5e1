"""A Kubernetes cluster with a node group, its log types, and a role for one service account."""

import json

import pulumi
import pulumi_aws as aws

CENTRAL = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"
SUBNETS = ["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5a60718"]


def service_role(name, service, policies):
    role = aws.iam.Role(
        name,
        assume_role_policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
            }
        ),
    )
    for policy in policies:
        aws.iam.RolePolicyAttachment(
            f"{name}-{policy.lower()}", role=role.name, policy_arn=f"arn:aws:iam::aws:policy/{policy}"
        )
    return role


control = service_role("control", "eks.amazonaws.com", ["AmazonEKSClusterPolicy"])
nodes = service_role(
    "nodes",
    "ec2.amazonaws.com",
    ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"],
)
logs = aws.cloudwatch.LogGroup("cluster", name="/aws/eks/shop/cluster", retention_in_days=30)
aws.cloudwatch.LogSubscriptionFilter("cluster", log_group=logs.name, filter_pattern="", destination_arn=CENTRAL)
cluster = aws.eks.Cluster(
    "shop",
    name="shop",
    role_arn=control.arn,
    vpc_config={"subnet_ids": SUBNETS, "endpoint_private_access": True, "endpoint_public_access": False},
    enabled_cluster_log_types=["api", "audit", "authenticator"],
    opts=pulumi.ResourceOptions(depends_on=[logs]),
)
aws.eks.NodeGroup(
    "shop",
    cluster_name=cluster.name,
    node_role_arn=nodes.arn,
    subnet_ids=SUBNETS,
    instance_types=["t3.large"],
    disk_size=40,
    scaling_config={"desired_size": 2, "min_size": 1, "max_size": 3},
)
issuer = cluster.identities[0].oidcs[0].issuer
provider = aws.iam.OpenIdConnectProvider("cluster", url=issuer, client_id_lists=["sts.amazonaws.com"])
uploads = aws.s3.Bucket("uploads")
pod = aws.iam.Role(
    "uploader",
    assume_role_policy=pulumi.Output.all(provider.arn, issuer).apply(
        lambda made: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Federated": made[0]},
                        "Action": "sts:AssumeRoleWithWebIdentity",
                        "Condition": {
                            "StringEquals": {
                                f"{made[1].removeprefix('https://')}:sub": "system:serviceaccount:shop:uploader",
                                f"{made[1].removeprefix('https://')}:aud": "sts.amazonaws.com",
                            }
                        },
                    }
                ],
            }
        )
    ),
)
aws.iam.RolePolicy(
    "uploader",
    role=pod.id,
    policy=uploads.arn.apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{arn}/*"}],
            }
        )
    ),
)
pulumi.export("cluster", cluster.name)
