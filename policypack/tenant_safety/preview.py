"""Runs `pulumi preview` with the pack against the symbolic provider, so that documents are complete."""

import os
import secrets
import shutil
import string
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .symbolic import provider
from .symbolic.symbols import NONCE_VARIABLE

ATTACH = "PULUMI_DEBUG_PROVIDERS"
"""The engine's variable that attaches it to running providers: `aws:PORT`."""


class PreviewError(Exception):
    """A preview that can't be started; the message says what was expected and what to do."""


def preview(pack: Path, options: Sequence[str]) -> int:
    """Previews the stack of the working folder; returns the engine's exit code.  Raises `PreviewError`.

    `pack` is the folder of the policy pack; `options` are for `pulumi preview`.
    """
    if not (pack / "PulumiPolicy.yaml").is_file():
        raise PreviewError(f"expected the policy pack in {pack}; name its folder with --policy-pack")
    if "aws:" in os.environ.get(ATTACH, ""):
        raise PreviewError(f"expected {ATTACH} without aws, which is answered here; unset it")
    pulumi = shutil.which("pulumi") or shutil.which("pulumi", path=pack / ".tools" / "bin")
    if pulumi is None:
        raise PreviewError("expected pulumi on PATH; see https://www.pulumi.com/docs/install/ or run make setup")
    nonce = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(2))
    running = provider.start(nonce=nonce)
    try:
        attached = ",".join(filter(None, (os.environ.get(ATTACH), f"aws:{running.port}")))
        environment = {**os.environ, ATTACH: attached, NONCE_VARIABLE: nonce}
        return subprocess.run(
            [pulumi, "preview", "--policy-pack", str(pack), *options], env=environment, check=False
        ).returncode
    finally:
        running.stop()
