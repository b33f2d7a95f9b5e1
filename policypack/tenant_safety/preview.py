"""Runs `pulumi preview` with the pack against the symbolic provider, so that documents are complete."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from .symbolic import provider
from .symbolic.symbols import BOOK_VARIABLE, Book

ATTACH = "PULUMI_DEBUG_PROVIDERS"
"""The engine's variable that attaches it to running providers: `aws:PORT`."""


class PreviewError(Exception):
    """A preview that can't be started; the message says what was expected and what to do."""


@contextmanager
def symbols(environ: Mapping[str, str] = os.environ, *, account: str = "") -> Iterator[dict[str, str]]:
    """Serves symbols as long as the block runs; yields the environment variables that previews in it need.

    They are for `pulumi preview` or for the Automation API (`LocalWorkspaceOptions(env_vars=...)`), any number of
    previews at once.  `account` is that of providers whose configuration pins none; a symbol if it is empty.
    Raises `PreviewError` if `environ` attaches another provider for aws.
    """
    if "aws:" in environ.get(ATTACH, ""):
        raise PreviewError(f"expected {ATTACH} without aws, which is answered here; unset it")
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="symbols-", suffix=".jsonl") as file:
        running = provider.start(Book(file), account=account, region=region)
        try:
            attached = ",".join(filter(None, (environ.get(ATTACH), f"aws:{running.port}")))
            yield {ATTACH: attached, BOOK_VARIABLE: file.name}
        finally:
            running.stop()


def preview(pack: Path, options: Sequence[str]) -> int:
    """Previews the stack of the working folder; returns the engine's exit code.  Raises `PreviewError`.

    `pack` is the folder of the policy pack; `options` are for `pulumi preview`.
    """
    if not (pack / "PulumiPolicy.yaml").is_file():
        raise PreviewError(f"expected the policy pack in {pack}; name its folder with --policy-pack")
    pulumi = shutil.which("pulumi") or shutil.which("pulumi", path=pack / ".tools" / "bin")
    if pulumi is None:
        raise PreviewError("expected pulumi on PATH; see https://www.pulumi.com/docs/install/ or run make setup")
    with symbols() as environment:
        command = [pulumi, "preview", "--policy-pack", str(pack), *options]
        return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode
