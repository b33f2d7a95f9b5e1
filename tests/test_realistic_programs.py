"""Stacks as sound users write them: each is judged without a crash, and what is said of them is listed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.attacks.previews import ROOT, TENANT, Place, Preview, Previews, Program, previewed

pytestmark = pytest.mark.engine

FOLDER = ROOT / "tests" / "programs" / "realistic"
FALSE = FOLDER / "false_findings.txt"
"""What is said of sound programs, a line each; it may only become shorter."""
PLATFORM = "platform_accounts"
OFTEN = (
    "autoscaling_web",
    "backups",
    "customer_access",
    "data_pipeline",
    "ecs_web",
    "eks_cluster",
    "events",
    "github_deploy",
    "network",
    PLATFORM,
    "serverless_api",
    "static_site",
)
"""Shapes that differ most; the long tests run all."""


def _names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.py"))


def _registry() -> dict[str, Any]:
    """The examples' registry with a larger plan, and a stack of the platform in several accounts."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "tenancy.yaml").read_text(encoding="utf-8"))
    accounts = ["999999999999", "888888888888", "777777777777"]
    found["platform"]["stacks"].append({"project": "platform", "stack": "main", "accounts": accounts})
    capacity = found["plans"]["standard"]["capacity"]
    capacity["unmeasured"] += ["apigateway", "athena", "batch", "dynamodb", "efs"]
    # An account policy takes the groups that services make, and of their own accord not all of them log.
    found["platform"]["logs_routed_by"] = "baseline"
    found["plans"]["standard"]["must_log"] = []
    capacity["unmeasured"] += ["codebuild"]
    capacity |= {"search_types": ["t3.small.search"], "search_nodes": 2}
    return found


def _previewed(folder: Path, names: list[str] | tuple[str, ...]) -> list[Preview]:
    programs = [Program(name, (FOLDER / f"{name}.py").read_text(), _place(name)) for name in names]
    halves = programs[::2], programs[1::2]
    batches = [(Previews(folder / str(i), _registry()), half) for i, half in enumerate(halves)]
    return [each for batch in previewed(batches) for each in batch]


def _place(name: str) -> Place:
    return Place("platform", "main", "999999999999") if name == PLATFORM else TENANT


def _told(previews: list[Preview]) -> list[str]:
    return sorted(f"{each.name} {said.rule} {said.resource} {said.verdict}" for each in previews for said in each.said)


def _listed(names: list[str] | tuple[str, ...]) -> list[str]:
    lines = FALSE.read_text(encoding="utf-8").splitlines()
    return sorted(line for line in lines if line.split()[0] in names)


def test_sound_programs_are_judged(tmp_path: Path, tell: Callable[[str], None]) -> None:
    """Nothing is said of them but what is listed."""
    told = _told(_previewed(tmp_path, OFTEN))

    tell("\n".join(told or [f"nothing is said of {len(OFTEN)} realistic programs"]))
    assert _listed(OFTEN) == told


@pytest.mark.long
def test_all_sound_programs_are_judged(tmp_path: Path) -> None:
    """Of every shape."""
    told = _told(_previewed(tmp_path, _names()))

    assert _listed(_names()) == told


def test_there_are_programs_of_many_shapes() -> None:
    """A shape that is not there is not tried."""
    assert len(_names()) >= 30
    assert [] == [name for name in OFTEN if name not in _names()]
