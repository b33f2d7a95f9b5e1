"""The registry as the pack uses it: its exemptions name rules that there are, and its baseline is read with it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from .rules import CATALOG, Rule
from .tenancy import FAMILIES, Registry, RegistryError, Snapshot, load_baseline, unexemptible
from .tenancy import load as load_alone


def load(source: str | Path, folder: Path = Path()) -> Snapshot:
    """Reads a registry by its path or URL, and the baseline that it names, whose path is from the registry's file, or
    else from `folder`.  Raises `RegistryError`.
    """
    snapshot = load_alone(source, folder)
    name = Path(snapshot.source).name
    if faults := list(_faults(snapshot.registry, CATALOG)):
        raise RegistryError("\n".join(f"{name}: {fault}" for fault in faults))
    named = snapshot.registry.platform.baseline
    if not named:
        return snapshot
    within = folder if "://" in snapshot.source else Path(snapshot.source).parent
    baseline, sha256 = load_baseline(within / named)
    return replace(snapshot, baseline=baseline, baseline_sha256=sha256)


def _faults(registry: Registry, rules: Iterable[Rule]) -> Iterator[str]:
    """Exemptions of rules that there are not, or that may not be exempted."""
    families = {rule.id: rule.family for rule in rules} | {family: family for family in FAMILIES}
    for i, exemption in enumerate(registry.exemptions):
        family = families.get(exemption.rule)
        if family is None:
            yield f"exemptions.{i}.rule: expected the id of a rule or a family (got {exemption.rule!r})"
        elif not registry.platform.may_exempt(family):
            yield f"exemptions.{i}.rule: {unexemptible(family)} (got {exemption.rule!r})"
