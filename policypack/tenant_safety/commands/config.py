"""`tenant-safety config`: a pair's layered config, and which previews a change affects."""

# ruff: noqa: PLC0415, PLR0917

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ..affected import Affected, Inputs
    from ..tenancy.layers import Effective, Layers

app = typer.Typer(no_args_is_help=True, help="The layered config of the pairs, for CI and for run time.")


class Shape(StrEnum):
    """A form of a config."""

    text = "text"
    json = "json"
    pulumi = "pulumi"
    dotenv = "dotenv"


class List(StrEnum):
    """A form of a list of previews."""

    text = "text"
    json = "json"
    dispatch = "dispatch"


_EVENT = "tenant-config-changed"

Stack = Annotated[str, typer.Argument(metavar="TEP", help="The pair's stack, such as customer1-prod.")]
Source = Annotated[str, typer.Option("--registry", help="The registry's file or URL.")]
Service = Annotated[str, typer.Option("--service", "-s", help="The service, which is its Pulumi project.")]
Esc = Annotated[bool, typer.Option("--esc", help="Open real ESC environments with esc or pulumi.")]
Decrypting = Annotated[bool, typer.Option("--decrypt", help="Open ciphertexts with KMS.")]
Root = Annotated[Path, typer.Option("--root", help="The folder under which the Pulumi projects are.")]
Shared = Annotated[list[str], typer.Option("--shared", help="A folder that all programs use; its path from the root.")]


@app.command()
def show(
    stack: Stack,
    registry: Source = "tenancy.yaml",
    service: Service = "",
    output: Annotated[Shape, typer.Option("--output", "-o", help="The form of the config.")] = Shape.text,
    explain: Annotated[bool, typer.Option("--explain", help="Tell where each value comes from, as JSON too.")] = False,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show what is secret.")] = False,
    github_env: Annotated[
        bool,
        typer.Option("--github-env", help="Append environmentVariables to $GITHUB_ENV and mask secrets."),
    ] = False,
    esc: Esc = False,
    decrypt: Decrypting = False,
) -> None:
    """Show the effective config of a pair.  Exit 1 if it has a fault, and then nothing of it is shown."""
    from ..report import config as report

    with _told():
        effective = _layers(registry, esc, decrypt).effective(stack, service)
        _usable(effective)
        if github_env:
            _into_github_env(effective)
            return
        said = {
            Shape.text: lambda: report.as_text(effective, reveal=reveal),
            Shape.json: lambda: report.as_json(effective, reveal=reveal, explain=explain),
            Shape.pulumi: lambda: report.as_pulumi(effective, reveal=reveal),
            Shape.dotenv: lambda: report.as_dotenv(effective, reveal=reveal),
        }[output]()
    typer.echo(said)


@app.command()
def validate(registry: Source = "tenancy.yaml", esc: Esc = False, decrypt: Decrypting = False) -> None:
    """Check the configs of all pairs and services; each fault once, with the pairs that have it.  Exit 1 on a fault."""
    from ..report.text import inert

    with _told():
        faults: dict[str, list[str]] = {}
        checked = 0
        for effective in _all(registry, esc, decrypt):
            checked += 1
            for fault in effective.faults:
                faults.setdefault(fault, []).append(f"{effective.stack}/{effective.service}".rstrip("/"))
    for fault, where in faults.items():
        more = f" and {len(where) - 3} more" if len(where) > 3 else ""
        typer.echo(inert(f"{fault} ({', '.join(where[:3])}{more})"), err=True)
    if faults:
        raise typer.Exit(1)
    typer.echo(inert(f"{registry}: {checked} configs without a fault"))


@app.command()
def publish(
    into: Annotated[str, typer.Option("--into", help="Where to: s3://BUCKET/PREFIX, or a folder.")],
    registry: Source = "tenancy.yaml",
    esc: Esc = False,
    decrypt: Decrypting = False,
) -> None:
    """Write the effective config of each pair and service as JSON, for run time: PREFIX/TEP/SERVICE.json, `_` for none.

    Secrets are in it, for the pair's own role to read.  Exit 1 if a config has a fault; then none is written.
    """
    from ..report import config as report

    with _told():
        made: dict[str, bytes] = {}
        for effective in _all(registry, esc, decrypt):
            _usable(effective)
            name = f"{effective.stack}/{effective.service or '_'}.json"
            made[name] = report.as_json(effective, reveal=True, whole=True).encode()
        _put(into.rstrip("/"), made)
    typer.echo(f"{len(made)} configs written")


def _put(into: str, made: Mapping[str, bytes]) -> None:
    from ..tenancy import place_of
    from ..tenancy.sources.exports import write_file

    if place_of(f"{into}/_").scheme == "file":
        for name, content in made.items():
            path = Path(place_of(f"{into}/{name}").path)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_file(path, content, "a config")
        return
    from ..tenancy.sources.s3 import put_object

    for name, content in made.items():
        put_object(place_of(f"{into}/{name}"), content, "application/json")


def _all(registry: str, esc: bool, decrypt: bool) -> "Iterator[Effective]":
    """The config of every pair, for no service and for each that has a layer."""
    from ..tenancy import load
    from ..tenancy.layers import Layers, pairs

    known = load(registry).registry
    layers = Layers(known, **_openers(esc, decrypt))
    for stack, _, _, about in pairs(known):
        for service in ("", *sorted({*known.config.services, *about.services})):
            yield layers.effective(stack, service)


@app.command()
def encrypt(
    key: Annotated[str, typer.Option("--key", help="The KMS key's ARN.")],
    layer: Annotated[str, typer.Option("--layer", help="The layer that will have it, such as tenants/customer1.")],
) -> None:
    """Encrypt a secret from the standard input; the layer that it is for opens it, and no other."""
    from ..tenancy.sources.kms import encrypted

    with _told():
        text = sys.stdin.read().removesuffix("\n")
        typer.echo(json.dumps({"fn::secret": {"ciphertext": encrypted(key, layer, text)}}))


@app.command()
def inputs(
    registry: Source = "tenancy.yaml",
    root: Root = Path(),
    shared: Shared = [],  # noqa: B006
    esc: Esc = False,
    decrypt: Decrypting = False,
) -> None:
    """Print what each preview is made of, as sha256: config, registry, program, pack.  `affected --since` takes it."""
    from ..affected import as_text

    with _told():
        said = as_text(_inputs(registry, root, shared, esc, decrypt))
    typer.echo(said, nl=False)


@app.command()
def affected(
    since: Annotated[str, typer.Option("--since", help="A file that `inputs` printed, or a revision of git.")],
    registry: Source = "tenancy.yaml",
    root: Root = Path(),
    shared: Shared = [],  # noqa: B006
    output: Annotated[List, typer.Option("--output", "-o", help="The form of the list.")] = List.text,
    event: Annotated[str, typer.Option(help="The type of the event, for dispatch.")] = _EVENT,
    esc: Esc = False,
    decrypt: Decrypting = False,
) -> None:
    """List the previews of which something changed, and what; all others need not run again.

    Exit 1 if it can't be told.  At a revision of git, a registry outside of git is taken as it is now.
    """
    from ..affected import affected as compared

    with _told():
        after = _inputs(registry, root, shared, esc, decrypt)
        before = _inputs_since(since, registry, root, shared, esc, decrypt)
        found = compared(before, after)
    _say(found, after, output, event)


@app.command()
def watch(
    state: Annotated[Path, typer.Option("--state", help="What was known last; made if there is none.")],
    registry: Source = "tenancy.yaml",
    root: Root = Path(),
    shared: Shared = [],  # noqa: B006
    every: Annotated[float, typer.Option(min=1, help="Seconds between two looks.")] = 30.0,
    once: Annotated[bool, typer.Option("--once", help="Look once.")] = False,
    payload: Annotated[
        bool, typer.Option("--payload", help="Look once, for a webhook, whose payload the standard input has.")
    ] = False,
    run: Annotated[str, typer.Option(help="A command to run with the list on its standard input, as JSON.")] = "",
    output: Annotated[List, typer.Option("--output", "-o", help="The form of the list for --run.")] = List.json,
    event: Annotated[str, typer.Option(help="The type of the event, for dispatch.")] = _EVENT,
    esc: Esc = False,
    decrypt: Decrypting = False,
) -> None:
    """Wait for changes; for each run a command, or print a payload of GitHub's repository_dispatch.

    What was seen is kept once the command has ended well, so nothing is missed if it has not.  Who sends a webhook is
    believed only that something may have changed.  Exit 1 if the command fails or the registry can't be read.
    """
    from ..affected import affected as compared
    from ..affected import as_text, read
    from ..tenancy.sources.exports import write_file

    if payload:
        _drain()
    while True:
        with _told():
            after = _inputs(registry, root, shared, esc, decrypt)
            if state.exists():
                found = compared(read(state.read_bytes(), state.name), after)
                if found:
                    _act(found, after, run, output, event)
            write_file(state, as_text(after).encode(), "what was seen")
        if once or payload:
            return
        time.sleep(every)


def _act(found: "Sequence[Affected]", after: "Inputs", command: str, output: List, event: str) -> None:
    """Runs the command with the list, or prints an event of it."""
    if not command:
        _say(found, after, List.dispatch, event)
        return
    said = _told_as(found, after, output, event)
    ended = subprocess.run(shlex.split(command), input=said, text=True, check=False)
    if ended.returncode:
        typer.echo(f"tenant-safety config watch: {command!r} ended with {ended.returncode}", err=True)
        raise typer.Exit(1)


def _drain() -> None:
    """Reads a webhook's payload to its end, so that its sender is answered, and takes nothing from it."""
    while sys.stdin.buffer.read(65536):
        pass


def _say(found: "Sequence[Affected]", after: "Inputs", output: List, event: str) -> None:
    said = _told_as(found, after, output, event)
    if said:
        typer.echo(said)


def _told_as(found: "Sequence[Affected]", after: "Inputs", output: List, event: str) -> str:
    from ..affected import payload
    from ..report.text import inert

    if output is List.json:
        return _as_json(found, after)
    if output is List.dispatch:
        return json.dumps(payload(found, after.registry, event))
    return "\n".join(inert(f"{each.project}/{each.stack}: {', '.join(each.why)}") for each in found)


def _as_json(found: "Sequence[Affected]", after: "Inputs") -> str:
    told = [{"stack": each.stack, "project": each.project, "why": each.why} for each in found]
    return json.dumps({"registry": after.registry, "affected": told}, indent=1)


def _inputs(registry: str, root: Path, shared: Sequence[str], esc: bool, decrypt: bool) -> "Inputs":
    from ..affected import inputs as made
    from ..affected import projects_in
    from ..registry import load
    from ..tenancy.layers import Layers

    snapshot = load(registry)
    return made(snapshot, Layers(snapshot.registry, **_openers(esc, decrypt)), projects_in(root, shared))


def _inputs_since(since: str, registry: str, root: Path, shared: Sequence[str], esc: bool, decrypt: bool) -> "Inputs":
    """What previews were made of: by a file, or at a revision of git, where a registry outside of git is as now."""
    from ..affected import at_revision, read
    from ..tenancy import place_of

    if Path(since).is_file():
        return read(Path(since).read_bytes(), since)
    place = place_of(registry)
    with at_revision(root, since) as old:
        inside = _inside(Path(place.path), root) if place.scheme == "file" else None
        return _inputs(str(old / inside) if inside else registry, old, shared, esc, decrypt)


def _inside(path: Path, root: Path) -> Path | None:
    """The path from the root, if it is under it."""
    return path.resolve().relative_to(root.resolve()) if path.resolve().is_relative_to(root.resolve()) else None


def _layers(registry: str, esc: bool, decrypt: bool) -> "Layers":
    from ..tenancy import load
    from ..tenancy.layers import Layers

    return Layers(load(registry).registry, **_openers(esc, decrypt))


def _openers(esc: bool, decrypt: bool) -> dict[str, Any]:
    """What opens real ESC environments and ciphertexts, where it was asked for."""
    found: dict[str, Any] = {}
    if esc:
        from ..opened import opened

        found["opened"] = opened
    if decrypt:
        found["decrypt"] = _decrypted
    return found


def _decrypted(layer: str, ciphertext: str) -> str:
    from ..esc import EscError
    from ..tenancy import RegistryError
    from ..tenancy.sources.kms import decrypt

    try:
        return decrypt(layer, ciphertext)
    except RegistryError as error:
        raise EscError(str(error)) from None


def _usable(effective: "Effective") -> None:
    """Ends with 1 if the config has a fault: nothing of it may be used."""
    from ..report.text import inert

    for fault in effective.faults:
        typer.echo(inert(f"{effective.stack} {effective.service}".rstrip() + f": {fault}"), err=True)
    if effective.faults:
        raise typer.Exit(1)


def _into_github_env(effective: "Effective") -> None:
    from ..report.config import ConfigError, as_github_env

    path = os.environ.get("GITHUB_ENV", "")
    if not path:
        raise ConfigError("expected a file's path in GITHUB_ENV, as a job of GitHub Actions has it (got none)")
    written, masks = as_github_env(effective)
    if masks:
        typer.echo(masks)  # Before anything can print a secret.
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(written)


@contextmanager
def _told() -> Iterator[None]:
    """Tells what is wrong, and ends with 1."""
    from ..affected import AffectedError
    from ..esc import EscError
    from ..report.config import ConfigError
    from ..report.text import lines
    from ..tenancy import RegistryError

    try:
        yield
    except (AffectedError, ConfigError, EscError, RegistryError) as error:
        typer.echo(lines(f"tenant-safety config: {error}"), err=True)
        raise typer.Exit(1) from None
