"""Runs `pulumi preview` with the pack against the symbolic provider, so that documents are complete."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .symbolic import autonaming, provider
from .symbolic.others import PACKAGES, Others
from .symbolic.parts import Symbols
from .symbolic.pins import FILE, PinsError, load
from .symbolic.server import serve
from .symbolic.symbols import BOOK_VARIABLE, Book
from .throwaway import ThrowawayError, throwaway

ATTACH = "PULUMI_DEBUG_PROVIDERS"
"""The engine's variable that attaches it to running providers: `aws:PORT,random:PORT`."""

_COLOR = re.compile(r"<\{%.*?%\}>")
_RAISED = Path(__file__).with_name("raised")
_UNHANDLED = re.compile(r"unhandled (?:exception|error)|panic:")
_LINES = (
    re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)'),
    re.compile(r"(?P<file>[\w./-]+\.(?:ts|js|go|cs|java)):(?P<line>\d+)"),
)


class PreviewError(Exception):
    """A preview that can't be started; the message says what was expected and what to do."""


@dataclass(frozen=True)
class Served:
    """Symbols that are served: the environment variables of previews, and the book of all symbols given out."""

    environment: dict[str, str]
    book: Book


@contextmanager
def served(
    folder: Path = Path(),
    environ: Mapping[str, str] = os.environ,
    *,
    account: str = "",
    packages: Sequence[str] = (),
) -> Iterator[Served]:
    """Serves symbols as long as the block runs, for any number of previews at once.

    `folder` is the project's, where `symbolic.yaml` and the patterns of `pulumi:autonaming` are.  `account` is that of
    providers whose configuration pins none; a symbol if it is empty.  `packages` are answered for beside the ones that
    are known.  Raises `PreviewError` if `environ` attaches another provider for aws, or `symbolic.yaml` is not valid.
    """
    attached = [name for name in environ.get(ATTACH, "").split(",") if name]
    taken = {name.partition(":")[0] for name in attached}
    if "aws" in taken:
        raise PreviewError(f"expected {ATTACH} without aws, which is answered here; unset it")
    try:
        pins = load(folder / FILE)
    except PinsError as error:
        raise PreviewError(str(error)) from None
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="symbols-", suffix=".jsonl") as file:
        book = Book(file)
        patterns = autonaming.patterns(folder)
        aws = provider.start(book, account=account, region=region, pins=pins, patterns=patterns)
        others = serve(Others(Symbols(book), pins))
        try:
            attached += [f"aws:{aws.port}"]
            attached += [f"{name}:{others.port}" for name in sorted({*PACKAGES, *packages} - taken - {"aws"})]
            yield Served({ATTACH: ",".join(attached), BOOK_VARIABLE: file.name}, book)
        finally:
            aws.stop()
            others.stop()


@contextmanager
def symbols(folder: Path = Path(), environ: Mapping[str, str] = os.environ) -> Iterator[dict[str, str]]:
    """The environment variables of symbolic previews, as long as the block runs.

    For `pulumi preview` or the Automation API (`LocalWorkspaceOptions(env_vars=...)`).  Raises `PreviewError`.
    """
    with served(folder, environ) as found:
        yield found.environment


def preview(
    pack: Path,
    options: Sequence[str],
    *,
    account: str = "",
    packages: Sequence[str] = (),
    own_stack: bool = False,
) -> int:
    """Previews the stack of the working folder; returns the engine's exit code.  Raises `PreviewError`.

    `pack` is the folder of the policy pack; `options` are for `pulumi preview`.  `own_stack` makes a stack for this
    preview alone, so that neither a backend nor a key of secrets is needed.
    """
    if not (pack / "PulumiPolicy.yaml").is_file():
        raise PreviewError(f"expected the policy pack in {pack}; name its folder with --policy-pack")
    pulumi = shutil.which("pulumi") or shutil.which("pulumi", path=pack / ".tools" / "bin")
    if pulumi is None:
        raise PreviewError("expected pulumi on PATH; see https://www.pulumi.com/docs/install/ or run make setup")
    folder = Path(_option(options, "-C", "--cwd"))
    with served(folder, account=account, packages=packages) as found:
        environment = {"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true", **os.environ, **found.environment}
        if not own_stack:
            return _preview(pulumi, pack, options, environment, found.book)
        stack = _option(options, "-s", "--stack")
        if stack == ".":
            raise PreviewError("expected --stack NAME: a throwaway stack has to be named")
        rest = _without(options, "-s", "--stack")
        try:
            pins = load(folder / FILE)
            with throwaway(pulumi, folder, stack, pins=pins, book=found.book, environ=environment) as (own, more):
                return _preview(pulumi, pack, [*more, *rest], {**environment, **own}, found.book)
        except ThrowawayError as error:
            raise PreviewError(str(error)) from None


def _preview(pulumi: str, pack: Path, options: Sequence[str], environment: Mapping[str, str], book: Book) -> int:
    """Runs the engine, and tells where a program failed on a symbol."""
    folder = Path(_option(options, "-C", "--cwd")).resolve()
    with tempfile.TemporaryDirectory(prefix="preview-") as made:
        log, note = Path(made) / "events.jsonl", Path(made) / "raised.txt"
        own = [] if any(option.startswith("--event-log") for option in options) else ["--event-log", str(log)]
        # The engine knows the log's option under this variable.
        environment = {**environment, "PULUMI_DEBUG_COMMANDS": "1"}
        command = [pulumi, "preview", *options]
        done = subprocess.run([*command, "--policy-pack", str(pack), *own], env=environment, check=False)
        failed = "" if done.returncode == 0 or not log.exists() else failure(log.read_text("utf-8").splitlines())
        if failed:
            place = _place(failed, folder)
            if not place:
                path = os.pathsep.join(filter(None, (str(_RAISED), environment.get("PYTHONPATH"))))
                noting = {"PYTHONPATH": path, "TENANT_SAFETY_PROGRAM": str(folder), "TENANT_SAFETY_RAISED": str(note)}
                subprocess.run(command, env={**environment, **noting}, check=False, capture_output=True)
                lines = note.read_text("utf-8").splitlines() if note.exists() else []
                place = _place(lines[-1], folder) if lines else ""
            words = [symbol for symbol in book.symbols if symbol.word in failed.lower()]
            what = f"{words[0].word}, a symbol of {words[0].of}" if words else "values that may be symbols"
            where = place or "a line that its language's host does not tell"
            print(
                f"tenant-safety preview: undetermined: the program failed at {where}, on {what}; write the real value "
                f"into {FILE}, or do without it in a preview",
                file=sys.stderr,
                flush=True,
            )
        return done.returncode


def failure(events: Sequence[str]) -> str:
    """What a program said when it failed, from the engine's events (a line of JSON each); empty if it did not."""
    for line in events:
        event = json.loads(line).get("diagnosticEvent") or {}
        said = _COLOR.sub("", event.get("message", ""))
        if event.get("severity") == "error" and _UNHANDLED.search(said):
            return said
    return ""


def _place(said: str, folder: Path) -> str:
    """The line of the program in `folder` that a message names; empty if it names none."""
    inside = [[m for m in form.finditer(said) if _own(folder / m["file"], folder)] for form in _LINES]
    # Python tells the innermost call last, the others first.
    places = [*inside[0][-1:], *inside[1][:1]]
    return f"{places[0]['file']}, line {places[0]['line']}" if places else ""


def _own(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder) and not {"site-packages", "node_modules"} & set(path.parts)


def _option(options: Sequence[str], short: str, long: str) -> str:
    """The value of one of pulumi's options, `.` if it is not given."""
    for i, option in enumerate(options):
        if option in (short, long) and i + 1 < len(options):
            return options[i + 1]
        if option.startswith(f"{long}="):
            return option.partition("=")[2]
    return "."


def _without(options: Sequence[str], short: str, long: str) -> list[str]:
    kept: list[str] = []
    skip = False
    for option in options:
        if skip:
            skip = False
        elif option in (short, long):
            skip = True
        elif not option.startswith(f"{long}="):
            kept.append(option)
    return kept
