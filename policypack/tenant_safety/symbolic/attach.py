"""Attaches engines to the symbolic providers: their ports, the run's book, and the variables that name both.

Nothing heavy is imported at first, so that a preview's engine can start while the providers do.
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .symbols import BOOK_VARIABLE, Book

if TYPE_CHECKING:
    from .pins import Pins

ATTACH = "PULUMI_DEBUG_PROVIDERS"
"""The engine's variable that attaches it to running providers: `aws:PORT,random:PORT`."""
PINS = "symbolic.yaml"

_PACKAGES = Path(__file__).with_name("packages.txt")


class PreviewError(Exception):
    """A symbolic preview that can't be made; the message says what was expected and what to do."""


@dataclass(frozen=True)
class Attached:
    """What a preview needs: two ports that are held for its providers, the book, and the environment variables."""

    ports: tuple[int, int]
    book: Book
    variables: dict[str, str]


@contextmanager
def attached(
    environ: Mapping[str, str] = os.environ, packages: Sequence[str] = (), *, plausible: bool = False
) -> Iterator[Attached]:
    """Holds ports and a book as long as the block runs; `serve` has to be called in it.

    `packages` are answered for beside the ones that are known; `plausible`: with values in place of symbols.  Raises
    `PreviewError` if `environ` attaches another provider for aws.
    """
    given = [name for name in environ.get(ATTACH, "").split(",") if name]
    taken = {name.partition(":")[0] for name in given}
    if "aws" in taken:
        raise PreviewError(f"expected {ATTACH} without aws, which is answered here; unset it")
    others = sorted({*_PACKAGES.read_text("utf-8").split(), *packages} - taken - {"aws"})
    with (
        _port() as aws,
        _port() as other,
        tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="symbols-", suffix=".jsonl") as file,
    ):
        names = [*given, f"aws:{aws}", *(f"{name}:{other}" for name in others)]
        yield Attached(
            (aws, other), Book(file, plausible=plausible), {ATTACH: ",".join(names), BOOK_VARIABLE: file.name}
        )


@contextmanager
def serve(
    found: Attached,
    folder: Path,
    pins: Pins | None = None,
    environ: Mapping[str, str] = os.environ,
    *,
    account: str = "",
) -> Iterator[None]:
    """Serves symbols as long as the block runs: for aws on the first port, for other packages on the second.

    `folder` is the project's, where the patterns of `pulumi:autonaming` are; `account` is that of providers whose
    configuration pins none, a symbol if it is empty.
    """
    from . import autonaming, others, parts, provider, server  # noqa: PLC0415 the engine starts meanwhile
    from .pins import Pins  # noqa: PLC0415

    known = pins or Pins()
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
    patterns = autonaming.patterns(folder)
    own, other = found.ports
    aws = provider.start(found.book, own, account=account, region=region, pins=known, patterns=patterns)
    rest = server.serve(others.Others(parts.Symbols(found.book), known), other)
    try:
        yield
    finally:
        aws.stop()
        rest.stop()


def pins_of(folder: Path) -> Pins | None:
    """The answers that a project's `symbolic.yaml` has; `None` without the file.  Raises `PreviewError`."""
    if not (folder / PINS).exists():
        return None
    from .pins import PinsError, load  # noqa: PLC0415 few projects have the file

    try:
        return load(folder / PINS)
    except PinsError as error:
        raise PreviewError(str(error)) from None


@contextmanager
def symbols(folder: Path = Path(), environ: Mapping[str, str] = os.environ) -> Iterator[dict[str, str]]:
    """The environment variables of symbolic previews, as long as the block runs; any number at once.

    For `pulumi preview` or the Automation API (`LocalWorkspaceOptions(env_vars=...)`).  `folder` is the project's,
    where `symbolic.yaml` and the patterns of `pulumi:autonaming` are.  Raises `PreviewError`.
    """
    pins = pins_of(folder)
    with attached(environ) as found, serve(found, folder, pins, environ):
        yield found.variables


@contextmanager
def _port() -> Iterator[int]:
    """A free port that stays this process's: it is bound here, and may be bound once more to be served."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
