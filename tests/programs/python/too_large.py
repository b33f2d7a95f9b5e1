"""Fault: more tasks, and larger machines and disks, than the plan has; sizes come through outputs."""

import json

import pulumi
import pulumi_aws as aws
from iam_json import allow, document, service

size = aws.ssm.Parameter("too-large-size", type="String", value="c5.4xlarge")
aws.ec2.Instance("too-large-machine", ami="ami-0123456789abcdef0", instance_type=size.value)
cluster = aws.ecs.Cluster("too-large-main")
task = aws.ecs.TaskDefinition(
    "too-large-web", family="too-large", cpu="256", memory="512", container_definitions=json.dumps([])
)
web = aws.ecs.Service("too-large-web", cluster=cluster.arn, task_definition=task.arn, desired_count=2)
aws.appautoscaling.Target(
    "too-large-web",
    service_namespace="ecs",
    scalable_dimension="ecs:service:DesiredCount",
    resource_id=pulumi.Output.all(cluster.name, web.name).apply(lambda names: "service/" + "/".join(names)),
    min_capacity=1,
    max_capacity=30,
)
template = aws.ec2.LaunchTemplate("too-large-batch", image_id="ami-0123456789abcdef0", instance_type="t3.large")
group = aws.autoscaling.Group(
    "too-large-batch",
    min_size=0,
    max_size=40,
    launch_template={"id": template.id, "version": "$Latest"},
    availability_zones=["eu-central-1a"],
)
aws.ebs.Volume("too-large-disk", availability_zone="eu-central-1a", size=2000)
role = aws.iam.Role("too-large-deploy", name="cicd-too-large", assume_role_policy=service("ec2"))
aws.iam.RolePolicy(
    "too-large-deploy",
    role=role.id,
    policy=pulumi.Output.json_dumps(document(allow("autoscaling:*", group.arn), allow("ecs:*", web.id))),
)
