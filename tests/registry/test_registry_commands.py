"""`tenant-safety registry`: what it prints, what it writes and how it ends."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from tenant_safety.cli import app
from tenant_safety.tenancy import RegistryError, load
from tenant_safety.tenancy.differences import SECRET, changes, masked
from tenant_safety.tenancy.sources import sha256_of
from tenant_safety.tenancy.sources.dynamodb import Table
from tenant_safety.tenancy.sources.exports import as_yaml, exported, write_file
from tenant_safety.tenancy.sources.reading import plain

ROOT = Path(__file__).parents[2]
FILE = str(ROOT / "tenancy.yaml")
RAW = yaml.safe_load((ROOT / "tenancy.yaml").read_text(encoding="utf-8"))
ISSUED = RAW["tenants"]["customer1"]["environments"]["prod"]["external_id"]
ARN = "arn:aws:sts::123456789012:user/moto"
HIDDEN = {"values": {"key": {"fn::secret": "hunter2"}, "deep": [{"fn::secret": {"ciphertext": "hunter3"}}]}}


def run(*arguments: object, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(app, ["registry", *map(str, arguments)], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def written(tmp_path: Path, raw: Any, name: str = "tenancy.yaml") -> str:
    path = tmp_path / name
    path.write_text(json.dumps(raw))
    return str(path)


# Reading


def test_a_table_is_validated_by_its_url(table: Table) -> None:
    """With the sha256 that the file has."""
    result = run("validate", table.place.url)

    sha256 = load(FILE).sha256
    assert (0, f"{table.place.url}: valid: 3 tenants, 4 stacks a project, sha256 {sha256}\n") == (
        result.exit_code,
        result.stdout,
    )


def test_a_cached_snapshot_says_its_age(
    stored: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{stored(json.dumps(RAW))}?cache={tmp_path}/copy&max-age=2"
    run("validate", url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")

    result = run("validate", url)

    assert (0, True) == (result.exit_code, result.stdout.endswith("(cached, 0 min old)\n"))


def test_exemptions_are_checked_in_a_table_too(table: Table) -> None:
    exemption = {"rule": "no-such-rule", "stack": "a", "reason": "r", "owner": "o", "expires": "2027-01-31"}
    table.change("exemptions", lambda _: [exemption], by="me", why="test")

    result = run("validate", table.place.url)

    assert (1, True) == (result.exit_code, "expected the id of a rule or a family" in result.stderr)


def test_a_registry_is_shown_without_its_secrets(tmp_path: Path) -> None:
    """What is shown names the snapshot first."""
    source = written(tmp_path, RAW | {"config": {"everyone": HIDDEN}})

    result = run("show", source)

    first, shown = result.stdout.splitlines()[0], yaml.safe_load(result.stdout)
    assert f"# sha256 {load(source).sha256}" == first
    assert SECRET == shown["tenants"]["customer1"]["environments"]["prod"]["external_id"]
    assert {"key": {"fn::secret": SECRET}, "deep": [{"fn::secret": SECRET}]} == shown["config"]["everyone"]["values"]
    assert not any(secret in result.stdout for secret in (ISSUED, "hunter"))


def test_a_part_is_shown_with_its_version(table: Table) -> None:
    result = run("show", table.place.url, "tenants/customer2")

    assert "; versions: tenants/customer2 1\n" in result.stdout
    assert RAW["tenants"]["customer2"]["subdomain"] == yaml.safe_load(result.stdout)["subdomain"]


@pytest.mark.parametrize(
    ("part", "message"),
    [("tenants/nobody", "expected one of its parts: groups/early,"), ("tenants\x1b[2J", "expected a part: platform,")],
)
def test_parts_that_there_are_not(part: str, message: str) -> None:
    result = run("show", FILE, part)

    assert (1, True, False) == (result.exit_code, message in result.stderr, "\x1b" in result.stderr)


def test_nothing_of_a_name_is_obeyed_by_a_terminal(tmp_path: Path) -> None:
    """Neither what is shown nor what is told of a fault has control characters."""
    source = written(tmp_path, RAW | {"config": {"everyone": {"values": {"\x1b[31m": "\u202e\x07"}}}})
    faulty = written(tmp_path, RAW | {"version": "\x1b]0;x\x07"}, "other.yaml")

    outputs = [run("show", source).output, run("diff", FILE, source).output, run("validate", faulty).output]

    assert set() == {char for text in outputs for char in text if char in "\x1b\x07\u202e"}


# Exports

KEYS = st.text(min_size=1, max_size=8).filter(lambda key: key != "<<")
AWKWARD = st.sampled_from(
    [
        *(
            "yes",
            "no",
            "on",
            "y",
            "012",
            "0o17",
            "0x1f",
            "1e5",
            "1.5e3",
            "1_000",
            "+1",
            "-",
            "=",
            "<<",
            "~",
            "null",
            "",
        ),
        *(
            "2024-01-01",
            "2024-01-01T00:00:00Z",
            "1:30",
            "a: b",
            "a #b",
            "- x",
            "&a",
            "*a",
            "!x",
            "%y",
            "@z",
            "`",
            "{",
            "[",
        ),
        *(
            "a\nb",
            "a\n",
            "\n",
            " a",
            "a ",
            "\ta",
            "a\r\nb",
            "\u2028",
            "\x85",
            "\ufeff",
            "\x00",
            "\x1b",
            "\u00fc",
            "\U0001f600",
        ),
        *(".inf", ".nan", "---", "...", "'", '"', "\\", "x" * 300, "a b " * 60, "?", "? a", "|", ">"),
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | AWKWARD
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | AWKWARD.filter(lambda k: k != "<<"), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_an_export_reads_back_as_what_it_was(document: Any) -> None:
    """Whatever texts, numbers and dates are in it."""
    content = exported({"values": document}, ["sha256"])

    back, _ = plain(content, "export")
    assert sha256_of({"values": document}) == sha256_of(back)
    assert content.isascii()
    assert set() == {byte for byte in content if byte < 32 and byte != 10}


def test_an_export_that_would_not_read_back_is_refused() -> None:
    with pytest.raises(RegistryError, match="expected a plain key"):
        exported({"<<": 1})


def test_an_exported_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    """It replaces what was there at once, and leaves nothing beside it."""
    target = tmp_path / "export.yaml"
    target.write_text("old")
    target.chmod(0o644)

    result = run("export", FILE, "--to", target)

    assert (0, f"{target}: {load(FILE).label}\n") == (result.exit_code, result.stdout)
    assert (0o600, load(FILE).sha256) == (stat.S_IMODE(target.stat().st_mode), load(target).sha256)
    assert [target] == list(tmp_path.iterdir())


def test_an_export_without_a_target_is_printed() -> None:
    assert (
        ISSUED
        == yaml.safe_load(run("export", FILE).stdout)["tenants"]["customer1"]["environments"]["prod"]["external_id"]
    )


def test_a_table_s_export_in_s3_is_the_same_registry(table: Table, bucket: str) -> None:
    """With the version that S3 gave it, by which it can be read."""
    url = f"s3://{bucket}/out/tenancy.yaml"

    result = run("export", table.place.url, "--to", url)

    version = result.stdout.rpartition("version ")[2].strip()
    assert (0, True) == (result.exit_code, len(version) > 8)
    assert load(FILE).sha256 == load(url).sha256 == load(f"{url}?version={version}").sha256


@pytest.mark.parametrize(
    ("to", "message"),
    [
        ("/nowhere/at/all.yaml", "expected a place for an export of the registry: No such file"),
        ("dynamodb://eu-central-1/tenancy", "a table takes `registry import`"),
        ("ftp://x/y", "expected a file's path, or a URL"),
    ],
)
def test_exports_that_go_nowhere(to: str, message: str) -> None:
    result = run("export", FILE, "--to", to)

    assert (1, True) == (result.exit_code, message in result.stderr)


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    with pytest.raises(RegistryError, match="Is a directory"):
        write_file(tmp_path / "folder", b"x", "a test")
    assert [tmp_path / "folder"] == list(tmp_path.iterdir())


# Writing


def test_an_import_is_planned_then_done_then_done_already(empty: Table) -> None:
    """The caller is known by AWS's word, and a name is only said beside it."""
    arguments = ("import", FILE, "--into", empty.place.url, "--why", "go live", "--by", "Ada")

    planned = run(*arguments, "--dry-run")
    before = empty.heads()
    done = run(*arguments)
    again = run(*arguments)

    assert ({}, 0, 0, 0) == (before, planned.exit_code, done.exit_code, again.exit_code)
    assert "tenants/customer1: would be written, version 0 → 1\n" in planned.stdout
    assert "tenants/customer1: written, version 1\n" in done.stdout
    assert f"{empty.place.url}: sha256 {load(FILE).sha256}\n" in done.stdout
    assert "tenants/customer1: unchanged, version 1\n" in again.stdout
    assert {f"Ada via {ARN}"} == {head.by for head in empty.heads().values()}


def test_an_import_loses_nothing_of_others(table: Table, tmp_path: Path) -> None:
    """What was changed since the export is a conflict that says who, when and why; the rest is taken."""
    run("export", table.place.url, "--to", tmp_path / "base.yaml")
    edited = yaml.safe_load((tmp_path / "base.yaml").read_text())
    edited["tenants"]["customer1"]["subdomain"] = "shop"
    del edited["tenants"]["vault"]
    source = written(tmp_path, edited)
    arguments = ("import", source, "--into", table.place.url, "--base", tmp_path / "base.yaml", "--why", "w")

    planned = run(*arguments, "--dry-run")
    table.change("tenants/customer1", lambda d: {**d, "group": "early"}, by="bob", why="a move")
    refused = run(*arguments)
    run("export", table.place.url, "--to", tmp_path / "base.yaml")
    edited["tenants"]["customer1"]["group"] = "early"
    done = run("import", written(tmp_path, edited), *arguments[2:])

    assert "tenants/vault: would be removed, version 1 → 2\n" in planned.stdout
    assert (1, True) == (refused.exit_code, "bob wrote version 2 at 2" in refused.stderr)
    assert "a move" in refused.stderr
    assert "tenants/vault: removed, version 2\ntenants/customer1: written, version 3\n" in done.stdout


def test_an_import_makes_no_table(empty: Table) -> None:
    url = f"{empty.place.url}-none"

    result = run("import", FILE, "--into", url, "--why", "w")

    assert (1, True) == (result.exit_code, "ResourceNotFoundException" in result.stderr)


def test_a_part_is_put_and_removed(table: Table, tmp_path: Path) -> None:
    document = json.dumps({"branch": "main"})
    path = written(tmp_path, {"branch": "next"}, "part.yaml")

    made = run("put", "groups/blue", "-", "--into", table.place.url, "--why", "w", "--version", 0, stdin=document)
    changed = run("put", "groups/blue", path, "--into", table.place.url, "--why", "w")
    same = run("put", "groups/blue", path, "--into", table.place.url, "--why", "w", "--version", 2)
    removed = run("remove", "groups/blue", "--into", table.place.url, "--why", "w", "--version", 2)

    assert [
        f"groups/blue: {what}\n" for what in ("written, version 1", "written, version 2", "unchanged, version 2")
    ] == [
        made.stdout,
        changed.stdout,
        same.stdout,
    ]
    assert "groups/blue: removed, version 3\n" == removed.stdout
    assert {ARN} == {version.by for version in table.history("groups/blue")}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("put", "groups/production", "-", "--version", 7),
            "groups/production: expected version 7, got 1; arn:aws:iam::",
        ),
        (("remove", "groups/production"), "tenants.customer1.group: expected one of early, got 'production'"),
        (("put", "tenants/\x1b[2J", "-"), "expected a part: platform"),
        (("put", "tenants/x", "-"), "expected this key, got none"),
        (("put", "groups/x", "nowhere.yaml"), "expected a readable part of a registry"),
        (("put", "groups/x", "-", "--why", " "), "expected who changes the registry and why"),
    ],
)
def test_writes_that_are_refused(table: Table, arguments: tuple[object, ...], message: str) -> None:
    """And nothing is written."""
    before = table.heads()

    result = run(
        *(arguments[:3] if arguments[0] == "put" else arguments[:2]),
        "--into",
        table.place.url,
        "--why",
        "w",
        *arguments[3 if arguments[0] == "put" else 2 :],
        stdin='{"branch": "x"}',
    )

    assert (1, True, False) == (result.exit_code, message in result.stderr, "\x1b" in result.stderr)
    assert before == table.heads()


def test_null_is_not_put(table: Table) -> None:
    """It would remove the part."""
    result = run("put", "tenants/vault", "-", "--into", table.place.url, "--why", "w", stdin="~")

    assert (1, True) == (result.exit_code, "`tenant-safety registry remove` removes it" in result.stderr)
    assert "tenants/vault" in table.heads()


def test_only_a_table_can_be_written() -> None:
    result = run("put", "groups/x", "-", "--into", FILE, "--why", "w", stdin="{}")

    assert (1, True) == (result.exit_code, "only a table can be written" in result.stderr)


def test_a_table_is_made_with_backups(s3: Any, moto: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And it is safe from deletion."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", moto)

    result, again = run("init", "dynamodb://eu-central-1/made-here"), run("init", "dynamodb://eu-central-1/made-here")

    client = boto3.Session().client("dynamodb")
    about = client.describe_table(TableName="made-here")["Table"]
    backups = client.describe_continuous_backups(TableName="made-here")["ContinuousBackupsDescription"]
    assert (0, True) == (result.exit_code, "made; `tenant-safety registry import` fills it" in result.stdout)
    assert (1, True) == (again.exit_code, "ResourceInUseException" in again.stderr)
    assert (True, "PAY_PER_REQUEST", "ENABLED") == (
        about["DeletionProtectionEnabled"],
        about["BillingModeSummary"]["BillingMode"],
        backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
    )


def test_a_table_whose_backups_fail_is_told(empty: Table) -> None:
    """This DynamoDB has none."""
    result = run("init", f"{empty.place.url}-2")

    assert (1, True) == (result.exit_code, "the table was made, and it has no backups yet" in result.stderr)


# Differences


def test_differences_are_told_and_secrets_are_not(table: Table, tmp_path: Path) -> None:
    raw = yaml.safe_load((ROOT / "tenancy.yaml").read_text())
    raw["tenants"]["customer1"]["environments"]["prod"]["external_id"] = "x" * 30
    raw["groups"]["production"]["branch"] = "release"
    del raw["tenants"]["customer2"]["overrides"]
    raw["config"] = {"everyone": {"values": {"a.b": {"fn::secret": "hunter2"}}}}
    other = written(tmp_path, raw)

    result, told = run("diff", table.place.url, other), run("diff", FILE, other, "--output", "json")

    assert (1, 1) == (result.exit_code, told.exit_code)
    assert [
        'config.everyone.values."a.b"."fn::secret": added [secret]',
        'groups.production.branch: "main" → "release"',
        "tenants.customer1.environments.prod.external_id: [secret] → [secret]",
        "tenants.customer2.overrides.capacity.instances: removed 12",
    ] == result.stdout.splitlines()
    assert {"path": "groups.production.branch", "change": "changed", "old": "main", "new": "release"} in json.loads(
        told.stdout
    )["changes"]
    assert not any(s in result.stdout + told.stdout for s in ("hunter2", "x" * 30, ISSUED))


def test_what_is_the_same_differs_in_nothing(table: Table) -> None:
    result = run("diff", FILE, table.place.url)

    assert (0, "") == (result.exit_code, result.output)


@pytest.mark.parametrize("pair", [(FILE, "nowhere.yaml"), ("nowhere.yaml", FILE), (FILE, "dynamodb://x/y")])
def test_what_can_t_be_read_is_not_compared(pair: tuple[str, str]) -> None:
    assert 2 == run("diff", *pair).exit_code


@given(VALUES, VALUES)
def test_no_difference_is_told_of_the_same_and_some_of_others(one: Any, other: Any) -> None:
    same = sha256_of(one) == sha256_of(other)

    found = changes(one, other)

    assert same is (found == ())
    assert () == changes(one, one)
    assert all("\n" not in str(change) for change in found)


@given(VALUES, VALUES)
def test_no_secret_is_in_what_is_shown(secret: Any, other: Any) -> None:
    """Whatever it is made of."""
    document = {"a": [{"fn::secret": {"in": ["s3cr3t!", secret]}}], "external_id": "s3cr3t!", "b": other}

    shown = (
        as_yaml(masked(document))
        + "".join(map(str, changes(document, other)))
        + "".join(map(str, changes(other, document)))
    )

    assert "s3cr3t!" not in shown


# History


def test_a_history_is_told_newest_first(table: Table) -> None:
    """Who, when, why and what; secrets are masked."""
    table.change("tenants/customer2", lambda d: {**d, "group": "production"}, by="ada", why="calm\x1b[2J")
    table.change("tenants/vault", lambda _: None, by="bob", why="left")

    result = run("history", table.place.url)
    one = json.loads(run("history", table.place.url, "tenants/customer2", "-o", "json").stdout)

    lines = result.stdout.splitlines()
    assert lines[0].endswith("  tenants/vault  version 2  by bob: left")
    assert any(line.endswith("tenants/customer2  version 2  by ada: calm\\u001b[2J") for line in lines)
    assert '  group: "early" → "production"' in lines
    assert "  environments.prod.external_id: added [secret]" in lines
    assert [2, 1] == [version["number"] for version in one]
    assert [{"path": "group", "change": "changed", "old": "early", "new": "production"}] == one[0]["changes"]
    assert ISSUED not in result.stdout


def test_a_file_has_no_history() -> None:
    result = run("history", FILE)

    assert (1, True) == (result.exit_code, "only a table keeps its history" in result.stderr)


# Other commands


def test_other_commands_take_a_url(table: Table) -> None:
    arguments = ["links", "policy", "--for", "reader", "--registry"]

    assert (
        CliRunner().invoke(app, [*arguments, FILE]).stdout
        == CliRunner().invoke(app, [*arguments, table.place.url]).stdout
    )


@pytest.mark.parametrize("command", ["routes", "capacity"])
def test_tables_of_states_take_a_url(table: Table, command: str, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": []}}))

    ends = {
        CliRunner().invoke(app, [command, str(state), "--registry", source]).output
        for source in (FILE, table.place.url)
    }

    assert 1 == len(ends)
    assert 2 == CliRunner().invoke(app, [command, str(state), "--registry", "dynamodb://x/\x1b"]).exit_code
