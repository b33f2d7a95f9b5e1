"""The registry's policies: what they allow by our own engine, and that it is what the program really calls."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from tenant_safety.cli import app
from tenant_safety.iam import Attached, Policies, Request, caller, evaluate, new_access, parse
from tenant_safety.tenancy import Registry, RegistryError, access, linker, place_of
from tenant_safety.tenancy.sources.dynamodb import Table

ROOT = Path(__file__).parents[2]
RAW = yaml.safe_load((ROOT / "tenancy.yaml").read_text(encoding="utf-8"))
REGISTRY = Registry.model_validate(RAW)
PLACE = place_of("dynamodb://eu-central-1/tenancy")
TABLE = "arn:aws:dynamodb:eu-central-1:999999999999:table/tenancy"
OBJECT = place_of("s3://acme-registry/live/tenancy.yaml")
WHO = caller("arn:aws:iam::999999999999:role/platform")
WRITES = ("BatchWriteItem", "DeleteItem", "DeleteTable", "PartiQLDelete", "PartiQLInsert", "PartiQLUpdate", "PutItem")
WRITES += ("UpdateItem", "UpdateTable", "UpdateContinuousBackups", "PutResourcePolicy", "RestoreTableToPointInTime")
PARTS = ("head", "claim", "gate", "history/platform", "history/tenants/customer1", "other")
OPERATIONS = ("GetItem", "Query", "ConditionCheckItem", *WRITES)


def policies(document: Mapping[str, object]) -> Policies:
    return Policies(identity=(Attached("policy", parse(json.dumps(document), "identity")),))


def allowed(document: Mapping[str, object], action: str, resource: str, *parts: str) -> bool:
    context = {"dynamodb:leadingkeys": parts} if parts else {}
    return "allow" == evaluate(Request(WHO, action, resource, context=context), policies(document)).decision


def operations(document: Mapping[str, object]) -> set[tuple[str, str]]:
    """What may be done to which items."""
    return {(name, part) for name in OPERATIONS for part in PARTS if allowed(document, f"dynamodb:{name}", TABLE, part)}


READS = {(name, part) for name in ("GetItem", "Query") for part in PARTS}


def test_a_reader_of_a_table_only_reads() -> None:
    document = access.reader(REGISTRY, PLACE)

    assert READS == operations(document)
    assert not any(allowed(document, f"dynamodb:{name}", TABLE) for name in WRITES)


def test_a_writer_changes_heads_claims_and_the_gate_and_adds_versions() -> None:
    document = access.writer(REGISTRY, PLACE)

    assert operations(document) - READS == {
        *(("PutItem", part) for part in ("head", "claim", "history/platform", "history/tenants/customer1")),
        *((name, "gate") for name in ("ConditionCheckItem", "UpdateItem")),
        ("DeleteItem", "claim"),
    }


@pytest.mark.parametrize("name", WRITES)
def test_a_write_that_names_no_item_is_refused(name: str) -> None:
    """`ForAllValues` alone would let it pass; and one item among others is one too many."""
    document = access.writer(REGISTRY, PLACE)

    assert not allowed(document, f"dynamodb:{name}", TABLE)
    assert not allowed(document, f"dynamodb:{name}", TABLE, "claim", "other")


@pytest.mark.parametrize("name", ["DeleteItem", "UpdateItem"])
def test_history_stays_whatever_else_is_allowed(name: str) -> None:
    """The writer's own Deny holds beside an administrator's policy."""
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    both = [
        Attached(n, parse(json.dumps(d), "identity"))
        for n, d in (("a", everything), ("w", access.writer(REGISTRY, PLACE)))
    ]
    asked = Request(WHO, f"dynamodb:{name}", TABLE, context={"dynamodb:leadingkeys": ("history/platform",)})

    assert "explicit_deny" == evaluate(asked, Policies(identity=tuple(both))).decision


@pytest.mark.parametrize(
    "document",
    [access.writer(REGISTRY, PLACE), access.reader(REGISTRY, PLACE)],
    ids=["writer", "reader"],
)
def test_nothing_outside_the_table_is_reached(document: Mapping[str, object]) -> None:
    """For all actions and resources: nothing beyond these actions on this one ARN."""
    names = ["GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"]
    most = {"Effect": "Allow", "Action": [f"dynamodb:{name}" for name in names], "Resource": TABLE}
    reference = parse(json.dumps({"Version": "2012-10-17", "Statement": most}), "identity")
    other = {**most, "Resource": f"{TABLE}2"}
    candidate = parse(json.dumps(document), "identity")

    found = new_access((Attached("most", reference),), (Attached("made", candidate),), "identity")

    assert False is found.new_access
    assert not any(allowed(document, action, other["Resource"], "head") for action in most["Action"])


def test_a_reader_of_an_object_reads_that_object() -> None:
    document = access.reader(REGISTRY, OBJECT)

    able = {
        (action, key)
        for action in ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket")
        for key in ("/live/tenancy.yaml", "/live/tenancy.yaml2", "/live/", "")
        if allowed(document, action, f"arn:aws:s3:::acme-registry{key}")
    }
    assert {("s3:GetObject", "/live/tenancy.yaml"), ("s3:GetObjectVersion", "/live/tenancy.yaml")} == able


@pytest.mark.parametrize("key", ["a*", "a?b", "${aws:username}"])
def test_keys_that_a_policy_would_read_as_patterns_are_refused(key: str) -> None:
    place = place_of(f"s3://acme-registry/{key.replace('?', '%3F')}")

    with pytest.raises(RegistryError, match="which policies read as patterns"):
        access.reader(REGISTRY, place)


PAIRS = [(tenant, environment) for tenant, about in REGISTRY.tenants.items() for environment in about.environments]


@pytest.mark.parametrize(("tenant", "environment"), PAIRS)
def test_a_config_reader_reaches_its_own_pair_s_objects(tenant: str, environment: str) -> None:
    """Those of all pairs but its own stay out, and so does every request but the reading of an object."""
    document = access.config_reader(REGISTRY, tenant, environment, "acme-config", "pairs")
    own = f"{tenant}-{environment}"

    reached = {
        f"{t}-{e}{end}"
        for t, e in [*PAIRS, ("customer", "1"), (tenant, f"{environment}2")]
        for end in ("/all.json", "/a/b", "", "x/all.json")
        if allowed(document, "s3:GetObject", f"arn:aws:s3:::acme-config/pairs/{t}-{e}{end}")
    }
    exactly = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::acme-config/pairs/{own}/*"}
    reference = parse(json.dumps({"Version": "2012-10-17", "Statement": exactly}), "identity")
    made = parse(json.dumps(document), "identity")
    assert {f"{own}/all.json", f"{own}/a/b"} == reached
    assert False is new_access((Attached("a", reference),), (Attached("b", made),), "identity").new_access


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("customer1", "prod", "acme-global-config", "pairs"), "it meets arn:aws:s3:::acme-global-config*"),
        (("customer1", "prod", "acme-pulumi-state", "x"), "it meets arn:aws:s3:::acme-pulumi-state*"),
        (("customer1", "prod", "acme-config", "*"), "expected a bucket and a prefix such as"),
        (("customer1", "prod", "acme-config", ""), "expected a bucket and a prefix such as"),
        (("customer1", "prod", "acme-config", "/pairs"), "expected a bucket and a prefix such as"),
        (("customer1", "prod", "acme-config", "pairs/"), "expected a bucket and a prefix such as"),
        (("customer1", "prod", "acme-config", "${aws:username}"), "expected a bucket and a prefix such as"),
        (("customer1", "prod", "acme*", "pairs"), "expected a bucket and a prefix such as"),
        (("customer1", "dev", "acme-config", "pairs"), "expected a registered pair (got customer1-dev)"),
        (("customer1-", "prod", "acme-config", "pairs"), "expected a registered pair"),
        (("", "", "acme-config", "pairs"), "expected a registered pair"),
    ],
)
def test_config_readers_that_are_refused(arguments: tuple[str, str, str, str], message: str) -> None:
    """A pair's role may not read where no CI/CD role may ever reach."""
    with pytest.raises(RegistryError) as error:
        access.config_reader(REGISTRY, *arguments)

    assert message in str(error.value)


@pytest.mark.parametrize(
    ("pattern", "prefix", "refused"),
    [
        ("arn:aws:s3:::shared/global/*", "pairs", False),
        ("arn:aws:s3:::shared/global/*", "global", True),
        ("arn:aws:s3:::shared/p*/customer2-prod/*", "pairs", True),
        ("arn:aws:s3:::shared/pairs", "pairs", False),
        ("arn:aws:s3:::shared", "pairs", True),
        ("arn:*:s3:::shar?d/*", "pairs", True),
    ],
)
def test_what_of_a_bucket_is_protected(pattern: str, prefix: str, refused: bool) -> None:
    platform = {**RAW["platform"], "global_config": [pattern]}
    registry = Registry.model_validate({**RAW, "platform": platform})

    try:
        access.config_reader(registry, "customer1", "prod", "shared", prefix)
        told = False
    except RegistryError:
        told = True

    assert refused is told


def test_partitions_are_the_links_or_the_region_s() -> None:
    """As the linkers' policies have them."""
    raw = {**RAW, "platform": {key: value for key, value in RAW["platform"].items() if key != "links"}}
    alone = Registry.model_validate(raw)

    found = [
        str(access.reader(alone, place_of(f"dynamodb://{region}/tenancy"))["Statement"]).split("'Resource': '")[1][:11]
        for region in ("cn-north-1", "us-gov-west-1", "eu-central-1")
    ]

    assert ["arn:aws-cn:", "arn:aws-us-", "arn:aws:dyn"] == found


def test_policies_are_small_enough_to_be_managed() -> None:
    made = [
        access.writer(REGISTRY, PLACE),
        access.reader(REGISTRY, OBJECT),
        access.config_reader(REGISTRY, "vault", "prod", "acme-config", "pairs"),
    ]

    assert all(linker.size(document) <= linker.MAX_MANAGED for document in made)


# What the program really calls

_IN_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def _calls(operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """A call as IAM sees it: each action, on which table and which items.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
    """
    if operation == "TransactWriteItems":
        for each in params["TransactItems"]:
            [(kind, about)] = each.items()
            yield _IN_TRANSACTION[kind], about["TableName"], (about.get("Key") or about["Item"])["part"]["S"]
    elif operation == "Query":
        yield operation, params["TableName"], params["ExpressionAttributeValues"][":part"]["S"]
    else:
        yield operation, params["TableName"], params["Key"]["part"]["S"]


@pytest.fixture
def recorded(empty: Table) -> set[tuple[str, str, str]]:
    """What a client of the table calls, from here on."""
    called: set[tuple[str, str, str]] = set()

    def note(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        called.update(_calls(model.name, params))

    empty.aws.meta.events.register("provide-client-params.dynamodb.*", note)
    return called


def test_a_writer_is_allowed_exactly_what_the_table_calls(empty: Table, recorded: set[tuple[str, str, str]]) -> None:
    """Everything that it does, and nothing that it never does."""
    empty.take_over(RAW, None, by="me", why="first")
    empty.change("tenants/customer1", lambda d: {**d, "subdomain": "shop"}, by="me", why="claims and lets go")
    empty.change("tenants/vault", lambda _: None, by="me", why="lets go")
    empty.change("groups/early", lambda d: {**d, "branch": "x"}, by="me", why="through the gate")
    empty.change("config/everyone", lambda _: {"values": {}}, by="me", why="a layer")
    empty.history("platform")
    empty.written()
    empty.snapshot()
    place = empty.place
    document = access.writer(REGISTRY, place)
    arn = f"arn:aws:dynamodb:{place.host}:999999999999:table/{place.path}"

    refused = {call for call in recorded if not allowed(document, f"dynamodb:{call[0]}", arn, call[2])}
    named = {action for each in document["Statement"] if each["Effect"] == "Allow" for action in each["Action"]}  # type: ignore[attr-defined]
    assert set() == refused
    assert {place.path} == {table for _, table, _ in recorded}
    assert named == {f"dynamodb:{name}" for name, _, _ in recorded}
    # And each kind of item that it may write it does write.
    kinds = {(name, part.split("/")[0]) for name, _, part in recorded if name not in ("GetItem", "Query")}
    assert kinds == {
        *(("PutItem", part) for part in ("head", "history", "claim")),
        *((name, "gate") for name in ("UpdateItem", "ConditionCheckItem")),
        ("DeleteItem", "claim"),
    }


def test_a_reader_is_allowed_exactly_what_reading_calls(table: Table, recorded: set[tuple[str, str, str]]) -> None:
    recorded.clear()
    table.snapshot()
    table.history("tenants/customer1")

    assert {"GetItem", "Query"} == {name for name, _, _ in recorded}
    document = access.reader(REGISTRY, table.place)
    arn = f"arn:aws:dynamodb:eu-central-1:999999999999:table/{table.place.path}"
    assert all(allowed(document, f"dynamodb:{name}", arn, part) for name, _, part in recorded)


# As a command


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["registry", "policy", *arguments])


def test_policies_are_printed_as_aws_takes_them() -> None:
    source = str(ROOT / "tenancy.yaml")

    of_table = run("--for", "writer", source, "--of", PLACE.url)
    of_pair = run(
        *("--for", "config-reader", "--tenant", "vault", "--environment", "prod"),
        *("--bucket", "c-1", "--prefix", "p", source),
    )

    assert access.writer(REGISTRY, PLACE) == json.loads(of_table.stdout)
    assert access.config_reader(REGISTRY, "vault", "prod", "c-1", "p") == json.loads(of_pair.stdout)


def test_a_table_s_own_url_is_enough(table: Table) -> None:
    assert access.reader(REGISTRY, table.place) == json.loads(run("--for", "reader", table.place.url).stdout)


@pytest.mark.parametrize("role", ["writer", "reader"])
def test_a_file_has_no_policies(role: str) -> None:
    result = run("--for", role, str(ROOT / "tenancy.yaml"))

    assert (1, True) == (result.exit_code, "expected a table such as dynamodb://" in result.stderr)
