"""Every ARN that the symbolic provider writes has the form that AWS documents, and that moto's AWS gives."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import boto3
import policy_sentry
import pytest
from moto import mock_aws

from tenant_safety.symbolic import arns, outputs, table, wire
from tenant_safety.symbolic.instances import Instance
from tenant_safety.symbolic.parts import Parts, Symbols
from tenant_safety.symbolic.symbols import Book
from tests.standin.drawn import Drawn

ACCOUNT, REGION = "111111111111", "eu-west-1"
PLACE = Instance(ACCOUNT, REGION)
HERE = f"{REGION}:{ACCOUNT}"
DATA = Path(policy_sentry.__file__).parent / "shared/data/iam-definition.json"

# What a property holds if it is more than a name.
GIVEN: Mapping[str, str] = {
    "alias": "alias",
    "listenerArn": f"arn:aws:elasticloadbalancing:{HERE}:listener/app/front/0123456789abcdef/0123456789abcdef",
    "loadBalancerArn": f"arn:aws:elasticloadbalancing:{HERE}:loadbalancer/app/front/0123456789abcdef",
    "streamArn": f"arn:aws:kinesis:{HERE}:stream/events",
    "functionName": f"arn:aws:lambda:{HERE}:function:jobs",
    "instanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef",
    "primaryKeyArn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/mrk-1234abcd12ab34cd56ef1234567890ab",
    "protocolType": "HTTP",
    "scope": "REGIONAL",
    "targetKeyId": "1234abcd-12ab-34cd-56ef-1234567890ab",
    "topic": f"arn:aws:sns:{HERE}:news",
    "url": "https://token.example.org",
}
SAID: Mapping[str, Mapping[str, str]] = {
    "aws:codeartifact/repository:Repository": {"domainOwner": ACCOUNT},
    "aws:kms/alias:Alias": {"name": "alias/key"},
    "aws:networkfirewall/ruleGroup:RuleGroup": {"type": "STATEFUL"},
}

# The type's ARN, or `type.property` of another property that is one, and the service and resource type of AWS's
# service authorization reference (as policy-sentry has it) whose format it has.
FORMATS: Mapping[str, str] = {
    "aws:accessanalyzer/analyzer:Analyzer": "access-analyzer Analyzer",
    "aws:acm/certificate:Certificate": "acm certificate",
    "aws:acmpca/certificateAuthority:CertificateAuthority": "acm-pca certificate-authority",
    "aws:alb/listener:Listener": "elasticloadbalancing listener/app",
    "aws:alb/listenerRule:ListenerRule": "elasticloadbalancing listener-rule/app",
    "aws:alb/loadBalancer:LoadBalancer": "elasticloadbalancing loadbalancer/app/",
    "aws:alb/targetGroup:TargetGroup": "elasticloadbalancing targetgroup",
    "aws:amp/ruleGroupNamespace:RuleGroupNamespace": "aps rulegroupsnamespace",
    "aws:amp/scraper:Scraper": "aps scraper",
    "aws:amp/workspace:Workspace": "aps workspace",
    "aws:apigateway/apiKey:ApiKey": "apigateway ApiKey",
    "aws:apigateway/restApi:RestApi": "apigateway RestApi",
    "aws:apigatewayv2/api:Api": "apigateway Api",
    "aws:apigatewayv2/domainName:DomainName": "apigateway DomainName",
    "aws:apigatewayv2/stage:Stage": "apigateway Stage",
    "aws:appmesh/mesh:Mesh": "appmesh mesh",
    "aws:apprunner/autoScalingConfigurationVersion:AutoScalingConfigurationVersion": (
        "apprunner autoscalingconfiguration"
    ),
    "aws:apprunner/connection:Connection": "apprunner connection",
    "aws:apprunner/observabilityConfiguration:ObservabilityConfiguration": "apprunner observabilityconfiguration",
    "aws:apprunner/service:Service": "apprunner service",
    "aws:apprunner/vpcConnector:VpcConnector": "apprunner vpcconnector",
    "aws:apprunner/vpcIngressConnection:VpcIngressConnection": "apprunner vpcingressconnection",
    "aws:appsync/dataSource:DataSource": "appsync datasource",
    "aws:appsync/graphQLApi:GraphQLApi": "appsync graphqlapi",
    "aws:athena/capacityReservation:CapacityReservation": "athena capacity-reservation",
    "aws:athena/dataCatalog:DataCatalog": "athena datacatalog",
    "aws:athena/workgroup:Workgroup": "athena workgroup",
    "aws:autoscaling/group:Group": "autoscaling autoScalingGroup",
    "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault": "backup backupVault",
    "aws:backup/plan:Plan": "backup backupPlan",
    "aws:backup/vault:Vault": "backup backupVault",
    "aws:backup/vaultNotifications:VaultNotifications.backupVaultArn": "backup backupVault",
    "aws:backup/vaultPolicy:VaultPolicy.backupVaultArn": "backup backupVault",
    "aws:batch/computeEnvironment:ComputeEnvironment": "batch compute-environment",
    "aws:batch/jobDefinition:JobDefinition": "batch job-definition-revision",
    "aws:batch/jobDefinition:JobDefinition.arnPrefix": "batch job-definition",
    "aws:batch/jobQueue:JobQueue": "batch job-queue",
    "aws:batch/schedulingPolicy:SchedulingPolicy": "batch scheduling-policy",
    "aws:bedrock/agentAgent:AgentAgent.agentArn": "bedrock agent",
    "aws:bedrock/agentAgentAlias:AgentAgentAlias.agentAliasArn": "bedrock agent-alias",
    "aws:bedrock/agentFlow:AgentFlow": "bedrock flow",
    "aws:bedrock/agentKnowledgeBase:AgentKnowledgeBase": "bedrock knowledge-base",
    "aws:bedrock/agentPrompt:AgentPrompt": "bedrock prompt",
    "aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime.agentRuntimeArn": "bedrock-agentcore runtime",
    "aws:bedrock/agentcoreBrowser:AgentcoreBrowser.browserArn": "bedrock-agentcore browser-custom",
    "aws:bedrock/agentcoreCodeInterpreter:AgentcoreCodeInterpreter.codeInterpreterArn": (
        "bedrock-agentcore code-interpreter-custom"
    ),
    "aws:bedrock/agentcoreMemory:AgentcoreMemory": "bedrock-agentcore memory",
    "aws:bedrock/provisionedModelThroughput:ProvisionedModelThroughput": "bedrock provisioned-model",
    "aws:budgets/budget:Budget": "budgets budget",
    "aws:cfg/rule:Rule": "config ConfigRule",
    "aws:cloudformation/stack:Stack": "cloudformation stack",
    "aws:cloudfront/cachePolicy:CachePolicy": "cloudfront cache-policy",
    "aws:cloudfront/continuousDeploymentPolicy:ContinuousDeploymentPolicy": "cloudfront continuous-deployment-policy",
    "aws:cloudfront/distribution:Distribution": "cloudfront distribution",
    "aws:cloudfront/function:Function": "cloudfront function",
    "aws:cloudfront/keyValueStore:KeyValueStore": "cloudfront key-value-store",
    "aws:cloudfront/originAccessControl:OriginAccessControl": "cloudfront origin-access-control",
    "aws:cloudfront/originAccessIdentity:OriginAccessIdentity": "cloudfront origin-access-identity",
    "aws:cloudfront/originRequestPolicy:OriginRequestPolicy": "cloudfront origin-request-policy",
    "aws:cloudfront/realtimeLogConfig:RealtimeLogConfig": "cloudfront realtime-log-config",
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": "cloudfront response-headers-policy",
    "aws:cloudtrail/eventDataStore:EventDataStore": "cloudtrail eventdatastore",
    "aws:cloudtrail/trail:Trail": "cloudtrail trail",
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": "cloudwatch alarm",
    "aws:cloudwatch/contributorInsightRule:ContributorInsightRule.resourceArn": "cloudwatch insight-rule",
    "aws:cloudwatch/dashboard:Dashboard.dashboardArn": "cloudwatch dashboard",
    "aws:cloudwatch/eventArchive:EventArchive": "events archive",
    "aws:cloudwatch/eventBus:EventBus": "events event-bus",
    "aws:cloudwatch/eventEndpoint:EventEndpoint": "events endpoint",
    "aws:cloudwatch/eventRule:EventRule": "events rule-on-default-event-bus",
    "aws:cloudwatch/internetMonitor:InternetMonitor": "internetmonitor Monitor",
    "aws:cloudwatch/logAnomalyDetector:LogAnomalyDetector": "logs anomaly-detector",
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": "logs delivery-destination",
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": "logs delivery-source",
    "aws:cloudwatch/logDestination:LogDestination": "logs destination",
    "aws:cloudwatch/logGroup:LogGroup": "logs log-group",
    "aws:cloudwatch/logStream:LogStream": "logs log-stream",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "cloudwatch alarm",
    "aws:cloudwatch/metricStream:MetricStream": "cloudwatch metric-stream",
    "aws:codeartifact/domain:Domain": "codeartifact domain",
    "aws:codebuild/project:Project": "codebuild project",
    "aws:codebuild/reportGroup:ReportGroup": "codebuild report-group",
    "aws:codecommit/repository:Repository": "codecommit repository",
    "aws:codeconnections/connection:Connection": "codeconnections Connection",
    "aws:codedeploy/application:Application": "codedeploy application",
    "aws:codedeploy/deploymentConfig:DeploymentConfig": "codedeploy deploymentconfig",
    "aws:codedeploy/deploymentGroup:DeploymentGroup": "codedeploy deploymentgroup",
    "aws:codepipeline/pipeline:Pipeline": "codepipeline pipeline",
    "aws:codepipeline/webhook:Webhook": "codepipeline webhook",
    "aws:codestarconnections/connection:Connection": "codestar-connections Connection",
    "aws:cognito/userPool:UserPool": "cognito-idp userpool",
    "aws:connect/instance:Instance": "connect instance",
    "aws:datasync/agent:Agent": "datasync agent",
    "aws:datasync/efsLocation:EfsLocation": "datasync location",
    "aws:datasync/locationAzureBlob:LocationAzureBlob": "datasync location",
    "aws:datasync/locationFsxLustre:LocationFsxLustre": "datasync location",
    "aws:datasync/locationFsxWindows:LocationFsxWindows": "datasync location",
    "aws:datasync/locationHdfs:LocationHdfs": "datasync location",
    "aws:datasync/locationObjectStorage:LocationObjectStorage": "datasync location",
    "aws:datasync/locationSmb:LocationSmb": "datasync location",
    "aws:datasync/nfsLocation:NfsLocation": "datasync location",
    "aws:datasync/s3Location:S3Location": "datasync location",
    "aws:datasync/task:Task": "datasync task",
    "aws:detective/graph:Graph": "detective Graph",
    "aws:directconnect/gateway:Gateway": "directconnect dx-gateway",
    "aws:dlm/lifecyclePolicy:LifecyclePolicy": "dlm policy",
    "aws:docdb/cluster:Cluster": "rds cluster",
    "aws:docdb/clusterInstance:ClusterInstance": "rds db",
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup": "rds cluster-pg",
    "aws:docdb/elasticCluster:ElasticCluster": "docdb-elastic cluster",
    "aws:docdb/eventSubscription:EventSubscription": "rds es",
    "aws:docdb/globalCluster:GlobalCluster": "rds global-cluster",
    "aws:docdb/subnetGroup:SubnetGroup": "rds subgrp",
    "aws:dsql/cluster:Cluster": "dsql Cluster",
    "aws:dynamodb/globalTable:GlobalTable": "dynamodb global-table",
    "aws:dynamodb/table:Table": "dynamodb table",
    "aws:ebs/snapshot:Snapshot": "ec2 snapshot",
    "aws:ebs/snapshotCopy:SnapshotCopy": "ec2 snapshot",
    "aws:ebs/snapshotImport:SnapshotImport": "ec2 snapshot",
    "aws:ebs/volume:Volume": "ec2 volume",
    "aws:ec2/ami:Ami": "ec2 image",
    "aws:ec2/amiCopy:AmiCopy": "ec2 image",
    "aws:ec2/amiFromInstance:AmiFromInstance": "ec2 image",
    "aws:ec2/capacityReservation:CapacityReservation": "ec2 capacity-reservation",
    "aws:ec2/carrierGateway:CarrierGateway": "ec2 carrier-gateway",
    "aws:ec2/customerGateway:CustomerGateway": "ec2 customer-gateway",
    "aws:ec2/dedicatedHost:DedicatedHost": "ec2 dedicated-host",
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": "ec2 network-acl",
    "aws:ec2/defaultRouteTable:DefaultRouteTable": "ec2 route-table",
    "aws:ec2/eip:Eip": "ec2 elastic-ip",
    "aws:ec2/fleet:Fleet": "ec2 fleet",
    "aws:ec2/flowLog:FlowLog": "ec2 vpc-flow-log",
    "aws:ec2/instance:Instance": "ec2 instance",
    "aws:ec2/internetGateway:InternetGateway": "ec2 internet-gateway",
    "aws:ec2/keyPair:KeyPair": "ec2 key-pair",
    "aws:ec2/launchConfiguration:LaunchConfiguration": "autoscaling launchConfiguration",
    "aws:ec2/launchTemplate:LaunchTemplate": "ec2 launch-template",
    "aws:ec2/managedPrefixList:ManagedPrefixList": "ec2 prefix-list",
    "aws:ec2/networkAcl:NetworkAcl": "ec2 network-acl",
    "aws:ec2/networkInsightsAnalysis:NetworkInsightsAnalysis": "ec2 network-insights-analysis",
    "aws:ec2/networkInsightsPath:NetworkInsightsPath": "ec2 network-insights-path",
    "aws:ec2/networkInterface:NetworkInterface": "ec2 network-interface",
    "aws:ec2/placementGroup:PlacementGroup": "ec2 placement-group",
    "aws:ec2/routeTable:RouteTable": "ec2 route-table",
    "aws:ec2/securityGroup:SecurityGroup": "ec2 security-group",
    "aws:ec2/subnet:Subnet": "ec2 subnet",
    "aws:ec2/trafficMirrorFilter:TrafficMirrorFilter": "ec2 traffic-mirror-filter",
    "aws:ec2/trafficMirrorSession:TrafficMirrorSession": "ec2 traffic-mirror-session",
    "aws:ec2/trafficMirrorTarget:TrafficMirrorTarget": "ec2 traffic-mirror-target",
    "aws:ec2/vpc:Vpc": "ec2 vpc",
    "aws:ec2/vpcDhcpOptions:VpcDhcpOptions": "ec2 dhcp-options",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "ec2 vpc-endpoint",
    "aws:ec2/vpcEndpointService:VpcEndpointService": "ec2 vpc-endpoint-service",
    "aws:ec2/vpcIpam:VpcIpam": "ec2 ipam",
    "aws:ec2/vpcIpamPool:VpcIpamPool": "ec2 ipam-pool",
    "aws:ec2/vpcIpamScope:VpcIpamScope": "ec2 ipam-scope",
    "aws:ec2/vpnConnection:VpnConnection": "ec2 vpn-connection",
    "aws:ec2/vpnGateway:VpnGateway": "ec2 vpn-gateway",
    "aws:ec2clientvpn/endpoint:Endpoint": "ec2 client-vpn-endpoint",
    "aws:ec2transitgateway/connectPeer:ConnectPeer": "ec2 transit-gateway-connect-peer",
    "aws:ec2transitgateway/instanceConnectEndpoint:InstanceConnectEndpoint": "ec2 instance-connect-endpoint",
    "aws:ec2transitgateway/multicastDomain:MulticastDomain": "ec2 transit-gateway-multicast-domain",
    "aws:ec2transitgateway/peeringAttachment:PeeringAttachment": "ec2 transit-gateway-attachment",
    "aws:ec2transitgateway/policyTable:PolicyTable": "ec2 transit-gateway-policy-table",
    "aws:ec2transitgateway/routeTable:RouteTable": "ec2 transit-gateway-route-table",
    "aws:ec2transitgateway/transitGateway:TransitGateway": "ec2 transit-gateway",
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment": "ec2 transit-gateway-attachment",
    "aws:ecr/repository:Repository": "ecr repository",
    "aws:ecrpublic/repository:Repository": "ecr-public repository",
    "aws:ecs/capacityProvider:CapacityProvider": "ecs capacity-provider",
    "aws:ecs/cluster:Cluster": "ecs cluster",
    "aws:ecs/service:Service": "ecs service",
    "aws:ecs/taskDefinition:TaskDefinition": "ecs task-definition",
    "aws:efs/accessPoint:AccessPoint": "elasticfilesystem access-point",
    "aws:efs/accessPoint:AccessPoint.fileSystemArn": "elasticfilesystem file-system",
    "aws:efs/fileSystem:FileSystem": "elasticfilesystem file-system",
    "aws:efs/mountTarget:MountTarget.fileSystemArn": "elasticfilesystem file-system",
    "aws:eks/cluster:Cluster": "eks cluster",
    "aws:elasticache/cluster:Cluster": "elasticache cluster",
    "aws:elasticache/replicationGroup:ReplicationGroup": "elasticache replicationgroup",
    "aws:elasticache/serverlessCache:ServerlessCache": "elasticache serverlesscache",
    "aws:elasticache/user:User": "elasticache user",
    "aws:elasticache/userGroup:UserGroup": "elasticache usergroup",
    "aws:elasticbeanstalk/application:Application": "elasticbeanstalk application",
    "aws:elasticbeanstalk/applicationVersion:ApplicationVersion": "elasticbeanstalk applicationversion",
    "aws:elasticbeanstalk/environment:Environment": "elasticbeanstalk environment",
    "aws:elasticsearch/domain:Domain": "es domain",
    "aws:elb/loadBalancer:LoadBalancer": "elasticloadbalancing loadbalancer",
    "aws:fms/policy:Policy": "fms policy",
    "aws:fsx/backup:Backup": "fsx backup",
    "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation": "fsx association",
    "aws:fsx/fileCache:FileCache": "fsx file-cache",
    "aws:fsx/lustreFileSystem:LustreFileSystem": "fsx file-system",
    "aws:fsx/ontapFileSystem:OntapFileSystem": "fsx file-system",
    "aws:fsx/ontapStorageVirtualMachine:OntapStorageVirtualMachine": "fsx storage-virtual-machine",
    "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": "fsx file-system",
    "aws:fsx/windowsFileSystem:WindowsFileSystem": "fsx file-system",
    "aws:globalaccelerator/accelerator:Accelerator": "globalaccelerator accelerator",
    "aws:globalaccelerator/crossAccountAttachment:CrossAccountAttachment": "globalaccelerator attachment",
    "aws:globalaccelerator/customRoutingAccelerator:CustomRoutingAccelerator": "globalaccelerator accelerator",
    "aws:glue/catalogDatabase:CatalogDatabase": "glue database",
    "aws:glue/catalogTable:CatalogTable": "glue table",
    "aws:glue/connection:Connection": "glue connection",
    "aws:glue/crawler:Crawler": "glue crawler",
    "aws:glue/dataQualityRuleset:DataQualityRuleset": "glue dataQualityRuleset",
    "aws:glue/devEndpoint:DevEndpoint": "glue devendpoint",
    "aws:glue/job:Job": "glue job",
    "aws:glue/mLTransform:MLTransform": "glue mlTransform",
    "aws:glue/registry:Registry": "glue registry",
    "aws:glue/trigger:Trigger": "glue trigger",
    "aws:glue/userDefinedFunction:UserDefinedFunction": "glue userdefinedfunction",
    "aws:glue/workflow:Workflow": "glue workflow",
    "aws:grafana/workspace:Workspace": "grafana workspace",
    "aws:guardduty/detector:Detector": "guardduty detector",
    "aws:guardduty/filter:Filter": "guardduty filter",
    "aws:guardduty/iPSet:IPSet": "guardduty ipset",
    "aws:guardduty/threatIntelSet:ThreatIntelSet": "guardduty threatintelset",
    "aws:iam/group:Group": "iam group",
    "aws:iam/instanceProfile:InstanceProfile": "iam instance-profile",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "iam oidc-provider",
    "aws:iam/policy:Policy": "iam policy",
    "aws:iam/role:Role": "iam role",
    "aws:iam/samlProvider:SamlProvider": "iam saml-provider",
    "aws:iam/serverCertificate:ServerCertificate": "iam server-certificate",
    "aws:iam/user:User": "iam user",
    "aws:iam/virtualMfaDevice:VirtualMfaDevice": "iam mfa",
    "aws:inspector2/filter:Filter": "inspector2 Filter",
    "aws:iot/authorizer:Authorizer": "iot authorizer",
    "aws:iot/billingGroup:BillingGroup": "iot billinggroup",
    "aws:iot/caCertificate:CaCertificate": "iot cacert",
    "aws:iot/certificate:Certificate": "iot cert",
    "aws:iot/policy:Policy": "iot policy",
    "aws:iot/provisioningTemplate:ProvisioningTemplate": "iot provisioningtemplate",
    "aws:iot/roleAlias:RoleAlias": "iot rolealias",
    "aws:iot/thing:Thing": "iot thing",
    "aws:iot/thingGroup:ThingGroup": "iot thinggroup",
    "aws:iot/thingType:ThingType": "iot thingtype",
    "aws:iot/topicRule:TopicRule": "iot rule",
    "aws:keyspaces/keyspace:Keyspace": "cassandra keyspace",
    "aws:keyspaces/table:Table": "cassandra table",
    "aws:kinesis/analyticsApplication:AnalyticsApplication": "kinesisanalytics application",
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": "firehose deliverystream",
    "aws:kinesis/stream:Stream": "kinesis stream",
    "aws:kinesis/streamConsumer:StreamConsumer": "kinesis consumer",
    "aws:kinesis/videoStream:VideoStream": "kinesisvideo stream",
    "aws:kinesisanalyticsv2/application:Application": "kinesisanalytics application",
    "aws:kms/alias:Alias": "kms alias",
    "aws:kms/alias:Alias.targetKeyArn": "kms key",
    "aws:kms/externalKey:ExternalKey": "kms key",
    "aws:kms/key:Key": "kms key",
    "aws:lambda/codeSigningConfig:CodeSigningConfig": "lambda code signing config",
    "aws:lambda/eventSourceMapping:EventSourceMapping": "lambda eventSourceMapping",
    "aws:lambda/function:Function": "lambda function",
    "aws:lambda/function:Function.qualifiedArn": "lambda function version",
    "aws:lambda/layerVersion:LayerVersion": "lambda layerVersion",
    "aws:lambda/layerVersion:LayerVersion.layerArn": "lambda layer",
    "aws:lb/listener:Listener": "elasticloadbalancing listener/app",
    "aws:lb/listenerRule:ListenerRule": "elasticloadbalancing listener-rule/app",
    "aws:lb/loadBalancer:LoadBalancer": "elasticloadbalancing loadbalancer/app/",
    "aws:lb/targetGroup:TargetGroup": "elasticloadbalancing targetgroup",
    "aws:lb/trustStore:TrustStore": "elasticloadbalancing truststore",
    "aws:lex/v2modelsBot:V2modelsBot": "lex bot",
    "aws:macie/customDataIdentifier:CustomDataIdentifier": "macie2 CustomDataIdentifier",
    "aws:macie/findingsFilter:FindingsFilter": "macie2 FindingsFilter",
    "aws:memorydb/acl:Acl": "memorydb acl",
    "aws:memorydb/cluster:Cluster": "memorydb cluster",
    "aws:memorydb/parameterGroup:ParameterGroup": "memorydb parametergroup",
    "aws:memorydb/snapshot:Snapshot": "memorydb snapshot",
    "aws:memorydb/subnetGroup:SubnetGroup": "memorydb subnetgroup",
    "aws:memorydb/user:User": "memorydb user",
    "aws:mq/broker:Broker": "mq brokers",
    "aws:mq/configuration:Configuration": "mq configurations",
    "aws:mwaa/environment:Environment": "airflow environment",
    "aws:neptune/cluster:Cluster": "rds cluster",
    "aws:neptune/clusterEndpoint:ClusterEndpoint": "rds cluster-endpoint",
    "aws:neptune/clusterInstance:ClusterInstance": "rds db",
    "aws:neptune/clusterParameterGroup:ClusterParameterGroup": "rds cluster-pg",
    "aws:neptune/eventSubscription:EventSubscription": "rds es",
    "aws:neptune/globalCluster:GlobalCluster": "rds global-cluster",
    "aws:neptune/parameterGroup:ParameterGroup": "rds pg",
    "aws:neptune/subnetGroup:SubnetGroup": "rds subgrp",
    "aws:networkfirewall/firewall:Firewall": "network-firewall Firewall",
    "aws:networkfirewall/firewallPolicy:FirewallPolicy": "network-firewall FirewallPolicy",
    "aws:networkfirewall/tlsInspectionConfiguration:TlsInspectionConfiguration": (
        "network-firewall TLSInspectionConfiguration"
    ),
    "aws:oam/link:Link": "oam Link",
    "aws:oam/sink:Sink": "oam Sink",
    "aws:opensearch/domain:Domain": "es domain",
    "aws:opensearchingest/pipeline:Pipeline.pipelineArn": "osis pipeline",
    "aws:organizations/account:Account": "organizations account",
    "aws:pinpoint/app:App": "mobiletargeting app",
    "aws:pipes/pipe:Pipe": "pipes pipe",
    "aws:ram/permission:Permission": "ram customer-managed-permission",
    "aws:ram/resourceShare:ResourceShare": "ram resource-share",
    "aws:rds/cluster:Cluster": "rds cluster",
    "aws:rds/clusterEndpoint:ClusterEndpoint": "rds cluster-endpoint",
    "aws:rds/clusterInstance:ClusterInstance": "rds db",
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": "rds cluster-pg",
    "aws:rds/clusterSnapshot:ClusterSnapshot.dbClusterSnapshotArn": "rds cluster-snapshot",
    "aws:rds/eventSubscription:EventSubscription": "rds es",
    "aws:rds/globalCluster:GlobalCluster": "rds global-cluster",
    "aws:rds/instance:Instance": "rds db",
    "aws:rds/integration:Integration": "rds integration",
    "aws:rds/optionGroup:OptionGroup": "rds og",
    "aws:rds/parameterGroup:ParameterGroup": "rds pg",
    "aws:rds/proxy:Proxy": "rds proxy",
    "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": "rds target-group",
    "aws:rds/proxyEndpoint:ProxyEndpoint": "rds proxy-endpoint",
    "aws:rds/snapshot:Snapshot.dbSnapshotArn": "rds snapshot",
    "aws:rds/subnetGroup:SubnetGroup": "rds subgrp",
    "aws:redshift/cluster:Cluster": "redshift cluster",
    "aws:redshift/cluster:Cluster.clusterNamespaceArn": "redshift namespace",
    "aws:redshift/clusterSnapshot:ClusterSnapshot": "redshift snapshot",
    "aws:redshift/eventSubscription:EventSubscription": "redshift eventsubscription",
    "aws:redshift/parameterGroup:ParameterGroup": "redshift parametergroup",
    "aws:redshift/snapshotCopyGrant:SnapshotCopyGrant": "redshift snapshotcopygrant",
    "aws:redshift/subnetGroup:SubnetGroup": "redshift subnetgroup",
    "aws:redshiftserverless/namespace:Namespace": "redshift-serverless namespace",
    "aws:redshiftserverless/workgroup:Workgroup": "redshift-serverless workgroup",
    "aws:resourcegroups/group:Group": "resource-groups group",
    "aws:rolesanywhere/profile:Profile": "rolesanywhere profile",
    "aws:rolesanywhere/trustAnchor:TrustAnchor": "rolesanywhere trust-anchor",
    "aws:route53/cidrCollection:CidrCollection": "route53 cidrcollection",
    "aws:route53/healthCheck:HealthCheck": "route53 healthcheck",
    "aws:route53/queryLog:QueryLog": "route53 queryloggingconfig",
    "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig": "route53resolver resolver-query-log-config",
    "aws:route53/resolverRule:ResolverRule": "route53resolver resolver-rule",
    "aws:route53/zone:Zone": "route53 hostedzone",
    "aws:rum/appMonitor:AppMonitor": "rum AppMonitorResource",
    "aws:s3/bucket:Bucket": "s3 bucket",
    "aws:s3/bucketObject:BucketObject": "s3 object",
    "aws:s3/bucketObjectv2:BucketObjectv2": "s3 object",
    "aws:s3/bucketV2:BucketV2": "s3 bucket",
    "aws:s3/directoryBucket:DirectoryBucket": "s3express bucket",
    "aws:s3/vectorsVectorBucket:VectorsVectorBucket.vectorBucketArn": "s3vectors VectorBucket",
    "aws:s3control/objectLambdaAccessPoint:ObjectLambdaAccessPoint": "s3-object-lambda objectlambdaaccesspoint",
    "aws:s3tables/tableBucket:TableBucket": "s3tables TableBucket",
    "aws:scheduler/scheduleGroup:ScheduleGroup": "scheduler schedule-group",
    "aws:schemas/registry:Registry": "schemas registry",
    "aws:schemas/schema:Schema": "schemas schema",
    "aws:secretsmanager/secret:Secret": "secretsmanager Secret",
    "aws:securityhub/account:Account": "securityhub hub",
    "aws:securityhub/automationRule:AutomationRule": "securityhub automation-rule",
    "aws:securityhub/findingAggregator:FindingAggregator": "securityhub finding-aggregator",
    "aws:servicediscovery/httpNamespace:HttpNamespace": "servicediscovery namespace",
    "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": "servicediscovery namespace",
    "aws:servicediscovery/publicDnsNamespace:PublicDnsNamespace": "servicediscovery namespace",
    "aws:servicediscovery/service:Service": "servicediscovery service",
    "aws:ses/configurationSet:ConfigurationSet": "ses configuration-set",
    "aws:ses/domainIdentity:DomainIdentity": "ses identity",
    "aws:ses/emailIdentity:EmailIdentity": "ses identity",
    "aws:ses/template:Template": "ses template",
    "aws:sesv2/configurationSet:ConfigurationSet": "ses configuration-set",
    "aws:sesv2/contactList:ContactList": "ses contact-list",
    "aws:sesv2/dedicatedIpPool:DedicatedIpPool": "ses dedicated-ip-pool",
    "aws:sesv2/emailIdentity:EmailIdentity": "ses identity",
    "aws:sfn/activity:Activity": "states activity",
    "aws:sfn/stateMachine:StateMachine": "states statemachine",
    "aws:shield/protection:Protection": "shield protection",
    "aws:signer/signingProfile:SigningProfile": "signer signing-profile",
    "aws:sns/topic:Topic": "sns topic",
    "aws:sqs/queue:Queue": "sqs queue",
    "aws:ssm/association:Association": "ssm association",
    "aws:ssm/document:Document": "ssm document",
    "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask": "ssm windowtask",
    "aws:ssm/parameter:Parameter": "ssm parameter",
    "aws:ssm/patchBaseline:PatchBaseline": "ssm patchbaseline",
    "aws:synthetics/canary:Canary": "synthetics canary",
    "aws:timestreamwrite/database:Database": "timestream database",
    "aws:timestreamwrite/table:Table": "timestream table",
    "aws:transfer/certificate:Certificate": "transfer certificate",
    "aws:transfer/connector:Connector": "transfer connector",
    "aws:transfer/profile:Profile": "transfer profile",
    "aws:transfer/server:Server": "transfer server",
    "aws:transfer/user:User": "transfer user",
    "aws:transfer/webApp:WebApp": "transfer webapp",
    "aws:transfer/workflow:Workflow": "transfer workflow",
    "aws:vpc/routeServer:RouteServer": "ec2 route-server",
    "aws:vpc/routeServerEndpoint:RouteServerEndpoint": "ec2 route-server-endpoint",
    "aws:vpc/routeServerPeer:RouteServerPeer": "ec2 route-server-peer",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "ec2 security-group-rule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "ec2 security-group-rule",
    "aws:vpclattice/accessLogSubscription:AccessLogSubscription": "vpc-lattice AccessLogSubscription",
    "aws:vpclattice/resourceConfiguration:ResourceConfiguration": "vpc-lattice ResourceConfiguration",
    "aws:vpclattice/resourceGateway:ResourceGateway": "vpc-lattice ResourceGateway",
    "aws:vpclattice/service:Service": "vpc-lattice Service",
    "aws:vpclattice/serviceNetwork:ServiceNetwork": "vpc-lattice ServiceNetwork",
    "aws:vpclattice/serviceNetworkServiceAssociation:ServiceNetworkServiceAssociation": (
        "vpc-lattice ServiceNetworkServiceAssociation"
    ),
    "aws:vpclattice/serviceNetworkVpcAssociation:ServiceNetworkVpcAssociation": (
        "vpc-lattice ServiceNetworkVpcAssociation"
    ),
    "aws:vpclattice/targetGroup:TargetGroup": "vpc-lattice TargetGroup",
    "aws:waf/byteMatchSet:ByteMatchSet": "waf bytematchset",
    "aws:waf/geoMatchSet:GeoMatchSet": "waf geomatchset",
    "aws:waf/ipSet:IpSet": "waf ipset",
    "aws:waf/rateBasedRule:RateBasedRule": "waf ratebasedrule",
    "aws:waf/regexPatternSet:RegexPatternSet": "waf regexpatternset",
    "aws:waf/rule:Rule": "waf rule",
    "aws:waf/ruleGroup:RuleGroup": "waf rulegroup",
    "aws:waf/sizeConstraintSet:SizeConstraintSet": "waf sizeconstraintset",
    "aws:waf/webAcl:WebAcl": "waf webacl",
    "aws:waf/xssMatchSet:XssMatchSet": "waf xssmatchset",
    "aws:wafregional/ipSet:IpSet": "waf-regional ipset",
    "aws:wafregional/rateBasedRule:RateBasedRule": "waf-regional ratebasedrule",
    "aws:wafregional/rule:Rule": "waf-regional rule",
    "aws:wafregional/ruleGroup:RuleGroup": "waf-regional rulegroup",
    "aws:wafregional/webAcl:WebAcl": "waf-regional webacl",
    "aws:xray/group:Group": "xray group",
    "aws:xray/samplingRule:SamplingRule": "xray sampling-rule",
    "aws:eks/addon:Addon": "eks addon",
    "aws:eks/fargateProfile:FargateProfile": "eks fargateprofile",
    "aws:eks/nodeGroup:NodeGroup": "eks nodegroup",
    "aws:dax/cluster:Cluster": "dax application",
    "aws:codeartifact/repository:Repository": "codeartifact repository",
    "aws:lambda/alias:Alias": "lambda function alias",
    "aws:scheduler/schedule:Schedule": "scheduler schedule",
    "aws:networkfirewall/ruleGroup:RuleGroup": "network-firewall StatefulRuleGroup",
    "aws:wafv2/ipSet:IpSet": "wafv2 ipset",
    "aws:wafv2/regexPatternSet:RegexPatternSet": "wafv2 regexpatternset",
    "aws:wafv2/ruleGroup:RuleGroup": "wafv2 rulegroup",
    "aws:wafv2/webAcl:WebAcl": "wafv2 webacl",
    "aws:ssoadmin/permissionSet:PermissionSet": "sso PermissionSet",
    "aws:sagemaker/endpoint:Endpoint": "sagemaker endpoint",
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": "sagemaker endpoint-config",
    "aws:sagemaker/model:Model": "sagemaker model",
    "aws:sagemaker/notebookInstance:NotebookInstance": "sagemaker notebook-instance",
    "aws:elasticache/parameterGroup:ParameterGroup": "elasticache parametergroup",
    "aws:elasticache/subnetGroup:SubnetGroup": "elasticache subnetgroup",
    "aws:kms/replicaExternalKey:ReplicaExternalKey": "kms key",
    "aws:kms/replicaKey:ReplicaKey": "kms key",
}

# What the reference has no format for, or another, and why the template is right.
SCALING = "The reference lists no scaling policies or schedules; the form is that of PutScalingPolicy's answers."
EXECUTE = "A prefix: a stage, a method and a path follow it."
RECEIPT = "The reference lists no rules for receiving mail; the form is that of SES's condition aws:SourceArn."
UNLISTED: Mapping[str, str] = {
    "aws:apigateway/restApi:RestApi.executionArn": EXECUTE,
    "aws:apigateway/stage:Stage": (
        "The reference's Stage is of HTTP APIs; wafv2 lists this one, as a resource of its own."
    ),
    "aws:apigateway/stage:Stage.executionArn": EXECUTE,
    "aws:apigatewayv2/api:Api.executionArn": EXECUTE,
    "aws:apigatewayv2/stage:Stage.executionArn": EXECUTE,
    "aws:appautoscaling/policy:Policy": SCALING,
    "aws:appsync/resolver:Resolver": "The reference names the field; CloudFormation's ResolverArn is of this form.",
    "aws:autoscaling/policy:Policy": SCALING,
    "aws:autoscaling/schedule:Schedule": SCALING,
    "aws:cloudfront/originAccessIdentity:OriginAccessIdentity.iamArn": "A principal of AWS's own account.",
    "aws:cloudwatch/eventApiDestination:EventApiDestination": "The reference leaves the id out that AWS appends.",
    "aws:cloudwatch/eventConnection:EventConnection": "The reference leaves the id out that AWS appends.",
    "aws:cloudwatch/queryDefinition:QueryDefinition": "No action takes it; the provider's import has this form.",
    "aws:cognito/identityPool:IdentityPool": "An id with a colon, which the reference's one variable does not show.",
    "aws:ecs/taskDefinition:TaskDefinition.arnWithoutRevision": "A prefix: the revision follows it.",
    "aws:lambda/alias:Alias.invokeArn": "An integration's URI, which only looks like an ARN.",
    "aws:lambda/function:Function.invokeArn": "An integration's URI, which only looks like an ARN.",
    "aws:securityhub/actionTarget:ActionTarget": "No action takes it; CreateActionTarget's answer has this form.",
    "aws:securityhub/insight:Insight": "No action takes it; CreateInsight's answer has this form.",
    "aws:ses/receiptFilter:ReceiptFilter": RECEIPT,
    "aws:ses/receiptRule:ReceiptRule": RECEIPT,
    "aws:ses/receiptRuleSet:ReceiptRuleSet": RECEIPT,
    "aws:sns/platformApplication:PlatformApplication": "The reference lists topics only.",
    "aws:sns/topicSubscription:TopicSubscription": "The reference lists topics only: a topic's ARN and an id.",
}

# What a preview does not know: AWS counts versions, and draws ids of several lengths.
UNSURE: frozenset[str] = frozenset(
    {
        "aws:apprunner/autoScalingConfigurationVersion:AutoScalingConfigurationVersion",
        "aws:apprunner/observabilityConfiguration:ObservabilityConfiguration",
        "aws:apprunner/vpcConnector:VpcConnector",
        "aws:batch/jobDefinition:JobDefinition",
        "aws:ecs/taskDefinition:TaskDefinition",
        "aws:lambda/function:Function.qualifiedArn",
        "aws:lambda/layerVersion:LayerVersion",
    }
)


def templates(token: str) -> Mapping[str, str]:
    """The properties of a type that are ARNs, as `FORMATS` names them, and how they are written."""
    form = arns.FORMS[token]
    more = {f"{token}.{name}": text for name, text in form.outputs.items() if text.startswith("arn:")}
    return ({token: form.arn} if form.arn else {}) | more


def mentioned(form: arns.Form) -> set[str]:
    texts = (form.id, form.arn, *form.outputs.values())
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None}


def resource(token: str) -> table.Resource:
    found = table.resource(token)
    assert found is not None
    return found


def sample(token: str) -> wire.Properties:
    """A value for each property that the templates may read."""
    read = (mentioned(arns.FORMS[token]) | GIVEN.keys()) - {"arn", "path", "region", "uuid"}
    values = {name: GIVEN.get(name, f"a-{name.lower()}") for name in read & resource(token).inputs.keys()}
    return values | SAID.get(token, {})


def made(token: str, inputs: wire.Properties, parts: Parts) -> wire.Properties:
    identity, properties = outputs.created(resource(token), inputs, PLACE, "seed", parts)
    return {"arn": identity, **properties, "id": identity}


def value(key: str, parts: Parts) -> str:
    token, _, name = key.partition(".")
    return str(made(token, sample(token), parts)[name or "arn"])


@cache
def reference() -> Any:
    return json.loads(DATA.read_text())


def format_of(key: str) -> re.Pattern[str]:
    """The reference's format: its variables are whole parts, and paths where it says so."""
    service, kind = FORMATS[key].split(" ", 1)
    raw = reference()[service]["resources"][kind]["arn"]
    known = {"Partition": "aws", "Region": REGION, "Account": ACCOUNT, "AccountId": "[0-9a-z]{12}"}
    pieces = re.split(r"\$\{(\w+)\}", raw)
    for i in range(1, len(pieces), 2):
        pieces[i] = known.get(pieces[i], ".+" if pieces[i].endswith("WithPath") else "[^:/]+")
        pieces[i - 1] = re.escape(pieces[i - 1])
    pieces[-1] = re.escape(pieces[-1])
    return re.compile("".join(pieces))


def test_every_arn_is_compared() -> None:
    """An ARN that is compared with nothing needs a reason, and no entry is left over."""
    written = {key for token in arns.FORMS for key in templates(token)}

    assert written == FORMATS.keys() | UNLISTED.keys()
    assert set() == FORMATS.keys() & UNLISTED.keys()


@pytest.mark.parametrize("key", FORMATS)
def test_the_documented_format(key: str) -> None:
    """With invented parts and with symbols; what is unsure in a preview is unknown, and nothing else is."""
    drawn, symbolic = value(key, Drawn()), value(key, Symbols(Book(seed=1)))

    assert format_of(key).fullmatch(drawn)
    if key in UNSURE:
        assert wire.UNKNOWN == symbolic
    else:
        assert format_of(key).fullmatch(symbolic)


@pytest.mark.parametrize("token", arns.FORMS)
def test_a_form_speaks_of_what_the_type_has(token: str) -> None:
    """Outputs exist, and a template reads inputs, parts and what is derived of both, nothing else."""
    form, found = arns.FORMS[token], resource(token)
    derived = {name.removeprefix("_") for name in vars(outputs.Fields)}
    general = {"partition", "region", "account", "dns", "id", "arn"} | derived

    drawn = {name for name in mentioned(form) if outputs.DRAWN.fullmatch(name)}

    assert all(found.shape_at(name) is not None for name in form.outputs)
    assert set() == mentioned(form) - drawn - general - found.inputs.keys()
    assert set() == arns.GUESSED.get(token, frozenset()) - form.outputs.keys() - {"id", "arn"}


def test_no_guess_without_a_form() -> None:
    """What is guessed is a part of a form."""
    assert set() == arns.GUESSED.keys() - arns.FORMS.keys()


# --- moto -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Marks:
    """Parts that are marks, of which a pattern is made."""

    @property
    def invents(self) -> bool:
        return True

    def part(self, kind: str, length: int, seed: str) -> str:
        return "1" if kind == "number" else f"\0{kind}{length}\0"


CLASSES = {"digits": r"\d", "upper": "[A-Z0-9]", "octet": r"\d", "uuid": "[0-9a-f-]"}


def pattern(text: str) -> re.Pattern[str]:
    """Literal text, and each drawn part by its characters and its length."""
    pieces = re.split("\0([a-z]+)([0-9]+)\0", text)
    read = re.escape(pieces[0])
    for kind, length, rest in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        read += f"{CLASSES.get(kind, '[0-9A-Za-z]')}{{{length}}}" + re.escape(rest)
    return re.compile(read)


Clients = Callable[[str], Any]
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service"
NOTHING = '{"Version":"2012-10-17","Statement":[]}'


@dataclass(frozen=True)
class Real:
    """A type, how a program names it, and what moto's AWS says of one."""

    token: str
    inputs: wire.Properties
    make: Callable[[Clients], Mapping[str, str]]
    differs: Mapping[str, str] = field(default_factory=dict)
    """Where moto is not AWS: the property, and whose word the template is."""


def picked(answer: Mapping[str, Any], **names: str) -> Mapping[str, str]:
    return {name: answer[path] for name, path in names.items()}


def _vpc(aws: Clients) -> Any:
    return aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]


def _subnets(aws: Clients) -> list[str]:
    vpc = _vpc(aws)["VpcId"]
    made = [
        aws("ec2").create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")
        for n, zone in enumerate("ab")
    ]
    return [answer["Subnet"]["SubnetId"] for answer in made]


def _balancer(aws: Clients, kind: str) -> Mapping[str, str]:
    answer = aws("elbv2").create_load_balancer(Name="front", Subnets=_subnets(aws), Type=kind)
    return picked(answer["LoadBalancers"][0], arn="LoadBalancerArn")


def _alarm(aws: Clients) -> Mapping[str, str]:
    aws("cloudwatch").put_metric_alarm(AlarmName="high", EvaluationPeriods=1, ComparisonOperator="LessThanThreshold")
    return picked(aws("cloudwatch").describe_alarms()["MetricAlarms"][0], arn="AlarmArn")


def _log_group(aws: Clients) -> Mapping[str, str]:
    aws("logs").create_log_group(logGroupName="/jobs")
    return picked(aws("logs").describe_log_groups()["logGroups"][0], arn="logGroupArn")


def _stream(aws: Clients) -> Mapping[str, str]:
    aws("kinesis").create_stream(StreamName="jobs", ShardCount=1)
    return picked(aws("kinesis").describe_stream(StreamName="jobs")["StreamDescription"], arn="StreamARN")


def _consumer(aws: Clients) -> Mapping[str, str]:
    aws("kinesis").create_stream(StreamName="events", ShardCount=1)
    answer = aws("kinesis").register_stream_consumer(
        StreamARN=f"arn:aws:kinesis:{HERE}:stream/events", ConsumerName="reader"
    )
    return picked(answer["Consumer"], arn="ConsumerARN")


def _parameter(aws: Clients) -> Mapping[str, str]:
    aws("ssm").put_parameter(Name="/jobs/token", Value="x", Type="String")
    return picked(aws("ssm").get_parameter(Name="/jobs/token")["Parameter"], arn="ARN")


def _namespace(aws: Clients) -> Mapping[str, str]:
    aws("servicediscovery").create_http_namespace(Name="jobs")
    return picked(aws("servicediscovery").list_namespaces()["Namespaces"][0], id="Id", arn="Arn")


def _account(aws: Clients) -> Mapping[str, str]:
    aws("organizations").create_organization()
    aws("organizations").create_account(AccountName="tenant", Email="tenant@example.org")
    accounts = aws("organizations").list_accounts()["Accounts"]
    return picked(next(account for account in accounts if account["Name"] == "tenant"), id="Id", arn="Arn")


def _trail(aws: Clients) -> Mapping[str, str]:
    aws("s3").create_bucket(Bucket="trails", CreateBucketConfiguration={"LocationConstraint": REGION})
    return picked(aws("cloudtrail").create_trail(Name="all", S3BucketName="trails"), arn="TrailARN")


def _lambda(aws: Clients) -> Mapping[str, str]:
    role = aws("iam").create_role(RoleName="runs", AssumeRolePolicyDocument=NOTHING)["Role"]["Arn"]
    answer = aws("lambda").create_function(
        FunctionName="jobs",
        Role=role,
        Code={"ImageUri": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/x:y"},
        PackageType="Image",
    )
    return picked(answer, arn="FunctionArn")


def _hub(aws: Clients) -> Mapping[str, str]:
    aws("securityhub").enable_security_hub()
    return picked(aws("securityhub").describe_hub(), arn="HubArn")


def _task(aws: Clients) -> Mapping[str, str]:
    answer = aws("ecs").register_task_definition(
        family="jobs", containerDefinitions=[{"name": "a", "image": "b", "memory": 4}]
    )
    return picked(answer["taskDefinition"], arn="taskDefinitionArn")


def _asg(aws: Clients) -> Mapping[str, str]:
    aws("autoscaling").create_launch_configuration(
        LaunchConfigurationName="small", ImageId="ami-12345678", InstanceType="t3.small"
    )
    configuration = aws("autoscaling").describe_launch_configurations()["LaunchConfigurations"][0]
    return picked(configuration, arn="LaunchConfigurationARN")


def _ec2(operation: str, key: str, path: str, **arguments: Any) -> Callable[[Clients], Mapping[str, str]]:
    """An answer `{key: {path: id}}`."""

    def make(aws: Clients) -> Mapping[str, str]:
        return picked(getattr(aws("ec2"), operation)(**arguments)[key], id=path)

    return make


def _in_vpc(operation: str, key: str, path: str, **arguments: Any) -> Callable[[Clients], Mapping[str, str]]:
    def make(aws: Clients) -> Mapping[str, str]:
        return picked(getattr(aws("ec2"), operation)(VpcId=_vpc(aws)["VpcId"], **arguments)[key], id=path)

    return make


REAL: tuple[Real, ...] = (
    Real(
        "aws:acm/certificate:Certificate",
        {},
        lambda aws: picked(aws("acm").request_certificate(DomainName="example.org"), arn="CertificateArn"),
    ),
    Real(
        "aws:acmpca/certificateAuthority:CertificateAuthority",
        {},
        lambda aws: picked(
            aws("acm-pca").create_certificate_authority(
                CertificateAuthorityConfiguration={
                    "KeyAlgorithm": "RSA_2048",
                    "SigningAlgorithm": "SHA256WITHRSA",
                    "Subject": {"CommonName": "example.org"},
                },
                CertificateAuthorityType="ROOT",
            ),
            arn="CertificateAuthorityArn",
        ),
    ),
    Real(
        "aws:amp/workspace:Workspace",
        {},
        lambda aws: picked(aws("amp").create_workspace(alias="a"), id="workspaceId", arn="arn"),
    ),
    Real(
        "aws:apigateway/apiKey:ApiKey",
        {"name": "key"},
        lambda aws: picked(aws("apigateway").create_api_key(name="key"), id="id"),
    ),
    Real(
        "aws:apigateway/restApi:RestApi",
        {"name": "front"},
        lambda aws: picked(aws("apigateway").create_rest_api(name="front"), id="id", rootResourceId="rootResourceId"),
    ),
    Real(
        "aws:apigatewayv2/api:Api",
        {"protocolType": "HTTP", "name": "front"},
        lambda aws: picked(aws("apigatewayv2").create_api(Name="front", ProtocolType="HTTP"), id="ApiId"),
        {"id": "Ten letters and digits, as a REST API's; eight are of the CLI's examples."},
    ),
    Real(
        "aws:appsync/graphQLApi:GraphQLApi",
        {"name": "front"},
        lambda aws: picked(
            aws("appsync").create_graphql_api(name="front", authenticationType="API_KEY")["graphqlApi"],
            id="apiId",
        ),
        {"id": "26 letters and digits, as in the documentation of its merged APIs; no UUID."},
    ),
    Real("aws:ec2/launchConfiguration:LaunchConfiguration", {"name": "small"}, _asg),
    Real(
        "aws:backup/plan:Plan",
        {"name": "daily"},
        lambda aws: picked(
            aws("backup").create_backup_plan(
                BackupPlan={"BackupPlanName": "daily", "Rules": [{"RuleName": "r", "TargetBackupVaultName": "v"}]}
            ),
            id="BackupPlanId",
            arn="BackupPlanArn",
        ),
    ),
    Real(
        "aws:backup/vault:Vault",
        {"name": "vault"},
        lambda aws: picked(
            aws("backup").create_backup_vault(BackupVaultName="vault"), id="BackupVaultName", arn="BackupVaultArn"
        ),
    ),
    Real(
        "aws:batch/jobDefinition:JobDefinition",
        {"name": "job"},
        lambda aws: picked(
            aws("batch").register_job_definition(
                jobDefinitionName="job", type="container", containerProperties={"image": "x", "vcpus": 1, "memory": 4}
            ),
            arn="jobDefinitionArn",
        ),
    ),
    Real(
        "aws:batch/schedulingPolicy:SchedulingPolicy",
        {"name": "fair"},
        lambda aws: picked(aws("batch").create_scheduling_policy(name="fair"), arn="arn"),
    ),
    Real(
        "aws:bedrock/agentAgent:AgentAgent",
        {"agentName": "agent"},
        lambda aws: picked(
            aws("bedrock-agent").create_agent(agentName="agent", agentResourceRoleArn=ROLE, foundationModel="m")[
                "agent"
            ],
            id="agentId",
            agentArn="agentArn",
        ),
        {"id": "The API has the pattern [0-9a-zA-Z]{10}.", "agentArn": "The API has the pattern [0-9a-zA-Z]{10}."},
    ),
    Real(
        "aws:cloudformation/stack:Stack",
        {"name": "legacy"},
        lambda aws: picked(
            aws("cloudformation").create_stack(
                StackName="legacy", TemplateBody='{"Resources":{"T":{"Type":"AWS::SNS::Topic"}}}'
            ),
            arn="StackId",
        ),
    ),
    Real("aws:cloudtrail/trail:Trail", {"name": "all"}, _trail),
    Real(
        "aws:cloudwatch/eventArchive:EventArchive",
        {"name": "all"},
        lambda aws: picked(
            aws("events").create_archive(ArchiveName="all", EventSourceArn=f"arn:aws:events:{HERE}:event-bus/default"),
            arn="ArchiveArn",
        ),
    ),
    Real(
        "aws:cloudwatch/eventBus:EventBus",
        {"name": "bus"},
        lambda aws: picked(aws("events").create_event_bus(Name="bus"), arn="EventBusArn"),
    ),
    Real(
        "aws:cloudwatch/eventConnection:EventConnection",
        {"name": "hook"},
        lambda aws: picked(
            aws("events").create_connection(
                Name="hook",
                AuthorizationType="API_KEY",
                AuthParameters={"ApiKeyAuthParameters": {"ApiKeyName": "a", "ApiKeyValue": "b"}},
            ),
            arn="ConnectionArn",
        ),
    ),
    Real(
        "aws:cloudwatch/eventRule:EventRule",
        {"name": "hourly"},
        lambda aws: picked(aws("events").put_rule(Name="hourly", ScheduleExpression="rate(1 hour)"), arn="RuleArn"),
    ),
    Real("aws:cloudwatch/logGroup:LogGroup", {"name": "/jobs"}, _log_group),
    Real("aws:cloudwatch/metricAlarm:MetricAlarm", {"name": "high"}, _alarm),
    Real(
        "aws:codebuild/project:Project",
        {"name": "build"},
        lambda aws: picked(
            aws("codebuild").create_project(
                name="build",
                source={"type": "S3", "location": "b/p"},
                artifacts={"type": "NO_ARTIFACTS"},
                environment={"type": "LINUX_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL"},
                serviceRole=ROLE,
            )["project"],
            arn="arn",
        ),
    ),
    Real(
        "aws:codecommit/repository:Repository",
        {"repositoryName": "code"},
        lambda aws: picked(
            aws("codecommit").create_repository(repositoryName="code")["repositoryMetadata"],
            arn="Arn",
            repositoryId="repositoryId",
            cloneUrlHttp="cloneUrlHttp",
        ),
    ),
    Real(
        "aws:codedeploy/application:Application",
        {"name": "app"},
        lambda aws: picked(
            aws("codedeploy").create_application(applicationName="app", computePlatform="Lambda"),
            applicationId="applicationId",
        ),
    ),
    Real(
        "aws:cognito/identityPool:IdentityPool",
        {"identityPoolName": "users"},
        lambda aws: picked(
            aws("cognito-identity").create_identity_pool(
                IdentityPoolName="users", AllowUnauthenticatedIdentities=False
            ),
            id="IdentityPoolId",
        ),
    ),
    Real(
        "aws:cognito/userPool:UserPool",
        {"name": "users"},
        lambda aws: picked(aws("cognito-idp").create_user_pool(PoolName="users")["UserPool"], id="Id"),
        {"id": "Nine letters and digits in all of the documentation; moto draws a UUID."},
    ),
    Real(
        "aws:dynamodb/table:Table",
        {"name": "jobs"},
        lambda aws: picked(
            aws("dynamodb").create_table(
                TableName="jobs",
                AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
            )["TableDescription"],
            arn="TableArn",
        ),
    ),
    Real(
        "aws:ebs/volume:Volume",
        {},
        lambda aws: picked(aws("ec2").create_volume(AvailabilityZone=f"{REGION}a", Size=1), id="VolumeId"),
    ),
    Real(
        "aws:ec2/customerGateway:CustomerGateway",
        {},
        _ec2(
            "create_customer_gateway",
            "CustomerGateway",
            "CustomerGatewayId",
            Type="ipsec.1",
            BgpAsn=65000,
            IpAddress="192.0.2.1",
        ),
    ),
    Real("aws:ec2/eip:Eip", {}, lambda aws: picked(aws("ec2").allocate_address(Domain="vpc"), id="AllocationId")),
    Real(
        "aws:ec2/internetGateway:InternetGateway",
        {},
        _ec2("create_internet_gateway", "InternetGateway", "InternetGatewayId"),
    ),
    Real(
        "aws:ec2/keyPair:KeyPair",
        {"keyName": "deploy"},
        lambda aws: picked(aws("ec2").create_key_pair(KeyName="deploy"), id="KeyName", keyPairId="KeyPairId"),
    ),
    Real(
        "aws:ec2/launchTemplate:LaunchTemplate",
        {},
        _ec2(
            "create_launch_template",
            "LaunchTemplate",
            "LaunchTemplateId",
            LaunchTemplateName="small",
            LaunchTemplateData={"InstanceType": "t3.small"},
        ),
    ),
    Real(
        "aws:ec2/managedPrefixList:ManagedPrefixList",
        {},
        lambda aws: picked(
            aws("ec2").create_managed_prefix_list(PrefixListName="p", MaxEntries=1, AddressFamily="IPv4")["PrefixList"],
            id="PrefixListId",
            arn="PrefixListArn",
        ),
    ),
    Real("aws:ec2/networkAcl:NetworkAcl", {}, _in_vpc("create_network_acl", "NetworkAcl", "NetworkAclId")),
    Real("aws:ec2/routeTable:RouteTable", {}, _in_vpc("create_route_table", "RouteTable", "RouteTableId")),
    Real(
        "aws:ec2/securityGroup:SecurityGroup",
        {},
        lambda aws: picked(
            aws("ec2").create_security_group(GroupName="g", Description="d", VpcId=_vpc(aws)["VpcId"]), id="GroupId"
        ),
    ),
    Real("aws:ec2/subnet:Subnet", {}, _in_vpc("create_subnet", "Subnet", "SubnetId", CidrBlock="10.0.0.0/24")),
    Real("aws:ec2/vpc:Vpc", {}, lambda aws: picked(_vpc(aws), id="VpcId")),
    Real(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        {},
        _in_vpc("create_vpc_endpoint", "VpcEndpoint", "VpcEndpointId", ServiceName=f"com.amazonaws.{REGION}.s3"),
    ),
    Real("aws:ec2/vpnGateway:VpnGateway", {}, _ec2("create_vpn_gateway", "VpnGateway", "VpnGatewayId", Type="ipsec.1")),
    Real(
        "aws:ec2transitgateway/transitGateway:TransitGateway",
        {},
        lambda aws: picked(
            aws("ec2").create_transit_gateway()["TransitGateway"], id="TransitGatewayId", arn="TransitGatewayArn"
        ),
    ),
    Real(
        "aws:ecr/repository:Repository",
        {"name": "team/app"},
        lambda aws: picked(
            aws("ecr").create_repository(repositoryName="team/app")["repository"],
            arn="repositoryArn",
            repositoryUrl="repositoryUri",
        ),
    ),
    Real(
        "aws:ecs/cluster:Cluster",
        {"name": "jobs"},
        lambda aws: picked(aws("ecs").create_cluster(clusterName="jobs")["cluster"], arn="clusterArn"),
    ),
    Real("aws:ecs/taskDefinition:TaskDefinition", {"family": "jobs"}, _task),
    Real(
        "aws:efs/fileSystem:FileSystem",
        {},
        lambda aws: picked(aws("efs").create_file_system(CreationToken="t"), id="FileSystemId", arn="FileSystemArn"),
        {"id": "Eight digits are of before 2020.", "arn": "As the id."},
    ),
    Real(
        "aws:eks/cluster:Cluster",
        {"name": "k8s"},
        lambda aws: picked(
            aws("eks").create_cluster(name="k8s", roleArn=ROLE, resourcesVpcConfig={})["cluster"], arn="arn"
        ),
    ),
    Real(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        {"replicationGroupId": "cache"},
        lambda aws: picked(
            aws("elasticache").create_replication_group(ReplicationGroupId="cache", ReplicationGroupDescription="d")[
                "ReplicationGroup"
            ],
            arn="ARN",
        ),
    ),
    Real(
        "aws:elasticache/user:User",
        {"userId": "reader"},
        lambda aws: picked(
            aws("elasticache").create_user(
                UserId="reader", UserName="reader", Engine="redis", NoPasswordRequired=True, AccessString="on"
            ),
            arn="ARN",
        ),
    ),
    Real(
        "aws:elasticbeanstalk/application:Application",
        {"name": "app"},
        lambda aws: picked(
            aws("elasticbeanstalk").create_application(ApplicationName="app")["Application"], arn="ApplicationArn"
        ),
    ),
    Real(
        "aws:glue/registry:Registry",
        {"registryName": "schemas"},
        lambda aws: picked(aws("glue").create_registry(RegistryName="schemas"), arn="RegistryArn"),
    ),
    Real(
        "aws:guardduty/detector:Detector",
        {},
        lambda aws: picked(aws("guardduty").create_detector(Enable=True), id="DetectorId"),
    ),
    Real(
        "aws:iam/accessKey:AccessKey",
        {"user": "keyed"},
        lambda aws: (
            aws("iam").create_user(UserName="keyed")
            and picked(aws("iam").create_access_key(UserName="keyed")["AccessKey"], id="AccessKeyId")
        ),
    ),
    Real(
        "aws:iam/group:Group",
        {"name": "ops", "path": "/team/"},
        lambda aws: picked(
            aws("iam").create_group(GroupName="ops", Path="/team/")["Group"], arn="Arn", uniqueId="GroupId"
        ),
        {"uniqueId": "IAM reference, unique identifiers: AGPA."},
    ),
    Real(
        "aws:iam/instanceProfile:InstanceProfile",
        {"name": "web"},
        lambda aws: picked(
            aws("iam").create_instance_profile(InstanceProfileName="web")["InstanceProfile"],
            arn="Arn",
            uniqueId="InstanceProfileId",
        ),
        {"uniqueId": "IAM reference, unique identifiers: AIPA."},
    ),
    Real(
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        {"url": "https://token.example.org/tenant"},
        lambda aws: picked(
            aws("iam").create_open_id_connect_provider(Url="https://token.example.org/tenant", ThumbprintList=[]),
            arn="OpenIDConnectProviderArn",
        ),
    ),
    Real(
        "aws:iam/policy:Policy",
        {"name": "read", "path": "/team/"},
        lambda aws: picked(
            aws("iam").create_policy(
                PolicyName="read",
                Path="/team/",
                PolicyDocument='{"Version":"2012-10-17","Statement":'
                '[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}',
            )["Policy"],
            arn="Arn",
            policyId="PolicyId",
        ),
        {"policyId": "IAM reference, unique identifiers: ANPA."},
    ),
    Real(
        "aws:iam/role:Role",
        {"name": "ci", "path": "/team/"},
        lambda aws: picked(
            aws("iam").create_role(RoleName="ci", Path="/team/", AssumeRolePolicyDocument=NOTHING)["Role"],
            arn="Arn",
            id="RoleName",
            uniqueId="RoleId",
        ),
    ),
    Real(
        "aws:iam/samlProvider:SamlProvider",
        {"name": "sso"},
        lambda aws: picked(
            aws("iam").create_saml_provider(Name="sso", SAMLMetadataDocument="x" * 1000), arn="SAMLProviderArn"
        ),
    ),
    Real(
        "aws:iam/user:User",
        {"name": "ci"},
        lambda aws: picked(aws("iam").create_user(UserName="ci")["User"], arn="Arn", uniqueId="UserId"),
        {"uniqueId": "IAM reference, unique identifiers: AIDA."},
    ),
    Real(
        "aws:iam/virtualMfaDevice:VirtualMfaDevice",
        {"virtualMfaDeviceName": "phone"},
        lambda aws: picked(
            aws("iam").create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"], arn="SerialNumber"
        ),
    ),
    Real(
        "aws:inspector2/filter:Filter",
        {"name": "quiet"},
        lambda aws: picked(
            aws("inspector2").create_filter(name="quiet", action="SUPPRESS", filterCriteria={}), arn="arn"
        ),
        {"arn": "The API has the pattern filter/[a-f0-9]{16}."},
    ),
    Real(
        "aws:iot/policy:Policy",
        {"name": "publish"},
        lambda aws: picked(aws("iot").create_policy(policyName="publish", policyDocument=NOTHING), arn="policyArn"),
    ),
    Real(
        "aws:iot/certificate:Certificate",
        {},
        lambda aws: picked(aws("iot").create_keys_and_certificate(), id="certificateId", arn="certificateArn"),
    ),
    Real(
        "aws:iot/thing:Thing",
        {"name": "lamp"},
        lambda aws: picked(aws("iot").create_thing(thingName="lamp"), arn="thingArn"),
    ),
    Real(
        "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        {"name": "logs"},
        lambda aws: picked(
            aws("firehose").create_delivery_stream(
                DeliveryStreamName="logs", S3DestinationConfiguration={"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::b"}
            ),
            arn="DeliveryStreamARN",
        ),
    ),
    Real("aws:kinesis/stream:Stream", {"name": "jobs"}, _stream),
    Real(
        "aws:kinesis/streamConsumer:StreamConsumer",
        {"name": "reader", "streamArn": f"arn:aws:kinesis:{HERE}:stream/events"},
        _consumer,
        {"arn": "The reference ends with the second of its creation."},
    ),
    Real(
        "aws:kinesis/videoStream:VideoStream",
        {"name": "camera"},
        lambda aws: picked(aws("kinesisvideo").create_stream(StreamName="camera"), arn="StreamARN"),
    ),
    Real(
        "aws:kinesisanalyticsv2/application:Application",
        {"name": "count"},
        lambda aws: picked(
            aws("kinesisanalyticsv2").create_application(
                ApplicationName="count", RuntimeEnvironment="FLINK-1_18", ServiceExecutionRole=ROLE
            )["ApplicationDetail"],
            arn="ApplicationARN",
        ),
    ),
    Real("aws:kms/key:Key", {}, lambda aws: picked(aws("kms").create_key()["KeyMetadata"], id="KeyId", arn="Arn")),
    Real("aws:lambda/function:Function", {"name": "jobs"}, _lambda),
    Real("aws:lb/loadBalancer:LoadBalancer", {"name": "front"}, lambda aws: _balancer(aws, "application")),
    Real(
        "aws:lb/loadBalancer:LoadBalancer",
        {"name": "front", "loadBalancerType": "network"},
        lambda aws: _balancer(aws, "network"),
        {"arn": "The reference has loadbalancer/net/."},
    ),
    Real(
        "aws:lb/targetGroup:TargetGroup",
        {"name": "web"},
        lambda aws: picked(
            aws("elbv2").create_target_group(Name="web", TargetType="lambda")["TargetGroups"][0], arn="TargetGroupArn"
        ),
    ),
    Real(
        "aws:memorydb/cluster:Cluster",
        {"name": "cache"},
        lambda aws: picked(
            aws("memorydb").create_cluster(ClusterName="cache", NodeType="db.t4g.small", ACLName="open-access")[
                "Cluster"
            ],
            arn="ARN",
        ),
    ),
    Real(
        "aws:mq/broker:Broker",
        {"brokerName": "queue"},
        lambda aws: picked(
            aws("mq").create_broker(
                AutoMinorVersionUpgrade=False,
                BrokerName="queue",
                DeploymentMode="SINGLE_INSTANCE",
                EngineType="ACTIVEMQ",
                EngineVersion="5.15.0",
                HostInstanceType="mq.t2.micro",
                PubliclyAccessible=False,
                Users=[],
            ),
            arn="BrokerArn",
        ),
        {"arn": "The reference has the name before the id, and ids begin with b-."},
    ),
    Real(
        "aws:neptune/cluster:Cluster",
        {"clusterIdentifier": "graph"},
        lambda aws: picked(
            aws("neptune").create_db_cluster(DBClusterIdentifier="graph", Engine="neptune")["DBCluster"],
            arn="DBClusterArn",
            clusterResourceId="DbClusterResourceId",
        ),
    ),
    Real(
        "aws:networkfirewall/firewall:Firewall",
        {"name": "edge"},
        lambda aws: picked(
            aws("network-firewall").create_firewall(
                FirewallName="edge",
                FirewallPolicyArn=f"arn:aws:network-firewall:{HERE}:firewall-policy/a",
                VpcId="vpc-1",
                SubnetMappings=[],
            )["Firewall"],
            arn="FirewallArn",
        ),
    ),
    Real(
        "aws:opensearch/domain:Domain",
        {"domainName": "search"},
        lambda aws: picked(
            aws("opensearch").create_domain(DomainName="search")["DomainStatus"], arn="ARN", domainId="DomainId"
        ),
    ),
    Real("aws:organizations/account:Account", {"name": "tenant"}, _account),
    Real(
        "aws:pipes/pipe:Pipe",
        {"name": "pipe"},
        lambda aws: picked(
            aws("pipes").create_pipe(
                Name="pipe", RoleArn=ROLE, Source=f"arn:aws:sqs:{HERE}:a", Target=f"arn:aws:sqs:{HERE}:b"
            ),
            arn="Arn",
        ),
    ),
    Real(
        "aws:ram/resourceShare:ResourceShare",
        {"name": "share"},
        lambda aws: picked(aws("ram").create_resource_share(name="share")["resourceShare"], arn="resourceShareArn"),
    ),
    Real(
        "aws:rds/cluster:Cluster",
        {"clusterIdentifier": "data"},
        lambda aws: picked(
            aws("rds").create_db_cluster(
                DBClusterIdentifier="data", Engine="aurora-mysql", MasterUsername="a", MasterUserPassword="Aa345678"
            )["DBCluster"],
            arn="DBClusterArn",
            clusterResourceId="DbClusterResourceId",
            endpoint="Endpoint",
        ),
    ),
    Real(
        "aws:rds/instance:Instance",
        {"identifier": "data"},
        lambda aws: picked(
            aws("rds").create_db_instance(
                DBInstanceIdentifier="data", DBInstanceClass="db.t3.micro", Engine="postgres"
            )["DBInstance"],
            arn="DBInstanceArn",
            resourceId="DbiResourceId",
        ),
    ),
    Real(
        "aws:rds/parameterGroup:ParameterGroup",
        {"name": "tuned"},
        lambda aws: picked(
            aws("rds").create_db_parameter_group(
                DBParameterGroupName="tuned", DBParameterGroupFamily="postgres16", Description="d"
            )["DBParameterGroup"],
            arn="DBParameterGroupArn",
        ),
    ),
    Real(
        "aws:route53/healthCheck:HealthCheck",
        {},
        lambda aws: picked(
            aws("route53").create_health_check(
                CallerReference="x", HealthCheckConfig={"Type": "TCP", "IPAddress": "192.0.2.1", "Port": 80}
            )["HealthCheck"],
            id="Id",
        ),
    ),
    Real(
        "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig",
        {},
        lambda aws: picked(
            aws("route53resolver").create_resolver_query_log_config(
                Name="q", DestinationArn="arn:aws:s3:::b", CreatorRequestId="q"
            )["ResolverQueryLogConfig"],
            id="Id",
        ),
        {"id": "The provider's documentation has rqlc- and 16 characters."},
    ),
    Real(
        "aws:route53/resolverRule:ResolverRule",
        {},
        lambda aws: picked(
            aws("route53resolver").create_resolver_rule(
                CreatorRequestId="x", Name="r", RuleType="SYSTEM", DomainName="example.org"
            )["ResolverRule"],
            id="Id",
            arn="Arn",
        ),
    ),
    Real(
        "aws:scheduler/scheduleGroup:ScheduleGroup",
        {"name": "jobs"},
        lambda aws: picked(aws("scheduler").create_schedule_group(Name="jobs"), arn="ScheduleGroupArn"),
    ),
    Real(
        "aws:secretsmanager/secret:Secret",
        {"name": "team/token"},
        lambda aws: picked(aws("secretsmanager").create_secret(Name="team/token", SecretString="x"), arn="ARN"),
    ),
    Real("aws:securityhub/account:Account", {}, _hub),
    Real(
        "aws:servicediscovery/httpNamespace:HttpNamespace",
        {"name": "jobs"},
        _namespace,
        {"id": "16 characters in all of the documentation.", "arn": "As the id."},
    ),
    Real(
        "aws:sfn/activity:Activity",
        {"name": "approve"},
        lambda aws: picked(aws("stepfunctions").create_activity(name="approve"), arn="activityArn"),
    ),
    Real(
        "aws:sfn/stateMachine:StateMachine",
        {"name": "flow"},
        lambda aws: picked(
            aws("stepfunctions").create_state_machine(
                name="flow", roleArn=ROLE, definition='{"StartAt":"a","States":{"a":{"Type":"Succeed"}}}'
            ),
            arn="stateMachineArn",
        ),
    ),
    Real(
        "aws:signer/signingProfile:SigningProfile",
        {"name": "profile"},
        lambda aws: picked(
            aws("signer").put_signing_profile(profileName="profile", platformId="AWSLambda-SHA384-ECDSA"),
            arn="arn",
            version="profileVersion",
            versionArn="profileVersionArn",
        ),
    ),
    Real(
        "aws:sns/topic:Topic",
        {"name": "news"},
        lambda aws: picked(aws("sns").create_topic(Name="news"), arn="TopicArn"),
    ),
    Real(
        "aws:sqs/queue:Queue",
        {"name": "jobs"},
        lambda aws: picked(aws("sqs").create_queue(QueueName="jobs"), id="QueueUrl", url="QueueUrl"),
    ),
    Real(
        "aws:ssm/maintenanceWindow:MaintenanceWindow",
        {},
        lambda aws: picked(
            aws("ssm").create_maintenance_window(
                Name="nightly", Schedule="rate(1 day)", Duration=2, Cutoff=1, AllowUnassociatedTargets=True
            ),
            id="WindowId",
        ),
    ),
    Real("aws:ssm/parameter:Parameter", {"name": "/jobs/token"}, _parameter),
    Real(
        "aws:ssm/patchBaseline:PatchBaseline",
        {},
        lambda aws: picked(aws("ssm").create_patch_baseline(Name="all"), id="BaselineId"),
    ),
    Real(
        "aws:timestreamwrite/database:Database",
        {"databaseName": "metrics"},
        lambda aws: picked(aws("timestream-write").create_database(DatabaseName="metrics")["Database"], arn="Arn"),
    ),
    Real(
        "aws:vpclattice/service:Service",
        {"name": "web"},
        lambda aws: picked(aws("vpc-lattice").create_service(name="web"), id="id", arn="arn"),
        {"id": "The API has the pattern svc-[0-9a-z]{17}.", "arn": "As the id."},
    ),
)


@pytest.fixture(scope="module")
def aws() -> Any:
    """Clients of an empty account, each made once."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        yield cache(lambda service: boto3.client(service, region_name=REGION))


@pytest.mark.parametrize("real", REAL, ids=lambda real: real.token)
def test_what_moto_makes(real: Real, aws: Clients) -> None:
    """The same literal text and drawn parts of the same length, unless moto is known to differ."""
    filled = made(real.token, real.inputs, Marks())

    answer = real.make(aws)

    differing = {name for name in answer if not pattern(filled[name]).fullmatch(answer[name])}
    assert real.differs.keys() == differing, answer
