"""The effective configs of registries are what ESC itself makes of their layers."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from esc_compare import asked, needs_esc, shown, texts

from tenant_safety.tenancy import load
from tenant_safety.tenancy.layers import Effective, Layers, pairs
from tenant_safety.tenancy.sources.reading import snapshot_of
from tests.config.config_fleet import PROJECTS, fleet

ROOT = Path(__file__).parents[2]


def documented() -> dict[str, Any]:
    return dict(load(ROOT / "examples" / "config" / "tenancy.yaml").document)


def drawn() -> dict[str, Any]:
    raw = load(ROOT / "tenancy.yaml").document
    return fleet(Random(20261129), 40, raw["platform"], raw["plans"]["standard"]["capacity"])


def environments(layers: Layers, effective: Effective) -> tuple[str, dict[str, Any]]:
    """The root and the definitions that one would write for ESC: each layer imports the one before it."""
    written = layers.written(effective)
    found: dict[str, Any] = {"tep": {"values": {"tep": written.pop("tep")}}}
    found |= {f"shared/{name}": {**raw, "imports": ["tep"]} for name, raw in written.pop("shared").items()}
    before = "tep"
    for name, raw in written.items():
        found[name] = {**raw, "imports": [before, *raw.get("imports", [])]}
        before = name
    return before, found


@needs_esc
@pytest.mark.parametrize("registry", [documented, drawn])
def test_effective_configs_are_escs(registry: Callable[[], dict[str, Any]], tell: Callable[[str], None]) -> None:
    """Of every pair and service of the documentation's example, and of a drawn fleet."""
    known = snapshot_of(registry(), "a test").registry
    layers = Layers(known)
    found = [layers.effective(stack, service) for stack, *_ in pairs(known) for service in ("", *PROJECTS)]

    answers = asked((root, texts(raw)) for root, raw in (environments(layers, each) for each in found))

    for each, theirs in zip(found, answers, strict=True):
        assert ((), []) == (each.faults, theirs["errors"])
        assert theirs["value"] == shown(each.evaluation.node)
    tell(f"{len(found)} effective configs as ESC has them")
