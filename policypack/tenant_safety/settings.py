"""What the pack's own config may say: where the registry is, and stricter than the registry, never laxer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .rules import CATALOG, Rule

if TYPE_CHECKING:
    from .tenancy import Level, OnUnknown


REGISTRY_RULE = "registry-unreadable"
"""The rule whose config names the registry: `{"registry-unreadable": {"registry": "/etc/tenancy.yaml"}}`."""


STATES_RULE = "capacity-sum-exceeds-plan"
"""The rule whose config names a folder of states: `{"capacity-sum-exceeds-plan": {"states": "/srv/states"}}`."""


class SettingsError(Exception):
    """The pack's config can't be used; a line for each fault."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`registry`: a path, "" for the default; `states`: a folder, "" for none.  `levels` and `on_unknown` by rule id,
    where the config gives them.
    """

    registry: str = ""
    levels: Mapping[str, Level] = field(default_factory=dict)
    on_unknown: Mapping[str, OnUnknown] = field(default_factory=dict)
    states: str = ""


def settings(
    levels: Mapping[str, str], properties: Mapping[str, Mapping[str, Any]], rules: Sequence[Rule] = CATALOG
) -> Settings:
    """Checks the config as the engine hands it over: level and properties by policy.  Raises `SettingsError`."""
    ids = [rule.id for rule in rules]
    # The engine has given the level of "all" to each rule already, and passes the entry on.
    levels = {name: level for name, level in levels.items() if name != "all"}
    properties = {name: given for name, given in properties.items() if name != "all" or given}
    faults = [
        f"{name!r}: expected a rule's id: {', '.join(ids)}" for name in {**levels, **properties} if name not in ids
    ]
    for name, level in levels.items():
        if level == "disabled":
            faults.append(f"{name}: expected advisory or mandatory, got disabled; the registry sets the least level")
    chosen: dict[str, OnUnknown] = {}
    paths = {"registry": "", "states": ""}
    named = {REGISTRY_RULE: "registry", STATES_RULE: "states"}
    for name, given in properties.items():
        for key, value in given.items():
            if key == "onUnknown" and value in ("deny", "decide-at-up"):
                chosen[name] = value
            elif key == "onUnknown":
                faults.append(f"{name}.onUnknown: expected deny or decide-at-up, got {value!r}")
            elif key == named.get(name) and isinstance(value, str) and value:
                paths[key] = value
            else:
                allowed = ["onUnknown", *([named[name]] if name in named else [])]
                faults.append(f"{name}.{key}: expected one of {', '.join(allowed)}, got {value!r}")
    if faults:
        raise SettingsError("\n".join(sorted(faults)))
    raised: dict[str, Level] = {name: "mandatory" for name, level in levels.items() if level != "advisory"}
    return Settings(paths["registry"], raised, chosen, paths["states"])
