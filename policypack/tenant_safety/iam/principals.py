"""Who makes a request, and how a policy's `Principal` names it.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from .wildcards import FIELDS

Kind: TypeAlias = Literal["root", "user", "role", "session", "federated-user", "service", "federated", "anonymous"]

Naming: TypeAlias = Literal["everyone", "account", "user", "role", "session", "federated-user", "service", "federated"]
"""By what a policy names a principal; what an implicit deny elsewhere means depends on it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request.  `id`: its ARN, or the name of the service or identity provider.

    `name`: of the user or role, without path; `account`: "" for services, identity providers and anonymous callers.
    """

    kind: Kind
    id: str = ""
    account: str = ""
    name: str = ""

    @property
    def is_service_linked(self) -> bool:
        """A service-linked role, which SCPs and RCPs do not touch."""
        return ":role/aws-service-role/" in self.id or (self.kind == "session" and "/AWSServiceRoleFor" in self.id)


ANONYMOUS = Caller("anonymous")


@lru_cache(maxsize=4096)
def caller(arn: str) -> Caller:
    """The caller of an ARN: a user, role, session, federated user or an account's root.

    Raises `ValueError` if it is no such ARN.
    """
    fields = arn.split(":", FIELDS - 1)
    if len(fields) == FIELDS and fields[0] == "arn" and fields[4].isdecimal() and len(fields[4]) == 12:
        service, account, (what, _, rest) = fields[2], fields[4], fields[5].partition("/")
        if service == "iam" and fields[5] == "root":
            return Caller("root", arn, account)
        if service == "iam" and what in ("user", "role") and rest:
            return Caller("user" if what == "user" else "role", arn, account, rest.rsplit("/", 1)[-1])
        if service == "sts" and what == "assumed-role" and rest.count("/") == 1:
            return Caller("session", arn, account, rest.split("/")[0])
        if service == "sts" and what == "federated-user" and rest:
            return Caller("federated-user", arn, account, rest)
    raise ValueError(
        "expected the ARN of a user, role, assumed-role session, federated user or account root such as "
        f"arn:aws:iam::111111111111:role/ci, got {arn!r}"
    )


def naming(kind: str, value: str, who: Caller) -> Naming | None:
    """How one entry of `Principal` (`AWS`, an ARN) names the caller; `None` if it does not."""
    if kind == "AWS":
        return "everyone" if value == "*" else _naming_arn(value, who)
    if kind == "Service" and who.kind == "service" and value in ("*", who.id):
        return "service"
    if kind == "Federated" and who.kind == "federated" and value in ("*", who.id):
        return "federated"
    return None


def _naming_arn(value: str, who: Caller) -> Naming | None:
    if not value.startswith("arn:") or not who.account:
        return None  # The unique id of a principal that is gone names nobody.
    try:
        named = caller(value)
    except ValueError:
        return None
    if named.account != who.account:
        return None
    if named.kind == "root":
        return "account"
    if named.kind == "role" and who.kind == "session":
        return "role" if named.name == who.name else None
    return named.kind if named == who and named.kind in ("user", "role", "session", "federated-user") else None


def namings(principals: Sequence[tuple[str, str]], who: Caller) -> frozenset[Naming]:
    """All the ways in which the entries of a `Principal` name the caller."""
    return frozenset(named for kind, value in principals if (named := naming(kind, value, who)))


def is_excepted(principals: Sequence[tuple[str, str]], who: Caller, *, bounded: bool) -> bool:
    """Does a `NotPrincipal` except the caller?  Its account, its role and its session must all be named, and it must
    not be `bounded` by a permission boundary.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    named = namings(principals, who)
    return not bounded and ("everyone" in named or layers(who) <= named)


def layers(who: Caller) -> frozenset[Naming]:
    """What a caller consists of, each of which a `NotPrincipal` checks."""
    match who.kind:
        case "session":
            return frozenset({"account", "role", "session"})
        case "user":
            return frozenset({"account", "user"})
        case "role":
            return frozenset({"account", "role"})
        case "federated-user":
            return frozenset({"account", "federated-user"})
        case "root":
            return frozenset({"account"})
        case "service":
            return frozenset({"service"})
        case "federated":
            return frozenset({"federated"})
        case "anonymous":
            return frozenset({"everyone"})
