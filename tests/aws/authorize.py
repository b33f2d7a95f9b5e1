"""Whether a caller's own policies allow a call of Route 53, IAM or Elastic Load Balancing, and in which context.

KMS and STS ask for themselves: there the resource has a policy too.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from . import dns, principals, sts
from .calls import Call, Refusal
from .world import World

Context = dict[str, tuple[str, ...]]
_PREFIXES = {"route53": "route53", "iam": "iam", "elbv2": "elasticloadbalancing"}


def check(call: Call, world: World) -> None:
    """Refuse what the caller may not do.  A test's own administrators and onlookers may do all."""
    prefix = _PREFIXES.get(call.service)
    if prefix is None or not call.operation or call.caller.unlimited or call.caller.onlooker:
        return
    for action, resource, context in _requests(call, prefix):
        if not sts.authorized(call, world, action, resource, account=call.account, policy=None, more=context):
            reason = f"because no identity-based policy allows the {action} action"
            said = f"User: {call.caller.arn} is not authorized to perform: {action} on resource: {resource} {reason}"
            raise Refusal("AccessDenied", said, 403)


def _requests(call: Call, prefix: str) -> Iterator[tuple[str, str, Context]]:
    """What a call asks for: action, resource and condition keys."""
    action = f"{prefix}:{call.operation}"
    if call.service == "route53":
        yield action, _of_route53(call), _batch(call) if call.operation == "ChangeResourceRecordSets" else {}
    elif call.service == "iam":
        resource, context = _of_iam(call)
        yield action, resource, context
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags_roles.html, "Permissions required"
        if call.operation == "CreateRole" and call.params.get("Tags"):
            yield "iam:TagRole", resource, {k: v for k, v in context.items() if k.startswith("aws:")}
    else:
        yield action, "*", {}


def _of_route53(call: Call) -> str:
    """Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html"""
    name = str(call.params.get("HostedZoneId") or call.params.get("Id") or "").rsplit("/", 1)[-1]
    if not name:
        return "*"
    return f"arn:aws:route53:::{'change' if call.operation == 'GetChange' else 'hostedzone'}/{name}"


def _batch(call: Call) -> Context:
    r"""All names, types and actions of a batch.  Names: lower case, without the last dot, `\052` for a star.

    Source: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
    """
    changes = call.params["ChangeBatch"].get("Changes") or ()
    sets = [change["ResourceRecordSet"] for change in changes]
    found = {
        "normalizedrecordnames": (_normalized(each["Name"]) for each in sets),
        "recordtypes": (each["Type"] for each in sets),
        "actions": (change["Action"] for change in changes),
    }
    return {f"route53:changeresourcerecordsets{key}": tuple(dict.fromkeys(values)) for key, values in found.items()}


def _normalized(name: str) -> str:
    try:
        return dns.canonical(name).removesuffix(".")
    except dns.Fault:
        return name  # The service itself refuses it.


def _of_iam(call: Call) -> tuple[str, Context]:
    """The entity that a call names, and the keys of roles.

    A role that is not there is asked for without a path.  AWS's reference does not say; its error names it so.
    Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    and https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
    """
    params, arn = call.params, f"arn:aws:iam::{call.account}"
    if "RoleName" not in params:
        user, policy = params.get("UserName"), params.get("PolicyArn")
        return f"{arn}:user/{user}" if user else str(policy or "*"), {}
    name = params["RoleName"]
    if call.operation == "CreateRole":
        return f"{arn}:role{params.get('Path') or '/'}{name}", _asked(params)
    role = next((r for r in principals.backend(call.account).roles.values() if r.name == name), None)
    if role is None:
        return f"{arn}:role/{name}", _asked(params)
    context = {f"{kind}:resourcetag/{key}": value for key, value in _tags(role.tags) for kind in ("aws", "iam")}
    if role.permissions_boundary_arn:
        context["iam:permissionsboundary"] = (role.permissions_boundary_arn,)
    return str(role.arn), context | _asked(params)


def _asked(params: Mapping[str, Any]) -> Context:
    """What a request sets: a boundary (instead of the role's own), tags, a policy.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html#access_tags_control-requests
    """
    tags = params.get("Tags") or ()
    keys = [tag["Key"] for tag in tags] + list(params.get("TagKeys") or ())
    found: Context = {f"aws:requesttag/{key}": value for key, value in _tags(tags)}
    if keys:
        found["aws:tagkeys"] = tuple(keys)
    for parameter, key in (("PermissionsBoundary", "iam:permissionsboundary"), ("PolicyArn", "iam:policyarn")):
        if params.get(parameter):
            found[key] = (str(params[parameter]),)
    return found


def _tags(tags: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, tuple[str]]]:
    """Keys of conditions are the same in any case."""
    for tag in tags or ():
        yield tag["Key"].lower(), (tag["Value"],)
