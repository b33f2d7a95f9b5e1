"""Runs a real `pulumi preview` and writes down what AWS answered in it, for `symbolic.yaml`."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .symbolic.attach import ATTACH, PreviewError
from .symbolic.record import as_yaml, relaying

_VERSION = re.compile(r"resource-aws-v(\d+)\.(\d+)\.(\d+)")


def record(target: Path, options: Sequence[str]) -> int:
    """Previews the stack of the working folder with the real plugin for aws; returns the engine's exit code.

    The answers are written to `target` if the preview succeeds.  Raises `PreviewError`.
    """
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise PreviewError("expected pulumi on PATH; see https://www.pulumi.com/docs/install/")
    if target.exists():
        raise PreviewError(f"expected no file {target} yet; remove it, or name another one")
    with relaying(_plugin(), os.environ) as (port, relay):
        attached = ",".join(filter(None, (os.environ.get(ATTACH), f"aws:{port}")))
        done = subprocess.run([pulumi, "preview", *options], env={**os.environ, ATTACH: attached}, check=False)
        if done.returncode == 0:
            target.write_text(as_yaml(relay.pins), "utf-8")
    return done.returncode


def _plugin() -> Path:
    """The plugin that the engine would take: on PATH, or the newest that is installed."""
    found = shutil.which("pulumi-resource-aws")
    if found is not None:
        return Path(found)
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    versions = {
        tuple(map(int, match.groups())): path / "pulumi-resource-aws"
        for path in (home / "plugins").glob("resource-aws-v*")
        if (match := _VERSION.fullmatch(path.name)) is not None
    }
    if not versions:
        raise PreviewError("expected the plugin for aws; install it with: pulumi plugin install resource aws")
    return versions[max(versions)]
