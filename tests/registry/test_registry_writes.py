"""What becomes of a change when others change too, nobody answers, or somebody dies in between."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from tenant_safety.tenancy import RegistryError, RegistryUnreachable
from tenant_safety.tenancy.sources import dynamodb as sources
from tenant_safety.tenancy.sources import transactions
from tenant_safety.tenancy.sources.dynamodb import Table
from tenant_safety.tenancy.sources.transactions import Tries
from tenant_safety.tenancy.sources.versions import Conflict

PART = "tenants/customer1"
GATE = {"part": {"S": "gate"}, "item": {"S": "structure"}}


def with_count(document: Any) -> Any:
    values = document.get("config", {}).get("values", {"count": 0})
    return {**document, "config": {"values": {"count": values["count"] + 1}}}


def change(table: Table, part: str = PART, edit: Callable[[Any], Any] = with_count, **more: Any) -> Any:
    return table.change(part, edit, by="a test", why="to see", **more)


class Client:
    """The table's client, whose transactions go through `transact`: a network that loses what it should not."""

    def __init__(self, aws: Any, transact: Callable[..., Any]) -> None:
        self._aws = aws
        self.transact_write_items = transact

    def __getattr__(self, name: str) -> Any:
        return getattr(self._aws, name)


def through(table: Table, transact: Callable[..., Any]) -> Table:
    return Table(table.place, Client(table.aws, transact))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "PATIENCE", 0.3)


@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url="x"),
        EndpointConnectionError(endpoint_url="x"),
        ClientError(
            {"Error": {"Code": "InternalServerError"}, "ResponseMetadata": {"HTTPStatusCode": 500}},
            "TransactWriteItems",
        ),
        ClientError({"Error": {"Code": "TransactionInProgressException"}}, "TransactWriteItems"),
    ],
)
def test_a_change_whose_answer_is_lost_is_made_once(table: Table, error: Exception) -> None:
    """It was carried out, and nobody said so: the history tells."""

    def transact(**asked: Any) -> Any:
        table.aws.transact_write_items(**asked)
        raise error

    made = change(through(table, transact))

    assert [1, 2] == [each.number for each in table.history(PART)]
    assert made == table.head(PART)


def test_a_change_that_is_sent_twice_is_made_once(table: Table) -> None:
    """The second is refused for what the first wrote, and is known to be its own."""

    def transact(**asked: Any) -> Any:
        table.aws.transact_write_items(**asked)
        return table.aws.transact_write_items(**{**asked, "ClientRequestToken": "another"})

    made = change(through(table, transact))

    assert (2, made) == (len(table.history(PART)), table.head(PART))


def test_a_change_that_never_arrived_is_an_error(table: Table) -> None:
    """Nobody answers, and nothing was written."""

    def transact(**_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="x")

    with pytest.raises(RegistryUnreachable):
        change(through(table, transact))
    assert 1 == len(table.history(PART))


def test_a_change_that_is_cancelled_for_no_reason_is_an_error(table: Table) -> None:
    """What was cancelled was not written, whatever AWS says of it."""

    def transact(**_: Any) -> Any:
        raise table.aws.exceptions.TransactionCanceledException(
            {"Error": {"Code": "TransactionCanceledException"}}, "TransactWriteItems"
        )

    with pytest.raises(RegistryError, match="no reason"):
        change(through(table, transact))
    assert 1 == len(table.history(PART))


def test_what_others_wrote_meanwhile_is_kept(table: Table) -> None:
    """The change is made again, of what the part is then."""
    first = [True]

    def transact(**asked: Any) -> Any:
        if first.pop() if first else False:
            change(table)
        return table.aws.transact_write_items(**asked)

    made = change(through(table, transact))

    assert (3, {"count": 2}) == (made.number, made.document["config"]["values"])


def test_who_expects_a_version_is_told_of_another(table: Table) -> None:
    """With who wrote it, when and why; the part is as it was."""
    change(table)

    with pytest.raises(Conflict, match=r"expected version 1, got 2; a test wrote it at .*: to see"):
        change(table, expected=1)
    assert 2 == table.head(PART).number


def test_nothing_changed_is_no_version(table: Table) -> None:
    assert 1 == change(table, edit=lambda document: document).number
    assert 1 == len(table.history(PART))


@pytest.mark.parametrize(("before", "after"), [(True, 1), (1, 1.0), (0, False)])
def test_what_python_takes_for_the_same_is_a_change(table: Table, before: Any, after: Any) -> None:
    """A config is of JSON, in which they differ."""
    for value in (before, after):
        config = {"config": {"values": {"value": value}}}
        change(table, edit=lambda document, config=config: {**document, **config})

    read = table.head(PART).document["config"]["values"]["value"]
    assert (3, type(after)) == (table.head(PART).number, type(read))


def test_a_part_that_comes_back_goes_on_counting(table: Table) -> None:
    """So that who saw the first never takes the second for it."""
    document = table.head(PART).document
    change(table, edit=lambda _: None)

    assert PART not in table.heads()
    assert 3 == change(table, edit=lambda _: document).number


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"subdomain": "customer2"}, "name customer2 belongs to tenants/customer2 already"),
        ({"environments": {"prod": {"account": "222222222222"}}}, "account 222222222222 belongs to tenants/customer2"),
        ({"environments": {"prod": {"account": "999999999999"}}}, "999999999999 belongs to the platform already"),
        ({"plan": "none"}, "tenants.customer1.plan: expected one of"),
    ],
)
def test_no_tenant_takes_what_another_has(table: Table, changed: dict[str, Any], message: str) -> None:
    """Though a writer looks at its own tenant alone."""
    with pytest.raises(RegistryError, match=message):
        change(table, edit=lambda document: {**document, **changed})


def test_an_external_id_of_another_is_not_told(table: Table) -> None:
    issued = table.head("tenants/customer2").document["environments"]["prod"]["external_id"]
    pair = {"account": "111111111111", "external_id": issued}

    with pytest.raises(RegistryError, match=r"its external id belongs to tenants/customer2 already") as error:
        change(table, edit=lambda document: {**document, "environments": {"prod": pair}})
    assert issued not in str(error.value)


def test_what_a_tenant_lets_go_of_is_free(table: Table) -> None:
    """Another may have it from then on, and not before."""
    account = {"prod": {"account": "111111111119"}}
    taken = {"prod": {"account": "111111111111"}}
    with pytest.raises(RegistryError, match="belongs to tenants/customer1 already"):
        change(table, "tenants/customer2", lambda document: {**document, "environments": taken})

    change(table, edit=lambda document: {**document, "environments": account})
    change(table, "tenants/customer2", lambda document: {**document, "environments": taken})

    assert "111111111111" == table.snapshot().registry.tenants["customer2"].environments["prod"].account


def test_a_plan_that_a_tenant_has_stays(table: Table) -> None:
    """And the gate is open again after the refusal."""
    with pytest.raises(RegistryError, match=r"tenants\.\w+\.plan: expected one of"):
        change(table, "plans/standard", lambda _: None)

    assert "" == table.gate().closing
    assert 2 == change(table).number


def closed(table: Table, until: float) -> None:
    table.aws.update_item(
        TableName=table.place.path,
        Key=GATE,
        UpdateExpression="SET closing = :closing, #until = :until, #by = :by",
        ExpressionAttributeNames={"#until": "until", "#by": "by"},
        ExpressionAttributeValues={":closing": {"S": "x"}, ":until": {"N": str(until)}, ":by": {"S": "somebody"}},
    )


@pytest.mark.parametrize("part", [PART, "groups/early"])
def test_while_the_gate_is_closed_nobody_changes(table: Table, impatient: None, part: str) -> None:
    """Who waits too long is told who closed it."""
    closed(table, time.time() + 60)

    with pytest.raises(RegistryUnreachable, match="somebody changes what tenants hang on"):
        change(
            table, part, lambda document: {**document, "branch": "x"} if "branch" in document else with_count(document)
        )


@pytest.mark.parametrize("part", [PART, "groups/early"])
def test_a_gate_whose_closer_died_is_opened(table: Table, part: str) -> None:
    """After its time."""
    closed(table, time.time() - 1)

    assert (
        2
        == change(
            table, part, lambda document: {**document, "branch": "x"} if "branch" in document else with_count(document)
        ).number
    )


def test_who_lost_the_gate_writes_nothing(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """A closer that slept past its time finds the gate another's, and begins anew."""
    monkeypatch.setattr(transactions, "CLOSED", -1.0)
    slept = [True]

    def transact(**asked: Any) -> Any:
        if slept.pop() if slept else False:
            assert 2 == change(table).number
        return table.aws.transact_write_items(**asked)

    made = change(through(table, transact), "groups/early", lambda document: {**document, "branch": "x"})

    assert (2, "x") == (made.number, table.head("groups/early").document["branch"])
    assert 2 == len(table.history("groups/early"))


def test_an_edit_that_fails_leaves_the_gate_open(table: Table) -> None:
    def edit(_: Any) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change(table, "groups/early", edit)
    assert "" == table.gate().closing


def test_a_tenant_is_not_changed_with_what_it_hangs_on(table: Table) -> None:
    with pytest.raises(RegistryError, match="one after the other"):
        table.change_all({PART: with_count, "groups/early": with_count}, by="a test", why="to see")
    with pytest.raises(RegistryError, match="expected one tenant a change"):
        table.change_all({PART: with_count, "tenants/customer2": with_count}, by="a test", why="to see")


@pytest.mark.parametrize(("by", "why"), [("", "x"), ("x", " ")])
def test_who_and_why_are_said(table: Table, by: str, why: str) -> None:
    with pytest.raises(RegistryError, match="expected who changes the registry and why"):
        table.change(PART, with_count, by=by, why=why)


def test_a_registry_that_changes_while_it_is_read(table: Table) -> None:
    """A tenant that took over another's account between two pages is no fault of the registry."""
    heads = table.heads()
    torn = {**heads, "tenants/customer2": heads[PART]}
    pages = [torn, table.heads()]

    class Torn(Table):
        def heads(self) -> Any:
            return pages.pop(0)

    assert set(heads) == set(Torn(table.place, table.aws).snapshot().versions)


def test_tries_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """They wait ever longer, and not past the end."""
    tries = Tries(0.2)
    began = time.monotonic()
    while tries.wait():
        pass

    assert tries.made > 1
    assert time.monotonic() - began <= 0.25
