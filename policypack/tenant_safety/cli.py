"""The command `tenant-safety`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from . import __version__
from .report import catalogue
from .rules import CATALOG
from .tenancy import DEFAULT_NAME, RegistryError, load
from .tenancy.schema import schema as registry_schema

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Proves that tenants stay apart on AWS.")
registry = typer.Typer(no_args_is_help=True, help="The registry of the platform and its tenants.")
app.add_typer(registry, name="registry")


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


@registry.command()
def validate(path: Annotated[Path, typer.Argument(help="The registry's file.")] = Path(DEFAULT_NAME)) -> None:
    """Check a registry; each fault has its place, what was expected and what came.  Exit 1 if there is one."""
    try:
        snapshot = load(path)
    except RegistryError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    tenants = snapshot.registry.tenants
    pairs = sum(len(tenant.environments) for tenant in tenants.values())
    typer.echo(f"{path}: valid: {len(tenants)} tenants, {pairs} stacks a project, sha256 {snapshot.sha256}")


@registry.command()
def schema() -> None:
    """Print the registry's JSON Schema."""
    typer.echo(registry_schema(), nl=False)


@app.command()
def rules(
    output: Annotated[Output, typer.Option("--output", "-o", help="The form of the list.")] = Output.text,
) -> None:
    """List the rules."""
    forms = {Output.text: catalogue.as_text, Output.json: catalogue.as_json, Output.md: catalogue.as_markdown}
    typer.echo(forms[output](CATALOG).rstrip("\n"))


def main() -> None:
    """The console script."""
    app()
