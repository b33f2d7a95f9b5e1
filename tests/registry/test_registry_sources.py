"""What is no registry is told as that, wherever it comes from; nothing but a `RegistryError` comes of it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenant_safety.tenancy import RegistryError, RegistryUnreachable, Snapshot, load, place_of
from tenant_safety.tenancy.sources import aws, canonical
from tenant_safety.tenancy.sources import s3 as s3_source
from tenant_safety.tenancy.sources.cache import Cache
from tenant_safety.tenancy.sources.dynamodb import Table
from tenant_safety.tenancy.sources.exports import exported
from tenant_safety.tenancy.sources.parts import parts_of
from tenant_safety.tenancy.sources.reading import MAX_BYTES, plain, sha256_of
from tenant_safety.tenancy.sources.versions import Conflict
from tests import test_tenancy as files

ROOT = Path(__file__).parents[2]
RAW = yaml.safe_load((ROOT / "tenancy.yaml").read_text(encoding="utf-8"))
NOBODY = "http://127.0.0.1:1"
DIGITS = "9" * 5000
DEEP = "[" * 1000 + "]" * 1000


def refused(source: str | Path) -> str:
    """What is told of a registry that can't be used, though somebody answers."""
    with pytest.raises(RegistryError) as error:
        load(source)
    assert not isinstance(error.value, RegistryUnreachable)
    return str(error.value)


def cases(test: Any) -> list[Any]:
    """The cases of a test of files."""
    [mark] = [mark for mark in test.pytestmark if mark.name == "parametrize"]
    return list(mark.args[1])


# URLs


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "http://example.com/tenancy.yaml",
            "expected a file's path, or a URL that begins with file:, dynamodb: or s3:",
        ),
        ("ftp:x", "expected a file's path, or a URL"),
        ("dynamodb:", "expected a URL such as dynamodb://eu-central-1/tenancy"),
        ("dynamodb://eu-central-1", "expected a URL such as dynamodb://"),
        ("dynamodb://eu-central-1/", "expected a URL such as dynamodb://"),
        ("dynamodb:///tenancy", "expected a URL such as dynamodb://"),
        ("dynamodb://tenancy/eu-central-1", "expected a URL such as dynamodb://"),
        ("dynamodb://eu-central-1/ab", "expected a URL such as dynamodb://"),
        ("dynamodb://eu-central-1/a/b", "expected a URL such as dynamodb://"),
        ("dynamodb://eu-central-1/tenancy/", "expected a URL such as dynamodb://"),
        ("dynamodb://eu-central-1/tenancy#x", "expected a URL such as dynamodb://"),
        ("dynamodb://user:word@eu-central-1/tenancy", "expected a URL such as dynamodb://"),
        ("dynamodb://eu-central-1:8000/tenancy", "expected a URL such as dynamodb://"),
        ("dynamodb://EU-CENTRAL-1/tenancy", "expected a URL such as dynamodb://"),
        ("dynamodb://[::1/tenancy", "expected a URL such as dynamodb://"),
        ("dynamodb://eu-central-1/ten\nancy", "without control characters"),
        ("dynamodb://eu-central-1/tenancy?region=eu-central-1", "expected the options cache, max-age, role, each once"),
        ("dynamodb://eu-central-1/tenancy?role", "expected a URL such as dynamodb://"),
        ("dynamodb://eu-central-1/tenancy?role=", "role: expected a role's ARN such as"),
        ("dynamodb://eu-central-1/tenancy?role=admin", "role: expected a role's ARN such as"),
        ("dynamodb://eu-central-1/tenancy?cache=x", "expected cache and max-age together"),
        ("dynamodb://eu-central-1/tenancy?max-age=1", "expected cache and max-age together"),
        ("dynamodb://eu-central-1/tenancy?cache=&max-age=1", "expected cache and max-age together"),
        ("dynamodb://eu-central-1/tenancy?cache=x&max-age=-1", "max-age: expected hours, as digits (got '-1')"),
        ("dynamodb://eu-central-1/tenancy?cache=x&max-age=1h", "max-age: expected hours"),
        ("dynamodb://eu-central-1/tenancy?cache=x&max-age=99999", "max-age: expected hours"),
        ("dynamodb://eu-central-1/tenancy?cache=x&max-age=\u0663", "max-age: expected hours"),
        ("dynamodb://eu-central-1/tenancy?cache=%00&max-age=1", "without control characters"),
        ("dynamodb://eu-central-1/tenancy?cache=a&cache=b&max-age=1", "each once (got cache)"),
        ("dynamodb://eu-central-1/tenancy?" + "&".join(f"a{i}=1" for i in range(9)), "expected a URL such as"),
        ("s3://acme-registry", "expected a URL such as s3://acme-registry/tenancy.yaml"),
        ("s3://acme-registry/", "expected a URL such as s3://"),
        ("s3://Acme/tenancy.yaml", "expected a URL such as s3://"),
        ("s3://a/tenancy.yaml", "expected a URL such as s3://"),
        ("s3:///tenancy.yaml", "expected a URL such as s3://"),
        ("s3://acme-registry/tenancy.yaml?version=", "version: expected the id of an object's version"),
        ("s3://acme-registry/tenancy.yaml?region=here", "region: expected a region such as eu-central-1 (got 'here')"),
        ("s3://acme-registry/tenancy.yaml?Region=eu-central-1", "each once (got Region)"),
        ("s3://acme-registry/a%0ab", "without control characters"),
    ],
)
def test_urls_that_are_none(source: str, message: str) -> None:
    """Each is told before anybody is asked."""
    for asked in (place_of, load):
        with pytest.raises(RegistryError) as error:
            asked(source)
        assert message in str(error.value)


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("tenancy.yaml", "base/tenancy.yaml"),
        ("file:tenancy.yaml", "base/tenancy.yaml"),
        ("file:/etc/tenancy.yaml", "/etc/tenancy.yaml"),
        ("file:///etc/tenancy.yaml", "/etc/tenancy.yaml"),
        ("c:tenancy.yaml", "base/c:tenancy.yaml"),
        ("a?b=c", "base/a?b=c"),
    ],
)
def test_paths_of_files(source: str, path: str) -> None:
    assert ("file", path) == (place_of(source, Path("base")).scheme, place_of(source, Path("base")).path)


def test_a_url_taken_apart() -> None:
    role = "arn:aws:iam::999999999999:role/a/reader"
    found = place_of(f"s3://acme/a%20b/t.yaml?region=eu-west-1&version=v.1&role={role}&cache=c&max-age=3", Path("base"))

    assert ("acme", "a b/t.yaml", role, "eu-west-1", "v.1") == (
        found.host,
        found.path,
        found.role,
        found.region,
        found.version,
    )
    assert Cache(Path("base/c"), timedelta(hours=3)) == found.cache
    assert "s3://acme/a%20b/t.yaml?version=v.1" == found.url


@given(st.text(max_size=30) | st.text("dynamos3b:/?&=%#@[]-.1e ", max_size=40))
@pytest.mark.parametrize(
    "begin", ["", "s3://", "dynamodb://eu-central-1/", "dynamodb://eu-central-1/tenancy?", "file:"]
)
def test_nothing_but_a_registry_error_comes_of_a_url(begin: str, text: str) -> None:
    with contextlib.suppress(RegistryError):
        place_of(begin + text)


# Objects in S3


@pytest.mark.parametrize(("content", "message"), cases(files.test_files_that_are_no_registry))
def test_objects_that_are_no_registry(stored: Callable[[bytes | str], str], content: str | bytes, message: str) -> None:
    """As files are refused, by the object's URL."""
    url = stored(content)

    assert refused(url).startswith(message.replace("tenancy.yaml", url, 1))


@pytest.mark.parametrize(("before", "after", "message"), cases(files.test_faults_of_a_registry))
def test_faults_of_an_object(stored: Callable[[bytes | str], str], before: str, after: str, message: str) -> None:
    url = stored(files.TEXT.replace(before, after, 1))

    told = refused(url)

    assert message in told
    assert all(line.startswith(f"{url}:") and line.removeprefix(f"{url}:")[0].isdecimal() for line in told.splitlines())


@pytest.mark.parametrize(
    "content",
    [
        b"# " + b"x" * MAX_BYTES,
        "a: " + DEEP,
        '{"a": "\\ud800"}',
        '{"a": 1, "a": 2}',
        "version: " + DIGITS,
        '{"version": NaN}',
        b"\x1f\x8b\x08\x00",
        json.dumps(RAW | {"config": {"everyone": "a-file.yaml"}}),
    ],
)
def test_hostile_objects(stored: Callable[[bytes | str], str], content: bytes | str) -> None:
    """A layer's path means nothing in an object, too."""
    assert refused(stored(content))


def test_an_object_that_is_missing(bucket: str) -> None:
    assert "AWS says NoSuchKey" in refused(f"s3://{bucket}/none.yaml")


def test_a_version_that_is_missing(stored: Callable[[str], str]) -> None:
    assert "expected the registry, and AWS says" in refused(f"{stored('x')}?version=none")


def test_a_bucket_that_is_missing(s3: Any) -> None:
    assert "AWS says NoSuchBucket" in refused("s3://there-is-no-such-bucket/tenancy.yaml")


# Tables: a part's document


def head(empty: Table, part: str, text: str | None, **changed: Any) -> None:
    """Writes an item past everything that checks it."""
    said: dict[str, Any] = {name: {"S": "x"} for name in ("by", "why", "at", "nonce")} | {"version": {"N": "1"}}
    if text is not None:
        said |= {"document": {"S": text}, "sha256": {"S": hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()}}
    said = {key: value for key, value in (said | changed).items() if value is not ...}
    empty.aws.put_item(TableName=empty.place.path, Item={"part": {"S": "head"}, "item": {"S": part}, **said})


@pytest.mark.parametrize(("before", "after", "message"), cases(files.test_faults_of_a_registry))
def test_faults_of_a_table(empty: Table, before: str, after: str, message: str, tmp_path: Path) -> None:
    """What a file may not say no table may, either; places in a text it has none."""
    raw, _ = plain(files.TEXT.replace(before, after, 1).encode(), "file")
    for part, document in parts_of(raw).items():
        head(empty, part, canonical(document))

    if raw["version"] != 1:
        # The format's version is the program's, in a table.
        assert load(empty.place.url).registry.version == 1
        return
    # A table has its keys in order, so it may be the other of two pairs that is told.
    assert message.replace("customer1-prod already", "customer1-beta already") in refused(empty.place.url)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"branch": "a", "branch": "b"}', "a key stands twice"),
        ('{"branch": NaN}', "NaN is no number"),
        ('{"branch": -Infinity}', "is no number"),
        ('{"branch": 1e999}', "1e999 is no number"),
        ('{"branch": ' + DEEP + "}", "nested too deeply"),
        ('{"branch": ' + "[" * 22 + "]" * 22 + "}", "nested too deeply"),
        ('{"branch": ' + "[" * 100_000, "nested too deeply"),
        ('{"branch": "\\ud800"}', "expected text that UTF-8 can say"),
        ('{"\\udfff": "x"}', "expected text that UTF-8 can say"),
        ('{"branch": ' + DIGITS + "}", "ValueError"),
        ('{"branch": ' + "9" * 4200 + "}", "a number of too many digits"),
        ('{"<<": {}}', "expected a plain key"),
        ("", "JSONDecodeError"),
        ("branch: main", "JSONDecodeError"),
        ('{"branch": "a"} x', "JSONDecodeError"),
        ("null", "null is no document"),
        ("[]", "groups.blue"),
        ('"main"', "groups.blue"),
        ("1", "groups.blue"),
    ],
)
def test_documents_that_are_no_part(table: Table, text: str, told: str) -> None:
    """`null`, too, is no deletion: that is a version without a document."""
    head(table, "groups/blue", text)

    assert told in refused(table.place.url)


@pytest.mark.parametrize(
    "changed",
    [
        {"version": ...},
        {"version": {"S": "1"}},
        {"version": {"N": "0"}},
        {"version": {"N": "-1"}},
        {"version": {"N": "1.5"}},
        {"version": {"NULL": True}},
        {"document": {"N": "1"}},
        {"document": {"NULL": True}},
        {"document": {"B": b"{}"}},
        {"document": {"M": {}}},
        {"document": {"SS": ["a"]}},
        {"sha256": ...},
        {"sha256": {"S": ""}},
        {"sha256": {"S": "0" * 64}},
        {"sha256": {"N": "1"}},
        *({name: ...} for name in ("by", "why", "at", "nonce")),
        *({name: {"N": "1"}} for name in ("by", "why", "at", "nonce")),
        {"by": {"L": [{"S": "x"}]}},
    ],
    ids=str,
)
def test_items_that_this_program_does_not_write(table: Table, changed: dict[str, Any]) -> None:
    """A document of another type, too, is no deletion of the part."""
    head(table, "groups/blue", '{"branch":"main"}', **changed)

    assert "'groups/blue'" in refused(table.place.url)
    for read in (lambda: table.head("groups/blue"), table.heads, table.written):
        with pytest.raises(RegistryError):
            read()
    with pytest.raises(RegistryError):
        table.change("groups/blue", lambda _: {"branch": "x"}, by="me", why="test")


@pytest.mark.parametrize("part", ["x", "tenants/", "tenants/a/b", "tenants/\x1b[2J", "Platform", "config", "\u0663"])
def test_parts_that_there_are_not(table: Table, part: str) -> None:
    head(table, part, "{}")

    told = refused(table.place.url)

    assert "expected a part: platform" in told
    assert "\x1b" not in told


@pytest.mark.parametrize(
    "gate",
    [
        {},
        {"version": {"S": "1"}},
        {"version": {"N": "-1"}},
        {"version": {"N": "1"}, "closing": {"N": "1"}},
        {"version": {"N": "1"}, "closing": {"S": "a"}, "until": {"S": "soon"}},
        {"version": {"N": "1"}, "by": {"NULL": True}},
    ],
    ids=str,
)
def test_gates_that_this_program_does_not_write(table: Table, gate: dict[str, Any]) -> None:
    """One of which nobody can tell whether it is closed is not open."""
    keys = {"part": {"S": "gate"}, "item": {"S": "structure"}}
    table.aws.put_item(TableName=table.place.path, Item={**keys, **gate})

    assert "expected a gate as this program writes it" in refused(table.place.url)
    with pytest.raises(RegistryError):
        table.change("groups/blue", lambda _: {"branch": "x"}, by="me", why="test")


def test_a_version_at_another_s_place(table: Table) -> None:
    key = {"part": {"S": "history/platform"}, "item": {"S": "0000000001"}}
    item = table.aws.get_item(TableName=table.place.path, Key=key)["Item"]
    table.aws.put_item(TableName=table.place.path, Item=item | {"item": {"S": "0000000007"}})

    with pytest.raises(RegistryError, match="expected version 1 at its place"):
        table.history("platform")


@pytest.mark.parametrize(
    "document",
    [
        float("nan"),
        {"a": float("inf")},
        {"a": "\ud800"},
        {1: 2},
        {"a": {1}},
        datetime.now(UTC),
        {"<<": 1},
        b"x",
        10**4100,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_no_table_takes(table: Table, document: Any) -> None:
    """It is refused before it is written."""
    before = table.heads()

    with pytest.raises(RegistryError, match="expected plain values, as JSON has them"):
        table.change("config/everyone", lambda _: document, by="me", why="test")
    assert before == table.heads()


def test_a_part_that_is_too_large(table: Table) -> None:
    with pytest.raises(RegistryError, match="config/everyone: expected at most 380000 bytes"):
        table.change("config/everyone", lambda _: {"values": {"a": "x" * 400_000}}, by="me", why="test")


def test_a_table_that_is_too_large(table: Table) -> None:
    text = json.dumps({"values": {"a": "x" * 380_000}})
    for i in range(MAX_BYTES // 380_000 + 1):
        head(table, f"config/services/s{i}", text)

    assert f"expected at most {MAX_BYTES} bytes, got more" in refused(table.place.url)


def test_what_a_table_says_is_what_its_export_says(table: Table) -> None:
    """At the greatest depth, and with numbers that YAML and JSON write in two ways."""
    deep: Any = {}
    for _ in range(18):
        deep = {"a": deep}
    layer = {"values": {"deep": deep, "small": 1e-07, "large": 1e22, "no": "no", "date": "2024-01-01"}}
    table.change("config/services/shop", lambda _: layer, by="me", why="test")
    snapshot = table.snapshot()

    assert snapshot.sha256 == sha256_of(plain(exported(snapshot.document), "x")[0])
    with pytest.raises(RegistryError, match="nested too deeply"):
        table.change("config/services/shop", lambda _: {"values": {"deep": {"a": deep}}}, by="me", why="test")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.sampled_from(["platform", "exemptions", "groups/a", "plans/standard", "tenants/customer1"]))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_but_a_registry_error_comes_of_a_document(table: Table, document: Any, part: str) -> None:
    """Whatever the part is; what happens to be one is read."""
    head(table, part, json.dumps(document))

    with contextlib.suppress(RegistryError):
        load(table.place.url)


# Tables that are none of ours


def test_an_empty_table(empty: Table) -> None:
    assert "expected a registry (got a table without a platform)" in refused(empty.place.url)


def test_a_table_that_is_missing(empty: Table) -> None:
    assert "AWS says ResourceNotFoundException" in refused(f"{empty.place.url}-none")


@pytest.mark.parametrize("kinds", [("id", "S", "S"), ("part", "N", "S"), ("part", "S", "N")])
def test_a_table_of_another_application(empty: Table, kinds: tuple[str, str, str]) -> None:
    """By its keys, or by what is in it."""
    name, hashed, ranged = kinds
    other = f"{empty.place.path}-{name}-{hashed}-{ranged}"
    attributes = [(name, "HASH", hashed), ("item", "RANGE", ranged)]
    empty.aws.create_table(
        TableName=other,
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, _, t in attributes],
        KeySchema=[{"AttributeName": n, "KeyType": k} for n, k, _ in attributes],
        BillingMode="PAY_PER_REQUEST",
    )

    assert "AWS says ValidationException" in refused(f"dynamodb://eu-central-1/{other}")


def test_another_application_s_items(table: Table) -> None:
    keys = {"part": {"S": "head"}, "item": {"S": "groups/blue"}}
    table.aws.put_item(TableName=table.place.path, Item={**keys, "price": {"N": "7"}})

    assert "expected an item with version, document, sha256" in refused(table.place.url)


# Nobody answers, or says no


def stub(monkeypatch: pytest.MonkeyPatch, service: str, operation: str, code: str, status: int) -> None:
    """A client that answers with an error, each time."""
    made = boto3.Session().client(service, region_name="eu-central-1", config=aws.CONFIG)
    stubber = Stubber(made)
    for _ in range(3):
        stubber.add_client_error(operation, code, "no\x1b[2J\nmore", status)
    stubber.activate()
    monkeypatch.setattr("tenant_safety.tenancy.sources.dynamodb.client", lambda *_: made)
    monkeypatch.setattr(s3_source, "client", lambda *_: made)


SAYS = [
    ("dynamodb", "get_item", "dynamodb://eu-central-1/tenancy"),
    ("s3", "get_object", "s3://acme-registry/tenancy.yaml"),
]
KEPT = replace(load(ROOT / "tenancy.yaml"), source="")


def kept(path: Path, url: str) -> str:
    """A copy of a registry, as it was once read; the URL that may use it."""
    Cache(path, timedelta()).write(replace(KEPT, source=url))
    return f"{url}?cache={path}&max-age=2"


@pytest.mark.parametrize(("service", "operation", "url"), SAYS)
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("AccessDenied", 403),
        ("AccessDeniedException", 400),
        ("ExpiredToken", 400),
        ("UnrecognizedClientException", 400),
        ("ResourceNotFoundException", 400),
        ("NoSuchKey", 404),
        ("InvalidObjectState", 403),
        ("KMS.DisabledException", 400),
    ],
)
def test_a_refusal_is_no_silence(  # noqa: PLR0917
    credentials: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    service: str,
    operation: str,
    url: str,
    code: str,
    status: int,
) -> None:
    """No copy stands in where AWS said no."""
    cached = kept(tmp_path / "copy", url)
    stub(monkeypatch, service, operation, code, status)

    told = refused(cached)

    assert f"{url}: expected the registry, and AWS says {code}" in told
    assert 1 == len(told.splitlines())


@pytest.mark.parametrize(("service", "operation", "url"), SAYS)
@pytest.mark.parametrize(
    ("code", "status"), [("InternalServerError", 500), ("SlowDown", 503), ("ThrottlingException", 400)]
)
def test_who_is_too_busy_does_not_answer(  # noqa: PLR0917
    credentials: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    service: str,
    operation: str,
    url: str,
    code: str,
    status: int,
) -> None:
    stub(monkeypatch, service, operation, code, status)

    with pytest.raises(RegistryUnreachable, match=code):
        load(url)
    assert load(kept(tmp_path / "copy", url)).age is not None


@pytest.fixture
def nobody(credentials: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", NOBODY)


URLS = [url for _, _, url in SAYS]


@pytest.mark.parametrize("url", URLS)
def test_nobody_is_there(nobody: None, url: str) -> None:
    with pytest.raises(RegistryUnreachable, match="expected the registry, and AWS says Could not connect"):
        load(url)


@pytest.mark.parametrize("url", URLS)
def test_nobody_gives_the_role(nobody: None, url: str) -> None:
    with pytest.raises(RegistryUnreachable):
        load(f"{url}?role=arn:aws:iam::999999999999:role/reader")


@pytest.mark.parametrize("url", URLS)
def test_no_credentials(nobody: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str) -> None:
    """They are the run's own fault, so no copy stands in."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    assert "Unable to locate credentials" in refused(kept(tmp_path / "copy", url))


# A copy


@pytest.mark.parametrize("url", URLS)
def test_a_copy_stands_in_only_if_asked(nobody: None, tmp_path: Path, url: str) -> None:
    """And says how old it is."""
    cached = kept(tmp_path / "copy", url)

    found = load(cached)

    assert (KEPT.sha256, url, True) == (found.sha256, found.source, found.label.endswith("(cached, 0 min old)"))
    with pytest.raises(RegistryUnreachable):
        load(url)


def test_a_copy_is_made_of_what_is_read_and_is_its_owner_s_alone(stored: Callable[[str], str], tmp_path: Path) -> None:
    """Small numbers, too, are the same in it."""
    layer = {"values": {"small": 1e-07, "large": 1e22, "deep": "\u00fc"}}
    url = stored("# a comment\n" + yaml.safe_dump(RAW | {"config": {"everyone": layer}}))
    path = tmp_path / "copy"

    fresh = load(f"{url}?cache={path}&max-age=1")

    copied = Cache(path, timedelta(hours=1)).read(url, RegistryUnreachable("silence"))
    assert (None, 0o600, [path]) == (fresh.age, stat.S_IMODE(path.stat().st_mode), list(tmp_path.iterdir()))
    assert (fresh.sha256, fresh.document) == (copied.sha256, copied.document)


def test_a_copy_that_can_t_be_written_is_a_fault(stored: Callable[[str], str], tmp_path: Path) -> None:
    url = stored(json.dumps(RAW))

    assert "expected a place for a copy of the registry" in refused(f"{url}?cache={tmp_path}/none/copy&max-age=1")


def told_of(**changed: Any) -> str:
    said = {"source": URLS[0], "taken": datetime.now(UTC).isoformat(), "sha256": KEPT.sha256, "registry": RAW}
    return json.dumps({key: value for key, value in (said | changed).items() if value is not ...})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "expected a readable copy of the registry: No such file"),
        ("", "as this program writes it"),
        ("not JSON", "as this program writes it"),
        ("[]", "as this program writes it"),
        ('"x"', "as this program writes it"),
        ("null", "as this program writes it"),
        (b"\xff", "as this program writes it"),
        (DEEP, "as this program writes it"),
        (f'{{"registry": {DIGITS}}}', "as this program writes it"),
        ('{"registry": NaN}', "as this program writes it"),
        (told_of(registry={}), "expected this key, got none"),
        (told_of(registry=...), "as this program writes it"),
        (told_of(sha256="0" * 64), "as it was written (its sha256 differs)"),
        (told_of(sha256=None), "as it was written (its sha256 differs)"),
        (told_of(registry=RAW | {"groups": RAW["groups"] | {"x": {"branch": "y"}}}), "its sha256 differs"),
        (told_of(source="dynamodb://eu-central-1/other"), "(got one of dynamodb://eu-central-1/other)"),
        (told_of(source=7), "as this program writes it"),
        (told_of(source=["\ud800"]), "as this program writes it"),
        (told_of(taken="yesterday"), "as this program writes it"),
        (told_of(taken=5), "as this program writes it"),
        (told_of(taken="2026-01-01T00:00:00"), "as this program writes it"),
        (told_of(taken=(datetime.now(UTC) - timedelta(hours=3)).isoformat()), "of at most 2 h (got 3:"),
        (told_of(taken="0001-01-01T00:00:00+00:00"), "of at most 2 h"),
        (told_of(taken="0001-01-01T00:00:00+23:59"), "h"),
        (told_of(taken=(datetime.now(UTC) + timedelta(hours=1)).isoformat()), "of at most 2 h (got -1 day"),
        (told_of(taken="9999-12-31T23:59:59-23:59"), "h"),
    ],
)
def test_copies_that_can_t_stand_in(nobody: None, tmp_path: Path, content: str | bytes | None, message: str) -> None:
    """Both are told: that nobody answers, and what is wrong with the copy."""
    path = tmp_path / "copy"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    told = refused(f"{URLS[0]}?cache={path}&max-age=2")

    assert f"{URLS[0]}: expected the registry, and AWS says Could not connect" in told.splitlines()[0]
    assert f"{path}: expected a" in told
    assert message in told


def test_a_copy_of_one_version_is_none_of_another(nobody: None, tmp_path: Path) -> None:
    kept(tmp_path / "copy", f"{URLS[1]}?version=1")

    told = refused(f"{URLS[1]}?version=2&cache={tmp_path}/copy&max-age=2")

    assert "(got one of s3://acme-registry/tenancy.yaml?version=1)" in told


def test_ages_are_told_shortly() -> None:
    ages = [Snapshot(KEPT.registry, "", "0", age=timedelta(minutes=minutes)).aged for minutes in (0, 59, 60, 1501)]

    assert ["cached, 0 min old", "cached, 59 min old", "cached, 1 h 0 min old", "cached, 25 h 1 min old"] == ages


def test_a_conflict_is_a_registry_error(table: Table) -> None:
    """Who was faster, when and why."""
    with pytest.raises(
        Conflict, match="groups/early: expected version 5, got 1; arn:aws:iam::999999999999:user/root wrote"
    ):
        table.change("groups/early", lambda d: d, by="me", why="w", expected=5)


def test_errors_of_aws_keep_to_one_line(credentials: None) -> None:
    with pytest.raises(RegistryError) as error, aws.spoken("s3://x/y"):
        raise ClientError({"Error": {"Code": "Odd", "Message": "a\nb"}}, "GetObject")

    assert 1 == len(str(error.value).splitlines())
