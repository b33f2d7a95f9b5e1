"""What a principal is and may do at one point of a chain, and the step that led to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Literal, TypeAlias

from .documents import Document, Statement, Unknown, parse
from .policies import Attached, Level, Policies
from .principals import Caller
from .reach import Reach, Witness
from .statements import Facts
from .wildcards import FIELDS

Form: TypeAlias = tuple[str, bool, tuple[int, ...], tuple[int, ...]]
"""What tells the states apart that one principal can be come to in: its tags, its policies, its boundary."""


@dataclass(frozen=True, slots=True, eq=False)
class Principal:
    """A user or role with all that decides its requests.

    `trust`: the trust policy, of a role.  `facts`: what the platform fixes of its requests' context.
    `tagged`: whoever acts as it has chosen its tags.
    """

    who: Caller
    policies: Policies
    trust: Level = ()
    facts: Facts = field(default_factory=dict)
    tagged: bool = False

    @property
    def form(self) -> Form:
        return (
            self.who.id,
            self.tagged,
            tuple(id(attached.document) for attached in self.policies.identity),
            tuple(id(attached.document) for attached in self.policies.boundary),
        )

    @property
    def partition(self) -> str:
        return self.who.id.split(":", 2)[1]

    @property
    def is_protected(self) -> bool:
        """Roles that AWS's services own, which nobody else can change."""
        return ":role/aws-service-role/" in self.who.id or ":role/aws-reserved/" in self.who.id

    @property
    def is_unlimited(self) -> bool:
        """May it surely do everything in its account?"""
        policies = self.policies
        if policies.boundary or policies.session or policies.endpoint:
            return False
        levels = (*([] if self.who.kind == "root" else [policies.identity]), *policies.scps)
        return all(unlimited(level) for level in levels)


Means = Literal["start", "assume", "pass", "run", "write"]


@dataclass(frozen=True, slots=True)
class Step:
    """How `principal` is come to from `origin`: the requests that are made for it, in order.

    A request may be that of an earlier principal of the way, or of one that was come to by another way; then the
    requests of that way stand before it.  `missing` says what is not known; then the step may not be possible.
    """

    means: Means
    principal: Principal
    origin: "Step | None" = None
    requests: tuple[Witness, ...] = ()
    missing: tuple[Unknown, ...] = ()
    because: tuple[str, ...] = ()

    def path(self) -> tuple["Step", ...]:
        """All steps from the start to this one."""
        found = [self]
        while found[-1].origin:
            found.append(found[-1].origin)
        return tuple(reversed(found))

    @property
    def is_sure(self) -> bool:
        """Nothing of this step alone is unknown."""
        return not (self.missing or self.because)

    def then(self, means: Means, principal: Principal, *answers: Reach, before: "Step | None" = None) -> "Step":
        """A step by some requests, after those of `before`."""
        unsure = [answer for answer in answers if answer.verdict != "reachable"]
        found = tuple(answer.witness for answer in answers if answer.witness)
        missing = (unknown for answer in unsure for unknown in answer.missing)
        because = (text for answer in unsure for text in answer.because)
        return Step(
            means,
            principal,
            self,
            requests=(*(before.requests if before else ()), *found),
            missing=(*(before.missing if before else ()), *missing),
            because=(*(before.because if before else ()), *because),
        )


@cache
def administrator_policy() -> Document:
    """All that can be given."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    return parse({"Version": "2012-10-17", "Statement": everything})


def administrator(account: str) -> Principal:
    """An administrator of an account of which nothing else is known: whom a grant to the account's root is given to."""
    attached = Attached("an administrator of the account", administrator_policy())
    who = Caller("role", f"arn:aws:iam::{account}:role/administrator", account, "administrator")
    return Principal(who, Policies(identity=(attached,)))


def doubtful(answer: Reach, what: str) -> Reach:
    """The answer, not sure for want of `what`."""
    missing = (*answer.missing, Unknown(what))
    return replace(answer, verdict="undetermined", missing=missing, because=(*answer.because, f"not known: {what}"))


def rank(answer: Reach) -> int:
    return ("reachable", "undetermined", "unreachable").index(answer.verdict)


def denies(attached: Attached) -> bool:
    return isinstance(attached.document, Document) and any(s.effect == "Deny" for s in attached.document.statements)


def allows_everything(attached: Attached) -> bool:
    if not attached.certain or not isinstance(attached.document, Document):
        return False
    return any(
        s.effect == "Allow"
        and "*" in s.actions
        and "*" in s.resources
        and not (s.not_actions or s.not_resources or s.conditions or s.missing)
        for s in attached.document.statements
    )


def unlimited(level: Level) -> bool:
    """Do policies that are read together surely allow everything?"""
    return any(allows_everything(a) for a in level) and not any(denies(a) for a in level)


_POLICY_ARN = re.compile(r"arn:[a-z-]+:iam::(?:\d{12}|aws):policy/[\w+=,.@/-]+")


@lru_cache(maxsize=8192)
def policy_arns(source: str) -> tuple[str, ...]:
    """The managed policies that a source names."""
    return tuple(_POLICY_ARN.findall(source)) if ":policy/" in source else ()


def statements(level: Level, effect: str) -> Iterator[Statement]:
    for attached in level:
        if isinstance(attached.document, Document):
            yield from (s for s in attached.document.statements if s.effect == effect)


def known_as(who: Caller) -> str:
    """By what a trust policy names a caller: a role without its path, since a session has none."""
    return f"{who.account}:role:{who.name}" if who.kind in ("role", "session") else who.id


def admitted(role: Principal) -> set[str]:
    """Whom a role's trust policy may admit: accounts, users and roles, services, or `*`."""
    found: set[str] = set()
    for attached in role.trust:
        if isinstance(attached.document, Unknown):
            return {"*"}
        for statement in attached.document.statements:
            if statement.effect != "Allow":
                continue
            if statement.principals is None or statement.not_principals or statement.missing:
                found.add("*")
            for kind, value in statement.principals or ():
                if isinstance(value, str):
                    found.add(_named(kind, value))
    return found


def _named(kind: str, value: str) -> str:
    fields = value.split(":", FIELDS - 1)
    if kind != "AWS" or len(fields) < FIELDS:
        return value
    what, _, rest = fields[5].partition("/")
    if fields[5] == "root":
        return fields[4]
    if what in ("role", "assumed-role"):
        return f"{fields[4]}:role:{rest.split('/')[0] if what == 'assumed-role' else rest.rsplit('/', 1)[-1]}"
    return value
