"""A registry in DynamoDB: the truth for a fleet, which the platform writes at run time.

One table, with the keys `part` and `item`:

    head              tenants/customer1       a part as it is now, with its version, who wrote it, when and why
    history/PART      0000000042              each version of it, for ever; one without a document deleted it
    claim             account/111111111111    what only one tenant may have, and which has it
    gate              structure               the version of what tenants hang on: platform, groups, plans …

Each change is one transaction: a version of the history, the head if it is still at the version that was read, the
claims, and the gate.  So no update is lost, no tenant is half written, and two tenants never have the same account.
Who changes what tenants hang on closes the gate first; while it is closed no tenant changes, and a gate whose closer
has died opens after a while.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from .aws import Client, client, spoken
from .parts import checked, is_structure, parts_of, whole_of
from .reading import MAX_BYTES, RegistryError, RegistryUnreachable, Snapshot, is_same, snapshot_of
from .transactions import Edit, Tries, Write
from .versions import Busy, Conflict, Gate, Version, gate_of, text_of, version_of

if TYPE_CHECKING:
    from . import Place

PATIENCE = 60.0
"""Seconds for which a change is tried again while others write the same."""
MAX_ACTIONS = 100
"""Of a transaction: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html"""
_AT_ONCE = (MAX_ACTIONS - 1) // 2
_READS = 5
"""How often a registry is read again that others change meanwhile."""
_CONFLICTS = ("TransactionInProgressException", "TransactionConflictException")


@dataclass(frozen=True)
class Table:
    """A registry's table."""

    place: Place
    aws: Client

    @classmethod
    def at(cls, place: Place) -> Table:
        """Raises `RegistryError`."""
        return cls(place, client("dynamodb", place, place.host))

    def create(self) -> None:
        """Makes the table: paid by request, encrypted, safe from deletion.  Raises `RegistryError`."""
        keys = ("part", "HASH"), ("item", "RANGE")
        with spoken(self.place.url):
            self.aws.create_table(
                TableName=self.place.path,
                AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
                KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
                BillingMode="PAY_PER_REQUEST",
                SSESpecification={"Enabled": True, "SSEType": "KMS"},
                DeletionProtectionEnabled=True,
            )
            self.aws.get_waiter("table_exists").wait(TableName=self.place.path, WaiterConfig={"Delay": 2})

    def keep_backups(self) -> None:
        """Lets the table be restored to any second of the last 35 days.  Raises `RegistryError`."""
        with spoken(self.place.url):
            self.aws.update_continuous_backups(
                TableName=self.place.path, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
            )

    # Reading

    def snapshot(self) -> Snapshot:
        """The whole registry at one time.  Raises `RegistryError`."""
        before: dict[str, Version] | None = None
        for _ in range(_READS):
            gate = self.gate()
            heads = self.heads()
            if self.gate().version != gate.version:
                continue  # What tenants hang on changed between two pages.
            if "platform" not in heads:
                raise RegistryError(f"{self.place.url}: expected a registry (got a table without a platform)")
            parts = {part: head.document for part, head in heads.items()}
            versions = {part: head.number for part, head in heads.items()}
            try:
                return snapshot_of(whole_of(parts), self.place.url, versions=versions)
            except RegistryError:
                # Between two pages a tenant may have taken over what another let go of.  What stays is a fault.
                if before == heads:
                    raise
                before = heads
        raise RegistryUnreachable(f"{self.place.url}: expected a registry that stays the same while it is read")

    def heads(self) -> dict[str, Version]:
        """All parts as they are now.  Raises `RegistryError`."""
        return {head.part: head for head in self.all_heads() if head.document is not None}

    def all_heads(self, below: str = "") -> Iterator[Version]:
        size = 0
        for item in self.items("head", below):
            head = version_of(self.place.url, item, text_of(item, "item"))
            size += len(item["document"]["S"]) if "document" in item else 0
            if size > MAX_BYTES:
                raise RegistryError(f"{self.place.url}: expected at most {MAX_BYTES} bytes, got more")
            yield head

    def history(self, part: str) -> tuple[Version, ...]:
        """All versions of a part, the oldest first.  Raises `RegistryError`."""
        checked(part)
        return tuple(self._kept(part, item) for item in self.items(f"history/{part}"))

    def _kept(self, part: str, item: dict[str, Any]) -> Version:
        version = version_of(self.place.url, item, part)
        if item["item"].get("S") != f"{version.number:010}":
            raise RegistryError(f"{self.place.url}: history of {part}: expected version {version.number} at its place")
        return version

    def written(self) -> tuple[str, ...]:
        """All parts that there are or were.  Raises `RegistryError`."""
        return tuple(head.part for head in self.all_heads())

    def items(self, key: str, below: str = "") -> Iterator[dict[str, Any]]:
        wanted = "part = :part" + (" AND #item < :below" if below else "")
        values = {":part": {"S": key}} | ({":below": {"S": below}} if below else {})
        asked: dict[str, Any] = {"ExpressionAttributeNames": {"#item": "item"}} if below else {}
        with spoken(self.place.url):
            pages = self.aws.get_paginator("query").paginate(
                TableName=self.place.path,
                KeyConditionExpression=wanted,
                ExpressionAttributeValues=values,
                ConsistentRead=True,
                **asked,
            )
            for page in pages:
                yield from page["Items"]

    def item(self, part: str, item: str) -> dict[str, Any] | None:
        with spoken(self.place.url):
            key = {"part": {"S": part}, "item": {"S": item}}
            found: dict[str, Any] | None = self.aws.get_item(
                TableName=self.place.path, Key=key, ConsistentRead=True
            ).get("Item")
        return found

    def head(self, part: str) -> Version:
        """A part as it is now: version 0 if it was never written.  Raises `RegistryError`."""
        item = self.item("head", checked(part))
        return version_of(self.place.url, item, part) if item else Version(part, 0, None, "", "", "", "")

    def gate(self) -> Gate:
        """Raises `RegistryError`."""
        return gate_of(self.item("gate", "structure"), self.place.url)

    # Writing

    def change(self, part: str, edit: Edit, *, by: str, why: str, expected: int | None = None) -> Version:
        """Changes a part: `edit` is given what it is and returns what it will be, and is called again if somebody else
        was faster.  With `expected` that is a `Conflict`: the part has to be at this version.

        Raises `RegistryError`.
        """
        [made] = self.change_all({part: edit}, by=by, why=why, expected={} if expected is None else {part: expected})
        return made

    def change_all(
        self, edits: Mapping[str, Edit], *, by: str, why: str, expected: Mapping[str, int] | None = None
    ) -> tuple[Version, ...]:
        """Changes several parts, all or none; of tenants one at most.  Raises `RegistryError`."""
        if not by.strip() or not why.strip():
            raise RegistryError("expected who changes the registry and why")
        for part in edits:
            checked(part)
        structure = any(is_structure(part) for part in edits)
        tries = Tries(PATIENCE)
        while True:
            nonce = uuid.uuid4().hex
            write = Write(self, nonce, by, why, dict(edits), dict(expected or {}))
            try:
                return write.structure() if structure else write.others()
            except Busy as busy:
                if not tries.wait():
                    raise RegistryUnreachable(
                        f"{self.place.url}: expected to write {', '.join(edits)} within {PATIENCE:.0f} s ({busy})"
                    ) from None

    def take_over(
        self, raw: Mapping[str, Any], base: Mapping[str, Any] | None, *, by: str, why: str
    ) -> tuple[Version, ...]:
        """Makes the table say what `raw` says, where that differs from `base`, the export that it was made from.

        What others changed since is a `Conflict`, and nothing of theirs is lost; without `base` the table has to be
        empty.  Each part is written whole; if this is ended in between, it can be run again.

        Raises `RegistryError`.
        """
        steps, wanted = self.steps(raw, base), parts_of(raw)
        written: list[Version] = []
        for step in steps:
            edits = {part: _becomes(wanted.get(part)) for part in step}
            written += self.change_all(edits, by=by, why=why, expected=step)
        return tuple(written)

    def steps(self, raw: Mapping[str, Any], base: Mapping[str, Any] | None) -> tuple[dict[str, int], ...]:
        """What `take_over` would write, in its order: parts, with the versions that they have now.

        Raises `RegistryError`.
        """
        snapshot_of(raw, "the new registry")
        wanted, known, now = parts_of(raw), parts_of(base or {}), self.heads()
        changed = {part for part in {*wanted, *known} if not is_same(wanted.get(part), known.get(part))}
        if base is None:
            changed |= set(now)
        for part in sorted(changed & set(now)):
            head = now[part]
            if not any(is_same(head.document, said.get(part)) for said in (known, wanted)):
                raise Conflict(
                    f"{part}: expected it as in the export that this was made from; {head.by} wrote version "
                    f"{head.number} at {head.at}: {head.why}"
                )
        if gone := sorted(part for part in changed if part in known and part in wanted and part not in now):
            raise Conflict(f"{gone[0]}: expected it as in the export that this was made from; it was deleted")
        # A part that there was and is no more has a version, too.
        return tuple(
            {part: now[part].number if part in now else self.head(part).number for part in step}
            for step in _steps(changed, wanted)
        )

    def transact(self, actions: list[dict[str, Any]], nonce: str) -> list[str]:
        """Carries out a transaction; returns the code of each action if it was cancelled, nothing if it was not.

        Raises `RegistryError`; then nobody knows whether it was carried out.
        """
        if len(actions) > MAX_ACTIONS:
            raise RegistryError(
                f"expected at most {MAX_ACTIONS} writes at once (got {len(actions)}); change fewer parts"
            )
        with spoken(self.place.url):
            try:
                self.aws.transact_write_items(TransactItems=actions, ClientRequestToken=nonce)
            except self.aws.exceptions.TransactionCanceledException as error:
                codes = [str(reason.get("Code", "None")) for reason in error.response.get("CancellationReasons", ())]
                return codes or ["no reason"]  # What was cancelled is never taken for what was carried out.
            except ClientError as error:
                if error.response["Error"]["Code"] in _CONFLICTS:
                    return ["TransactionConflict"]
                raise
        return []

    @cached_property
    def _structures(self) -> dict[int, dict[str, Any]]:
        """What tenants hang on, by the version of the gate: it changes seldom."""
        return {}

    def structure(self, gate: int) -> dict[str, Any]:
        """The parts on which tenants hang, as they are while the gate has this version."""
        if gate not in self._structures:
            heads = self.all_heads(below="tenants/")
            parts = {h.part: h.document for h in heads if h.document is not None and is_structure(h.part)}
            if self.gate().version != gate:
                raise Busy("the platform's parts changed meanwhile")
            self._structures.clear()
            self._structures[gate] = parts
        return self._structures[gate]


def _becomes(document: Any) -> Edit:
    return lambda _before: document


def _steps(changed: Iterable[str], wanted: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """In which order parts are written so that each of them is valid when it is: at most so many at once."""
    ordered = sorted(changed, key=lambda part: (part != "platform", part))
    made = [part for part in ordered if is_structure(part) and part in wanted]
    yield from (tuple(made[i : i + _AT_ONCE]) for i in range(0, len(made), _AT_ONCE))
    others = [part for part in ordered if not is_structure(part)]
    yield from ((part,) for part in others if part not in wanted)
    yield from ((part,) for part in others if part in wanted)
    gone = [part for part in ordered if is_structure(part) and part not in wanted]
    yield from (tuple(gone[i : i + _AT_ONCE]) for i in range(0, len(gone), _AT_ONCE))
