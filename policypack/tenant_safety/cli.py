"""The command `tenant-safety`.  Each command imports what it needs, so that none waits for what another needs."""

# ruff: noqa: PLC0415, PLR0917

import gc
import json
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from . import __version__
from .commands import config, registry

if TYPE_CHECKING:
    from .states import Owned

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Proves that tenants stay apart on AWS.")
app.add_typer(registry.app, name="registry")
app.add_typer(config.app, name="config")
iam = typer.Typer(no_args_is_help=True, help="Questions about AWS policies: a line of JSON each, in and out.")
app.add_typer(iam, name="iam")
links = typer.Typer(no_args_is_help=True, help="How tenants are linked to the master account.")
app.add_typer(links, name="links")
baseline = typer.Typer(no_args_is_help=True, help="Findings that were there when the pack came.")
app.add_typer(baseline, name="baseline")


class Output(StrEnum):
    """A form of output."""

    text = "text"
    json = "json"
    md = "md"


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"tenant-safety {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


Events = Annotated[
    list[typer.FileText],
    typer.Argument(
        help="Events of previews: --event-log of `tenant-safety preview`; - is the input.", encoding="utf-8"
    ),
]
BaselineFile = Annotated[Path, typer.Option("--file", help="The baseline, which platform.baseline names.")]


@baseline.command("record")
def record_baseline(events: Events, file: BaselineFile = Path("baseline.json")) -> None:
    """Add what previews found to the baseline; make it if there is none."""
    from datetime import UTC, datetime

    from . import adopt
    from .tenancy import RegistryError

    try:
        findings = [each for log in events for each in adopt.told(log)]
        new, left = adopt.recorded(file, findings, datetime.now(UTC).date())
    except RegistryError as error:
        typer.echo(f"tenant-safety baseline record: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{file}: {new} findings added, {left} that are exempted or can't be in a baseline left out")


@baseline.command("prune")
def prune_baseline(events: Events, file: BaselineFile = Path("baseline.json")) -> None:
    """Take out of the baseline what previews found no more."""
    from . import adopt
    from .tenancy import RegistryError

    try:
        gone = adopt.pruned(file, [each for log in events for each in adopt.told(log)])
    except RegistryError as error:
        typer.echo(f"tenant-safety baseline prune: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{file}: {gone} findings taken out")


class Form(StrEnum):
    """A form of a table."""

    text = "text"
    json = "json"


States = Annotated[
    list[str],
    typer.Argument(metavar="STATE...", help="What `pulumi stack export` wrote, a file each; - is the standard input."),
]
RegistrySource = Annotated[str, typer.Option("--registry", help="The registry: a file or a URL.")]
TableForm = Annotated[Form, typer.Option("--output", "-o", help="The form of the tables.")]


@app.command()
def routes(states: States, source: RegistrySource = "tenancy.yaml", output: TableForm = Form.text) -> None:
    """Tell where each log of the pairs' stacks ends.

    Exit 1 if one does not end where the plan wants it, or nobody can tell; 2 if a state or the registry can't be read.
    """
    from . import tables
    from .report import tables as report

    found, sha256 = _stacks_of("routes", states, source)
    made = [tables.route_table(each) for each in found]
    told = report.routes_as_text(made) if output is Form.text else report.routes_as_json(made, sha256)
    typer.echo(told)
    raise typer.Exit(0 if tables.worst(made) == "ok" else 1)


@app.command()
def capacity(states: States, source: RegistrySource = "tenancy.yaml", output: TableForm = Form.text) -> None:
    """Tell what each pair uses of what its plan bounds, summed over those of its stacks that are given.

    Exit 1 if it is more than the plan has, or nobody can tell; 2 if a state or the registry can't be read.
    """
    from . import tables
    from .report import tables as report
    from .states import by_pair

    found, sha256 = _stacks_of("capacity", states, source)
    made = [tables.capacity_table(pair) for pair in by_pair(found)]
    told = report.capacity_as_text(made) if output is Form.text else report.capacity_as_json(made, sha256)
    typer.echo(told)
    raise typer.Exit(0 if tables.worst(made) == "ok" else 1)


def _stacks_of(command: str, states: list[str], source: str) -> "tuple[tuple[Owned, ...], str]":
    """The stacks in the given states, with whose they are, and the registry's sha256; ends with 2 if there are none."""
    from .registry import load
    from .report.text import inert, lines
    from .states import StateError, owned
    from .tenancy import RegistryError

    try:
        snapshot = load(source)
        read = [(name, sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()) for name in states]
        return owned(read, snapshot), snapshot.sha256
    except OSError as error:
        problem = inert(f"{error.filename}: expected a state's file ({error.strerror})")
    except StateError as error:
        problem = inert(str(error))
    except RegistryError as error:
        problem = lines(str(error))
    typer.echo(f"tenant-safety {command}: {problem}", err=True)
    raise typer.Exit(2)


class Role(StrEnum):
    """A policy that links need."""

    linker = "linker"
    own_linker = "own-linker"
    own_linker_trust = "own-linker-trust"
    boundary = "boundary"
    reader = "reader"
    reader_trust = "reader-trust"


@links.command()
def policy(
    role: Annotated[Role, typer.Option("--for", help="Whose policy.")] = Role.linker,
    tenant: Annotated[str, typer.Option(help="The pair's tenant, for a policy of one pair.")] = "",
    environment: Annotated[str, typer.Option(help="The pair's environment.")] = "",
    source: RegistrySource = "tenancy.yaml",
) -> None:
    """Print the AWS policy of a role that links tenants to the master account.

    The platform's linker and the readers have one for all pairs; own linkers, and then boundaries, have one a pair.
    """
    from .report.text import lines
    from .tenancy import RegistryError, linker

    try:
        document = _link_policy(role, source, tenant, environment)
    except RegistryError as error:
        typer.echo(f"tenant-safety links policy: {lines(str(error))}", err=True)
        raise typer.Exit(1) from None
    size = linker.size(document)
    if size > linker.MAX_MANAGED:
        typer.echo(f"{size} characters: more than a managed policy may have, so put it inline", err=True)
    typer.echo(json.dumps(document, indent=2))


def _link_policy(role: Role, source: str, tenant: str, environment: str) -> dict[str, object]:
    """The document, if AWS takes it.  Raises `RegistryError`."""
    from .iam import parse
    from .tenancy import RegistryError, linker, load

    if bool(tenant) != bool(environment) or (role in (Role.own_linker, Role.own_linker_trust) and not tenant):
        raise RegistryError(f"--for {role}: expected both --tenant and --environment")
    registry = load(source).registry
    document = {
        Role.linker: lambda: linker.linker_policy(registry),
        Role.own_linker: lambda: linker.own_linker_policy(registry, tenant, environment),
        Role.own_linker_trust: lambda: linker.own_linker_trust(registry, tenant, environment),
        Role.boundary: lambda: linker.boundary_policy(registry, tenant, environment),
        Role.reader: lambda: linker.reader_policy(registry),
        Role.reader_trust: lambda: linker.reader_trust(registry, tenant, environment),
    }[role]()
    trusts = role in (Role.own_linker_trust, Role.reader_trust)
    parse(json.dumps(document), "trust" if trusts else "identity")
    most = linker.MAX_TRUST if trusts else linker.MAX_MANAGED if role is Role.boundary else linker.MAX_INLINE
    if linker.size(document) > most:
        raise RegistryError(
            f"--for {role}: expected at most {most} characters, as AWS does (got {linker.size(document)})"
        )
    return document


@app.command()
def rules(
    output: Annotated[Output, typer.Option("--output", "-o", help="The form of the list.")] = Output.text,
) -> None:
    """List the rules."""
    from .report import catalogue
    from .rules import CATALOG

    forms = {Output.text: catalogue.as_text, Output.json: catalogue.as_json, Output.md: catalogue.as_markdown}
    typer.echo(forms[output](CATALOG).rstrip("\n"))


@app.command()
def explain(
    rule: Annotated[str, typer.Argument(help="The rule's id.")],
    output: Annotated[Output, typer.Option("--output", "-o", help="The form of the explanation.")] = Output.text,
) -> None:
    """Explain a rule: why, a case that fails and one that passes, the remedy, and the controls it bears on."""
    from difflib import get_close_matches

    from .report import catalogue
    from .rules import CATALOG

    by_id = {each.id: each for each in CATALOG}
    if rule not in by_id:
        near = get_close_matches(rule, by_id) or ["tenant-safety rules lists them"]
        typer.echo(f"tenant-safety explain: expected a rule's id (got {rule!r}): {', '.join(near)}", err=True)
        raise typer.Exit(2)
    forms = {
        Output.text: catalogue.explained_as_text,
        Output.json: catalogue.explained_as_json,
        Output.md: catalogue.explained_as_markdown,
    }
    typer.echo(forms[output](by_id[rule]).rstrip("\n"))


PACK = Path(__file__).parents[2]
"""The pack's own folder, in a clone of the project."""


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def preview(
    context: typer.Context,
    policy_pack: Annotated[Path, typer.Option(help="The folder of the policy pack.")] = PACK,
    account: Annotated[str, typer.Option(help="The account of providers that pin none; else a symbol.")] = "",
    package: Annotated[list[str], typer.Option(help="A package of resources that is answered for, too.")] = [],  # noqa: B006
    throwaway: Annotated[
        bool, typer.Option("--throwaway", help="Without the backend and its secrets: a stack for this preview alone.")
    ] = False,
    twice: Annotated[
        bool,
        typer.Option("--twice", help="Preview once more with other values, so that nothing can hide in the first."),
    ] = False,
) -> None:
    """Run `pulumi preview` with the pack and complete documents, without cloud credentials.

    All other options are pulumi's.  What AWS will give (ids, suffixes of names) is a symbol that stands for any value;
    answers can be written down in `symbolic.yaml`.
    """
    from . import preview as previews
    from .symbolic.attach import PreviewError

    # A cancelled job ends this command so; everything that it has started has to end, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        code = previews.preview(
            policy_pack, context.args, account=account, packages=package, own_stack=throwaway, twice=twice
        )
    except PreviewError as error:
        from .report.text import inert

        typer.echo(f"tenant-safety preview: {inert(str(error))}", err=True)
        raise typer.Exit(2) from None
    raise typer.Exit(code)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def record(
    context: typer.Context,
    file: Annotated[Path, typer.Option(help="Where the answers are written; it must not exist.")] = Path(
        "symbolic.yaml"
    ),
) -> None:
    """Run a real `pulumi preview` and write down what AWS answered, for symbolic previews.

    All other options are pulumi's.  Needs the stack's credentials; what is secret is left out.
    """
    from . import record as records
    from .symbolic.attach import PreviewError

    try:
        code = records.record(file, context.args)
    except PreviewError as error:
        typer.echo(f"tenant-safety record: {error}", err=True)
        raise typer.Exit(2) from None
    raise typer.Exit(code)


Lines = Annotated[
    typer.FileText,
    typer.Argument(metavar="[FILE|-]", help="A question a line; - is the standard input.", encoding="utf-8"),
]

STANDARD_INPUT = cast(typer.FileText, "-")


@iam.command()
def simulate(rows: Lines = STANDARD_INPUT) -> None:
    """Decide requests: allow, implicit_deny or explicit_deny, and which statements decided."""
    _answer("simulate", rows)


@iam.command()
def reach(rows: Lines = STANDARD_INPUT) -> None:
    """Look for any allowed request: unreachable, reachable with a witness, or undetermined with what is missing."""
    _answer("reach", rows)


@iam.command("new-access")
def new_access(rows: Lines = STANDARD_INPUT) -> None:
    """Tell whether a candidate policy allows anything that its reference does not."""
    _answer("new-access", rows)


def _answer(command: str, rows: typer.FileText) -> None:
    """Answers every row; ends with 2 if one of them could not be read."""
    from .iam.rows import answers

    gc.freeze()  # What start-up made stays, and need not be looked through again for every few rows.
    failed = False
    for answer in answers(command, rows):
        failed = failed or "error" in answer
        sys.stdout.write(json.dumps(answer) + "\n")
    if failed:
        raise typer.Exit(2)


def main() -> None:
    """The console script."""
    app()
