"""Runs the real Pulumi engine against the stand-in for AWS, in a folder of its own; for tests and the demo.

The program's folder is only read: the stack is made in a scratch project of the same name, and runs are given
the scratch's configuration with `--config-file`, so that no salt and no setting lands in an example.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".tools" / "bin"
NONE: Mapping[str, str] = MappingProxyType({})
COLOR = re.compile(r"<\{%.*?%\}>")
SEVERITIES = ("warning", "error")

Event = dict[str, Any]


class Secret(str):
    """A value of the configuration that is set with `--secret`."""

    __slots__ = ()


@dataclass(frozen=True)
class Finding:
    """A violation that a policy reported, as the engine passed it on."""

    policy: str
    level: str
    urn: str
    message: str
    pack: str

    @property
    def resource(self) -> str:
        """The resource's own name; empty for the whole stack."""
        return self.urn.split("::", 3)[3] if self.urn.count("::") > 2 else ""


@dataclass(frozen=True)
class Diagnostic:
    """A message of the engine, a provider or the program."""

    severity: str
    message: str
    urn: str = ""


@dataclass(frozen=True)
class Step:
    """What the engine did, or would do, to a resource.  Unknown outputs are sentinel strings in `outputs`."""

    op: str
    urn: str
    type: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    changed: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.urn.split("::", 3)[3]


@dataclass(frozen=True)
class Run:
    """One command of the engine: how it ended, what it printed and every event of it."""

    exit_code: int
    stdout: str
    stderr: str
    events: tuple[Event, ...] = field(repr=False)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Violations, in the order in which they were reported."""
        return tuple(
            Finding(
                policy=event["policyName"],
                level=event["enforcementLevel"],
                urn=event.get("resourceUrn", ""),
                message=COLOR.sub("", event["message"]).strip(),
                pack=event["policyPackName"],
            )
            for event in self.of("policyEvent")
        )

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Warnings and errors; what the program prints is in `messages`."""
        return tuple(message for message in self.messages if message.severity in SEVERITIES)

    @cached_property
    def messages(self) -> tuple[Diagnostic, ...]:
        """Everything that was said, prints of the program included."""
        return tuple(
            Diagnostic(event["severity"], COLOR.sub("", event["message"]).strip(), event.get("urn", ""))
            for event in self.of("diagnosticEvent")
            if not event.get("ephemeral")
        )

    @cached_property
    def errors(self) -> str:
        """All that went wrong as one text, for assertions on a part of it."""
        said = [message.message for message in self.messages if message.severity == "error"]
        return "\n".join([*said, self.stderr])

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """What was done to each resource, providers and the stack included, as it stood after each step."""
        made = []
        for event in self.of("resOutputsEvent"):
            metadata = event["metadata"]
            new = metadata.get("new") or metadata.get("old") or {}
            made.append(
                Step(
                    op=metadata["op"],
                    urn=metadata["urn"],
                    type=metadata["type"],
                    inputs=new.get("inputs") or {},
                    outputs=new.get("outputs") or {},
                    changed=tuple(metadata.get("diffs") or ()),
                )
            )
        return tuple(made)

    def step(self, name: str) -> Step:
        """The last step of the resource of that name."""
        return [step for step in self.steps if step.name == name][-1]

    def of(self, kind: str) -> tuple[Event, ...]:
        """The events of a kind, such as `policyAnalyzeSummaryEvent`: which policies ran on what."""
        return tuple(event[kind] for event in self.events if kind in event)


@dataclass(frozen=True)
class Started:
    """A command that runs: the engine, its language host, the program and the plugins."""

    process: subprocess.Popen[str] = field(repr=False)

    @property
    def runs(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        """SIGKILL to all of its processes, whatever groups they are in: none of them tidies up."""
        while living := _session(self.process.pid):
            for pid in living:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.process.communicate()


class EngineError(Exception):
    """A command that the harness itself needs has failed."""


class Engine:
    """An engine with a backend, a home and stacks of its own under `folder`.

    `providers` maps packages to ports of running providers; `{"aws": standin.start().port}` for tests.  `env` are
    variables of every command.
    """

    def __init__(
        self,
        folder: Path,
        providers: Mapping[str, int],
        *,
        pulumi: Path = TOOLS / "pulumi",
        timeout: float = 120,
        env: Mapping[str, str] = NONE,
    ) -> None:
        if not pulumi.exists():
            raise EngineError(f"expected the engine at {pulumi} (got none): run `make setup`")
        self.folder = folder
        self.providers = dict(providers)
        self.pulumi = pulumi
        self.timeout = timeout
        self.env = dict(env)
        self.runs = 0
        for part in ("backend", "home", "scratch", "events"):
            (folder / part).mkdir(parents=True, exist_ok=True)

    def preview(
        self,
        program: Path,
        stack: str,
        *,
        policy_pack: Path | None = None,
        policy_pack_config: Path | None = None,
        config: Mapping[str, str] = NONE,
        env: Mapping[str, str] = NONE,
        flags: Sequence[str] = (),
    ) -> Run:
        """`pulumi preview`."""
        packed = _packed(policy_pack, policy_pack_config)
        return self._operate("preview", program, stack, [*packed, *flags], config=config, env=env)

    def up(
        self,
        program: Path,
        stack: str,
        *,
        policy_pack: Path | None = None,
        policy_pack_config: Path | None = None,
        config: Mapping[str, str] = NONE,
        env: Mapping[str, str] = NONE,
        skip_preview: bool = False,
        flags: Sequence[str] = (),
    ) -> Run:
        """`pulumi up --yes`.  The events are those of the update, or of its preview if that failed."""
        packed = _packed(policy_pack, policy_pack_config)
        skip = ["--skip-preview"] if skip_preview else []
        return self._operate("up", program, stack, ["--yes", *skip, *packed, *flags], config=config, env=env)

    def refresh(
        self,
        program: Path,
        stack: str,
        *,
        config: Mapping[str, str] = NONE,
        env: Mapping[str, str] = NONE,
        flags: Sequence[str] = (),
    ) -> Run:
        """`pulumi refresh --yes`."""
        return self._operate("refresh", program, stack, ["--yes", "--skip-preview", *flags], config=config, env=env)

    def destroy(
        self,
        program: Path,
        stack: str,
        *,
        config: Mapping[str, str] = NONE,
        env: Mapping[str, str] = NONE,
        flags: Sequence[str] = (),
    ) -> Run:
        """`pulumi destroy --yes`."""
        return self._operate("destroy", program, stack, ["--yes", "--skip-preview", *flags], config=config, env=env)

    def start(
        self,
        command: str,
        program: Path,
        stack: str,
        *,
        config: Mapping[str, str] = NONE,
        env: Mapping[str, str] = NONE,
        flags: Sequence[str] = (),
    ) -> Started:
        """`up`, `refresh` or `destroy` without waiting for its end: for what cuts it short."""
        given, _ = self._given(command, program, stack, ["--yes", "--skip-preview", *flags], config)
        return Started(self._popen(given, program, env))

    def cancel(self, program: Path, stack: str) -> None:
        """`pulumi cancel --yes`: takes away the lock that a killed command has left."""
        run = self._run(["cancel", "--yes", stack], self._scratch(program, stack), NONE)
        if run.exit_code != 0:
            raise EngineError(f"pulumi cancel: {run.stdout}{run.stderr}")

    def locked(self) -> bool:
        """Whether a command holds a stack, or has left it so."""
        return any(path.is_file() for path in (self.folder / "backend" / ".pulumi" / "locks").rglob("*"))

    def state(self, program: Path, stack: str, *, show_secrets: bool = False) -> dict[str, Any]:
        """The state, as `pulumi stack export` writes it."""
        shown = ["--show-secrets"] if show_secrets else []
        found: dict[str, Any] = json.loads(self._ask(program, stack, ["stack", "export", *shown]).stdout)
        return found

    def load(self, program: Path, stack: str, state: Mapping[str, Any]) -> None:
        """`pulumi stack import`: the stack's state is this one from now on; secrets may stand in it in plain text."""
        file = self.folder / "imported.json"
        own = self.state(program, stack)["deployment"]["secrets_providers"]
        file.write_text(json.dumps({**state, "deployment": {**state["deployment"], "secrets_providers": own}}))
        self._ask(program, stack, ["stack", "import", "--file", str(file)])
        file.unlink()

    def resources(self, program: Path, stack: str) -> dict[str, dict[str, Any]]:
        """The resources of the state by name; of a replaced one, the new."""
        found = self.state(program, stack)["deployment"].get("resources", [])
        return {item["urn"].split("::", 3)[3]: item for item in found if not item.get("delete")}

    def outputs(self, program: Path, stack: str) -> dict[str, Any]:
        """What the program exported, secrets in plain text."""
        command = ["stack", "output", "--json", "--show-secrets"]
        found: dict[str, Any] = json.loads(self._ask(program, stack, command).stdout)
        return found

    def set_tags(self, program: Path, stack: str, tags: Mapping[str, str]) -> None:
        """Set tags on the stack."""
        for name, value in tags.items():
            self._ask(program, stack, ["stack", "tag", "set", name, value])

    def environment(self, env: Mapping[str, str] = NONE) -> dict[str, str]:
        """What commands run with: nothing of the user's Pulumi and AWS settings, and no way to AWS."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "AWS_"))}
        attached = ",".join(f"{name}:{port}" for name, port in self.providers.items())
        made = {
            **own,
            "PATH": os.pathsep.join([str(self.pulumi.parent), own.get("PATH", "")]),
            # No `.attrs` beside each file: a killed engine may leave them empty, and then nobody can read the state.
            # https://pkg.go.dev/gocloud.dev/blob/fileblob
            "PULUMI_BACKEND_URL": f"{(self.folder / 'backend').as_uri()}?metadata=skip",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "not a secret",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "TENANT_SAFETY_STAND_IN": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
            "PULUMI_DEBUG_COMMANDS": "1",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        if attached:
            made["PULUMI_DEBUG_PROVIDERS"] = attached
        return {**made, **self.env, **env}

    def _operate(
        self,
        command: str,
        program: Path,
        stack: str,
        arguments: Sequence[str],
        *,
        config: Mapping[str, str],
        env: Mapping[str, str],
    ) -> Run:
        given, log = self._given(command, program, stack, arguments, config)
        run = self._run(given, program, env)
        lines = log.read_text().splitlines() if log.exists() else []
        return Run(run.exit_code, run.stdout, run.stderr, tuple(json.loads(line) for line in lines))

    def _given(
        self, command: str, program: Path, stack: str, arguments: Sequence[str], config: Mapping[str, str]
    ) -> tuple[list[str], Path]:
        """A command's arguments, its settings written, and the file of its events."""
        scratch = self._scratch(program, stack)
        settings = scratch / f"Pulumi.{stack}.yaml"
        shutil.copyfile(scratch / "settings.yaml", settings)
        if config:
            kinds = {name: "--secret" if isinstance(value, Secret) else "--plaintext" for name, value in config.items()}
            pairs = [part for name, value in config.items() for part in (kinds[name], f"{name}={value}")]
            self._ask(program, stack, ["config", "set-all", *pairs])
        self.runs += 1
        log = self.folder / "events" / f"{self.runs}-{command}.jsonl"
        flags = ["--stack", stack, "--config-file", str(settings), "--event-log", str(log)]
        return [command, *flags, *arguments], log

    def _scratch(self, program: Path, stack: str) -> Path:
        """The folder that stands for the program's when the stack's settings are read or written."""
        scratch = self.folder / "scratch" / f"{program.name}-{stack}"
        if scratch.exists():
            return scratch
        scratch.mkdir()
        shutil.copyfile(program / "Pulumi.yaml", scratch / "Pulumi.yaml")
        settings = scratch / f"Pulumi.{stack}.yaml"
        given = program / settings.name
        if given.exists():
            shutil.copyfile(given, settings)
        made = self._run(["stack", "init", stack, "--no-select"], scratch, NONE)
        if made.exit_code != 0:
            shutil.rmtree(scratch)
            raise EngineError(f"pulumi stack init {stack}: {made.stdout}{made.stderr}")
        settings.touch()
        shutil.copyfile(settings, scratch / "settings.yaml")
        return scratch

    def _ask(self, program: Path, stack: str, command: Sequence[str]) -> Run:
        run = self._run([*command, "--stack", stack], self._scratch(program, stack), NONE)
        if run.exit_code != 0:
            raise EngineError(f"pulumi {' '.join(command)}: {run.stdout}{run.stderr}")
        return run

    def _popen(self, arguments: Sequence[str], folder: Path, env: Mapping[str, str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(self.pulumi), *arguments, "--non-interactive", "--color", "never"],
            cwd=folder,
            env=self.environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # The engine starts a language host, the program and the pack: all of them end with it.
            start_new_session=True,
        )

    def _run(self, arguments: Sequence[str], folder: Path, env: Mapping[str, str]) -> Run:
        process = self._popen(arguments, folder, env)
        try:
            stdout, stderr = process.communicate(timeout=self.timeout)
        except subprocess.TimeoutExpired:
            _end(process)
            stdout, stderr = process.communicate()
            said = f"{stdout[-2000:]}{stderr[-2000:]}"
            raise EngineError(f"pulumi {arguments[0]}: expected an end within {self.timeout} s: {said}") from None
        except BaseException:
            _end(process)
            raise
        return Run(process.returncode, stdout, stderr, ())


def program(
    folder: Path,
    source: str,
    *,
    name: str = "program",
    stacks: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    files: Mapping[str, str] = NONE,
) -> Path:
    """Write a project that runs `source` in the checkout's environment; returns its folder.

    `stacks` are configurations by stack (`{"dev": {"aws:region": "eu-west-1"}}`), `files` more files by path.
    """
    made = folder / name
    made.mkdir(parents=True, exist_ok=True)
    runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": str(ROOT / ".venv")}}
    # JSON is YAML.
    (made / "Pulumi.yaml").write_text(json.dumps({"name": name, "runtime": runtime}, indent=2))
    (made / "__main__.py").write_text(textwrap.dedent(source))
    for stack, config in stacks.items():
        (made / f"Pulumi.{stack}.yaml").write_text(json.dumps({"config": dict(config)}, indent=2))
    for path, text in files.items():
        target = made / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(text))
    return made


def _packed(pack: Path | None, config: Path | None) -> list[str]:
    packed = [] if pack is None else ["--policy-pack", str(pack)]
    return packed if config is None else [*packed, "--policy-pack-config", str(config)]


def _end(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _session(leader: int) -> list[int]:
    """The living processes of a session: plugins are in process groups of their own, but in the engine's session."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # It has just ended.
            state, _parent, _group, session = file.read_text().rpartition(")")[2].split()[:4]
            if int(session) == leader and state != "Z":
                found.append(int(file.parent.name))
    return found
