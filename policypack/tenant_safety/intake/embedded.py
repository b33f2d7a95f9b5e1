"""Calls of AWS's API that a resource's own program makes later, where no engine and no policy on resources looks.

State machines, schedules, API gateways and documents of Systems Manager call any action by its name, with the rights of
a role.
Sources: https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html,
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html,
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-integration-types.html,
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
"""

import re
from collections.abc import Iterator

from ..iam.services import action
from ..model import Opaque, Part, Place, Unknown
from .table import Role, table
from .values import Resource, at, first, paths

_CALLS = (
    re.compile(r"arn:aws[a-z-]*:(?:states|scheduler):::aws-sdk:([a-z0-9]+):([A-Za-z0-9]+)"),
    re.compile(r"arn:aws[a-z-]*:apigateway:[a-z0-9-]*:(?:[\w.-]+\.)?([a-z0-9-]+):action/([A-Za-z0-9]+)"),
    re.compile(r"Service[\"']?\s*:\s*[\"']?([a-z0-9-]+)[\"']?\s*[,\n]\s*[\"']?Api[\"']?\s*:\s*[\"']?([A-Za-z0-9]+)"),
)
_SCRIPT = re.compile(r"aws:(?:executeScript|runCommand)\b")
"""Steps of an automation that call whatever they like.  A command document does nothing until something runs it, which
is judged itself.
"""
_DOCUMENT = re.compile(r"arn:aws[a-z-]*:ssm:[^:]*:[^:]*:(?:automation-definition|document)/([^:]+)(?::.*)?")
_ORDINARY_DOCUMENT = re.compile(
    r"AWS-(?:(?:Start|Stop|Restart|Reboot|Resize|Create|Delete|Copy)(?:EC2|EBS|Rds|RDS|Aurora)?"
    r"(?:Instance|Cluster|Snapshot|Image|Volume)s?"
    r"|RunPatchBaseline(?:Association)?|UpdateSSMAgent|GatherSoftwareInventory|PublishSNSNotification"
    r"|(?:Enable|Configure)S3Bucket(?:Encryption|Logging|Versioning|PublicAccessBlock)"
    r"|DisablePublicAccessForSecurityGroup|DisableS3BucketPublicReadWrite)"
    r"|AmazonCloudWatch-ManageAgent|AWSConfigRemediation-Enable\w*(?:Encryption|Logging|Monitoring|Versioning|Logs)\w*"
)
"""Documents of AWS's that do one thing, and give nobody rights.  No others' names begin with AWS or Amazon.

Sources: https://docs.aws.amazon.com/systems-manager-automation-runbooks/latest/userguide/automation-runbook-reference.html
and https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
"""
_RUNNING_TASKS = ("AUTOMATION", "RUN_COMMAND")
"""Kinds of tasks whose ARN is a document; where a type has kinds."""
_MAKES = ("iam", "cloudformation", "servicecatalog", "organizations", "codebuild", "codepipeline", "codedeploy")
"""Services through which anything can be made."""
_RUNS = (
    *("ssm:sendcommand", "ssm:startautomationexecution", "ssm:startchangerequestexecution"),
    *("ssm:createassociation", "ssm:updateassociation", "ssm:registertaskwithmaintenancewindow"),
    *("sts:assumerole", "lambda:createfunction", "lambda:updatefunctioncode"),
)
"""Actions that run a caller's code with another's rights."""
# Of an action that the service data does not have, its name is all that is known.
_ORDINARY = re.compile(
    r"(?i)get|list|describe|head|query|scan|invoke|start|send|publish|put(?:item|object|record|metric)"
)
_PREFIXES = {"sfn": "states", "cloudwatchlogs": "logs", "eventbridge": "events", "cloudcontrol": "cloudformation"}
"""What the SDK calls a service, where IAM calls it otherwise."""


def calls(resource: Resource, place: Place) -> Iterator[Part]:
    """The resource as one that could do anything, if it calls what gives rights, or runs a script."""
    embedded = [role for role in table().roles.get(place.type, ()) if role.role == "embedded_definition"]
    for definition in (path for role in embedded for path in role.paths("doc")):
        for path, value in at(resource.props, definition):
            if isinstance(value, Unknown):
                yield Opaque(place, f"its {path} is not known yet, and it can call anything", (value,))
    texts = [text for key, value in resource.props.items() for _, text in paths(value, key) if isinstance(text, str)]
    named = dict.fromkeys(found for text in texts for pattern in _CALLS for found in pattern.findall(text))
    if told := [f"{service}:{name}" for service, name in named if _is_powerful(service, name)]:
        yield Opaque(place, f"it calls {', '.join(told)}, which gives rights or makes what no rule sees")
    if place.type == "aws:ssm/document:Document" and any(_SCRIPT.search(text) for text in texts):
        yield Opaque(place, "it runs scripts with the rights of what they run on")


def documents(resource: Resource, place: Place, role: Role) -> Iterator[Part]:
    """The resource as one that could do anything, if it later runs a document of Systems Manager that can act.

    Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-event-bridge.html and
    https://docs.aws.amazon.com/config/latest/developerguide/remediation.html
    """
    kind = first(resource.props, "taskType")
    if kind is not None and not isinstance(kind, Unknown) and kind not in _RUNNING_TASKS:
        return
    for pattern in role.paths("document"):
        for path, value in at(resource.props, pattern):
            if isinstance(value, Unknown):
                if place.type not in _BY_ARN or any("aws:ssm/document:" in urn for urn in value.depends_on):
                    yield Opaque(place, f"its {path} is not known yet, and it can run anything", (value,))
            elif (name := _document(str(value), place)) and not _ORDINARY_DOCUMENT.fullmatch(name):
                yield Opaque(place, f"it runs the document {name}, which can do anything with the rights of its role")


_BY_ARN = ("aws:cloudwatch/eventTarget:EventTarget", "aws:fis/experimentTemplate:ExperimentTemplate")
"""Types that run a document where an ARN is one's; others only run documents, which they also name."""


def _document(value: str, place: Place) -> str:
    """The name of the document that is run, if one is."""
    found = _DOCUMENT.fullmatch(value)
    return found[1] if found else "" if place.type in _BY_ARN else value


def _is_powerful(service: str, name: str) -> bool:
    """May the call give rights, or make anything?"""
    prefix = _PREFIXES.get(service, service)
    known = action(f"{prefix}:{name}")
    if known is None:
        return _ORDINARY.match(name) is None
    makes = prefix in _MAKES and known.access not in ("List", "Read")
    return makes or known.access == "Permissions management" or known.name.lower() in _RUNS
