"""Knows the form of ids, ARNs and a few other outputs of the types that programs use most.

A template is filled with the resource's own properties, with `{partition}`, `{region}`, `{account}` and `{dns}`,
and with random parts of a form: `{hex8}`, `{hex17}`, `{uuid}`, `{upper17}`, `{digits}`.  In one resource a part is
the same wherever it stands; `{hex17_acl}` is another than `{hex17}`.  `{id}` and `{arn}` may be used after they are
made: the id first, unless it is the ARN.  `{name:lower}` is in lower case; `{groupName:=default}` and
`{catalogId:account}` say what holds if the program does not.  An output may be `identities[0].oidcs[0].issuer`.

A drawn part claims its length, not its characters: where AWS draws ids of several lengths (CloudFront, hosted zones,
organizations) it is `{text13}`, which may be of any, or the type is not here (MSK).
`tests/test_arn_forms.py` compares every ARN with AWS's own list of formats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from . import wire


@dataclass(frozen=True)
class Form:
    """How AWS identifies a type."""

    id: str
    arn: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)


def _regional(resource: str) -> str:
    """The ARN of `service:resource` in the account and region; `service::resource` is of no region."""
    service, rest = resource.split(":", 1)
    place = "" if rest.startswith(":") else "{region}"
    return f"arn:{{partition}}:{service}:{place}:{{account}}:{rest.removeprefix(':')}"


def _named(resource: str, identity: str = "{name}", **outputs: str) -> Form:
    return Form(identity, _regional(resource), outputs)


def _by_arn(resource: str, **outputs: str) -> Form:
    return Form("{arn}", _regional(resource), outputs)


def _iam(kind: str, prefix: str, identity: str = "{name}") -> Form:
    more = {"uniqueId": f"{prefix}{{upper17}}", "path": "/"}
    return Form(identity, f"arn:{{partition}}:iam::{{account}}:{kind}{{path}}{{name}}", more)


def _ec2(kind: str, prefix: str, **outputs: str) -> Form:
    return _named(f"ec2:{kind}/{{id}}", f"{prefix}-{{hex17}}", **outputs)


def _uuid(resource: str, **outputs: str) -> Form:
    return _named(f"{resource}/{{id}}", "{uuid}", **outputs)


def _pool(service: str, kind: str, **outputs: str) -> Form:
    """What IPAM keeps is of no region."""
    return _named(f"{service}::{kind}/{{id}}", f"{kind}-{{hex17}}", **outputs)


def _image(kind: str, prefix: str) -> Form:
    """Images and snapshots have no account in their ARN."""
    return Form(f"{prefix}-{{hex17}}", f"arn:{{partition}}:ec2:{{region}}::{kind}/{{id}}")


def _api(resource: str, identity: str, **outputs: str) -> Form:
    return Form(identity, f"arn:{{partition}}:apigateway:{{region}}::/{resource}", outputs)


def _execute(api: str) -> str:
    return f"arn:{{partition}}:execute-api:{{region}}:{{account}}:{api}"


def _database(service: str) -> Form:
    return _named(
        "rds:cluster:{clusterIdentifier}",
        "{clusterIdentifier}",
        # The provider's own name for it: a moment and a counter.
        clusterIdentifier="tf-{digits26}",
        endpoint=f"{{clusterIdentifier}}.cluster-{{hex12}}.{{region}}.{service}.{{dns}}",
        readerEndpoint=f"{{clusterIdentifier}}.cluster-ro-{{hex12}}.{{region}}.{service}.{{dns}}",
        clusterResourceId="cluster-{upper26}",
    )


def _member() -> Form:
    return _named("rds:db:{identifier}", "{identifier}", identifier="tf-{digits26}", dbiResourceId="db-{upper26}")


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
_BALANCER = _by_arn(
    "elasticloadbalancing:loadbalancer/{balancer}/{name}/{hex16}",
    arnSuffix="{balancer}/{name}/{hex16}",
    dnsName="{name}-{digits}.{region}.elb.{dns}",
    zoneId="Z35SXDOTRQ7X7K",
)
_TARGETS = _by_arn("elasticloadbalancing:targetgroup/{name}/{hex16}", arnSuffix="targetgroup/{name}/{hex16}")
_LISTENER = Form("{arn}", "{listener}/{hex16}")
_LISTENER_RULE = Form("{arn}", "{listenerRule}/{hex16}")
_LAMBDA = "arn:{partition}:lambda:{region}:{account}:function:{name}"
_INVOKE = "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/"
_LOCATION = _by_arn("datasync:location/loc-{hex17}")
_ACCELERATOR = Form(
    "{arn}",
    "arn:{partition}:globalaccelerator::{account}:accelerator/{uuid}",
    # One zone for all of them: https://docs.aws.amazon.com/general/latest/gr/global_accelerator.html
    {"dnsName": "a{hex16}.awsglobalaccelerator.com", "hostedZoneId": "Z2BJ6XQ5FK7U4H"},
)
_SECURITY_RULE = _named("ec2:security-group-rule/{id}", "sgr-{hex17}", securityGroupRuleId="{id}")
_FSX = _named("fsx:file-system/{id}", "fs-{hex17}", dnsName="{id}.fsx.{region}.{dns}")

FORMS: Mapping[str, Form] = {
    "aws:accessanalyzer/analyzer:Analyzer": _named("access-analyzer:analyzer/{analyzerName}", "{analyzerName}"),
    "aws:acm/certificate:Certificate": _by_arn(
        "acm:certificate/{uuid}", status="PENDING_VALIDATION", type="AMAZON_ISSUED"
    ),
    "aws:acmpca/certificateAuthority:CertificateAuthority": _by_arn("acm-pca:certificate-authority/{uuid}"),
    "aws:alb/listener:Listener": _LISTENER,
    "aws:alb/listenerRule:ListenerRule": _LISTENER_RULE,
    "aws:alb/loadBalancer:LoadBalancer": _BALANCER,
    "aws:alb/targetGroup:TargetGroup": _TARGETS,
    "aws:amp/ruleGroupNamespace:RuleGroupNamespace": _by_arn("aps:rulegroupsnamespace/{workspaceId}/{name}"),
    "aws:amp/scraper:Scraper": _named("aps:scraper/{id}", "s-{uuid}"),
    "aws:amp/workspace:Workspace": _named(
        "aps:workspace/{id}",
        "ws-{uuid}",
        prometheusEndpoint="https://aps-workspaces.{region}.{dns}/workspaces/{id}/",
    ),
    "aws:apigateway/apiKey:ApiKey": _api("apikeys/{id}", "{hex10}"),
    "aws:apigateway/restApi:RestApi": _api(
        "restapis/{id}", "{hex10}", executionArn=_execute("{id}"), rootResourceId="{hex10_root}"
    ),
    "aws:apigateway/stage:Stage": _api(
        "restapis/{restApi}/stages/{stageName}",
        "ags-{restApi}-{stageName}",
        executionArn=_execute("{restApi}/{stageName}"),
        invokeUrl="https://{restApi}.execute-api.{region}.{dns}/{stageName}",
    ),
    "aws:apigatewayv2/api:Api": _api(
        "apis/{id}",
        "{hex10}",
        apiEndpoint="{protocol}://{id}.execute-api.{region}.{dns}",
        executionArn=_execute("{id}"),
    ),
    "aws:apigatewayv2/domainName:DomainName": _api("domainnames/{domainName}", "{domainName}"),
    "aws:apigatewayv2/stage:Stage": _api(
        "apis/{apiId}/stages/{name}", "{name}", executionArn=_execute("{apiId}/{name}")
    ),
    "aws:appautoscaling/policy:Policy": _named(
        "autoscaling:scalingPolicy:{uuid}:resource/{serviceNamespace}/{resourceId}:policyName/{name}"
    ),
    "aws:appmesh/mesh:Mesh": _named("appmesh:mesh/{name}", "{name}"),
    "aws:apprunner/autoScalingConfigurationVersion:AutoScalingConfigurationVersion": _by_arn(
        "apprunner:autoscalingconfiguration/{autoScalingConfigurationName}/{revision}/{hex32}"
    ),
    "aws:apprunner/connection:Connection": _named("apprunner:connection/{connectionName}/{hex32}", "{connectionName}"),
    "aws:apprunner/observabilityConfiguration:ObservabilityConfiguration": _by_arn(
        "apprunner:observabilityconfiguration/{observabilityConfigurationName}/{revision}/{hex32}"
    ),
    "aws:apprunner/service:Service": _by_arn("apprunner:service/{serviceName}/{hex32}", serviceId="{hex32}"),
    "aws:apprunner/vpcConnector:VpcConnector": _by_arn("apprunner:vpcconnector/{vpcConnectorName}/{revision}/{hex32}"),
    "aws:apprunner/vpcIngressConnection:VpcIngressConnection": _by_arn("apprunner:vpcingressconnection/{name}/{hex32}"),
    "aws:appsync/dataSource:DataSource": _named("appsync:apis/{apiId}/datasources/{name}", "{apiId}-{name}"),
    "aws:appsync/graphQLApi:GraphQLApi": _named("appsync:apis/{id}", "{hex26}"),
    "aws:appsync/resolver:Resolver": _named(
        "appsync:apis/{apiId}/types/{type}/resolvers/{field}", "{apiId}-{type}-{field}"
    ),
    "aws:athena/capacityReservation:CapacityReservation": _named("athena:capacity-reservation/{name}"),
    "aws:athena/dataCatalog:DataCatalog": _named("athena:datacatalog/{name}"),
    "aws:athena/database:Database": Form("{name}"),
    "aws:athena/namedQuery:NamedQuery": Form("{uuid}"),
    "aws:athena/workgroup:Workgroup": _named("athena:workgroup/{name}"),
    "aws:autoscaling/group:Group": _named("autoscaling:autoScalingGroup:{uuid}:autoScalingGroupName/{name}"),
    "aws:autoscaling/policy:Policy": _named(
        "autoscaling:scalingPolicy:{uuid}:autoScalingGroupName/{autoscalingGroupName}:policyName/{name}"
    ),
    "aws:autoscaling/schedule:Schedule": _named(
        "autoscaling:scheduledUpdateGroupAction:{uuid}:autoScalingGroupName/{autoscalingGroupName}"
        ":scheduledActionName/{scheduledActionName}",
        "{scheduledActionName}",
    ),
    "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault": _named("backup:backup-vault:{name}"),
    "aws:backup/plan:Plan": _named("backup:backup-plan:{id}", "{uuid}"),
    "aws:backup/selection:Selection": Form("{uuid}"),
    "aws:backup/vault:Vault": _named("backup:backup-vault:{name}"),
    "aws:backup/vaultNotifications:VaultNotifications": Form(
        "{backupVaultName}", "", {"backupVaultArn": _regional("backup:backup-vault:{backupVaultName}")}
    ),
    "aws:backup/vaultPolicy:VaultPolicy": Form(
        "{backupVaultName}", "", {"backupVaultArn": _regional("backup:backup-vault:{backupVaultName}")}
    ),
    "aws:batch/computeEnvironment:ComputeEnvironment": _named("batch:compute-environment/{name}"),
    "aws:batch/jobDefinition:JobDefinition": _by_arn(
        "batch:job-definition/{name}:{revision}", arnPrefix=_regional("batch:job-definition/{name}")
    ),
    "aws:batch/jobQueue:JobQueue": _by_arn("batch:job-queue/{name}"),
    "aws:batch/schedulingPolicy:SchedulingPolicy": _by_arn("batch:scheduling-policy/{name}"),
    "aws:bedrock/agentAgent:AgentAgent": Form(
        "{upper10}", "", {"agentId": "{id}", "agentArn": _regional("bedrock:agent/{id}")}
    ),
    "aws:bedrock/agentAgentAlias:AgentAgentAlias": Form(
        "{upper10},{agentId}",
        "",
        {"agentAliasId": "{upper10}", "agentAliasArn": _regional("bedrock:agent-alias/{agentId}/{upper10}")},
    ),
    "aws:bedrock/agentFlow:AgentFlow": _named("bedrock:flow/{id}", "{upper10}"),
    "aws:bedrock/agentKnowledgeBase:AgentKnowledgeBase": _named("bedrock:knowledge-base/{id}", "{upper10}"),
    "aws:bedrock/agentPrompt:AgentPrompt": _named("bedrock:prompt/{id}", "{upper10}"),
    "aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime": Form(
        "{agentRuntimeName}-{hex10}",
        "",
        {"agentRuntimeId": "{id}", "agentRuntimeArn": _regional("bedrock-agentcore:runtime/{id}")},
    ),
    "aws:bedrock/agentcoreBrowser:AgentcoreBrowser": Form(
        "{name}-{hex10}",
        "",
        {"browserId": "{id}", "browserArn": _regional("bedrock-agentcore:browser-custom/{id}")},
    ),
    "aws:bedrock/agentcoreCodeInterpreter:AgentcoreCodeInterpreter": Form(
        "{name}-{hex10}",
        "",
        {
            "codeInterpreterId": "{id}",
            "codeInterpreterArn": _regional("bedrock-agentcore:code-interpreter-custom/{id}"),
        },
    ),
    "aws:bedrock/agentcoreMemory:AgentcoreMemory": _named("bedrock-agentcore:memory/{id}", "{name}-{hex10}"),
    "aws:bedrock/provisionedModelThroughput:ProvisionedModelThroughput": Form(
        "{arn}", _regional("bedrock:provisioned-model/{hex12}"), {"provisionedModelArn": "{arn}"}
    ),
    "aws:budgets/budget:Budget": _named("budgets::budget/{name}", "{account}:{name}"),
    "aws:cfg/rule:Rule": _named("config:config-rule/config-rule-{hex6}", ruleId="config-rule-{hex6}"),
    "aws:cloudformation/stack:Stack": _by_arn("cloudformation:stack/{name}/{uuid}"),
    "aws:cloudfront/cachePolicy:CachePolicy": _uuid("cloudfront::cache-policy"),
    "aws:cloudfront/continuousDeploymentPolicy:ContinuousDeploymentPolicy": _uuid(
        "cloudfront::continuous-deployment-policy"
    ),
    "aws:cloudfront/distribution:Distribution": _named(
        "cloudfront::distribution/{id}",
        "E{text13}",
        domainName="d{hex13}.cloudfront.net",
        hostedZoneId="Z2FDTNDATAQYW2",
        status="Deployed",
    ),
    "aws:cloudfront/function:Function": _named("cloudfront::function/{name}"),
    "aws:cloudfront/keyGroup:KeyGroup": Form("{uuid}"),
    "aws:cloudfront/keyValueStore:KeyValueStore": _uuid("cloudfront::key-value-store"),
    "aws:cloudfront/originAccessControl:OriginAccessControl": _named(
        "cloudfront::origin-access-control/{id}", "E{text13}"
    ),
    "aws:cloudfront/originAccessIdentity:OriginAccessIdentity": _named(
        "cloudfront::origin-access-identity/{id}",
        "E{text13}",
        cloudfrontAccessIdentityPath="origin-access-identity/cloudfront/{id}",
        iamArn="arn:{partition}:iam::cloudfront:user/CloudFront Origin Access Identity {id}",
    ),
    "aws:cloudfront/originRequestPolicy:OriginRequestPolicy": _uuid("cloudfront::origin-request-policy"),
    "aws:cloudfront/realtimeLogConfig:RealtimeLogConfig": _by_arn("cloudfront::realtime-log-config/{name}"),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": _uuid("cloudfront::response-headers-policy"),
    "aws:cloudtrail/eventDataStore:EventDataStore": _by_arn("cloudtrail:eventdatastore/{uuid}"),
    "aws:cloudtrail/trail:Trail": _by_arn("cloudtrail:trail/{name}", homeRegion="{region}"),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _named("cloudwatch:alarm:{alarmName}", "{alarmName}"),
    "aws:cloudwatch/contributorInsightRule:ContributorInsightRule": Form(
        "{ruleName}", "", {"resourceArn": _regional("cloudwatch:insight-rule/{ruleName}")}
    ),
    "aws:cloudwatch/dashboard:Dashboard": Form(
        "{dashboardName}", "", {"dashboardArn": _regional("cloudwatch::dashboard/{dashboardName}")}
    ),
    "aws:cloudwatch/eventApiDestination:EventApiDestination": _named("events:api-destination/{name}/{uuid}"),
    "aws:cloudwatch/eventArchive:EventArchive": _named("events:archive/{name}"),
    "aws:cloudwatch/eventBus:EventBus": _named("events:event-bus/{name}"),
    "aws:cloudwatch/eventConnection:EventConnection": _named("events:connection/{name}/{uuid}"),
    "aws:cloudwatch/eventEndpoint:EventEndpoint": _named("events:endpoint/{name}"),
    "aws:cloudwatch/eventRule:EventRule": _named("events:rule/{bus}{name}", "{bus}{name}"),
    "aws:cloudwatch/internetMonitor:InternetMonitor": _named("internetmonitor:monitor/{monitorName}", "{monitorName}"),
    "aws:cloudwatch/logAnomalyDetector:LogAnomalyDetector": _by_arn("logs:anomaly-detector:{uuid}"),
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": _named("logs:delivery-destination:{name}"),
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": _named("logs:delivery-source:{name}"),
    "aws:cloudwatch/logDestination:LogDestination": _named("logs:destination:{name}"),
    "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy": Form("{destinationName}"),
    "aws:cloudwatch/logGroup:LogGroup": _named("logs:log-group:{name}"),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": Form("{name}"),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": Form("{policyName}"),
    "aws:cloudwatch/logStream:LogStream": _named("logs:log-group:{logGroupName}:log-stream:{name}"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _named("cloudwatch:alarm:{name}"),
    "aws:cloudwatch/metricStream:MetricStream": _named("cloudwatch:metric-stream/{name}"),
    "aws:cloudwatch/queryDefinition:QueryDefinition": _named(
        "logs:query-definition:{id}", "{uuid}", queryDefinitionId="{id}"
    ),
    "aws:codeartifact/domain:Domain": _by_arn("codeartifact:domain/{domain}", owner="{account}"),
    "aws:codebuild/project:Project": _by_arn("codebuild:project/{name}"),
    "aws:codebuild/reportGroup:ReportGroup": _by_arn("codebuild:report-group/{name}"),
    "aws:codecommit/repository:Repository": _named(
        "codecommit:{repositoryName}",
        "{repositoryName}",
        repositoryId="{uuid}",
        cloneUrlHttp="https://git-codecommit.{region}.{dns}/v1/repos/{repositoryName}",
        cloneUrlSsh="ssh://git-codecommit.{region}.{dns}/v1/repos/{repositoryName}",
    ),
    "aws:codeconnections/connection:Connection": _by_arn("codeconnections:connection/{uuid}"),
    "aws:codedeploy/application:Application": _named(
        "codedeploy:application:{name}", "{uuid}:{name}", applicationId="{uuid}"
    ),
    "aws:codedeploy/deploymentConfig:DeploymentConfig": _named(
        "codedeploy:deploymentconfig:{deploymentConfigName}",
        "{deploymentConfigName}",
        deploymentConfigId="{uuid}",
    ),
    "aws:codedeploy/deploymentGroup:DeploymentGroup": _named(
        "codedeploy:deploymentgroup:{appName}/{deploymentGroupName}", "{uuid}", deploymentGroupId="{id}"
    ),
    "aws:codepipeline/pipeline:Pipeline": _named("codepipeline:{name}"),
    "aws:codepipeline/webhook:Webhook": _by_arn("codepipeline:webhook:{name}"),
    "aws:codestarconnections/connection:Connection": _by_arn("codestar-connections:connection/{uuid}"),
    "aws:cognito/identityPool:IdentityPool": _named("cognito-identity:identitypool/{id}", "{region}:{uuid}"),
    "aws:cognito/userGroup:UserGroup": Form("{userPoolId}/{name}"),
    "aws:cognito/userPool:UserPool": _named(
        "cognito-idp:userpool/{id}", "{region}_{hex9}", endpoint="cognito-idp.{region}.{dns}/{id}"
    ),
    "aws:cognito/userPoolClient:UserPoolClient": Form("{hex26}"),
    "aws:cognito/userPoolDomain:UserPoolDomain": Form("{domain}", "", {"awsAccountId": "{account}"}),
    "aws:connect/instance:Instance": _uuid("connect:instance"),
    "aws:datasync/agent:Agent": _by_arn("datasync:agent/agent-{hex17}"),
    "aws:datasync/efsLocation:EfsLocation": _LOCATION,
    "aws:datasync/locationAzureBlob:LocationAzureBlob": _LOCATION,
    "aws:datasync/locationFsxLustre:LocationFsxLustre": _LOCATION,
    "aws:datasync/locationFsxWindows:LocationFsxWindows": _LOCATION,
    "aws:datasync/locationHdfs:LocationHdfs": _LOCATION,
    "aws:datasync/locationObjectStorage:LocationObjectStorage": _LOCATION,
    "aws:datasync/locationSmb:LocationSmb": _LOCATION,
    "aws:datasync/nfsLocation:NfsLocation": _LOCATION,
    "aws:datasync/s3Location:S3Location": _LOCATION,
    "aws:datasync/task:Task": _by_arn("datasync:task/task-{hex17}"),
    "aws:detective/graph:Graph": Form("{arn}", _regional("detective:graph:{hex32}"), {"graphArn": "{arn}"}),
    "aws:directconnect/gateway:Gateway": _uuid("directconnect::dx-gateway"),
    "aws:directoryservice/directory:Directory": Form("d-{hex10}"),
    "aws:dlm/lifecyclePolicy:LifecyclePolicy": _named("dlm:policy/{id}", "policy-{hex17}"),
    "aws:dms/endpoint:Endpoint": Form("{endpointId}"),
    "aws:dms/replicationInstance:ReplicationInstance": Form("{replicationInstanceId}"),
    "aws:dms/replicationTask:ReplicationTask": Form("{replicationTaskId}"),
    "aws:docdb/cluster:Cluster": _database("docdb"),
    "aws:docdb/clusterInstance:ClusterInstance": _member(),
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup": _named("rds:cluster-pg:{name}"),
    "aws:docdb/elasticCluster:ElasticCluster": _by_arn("docdb-elastic:cluster/{uuid}"),
    "aws:docdb/eventSubscription:EventSubscription": _named("rds:es:{name}"),
    "aws:docdb/globalCluster:GlobalCluster": _named(
        "rds::global-cluster:{globalClusterIdentifier}", "{globalClusterIdentifier}"
    ),
    "aws:docdb/subnetGroup:SubnetGroup": _named("rds:subgrp:{name}"),
    "aws:dsql/cluster:Cluster": _named("dsql:cluster/{id}", "{hex26}", identifier="{id}"),
    "aws:dynamodb/globalTable:GlobalTable": _named("dynamodb::global-table/{name}"),
    "aws:dynamodb/table:Table": _named("dynamodb:table/{name}", streamArn="{stream}", streamLabel="{streamLabel}"),
    "aws:ebs/snapshot:Snapshot": _image("snapshot", "snap"),
    "aws:ebs/snapshotCopy:SnapshotCopy": _image("snapshot", "snap"),
    "aws:ebs/snapshotImport:SnapshotImport": _image("snapshot", "snap"),
    "aws:ebs/volume:Volume": _ec2("volume", "vol"),
    "aws:ec2/ami:Ami": _image("image", "ami"),
    "aws:ec2/amiCopy:AmiCopy": _image("image", "ami"),
    "aws:ec2/amiFromInstance:AmiFromInstance": _image("image", "ami"),
    "aws:ec2/capacityReservation:CapacityReservation": _ec2("capacity-reservation", "cr"),
    "aws:ec2/carrierGateway:CarrierGateway": _ec2("carrier-gateway", "cagw"),
    "aws:ec2/customerGateway:CustomerGateway": _ec2("customer-gateway", "cgw"),
    "aws:ec2/dedicatedHost:DedicatedHost": _ec2("dedicated-host", "h"),
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": _named("ec2:network-acl/{id}", "{defaultNetworkAclId}"),
    "aws:ec2/defaultRouteTable:DefaultRouteTable": _named("ec2:route-table/{id}", "{defaultRouteTableId}"),
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": Form("eigw-{hex17}"),
    "aws:ec2/eip:Eip": _named(
        "ec2:elastic-ip/{id}",
        "eipalloc-{hex17}",
        allocationId="{id}",
        publicIp="{address}",
        publicDns="ec2-{dashed}.{region}.compute.{dns}",
    ),
    "aws:ec2/eipAssociation:EipAssociation": Form("eipassoc-{hex17}"),
    "aws:ec2/fleet:Fleet": _named("ec2:fleet/{id}", "fleet-{uuid}"),
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
    "aws:ec2/keyPair:KeyPair": _named("ec2:key-pair/{keyName}", "{keyName}", keyPairId="key-{hex17}"),
    "aws:ec2/launchConfiguration:LaunchConfiguration": _named(
        "autoscaling:launchConfiguration:{uuid}:launchConfigurationName/{name}"
    ),
    "aws:ec2/launchTemplate:LaunchTemplate": _ec2("launch-template", "lt"),
    "aws:ec2/managedPrefixList:ManagedPrefixList": _ec2("prefix-list", "pl"),
    "aws:ec2/natGateway:NatGateway": Form(
        "nat-{hex17}", "", {"publicIp": "{address}", "networkInterfaceId": "eni-{hex17_interface}"}
    ),
    "aws:ec2/networkAcl:NetworkAcl": _ec2("network-acl", "acl"),
    "aws:ec2/networkInsightsAnalysis:NetworkInsightsAnalysis": _ec2("network-insights-analysis", "nia"),
    "aws:ec2/networkInsightsPath:NetworkInsightsPath": _ec2("network-insights-path", "nip"),
    "aws:ec2/networkInterface:NetworkInterface": _ec2("network-interface", "eni"),
    "aws:ec2/placementGroup:PlacementGroup": _named("ec2:placement-group/{name}", placementGroupId="pg-{hex17}"),
    "aws:ec2/routeTable:RouteTable": _ec2("route-table", "rtb"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Form("rtbassoc-{hex17}"),
    "aws:ec2/securityGroup:SecurityGroup": _ec2("security-group", "sg", vpcId="vpc-{hex17_vpc}"),
    "aws:ec2/securityGroupRule:SecurityGroupRule": Form("sgrule-{digits}"),
    "aws:ec2/spotFleetRequest:SpotFleetRequest": Form("sfr-{uuid}"),
    "aws:ec2/subnet:Subnet": _ec2("subnet", "subnet", availabilityZone="{region}a"),
    "aws:ec2/trafficMirrorFilter:TrafficMirrorFilter": _ec2("traffic-mirror-filter", "tmf"),
    "aws:ec2/trafficMirrorSession:TrafficMirrorSession": _ec2("traffic-mirror-session", "tms"),
    "aws:ec2/trafficMirrorTarget:TrafficMirrorTarget": _ec2("traffic-mirror-target", "tmt"),
    "aws:ec2/vpc:Vpc": _ec2(
        "vpc",
        "vpc",
        defaultNetworkAclId="acl-{hex17_acl}",
        defaultRouteTableId="rtb-{hex17_routes}",
        defaultSecurityGroupId="sg-{hex17_group}",
        dhcpOptionsId="dopt-{hex17_dhcp}",
        mainRouteTableId="rtb-{hex17_routes}",
    ),
    "aws:ec2/vpcDhcpOptions:VpcDhcpOptions": _ec2("dhcp-options", "dopt"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _ec2("vpc-endpoint", "vpce", state="available"),
    "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy": Form("{vpcEndpointId}"),
    "aws:ec2/vpcEndpointService:VpcEndpointService": _ec2(
        "vpc-endpoint-service", "vpce-svc", serviceName="{reversed}.vpce.{region}.{id}"
    ),
    "aws:ec2/vpcIpam:VpcIpam": _pool("ec2", "ipam"),
    "aws:ec2/vpcIpamPool:VpcIpamPool": _pool("ec2", "ipam-pool"),
    "aws:ec2/vpcIpamScope:VpcIpamScope": _pool("ec2", "ipam-scope"),
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": Form("vpc-cidr-assoc-{hex17}"),
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": Form("pcx-{hex17}"),
    "aws:ec2/vpnConnection:VpnConnection": _ec2("vpn-connection", "vpn"),
    "aws:ec2/vpnGateway:VpnGateway": _ec2("vpn-gateway", "vgw"),
    "aws:ec2clientvpn/endpoint:Endpoint": _ec2("client-vpn-endpoint", "cvpn-endpoint"),
    "aws:ec2clientvpn/networkAssociation:NetworkAssociation": Form("cvpn-assoc-{hex17}", "", {"associationId": "{id}"}),
    "aws:ec2transitgateway/connectPeer:ConnectPeer": _ec2("transit-gateway-connect-peer", "tgw-connect-peer"),
    "aws:ec2transitgateway/instanceConnectEndpoint:InstanceConnectEndpoint": _ec2("instance-connect-endpoint", "eice"),
    "aws:ec2transitgateway/multicastDomain:MulticastDomain": _ec2(
        "transit-gateway-multicast-domain", "tgw-mcast-domain"
    ),
    "aws:ec2transitgateway/peeringAttachment:PeeringAttachment": _ec2("transit-gateway-attachment", "tgw-attach"),
    "aws:ec2transitgateway/policyTable:PolicyTable": _ec2("transit-gateway-policy-table", "tgw-ptb"),
    "aws:ec2transitgateway/routeTable:RouteTable": _ec2("transit-gateway-route-table", "tgw-rtb"),
    "aws:ec2transitgateway/transitGateway:TransitGateway": _ec2("transit-gateway", "tgw"),
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment": _ec2("transit-gateway-attachment", "tgw-attach"),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": Form("{repository}"),
    "aws:ecr/repository:Repository": _named(
        "ecr:repository/{name}",
        repositoryUrl="{account}.dkr.ecr.{region}.{dns}/{name}",
    ),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": Form("{repository}"),
    "aws:ecrpublic/repository:Repository": _named("ecr-public::repository/{repositoryName}", "{repositoryName}"),
    "aws:ecs/capacityProvider:CapacityProvider": _by_arn("ecs:capacity-provider/{name}"),
    "aws:ecs/cluster:Cluster": _by_arn("ecs:cluster/{name}"),
    "aws:ecs/service:Service": _by_arn("ecs:service/{ecsCluster}/{name}"),
    "aws:ecs/taskDefinition:TaskDefinition": _named(
        "ecs:task-definition/{family}:{revision}",
        "{family}",
        arnWithoutRevision=_regional("ecs:task-definition/{family}"),
    ),
    "aws:efs/accessPoint:AccessPoint": _named(
        "elasticfilesystem:access-point/{id}",
        "fsap-{hex17}",
        fileSystemArn=_regional("elasticfilesystem:file-system/{fileSystemId}"),
    ),
    "aws:efs/fileSystem:FileSystem": _named(
        "elasticfilesystem:file-system/{id}", "fs-{hex17}", dnsName="{id}.efs.{region}.{dns}"
    ),
    "aws:efs/fileSystemPolicy:FileSystemPolicy": Form("{fileSystemId}"),
    "aws:efs/mountTarget:MountTarget": Form(
        "fsmt-{hex17}",
        "",
        {
            "dnsName": "{fileSystemId}.efs.{region}.{dns}",
            "fileSystemArn": _regional("elasticfilesystem:file-system/{fileSystemId}"),
            "networkInterfaceId": "eni-{hex17_interface}",
        },
    ),
    "aws:eks/cluster:Cluster": _named(
        "eks:cluster/{name}",
        endpoint="https://{upper32}.gr7.{region}.eks.{dns}",
        **{"identities[0].oidcs[0].issuer": "https://oidc.eks.{region}.{dns}/id/{upper32}"},
        status="ACTIVE",
        platformVersion="eks.1",
    ),
    "aws:elasticache/cluster:Cluster": _named(
        "elasticache:cluster:{clusterId}", "{clusterId}", clusterAddress="{clusterId}.{hex6}.cfg.{dns}"
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": _named(
        "elasticache:replicationgroup:{replicationGroupId}", "{replicationGroupId}"
    ),
    "aws:elasticache/serverlessCache:ServerlessCache": _named("elasticache:serverlesscache:{name}"),
    "aws:elasticache/user:User": _named("elasticache:user:{userId}", "{userId}"),
    "aws:elasticache/userGroup:UserGroup": _named("elasticache:usergroup:{userGroupId}", "{userGroupId}"),
    "aws:elasticbeanstalk/application:Application": _named("elasticbeanstalk:application/{name}"),
    "aws:elasticbeanstalk/applicationVersion:ApplicationVersion": _named(
        "elasticbeanstalk:applicationversion/{application}/{name}"
    ),
    "aws:elasticbeanstalk/environment:Environment": _named(
        "elasticbeanstalk:environment/{application}/{name}", "e-{hex10}"
    ),
    "aws:elasticsearch/domain:Domain": _by_arn("es:domain/{domainName}", domainId="{account}/{domainName}"),
    "aws:elb/loadBalancer:LoadBalancer": _named("elasticloadbalancing:loadbalancer/{name}"),
    "aws:fms/policy:Policy": _uuid("fms:policy"),
    "aws:fsx/backup:Backup": _named("fsx:backup/{id}", "backup-{hex17}"),
    "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation": _named(
        "fsx:association/{fileSystemId}/{id}", "dra-{hex17}", associationId="{id}"
    ),
    "aws:fsx/fileCache:FileCache": _named("fsx:file-cache/{id}", "fc-{hex17}", fileCacheId="{id}"),
    "aws:fsx/lustreFileSystem:LustreFileSystem": _FSX,
    "aws:fsx/ontapFileSystem:OntapFileSystem": _named("fsx:file-system/{id}", "fs-{hex17}"),
    "aws:fsx/ontapStorageVirtualMachine:OntapStorageVirtualMachine": _named(
        "fsx:storage-virtual-machine/{fileSystemId}/{id}", "svm-{hex17}"
    ),
    "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": _FSX,
    "aws:fsx/windowsFileSystem:WindowsFileSystem": _named("fsx:file-system/{id}", "fs-{hex17}"),
    "aws:globalaccelerator/accelerator:Accelerator": _ACCELERATOR,
    "aws:globalaccelerator/crossAccountAttachment:CrossAccountAttachment": _by_arn(
        "globalaccelerator::attachment/{uuid}"
    ),
    "aws:globalaccelerator/customRoutingAccelerator:CustomRoutingAccelerator": _ACCELERATOR,
    "aws:glue/catalogDatabase:CatalogDatabase": _named("glue:database/{name}", "{catalogId:account}:{name}"),
    "aws:glue/catalogTable:CatalogTable": _named(
        "glue:table/{databaseName}/{name}", "{catalogId:account}:{databaseName}:{name}"
    ),
    "aws:glue/connection:Connection": _named("glue:connection/{name}", "{catalogId:account}:{name}"),
    "aws:glue/crawler:Crawler": _named("glue:crawler/{name}"),
    "aws:glue/dataQualityRuleset:DataQualityRuleset": _named("glue:dataQualityRuleset/{name}"),
    "aws:glue/devEndpoint:DevEndpoint": _named("glue:devEndpoint/{name}"),
    "aws:glue/job:Job": _named("glue:job/{name}"),
    "aws:glue/mLTransform:MLTransform": _named("glue:mlTransform/{id}", "tfm-{hex40}"),
    "aws:glue/registry:Registry": _by_arn("glue:registry/{registryName}"),
    "aws:glue/securityConfiguration:SecurityConfiguration": Form("{name}"),
    "aws:glue/trigger:Trigger": _named("glue:trigger/{name}"),
    "aws:glue/userDefinedFunction:UserDefinedFunction": _named(
        "glue:userDefinedFunction/{databaseName}/{name}", "{catalogId:account}:{databaseName}:{name}"
    ),
    "aws:glue/workflow:Workflow": _named("glue:workflow/{name}"),
    "aws:grafana/workspace:Workspace": _named(
        "grafana:/workspaces/{id}", "g-{hex10}", endpoint="{id}.grafana-workspace.{region}.{dns}"
    ),
    "aws:guardduty/detector:Detector": _named("guardduty:detector/{id}", "{hex32}"),
    "aws:guardduty/filter:Filter": _named("guardduty:detector/{detectorId}/filter/{name}", "{detectorId}:{name}"),
    "aws:guardduty/iPSet:IPSet": _named("guardduty:detector/{detectorId}/ipset/{hex32}", "{detectorId}:{hex32}"),
    "aws:guardduty/threatIntelSet:ThreatIntelSet": _named(
        "guardduty:detector/{detectorId}/threatintelset/{hex32}", "{detectorId}:{hex32}"
    ),
    "aws:iam/accessKey:AccessKey": Form("AKIA{upper16}", "", {"secret": "{hex40}", "status": "Active"}),
    "aws:iam/group:Group": _iam("group", "AGPA"),
    "aws:iam/groupPolicy:GroupPolicy": Form("{group}:{name}"),
    "aws:iam/instanceProfile:InstanceProfile": _iam("instance-profile", "AIPA"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _by_arn("iam::oidc-provider/{host}"),
    "aws:iam/policy:Policy": _by_arn("iam::policy{path}{name}", policyId="ANPA{upper17}", path="/"),
    "aws:iam/role:Role": _iam("role", "AROA"),
    "aws:iam/rolePolicy:RolePolicy": Form("{role}:{name}"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Form("{role}/{policyArn}"),
    "aws:iam/samlProvider:SamlProvider": _by_arn("iam::saml-provider/{name}"),
    "aws:iam/serverCertificate:ServerCertificate": _named(
        "iam::server-certificate{path}{name}", "ASCA{upper17}", path="/"
    ),
    "aws:iam/user:User": _iam("user", "AIDA"),
    "aws:iam/userLoginProfile:UserLoginProfile": Form("{user}"),
    "aws:iam/userPolicy:UserPolicy": Form("{user}:{name}"),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": Form("{user}/{policyArn}"),
    "aws:iam/virtualMfaDevice:VirtualMfaDevice": _by_arn(
        "iam::mfa{path}{virtualMfaDeviceName}", path="/", serialNumber="{arn}"
    ),
    "aws:inspector2/filter:Filter": _by_arn("inspector2:owner/{account}/filter/{hex16}"),
    "aws:iot/authorizer:Authorizer": _named("iot:authorizer/{name}"),
    "aws:iot/billingGroup:BillingGroup": _named("iot:billinggroup/{name}"),
    "aws:iot/caCertificate:CaCertificate": _named("iot:cacert/{id}", "{hex64}"),
    "aws:iot/certificate:Certificate": _named("iot:cert/{id}", "{hex64}"),
    "aws:iot/policy:Policy": _named("iot:policy/{name}"),
    "aws:iot/provisioningTemplate:ProvisioningTemplate": _named("iot:provisioningtemplate/{name}"),
    "aws:iot/roleAlias:RoleAlias": _named("iot:rolealias/{alias}", "{alias}"),
    "aws:iot/thing:Thing": _named("iot:thing/{name}"),
    "aws:iot/thingGroup:ThingGroup": _named("iot:thinggroup/{name}"),
    "aws:iot/thingType:ThingType": _named("iot:thingtype/{name}"),
    "aws:iot/topicRule:TopicRule": _named("iot:rule/{name}"),
    "aws:keyspaces/keyspace:Keyspace": _named("cassandra:/keyspace/{name}/"),
    "aws:keyspaces/table:Table": _named(
        "cassandra:/keyspace/{keyspaceName}/table/{tableName}", "{keyspaceName}/{tableName}"
    ),
    "aws:kinesis/analyticsApplication:AnalyticsApplication": _by_arn("kinesisanalytics:application/{name}"),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": _by_arn("firehose:deliverystream/{name}"),
    "aws:kinesis/stream:Stream": _by_arn("kinesis:stream/{name}"),
    # The end is the second, or the millisecond, in which it was made.
    "aws:kinesis/streamConsumer:StreamConsumer": Form("{arn}", "{streamArn}/consumer/{name}:{digits10}"),
    "aws:kinesis/videoStream:VideoStream": _by_arn("kinesisvideo:stream/{name}/{digits13}"),
    "aws:kinesisanalyticsv2/application:Application": _by_arn("kinesisanalytics:application/{name}"),
    "aws:kms/alias:Alias": _named("kms:{name}", "{name}", targetKeyArn=_regional("kms:key/{targetKey}")),
    "aws:kms/customKeyStore:CustomKeyStore": Form("cks-{hex17}"),
    "aws:kms/externalKey:ExternalKey": _named("kms:key/{id}", "{key}"),
    "aws:kms/key:Key": _named("kms:key/{id}", "{key}", keyId="{id}"),
    "aws:kms/replicaExternalKey:ReplicaExternalKey": _named("kms:key/{id}", "{primaryKey}", keyId="{id}"),
    "aws:kms/replicaKey:ReplicaKey": _named("kms:key/{id}", "{primaryKey}", keyId="{id}"),
    "aws:lambda/codeSigningConfig:CodeSigningConfig": _by_arn(
        "lambda:code-signing-config:csc-{hex17}", configId="csc-{hex17}"
    ),
    "aws:lambda/eventSourceMapping:EventSourceMapping": _named(
        "lambda:event-source-mapping:{id}", "{uuid}", uuid="{id}"
    ),
    "aws:lambda/function:Function": Form(
        "{name}",
        _LAMBDA,
        {
            "invokeArn": _INVOKE + _LAMBDA + "/invocations",
            "qualifiedArn": _LAMBDA + ":$LATEST",
            "version": "$LATEST",
        },
    ),
    "aws:lambda/layerVersion:LayerVersion": _by_arn(
        "lambda:layer:{layerName}:{revision}", layerArn=_regional("lambda:layer:{layerName}"), version="{revision}"
    ),
    "aws:lambda/permission:Permission": Form("{statementId}"),
    "aws:lb/listener:Listener": _LISTENER,
    "aws:lb/listenerRule:ListenerRule": _LISTENER_RULE,
    "aws:lb/loadBalancer:LoadBalancer": _BALANCER,
    "aws:lb/targetGroup:TargetGroup": _TARGETS,
    "aws:lb/trustStore:TrustStore": _by_arn(
        "elasticloadbalancing:truststore/{name}/{hex16}", arnSuffix="truststore/{name}/{hex16}"
    ),
    "aws:lex/v2modelsBot:V2modelsBot": _named("lex:bot/{id}", "{upper10}"),
    "aws:macie/customDataIdentifier:CustomDataIdentifier": _uuid("macie2:custom-data-identifier"),
    "aws:macie/findingsFilter:FindingsFilter": _uuid("macie2:findings-filter"),
    "aws:memorydb/acl:Acl": _named("memorydb:acl/{name}"),
    "aws:memorydb/cluster:Cluster": _named("memorydb:cluster/{name}"),
    "aws:memorydb/parameterGroup:ParameterGroup": _named("memorydb:parametergroup/{name}"),
    "aws:memorydb/snapshot:Snapshot": _named("memorydb:snapshot/{name}"),
    "aws:memorydb/subnetGroup:SubnetGroup": _named("memorydb:subnetgroup/{name}"),
    "aws:memorydb/user:User": _named("memorydb:user/{userName}", "{userName}"),
    "aws:mq/broker:Broker": _named("mq:broker:{brokerName}:{id}", "b-{uuid}"),
    "aws:mq/configuration:Configuration": _named("mq:configuration:{id}", "c-{uuid}"),
    "aws:mwaa/environment:Environment": _named("airflow:environment/{name}"),
    "aws:neptune/cluster:Cluster": _database("neptune"),
    "aws:neptune/clusterEndpoint:ClusterEndpoint": _named(
        "rds:cluster-endpoint:{clusterEndpointIdentifier}", "{clusterIdentifier}:{clusterEndpointIdentifier}"
    ),
    "aws:neptune/clusterInstance:ClusterInstance": _member(),
    "aws:neptune/clusterParameterGroup:ClusterParameterGroup": _named("rds:cluster-pg:{name}"),
    "aws:neptune/eventSubscription:EventSubscription": _named("rds:es:{name}"),
    "aws:neptune/globalCluster:GlobalCluster": _named(
        "rds::global-cluster:{globalClusterIdentifier}", "{globalClusterIdentifier}"
    ),
    "aws:neptune/parameterGroup:ParameterGroup": _named("rds:pg:{name}"),
    "aws:neptune/subnetGroup:SubnetGroup": _named("rds:subgrp:{name}"),
    "aws:networkfirewall/firewall:Firewall": _by_arn("network-firewall:firewall/{name}"),
    "aws:networkfirewall/firewallPolicy:FirewallPolicy": _by_arn("network-firewall:firewall-policy/{name}"),
    "aws:networkfirewall/tlsInspectionConfiguration:TlsInspectionConfiguration": _by_arn(
        "network-firewall:tls-configuration/{name}"
    ),
    "aws:oam/link:Link": _by_arn("oam:link/{uuid}", linkId="{uuid}"),
    "aws:oam/sink:Sink": _by_arn("oam:sink/{uuid}", sinkId="{uuid}"),
    "aws:opensearch/domain:Domain": _by_arn("es:domain/{domainName}", domainId="{account}/{domainName}"),
    "aws:opensearchingest/pipeline:Pipeline": Form(
        "{pipelineName}", "", {"pipelineArn": _regional("osis:pipeline/{pipelineName}")}
    ),
    "aws:organizations/account:Account": Form(
        "{digits12}", "arn:{partition}:organizations::{account}:account/o-{text10}/{id}", {"status": "ACTIVE"}
    ),
    "aws:pinpoint/app:App": _named("mobiletargeting:apps/{id}", "{hex32}", applicationId="{id}"),
    "aws:pipes/pipe:Pipe": _named("pipes:pipe/{name}"),
    "aws:ram/permission:Permission": _by_arn("ram:permission/{name}"),
    "aws:ram/resourceShare:ResourceShare": _by_arn("ram:resource-share/{uuid}"),
    "aws:rds/cluster:Cluster": _database("rds"),
    "aws:rds/clusterEndpoint:ClusterEndpoint": _named(
        "rds:cluster-endpoint:{clusterEndpointIdentifier}", "{clusterEndpointIdentifier}"
    ),
    "aws:rds/clusterInstance:ClusterInstance": _member(),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": _named("rds:cluster-pg:{name}"),
    "aws:rds/clusterSnapshot:ClusterSnapshot": Form(
        "{dbClusterSnapshotIdentifier}",
        "",
        {"dbClusterSnapshotArn": _regional("rds:cluster-snapshot:{dbClusterSnapshotIdentifier}")},
    ),
    "aws:rds/eventSubscription:EventSubscription": _named("rds:es:{name}"),
    "aws:rds/globalCluster:GlobalCluster": _named(
        "rds::global-cluster:{globalClusterIdentifier}", "{globalClusterIdentifier}"
    ),
    "aws:rds/instance:Instance": _named(
        "rds:db:{identifier}",
        "db-{upper26}",
        address="{identifier}.{hex12}.{region}.rds.{dns}",
        endpoint="{identifier}.{hex12}.{region}.rds.{dns}:5432",
        resourceId="{id}",
        status="available",
    ),
    "aws:rds/integration:Integration": _by_arn("rds:integration:{uuid}"),
    "aws:rds/optionGroup:OptionGroup": _named("rds:og:{name}"),
    "aws:rds/parameterGroup:ParameterGroup": _named("rds:pg:{name}"),
    "aws:rds/proxy:Proxy": _named("rds:db-proxy:prx-{hex17}"),
    "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": _named(
        "rds:target-group:prx-tg-{hex17}", "{dbProxyName}", name="default"
    ),
    "aws:rds/proxyEndpoint:ProxyEndpoint": _named(
        "rds:db-proxy-endpoint:prx-endpoint-{hex17}", "{dbProxyName}/{dbProxyEndpointName}"
    ),
    "aws:rds/snapshot:Snapshot": Form(
        "{dbSnapshotIdentifier}", "", {"dbSnapshotArn": _regional("rds:snapshot:{dbSnapshotIdentifier}")}
    ),
    "aws:rds/subnetGroup:SubnetGroup": _named("rds:subgrp:{name}"),
    "aws:redshift/cluster:Cluster": _named(
        "redshift:cluster:{clusterIdentifier}",
        "{clusterIdentifier}",
        clusterNamespaceArn=_regional("redshift:namespace:{uuid}"),
    ),
    "aws:redshift/clusterSnapshot:ClusterSnapshot": _named(
        "redshift:snapshot:{clusterIdentifier}/{snapshotIdentifier}", "{snapshotIdentifier}"
    ),
    "aws:redshift/eventSubscription:EventSubscription": _named("redshift:eventsubscription:{name}"),
    "aws:redshift/parameterGroup:ParameterGroup": _named("redshift:parametergroup:{name}"),
    "aws:redshift/snapshotCopyGrant:SnapshotCopyGrant": _named(
        "redshift:snapshotcopygrant:{snapshotCopyGrantName}", "{snapshotCopyGrantName}"
    ),
    "aws:redshift/subnetGroup:SubnetGroup": _named("redshift:subnetgroup:{name}"),
    "aws:redshiftserverless/namespace:Namespace": _named(
        "redshift-serverless:namespace/{uuid}", "{namespaceName}", namespaceId="{uuid}"
    ),
    "aws:redshiftserverless/workgroup:Workgroup": _named(
        "redshift-serverless:workgroup/{uuid}", "{workgroupName}", workgroupId="{uuid}"
    ),
    "aws:resourcegroups/group:Group": _named("resource-groups:group/{name}"),
    "aws:rolesanywhere/profile:Profile": _uuid("rolesanywhere:profile"),
    "aws:rolesanywhere/trustAnchor:TrustAnchor": _uuid("rolesanywhere:trust-anchor"),
    "aws:route53/cidrCollection:CidrCollection": Form("{uuid}", "arn:{partition}:route53:::cidrcollection/{id}"),
    "aws:route53/healthCheck:HealthCheck": Form("{uuid}", "arn:{partition}:route53:::healthcheck/{id}"),
    "aws:route53/queryLog:QueryLog": Form("{uuid}", "arn:{partition}:route53:::queryloggingconfig/{id}"),
    "aws:route53/record:Record": Form("{zoneId}_{name}_{type}", "", {"fqdn": "{name}"}),
    "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig": _named(
        "route53resolver:resolver-query-log-config/{id}", "rqlc-{hex16}"
    ),
    "aws:route53/resolverRule:ResolverRule": _named("route53resolver:resolver-rule/{id}", "rslvr-rr-{hex17}"),
    "aws:route53/zone:Zone": Form(
        "Z{text17}",
        "arn:{partition}:route53:::hostedzone/{id}",
        {"zoneId": "{id}", "primaryNameServer": "ns-1.awsdns-01.org"},
    ),
    "aws:rum/appMonitor:AppMonitor": _named("rum:appmonitor/{name}", appMonitorId="{uuid}"),
    "aws:s3/bucket:Bucket": _BUCKET,
    "aws:s3/bucketObject:BucketObject": Form("{bucket}/{key}", "arn:{partition}:s3:::{bucket}/{key}"),
    "aws:s3/bucketObjectv2:BucketObjectv2": Form("{bucket}/{key}", "arn:{partition}:s3:::{bucket}/{key}"),
    "aws:s3/bucketPolicy:BucketPolicy": Form("{bucket}"),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Form("{bucket}"),
    "aws:s3/bucketV2:BucketV2": _BUCKET,
    "aws:s3/directoryBucket:DirectoryBucket": _named("s3express:bucket/{bucket}", "{bucket}"),
    "aws:s3/vectorsVectorBucket:VectorsVectorBucket": Form(
        _regional("s3vectors:bucket/{vectorBucketName}"),
        "",
        {"vectorBucketArn": _regional("s3vectors:bucket/{vectorBucketName}")},
    ),
    "aws:s3control/objectLambdaAccessPoint:ObjectLambdaAccessPoint": _named(
        "s3-object-lambda:accesspoint/{name}", "{account}:{name}"
    ),
    "aws:s3tables/tableBucket:TableBucket": _by_arn("s3tables:bucket/{name}"),
    "aws:scheduler/scheduleGroup:ScheduleGroup": _named("scheduler:schedule-group/{name}"),
    "aws:schemas/registry:Registry": _named("schemas:registry/{name}"),
    "aws:schemas/schema:Schema": _named("schemas:schema/{registryName}/{name}", "{name}/{registryName}"),
    "aws:secretsmanager/secret:Secret": _by_arn("secretsmanager:secret:{name}-{hex6}"),
    "aws:secretsmanager/secretPolicy:SecretPolicy": Form("{secretArn}"),
    "aws:secretsmanager/secretVersion:SecretVersion": Form(
        "{secretId}|{uuid}", "", {"arn": "{secretId}", "secretArn": "{secretId}", "versionId": "{uuid}"}
    ),
    "aws:securityhub/account:Account": _named("securityhub:hub/default", "{account}"),
    "aws:securityhub/actionTarget:ActionTarget": _by_arn("securityhub:action/custom/{identifier}"),
    "aws:securityhub/automationRule:AutomationRule": _by_arn("securityhub:automation-rule/{uuid}"),
    "aws:securityhub/findingAggregator:FindingAggregator": _by_arn("securityhub:finding-aggregator/{uuid}"),
    "aws:securityhub/insight:Insight": _by_arn("securityhub:insight/{account}/custom/{uuid}"),
    "aws:servicediscovery/httpNamespace:HttpNamespace": _named(
        "servicediscovery:namespace/{id}", "ns-{hex16}", httpName="{name}"
    ),
    "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": _named(
        "servicediscovery:namespace/{id}", "ns-{hex16}"
    ),
    "aws:servicediscovery/publicDnsNamespace:PublicDnsNamespace": _named(
        "servicediscovery:namespace/{id}", "ns-{hex16}"
    ),
    "aws:servicediscovery/service:Service": _named("servicediscovery:service/{id}", "srv-{hex16}"),
    "aws:ses/configurationSet:ConfigurationSet": _named("ses:configuration-set/{name}"),
    "aws:ses/domainIdentity:DomainIdentity": _named("ses:identity/{domain}", "{domain}"),
    "aws:ses/emailIdentity:EmailIdentity": _named("ses:identity/{email}", "{email}"),
    "aws:ses/receiptFilter:ReceiptFilter": _named("ses:receipt-filter/{name}"),
    "aws:ses/receiptRule:ReceiptRule": _named("ses:receipt-rule-set/{ruleSetName}:receipt-rule/{name}"),
    "aws:ses/receiptRuleSet:ReceiptRuleSet": _named("ses:receipt-rule-set/{ruleSetName}", "{ruleSetName}"),
    "aws:ses/template:Template": _named("ses:template/{name}"),
    "aws:sesv2/configurationSet:ConfigurationSet": _named(
        "ses:configuration-set/{configurationSetName}", "{configurationSetName}"
    ),
    "aws:sesv2/contactList:ContactList": _named("ses:contact-list/{contactListName}", "{contactListName}"),
    "aws:sesv2/dedicatedIpPool:DedicatedIpPool": _named("ses:dedicated-ip-pool/{poolName}", "{poolName}"),
    "aws:sesv2/emailIdentity:EmailIdentity": _named("ses:identity/{emailIdentity}", "{emailIdentity}"),
    "aws:sfn/activity:Activity": _by_arn("states:activity:{name}"),
    "aws:sfn/stateMachine:StateMachine": _by_arn("states:stateMachine:{name}", status="ACTIVE"),
    "aws:shield/protection:Protection": _uuid("shield::protection"),
    "aws:signer/signingProfile:SigningProfile": _named(
        "signer:/signing-profiles/{name}", version="{hex10}", versionArn="{arn}/{hex10}"
    ),
    "aws:sns/platformApplication:PlatformApplication": _by_arn("sns:app/{platform}/{name}"),
    "aws:sns/topic:Topic": _by_arn("sns:{name}", owner="{account}"),
    "aws:sns/topicPolicy:TopicPolicy": Form("{arn}", "", {"owner": "{account}"}),
    "aws:sns/topicSubscription:TopicSubscription": Form("{arn}", "{topic}:{uuid}", {"pendingConfirmation": ""}),
    "aws:sqs/queue:Queue": _named(
        "sqs:{name}",
        "https://sqs.{region}.{dns}/{account}/{name}",
        url="https://sqs.{region}.{dns}/{account}/{name}",
    ),
    "aws:sqs/queuePolicy:QueuePolicy": Form("{queueUrl}"),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": Form("{queueUrl}"),
    "aws:sqs/redrivePolicy:RedrivePolicy": Form("{queueUrl}"),
    "aws:ssm/activation:Activation": Form("{uuid}"),
    "aws:ssm/association:Association": _named("ssm:association/{id}", "{uuid}", associationId="{id}"),
    "aws:ssm/document:Document": _named("ssm:document/{name}"),
    "aws:ssm/maintenanceWindow:MaintenanceWindow": Form("mw-{hex17}"),
    "aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget": Form("{uuid}"),
    "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask": _named("ssm:windowtask/{id}", "{uuid}", windowTaskId="{id}"),
    "aws:ssm/parameter:Parameter": _named("ssm:parameter{slash}{name}", "{name}", version="{revision}"),
    "aws:ssm/patchBaseline:PatchBaseline": _named("ssm:patchbaseline/{id}", "pb-{hex17}"),
    "aws:ssm/resourceDataSync:ResourceDataSync": Form("{name}"),
    "aws:synthetics/canary:Canary": _named("synthetics:canary:{name}"),
    "aws:timestreamwrite/database:Database": _named("timestream:database/{databaseName}", "{databaseName}"),
    "aws:timestreamwrite/table:Table": _named(
        "timestream:database/{databaseName}/table/{tableName}", "{tableName}:{databaseName}"
    ),
    "aws:transfer/certificate:Certificate": _named("transfer:certificate/{id}", "cert-{hex17}", certificateId="{id}"),
    "aws:transfer/connector:Connector": _named("transfer:connector/{id}", "c-{hex17}", connectorId="{id}"),
    "aws:transfer/profile:Profile": _named("transfer:profile/{id}", "p-{hex17}", profileId="{id}"),
    "aws:transfer/server:Server": _named(
        "transfer:server/{id}", "s-{hex17}", endpoint="{id}.server.transfer.{region}.{dns}"
    ),
    "aws:transfer/user:User": _named("transfer:user/{serverId}/{userName}", "{serverId}/{userName}"),
    "aws:transfer/webApp:WebApp": _named("transfer:webapp/{id}", "webapp-{hex17}", webAppId="{id}"),
    "aws:transfer/workflow:Workflow": _named("transfer:workflow/{id}", "w-{hex17}"),
    "aws:vpc/routeServer:RouteServer": _ec2("route-server", "rs", routeServerId="{id}"),
    "aws:vpc/routeServerEndpoint:RouteServerEndpoint": _ec2(
        "route-server-endpoint", "rse", routeServerEndpointId="{id}"
    ),
    "aws:vpc/routeServerPeer:RouteServerPeer": _ec2("route-server-peer", "rsp", routeServerPeerId="{id}"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _SECURITY_RULE,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _SECURITY_RULE,
    "aws:vpclattice/accessLogSubscription:AccessLogSubscription": _named(
        "vpc-lattice:accesslogsubscription/{id}", "als-{hex17}"
    ),
    "aws:vpclattice/resourceConfiguration:ResourceConfiguration": _named(
        "vpc-lattice:resourceconfiguration/{id}", "rcfg-{hex17}"
    ),
    "aws:vpclattice/resourceGateway:ResourceGateway": _named("vpc-lattice:resourcegateway/{id}", "rgw-{hex17}"),
    "aws:vpclattice/service:Service": _named("vpc-lattice:service/{id}", "svc-{hex17}"),
    "aws:vpclattice/serviceNetwork:ServiceNetwork": _named("vpc-lattice:servicenetwork/{id}", "sn-{hex17}"),
    "aws:vpclattice/serviceNetworkServiceAssociation:ServiceNetworkServiceAssociation": _named(
        "vpc-lattice:servicenetworkserviceassociation/{id}", "snsa-{hex17}"
    ),
    "aws:vpclattice/serviceNetworkVpcAssociation:ServiceNetworkVpcAssociation": _named(
        "vpc-lattice:servicenetworkvpcassociation/{id}", "snva-{hex17}"
    ),
    "aws:vpclattice/targetGroup:TargetGroup": _named("vpc-lattice:targetgroup/{id}", "tg-{hex17}"),
    "aws:waf/byteMatchSet:ByteMatchSet": _uuid("waf::bytematchset"),
    "aws:waf/geoMatchSet:GeoMatchSet": _uuid("waf::geomatchset"),
    "aws:waf/ipSet:IpSet": _uuid("waf::ipset"),
    "aws:waf/rateBasedRule:RateBasedRule": _uuid("waf::ratebasedrule"),
    "aws:waf/regexPatternSet:RegexPatternSet": _uuid("waf::regexpatternset"),
    "aws:waf/rule:Rule": _uuid("waf::rule"),
    "aws:waf/ruleGroup:RuleGroup": _uuid("waf::rulegroup"),
    "aws:waf/sizeConstraintSet:SizeConstraintSet": _uuid("waf::sizeconstraintset"),
    "aws:waf/webAcl:WebAcl": _uuid("waf::webacl"),
    "aws:waf/xssMatchSet:XssMatchSet": _uuid("waf::xssmatchset"),
    "aws:wafregional/ipSet:IpSet": _uuid("waf-regional:ipset"),
    "aws:wafregional/rateBasedRule:RateBasedRule": _uuid("waf-regional:ratebasedrule"),
    "aws:wafregional/rule:Rule": _uuid("waf-regional:rule"),
    "aws:wafregional/ruleGroup:RuleGroup": _uuid("waf-regional:rulegroup"),
    "aws:wafregional/webAcl:WebAcl": _uuid("waf-regional:webacl"),
    "aws:xray/group:Group": _by_arn("xray:group/{groupName}/{upper52}"),
    "aws:xray/samplingRule:SamplingRule": _named("xray:sampling-rule/{ruleName}", "{ruleName}"),
    "aws:eks/accessEntry:AccessEntry": Form("{clusterName}:{principalArn}"),
    "aws:eks/addon:Addon": _named("eks:addon/{clusterName}/{addonName}/{uuid}", "{clusterName}:{addonName}"),
    "aws:eks/fargateProfile:FargateProfile": _named(
        "eks:fargateprofile/{clusterName}/{fargateProfileName}/{uuid}", "{clusterName}:{fargateProfileName}"
    ),
    "aws:eks/nodeGroup:NodeGroup": _named(
        "eks:nodegroup/{clusterName}/{nodeGroupName}/{uuid}", "{clusterName}:{nodeGroupName}"
    ),
    "aws:dax/cluster:Cluster": _named("dax:cache/{clusterName}", "{clusterName}"),
    "aws:codeartifact/repository:Repository": Form(
        "{arn}", "arn:{partition}:codeartifact:{region}:{domainOwner:account}:repository/{domain}/{repository}"
    ),
    "aws:lambda/alias:Alias": Form(
        "{arn}",
        _regional("lambda:function:{function}:{name}"),
        {"invokeArn": _INVOKE + _regional("lambda:function:{function}:{name}") + "/invocations"},
    ),
    "aws:scheduler/schedule:Schedule": _named(
        "scheduler:schedule/{groupName:=default}/{name}", "{groupName:=default}/{name}"
    ),
    "aws:networkfirewall/ruleGroup:RuleGroup": _by_arn("network-firewall:{type:lower}-rulegroup/{name}"),
    "aws:wafv2/ipSet:IpSet": _named("wafv2:{reach}/ipset/{name}/{id}", "{uuid}"),
    "aws:wafv2/regexPatternSet:RegexPatternSet": _named("wafv2:{reach}/regexpatternset/{name}/{id}", "{uuid}"),
    "aws:wafv2/ruleGroup:RuleGroup": _named("wafv2:{reach}/rulegroup/{name}/{id}", "{uuid}"),
    "aws:wafv2/webAcl:WebAcl": _named("wafv2:{reach}/webacl/{name}/{id}", "{uuid}"),
    "aws:ssoadmin/permissionSet:PermissionSet": Form(
        "{arn},{instanceArn}", "arn:{partition}:sso:::permissionSet/{ssoInstance}/ps-{hex16}"
    ),
    "aws:sagemaker/endpoint:Endpoint": _named("sagemaker:endpoint/{name:lower}"),
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": _named("sagemaker:endpoint-config/{name:lower}"),
    "aws:sagemaker/model:Model": _named("sagemaker:model/{name:lower}"),
    "aws:sagemaker/notebookInstance:NotebookInstance": _named("sagemaker:notebook-instance/{name:lower}"),
    "aws:elasticache/parameterGroup:ParameterGroup": _named("elasticache:parametergroup:{name:lower}", "{name:lower}"),
    "aws:elasticache/subnetGroup:SubnetGroup": _named("elasticache:subnetgroup:{name:lower}", "{name:lower}"),
}

# Parts that are of the right form only: the true value differs by region, by inputs, in length, or by what no
# template sees.  The symbolic provider leaves them unknown, and what is made of them.
GUESSED: Mapping[str, frozenset[str]] = {
    # Of these the provider documents how one is imported, and not what its id is.
    **dict.fromkeys(
        (
            "aws:athena/capacityReservation:CapacityReservation",
            "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault",
            "aws:cloudwatch/logAnomalyDetector:LogAnomalyDetector",
            "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
            "aws:cloudwatch/logDeliverySource:LogDeliverySource",
            "aws:elasticache/serverlessCache:ServerlessCache",
            "aws:inspector2/filter:Filter",
            "aws:ram/permission:Permission",
            "aws:s3/directoryBucket:DirectoryBucket",
            "aws:s3/vectorsVectorBucket:VectorsVectorBucket",
            "aws:s3tables/tableBucket:TableBucket",
        ),
        frozenset({"id"}),
    ),
    # A network balancer's name has another form, an internal one's a prefix, and the number is of no fixed length.
    "aws:alb/loadBalancer:LoadBalancer": frozenset({"dnsName", "zoneId"}),
    "aws:acm/certificate:Certificate": frozenset({"status", "type"}),
    "aws:cloudfront/distribution:Distribution": frozenset({"domainName", "status"}),
    # An endpoint in China has another order.
    "aws:docdb/cluster:Cluster": frozenset({"endpoint", "readerEndpoint"}),
    # What exists already, and may be so old that its id has eight digits.
    "aws:ec2/instance:Instance": frozenset(
        {"availabilityZone", "instanceState", "primaryNetworkInterfaceId", "subnetId"}
    ),
    # A regional gateway has none.
    "aws:ec2/natGateway:NatGateway": frozenset({"networkInterfaceId"}),
    "aws:ec2/securityGroup:SecurityGroup": frozenset({"vpcId"}),
    # A hash, of one to ten digits.
    "aws:ec2/securityGroupRule:SecurityGroupRule": frozenset({"id"}),
    "aws:ec2/subnet:Subnet": frozenset({"availabilityZone"}),
    # The region's default options, which all VPCs share.
    "aws:ec2/vpc:Vpc": frozenset({"dhcpOptionsId"}),
    "aws:ec2/vpcEndpoint:VpcEndpoint": frozenset({"state"}),
    "aws:eks/cluster:Cluster": frozenset({"endpoint", "platformVersion"}),
    "aws:elasticache/cluster:Cluster": frozenset({"clusterAddress"}),
    "aws:globalaccelerator/accelerator:Accelerator": frozenset({"dnsName"}),
    "aws:globalaccelerator/customRoutingAccelerator:CustomRoutingAccelerator": frozenset({"dnsName"}),
    "aws:lambda/function:Function": frozenset({"qualifiedArn", "version"}),
    "aws:lb/loadBalancer:LoadBalancer": frozenset({"dnsName", "zoneId"}),
    "aws:neptune/cluster:Cluster": frozenset({"endpoint", "readerEndpoint"}),
    "aws:rds/cluster:Cluster": frozenset({"endpoint", "readerEndpoint"}),
    "aws:rds/instance:Instance": frozenset({"address", "endpoint"}),
    # A set identifier would be at its end.
    "aws:route53/record:Record": frozenset({"fqdn", "id"}),
    "aws:route53/zone:Zone": frozenset({"primaryNameServer"}),
    "aws:s3/bucket:Bucket": frozenset({"hostedZoneId"}),
    "aws:s3/bucketV2:BucketV2": frozenset({"hostedZoneId"}),
    "aws:secretsmanager/secretVersion:SecretVersion": frozenset({"arn", "secretArn"}),
    "aws:sns/topicSubscription:TopicSubscription": frozenset({"pendingConfirmation"}),
}


def known(token: str) -> Form | None:
    """The form of a type without what is guessed; None of a type that nothing is known of."""
    found = FORMS.get(token)
    guessed = GUESSED.get(token)
    if found is None or guessed is None:
        return found
    return replace(
        found,
        id=wire.UNKNOWN if "id" in guessed else found.id,
        arn=wire.UNKNOWN if "arn" in guessed and found.arn else found.arn,
        outputs={name: text for name, text in found.outputs.items() if name not in guessed},
    )


def form(token: str, named: str | None) -> Form:
    """The form of a type: its own, or one that AWS might have given it; `named` is the property of its name."""
    if token in FORMS:
        return FORMS[token]
    module, kind = token.split(":")[1].split("/")
    own = "{" + named + "}" if named else "{hex17}"
    return Form(own, f"arn:{{partition}}:{module}:{{region}}:{{account}}:{kind.lower()}/{{id}}")
