"""A KMS grant as it stands on its key, and the calls that find, make and revoke it.

A grant can't be changed: another one is made, then the old one revoked.  Its name says whose it is, and makes a retry
of CreateGrant return the grant that the first try made.
Source: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from botocore.exceptions import ClientError

from tenant_links.aws import Client, code
from tenant_links.claim import Claim, TakenError


@dataclass(frozen=True)
class Wanted:
    """The grant that the inputs ask for."""

    key: str
    grant: str
    grantee: str
    operations: tuple[str, ...]
    context: Mapping[str, str]
    claim: Claim

    @property
    def place(self) -> str:
        """What the names of all grants of this pair and name begin with."""
        return f"tenant-links/{self.claim.tenant}/{self.claim.environment}/{self.grant}/"

    @property
    def own(self) -> str:
        """What the names of this resource's begin with, whatever the incarnation."""
        owner = f"{self.claim.owner} {self.claim.resource}"
        return f"{self.place}{hashlib.sha256(owner.encode()).hexdigest()[:16]}/"

    @property
    def name(self) -> str:
        return f"{self.own}{self.claim.nonce}"

    def same_incarnation(self, grant: "Live") -> bool:
        """Whatever the resource was called when it made the grant."""
        return grant.name.endswith(f"/{self.claim.nonce}")


@dataclass(frozen=True)
class Live:
    """A grant that is there."""

    id: str
    name: str
    grantee: str
    operations: tuple[str, ...]
    context: Mapping[str, str]

    def gives(self, wanted: Wanted) -> bool:
        return (self.grantee, self.operations, self.context) == (wanted.grantee, wanted.operations, wanted.context)


def operations(actions: list[str]) -> tuple[str, ...]:
    return tuple(sorted(action.removeprefix("kms:") for action in actions))


def find(kms: Client, wanted: Wanted) -> tuple[Live, ...]:
    """The grants of this pair and name on the key, whoever made them; none on a key that is gone."""
    return tuple(grant for grant in _all(kms, wanted.key) if grant.name.startswith(wanted.place))


def _all(kms: Client, key: str) -> tuple[Live, ...]:
    pages = kms.get_paginator("list_grants").paginate(KeyId=key, PaginationConfig={"PageSize": 100})
    try:
        found = [grant for page in pages for grant in page["Grants"]]
    except ClientError as error:
        if code(error) != "NotFoundException":
            raise
        return ()
    return tuple(
        Live(
            grant["GrantId"],
            grant.get("Name", ""),
            grant["GranteePrincipal"],
            tuple(sorted(grant["Operations"])),
            dict(grant.get("Constraints", {}).get("EncryptionContextSubset", {})),
        )
        for grant in found
    )


def make(kms: Client, wanted: Wanted) -> str:
    """Make the grant, or find it made; returns its id.  Other grants of this resource are revoked afterwards.

    Raises:
        TakenError: another resource has the grant's name.
    """
    there = find(kms, wanted)
    _refuse_others(there, wanted)
    known = next((grant for grant in there if grant.name == wanted.name and grant.gives(wanted)), None)
    made = known.id if known else _created(kms, wanted)
    if not there:
        # KMS has no atomic claim.  Of two that make the grant at once each sees the other's here, so none has it twice.
        try:
            _refuse_others(find(kms, wanted), wanted)
        except TakenError:
            revoke(kms, wanted.key, made)
            raise
    for grant in there:
        if grant.id != made:
            revoke(kms, wanted.key, grant.id)
    return made


def remove(kms: Client, wanted: Wanted, grant_id: str) -> None:
    """Revoke this incarnation's grants: an update that was cut short has left two, and a new one may not be listed yet.

    Raises:
        TakenError: the grant of that id is another's, so it stays.
    """
    there = _all(kms, wanted.key)
    own = [g.id for g in there if g.name.startswith(wanted.place) and wanted.same_incarnation(g)]
    other = next((g for g in there if g.id == grant_id and g.id not in own), None)
    for each in own if other else dict.fromkeys((grant_id, *own)):
        revoke(kms, wanted.key, each)
    if other is not None:
        raise TakenError(
            f"{wanted.key} has a grant {other.name or grant_id}; it was not made by this resource, so it stays"
        )


def revoke(kms: Client, key: str, grant_id: str) -> None:
    """Revoke a grant; one that is gone is fine."""
    try:
        kms.revoke_grant(KeyId=key, GrantId=grant_id)
    except ClientError as error:
        if code(error) not in ("NotFoundException", "InvalidGrantIdException"):
            raise


def _refuse_others(there: tuple[Live, ...], wanted: Wanted) -> None:
    others = (g for g in there if not g.name.startswith(wanted.own) and not wanted.same_incarnation(g))
    other = next(others, None)
    if other is not None:
        raise TakenError(f"{wanted.key} has a grant {other.name} of another resource; choose another grant name")


def _created(kms: Client, wanted: Wanted) -> str:
    made = kms.create_grant(
        KeyId=wanted.key,
        GranteePrincipal=wanted.grantee,
        Operations=list(wanted.operations),
        Constraints={"EncryptionContextSubset": dict(wanted.context)},
        Name=wanted.name,
    )
    return str(made["GrantId"])
