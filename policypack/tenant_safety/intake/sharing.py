"""Whom a resource lets in, and what it leads to: policies, grants of every form, public blocks, destinations."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from ..model import Admission, Crossing, Maybe, Mention, Part, Place, PublicBlock, Unknown, Unreadable
from .identity import document
from .symbols import leaf
from .table import Role
from .values import Resource, at, first, text

Form = Literal["policy", "grant", "acl", "network"]
Statement = tuple[str, dict[str, Any]]
"""The property that says it, and the statement that it comes to."""


def read(resource: Resource, place: Place, role: Role) -> Iterator[Part]:
    """What a resource says of its families `access` and `share`."""
    token = place.type
    if (token, role.role) in UNREAD:
        return
    if role.role == "resource_policy":
        yield from _policies(resource, place, role)
    elif role.role == "resource_policy_nonstandard_grammar":
        yield from _other_grammar(resource, place, role)
    elif role.role == "public_block":
        yield from _public_block(resource, place, role)
    elif role.role == "organization":
        yield from _organization_wide(resource, place, role)
    elif role.role == "acl_grant":
        yield from _admissions(resource, place, "acl", _acl(resource, role))
    elif own := _GRANTS.get(token):
        yield from _admissions(resource, place, "grant", own(resource, place))
    elif form := _ADMITTING.get(token):
        yield from _admissions(resource, place, form, _named(resource, role))
    elif path := _AUTOMATIC.get(token):
        yield from _automatic(resource, place, path)
    elif token in _DATA:
        yield from _crossings(resource, place, role, "data", role.paths("dest"))
    elif token in _NETWORKS:
        yield from _crossings(resource, place, role, "network", tuple(filter(None, (_NETWORKS[token],))))
    elif token == _SHARE_ACCEPTER:
        yield from _crossings(resource, place, role, "data", role.paths("target"))


def _policies(resource: Resource, place: Place, role: Role) -> Iterator[Part]:
    problems: list[Part] = []
    for pattern in role.paths("doc"):
        for path, value in at(resource.props, pattern):
            if value not in ("", {}):
                found = document(value, resource, place, path, problems, grammar="resource")
                yield Admission(place, "policy", found, path, _resources(resource, place))
    yield from problems


def _other_grammar(resource: Resource, place: Place, role: Role) -> Iterator[Part]:
    for pattern in role.paths("doc"):
        for path, value in at(resource.props, pattern):
            if place.type != "aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy":
                yield Unreadable(place, path, "its language is not read here, and it may let anybody in")
            elif isinstance(value, Unknown):
                yield Admission(place, "grant", value, path)
            else:
                yield from _data_access(resource, place, path, value)


def _data_access(resource: Resource, place: Place, path: str, value: Any) -> Iterator[Part]:
    """A data access policy of OpenSearch Serverless: a list of rules with principals; those of SAML and of the identity
    center are the account's own.

    Source: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html
    """
    try:
        listed = json.loads(value) if isinstance(value, str) else value
        named = [each for i in range(len(listed)) for each in listed[i]["Principal"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        yield Unreadable(place, path, "expected a JSON list of rules with a Principal each")
        return
    arns = [each for each in named if not (isinstance(each, str) and each.startswith(("saml/", "iamidentitycenter/")))]
    yield from _admissions(resource, place, "grant", ((path, s) for arn in arns for s in _statements(arn, path)))


def _public_block(resource: Resource, place: Place, role: Role) -> Iterator[Part]:
    """Of a flag that is not known yet nothing is blocked for sure."""
    if not role.paths("flags"):
        return  # Of snapshots and images: what is shared there is judged by itself.
    flags = {flag: first(resource.props, flag) is True for flag in role.paths("flags")}
    yield PublicBlock(
        place,
        _bucket(resource, place, *role.paths("target")) if role.paths("target") else None,
        policies=flags["blockPublicPolicy"] or flags["restrictPublicBuckets"],
        acls=flags["blockPublicAcls"] or flags["ignorePublicAcls"],
    )


def _organization_wide(resource: Resource, place: Place, role: Role) -> Iterator[Part]:
    """What takes in the organization's accounts as a whole: every tenant's.

    Source: https://docs.aws.amazon.com/grafana/latest/userguide/AMG-manage-permissions.html
    """
    for pattern in role.paths("wide"):
        for path, value in at(resource.props, pattern):
            if value != "CURRENT_ACCOUNT":
                yield Mention(place, path, value if isinstance(value, Unknown) and path in _SWITCHES else "*")


_SWITCHES = ("accountAccessType",)
"""Properties that say whether it is the organization; others do by being there."""


_AUTOMATIC: Mapping[str, str] = {
    "aws:ec2transitgateway/multicastDomain:MulticastDomain": "autoAcceptSharedAssociations",
    "aws:ec2transitgateway/transitGateway:TransitGateway": "autoAcceptSharedAttachments",
}
"""Types that join networks of whomever they are shared with, without being asked, and the property that says so.

Source: https://docs.aws.amazon.com/vpc/latest/tgw/tgw-transit-gateways.html
"""


def _automatic(resource: Resource, place: Place, path: str) -> Iterator[Part]:
    value = first(resource.props, path)
    if isinstance(value, Unknown) or value == "enable":
        yield Crossing(place, "network", "", value if isinstance(value, Unknown) else Unknown(path), path)


def _admissions(resource: Resource, place: Place, form: Form, statements: Iterator[Statement]) -> Iterator[Part]:
    problems: list[Part] = []
    for path, statement in statements:
        rendered = {"Version": "2012-10-17", "Statement": [statement]}
        found = document(rendered, resource, place, path, problems)
        yield Admission(place, form, found, path, _resources(resource, place))
    yield from problems


def _named(resource: Resource, role: Role) -> Iterator[Statement]:
    """A statement for each principal that the properties name."""
    for pattern in role.paths("principal", "account", "public"):
        for path, value in at(resource.props, pattern):
            yield from ((path, statement) for statement in _statements(value, path))


_ACCOUNT = re.compile(r"[0-9]{12}")
_ARN_WITH_ACCOUNT = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}):.*")
_ORGANIZATION = re.compile(r"(?:arn:[a-z-]+:organizations::[0-9]{12}:organization/)?(o-[a-z0-9]{10,32})")
_UNIT = re.compile(r"(?:arn:[a-z-]+:organizations::[0-9]{12}:ou/(o-[a-z0-9]+)/)?(ou-[a-z0-9-]+)")
_SERVICE = re.compile(r"[a-z0-9.-]+\.(?:amazonaws\.com(?:\.cn)?|amazon\.com)")
_OWN = ("IAM_ALLOWED_PRINCIPALS", "EVERYONE", "")
"""Principals of Lake Formation that are the account's own."""


def _statements(
    value: Any, path: str, action: Any = "*", conditions: Mapping[str, Mapping[str, Any]] | None = None
) -> Iterator[dict[str, Any]]:
    """The statement that letting somebody in comes to; none where nobody else can be meant."""
    condition = {key: dict(inner) for key, inner in (conditions or {}).items()}
    principal: Any
    if isinstance(value, Unknown) or not isinstance(value, str):
        principal = {"AWS": value if isinstance(value, Unknown) else Unknown(path)}
    elif value.lower() in ("*", "all"):
        principal = "*"
    elif (found := _ORGANIZATION.fullmatch(value)) is not None:
        principal = "*"
        condition.setdefault("StringEquals", {})["aws:PrincipalOrgID"] = found[1]
    elif (found := _UNIT.fullmatch(value)) is not None:
        principal = "*"
        condition["ForAnyValue:StringLike"] = {"aws:PrincipalOrgPaths": f"{found[1] or 'o-*'}/*/{found[2]}/*"}
    elif _SERVICE.fullmatch(value):
        principal = {"Service": value}
    elif (found := _ARN_WITH_ACCOUNT.fullmatch(value)) is not None:
        principal = {"AWS": value if value.split(":")[2] in ("iam", "sts") else found[1]}
    elif (found := _ACCOUNT.search(value)) is not None:
        principal = {"AWS": found[0]}
    elif value in _OWN or value.startswith("arn:"):
        return  # An ARN without an account, as of a role's name in a portfolio, is one of the own account.
    else:
        principal = {"AWS": Unknown(path)}
    yield {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", "Condition": condition}


_PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")
_PUBLIC_GROUPS = ("/AllUsers", "/AuthenticatedUsers")
_LOG_DELIVERY = "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0"
"""The canonical user of CloudFront's log delivery.

Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
"""


def _acl(resource: Resource, role: Role) -> Iterator[Statement]:
    """An ACL: a canned one, or grants to groups, canonical users and e-mail addresses.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
    """
    owners = {value for _, value in at(resource.props, "accessControlPolicy.owner.id")}
    for path, value in at(resource.props, "acl"):
        if isinstance(value, Unknown) or value in _PUBLIC_ACLS:
            yield from (
                (path, statement) for statement in _statements(value if value not in _PUBLIC_ACLS else "*", path)
            )
    for pattern in role.paths("principal"):
        for path, value in at(resource.props, pattern):
            if path.endswith(".uri") and isinstance(value, str):
                if value.endswith(_PUBLIC_GROUPS):
                    yield from ((path, statement) for statement in _statements("*", path))
            elif path.endswith(".id") and isinstance(value, str):
                if value not in owners and value != _LOG_DELIVERY:
                    principal = {"CanonicalUser": value}
                    yield path, {"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*"}
            else:
                # An e-mail address does not tell the account.
                yield from ((path, s) for s in _statements(value if isinstance(value, Unknown) else None, path))


def _lambda_permission(resource: Resource, _place: Place) -> Iterator[Statement]:
    """The statement that AddPermission adds to a function's policy.

    Source: https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
    """
    conditions = _conditions(
        resource,
        ("StringEquals", "aws:SourceAccount", "sourceAccount"),
        ("ArnLike", "aws:SourceArn", "sourceArn"),
        ("StringEquals", "aws:PrincipalOrgID", "principalOrgId"),
        ("StringEquals", "lambda:EventSourceToken", "eventSourceToken"),
    )
    action = text(first(resource.props, "action")) or Unknown("action")
    value = resource.props.get("principal", Unknown("principal"))
    yield from (("principal", statement) for statement in _statements(value, "principal", action, conditions))


def _key_grant(resource: Resource, _place: Place) -> Iterator[Statement]:
    """A grant of a key, with what it allows, and that of whoever may retire it.

    Source: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
    """
    operations = [value for _, value in at(resource.props, "operations[]")] or [Unknown("operations")]
    action = [f"kms:{each}" if isinstance(each, str) else Unknown("operations") for each in operations]
    value = resource.props.get("granteePrincipal", Unknown("granteePrincipal"))
    yield from (("granteePrincipal", statement) for statement in _statements(value, "granteePrincipal", action))
    for path, retiring in at(resource.props, "retiringPrincipal"):
        yield from ((path, statement) for statement in _statements(retiring, path, "kms:RetireGrant"))


def _layer_permission(resource: Resource, _place: Place) -> Iterator[Statement]:
    conditions = _conditions(resource, ("StringEquals", "aws:PrincipalOrgID", "organizationId"))
    value = resource.props.get("principal", Unknown("principal"))
    for statement in _statements(value, "principal", "lambda:GetLayerVersion", conditions):
        yield "principal", statement


def _event_permission(resource: Resource, _place: Place) -> Iterator[Statement]:
    how, key = (text(first(resource.props, f"condition.{name}")) for name in ("type", "key"))
    conditions: dict[str, dict[str, Any]] = {}
    if isinstance(how, str) and isinstance(key, str):
        conditions = {how: {key: first(resource.props, "condition.value")}}
    value = resource.props.get("principal", Unknown("principal"))
    for statement in _statements(value, "principal", "events:PutEvents", conditions):
        yield "principal", statement


def _ca_permission(resource: Resource, place: Place) -> Iterator[Statement]:
    """Without a source account it is the caller's own.

    Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreatePermission.html
    """
    source = first(resource.props, "sourceAccount") or place.account
    value = resource.props.get("principal", Unknown("principal"))
    conditions = {"StringEquals": {"aws:SourceAccount": source}}
    for statement in _statements(value, "principal", "acm-pca:IssueCertificate", conditions):
        yield "principal", statement


def _function_url(resource: Resource, _place: Place) -> Iterator[Statement]:
    """A URL without authorization; the provider adds the permission for everybody itself."""
    for path, value in at(resource.props, "authorizationType"):
        if isinstance(value, Unknown) or value == "NONE":
            who = value if isinstance(value, Unknown) else "*"
            yield from ((path, statement) for statement in _statements(who, path, "lambda:InvokeFunctionUrl"))


def _guests(resource: Resource, _place: Place) -> Iterator[Statement]:
    """An identity pool that gives credentials to whoever asks."""
    for path, value in at(resource.props, "allowUnauthenticatedIdentities"):
        if isinstance(value, Unknown) or value is True:
            who = value if isinstance(value, Unknown) else "*"
            yield from ((path, s) for s in _statements(who, path, "cognito-identity:GetCredentialsForIdentity"))


def _ssm_document(resource: Resource, _place: Place) -> Iterator[Statement]:
    """A document is shared with a list of accounts in one text, or with `All`."""
    for name in ("accountIds", "account_ids"):
        for path, value in at(resource.props, f"permissions.{name}"):
            for each in value.split(",") if isinstance(value, str) else (value,):
                who = each.strip() if isinstance(each, str) else each
                yield from ((path, statement) for statement in _statements(who, path, "ssm:GetDocument"))


def _conditions(resource: Resource, *wanted: tuple[str, str, str]) -> dict[str, dict[str, Any]]:
    """Operator, key and the property that has the value, of those that are given."""
    found: dict[str, dict[str, Any]] = {}
    for how, key, path in wanted:
        if (value := first(resource.props, path)) is not None:
            found.setdefault(how, {})[key] = value
    return found


_GRANTS: Mapping[str, Callable[[Resource, Place], Iterator[Statement]]] = {
    "aws:acmpca/permission:Permission": _ca_permission,
    "aws:cloudwatch/eventPermission:EventPermission": _event_permission,
    "aws:cognito/identityPool:IdentityPool": _guests,
    "aws:kms/grant:Grant": _key_grant,
    "aws:lambda/functionUrl:FunctionUrl": _function_url,
    "aws:lambda/layerVersionPermission:LayerVersionPermission": _layer_permission,
    "aws:lambda/permission:Permission": _lambda_permission,
    "aws:ssm/document:Document": _ssm_document,
}
"""Grants that have a reader of their own."""

_ADMITTING: Mapping[str, Form] = {
    **dict.fromkeys(
        (
            "aws:auditmanager/frameworkShare:FrameworkShare",
            "aws:cfg/aggregateAuthorization:AggregateAuthorization",
            "aws:cleanrooms/collaboration:Collaboration",
            "aws:directoryservice/sharedDirectory:SharedDirectory",
            "aws:dlm/lifecyclePolicy:LifecyclePolicy",
            "aws:ec2/amiLaunchPermission:AmiLaunchPermission",
            "aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission",
            "aws:guardduty/inviteAccepter:InviteAccepter",
            "aws:imagebuilder/distributionConfiguration:DistributionConfiguration",
            "aws:lakeformation/dataLakeSettings:DataLakeSettings",
            "aws:lakeformation/optIn:OptIn",
            "aws:lakeformation/permissions:Permissions",
            "aws:licensemanager/licenseGrant:LicenseGrant",
            "aws:macie2/invitationAccepter:InvitationAccepter",
            "aws:opensearch/authorizeVpcEndpointAccess:AuthorizeVpcEndpointAccess",
            "aws:ram/principalAssociation:PrincipalAssociation",
            "aws:ram/resourceShareAssociationsExclusive:ResourceShareAssociationsExclusive",
            "aws:rds/clusterSnapshot:ClusterSnapshot",
            "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
            "aws:rds/snapshot:Snapshot",
            "aws:rds/snapshotCopy:SnapshotCopy",
            "aws:redshift/dataShareAuthorization:DataShareAuthorization",
            "aws:redshift/endpointAuthorization:EndpointAuthorization",
            "aws:redshift/namespaceRegistration:NamespaceRegistration",
            "aws:s3control/accessGrant:AccessGrant",
            "aws:securityhub/inviteAccepter:InviteAccepter",
            "aws:securitylake/subscriber:Subscriber",
            "aws:servicecatalog/portfolioShare:PortfolioShare",
            "aws:servicecatalog/principalPortfolioAssociation:PrincipalPortfolioAssociation",
            "aws:signer/signingProfilePermission:SigningProfilePermission",
        ),
        "grant",
    ),
    **dict.fromkeys(
        (
            "aws:ec2/networkInterfacePermission:NetworkInterfacePermission",
            "aws:ec2/vpcEndpointService:VpcEndpointService",
            "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple",
            "aws:globalaccelerator/crossAccountAttachment:CrossAccountAttachment",
        ),
        "network",
    ),
}
"""Types whose principals and accounts in the table are let in."""


def _crossings(
    resource: Resource, place: Place, role: Role, kind: Literal["data", "network"], patterns: tuple[str, ...]
) -> Iterator[Part]:
    """Destinations with the account that stands beside them; accounts by themselves."""
    if first(resource.props, "protocol") in _WITHOUT_ACCOUNT:
        return
    accounts = {_parent(p): (p, v) for pattern in role.paths("account") for p, v in at(resource.props, pattern)}
    told: set[str] = set()
    for pattern in patterns:
        for path, value in at(resource.props, pattern):
            to = _destination(_text(resource, path, value), path, kind)
            if to is not None:
                beside = accounts.get(_parent(path))
                told.update({_parent(path)} if beside else ())
                account = _text(resource, *beside) if beside else _default_owner(place)
                yield Crossing(place, kind, to, account, path, _provided(resource, path))
    for parent, (path, value) in accounts.items():
        if parent not in told:
            yield Crossing(place, kind, "", _text(resource, path, value), path, _provided(resource, path))


_WITHOUT_ACCOUNT = ("email", "email-json", "http", "https", "sms")
"""Protocols of subscriptions whose endpoints no account has."""

_OWN_BY_DEFAULT = (
    "aws:dynamodb/tableExport:TableExport",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
    "aws:ec2transitgateway/peeringAttachment:PeeringAttachment",
    "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint",
)
"""Types that lead to the own account where none is said.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExportTableToPointInTime.html,
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcPeeringConnection.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_Region.html
"""


def _default_owner(place: Place) -> Maybe[str] | None:
    """Whose it has to be where no account is said; of most types it may be anybody's."""
    return place.account if place.type in _OWN_BY_DEFAULT else None


def _destination(to: Maybe[str] | None, path: str, kind: str) -> Maybe[str] | None:
    """The ARN or id of what is led to; none where it can't be another account's, such as an e-mail address."""
    if to is None or isinstance(to, Unknown) or to.startswith("arn:"):
        return to
    if kind == "network":
        return to or None
    if queue := _QUEUE.fullmatch(to):
        return f"arn:aws:sqs:{queue[1]}:{queue[2]}:{queue[3]}"
    return f"arn:aws:s3:::{to}" if "bucket" in path.rsplit(".", 1)[-1].lower() else None


# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
_QUEUE = re.compile(r"https://sqs\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([0-9]{12})/([\w-]+(?:\.fifo)?)")


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def _provided(resource: Resource, path: str) -> tuple[str, ...]:
    return resource.provided.get(re.split(r"[.\[]", path, maxsplit=1)[0], ())


def _text(resource: Resource, path: str, value: Any) -> Maybe[str] | None:
    """A text with its symbols."""
    symbols = leaf(resource.run, path, _provided(resource, path))
    return symbols(value) if symbols and isinstance(value, str) else text(value)


_DATA = (
    "aws:appflow/flow:Flow",
    "aws:backup/plan:Plan",
    "aws:bcmdata/export:Export",
    "aws:cfg/configurationAggregator:ConfigurationAggregator",
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:cur/reportDefinition:ReportDefinition",
    "aws:datazone/environment:Environment",
    "aws:datazone/environmentProfile:EnvironmentProfile",
    "aws:detective/member:Member",
    "aws:dynamodb/kinesisStreamingDestination:KinesisStreamingDestination",
    "aws:dynamodb/tableExport:TableExport",
    "aws:ecr/replicationConfiguration:ReplicationConfiguration",
    "aws:fis/targetAccountConfiguration:TargetAccountConfiguration",
    "aws:glue/catalogDatabase:CatalogDatabase",
    "aws:glue/catalogTable:CatalogTable",
    "aws:guardduty/member:Member",
    "aws:inspector2/memberAssociation:MemberAssociation",
    "aws:iot/topicRule:TopicRule",
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    "aws:macie2/member:Member",
    "aws:pipes/pipe:Pipe",
    "aws:redshift/endpointAccess:EndpointAccess",
    "aws:redshiftserverless/endpointAccess:EndpointAccess",
    "aws:s3/accessPoint:AccessPoint",
    "aws:s3/analyticsConfiguration:AnalyticsConfiguration",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketNotification:BucketNotification",
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    "aws:s3/bucketV2:BucketV2",
    "aws:s3/inventory:Inventory",
    "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint",
    "aws:s3control/storageLensConfiguration:StorageLensConfiguration",
    "aws:scheduler/schedule:Schedule",
    "aws:securityhub/member:Member",
    "aws:sns/topicSubscription:TopicSubscription",
    "aws:ssm/resourceDataSync:ResourceDataSync",
)
"""Types that send data to the destinations and accounts that the table has."""

_SHARE_ACCEPTER = "aws:ram/resourceShareAccepter:ResourceShareAccepter"

_NETWORKS: Mapping[str, str] = {
    "aws:directconnect/gatewayAssociation:GatewayAssociation": "",
    "aws:directconnect/gatewayAssociationProposal:GatewayAssociationProposal": "",
    "aws:directconnect/hostedConnection:HostedConnection": "",
    "aws:directconnect/hostedPrivateVirtualInterface:HostedPrivateVirtualInterface": "",
    "aws:directconnect/hostedPublicVirtualInterface:HostedPublicVirtualInterface": "",
    "aws:directconnect/hostedTransitVirtualInterface:HostedTransitVirtualInterface": "",
    "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter": "vpcEndpointId",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": "peerVpcId",
    "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": "vpcPeeringConnectionId",
    "aws:ec2transitgateway/peeringAttachment:PeeringAttachment": "peerTransitGatewayId",
    "aws:ec2transitgateway/peeringAttachmentAccepter:PeeringAttachmentAccepter": "transitGatewayAttachmentId",
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment": "transitGatewayId",
    "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter": "transitGatewayAttachmentId",
    "aws:networkfirewall/vpcEndpointAssociation:VpcEndpointAssociation": "firewallArn",
    "aws:networkmanager/attachmentAccepter:AttachmentAccepter": "attachmentId",
    "aws:networkmanager/connectAttachment:ConnectAttachment": "coreNetworkId",
    "aws:networkmanager/dxGatewayAttachment:DxGatewayAttachment": "coreNetworkId",
    "aws:networkmanager/siteToSiteVpnAttachment:SiteToSiteVpnAttachment": "coreNetworkId",
    "aws:networkmanager/transitGatewayPeering:TransitGatewayPeering": "coreNetworkId",
    "aws:networkmanager/vpcAttachment:VpcAttachment": "coreNetworkId",
    "aws:route53/profilesAssociation:ProfilesAssociation": "profileId",
    "aws:route53/resolverRuleAssociation:ResolverRuleAssociation": "resolverRuleId",
    "aws:route53/vpcAssociationAuthorization:VpcAssociationAuthorization": "vpcId",
    "aws:vpclattice/serviceNetworkResourceAssociation:ServiceNetworkResourceAssociation": "serviceNetworkIdentifier",
    "aws:vpclattice/serviceNetworkServiceAssociation:ServiceNetworkServiceAssociation": "serviceNetworkIdentifier",
    "aws:vpclattice/serviceNetworkVpcAssociation:ServiceNetworkVpcAssociation": "serviceNetworkIdentifier",
}
"""Types that join networks, and the property that names what is joined; some name the account alone."""


_ENDPOINT = "it limits what goes through an endpoint of the own network, and lets nobody in"
_INTO = "it brings something in; who gave it is judged where it is given"
_ROUTE = "it only sends on what a connection, which is judged itself, has joined"
_SWITCH = "it only permits sharing; every share is judged itself"
_OF_ITS_KIND = "its own policy or grant is judged; this is about how, not with whom"

UNREAD: Mapping[tuple[str, str], str] = {
    ("aws:athena/dataCatalog:DataCatalog", "data"): "queries are run by functions of the own account",
    ("aws:backup/globalSettings:GlobalSettings", "org_toggle"): _SWITCH,
    (
        "aws:cloudwatch/eventApiDestination:EventApiDestination",
        "event",
    ): "it leads to an HTTP API, which no account has",
    ("aws:cloudwatch/eventConnection:EventConnection", "event"): "it leads to an HTTP API, which no account has",
    ("aws:codeconnections/connection:Connection", "code"): "it leads to a code host, which no account has",
    ("aws:codestarconnections/connection:Connection", "code"): "it leads to a code host, which no account has",
    (
        "aws:datazone/policyGrant:PolicyGrant",
        "structured_grant",
    ): "its principals are users and units of the own domain",
    ("aws:dynamodb/tableReplica:TableReplica", "data"): "it is a replica in the own account",
    ("aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", "public_block"): _OF_ITS_KIND,
    ("aws:ebs/snapshotCopy:SnapshotCopy", "snapshot_restore"): _INTO,
    ("aws:ebs/volume:Volume", "snapshot_restore"): _INTO,
    ("aws:ec2/defaultRouteTable:DefaultRouteTable", "network_route"): _ROUTE,
    ("aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess", "public_block"): _OF_ITS_KIND,
    ("aws:ec2/route:Route", "network_route"): _ROUTE,
    ("aws:ec2/routeTable:RouteTable", "network_route"): _ROUTE,
    ("aws:ec2/vpcEndpoint:VpcEndpoint", "privatelink"): "it opens nothing of the own network to the service",
    ("aws:ec2/vpcEndpoint:VpcEndpoint", "resource_policy"): _ENDPOINT,
    ("aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy", "resource_policy"): _ENDPOINT,
    ("aws:ec2transitgateway/route:Route", "network_route"): _ROUTE,
    ("aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation", "network_route"): _ROUTE,
    ("aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation", "network_route"): _ROUTE,
    ("aws:ecr/pullThroughCacheRule:PullThroughCacheRule", "image"): _INTO,
    ("aws:lakeformation/resource:Resource", "data"): _OF_ITS_KIND,
    ("aws:lambda/function:Function", "code"): _INTO,
    ("aws:networkmanager/coreNetwork:CoreNetwork", "network"): _OF_ITS_KIND,
    ("aws:networkmanager/coreNetworkPolicyAttachment:CoreNetworkPolicyAttachment", "network"): _OF_ITS_KIND,
    ("aws:odb/network:Network", "resource_policy"): _ENDPOINT,
    (
        "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
        "resource_policy_nonstandard_grammar",
    ): "it opens a network path or sets a key; the data access policy, which is read, lets in",
    ("aws:ram/permission:Permission", "resource_policy_nonstandard_grammar"): _OF_ITS_KIND,
    ("aws:ram/resourceAssociation:ResourceAssociation", "ram"): _OF_ITS_KIND,
    ("aws:ram/resourceShare:ResourceShare", "ram"): _SWITCH,
    ("aws:ram/sharingWithOrganization:SharingWithOrganization", "org_toggle"): _SWITCH,
    ("aws:rds/cluster:Cluster", "snapshot_restore"): _INTO,
    ("aws:rds/globalCluster:GlobalCluster", "data"): "its members are of the own account",
    ("aws:rds/instance:Instance", "snapshot_restore"): _INTO,
    ("aws:redshift/cluster:Cluster", "snapshot_restore"): _INTO,
    ("aws:redshift/dataShareConsumerAssociation:DataShareConsumerAssociation", "data"): _INTO,
    ("aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation", "dns"): (
        "it only filters the queries of the own network"
    ),
    ("aws:route53/zone:Zone", "dns"): "a network of another account needs an authorization, which is judged itself",
    ("aws:route53/zoneAssociation:ZoneAssociation", "dns"): (
        "a zone of another account needs an authorization there, which is judged itself"
    ),
    ("aws:vpclattice/resourceConfiguration:ResourceConfiguration", "network"): _SWITCH,
    ("aws:vpclattice/service:Service", "network"): _OF_ITS_KIND,
    ("aws:vpclattice/serviceNetwork:ServiceNetwork", "network"): _OF_ITS_KIND,
}
"""Types that are not read, in one of their roles, and why."""


_ARNS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "aws:dynamodb/resourcePolicy:ResourcePolicy": ("resourceArn", ()),
    "aws:kms/key:Key": ("", ("arn:aws:kms:{region}:{account}:key/*",)),
    "aws:kms/keyPolicy:KeyPolicy": ("keyId", ("arn:aws:kms:{region}:{account}:key/{}",)),
    "aws:kms/grant:Grant": ("keyId", ("arn:aws:kms:{region}:{account}:key/{}",)),
    "aws:secretsmanager/secret:Secret": ("name", ("arn:aws:secretsmanager:{region}:{account}:secret:{}-??????",)),
    "aws:secretsmanager/secretPolicy:SecretPolicy": ("secretArn", ()),
    "aws:sns/topic:Topic": ("name", ("arn:aws:sns:{region}:{account}:{}",)),
    "aws:sns/topicPolicy:TopicPolicy": ("arn", ()),
    "aws:sqs/queue:Queue": ("name", ("arn:aws:sqs:{region}:{account}:{}",)),
    "aws:sqs/queuePolicy:QueuePolicy": ("queueUrl", ("arn:aws:sqs:{region}:{account}:{}",)),
    "aws:lambda/permission:Permission": ("function", ("arn:aws:lambda:{region}:{account}:function:{}",)),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": ("repository", ("arn:aws:ecr:{region}:{account}:repository/{}",)),
}
"""How the ARN of what a policy is about is made: of which property, and in which forms where that is no ARN."""

_BUCKETS = (
    *("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2", "aws:s3/bucketPolicy:BucketPolicy"),
    *("aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2", "aws:s3/accessPoint:AccessPoint"),
    *("aws:s3/bucketObject:BucketObject", "aws:s3/bucketObjectv2:BucketObjectv2"),
)
"""Types that are about the bucket that they name."""


def _resources(resource: Resource, place: Place) -> tuple[Maybe[str], ...]:
    """Patterns of the ARNs that a policy of a resource is about."""
    if place.type in _BUCKETS:
        bucket = _bucket(resource, place, "bucket")
        return (bucket,) if isinstance(bucket, Unknown) else (bucket, f"{bucket}/*")
    if place.type not in _ARNS:
        return ()
    path, forms = _ARNS[place.type]
    value = text(first(resource.props, path)) or (Unknown(path, (resource.urn,)) if path else "")
    if isinstance(value, Unknown) or value.startswith("arn:"):
        return (value,)
    region, account = (each if isinstance(each, str) else "*" for each in (place.region, place.account))
    return tuple(form.format(value.rsplit("/", 1)[-1], region=region, account=account) for form in forms)


def _bucket(resource: Resource, place: Place, path: str) -> Maybe[str]:
    """A bucket's ARN, of its name or ARN."""
    value = text(first(resource.props, path)) or Unknown(path, (place.urn,))
    return value if isinstance(value, Unknown) or value.startswith("arn:") else f"arn:aws:s3:::{value}"
