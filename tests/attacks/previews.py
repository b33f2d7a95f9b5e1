"""Previews programs one by one in the real engine, with the pack and with symbols, as cheaply as can be.

A preview is a process of the engine, one of the program and one of the pack, and judges one program alone.  Two run at
a time, each with a backend of its own, in which the stack is made once and keeps the settings that all programs share.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from tenant_safety.symbolic.attach import symbols
from tenant_safety.testing import merged
from tests.attacks.corpus import Said, Score, laid_over
from tests.cases import REGISTRY
from tests.engine import Engine, Finding, program

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(__file__).parent / "programs"
PLATFORM = ("cicd-lists-path-above-the-deny", "global-key-admits-tenant-cicd", "reader-role-trusts-every-cicd")
"""Programs of the platform's own stack, beside those whose name says so."""
NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Place:
    """Whose stack a program is judged as."""

    project: str = "shop"
    stack: str = "customer1-prod"
    account: str = "111111111111"

    @property
    def config(self) -> dict[str, str]:
        return {"aws:region": "eu-central-1", "aws:allowedAccountIds": json.dumps([self.account])}


TENANT = Place()
MASTER = Place("master", "main", "999999999999")


@dataclass(frozen=True)
class Program:
    """A program's text, and where it runs."""

    name: str
    source: str
    place: Place = TENANT


@dataclass(frozen=True)
class Preview:
    """What was said of a program, and how long it took."""

    name: str
    said: frozenset[Said]
    proved: bool = field(compare=False)
    seconds: float = field(compare=False)


class Previews:
    """An engine whose stacks have `config` beside their own, and the registry by which programs are judged."""

    def __init__(
        self, folder: Path, registry: Mapping[str, Any] | None = None, config: Mapping[str, str] = NONE
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.engine = Engine(folder / "engine", {}, timeout=120)
        self.config = config
        file = folder / "tenancy.yaml"
        base = yaml.safe_load(REGISTRY.read_text(encoding="utf-8"))
        file.write_text(yaml.safe_dump(registry or merged(base, laid_over("programs"))))
        self.pack_config = folder / "pack.json"
        self.pack_config.write_text(json.dumps({"registry-unreadable": {"registry": str(file)}}))

    def preview(self, given: Program) -> Preview:
        """`tenant-safety preview` of the program; raises if the program fails."""
        place = given.place
        config = {**place.config, **self.config}
        written = program(self.folder, given.source, name=place.project, stacks={place.stack: config})
        started = time.monotonic()
        with symbols(written, {}) as environment:
            run = self.engine.preview(
                written, place.stack, policy_pack=ROOT, policy_pack_config=self.pack_config, env=environment
            )
        seconds = time.monotonic() - started
        proved = [m.message for m in run.messages if m.message.startswith("tenant-safety: proved")]
        stopped = any(found.level == "mandatory" for found in run.findings)
        if (run.exit_code != 0) != stopped or len(proved) != 1:
            raise AssertionError(f"{given.name}: expected a preview that the pack judges: {run.errors[-3000:]}")
        return Preview(given.name, frozenset(map(_said, run.findings)), not run.findings, seconds)


def _said(found: Finding) -> Said:
    """A finding as the corpus counts it; without its reason, in which symbols and names differ from run to run."""
    verdict = "violated"
    if found.message.startswith("The rule failed"):
        verdict = "crashed"
    elif found.message.startswith("Undetermined: "):
        verdict = "undetermined"
    whole = "pulumi:pulumi:Stack" in found.urn or not found.resource
    return Said(found.policy, "(stack)" if whole else found.resource, verdict)


def previewed(batches: Sequence[tuple[Previews, Sequence[Program]]]) -> list[list[Preview]]:
    """The programs of each batch one after the other, and the batches at once."""

    def run(batch: tuple[Previews, Sequence[Program]]) -> list[Preview]:
        previews, programs = batch
        return [previews.preview(each) for each in programs]

    with ThreadPoolExecutor(len(batches)) as pool:
        return list(pool.map(run, batches))


def names() -> list[str]:
    """The programs of the corpus."""
    return sorted(path.stem for path in PROGRAMS.glob("*.py"))


def scores(folder: Path, chosen: Iterable[str]) -> list[Score]:
    """What is said of the attacks among the programs, and of their twins."""
    programs = [Program(name, (PROGRAMS / f"{name}.py").read_text(), _place(name)) for name in chosen]
    sides = [(Previews(folder / side, config=_sound(side)), programs) for side in ("attack", "twin")]
    attacks, twins = previewed(sides)
    return [Score(f"programs/{a.name}", a.said, t.said) for a, t in zip(attacks, twins, strict=True)]


def _sound(side: str) -> dict[str, str]:
    return {f"{place.project}:sound": str(side == "twin").lower() for place in (TENANT, MASTER)}


def _place(name: str) -> Place:
    return MASTER if name in PLATFORM or name.startswith("state-bucket") else TENANT
