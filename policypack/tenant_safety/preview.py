"""Runs `pulumi preview` with the pack against the symbolic providers, so that documents are complete."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .symbolic.attach import Attached, PreviewError, attached, pins_of, serve
from .symbolic.symbols import CHECKED_VARIABLE, Book

if TYPE_CHECKING:
    from .symbolic.pins import Pins

_PATIENCE = 15
"""Seconds that the engine has to end when this command is ended."""
_COLOR = re.compile(r"<\{%.*?%\}>")
_RAISED = Path(__file__).with_name("raised")
_UNHANDLED = re.compile(r"unhandled (?:exception|error)|panic:")
_LINES = (
    re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)'),
    re.compile(r"(?P<file>[^\s:()][^:()\n]*\.(?:ts|js|go|cs|java)):(?P<line>\d+)"),
)


def preview(
    pack: Path,
    options: Sequence[str],
    *,
    account: str = "",
    packages: Sequence[str] = (),
    own_stack: bool = False,
    twice: bool = False,
) -> int:
    """Previews the stack of the working folder; returns the engine's exit code.  Raises `PreviewError`.

    `pack` is the folder of the policy pack; `options` are for `pulumi preview`.  `account` is that of providers whose
    configuration pins none, `packages` are answered for beside the ones that are known.  `own_stack` makes a stack for
    this preview alone, so that neither a backend nor a key of secrets is needed.  `twice` previews what passes once
    more with values in place of symbols, so that a program that hides what it makes of them does not pass.
    """
    if not (pack / "PulumiPolicy.yaml").is_file():
        raise PreviewError(f"expected the policy pack in {pack}; name its folder with --policy-pack")
    pulumi = shutil.which("pulumi") or shutil.which("pulumi", path=pack / ".tools" / "bin")
    if pulumi is None:
        raise PreviewError("expected pulumi on PATH; see https://www.pulumi.com/docs/install/ or run make setup")
    folder = _project(Path(_option(options, "-C", "--cwd") or ".").resolve())
    own_log = any(option.startswith("--event-log") for option in options)
    if own_log and twice:
        raise PreviewError("expected no --event-log beside --twice, which compares the events of two previews")
    pins = pins_of(folder)
    with ExitStack() as stack:
        made = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="preview-")))

        def made_for(
            book: Book, environ: Mapping[str, str]
        ) -> AbstractContextManager[tuple[dict[str, str], list[str]]]:
            return _own_stack(pulumi, folder, options, pins=pins, book=book, environment=environ)

        def attach(log: Path, *, plausible: bool) -> tuple[Attached, dict[str, str], list[str]]:
            """Providers that are about to be served, and the environment and command of a preview with them."""
            found = stack.enter_context(attached(packages=packages, plausible=plausible))
            # Nothing is downloaded; the events' log is an option under this variable only.
            fixed = {"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true", "PULUMI_DEBUG_COMMANDS": "1"}
            environment = {**fixed, **os.environ, **found.variables, CHECKED_VARIABLE: "1" if twice else ""}
            given = list(options)
            if own_stack:
                own, more = stack.enter_context(made_for(found.book, environment))
                environment, given = {**environment, **own}, [*more, *_without(options, "-s", "--stack")]
            logged = [] if own_log else ["--event-log", str(log)]
            return found, environment, [pulumi, "preview", *given, *logged]

        log = made / "events.jsonl"
        found, environment, command = attach(log, plausible=False)
        # It starts while the providers do, and asks for them when the program runs.
        engine = stack.enter_context(_started([*command, "--policy-pack", str(pack.resolve())], environment))
        stack.enter_context(serve(found, folder, pins, account=account))
        code = engine.wait()
        said = "" if code == 0 or not log.exists() else failure(_lines(log))
        if said:
            place = _place(said, folder) or _raised(command, folder, environment)
            _undetermined(_failed(said, place, found.book))
        if code == 0 and twice:
            other = made / "again.jsonl"
            again, environment, command = attach(other, plausible=True)
            stack.enter_context(serve(again, folder, pins, account=account))
            code = _again(command, environment, (log, found.book), (other, again.book))
        return code


def _project(folder: Path) -> Path:
    """The project's folder, which may be above the given one, as the engine looks for it."""
    for each in (folder, *folder.parents):
        if (each / "Pulumi.yaml").exists() or (each / "Pulumi.yml").exists():
            return each
    return folder


def _own_stack(
    pulumi: str, folder: Path, options: Sequence[str], *, pins: Pins | None, book: Book, environment: Mapping[str, str]
) -> AbstractContextManager[tuple[dict[str, str], list[str]]]:
    from .throwaway import throwaway  # noqa: PLC0415 few previews need it

    if any(option.startswith("--config-file") for option in options):
        raise PreviewError("expected no --config-file beside --throwaway, which makes the stack's file anew")
    stacks = {} if pins is None else pins.stacks
    name = _option(options, "-s", "--stack")
    return throwaway(pulumi, folder, name, stacks=stacks, book=book, environ=environment)


def _lines(log: Path) -> list[str]:
    """The events.  Only a line feed ends one: texts may have other ends of lines."""
    return [line for line in log.read_text("utf-8").split("\n") if line]


def _again(
    command: Sequence[str], environment: Mapping[str, str], first: tuple[Path, Book], second: tuple[Path, Book]
) -> int:
    """Previews once more with values in place of symbols; returns 0 if nothing else differs, else 1."""
    from .symbolic.twice import differences, previewed  # noqa: PLC0415 few previews need it

    if subprocess.run(command, env=environment, check=False, capture_output=True).returncode != 0:
        _undetermined("the program fails with other values than the ones it was previewed with")
        return 1
    found = differences(*(previewed(_lines(log), book.symbols) for log, book in (first, second)))
    for place in found:
        _undetermined(f"{place} depends on what AWS gives in a way that symbols do not show")
    return 1 if found else 0


def _undetermined(why: str) -> None:
    from .report.text import inert  # noqa: PLC0415 few previews end here

    print(f"tenant-safety preview: undetermined: {inert(why)}", file=sys.stderr, flush=True)


@contextmanager
def _started(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    engine = subprocess.Popen(command, env=environment)
    try:
        yield engine
    finally:
        if engine.poll() is None:
            engine.send_signal(signal.SIGINT)
            try:
                engine.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                engine.kill()
                engine.wait()


def failure(events: Sequence[str]) -> str:
    """What a program said when it failed, from the engine's events (a line of JSON each); empty if it did not."""
    for line in events:
        event = json.loads(line).get("diagnosticEvent") or {}
        said = _COLOR.sub("", event.get("message", ""))
        if event.get("severity") == "error" and _UNHANDLED.search(said):
            return said
    return ""


def _raised(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    """Runs a program that has failed once more, and returns the line where it did.

    The Python SDK forgets it where that was in an `apply`.
    """
    with tempfile.TemporaryDirectory(prefix="raised-") as made:
        note = Path(made) / "raised.txt"
        path = os.pathsep.join(filter(None, (str(_RAISED), environment.get("PYTHONPATH"))))
        noting = {"PYTHONPATH": path, "TENANT_SAFETY_PROGRAM": str(folder), "TENANT_SAFETY_RAISED": str(note)}
        subprocess.run(command, env={**environment, **noting}, check=False, capture_output=True)
        lines = note.read_text("utf-8").splitlines() if note.exists() else []
    return _place(lines[-1], folder) if lines else ""


def _failed(said: str, place: str, book: Book) -> str:
    words = [symbol for symbol in book.symbols if symbol.word in said.lower()]
    what = f"{words[0].word}, a symbol of {words[0].of}" if words else "values that may be symbols"
    where = place or "a line that its language's host does not tell"
    remedy = "write the real value into symbolic.yaml, or do without it in a preview"
    return f"the program failed at {where}, on {what}; {remedy}"


def _place(said: str, folder: Path) -> str:
    """The line of the program in `folder` that a message names; empty if it names none."""
    inside = [[m for m in form.finditer(said) if _own(folder / m["file"], folder)] for form in _LINES]
    # Python tells the innermost call last, the others first.
    places = [*inside[0][-1:], *inside[1][:1]]
    return f"{places[0]['file']}, line {places[0]['line']}" if places else ""


def _own(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder) and path.is_file() and not {"site-packages", "node_modules"} & set(path.parts)


def _option(options: Sequence[str], short: str, long: str) -> str:
    """The value of one of pulumi's options, empty if it is not given."""
    for i, option in enumerate(options):
        if option in (short, long) and i + 1 < len(options):
            return options[i + 1]
        if _has_value(option, short, long):
            return option.removeprefix(long if option.startswith(long) else short).removeprefix("=")
    return ""


def _has_value(option: str, short: str, long: str) -> bool:
    """`--stack=dev`, `-s=dev` or `-sdev`."""
    return option.startswith(f"{long}=") or (option.startswith(short) and len(option) > len(short))


def _without(options: Sequence[str], short: str, long: str) -> list[str]:
    """The options without one of them."""
    kept: list[str] = []
    skip = False
    for option in options:
        if skip:
            skip = False
        elif option in (short, long):
            skip = True
        elif not _has_value(option, short, long):
            kept.append(option)
    return kept
