"""The server's control API: `POST /_strict/NAME` with a JSON object; what a test does to AWS past AWS's own API."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from moto.route53.models import route53_backends

from . import principals, sts
from .names import AMBIENT_KEY, LINKER, MASTER, READER, zone_id
from .principals import Identity
from .world import Settings, World

if TYPE_CHECKING:
    from .server import Server

PATH = "/_strict/"


def allow(actions: str | list[str], resources: str | list[str] = "*") -> str:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(account: str) -> str:
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def seed(world: World) -> None:
    """What a platform has before the first link: a pipeline's user in the master account, and the linker."""
    iam = principals.backend(MASTER)
    user = iam.create_user("us-east-1", "ci")
    iam.put_user_policy("ci", "assume", allow("sts:AssumeRole", LINKER))
    world.identities[AMBIENT_KEY] = Identity(MASTER, user.arn, user.id, user.arn)
    iam.create_policy("", "/", allow(["s3:*", "kms:*"]), "tenant-links-boundary", [])
    _role(MASTER, LINKER.rsplit("/", 1)[-1], allow(["route53:*", "iam:*", "kms:*", "sts:*"]))


def onboard(account: str) -> None:
    """A tenant's account lets the master account's pipeline read its load balancers."""
    name = READER.rsplit("/", 1)[-1]
    if not any(role.name == name for role in principals.backend(account).roles.values()):
        _role(account, name, allow("elasticloadbalancing:Describe*"))


def _role(account: str, name: str, policy: str, trusting: str | None = None) -> None:
    iam = principals.backend(account)
    iam.create_role(name, trusting or trust(MASTER), "/", None, "", [], 3600)
    iam.put_role_policy(name, "own", policy)


def fresh_zone_id(name: str) -> str:
    """`zone_id(name)`, unless another account has a zone of that name."""
    taken = {known for account in list(route53_backends.values()) for known in account["aws"].zones}
    found, others = zone_id(name), 0
    while found in taken:
        others += 1
        found = "Z" + hashlib.sha256(f"{name}/{others}".encode()).hexdigest()[:20].upper()
    return found


class Control:
    """The operations, each a method that takes the object's members and returns JSON."""

    def __init__(self, server: Server) -> None:
        self._server = server

    @property
    def _world(self) -> World:
        return self._server.world

    def answer(self, name: str, given: dict[str, Any]) -> tuple[int, Any]:
        try:
            operation = getattr(self, f"do_{name}")
        except AttributeError:
            return 404, f"no operation {name}"
        try:
            with self._world.lock:
                return 200, operation(**given)
        except (TypeError, ValueError, KeyError) as error:
            return 400, f"{name}: {error}"

    def do_reset(self) -> None:
        self._server.reset()

    def do_keys(self, account: str, role: str | None = None, onlooker: bool = False) -> dict[str, str]:
        """Keys of an administrator whom IAM does not know, or of a session in a role, whatever its trust."""
        if role is None:
            arn = f"arn:aws:iam::{account}:user/test-administrator"
            who = Identity(account, arn, "AIDATEST", arn, unlimited=True, onlooker=onlooker)
            return self._world.sign_in(who)
        known = (e for e in principals.entities(account) if ":role/" in e.arn and role in (e.name, e.arn))
        found = next(known, None)
        if found is None:
            raise ValueError(f"expected a role of account {account} (got {role!r})")
        return self._world.sign_in(sts.session_of(found, account, "test", None))

    def do_role(self, account: str, name: str, policy: str, trust: str | None = None) -> str:
        """Make a role with one policy; returns its ARN.  By default the master account may assume it."""
        _role(account, name, policy, trust)
        return f"arn:aws:iam::{account}:role/{name}"

    def do_onboard(self, account: str) -> None:
        onboard(account)

    def do_account(self, account: str, closed: bool, member: bool) -> None:
        """Whether an account is closed, and whether it is a member of the organization."""
        (self._world.closed.add if closed else self._world.closed.discard)(account)
        (self._world.strangers.discard if member else self._world.strangers.add)(account)

    def do_clock(self, seconds: float = 0.0, step: float | None = None) -> float:
        if step is not None:
            self._world.clock.step = step
        return self._world.clock.advance(seconds)

    def do_settings(self, **changes: float) -> None:
        unknown = set(changes) - {part.name for part in fields(Settings)}
        if unknown:
            raise ValueError(f"expected settings of {[part.name for part in fields(Settings)]} (got {unknown})")
        for name, value in changes.items():
            setattr(self._world.settings, name, value)

    def do_limit(self, name: str, rate: float, burst: float) -> None:
        self._world.limits.set(name, rate, burst)

    def do_fault(self, **rule: Any) -> int:
        return self._world.faults.add(**rule)

    def do_clear(self) -> None:
        self._world.faults.clear()

    def do_seed(self, seed: int) -> None:
        self._world.faults.seed = seed

    def do_struck(self) -> dict[int, int]:
        return self._world.faults.struck()

    def do_journal(self, after: int = 0) -> list[dict[str, Any]]:
        return self._world.journal.read(after)

    def do_forget(self) -> None:
        self._world.journal.clear()
