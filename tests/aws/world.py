"""All that the server holds beside moto: time, faults, journal, keys, records, grants."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from moto.iam.models import iam_backends

from . import principals
from .calls import Call, Refusal
from .clock import Clock, Limits
from .faults import Faults
from .journal import Journal
from .principals import Identity

ORGANIZATION = "o-a1b2c3d4e5"


@dataclass
class Settings:
    """How slow AWS is, in virtual seconds, and how much it lets an account have."""

    insync: float = 60.0
    """From a change of records to INSYNC: usually within 60 seconds.
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html"""
    zone_busy: float = 0.0
    """How long a change keeps its zone busy: others get PriorRequestNotComplete."""
    iam_delay: float = 0.0
    """How long a new principal can neither be assumed nor named."""
    kms_delay: float = 0.0
    """How long a new grant works with its token only."""
    roles: int = 1000
    """Roles of an account.  https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


@dataclass
class World:
    """The state of a server; `lock` makes each request one step for everybody."""

    clock: Clock = field(default_factory=Clock)
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    limits: Limits = field(default_factory=Limits)
    settings: Settings = field(default_factory=Settings)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    identities: dict[str, Identity] = field(default_factory=dict)
    born: dict[str, float] = field(default_factory=dict)
    """When principals were made, by unique id."""
    closed: set[str] = field(default_factory=set)
    """Accounts that do not exist (any more)."""
    strangers: set[str] = field(default_factory=set)
    """Accounts outside of the organization."""

    zones: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    grants: dict[str, Any] = field(default_factory=dict)

    def identify(self, key_id: str, token: str, now: float) -> Identity:
        """Whom a key stands for.  Signatures are not checked.  Raises `Refusal`."""
        found = self.identities.get(key_id) or _user_of(key_id)
        if found is None or found.token != token or found.account in self.closed:
            raise Refusal("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
        if found.expires is not None and now >= found.expires:
            raise Refusal("ExpiredToken", "The security token included in the request is expired", 403)
        return found

    def sign_in(self, identity: Identity) -> dict[str, str]:
        """Keys for an identity."""
        key_id = ("ASIA" if identity.token else "AKIA") + secrets.token_hex(8).upper()
        self.identities[key_id] = identity
        return {"AccessKeyId": key_id, "SecretAccessKey": secrets.token_hex(20), "SessionToken": identity.token}

    def organization(self, account: str) -> str | None:
        return None if account in self.strangers else ORGANIZATION

    def visible(self, arn: str, now: float) -> principals.Entity | None:
        """A role or user that exists and has been there for long enough to be known everywhere.

        Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html, "eventual consistency"
        """
        found = principals.find_id(arn) if principals.is_unique_id(arn) else principals.find(arn)
        if found is None or now < self.born.get(found.id, -self.settings.iam_delay) + self.settings.iam_delay:
            return None
        return found


Rule: TypeAlias = Callable[[Call, World], dict[str, Any] | None]
"""Answers a call, or refuses it (`Refusal`), or lets moto answer it (None)."""


def _user_of(key_id: str) -> Identity | None:
    """The IAM user of a key that CreateAccessKey made."""
    for account in [account for account in list(iam_backends) if account.isdecimal()]:
        user = principals.backend(account).get_user_from_access_key_id(key_id)
        if user is not None:
            return Identity(account, user.arn, user.id, user.arn)
    return None
