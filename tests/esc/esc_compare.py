"""Asks Pulumi ESC itself, and says how our answer differs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from esc_generate import unwrapped

from tenant_safety import esc
from tenant_safety.esc.expressions import Number
from tenant_safety.esc.nodes import Node

PROGRAM = Path(__file__).resolve().parents[2] / ".tools" / "bin" / "esc-eval"

needs_esc = pytest.mark.skipif(
    not PROGRAM.is_file(), reason="no .tools/bin/esc-eval: `make setup` builds it where there is go"
)


@dataclass(frozen=True)
class Answer:
    value: Any
    errs: bool


def asked(sets: Iterable[tuple[str, dict[str, str]]]) -> list[dict[str, Any]]:
    """ESC's answers to sets of environments, as texts of YAML."""
    lines = "".join(json.dumps({"root": root, "environments": texts}) + "\n" for root, texts in sets)
    ended = subprocess.run([PROGRAM], input=lines, capture_output=True, text=True, timeout=600, check=True)
    return [
        json.loads(line, parse_int=lambda text: ["number", text], parse_float=lambda text: ["number", text])
        for line in ended.stdout.splitlines()
    ]


def texts(environments: dict[str, Any]) -> dict[str, str]:
    """JSON is YAML, as long as it has no surrogate pairs."""
    return {name: json.dumps(raw, ensure_ascii=False) for name, raw in environments.items()}


def shown(node: Node) -> dict[str, Any]:
    content: Any = node.content
    if isinstance(content, tuple):
        content = [shown(each) for each in content]
    elif isinstance(content, dict):
        content = dict(zip(node.keys(), map(shown, node.parts()), strict=True))
    elif isinstance(content, Number):
        content = ["number", content.text]
    return {"v": content, **({"s": True} if node.secret else {}), **({"u": True} if node.unknown else {})}


def ours(root: str, environments: dict[str, Any]) -> esc.Evaluation:
    return esc.evaluate(root, lambda name: esc.parse(name, environments[name]), decrypt=unwrapped)


def differences(sets: list[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    """What differs; of what errs, only whether it does."""
    answers = asked((root, texts(environments)) for root, environments in sets)
    assert len(answers) == len(sets)
    for (root, environments), theirs in zip(sets, answers, strict=True):
        evaluation = ours(root, environments)
        said = f"{json.dumps(environments, ensure_ascii=False)}\n  ESC: {theirs}\n  ours: {evaluation.faults}"
        if bool(evaluation.faults) != bool(theirs["errors"]):
            yield f"whether it errs: {said}"
        elif not evaluation.faults and shown(evaluation.node) != (theirs["value"] or {"v": {}}):
            yield f"the value: {said} {shown(evaluation.node)}"
