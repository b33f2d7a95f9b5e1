"""Runs many programs in one stack: previews them plainly and with symbols, makes them, and compares what is said.

`python -m tests.symbolic_programs` prints, for each program of `tests/programs/python`, how many of its policy
documents each preview decides.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(part) for part in (ROOT, ROOT / "policypack") if str(part) not in sys.path]

from tenant_safety.intake import symbols as intake  # noqa: E402
from tenant_safety.intake.table import canonical, table  # noqa: E402
from tenant_safety.intake.values import SENTINELS, at, decode  # noqa: E402
from tenant_safety.model import Unknown  # noqa: E402
from tenant_safety.symbolic.attach import symbols  # noqa: E402
from tenant_safety.symbolic.symbols import BOOK_VARIABLE, Symbols, read  # noqa: E402
from tenant_safety.throwaway import other_stack  # noqa: E402
from tests.engine import Engine, Finding, Run, Step, program  # noqa: E402
from tests.standin import others, server  # noqa: E402

PROGRAMS = ROOT / "tests" / "programs" / "python"
SHARED = "iam_json"
STACK = "customer1-prod"
CONFIG = {
    "aws:region": "eu-central-1",
    "aws:allowedAccountIds": '["111111111111"]',
    "aws:assumeRoles": '[{"roleArn": "arn:aws:iam::111111111111:role/cicd-deploy"}]',
    "programs:externalId": "a shared secret 4711",
}
STACKS = {"organization/network/prod": {"zoneArn": "arn:aws:route53:::hostedzone/Z0123456789", "prefix": "shared"}}
"""Other stacks, and their outputs."""
PLATFORM = "platform"
PROJECTS = {"accounts": PLATFORM}
"""Programs of another project than the tenant's: here accounts are the platform's to choose."""
AT_THE_END = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
"""The engine writes the state once, when an update ends, and not with each resource."""
MAIN = """
import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
for name in (Path(__file__).parent / "modules.txt").read_text().split():
    importlib.import_module(name)
"""
DOCUMENTS = ("doc", "inline_doc", "trust_doc", "dest_doc")
FAMILIES = ("access", "binding", "cicd", "logs", "share")
"""Roles of the pack's table in which such a property is a policy document, and not a template of other things."""
ADVISORY = ("boundary", "capacity", "customer", "global-config", "identity", "logs", "reading", "sharing", "tenancy")


@dataclass(frozen=True, order=True)
class Verdict:
    """What a rule says of a resource; of a whole stack the resource is `(stack)`."""

    rule: str
    resource: str
    verdict: str


@dataclass(frozen=True)
class Documents:
    """How many policy documents there are, and which (`resource.path`) are not decided."""

    all: frozenset[str]
    open: frozenset[str]

    @property
    def decided(self) -> int:
        return len(self.all) - len(self.open)

    def of(self, owns: Collection[str]) -> Documents:
        return Documents(*(frozenset(d for d in part if d.split(" ")[0] in owns) for part in (self.all, self.open)))


@dataclass(frozen=True)
class Judged:
    """What one run of the engine shows: verdicts, the rules proved of the whole stack, documents, seconds."""

    run: Run = field(repr=False)
    verdicts: frozenset[Verdict]
    proved: frozenset[str]
    documents: Documents
    seconds: float

    def of(self, owns: Collection[str]) -> frozenset[Verdict]:
        return frozenset(v for v in self.verdicts if v.resource in owns)


@dataclass(frozen=True)
class Compared:
    """A stack in a plain preview, in one with symbols, and as it was made; `owners`: program by resource."""

    plain: Judged | None
    symbolic: Judged
    up: Judged
    owners: Mapping[str, str]

    @property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """Where the preview with symbols and the update say another thing of a resource."""
        told = {(v.rule, v.resource) for v in self.symbolic.verdicts | self.up.verdicts}
        found = []
        for rule, resource in sorted(told):
            before, after = (_of(side.verdicts, rule, resource) for side in (self.symbolic, self.up))
            if before != after:
                why = _why(self.symbolic.run, rule, resource)
                found.append(Disagreement(self.owners.get(resource, resource), rule, resource, before, after, why))
        return tuple(found)


@dataclass(frozen=True, order=True)
class Disagreement:
    """Of one rule and resource: what is said symbolically, why, and what at the update; `-` is nothing."""

    program: str
    rule: str
    resource: str
    symbolic: str
    up: str
    why: str = ""

    @property
    def is_unsound(self) -> bool:
        """Violated at the update and not even doubted before, or violated before and not at the update."""
        return (self.up == "violated" and self.symbolic == "-") or self.symbolic == "violated"


def _of(verdicts: Collection[Verdict], rule: str, resource: str) -> str:
    said = {v.verdict for v in verdicts if (v.rule, v.resource) == (rule, resource)}
    return "violated" if "violated" in said else "undetermined" if said else "-"


def _why(run: Run, rule: str, resource: str) -> str:
    """What the findings say is missing."""
    told = [f.message for f in run.findings if f.policy == rule and _judged_resource(f) == resource]
    lines = [line.strip() for message in told for line in message.splitlines()]
    return "; ".join(line for line in lines if line.startswith("Missing: "))


class Bench:
    """An engine of its own whose stacks are only advised, and a stand-in for AWS that draws by `seed`."""

    def __init__(self, folder: Path, seed: str = "0", timeout: float = 300) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.standin = server.start(seed=seed)
        self.others = others.start(seed=seed)
        ports = {"aws": self.standin.port, "random": self.others.port}
        self.engine = Engine(folder / "engine", ports, timeout=timeout, env=AT_THE_END)
        for reference, outputs in STACKS.items():
            other_stack(str(self.engine.pulumi), folder / "stacks", reference, outputs, self.engine.environment())
        self.pack_config = folder / "pack.json"
        registry = folder / "tenancy.yaml"
        registry.write_text(yaml.safe_dump(_advisory()))
        self.pack_config.write_text(json.dumps({"registry-unreadable": {"registry": str(registry)}}))

    def close(self) -> None:
        self.standin.stop()
        self.others.stop()

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def compare(
        self, modules: Mapping[str, str], *, project: str = "programs", plain: bool = False, afterwards: bool = False
    ) -> Compared:
        """Previews the modules in one program, plainly (if asked) and with symbols, and then makes what they say.

        Called again with other modules of the same names it compares the update.  Judging each resource as it is made
        takes long, so the update can also be judged `afterwards`, by a preview of what then exists.
        """
        written = _write(self.folder, project, modules)
        first, plain_seconds = self._timed("preview", written) if plain else (None, 0.0)
        with symbols(written, {}) as environment:
            second, symbolic_seconds = self._timed("preview", written, environment)
            book = read(Path(environment[BOOK_VARIABLE]))
        third, up_seconds = self._timed("up", written, packed=not afterwards)
        if afterwards:
            third, more_seconds = self._timed("preview", written)
            up_seconds += more_seconds
        made = self.engine.state(written, STACK)["deployment"]["resources"]
        depends_on = {
            item["urn"]: {name: tuple(urns or ()) for name, urns in item.get("propertyDependencies", {}).items()}
            for item in made
        }
        return Compared(
            None if first is None else _judged(first, depends_on, None, plain_seconds),
            _judged(second, depends_on, book, symbolic_seconds),
            _judged(third, depends_on, None, up_seconds),
            owners([step.name for step in third.steps], modules),
        )

    def _timed(
        self, command: str, written: Path, environment: Mapping[str, str] | None = None, *, packed: bool = True
    ) -> tuple[Run, float]:
        started = time.monotonic()
        how = self.engine.preview if command == "preview" else self._up
        run = how(
            written,
            STACK,
            policy_pack=ROOT if packed else None,
            policy_pack_config=self.pack_config if packed else None,
            config=CONFIG,
            env=environment or {},
        )
        if run.exit_code != 0:
            raise AssertionError(f"expected each run to end well: {run.errors[-3000:]}{run.stdout[-3000:]}")
        return run, time.monotonic() - started

    def _up(self, *args: Any, **kwargs: Any) -> Run:
        return self.engine.up(*args, skip_preview=True, **kwargs)


def sources() -> dict[str, str]:
    """The programs, by name."""
    return {path.stem: path.read_text() for path in sorted(PROGRAMS.glob("*.py")) if path.stem != SHARED}


def owners(names: Collection[str], modules: Collection[str]) -> dict[str, str]:
    """The program of each resource: each names its resources after itself."""
    by_length = sorted(modules, key=len, reverse=True)
    found = {}
    for name in names:
        low = name.lower()
        own = next((m for m in by_length if low == (dashed := m.replace("_", "-")) or low.startswith(f"{dashed}-")), "")
        found[name] = own
    return found


def _write(folder: Path, project: str, modules: Mapping[str, str]) -> Path:
    files = {f"{name}.py": source for name, source in modules.items()}
    files[f"{SHARED}.py"] = (PROGRAMS / f"{SHARED}.py").read_text()
    files["modules.txt"] = "\n".join(modules)
    return program(folder, MAIN, name=project, files=files)


def _advisory() -> dict[str, Any]:
    """The registry, with nothing mandatory that may be advisory, and a stack of the platform in several accounts."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "tenancy.yaml").read_text())
    platform = found["platform"]
    platform["enforcement"] = dict.fromkeys(ADVISORY, "advisory")
    platform["on_unknown"] = dict.fromkeys(ADVISORY, "decide-at-up")
    # Most programs are about what a role is given, and hold it by nothing else.
    platform["cicd_roles"]["boundaries"] = []
    accounts = ["111111111111", "222222222222", "888888888888"]
    platform["stacks"].append(
        {"project": PLATFORM, "per_tenant": True, "accounts": accounts, "purpose": "what all tenants share"}
    )
    return found


def _judged(
    run: Run, depends_on: Mapping[str, Mapping[str, tuple[str, ...]]], book: Symbols | None, seconds: float
) -> Judged:
    verdicts = frozenset(
        Verdict(
            found.policy,
            _judged_resource(found),
            "undetermined" if found.message.startswith("Undetermined: ") else "violated",
        )
        for found in run.findings
    )
    lines = [m.message for m in run.messages if m.message.startswith("tenant-safety: proved")]
    if len(lines) != 1:
        raise AssertionError(f"expected the pack to say what it proved: {run.errors[-3000:]}{run.stdout[-3000:]}")
    proved = frozenset(lines[0].rpartition(": ")[2].split(", ")) - {""}
    return Judged(run, verdicts, proved, documents(run, depends_on, book), seconds)


def _judged_resource(found: Finding) -> str:
    # An update tells of a sum with each resource that adds to it.
    whole = "pulumi:pulumi:Stack" in found.urn or not found.resource or found.policy == "capacity-sum-exceeds-plan"
    return "(stack)" if whole else found.resource


def documents(
    run: Run, depends_on: Mapping[str, Mapping[str, tuple[str, ...]]], book: Symbols | None = None
) -> Documents:
    """The policy documents among the inputs of the run's resources, and those that have a part that is not known.

    They are the properties that the pack's table knows as documents (`DOCUMENTS` of `FAMILIES`).  Of a plain preview
    such a part is one of the engine's sentinels, of one with symbols also what the pack itself would take for unknown:
    a lost symbol, a digest, and a document that shows nothing of what it is made of.
    """
    steps = [step for step in run.steps if step.op not in ("delete", "delete-replaced", "discard", "discard-replaced")]
    reading = None if book is None else _reading(book, steps)
    found: set[str] = set()
    undecided: set[str] = set()
    for step in steps:
        paths = _paths(step.type)
        if not paths or step.op == "read":
            continue
        depends = depends_on.get(step.urn, {})
        # The events hide what is secret, so there is no telling what is known of it.
        visible = {name: value for name, value in step.inputs.items() if not _is_masked(value)}
        props, _ = decode(visible, depends, reading)
        for path in paths:
            for where, value in at(props, path):
                name = f"{step.name} {where} ({step.type})"
                found.add(name)
                leaf = intake.leaf(reading, where, depends.get(where.split(".")[0].split("[")[0], ()))
                if _is_open(value, leaf):
                    undecided.add(name)
    return Documents(frozenset(found), frozenset(undecided))


def _reading(book: Symbols, steps: Sequence[Step]) -> intake.Run:
    """The run as the pack reads it, of the engine's events instead of the engine's call."""
    return intake.Run(book, {step.urn: intake._shown(book, step.outputs or step.inputs) for step in steps})


def _is_masked(value: Any) -> bool:
    return isinstance(value, Mapping) and "ciphertext" in value


def _paths(token: str) -> list[str]:
    roles = table().roles.get(canonical(token), ())
    return list(dict.fromkeys(path for role in roles if role.family in FAMILIES for path in role.paths(*DOCUMENTS)))


def _is_open(value: Any, leaf: Any) -> bool:
    if isinstance(value, Unknown):
        return True
    if isinstance(value, str) and any(sentinel in value for sentinel in SENTINELS):
        return True
    if leaf is None:
        return False
    try:
        decoded = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        decoded = value
    return any(isinstance(leaf(text), Unknown) for text in _texts(decoded))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


def run_programs(
    folder: Path, seed: str = "0", modules: Mapping[str, str] | None = None, *, plain: bool = True
) -> list[Compared]:
    """All programs of the folder, those of a project in one stack."""
    every = sources() if modules is None else dict(modules)
    found = []
    with Bench(folder, seed) as bench:
        for project in dict.fromkeys(PROJECTS.get(name, "programs") for name in every):
            chosen = {n: source for n, source in every.items() if PROJECTS.get(n, "programs") == project}
            found.append(bench.compare(chosen, project=project, plain=plain))
    return found


@dataclass(frozen=True)
class Row:
    """Of one program: its documents, and how many of them each preview decides."""

    program: str
    all: int
    plain: int
    symbolic: int


def rows(compared: Sequence[Compared]) -> list[Row]:
    """A row for each program."""
    found = []
    for each in compared:
        assert each.plain is not None
        for name in sorted(set(each.owners.values()) - {""}):
            owns = {resource for resource, owner in each.owners.items() if owner == name}
            counted = [side.documents.of(owns) for side in (each.up, each.plain, each.symbolic)]
            every = counted[0].all
            decided = [len((side.all & every) - side.open) for side in counted]
            found.append(Row(name, len(every), decided[1], decided[2]))
    return sorted(found, key=lambda row: row.program)


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def shown(listed: Sequence[Row]) -> str:
    """The rows as a table of Markdown."""
    total = Row("**all**", *(sum(getattr(row, part) for row in listed) for part in ("all", "plain", "symbolic")))
    lines = ["| program | documents | plain preview | symbolic preview |", "|---|--:|--:|--:|"]
    for row in (*listed, total):
        name = row.program if row is total else f"`{row.program}`"
        lines.append(
            f"| {name} | {row.all} | {row.plain} ({share(row.plain, row.all)}) "
            f"| {row.symbolic} ({share(row.symbolic, row.all)}) |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.symbolic_programs", description=__doc__)
    parser.add_argument("--only", nargs="*", help="names of programs")
    parser.add_argument("--without", nargs="*", default=[], help="names of programs")
    parser.add_argument("--seed", default="0", help="of the stand-in for AWS")
    parser.add_argument("--verdicts", action="store_true", help="also what the rules say, and where runs disagree")
    parser.add_argument("--keep", type=Path, help="a folder for the engine's files, which stay")
    options = parser.parse_args()
    modules = {
        name: text
        for name, text in sources().items()
        if (not options.only or name in options.only) and name not in options.without
    }
    with tempfile.TemporaryDirectory() as folder:
        compared = run_programs(options.keep or Path(folder), options.seed, modules)
    print(shown(rows(compared)))
    if options.verdicts:
        for each in compared:
            print()
            for judged in filter(None, (each.plain, each.symbolic, each.up)):
                print(f"{judged.seconds:.1f} s, proved {sorted(judged.proved)}, {judged.run.exit_code}")
            for document in sorted(each.symbolic.documents.open):
                print(f"open: {document}")
            for document in sorted(each.up.documents.all ^ each.symbolic.documents.all):
                print(f"only in one: {document}")
            for verdict in sorted(each.up.verdicts):
                print(f"{verdict.verdict} {verdict.rule} {verdict.resource}")
            for disagreement in each.disagreements:
                print(disagreement)


if __name__ == "__main__":
    main()
