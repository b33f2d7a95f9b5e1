"""Runs Go and TypeScript programs for an engine that has no language host for them; for tests.

The official hosts are not to be had where there is no download, so one of ours is attached with
`PULUMI_DEBUG_LANGUAGES` and starts programs as they do: https://github.com/pulumi/pulumi/tree/master/sdk
(`go/pulumi-language-go` and `nodejs/cmd/pulumi-language-nodejs`).  The engine, the SDKs and the programs are real.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import grpc
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ROOT / "tests" / "programs"
BUILT = ROOT / ".tools" / "programs"
NODE = 20  # What package.json's @pulumi/pulumi asks for.
SHOWN = 32  # How the SDK for Node says that the user has seen the error already.


class MissingError(Exception):
    """A tool that the language needs is not on this machine."""


@dataclass(frozen=True)
class Language:
    """A program's folder and how to run what is in it."""

    runtime: str
    folder: Path
    command: Callable[[Any, str], list[str]]
    variables: Callable[[Any, str], Mapping[str, str]]


def go() -> Language:
    """Builds the Go program, in half a minute and then in half a second: modules are those of tools/pulumi."""
    if shutil.which("go") is None:
        raise MissingError("no go on PATH")
    binary = BUILT / "go" / "program"
    # As the CLI was built, so that what both need was compiled for it.
    _call(["go", "build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-o", str(binary), "."], PROGRAMS / "go")

    def command(_run: Any, _engine: str) -> list[str]:
        return [str(binary)]

    def variables(run: Any, engine: str) -> dict[str, str]:
        return {
            "PULUMI_ORGANIZATION": run.organization,
            "PULUMI_PROJECT": run.project,
            "PULUMI_ROOT_DIRECTORY": run.info.root_directory,
            "PULUMI_STACK": run.stack,
            "PULUMI_DRY_RUN": str(run.dryRun).lower(),
            "PULUMI_PARALLEL": str(run.parallel),
            "PULUMI_MONITOR": run.monitor_address,
            "PULUMI_ENGINE": engine,
        }

    return Language("go", PROGRAMS / "go", command, variables)


def typescript() -> Language:
    """Installs what the TypeScript program needs, some 200 MB in half a minute, unless it is there."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise MissingError(f"no {tool} on PATH")
    said = _call(["node", "--version"], ROOT)
    if int(re.findall(r"\d+", said)[0]) < NODE:
        raise MissingError(f"expected node {NODE} or newer (got {said.strip()})")
    folder = BUILT / "typescript"
    folder.mkdir(parents=True, exist_ok=True)
    for file in filter(Path.is_file, (PROGRAMS / "typescript").iterdir()):
        shutil.copyfile(file, folder / file.name)
    wanted = (folder / "package-lock.json").read_bytes()
    stamp = folder / "node_modules" / ".installed"
    if not stamp.is_file() or stamp.read_bytes() != wanted:
        _call(["npm", "ci"], folder)
        # Written last, so that an interrupted installation is done again.
        stamp.write_bytes(wanted)

    def command(run: Any, engine: str) -> list[str]:
        return [
            "node",
            str(folder / "node_modules" / "@pulumi" / "pulumi" / "cmd" / "run"),
            *("--monitor", run.monitor_address, "--engine", engine),
            *("--organization", run.organization, "--project", run.project, "--stack", run.stack),
            *("--root-directory", run.info.root_directory, "--pwd", run.pwd),
            *(["--dry-run"] if run.dryRun else []),
            *("--parallel", str(run.parallel)),
            run.info.entry_point,
        ]

    def variables(_run: Any, _engine: str) -> dict[str, str]:
        return {"PULUMI_NODEJS_TYPESCRIPT": "true"}

    return Language("nodejs", folder, command, variables)


LANGUAGES: Mapping[str, Callable[[], Language]] = MappingProxyType({"go": go, "typescript": typescript})


@contextmanager
def attached(language: Language) -> Iterator[dict[str, str]]:
    """Serves a language host as long as the block runs; yields the variables that an engine needs to find it."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(Host(language), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield {"PULUMI_DEBUG_LANGUAGES": f"{language.runtime}:{port}"}
    finally:
        server.stop(grace=None).wait()


# The protocol names its methods in its own way.
# ruff: noqa: N802


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """What an engine asks of a language host in a preview."""

    def __init__(self, language: Language) -> None:
        self.language = language
        # Each engine has a connection of its own, on which it first says where it listens.
        self.engines: dict[str, str] = {}

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.engines[context.peer()] = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return plugin_pb2.PluginInfo()

    def GetRequiredPackages(self, request: Any, context: grpc.ServicerContext) -> Any:
        return language_pb2.GetRequiredPackagesResponse()

    def Run(self, request: Any, context: grpc.ServicerContext) -> Any:
        engine = self.engines[context.peer()]
        told = {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        process = subprocess.Popen(
            self.language.command(request, engine),
            cwd=request.pwd,
            env={**os.environ, **told, **self.language.variables(request, engine)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        # An engine that gives up takes the program with it.
        context.add_callback(process.kill)
        said, _ = process.communicate()
        if process.returncode in (0, SHOWN):
            return language_pb2.RunResponse(bail=process.returncode == SHOWN)
        return language_pb2.RunResponse(error=f"the program ended with {process.returncode}: {said[-4000:]}")


def _call(command: list[str], folder: Path) -> str:
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} in {folder}: {ended.stdout}{ended.stderr}")
    return ended.stdout
