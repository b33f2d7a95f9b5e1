"""`tenant-safety registry`: reads, writes and compares registries, wherever they live."""

# ruff: noqa: PLC0415, PLR0917

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ..tenancy import Snapshot
    from ..tenancy.differences import Change
    from ..tenancy.sources import Place
    from ..tenancy.sources.dynamodb import Table
    from ..tenancy.sources.versions import Version

app = typer.Typer(no_args_is_help=True, help="The registry of the platform and its tenants.")


class Form(StrEnum):
    """A form of output."""

    text = "text"
    json = "json"


class Access(StrEnum):
    """Who may do something where the registry lives."""

    writer = "writer"
    reader = "reader"
    config_reader = "config-reader"


_WHERE = "The registry: a file, file:…, dynamodb://REGION/TABLE or s3://BUCKET/KEY."
Source = Annotated[str, typer.Argument(help=_WHERE)]
Part = Annotated[str, typer.Argument(help="A part, such as tenants/customer1; without it: all.")]
Into = Annotated[str, typer.Option("--into", help="The table: dynamodb://REGION/TABLE.")]
Why = Annotated[str, typer.Option("--why", help="Why; the history keeps it.")]
By = Annotated[str, typer.Option("--by", help="For whom; the history keeps it beside the caller's ARN.")]
At = Annotated[int | None, typer.Option("--version", min=0, help="The version that it has to be at; 0: none yet.")]
Output = Annotated[Form, typer.Option("--output", "-o", help="The form of what is told.")]


@app.command()
def validate(source: Source = "tenancy.yaml") -> None:
    """Check a registry; each fault has its place, what was expected and what came.  Exit 1 if there is one."""
    from datetime import UTC, datetime

    from ..registry import load
    from ..report.text import inert

    with _told():
        snapshot = load(source)
    name = inert(snapshot.source)
    tenants = snapshot.registry.tenants
    pairs = sum(len(tenant.environments) for tenant in tenants.values())
    typer.echo(f"{name}: valid: {len(tenants)} tenants, {pairs} stacks a project, {snapshot.label}")
    today = datetime.now(UTC).date()
    for exemption in snapshot.registry.exemptions:
        if not exemption.holds(today):
            typer.echo(inert(f"{name}: exemption of {exemption.label}: {exemption.lapse(today)}"), err=True)


@app.command()
def schema() -> None:
    """Print the registry's JSON Schema."""
    from ..tenancy.schema import schema as registry_schema

    typer.echo(registry_schema(), nl=False)


@app.command()
def show(source: Source = "tenancy.yaml", part: Part = "") -> None:
    """Print a registry, or one part of it, without its secrets."""
    from ..tenancy import load
    from ..tenancy.differences import masked
    from ..tenancy.sources.exports import as_yaml

    with _told():
        snapshot = load(source)
        document = _part_of(snapshot, part) if part else snapshot.document
        typer.echo(as_yaml(masked(document), _comments(snapshot, part)), nl=False)


def _part_of(snapshot: "Snapshot", part: str) -> Any:
    from ..tenancy import RegistryError
    from ..tenancy.sources.parts import checked, parts_of

    parts = parts_of(snapshot.document)
    if checked(part) not in parts:
        raise RegistryError(f"{snapshot.source}: expected one of its parts: {', '.join(sorted(parts))} (got {part})")
    return parts[part]


def _comments(snapshot: "Snapshot", part: str = "") -> Iterator[str]:
    """The snapshot, and which versions it has."""
    versions = {part: snapshot.versions.get(part)} if part else snapshot.versions
    told = ", ".join(f"{name} {number}" for name, number in sorted(versions.items()) if number)
    yield snapshot.label + (f"; versions: {told}" if told else "")


@app.command()
def export(
    source: Source = "tenancy.yaml",
    to: Annotated[str, typer.Option("--to", help="A file, or s3://BUCKET/KEY; without it: the standard output.")] = "",
) -> None:
    """Write a whole registry as YAML that reads back as the same.  It has the pairs' secrets."""
    from ..tenancy import RegistryError, load, place_of
    from ..tenancy.sources.exports import exported, write_file

    with _told():
        place = place_of(to) if to else None
        if place and place.scheme == "dynamodb":
            raise RegistryError(f"{place.url}: expected a file or an object in S3; a table takes `registry import`")
        snapshot = load(source)
        content = exported(snapshot.document, _comments(snapshot))
        if place is None:
            typer.echo(content.decode(), nl=False)
            return
        version = ""
        if place.scheme == "s3":
            from ..tenancy.sources.s3 import put_object

            version = put_object(place, content)
        else:
            write_file(Path(place.path), content, "an export of the registry")
        _say(f"{place.url}: {snapshot.label}" + (f", version {version}" if version else ""))


@app.command("import")
def take_over(
    file: Annotated[str, typer.Argument(help="The registry's file, or its URL.")],
    into: Into,
    why: Why,
    base: Annotated[str, typer.Option("--base", help="The export that the file was made from.")] = "",
    by: By = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be written, and write nothing.")] = False,
) -> None:
    """Make a table say what a file says.

    What others changed since --base is a conflict, and nothing of theirs is lost; without it the table has to be empty
    or say the same already.  If this is stopped in between it can be run again.
    """
    from ..registry import load
    from ..tenancy import load as load_alone

    with _told():
        table = _table(into)
        raw = load(file).document
        known = load_alone(base).document if base else None
        if dry_run:
            _plan(table, raw, known)
            return
        before = {part: number for step in table.steps(raw, known) for part, number in step.items()}
        made = table.take_over(raw, known, by=_caller(table, by), why=why)
        for version in made:
            _say(_done(version, before.get(version.part, 0)))
        _say(f"{table.place.url}: {table.snapshot().label}")


def _plan(table: "Table", raw: Mapping[str, Any], base: Mapping[str, Any] | None) -> None:
    from ..tenancy.sources.parts import parts_of
    from ..tenancy.sources.reading import is_same

    wanted = parts_of(raw)
    for step in table.steps(raw, base):
        for part, number in step.items():
            head = table.head(part)
            same = is_same(head.document, wanted.get(part))
            what = "unchanged" if same else "would be written" if part in wanted else "would be removed"
            _say(f"{part}: {what}, version {number}" + ("" if same else f" → {number + 1}"))


def _done(version: "Version", before: int) -> str:
    same = version.number == before
    what = "unchanged" if same else "removed" if version.document is None else "written"
    return f"{version.part}: {what}, version {version.number}"


@app.command()
def put(
    part: Annotated[str, typer.Argument(help="The part, such as tenants/customer1.")],
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="Its document, as YAML or JSON.")],
    into: Into,
    why: Why,
    by: By = "",
    version: At = None,
) -> None:
    """Write one part of a table.  Exit 1 if somebody else wrote it since --version."""
    from ..tenancy import RegistryError
    from ..tenancy.sources.file import content_of
    from ..tenancy.sources.parts import checked
    from ..tenancy.sources.reading import MAX_BYTES, plain

    with _told():
        checked(part)
        content = sys.stdin.buffer.read(MAX_BYTES + 1) if file == "-" else content_of(Path(file), "part of a registry")
        document, _ = plain(content, "standard input" if file == "-" else file)
        if document is None:
            raise RegistryError(f"{part}: expected its document, got null; `tenant-safety registry remove` removes it")
        _change(into, part, document, why, by, version)


@app.command()
def remove(
    part: Annotated[str, typer.Argument(help="The part, such as tenants/customer1.")],
    into: Into,
    why: Why,
    by: By = "",
    version: At = None,
) -> None:
    """Remove one part of a table; its history stays.  Exit 1 if somebody else wrote it since --version."""
    with _told():
        _change(into, part, None, why, by, version)


def _change(into: str, part: str, document: Any, why: str, by: str, version: int | None) -> None:
    table = _table(into)
    seen = table.head(part).number
    made = table.change(
        part, lambda _before: document, by=_caller(table, by), why=why, expected=seen if version is None else version
    )
    _say(_done(made, seen))


@app.command()
def init(into: Annotated[str, typer.Argument(metavar="URL", help="The table: dynamodb://REGION/TABLE.")]) -> None:
    """Make a table: paid by request, encrypted, safe from deletion, with backups of each second of 35 days."""
    from ..tenancy import RegistryError

    with _told():
        table = _table(into)
        table.create()
        try:
            table.keep_backups()
        except RegistryError as error:
            raise RegistryError(f"the table was made, and it has no backups yet: {error}") from None
        _say(f"{table.place.url}: made; `tenant-safety registry import` fills it")


@app.command()
def diff(
    one: Annotated[str, typer.Argument(metavar="A", help=_WHERE)],
    other: Annotated[str, typer.Argument(metavar="B", help=_WHERE)],
    output: Output = Form.text,
) -> None:
    """Tell what of a registry changed.

    Exit 0 if nothing did, 1 if something did, 2 if one of them can't be read.
    """
    from ..tenancy import load
    from ..tenancy.differences import changes

    with _told(2):
        old, new = load(one), load(other)
    found = changes(old.document, new.document)
    if output is Form.json:
        ends = [{"source": each.source, "sha256": each.sha256} for each in (old, new)]
        typer.echo(json.dumps({"a": ends[0], "b": ends[1], "changes": [_as_json(each) for each in found]}, indent=2))
    for change in found if output is Form.text else ():
        _say(str(change))
    raise typer.Exit(1 if found else 0)


def _as_json(change: "Change") -> dict[str, Any]:
    shown: dict[str, Any] = {"path": change.path, "change": change.kind}
    shown |= {} if change.kind == "added" else {"old": change.old}
    return shown | ({} if change.kind == "removed" else {"new": change.new})


@app.command()
def history(source: Source, part: Part = "", output: Output = Form.text) -> None:
    """Tell who changed a table, when, why and what, the newest first."""
    with _told():
        table = _table(source, "only a table keeps its history")
        found = [pair for name in ([part] if part else table.written()) for pair in _versions(table, name)]
    found.sort(key=lambda pair: (pair[0].at, pair[0].part, pair[0].number), reverse=True)
    if output is Form.json:
        typer.echo(json.dumps([_version_as_json(*pair) for pair in found], indent=2))
    for version, changed in found if output is Form.text else ():
        _say(f"{version.at}  {version.part}  version {version.number}  by {version.by}: {version.why}")
        for change in changed:
            _say(f"  {change}")


def _versions(table: "Table", part: str) -> Iterator[tuple["Version", tuple["Change", ...]]]:
    """Each version of a part, with what it changed."""
    from ..tenancy.differences import changes

    before: Any = None
    for version in table.history(part):
        yield version, changes(before, version.document)
        before = version.document


def _version_as_json(version: "Version", changed: tuple["Change", ...]) -> dict[str, Any]:
    said = {name: getattr(version, name) for name in ("part", "number", "at", "by", "why", "nonce")}
    return {**said, "removed": version.document is None, "changes": [_as_json(each) for each in changed]}


@app.command()
def policy(
    access: Annotated[Access, typer.Option("--for", help="Whose policy.")],
    source: Source = "tenancy.yaml",
    of: Annotated[
        str, typer.Option("--of", help="The table or the object that it is about, if it is not SOURCE.")
    ] = "",
    tenant: Annotated[str, typer.Option(help="The pair's tenant, for a reader of config.")] = "",
    environment: Annotated[str, typer.Option(help="The pair's environment.")] = "",
    bucket: Annotated[str, typer.Option(help="The bucket in which the pairs' config lies.")] = "",
    prefix: Annotated[str, typer.Option(help="The prefix below which it lies there.")] = "",
) -> None:
    """Print the AWS policy of who writes or reads a registry, or reads one pair's config."""
    from ..tenancy import access as policies
    from ..tenancy import load, place_of

    with _told():
        registry, place = load(source).registry, place_of(of or source)
        document = (
            policies.config_reader(registry, tenant, environment, bucket, prefix)
            if access is Access.config_reader
            else policies.writer(registry, place)
            if access is Access.writer
            else policies.reader(registry, place)
        )
    typer.echo(json.dumps(document, indent=2))


@contextmanager
def _told(code: int = 1) -> Iterator[None]:
    """Tells what is wrong with a registry, and ends with the code."""
    from ..report.text import lines
    from ..tenancy import RegistryError

    try:
        yield
    except RegistryError as error:
        typer.echo(lines(str(error)), err=True)
        raise typer.Exit(code) from None


def _say(text: str) -> None:
    from ..report.text import inert

    typer.echo(inert(text))


def _table(url: str, why: str = "only a table can be written") -> "Table":
    from ..tenancy import RegistryError, place_of

    place: Place = place_of(url)
    if place.scheme != "dynamodb":
        raise RegistryError(f"{place.url}: expected a table such as dynamodb://eu-central-1/tenancy: {why}")
    from ..tenancy.sources.dynamodb import Table

    return Table.at(place)


def _caller(table: "Table", name: str) -> str:
    """Who writes: by AWS's word, since a name alone is anybody's."""
    from ..tenancy.sources.aws import caller_of

    arn = caller_of(table.place, table.place.host)
    return f"{name} via {arn}" if name else arn
