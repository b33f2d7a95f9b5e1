"""The policies that a request meets, by what they are attached to."""

from dataclasses import dataclass, field
from functools import cache

from .documents import Document, Unknown, parse


@dataclass(frozen=True, slots=True)
class Attached:
    """A document that applies, and where it stands (`identity_policies[0]`, a resource of a program).

    `certain` is false where it is not known that the document applies at all (`missing` says why).  `inline`: it is
    the principal's own, so no policy that has versions.
    """

    source: str
    document: Document | Unknown
    certain: bool = True
    missing: tuple[Unknown, ...] = ()
    inline: bool = False


Level = tuple[Attached, ...]
"""The policies of one kind in one place: of a root, an organizational unit, an account."""


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies that decide a request.  An empty tuple says that there is none of the kind.

    `boundary`, `session`, `endpoint`: their policies, read together; `scps`, `rcps`: a level for each place from the
    organization's root to the account.  `resource`: the target's own policies (of a role, its trust); `None` says that
    they were not read.
    """

    identity: Level = ()
    boundary: Level = ()
    session: Level = ()
    scps: tuple[Level, ...] = ()
    rcps: tuple[Level, ...] = ()
    resource: Level | None = field(default=None)
    endpoint: Level = ()

    def levels(self) -> tuple[Level, ...]:
        """All policies, by level."""
        return (
            self.identity,
            self.boundary,
            self.session,
            *self.scps,
            *self.rcps,
            self.resource or (),
            self.endpoint,
        )

    @property
    def is_known(self) -> bool:
        """Nothing of any document is missing."""
        return all(
            attached.certain
            and isinstance(attached.document, Document)
            and not any(statement.missing for statement in attached.document.statements)
            for level in self.levels()
            for attached in level
        )

    @property
    def secret(self) -> bool:
        """One of the documents is secret, so nothing of the answer's grounds may be shown."""
        return any(
            isinstance(attached.document, Document) and attached.document.secret
            for level in self.levels()
            for attached in level
        )


TARGET_SIDE = "the target's own policies"


@cache
def granting(account: str) -> Attached:
    """A policy of the target that leaves the decision to an account: what the target's side grants is taken for
    granted.
    """
    grant = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "*", "Resource": "*"}
    return Attached(TARGET_SIDE, parse({"Version": "2012-10-17", "Statement": grant}))


@dataclass(frozen=True, slots=True)
class Cause:
    """What decided: a statement of a source, or a sentence without one."""

    source: str
    statement: str = ""

    def __str__(self) -> str:
        return f"{self.source} {self.statement}".rstrip()
