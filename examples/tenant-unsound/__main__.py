"""The sound tenant's stack with faults planted; above each stands what it breaks: `# Fault: RULE RESOURCE`.

`# Undetermined: …` is what a plain preview can't know of it yet.
"""

import json
import runpy
from pathlib import Path

import pulumi
import pulumi_aws as aws

sound = runpy.run_path(str(Path(__file__).parent.parent / "tenant" / "__main__.py"))
REGION, CENTRAL = sound["REGION"], sound["CENTRAL_DESTINATION"]
subnet_ids = [subnet.id for subnet in sound["subnets"]]


def allow(actions: str, resources: str, effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Action": actions, "Resource": resources}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trusts(kind: str, who: str) -> str:
    statement = {"Effect": "Allow", "Principal": {kind: who}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def ci_role(name: str, **more: object) -> aws.iam.Role:
    return aws.iam.Role(name, name=name, assume_role_policy=trusts("AWS", "arn:aws:iam::111111111111:root"), **more)


# --- CI/CD roles that reach global config ---

# Fault: cicd-boundary-missing cicd-admin
# Fault: cicd-rewrites-itself cicd-admin
# Fault: cicd-takes-over-roles cicd-admin
# Fault: logs-can-be-cut cicd-admin
# Fault: cicd-reaches-global-config admin
aws.iam.RolePolicy("admin", role=ci_role("cicd-admin").id, policy=allow("*", "*"))

# A role by another name is CI/CD, too, if a CI's tokens open it.
# Fault: cicd-boundary-missing release
# Fault: cicd-rewrites-itself release
# Fault: cicd-takes-over-roles release
# Fault: logs-can-be-cut release
# Fault: cicd-trust-too-wide release
release = aws.iam.Role(
    "release",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {
                    "Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
                },
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
                    "StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme/*"},
                },
            },
        }
    ),
)
# Fault: cicd-reaches-global-config release-admin
aws.iam.RolePolicyAttachment(
    "release-admin", role=release.name, policy_arn="arn:aws:iam::aws:policy/AdministratorAccess"
)

# Neither the role nor the policy is known by its ARN before it exists.
state = aws.iam.Policy("read-state", policy=allow("s3:Get*", "arn:aws:s3:::acme-pulumi-*/*"))
# Fault: cicd-boundary-missing cicd-state
# Undetermined: cicd-rewrites-itself cicd-state
# Undetermined: cicd-takes-over-roles cicd-state
# Undetermined: logs-can-be-cut cicd-state
# Fault: cicd-reaches-global-config read-state-for-ci
aws.iam.RolePolicyAttachment("read-state-for-ci", role=ci_role("cicd-state").name, policy_arn=state.arn)

# Fault: cicd-boundary-missing cicd-keys
# Fault: cicd-reaches-global-config cicd-keys
# Fault: foreign-tenant-referenced cicd-keys
ci_role("cicd-keys", inline_policies=[{"name": "decrypt", "policy": allow("kms:Decrypt", "arn:aws:kms:*:*:key/*")}])

# The Deny is not made before the Allow, so for a while the role has it.
# Fault: cicd-boundary-missing cicd-window
window = ci_role("cicd-window")
# Fault: cicd-reaches-global-config too-early
aws.iam.RolePolicy("too-early", role=window.name, policy=allow("ssm:PutParameter", "arn:aws:ssm:*:*:parameter/*"))
aws.iam.RolePolicy("too-late", role=window.name, policy=allow("ssm:*", "arn:aws:ssm:*:*:parameter/global/*", "Deny"))

# --- Whom roles trust, and keys ---

# Fault: role-trust-foreign support
aws.iam.Role("support", assume_role_policy=trusts("AWS", "arn:aws:iam::222222222222:root"))

# Whoever has a schedule, in any account, may have it act as this role.
# Fault: service-trust-without-source nightly
aws.iam.Role("nightly", assume_role_policy=trusts("Service", "scheduler.amazonaws.com"))

# Fault: cicd-long-lived-key bot
aws.iam.AccessKey("bot", user=aws.iam.User("bot", name="cicd-bot", permissions_boundary=sound["BOUNDARY"]).name)

# --- Logs ---

# Fault: logs-not-central unrouted
aws.cloudwatch.LogGroup("unrouted", name="/shop/unrouted")

# Fault: logs-not-central filtered
filtered = aws.cloudwatch.LogGroup("filtered", name="/shop/filtered")
aws.cloudwatch.LogSubscriptionFilter(
    "filtered-central", log_group=filtered.name, filter_pattern="ERROR", destination_arn=CENTRAL
)

leaky = aws.cloudwatch.LogGroup("leaky", name="/shop/leaky")
aws.cloudwatch.LogSubscriptionFilter("leaky-central", log_group=leaky.name, filter_pattern="", destination_arn=CENTRAL)
# Fault: log-route-foreign leak
aws.cloudwatch.LogSubscriptionFilter(
    "leak",
    log_group=leaky.name,
    filter_pattern="",
    destination_arn=f"arn:aws:logs:{REGION}:444444444444:destination:theirs",
)

# Fault: log-route-foreign peek
aws.ec2.FlowLog(
    "peek",
    vpc_id=sound["vpc"].id,
    traffic_type="ALL",
    log_destination=f"arn:aws:logs:{REGION}:222222222222:log-group:flows",
)

kept = aws.s3.Bucket("kept-logs", bucket="customer1-prod-own-logs")
# Fault: logs-not-central internal
aws.lb.LoadBalancer("internal", subnets=subnet_ids, access_logs={"bucket": kept.bucket, "enabled": True})

# --- Capacity ---

# Fault: capacity-exceeds-plan odd
aws.ec2.Instance("odd", ami="ami-0123456789abcdef0", instance_type="c5.large")

# Fault: capacity-exceeds-plan batch
aws.autoscaling.Group(
    "batch",
    min_size=0,
    max_size=7,
    launch_template={"id": sound["template"].id, "version": "$Latest"},
    vpc_zone_identifiers=subnet_ids,
)

reports = aws.ecs.Service("reports", cluster=sound["cluster"].arn, task_definition=sound["task"].arn, desired_count=1)
# Fault: capacity-exceeds-plan reports
aws.appautoscaling.Target(
    "reports-scaling",
    service_namespace="ecs",
    scalable_dimension="ecs:service:DesiredCount",
    resource_id=pulumi.Output.concat("service/", sound["cluster"].name, "/", reports.name),
    min_capacity=1,
    max_capacity=10,
)

# Fault: capacity-exceeds-plan archive
aws.ebs.Volume("archive", availability_zone=f"{REGION}a", size=210)

# Fault: capacity-exceeds-plan extra
# Fault: source-does-not-log extra
# Fault: capacity-sum-exceeds-plan (stack)
aws.rds.Instance(
    "extra",
    engine="postgres",
    instance_class="db.r5.large",
    allocated_storage=20,
    username="shop",
    manage_master_user_password=True,
    skip_final_snapshot=True,
)

# --- Providers and resources that nobody can judge ---

# Fault: provider-not-pinned anywhere
anywhere = aws.Provider("anywhere", region=REGION)
aws.ssm.Parameter("lost", name="/lost", type="String", value="?", opts=pulumi.ResourceOptions(provider=anywhere))

# Fault: provider-account-disagrees neighbour
neighbour = aws.Provider(
    "neighbour",
    region=REGION,
    allowed_account_ids=["222222222222"],
    assume_roles=[{"role_arn": "arn:aws:iam::222222222222:role/shared"}],
)
aws.ssm.Parameter("theirs", name="/theirs", type="String", value="?", opts=pulumi.ResourceOptions(provider=neighbour))

# Fault: resource-opaque template
aws.cloudformation.Stack("template", template_body=json.dumps({"Resources": {}}))
