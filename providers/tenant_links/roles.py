"""A grant's role as it stands in the master account, and the calls that read, make, mend and remove it.

IAM has no conditional writes.  CreateRole with its tags is the only atomic claim; everything after it is done
by the one stack that the tags name, which Pulumi locks.
Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from tenant_links.aws import Client, code
from tenant_links.claim import TAG, Claim, LinkError, TakenError
from tenant_links.documents import POLICY_NAME, Document, render

PAUSES = (0.5, 1.0, 2.0)
"""Seconds to wait before IAM is asked again for what it does not see.

Its reads lag behind its writes:
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency"""
R = TypeVar("R")


@dataclass(frozen=True)
class Wanted:
    """The role that the inputs ask for."""

    name: str
    path: str
    trust: Document
    policy: Document
    boundary: str | None
    claim: Claim
    tags: Mapping[str, str] = field(default_factory=dict)
    """Beside the claim's."""

    @property
    def aws_tags(self) -> list[dict[str, str]]:
        return [*self.claim.tags(), *({"Key": key, "Value": value} for key, value in sorted(self.tags.items()))]


@dataclass(frozen=True)
class Live:
    """The role that is there."""

    arn: str
    trust: Document
    policies: dict[str, Document]
    attached: tuple[str, ...]
    boundary: str | None
    claim: Claim | None
    tags: Mapping[str, str] = field(default_factory=dict)
    """Beside the claim's and AWS's own."""
    marked: bool = True
    """It has tags of a claim, legible or not."""


def find(iam: Client, name: str) -> Live | None:
    """The role by its name; None where IAM keeps saying that there is none."""
    try:
        return _patiently(lambda: _read(iam, name))
    except ClientError as error:
        if code(error) == "NoSuchEntity" and error.operation_name == "GetRole":
            return None
        raise


def _patiently(call: Callable[[], R], *codes: str) -> R:
    """What `call` answers once IAM sees what was just made, or made anew."""
    for pause in PAUSES:
        try:
            return call()
        except ClientError as error:
            if code(error) not in ("NoSuchEntity", *codes):
                raise
        time.sleep(pause)
    return call()


def _read(iam: Client, name: str) -> Live:
    role = iam.get_role(RoleName=name)["Role"]
    listed = iam.get_paginator("list_role_policies").paginate(RoleName=name)
    names = [policy for page in listed for policy in page["PolicyNames"]]
    policies = {policy: iam.get_role_policy(RoleName=name, PolicyName=policy) for policy in names}
    pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
    tags = {tag["Key"]: tag["Value"] for tag in role.get("Tags", ())}
    return Live(
        arn=role["Arn"],
        trust=_parsed(role["AssumeRolePolicyDocument"]),
        policies={policy: _parsed(answer["PolicyDocument"]) for policy, answer in policies.items()},
        attached=tuple(policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]),
        boundary=role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        claim=Claim.of_tags(tags),
        tags={key: value for key, value in tags.items() if not key.startswith((TAG, "aws:"))},
        marked=any(key.startswith(TAG) for key in tags),
    )


def create(iam: Client, wanted: Wanted, *, adopt: bool = False) -> Live:
    """Make the role, or resume an own one under the new nonce; with `adopt` also take one that nobody claims.

    Raises:
        TakenError: the name is another's.
    """
    boundary = {"PermissionsBoundary": wanted.boundary} if wanted.boundary else {}
    description = f"What {wanted.claim.tenant}-{wanted.claim.environment} may use; by tenant-links"
    try:
        made = iam.create_role(
            RoleName=wanted.name,
            Path=wanted.path,
            AssumeRolePolicyDocument=render(wanted.trust),
            Description=description,
            Tags=wanted.aws_tags,
            **boundary,
        )["Role"]
    except ClientError as error:
        # Another's, our own of a run that was cut short, or our own of a retry after "committed, then 5xx".
        if code(error) != "EntityAlreadyExists":
            raise
    else:
        # Not read back: for some seconds IAM may answer that a new role does not exist.
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
        return mend(iam, wanted, Live(made["Arn"], wanted.trust, {}, (), wanted.boundary, wanted.claim, wanted.tags))
    live = find(iam, wanted.name)
    if live is None:
        told = f"a role {wanted.name} exists but cannot be read"
        raise LinkError(f"{told}: try again; if it stays so, its name differs in case, and it must be removed")
    # What nobody claims is from before; a claim that can't be read may be a newer version's.
    here = live.arn.endswith(f":role{wanted.path}{wanted.name}")
    free = adopt and not live.marked and here
    if not free and (live.claim is None or not live.claim.same_owner(wanted.claim)):
        raise TakenError(f"{_describe(wanted.name, live)}; choose another grant name, or remove the role first")
    if not here:
        # Its tags may be forged: who may change the roles of that path would have the grant.
        raise TakenError(f"{live.arn} is not at the path {wanted.path}, so it was not made here; remove the role first")
    if free:
        # IAM has no conditional writes, so of two that adopt at once the later one has it; the other one sees that.
        iam.tag_role(RoleName=wanted.name, Tags=wanted.aws_tags)
        live = find(iam, wanted.name) or live
        own(live, wanted)
    return mend(iam, wanted, live)


def mend(iam: Client, wanted: Wanted, live: Live) -> Live:
    """Make an own role what the inputs ask for: who may assume it, and its boundary, before what they then may do."""
    role = {"RoleName": wanted.name}
    # First away: a role has at most 50 tags, and keys that differ in case are one.
    if extra := sorted(live.tags.keys() - wanted.tags.keys()):
        iam.untag_role(**role, TagKeys=extra)
    if live.claim is None or not live.claim.same_content(wanted.claim) or wanted.tags.items() - live.tags.items():
        iam.tag_role(**role, Tags=wanted.aws_tags)
    if wanted.boundary and live.boundary != wanted.boundary:
        iam.put_role_permissions_boundary(**role, PermissionsBoundary=wanted.boundary)
    _strip(iam, wanted.name, live, keep=POLICY_NAME)
    if live.trust != wanted.trust:
        iam.update_assume_role_policy(**role, PolicyDocument=render(wanted.trust))
    if live.policies.get(POLICY_NAME) != wanted.policy:
        document = render(wanted.policy)
        # A linker of a pair may do this to roles with the pair's tags, which IAM may not see yet either.
        _patiently(lambda: iam.put_role_policy(**role, PolicyName=POLICY_NAME, PolicyDocument=document), "AccessDenied")
    if live.boundary and not wanted.boundary:
        iam.delete_role_permissions_boundary(**role)
    return live


def remove(iam: Client, name: str, claim: Claim) -> None:
    """Remove the role if this incarnation made it; a role that is gone is fine.

    Raises:
        TakenError: the role is another's, so it stays.
    """
    live = find(iam, name)
    if live is None:
        return
    if live.claim is None or not live.claim.same_incarnation(claim):
        raise TakenError(f"{_describe(name, live)}; it was not made by this resource, so it stays")
    _strip(iam, name, live, keep=None)
    _gone(iam.delete_role, RoleName=name)


def own(live: Live, wanted: Wanted) -> None:
    """Refuse a role that is not this incarnation's.

    Raises:
        TakenError: the claim differs.
    """
    if live.claim is None or not live.claim.same_incarnation(wanted.claim):
        mine = "not to this resource any more; run `pulumi refresh` and look again"
        raise TakenError(f"{_describe(wanted.name, live)}, {mine}")


def drift(live: Live, wanted: Wanted) -> list[str]:
    """How the role differs from what the inputs ask for, one line a difference; never the external id."""
    extra = sorted(set(live.policies) - {POLICY_NAME})
    differences = {
        "the owner tags were changed": live.claim is None or not live.claim.same_content(wanted.claim),
        "the trust policy was changed": live.trust != wanted.trust,
        "the grant's policy was removed": POLICY_NAME not in live.policies,
        "the grant's policy was changed": live.policies.get(POLICY_NAME, wanted.policy) != wanted.policy,
        "the tags were changed": dict(live.tags) != dict(wanted.tags),
        f"the permissions boundary is {live.boundary}": live.boundary != wanted.boundary,
        f"policies were added: {', '.join(extra)}": bool(extra),
        f"policies were attached: {', '.join(live.attached)}": bool(live.attached),
    }
    return [line for line, differs in differences.items() if differs]


def _strip(iam: Client, name: str, live: Live, keep: str | None) -> None:
    for arn in live.attached:
        _gone(iam.detach_role_policy, RoleName=name, PolicyArn=arn)
    for policy in live.policies:
        if policy != keep:
            _gone(iam.delete_role_policy, RoleName=name, PolicyName=policy)


def _gone(call: Callable[..., object], **what: str) -> None:
    """Take away; what is not there any more may have been taken by a try that was answered with an error."""
    try:
        call(**what)
    except ClientError as error:
        if code(error) != "NoSuchEntity":
            raise


def _describe(name: str, live: Live) -> str:
    if live.claim is not None:
        return f"the role {name} belongs to {live.claim}"
    return f"the role {name} has {'owner tags that this version cannot read' if live.marked else 'no owner tags'}"


def _parsed(document: Any) -> Document:
    parsed = json.loads(document) if isinstance(document, str) else document
    return dict(parsed)
