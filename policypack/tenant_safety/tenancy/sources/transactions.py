"""One try to change parts of a registry in DynamoDB: what is written, on which conditions, and what became of it."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..registry import Registry
from .aws import spoken
from .parts import depth_of, whole_of
from .reading import RegistryError, RegistryUnreachable, canonical, check_plain, is_same, snapshot_of
from .versions import Busy, Conflict, Gate, Version, item_of

if TYPE_CHECKING:
    from .dynamodb import Table

CLOSED = 30.0
"""Seconds after which a gate that somebody closed and did not open is opened by others."""
MAX_DOCUMENT = 380_000
"""Bytes of a part: an item has 400 KB at most."""

Edit = Callable[[Any], Any]
"""What a part will be, made of what it is; `None` for one that there is not."""


@dataclass
class Tries:
    """Waits between tries, ever longer and by chance, so that writers do not meet again."""

    patience: float
    made: int = 0

    def __post_init__(self) -> None:
        self._end = time.monotonic() + self.patience

    def wait(self) -> bool:
        """Waits; False when there is no time left."""
        self.made += 1
        pause = random.uniform(0.0, min(2.0, 0.02 * 2**self.made))
        if time.monotonic() + pause > self._end:
            return False
        time.sleep(pause)
        return True


@dataclass(frozen=True)
class Write:
    """One try to change parts."""

    table: Table
    nonce: str
    by: str
    why: str
    edits: dict[str, Edit]
    expected: dict[str, int]

    def others(self) -> tuple[Version, ...]:
        """Tenants and layers: what hangs on the structure, and may change while that stays."""
        gate = self._open_gate()
        before = {part: self._seen(part) for part in self.edits}
        after = {part: self._made(head) for part, head in before.items()}
        tenants = {part: made.document for part, made in after.items() if part.startswith("tenants/")}
        if len(tenants) > 1:
            raise RegistryError("expected one tenant a change; each is written by itself")
        changed = _present({part: made.document for part, made in after.items()})
        whole = self._validated({**self.table.structure(gate.version), **changed})
        if all(is_same(before[part].document, made.document) for part, made in after.items()):
            return tuple(before.values())
        actions = [action for part in after for action in self._puts(before[part], after[part])]
        claims = list(self._claims(before, whole, tenants))
        actions += [self._gate_stays(gate), *(action for _, action in claims)]
        names = [*(name for part in after for name in (part, part)), "", *(name for name, _ in claims)]
        self._carry_out(actions, names, after)
        return tuple(after.values())

    def structure(self) -> tuple[Version, ...]:
        """What tenants hang on: nothing else changes meanwhile, so all of the registry is known to stay valid."""
        if any(part.startswith("tenants/") for part in self.edits):
            raise RegistryError("expected tenants and what they hang on to be changed one after the other")
        gate = self._open_gate()
        self._close(gate)
        try:
            heads = {head.part: head for head in self.table.all_heads()}
            before = {part: heads.get(part, Version(part, 0, None, "", "", "", "")) for part in self.edits}
            for head in before.values():
                self._as_expected(head)
            after = {part: self._made(head) for part, head in before.items()}
            changed = {part: made.document for part, made in after.items()}
            now = {part: head.document for part, head in heads.items() if head.document is not None}
            self._validated(_present({**now, **changed}))
            if all(is_same(before[part].document, made.document) for part, made in after.items()):
                self._reopen()
                return tuple(before.values())
            actions = [action for part in after for action in self._puts(before[part], after[part])]
            opened = self._gate_action(
                "SET version = :next REMOVE closing, #until",
                "closing = :nonce",
                {":next": {"N": str(gate.version + 1)}, ":nonce": {"S": self.nonce}},
            )
            names = [*(name for part in after for name in (part, part)), ""]
            self._carry_out([*actions, {"Update": opened}], names, after)
        except BaseException:
            self._reopen()
            raise
        return tuple(after.values())

    def _seen(self, part: str) -> Version:
        head = self.table.head(part)
        self._as_expected(head)
        return head

    def _as_expected(self, head: Version) -> None:
        expected = self.expected.get(head.part)
        if expected is not None and expected != head.number:
            who = f"; {head.by} wrote it at {head.at}: {head.why}" if head.number else ""
            raise Conflict(f"{head.part}: expected version {expected}, got {head.number}{who}")

    def _made(self, head: Version) -> Version:
        document = self.edits[head.part](head.document)
        try:
            check_plain(document, depth_of(head.part))
        except ValueError as error:
            raise RegistryError(f"{head.part}: expected plain values, as JSON has them: {error}") from None
        if document is not None and len(canonical(document)) > MAX_DOCUMENT:
            raise RegistryError(f"{head.part}: expected at most {MAX_DOCUMENT} bytes, got more")
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        return replace(
            head, number=head.number + 1, document=document, by=self.by, why=self.why, at=at, nonce=self.nonce
        )

    def _validated(self, parts: Mapping[str, Any]) -> Registry:
        """Raises `RegistryError`, also while the table has no platform yet."""
        return snapshot_of(whole_of(parts), self.table.place.url).registry

    def _puts(self, before: Version, after: Version) -> Iterator[dict[str, Any]]:
        said = item_of(after)
        fresh = "attribute_not_exists(part)"
        seen = {":seen": {"N": str(before.number)}}
        condition = (
            {"ConditionExpression": fresh}
            if before.number == 0
            else {
                "ConditionExpression": "version = :seen",
                "ExpressionAttributeValues": seen,
            }
        )
        yield self._put("head", after.part, said, condition)
        number = f"{after.number:010}"
        yield self._put(f"history/{after.part}", number, said, {"ConditionExpression": fresh})

    def _put(self, part: str, item: str, said: Mapping[str, Any], condition: Mapping[str, Any]) -> dict[str, Any]:
        keyed = {"part": {"S": part}, "item": {"S": item}, **said}
        return {"Put": {"TableName": self.table.place.path, "Item": keyed, **condition}}

    def _claims(
        self, before: Mapping[str, Version], whole: Registry, tenants: Mapping[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """What a tenant takes, and what it lets go of."""
        for part in tenants:
            wanted = claims_of(whole, part)
            held = self._held(before[part])
            owner = {":owner": {"S": part}}
            for claim in sorted(wanted - held):
                condition = {
                    "ConditionExpression": "attribute_not_exists(part) OR #owner = :owner",
                    "ExpressionAttributeNames": {"#owner": "owner"},
                    "ExpressionAttributeValues": owner,
                }
                yield claim, self._put("claim", claim, {"owner": {"S": part}}, condition)
            for claim in sorted(held - wanted):
                yield (
                    claim,
                    {
                        "Delete": {
                            "TableName": self.table.place.path,
                            "Key": {"part": {"S": "claim"}, "item": {"S": claim}},
                            "ConditionExpression": "#owner = :owner",
                            "ExpressionAttributeNames": {"#owner": "owner"},
                            "ExpressionAttributeValues": owner,
                        }
                    },
                )

    def _held(self, head: Version) -> set[str]:
        """What the tenant has claimed so far, by its document as it was valid once."""
        try:
            return set() if head.document is None else claims_of_document(head.part, head.document)
        except (KeyError, TypeError, AttributeError):
            raise RegistryError(
                f"{self.table.place.url}: {head.part}: expected a tenant (got something else)"
            ) from None

    def _carry_out(self, actions: list[dict[str, Any]], names: list[str], after: Mapping[str, Version]) -> None:
        try:
            codes = self.table.transact(actions, self.nonce)
        except RegistryUnreachable as error:
            # It may have been carried out all the same.
            try:
                if self._landed(after):
                    return
            except RegistryUnreachable:
                raise RegistryUnreachable(
                    f"{error}; nobody knows whether {', '.join(after)} was written: its history has {self.nonce} if so"
                ) from None
            raise
        if not codes or self._landed(after):
            return
        for name, code in zip(names, codes, strict=False):
            if code == "ConditionalCheckFailed" and name and name not in after:
                owner = (self.table.item("claim", name) or {}).get("owner", {}).get("S", "")
                if owner and owner not in after:
                    kind, _, what = name.partition("/")
                    shown = "its external id" if kind == "external-id" else f"{kind} {what}"
                    raise RegistryError(f"{', '.join(after)}: {shown} belongs to {owner} already")
        if set(codes) <= {"None", "ConditionalCheckFailed", "TransactionConflict", "ThrottlingError"} or not codes:
            raise Busy("others write the same")
        raise RegistryError(f"{self.table.place.url}: expected to write {', '.join(after)} (got {', '.join(codes)})")

    def _landed(self, after: Mapping[str, Version]) -> bool:
        """Was it carried out, though nobody said so?  All of it was or nothing, so one part tells."""
        made = next(iter(after.values()))
        item = self.table.item(f"history/{made.part}", f"{made.number:010}")
        return item is not None and item.get("nonce", {}).get("S") == self.nonce

    # The gate

    def _open_gate(self) -> Gate:
        gate = self.table.gate()
        if not gate.closing:
            return gate
        if gate.until > time.time():
            raise Busy(f"{gate.by} changes what tenants hang on")
        # Whoever closed it can't write any more: its own transaction asks for its nonce here.
        self._try_gate("REMOVE closing, #until", "closing = :closing", {":closing": {"S": gate.closing}})
        raise Busy("a gate that was left closed was opened")

    def _close(self, gate: Gate) -> None:
        values = {
            ":nonce": {"S": self.nonce},
            ":by": {"S": self.by},
            ":until": {"N": f"{time.time() + CLOSED:.3f}"},
            ":seen": {"N": str(gate.version)},
        }
        if not self._try_gate(
            "SET closing = :nonce, #until = :until, #by = :by, version = :seen",
            "attribute_not_exists(closing) AND (attribute_not_exists(part) OR version = :seen)",
            values,
        ):
            raise Busy("others change what tenants hang on")

    def _reopen(self) -> None:
        self._try_gate("REMOVE closing, #until", "closing = :nonce", {":nonce": {"S": self.nonce}})

    def _try_gate(self, update: str, condition: str, values: Mapping[str, Any]) -> bool:
        asked = self._gate_action(update, condition, values)
        with spoken(self.table.place.url):
            try:
                self.table.aws.update_item(**asked)
            except self.table.aws.exceptions.ConditionalCheckFailedException:
                return False
            except self.table.aws.exceptions.TransactionConflictException:
                return False
        return True

    def _gate_action(self, update: str, condition: str, values: Mapping[str, Any]) -> dict[str, Any]:
        names = {"#until": "until"} | ({"#by": "by"} if "#by" in update else {})
        return {
            "TableName": self.table.place.path,
            "Key": {"part": {"S": "gate"}, "item": {"S": "structure"}},
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": dict(values),
        }

    def _gate_stays(self, gate: Gate) -> dict[str, Any]:
        return {
            "ConditionCheck": {
                "TableName": self.table.place.path,
                "Key": {"part": {"S": "gate"}, "item": {"S": "structure"}},
                "ConditionExpression": "version = :seen AND attribute_not_exists(closing)",
                "ExpressionAttributeValues": {":seen": {"N": str(gate.version)}},
            }
        }


def claims_of(registry: Registry, part: str) -> set[str]:
    """What only this tenant may have, of those in the registry."""
    tenant = registry.tenants.get(part.removeprefix("tenants/"))
    return claims_of_document(part, tenant.model_dump(mode="python")) if tenant else set()


def claims_of_document(part: str, tenant: Mapping[str, Any]) -> set[str]:
    """What a tenant's document claims: accounts, names in the zone, stacks, external ids by their sha256."""
    name, label = part.removeprefix("tenants/"), tenant["subdomain"]
    claims = set()
    for environment, about in tenant["environments"].items():
        claims |= {f"account/{about['account']}", f"stack/{name}-{environment}"}
        claims |= {f"name/{label}", f"name/{label}-{environment}"}
        secret = about.get("external_id")
        if secret is not None:
            text = secret if isinstance(secret, str) else secret.get_secret_value()
            claims.add(f"external-id/{hashlib.sha256(text.encode()).hexdigest()}")
    return claims


def _present(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {part: document for part, document in parts.items() if document is not None}
