"""What each preview is made of, and so which previews a change affects: config, registry, program, pack."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .tenancy import RegistryError, Snapshot
from .tenancy.layers import Layers, config_sha256, pairs
from .tenancy.sources import sha256_of
from .tenancy.sources.reading import plain

KINDS = ("config", "registry", "program", "pack")
"""What a preview is made of, in the order in which changes are told."""
_PROJECTS = ("Pulumi.yaml", "Pulumi.yml")
_LEFT_OUT = (".git", ".venv", "venv", "node_modules", "__pycache__", ".pulumi")
PACK = Path(__file__).parent


class AffectedError(Exception):
    """What is affected can't be told; the message says what was expected and what came."""


@dataclass(frozen=True, slots=True)
class Project:
    """A Pulumi project: its name and its folder, from the root."""

    name: str
    folder: str
    sha256: str
    """Of its program: the files in the folder, and those of folders that all programs share."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What all previews are made of: for each stack and project the sha256 of each of `KINDS`."""

    registry: str
    """The sha256 of the registry's snapshot."""
    of: Mapping[tuple[str, str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Affected:
    """A preview that has to run again, and which of `KINDS` changed; `new` if there was none before."""

    stack: str
    project: str
    why: tuple[str, ...]


def inputs(snapshot: Snapshot, layers: Layers, projects: Sequence[Project]) -> Inputs:
    """What the previews of all pairs and projects are made of."""
    registry, pack = snapshot.registry, program_sha256([PACK])
    found: dict[tuple[str, str], dict[str, str]] = {}
    judged = _Judged(snapshot)
    for stack, tenant, environment, _ in pairs(registry):
        for project in projects:
            found[stack, project.name] = {
                "config": config_sha256(layers, layers.effective(stack, project.name)),
                "registry": judged.sha256(stack, tenant.plan, tenant.group, environment, project.name),
                "program": project.sha256,
                "pack": pack,
            }
    return Inputs(snapshot.sha256, found)


class _Judged:
    """What a pair is judged by: the platform, its plan and group, its own entry, and exemptions that are for it.

    Other tenants are not: a preview does not run again because another tenant was onboarded.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._registry = snapshot.registry
        self._document = snapshot.document
        self._common = sha256_of([self._document["platform"], snapshot.baseline_sha256])

    def sha256(self, stack: str, plan: str, group: str, environment: str, project: str) -> str:
        name = stack.removesuffix(f"-{environment}")
        tenant = self._document["tenants"][name]
        own = {key: value for key, value in tenant.items() if key not in ("config", "environments")}
        pair = {k: v for k, v in tenant["environments"][environment].items() if k not in ("config", "services")}
        branch = {key: value for key, value in self._document["groups"][group].items() if key != "config"}
        exempted = [e.model_dump(mode="json") for e in self._registry.exemptions if e.is_of(project, stack)]
        return sha256_of([self._common, self._document["plans"][plan], branch, own, pair, exempted])


def affected(before: Inputs, after: Inputs) -> tuple[Affected, ...]:
    """The previews of `after` that are made of something else than before, and why."""
    found = []
    for (stack, project), parts in sorted(after.of.items()):
        known = before.of.get((stack, project))
        why = ("new",) if known is None else tuple(kind for kind in KINDS if parts.get(kind) != known.get(kind))
        if why:
            found.append(Affected(stack, project, why))
    return tuple(found)


def projects_in(root: Path, shared: Sequence[str] = ()) -> tuple[Project, ...]:
    """The Pulumi projects under a folder, by name; `shared` are folders that all programs use.

    Raises `AffectedError`: two have one name, or one has none.
    """
    common = [root / each for each in shared]
    if missing := [str(each) for each in common if not each.exists()]:
        raise AffectedError(f"expected a folder that programs share (got {missing[0]}, which is not there)")
    found: dict[str, Project] = {}
    for file in sorted(path for path in _walk(root) if path.name in _PROJECTS):
        name = _name(file)
        folder = file.parent.relative_to(root).as_posix()
        if name in found:
            raise AffectedError(
                f"{folder}: expected a project's name of its own (got {name!r}, as {found[name].folder})"
            )
        found[name] = Project(name, folder, program_sha256([file.parent, *common]))
    return tuple(sorted(found.values(), key=lambda project: project.name))


def _name(file: Path) -> str:
    try:
        raw, _ = plain(file.read_bytes(), str(file))
    except (OSError, RegistryError) as error:
        raise AffectedError(f"{file}: expected a Pulumi project: {error}") from None
    name = raw.get("name") if isinstance(raw, dict) else None
    if not isinstance(name, str) or not name:
        raise AffectedError(f"{file}: expected a project's name (got none)")
    return name


def program_sha256(folders: Sequence[Path]) -> str:
    """The sha256 of the files in folders, by their paths and contents: of those that git knows or would take."""
    total = hashlib.sha256()
    for i, folder in enumerate(folders):
        for path in sorted(_walk(folder)):
            name = path.relative_to(folder).as_posix() if path != folder else path.name
            content = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
            total.update(f"{i} {len(name.encode())} {name} {hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()


def _walk(folder: Path) -> Iterator[Path]:
    """The files in a folder: in a git repository those that are not ignored."""
    if folder.is_file():
        yield folder
        return
    asked = ["git", "-C", str(folder), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        told = subprocess.run(asked, capture_output=True, check=False)
    except OSError:
        told = None
    if told is not None and told.returncode == 0:
        paths = {folder / name.decode(errors="surrogateescape") for name in told.stdout.split(b"\0") if name}
        for path in paths:
            if path.is_symlink() or path.is_file():
                yield path
            elif path.is_dir():  # A repository within this one, of which git names the folder alone.
                yield from _walk(path)
        return
    for path in folder.rglob("*"):
        if not set(path.relative_to(folder).parts) & set(_LEFT_OUT) and (path.is_symlink() or path.is_file()):
            yield path


@contextmanager
def at_revision(root: Path, revision: str) -> Iterator[Path]:
    """The files of a folder as they were at a revision of its git repository, for as long as the context lasts.

    Raises `AffectedError`.
    """
    asked = ["git", "-C", str(root), "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    if found.returncode:
        raise AffectedError(f"expected a file of inputs or a revision of the repository (got {revision!r})")
    packed = subprocess.run(
        ["git", "-C", str(root), "archive", "--format=tar", found.stdout.strip()], capture_output=True, check=False
    )
    if packed.returncode:
        raise AffectedError(f"{revision}: expected its files: {packed.stderr.decode(errors='replace').strip()}")
    with tempfile.TemporaryDirectory(prefix="tenant-safety-") as folder:
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tar:
            tar.extractall(folder, filter="data")
        yield Path(folder)


def as_text(found: Inputs) -> str:
    """Inputs as a file keeps them, in which nothing is secret."""
    stacks: dict[str, dict[str, Mapping[str, str]]] = {}
    for (stack, project), parts in sorted(found.of.items()):
        stacks.setdefault(stack, {})[project] = parts
    return json.dumps({"version": 1, "registry": found.registry, "inputs": stacks}, indent=1) + "\n"


def read(text: bytes, name: str) -> Inputs:
    """Inputs from such a file.  Raises `AffectedError`."""
    try:
        raw: Any = json.loads(text)
        if raw["version"] != 1:
            raise AffectedError(f"{name}: expected version 1 (got {raw['version']!r})")
        of = {
            (stack, project): {kind: str(parts[kind]) for kind in KINDS}
            for stack, projects in raw["inputs"].items()
            for project, parts in projects.items()
        }
        return Inputs(str(raw["registry"]), of)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise AffectedError(f"{name}: expected inputs, as `tenant-safety config inputs` prints them") from None


def payload(found: Sequence[Affected], registry: str, event: str) -> dict[str, Any]:
    """A payload of GitHub's `repository_dispatch`: which previews to run, or `all` if they are too many to name.

    Source: https://docs.github.com/en/rest/repos/repos#create-a-repository-dispatch-event
    """
    stacks = sorted({each.stack for each in found})
    previews = [f"{each.project}/{each.stack}" for each in found]
    said: dict[str, Any] = {"registry": registry, "all": False, "stacks": stacks, "previews": previews}
    if len(json.dumps(said)) > _MOST:
        said = {**said, "all": True, "stacks": [], "previews": []}
    return {"event_type": event, "client_payload": said}


_MOST = 60_000
"""Characters of a payload; GitHub takes less than 65,536."""
