"""Who an object in the master account belongs to, and how the object itself says so."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

VERSION = "tl1"
_PLAIN = re.compile(r"[A-Za-z0-9_.:/=+@-]{1,128}")
TAG = "tenant-links:"


class LinkError(Exception):
    """One line that says what went wrong and what to do; free of secrets."""

    __module__ = "tenant_links"


class TakenError(LinkError):
    """The name or role is another's; nothing was changed."""

    __module__ = "tenant_links"


def fresh_nonce() -> str:
    """A random mark for one incarnation of an object: 16 hexadecimal digits.

    Random, not derived from the inputs.  The claim's other fields let `create` recognise its own half-done
    work after a crash; it then writes a new nonce.  So after a replacement under the same name the old
    incarnation's `delete` meets a nonce that it does not know and leaves the object alone; a derived nonce
    would be the same for both, and the delete would take the new object away.
    """
    return secrets.token_hex(8)


def plain(value: object) -> str:
    """A text as one word that a TXT record and an IAM tag can hold; an odd one becomes its hash."""
    if not isinstance(value, str) or not value:
        raise ValueError(f"expected a text (got {value!r})")
    return value if _PLAIN.fullmatch(value) else "sha256:" + hashlib.sha256(value.encode()).hexdigest()[:40]


@dataclass(frozen=True)
class Claim:
    """The ownership of one object, in `plain` words; `revision` makes rewriting a record a compare-and-swap.

    `owner` is the stack (`organization/project/stack`), `resource` the Pulumi resource's logical name in it:
    two resources of one stack can't own the same object either.
    """

    tenant: str
    environment: str
    account: str
    owner: str
    resource: str
    nonce: str
    revision: int = 1

    def same_owner(self, other: "Claim") -> bool:
        """Whether both stand for the same resource of the same stack, whatever the incarnation."""
        return self._identity == other._identity

    @property
    def _identity(self) -> tuple[str, str, str, str]:
        return self.tenant, self.environment, self.owner, self.resource

    def after(self, previous: "Claim") -> "Claim":
        return replace(self, revision=previous.revision + 1)

    def same_incarnation(self, other: "Claim") -> bool:
        """Whether both stand for the same object of the same pair, whoever owns it by now.

        The nonce stands in public DNS, so what a state says of it is not enough.
        """
        mine, its = ((each.tenant, each.environment, each.nonce) for each in (self, other))
        return mine == its

    def same_content(self, other: "Claim") -> bool:
        """Equal but for the revision."""
        return replace(self, revision=0) == replace(other, revision=0)

    def __str__(self) -> str:
        resource = f"resource '{self.resource}' of stack {self.owner}"
        return f"tenant '{self.tenant}' ({self.environment}): {resource}"

    def text(self) -> str:
        """The claim as one line, for a TXT record."""
        return " ".join(f"{name}={value}" for name, value in self._words().items())

    @classmethod
    def of_text(cls, text: str) -> "Claim | None":
        return cls._of_words(_words_of(text))

    def tags(self) -> list[dict[str, str]]:
        """The claim as IAM tags: `[{"Key": "tenant-links:tenant", "Value": "customer1"}, …]`."""
        return [{"Key": TAG + name, "Value": value} for name, value in self._words().items()]

    @classmethod
    def of_tags(cls, tags: Mapping[str, str]) -> "Claim | None":
        return cls._of_words({key.removeprefix(TAG): tags[key] for key in tags if key.startswith(TAG)})

    def _words(self) -> dict[str, str]:
        return {
            "v": VERSION,
            "tenant": self.tenant,
            "environment": self.environment,
            "account": self.account,
            "owner": self.owner,
            "resource": self.resource,
            "nonce": self.nonce,
            "revision": str(self.revision),
        }

    @classmethod
    def _of_words(cls, words: Mapping[str, str]) -> "Claim | None":
        names = ("tenant", "environment", "account", "owner", "resource", "nonce")
        revision = words.get("revision", "")
        if words.get("v") != VERSION or any(name not in words for name in names) or not revision.isdecimal():
            return None
        return cls(**{name: words[name] for name in names}, revision=int(revision))


@dataclass(frozen=True)
class Released:
    """A name that its owner let go of, closed to other tenants until then.

    Who had a name is still called by it: bookmarks, webhooks, cookies, OAuth redirects.
    """

    tenant: str
    environment: str
    until: datetime

    @classmethod
    def of(cls, claim: Claim, days: float, now: datetime) -> "Released":
        return cls(claim.tenant, claim.environment, (now + timedelta(days=days)).replace(microsecond=0))

    def text(self) -> str:
        until = self.until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"v={VERSION} released=1 tenant={self.tenant} environment={self.environment} until={until}"

    @classmethod
    def of_text(cls, text: str) -> "Released | None":
        words = _words_of(text)
        try:
            until = datetime.fromisoformat(words.get("until", ""))
        except ValueError:
            return None
        if words.get("v") != VERSION or words.get("released") != "1" or until.tzinfo is None:
            return None
        return cls(words.get("tenant", ""), words.get("environment", ""), until)


def _words_of(text: str) -> dict[str, str]:
    return dict(word.partition("=")[::2] for word in text.split(" "))
