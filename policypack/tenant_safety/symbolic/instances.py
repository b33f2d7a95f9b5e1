"""Knows which account and region a provider instance is for, as its configuration and credentials say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import wire

ACCOUNT = re.compile(r"^\d{12}$")
REGION = re.compile(r"^(us(-gov|-iso[bef]?)?|af|ap|ca|cn|eu(-isoe|sc)?|il|me|mx|sa)-[a-z]+-\d$")
ROLE = re.compile(r"^arn:aws[\w-]*:iam::(\d{12}):role/.+$")


class ConfigurationError(Exception):
    """What the real provider says of a configuration that it refuses."""


@dataclass(frozen=True)
class Instance:
    """Where a provider instance acts, and the tags that it gives to everything."""

    account: str
    region: str
    default_tags: Mapping[str, str] = field(default_factory=dict)
    role: str | None = None

    @property
    def partition(self) -> str:
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    @property
    def dns_suffix(self) -> str:
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def caller(self, session: str) -> str:
        """The ARN that the credentials act as, of the user or the session of that name."""
        if self.role is None:
            return f"arn:{self.partition}:iam::{self.account}:user/{session}"
        return f"arn:{self.partition}:sts::{self.account}:assumed-role/{self.role}/{session}"


def instance(
    config: Mapping[str, Any], default_account: str, default_region: str, *, credentials: bool = True
) -> Instance:
    """The instance that a configuration makes; refuses what the real provider refuses.

    Without credentials the account is the one that the configuration allows, of several it is unknown.
    """
    account, role = default_account, None
    web = _parsed(config.get("assumeRoleWithWebIdentity")) or {}
    assumed = [web] if web else []
    assumed += [step for step in _parsed(config.get("assumeRoles")) or [] if step]
    for step in assumed:
        # The SDK makes JSON of it: the names of a plain dictionary stay as the Python program wrote them.
        arn = step.get("roleArn") or step.get("role_arn") or ""
        match = ROLE.match(arn)
        if match is None:
            raise ConfigurationError(f'Cannot assume IAM Role: "{arn}" is not the ARN of a role')
        account, role = match[1], arn.rsplit("/", 1)[-1]
    allowed = _parsed(config.get("allowedAccountIds")) or []
    forbidden = _parsed(config.get("forbiddenAccountIds")) or []
    for name in (*allowed, *forbidden):
        if not ACCOUNT.match(str(name)):
            raise ConfigurationError(f"expected an account id of 12 digits (got {name!r})")
    if allowed and account not in allowed and not assumed and not credentials:
        account = str(allowed[0]) if len(set(allowed)) == 1 else ""
    elif allowed and account not in allowed:
        raise ConfigurationError(f"AWS account ID not allowed: {account}")
    if account in forbidden:
        raise ConfigurationError(f"AWS account ID not allowed: {account}")
    region = config.get("region") or default_region
    if not region:
        raise ConfigurationError("expected a region: set aws:region in the stack's configuration, or AWS_REGION")
    if not REGION.match(region):
        raise ConfigurationError(f"invalid AWS Region: {region}")
    tags = _parsed(config.get("defaultTags")) or {}
    return Instance(account or wire.UNKNOWN, region, dict(tags.get("tags") or {}), role)


def _parsed(value: Any) -> Any:
    """Lists and objects of a provider's configuration arrive as JSON in a string."""
    return json.loads(value) if isinstance(value, str) and value else value
