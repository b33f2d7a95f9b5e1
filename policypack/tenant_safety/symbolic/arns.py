"""Knows the form of ids, ARNs and a few other outputs of the types that programs use most.

A template is filled with the resource's own properties, with `{partition}`, `{region}`, `{account}` and `{dns}`,
and with random parts of a form: `{hex8}`, `{hex17}`, `{uuid}`, `{upper17}`, `{digits}`.  In one resource a part is
the same wherever it stands; `{hex17_acl}` is another than `{hex17}`.  `{id}` and `{arn}` may be used after they are
made: the id first, unless it is the ARN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Form:
    """How AWS identifies a type."""

    id: str
    arn: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)


def _iam(kind: str, prefix: str, **outputs: str) -> Form:
    more = {"uniqueId": f"{prefix}{{upper17}}", "path": "/", **outputs}
    return Form("{name}", f"arn:{{partition}}:iam::{{account}}:{kind}{{path}}{{name}}", more)


def _ec2(kind: str, prefix: str, **outputs: str) -> Form:
    arn = f"arn:{{partition}}:ec2:{{region}}:{{account}}:{kind}/{{id}}"
    return Form(f"{prefix}-{{hex17}}", arn, {"ownerId": "{account}", **outputs})


def _named(service: str, resource: str, identity: str = "{name}", **outputs: str) -> Form:
    return Form(identity, f"arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}", outputs)


_BUCKET = Form(
    "{bucket}",
    "arn:{partition}:s3:::{bucket}",
    {
        "bucketDomainName": "{bucket}.s3.{dns}",
        "bucketRegionalDomainName": "{bucket}.s3.{region}.{dns}",
        "bucketRegion": "{region}",
        "hostedZoneId": "Z3AQBSTGFYJSTF",
    },
)
_BALANCER = _named(
    "elasticloadbalancing",
    "loadbalancer/{balancer}/{name}/{hex16}",
    "{arn}",
    arnSuffix="{balancer}/{name}/{hex16}",
    dnsName="{name}-{digits}.{region}.elb.{dns}",
    zoneId="Z35SXDOTRQ7X7K",
)
_TARGETS = _named("elasticloadbalancing", "targetgroup/{name}/{hex16}", "{arn}", arnSuffix="targetgroup/{name}/{hex16}")
_LISTENER = Form("{arn}", "{listener}/{hex16}")
_LISTENER_RULE = Form("{arn}", "{listenerRule}/{hex16}")
_LAMBDA = "arn:{partition}:lambda:{region}:{account}:function:{name}"
_INVOKE = "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/"

FORMS: Mapping[str, Form] = {
    "aws:acm/certificate:Certificate": _named(
        "acm", "certificate/{uuid}", "{arn}", status="PENDING_VALIDATION", type="AMAZON_ISSUED"
    ),
    "aws:alb/listener:Listener": _LISTENER,
    "aws:alb/listenerRule:ListenerRule": _LISTENER_RULE,
    "aws:alb/loadBalancer:LoadBalancer": _BALANCER,
    "aws:alb/targetGroup:TargetGroup": _TARGETS,
    "aws:apigateway/restApi:RestApi": Form(
        "{hex10}",
        "arn:{partition}:apigateway:{region}::/restapis/{id}",
        {"executionArn": "arn:{partition}:execute-api:{region}:{account}:{id}", "rootResourceId": "{hex10_root}"},
    ),
    "aws:apigatewayv2/api:Api": Form(
        "{hex10}",
        "arn:{partition}:apigateway:{region}::/apis/{id}",
        {
            "apiEndpoint": "https://{id}.execute-api.{region}.{dns}",
            "executionArn": "arn:{partition}:execute-api:{region}:{account}:{id}",
        },
    ),
    "aws:autoscaling/group:Group": _named("autoscaling", "autoScalingGroup:{uuid}:autoScalingGroupName/{name}"),
    "aws:cloudfront/distribution:Distribution": Form(
        "E{upper13}",
        "arn:{partition}:cloudfront::{account}:distribution/{id}",
        {"domainName": "d{hex13}.cloudfront.net", "hostedZoneId": "Z2FDTNDATAQYW2", "status": "Deployed"},
    ),
    "aws:cloudtrail/trail:Trail": _named("cloudtrail", "trail/{name}", "{arn}", homeRegion="{region}"),
    "aws:cloudwatch/eventBus:EventBus": _named("events", "event-bus/{name}"),
    "aws:cloudwatch/eventRule:EventRule": _named("events", "rule/{bus}{name}", "{bus}{name}"),
    "aws:cloudwatch/logDestination:LogDestination": _named("logs", "destination:{name}"),
    "aws:cloudwatch/logGroup:LogGroup": _named("logs", "log-group:{name}"),
    "aws:cloudwatch/logStream:LogStream": _named("logs", "log-group:{logGroupName}:log-stream:{name}"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _named("cloudwatch", "alarm:{name}"),
    "aws:dynamodb/table:Table": _named("dynamodb", "table/{name}", streamArn="{stream}", streamLabel="{streamLabel}"),
    "aws:ec2/eip:Eip": Form(
        "eipalloc-{hex17}",
        "arn:{partition}:ec2:{region}:{account}:elastic-ip/{id}",
        {"allocationId": "{id}", "publicIp": "{address}", "publicDns": "ec2-{dashed}.{region}.compute.{dns}"},
    ),
    "aws:ec2/flowLog:FlowLog": _ec2("vpc-flow-log", "fl"),
    "aws:ec2/instance:Instance": _ec2(
        "instance",
        "i",
        instanceState="running",
        privateDns="ip-{privateDashed}.{region}.compute.internal",
        privateIp="{privateAddress}",
        publicIp="{address}",
        publicDns="ec2-{dashed}.{region}.compute.{dns}",
        primaryNetworkInterfaceId="eni-{hex17_interface}",
        subnetId="subnet-{hex17_subnet}",
        availabilityZone="{region}a",
    ),
    "aws:ec2/internetGateway:InternetGateway": _ec2("internet-gateway", "igw"),
    "aws:ec2/keyPair:KeyPair": Form("{keyName}", "arn:{partition}:ec2:{region}:{account}:key-pair/{keyName}"),
    "aws:ec2/launchTemplate:LaunchTemplate": _ec2("launch-template", "lt"),
    "aws:ec2/natGateway:NatGateway": _ec2(
        "natgateway", "nat", publicIp="{address}", networkInterfaceId="eni-{hex17_interface}"
    ),
    "aws:ec2/networkAcl:NetworkAcl": _ec2("network-acl", "acl"),
    "aws:ec2/networkInterface:NetworkInterface": _ec2("network-interface", "eni"),
    "aws:ec2/routeTable:RouteTable": _ec2("route-table", "rtb"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Form("rtbassoc-{hex17}"),
    "aws:ec2/securityGroup:SecurityGroup": _ec2("security-group", "sg", vpcId="vpc-{hex17_vpc}"),
    "aws:ec2/securityGroupRule:SecurityGroupRule": Form("sgrule-{digits}"),
    "aws:ec2/subnet:Subnet": _ec2("subnet", "subnet", availabilityZone="{region}a"),
    "aws:ec2/vpc:Vpc": _ec2(
        "vpc",
        "vpc",
        defaultNetworkAclId="acl-{hex17_acl}",
        defaultRouteTableId="rtb-{hex17_routes}",
        defaultSecurityGroupId="sg-{hex17_group}",
        dhcpOptionsId="dopt-{hex17_dhcp}",
        mainRouteTableId="rtb-{hex17_routes}",
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _ec2("vpc-endpoint", "vpce", state="available"),
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": _ec2("vpc-peering-connection", "pcx"),
    "aws:ec2transitgateway/transitGateway:TransitGateway": _ec2("transit-gateway", "tgw"),
    "aws:ecr/repository:Repository": _named(
        "ecr",
        "repository/{name}",
        registryId="{account}",
        repositoryUrl="{account}.dkr.ecr.{region}.{dns}/{name}",
    ),
    "aws:ecs/cluster:Cluster": _named("ecs", "cluster/{name}", "{arn}"),
    "aws:ecs/service:Service": _named("ecs", "service/{clusterName}/{name}", "{arn}"),
    "aws:ecs/taskDefinition:TaskDefinition": _named(
        "ecs",
        "task-definition/{family}:{revision}",
        "{family}",
        arnWithoutRevision="arn:{partition}:ecs:{region}:{account}:task-definition/{family}",
    ),
    "aws:efs/fileSystem:FileSystem": Form(
        "fs-{hex17}",
        "arn:{partition}:elasticfilesystem:{region}:{account}:file-system/{id}",
        {"dnsName": "{id}.efs.{region}.{dns}", "ownerId": "{account}"},
    ),
    "aws:eks/cluster:Cluster": _named(
        "eks",
        "cluster/{name}",
        endpoint="https://{hex32}.gr7.{region}.eks.{dns}",
        status="ACTIVE",
        platformVersion="eks.1",
    ),
    "aws:elasticache/cluster:Cluster": _named(
        "elasticache", "cluster:{clusterId}", "{clusterId}", clusterAddress="{clusterId}.{hex6}.cfg.{dns}"
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": _named(
        "elasticache", "replicationgroup:{replicationGroupId}", "{replicationGroupId}"
    ),
    "aws:iam/accessKey:AccessKey": Form("AKIA{upper16}", "", {"secret": "{hex32}", "status": "Active"}),
    "aws:iam/group:Group": _iam("group", "AGPA"),
    "aws:iam/groupPolicy:GroupPolicy": Form("{group}:{name}"),
    "aws:iam/instanceProfile:InstanceProfile": _iam("instance-profile", "AIPA"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": Form(
        "{arn}", "arn:{partition}:iam::{account}:oidc-provider/{host}"
    ),
    "aws:iam/policy:Policy": Form(
        "{arn}",
        "arn:{partition}:iam::{account}:policy{path}{name}",
        {"policyId": "ANPA{upper17}", "path": "/"},
    ),
    "aws:iam/role:Role": _iam("role", "AROA"),
    "aws:iam/rolePolicy:RolePolicy": Form("{role}:{name}"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Form("{role}/{policyArn}"),
    "aws:iam/samlProvider:SamlProvider": Form("{arn}", "arn:{partition}:iam::{account}:saml-provider/{name}"),
    "aws:iam/user:User": _iam("user", "AIDA"),
    "aws:iam/userPolicy:UserPolicy": Form("{user}:{name}"),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": Form("{user}/{policyArn}"),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": _named("firehose", "deliverystream/{name}", "{arn}"),
    "aws:kinesis/stream:Stream": _named("kinesis", "stream/{name}", "{arn}"),
    "aws:kms/alias:Alias": _named(
        "kms", "{name}", "{name}", targetKeyArn="arn:{partition}:kms:{region}:{account}:key/{targetKey}"
    ),
    "aws:kms/key:Key": _named("kms", "key/{id}", "{uuid}", keyId="{id}"),
    "aws:lambda/function:Function": Form(
        "{name}",
        _LAMBDA,
        {
            "invokeArn": _INVOKE + _LAMBDA + "/invocations",
            "qualifiedArn": _LAMBDA + ":$LATEST",
            "version": "$LATEST",
        },
    ),
    "aws:lambda/layerVersion:LayerVersion": _named(
        "lambda", "layer:{layerName}:{revision}", "{arn}", version="{revision}"
    ),
    "aws:lambda/permission:Permission": Form("{statementId}"),
    "aws:lb/listener:Listener": _LISTENER,
    "aws:lb/listenerRule:ListenerRule": _LISTENER_RULE,
    "aws:lb/loadBalancer:LoadBalancer": _BALANCER,
    "aws:lb/targetGroup:TargetGroup": _TARGETS,
    "aws:organizations/account:Account": Form(
        "{digits12}", "arn:{partition}:organizations::{account}:account/o-{hex10}/{id}", {"status": "ACTIVE"}
    ),
    "aws:rds/cluster:Cluster": _named(
        "rds",
        "cluster:{clusterIdentifier}",
        "{clusterIdentifier}",
        clusterIdentifier="tf-{digits}",
        endpoint="{clusterIdentifier}.cluster-{hex12}.{region}.rds.{dns}",
        readerEndpoint="{clusterIdentifier}.cluster-ro-{hex12}.{region}.rds.{dns}",
        clusterResourceId="cluster-{upper17}",
    ),
    "aws:rds/instance:Instance": _named(
        "rds",
        "db:{identifier}",
        "db-{upper17}",
        address="{identifier}.{hex12}.{region}.rds.{dns}",
        endpoint="{identifier}.{hex12}.{region}.rds.{dns}:5432",
        resourceId="{id}",
        status="available",
    ),
    "aws:route53/record:Record": Form("{zoneId}_{name}_{type}", "", {"fqdn": "{name}"}),
    "aws:route53/zone:Zone": Form(
        "Z{upper17}",
        "arn:{partition}:route53:::hostedzone/{id}",
        {"zoneId": "{id}", "primaryNameServer": "ns-1.awsdns-01.org"},
    ),
    "aws:s3/bucket:Bucket": _BUCKET,
    "aws:s3/bucketObject:BucketObject": Form("{bucket}/{key}", "arn:{partition}:s3:::{bucket}/{key}"),
    "aws:s3/bucketObjectv2:BucketObjectv2": Form("{bucket}/{key}", "arn:{partition}:s3:::{bucket}/{key}"),
    "aws:s3/bucketPolicy:BucketPolicy": Form("{bucket}"),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Form("{bucket}"),
    "aws:s3/bucketV2:BucketV2": _BUCKET,
    "aws:secretsmanager/secret:Secret": _named("secretsmanager", "secret:{name}-{hex6}", "{arn}"),
    "aws:secretsmanager/secretPolicy:SecretPolicy": Form("{secretArn}"),
    "aws:secretsmanager/secretVersion:SecretVersion": Form("{secretId}|{uuid}", "", {"arn": "{secretId}"}),
    "aws:sfn/stateMachine:StateMachine": _named("states", "stateMachine:{name}", "{arn}", status="ACTIVE"),
    "aws:sns/topic:Topic": _named("sns", "{name}", "{arn}", owner="{account}"),
    "aws:sns/topicPolicy:TopicPolicy": Form("{arn}", "", {"owner": "{account}"}),
    "aws:sns/topicSubscription:TopicSubscription": Form(
        "{arn}", "{topic}:{uuid}", {"ownerId": "{account}", "pendingConfirmation": ""}
    ),
    "aws:sqs/queue:Queue": _named(
        "sqs",
        "{name}",
        "https://sqs.{region}.{dns}/{account}/{name}",
        url="https://sqs.{region}.{dns}/{account}/{name}",
    ),
    "aws:sqs/queuePolicy:QueuePolicy": Form("{queueUrl}"),
    "aws:ssm/parameter:Parameter": _named("ssm", "parameter{slash}{name}", "{name}", version="{revision}"),
}

# Outputs that are of the right form only: the true value differs by region or by what no template sees.
GUESSED: Mapping[str, frozenset[str]] = {
    "aws:alb/loadBalancer:LoadBalancer": frozenset({"zoneId"}),
    "aws:acm/certificate:Certificate": frozenset({"status", "type"}),
    "aws:ec2/instance:Instance": frozenset({"availabilityZone", "instanceState"}),
    "aws:ec2/subnet:Subnet": frozenset({"availabilityZone"}),
    "aws:eks/cluster:Cluster": frozenset({"platformVersion"}),
    "aws:lambda/function:Function": frozenset({"qualifiedArn", "version"}),
    "aws:lb/loadBalancer:LoadBalancer": frozenset({"zoneId"}),
    "aws:rds/instance:Instance": frozenset({"endpoint"}),
    "aws:route53/record:Record": frozenset({"fqdn"}),
    "aws:route53/zone:Zone": frozenset({"primaryNameServer"}),
    "aws:s3/bucket:Bucket": frozenset({"hostedZoneId"}),
    "aws:s3/bucketV2:BucketV2": frozenset({"hostedZoneId"}),
    "aws:secretsmanager/secretVersion:SecretVersion": frozenset({"arn"}),
    "aws:sns/topicSubscription:TopicSubscription": frozenset({"pendingConfirmation"}),
}


def known(token: str) -> Form | None:
    """The form of a type without what is guessed; None of a type that nothing is known of."""
    found = FORMS.get(token)
    guessed = GUESSED.get(token)
    if found is None or guessed is None:
        return found
    return replace(found, outputs={name: text for name, text in found.outputs.items() if name not in guessed})


def form(token: str, named: str | None) -> Form:
    """The form of a type: its own, or one that AWS might have given it; `named` is the property of its name."""
    if token in FORMS:
        return FORMS[token]
    module, kind = token.split(":")[1].split("/")
    own = "{" + named + "}" if named else "{hex17}"
    return Form(own, f"arn:{{partition}}:{module}:{{region}}:{{account}}:{kind.lower()}/{{id}}")
