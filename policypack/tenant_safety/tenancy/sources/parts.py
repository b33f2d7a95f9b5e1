"""A registry as parts, each of which is written as one: the platform, a group, a tenant, a layer of the config."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .reading import MAX_DEPTH, RegistryError

WHOLE = ("platform", "exemptions")
"""Parts that are a key of the registry."""
MANY = ("groups", "plans", "tenants")
"""Keys of which each entry is a part: `tenants/customer1`."""
LAYERS = ("services", "shared")
"""Keys of the config of which each entry is a part: `config/services/shop`."""
_NAME = re.compile(
    r"platform|exemptions|config/everyone|(groups|plans|tenants|config/shared)/[a-z][a-z0-9-]{0,39}"
    r"|config/services/[A-Za-z0-9_.-]{1,100}"
)


def is_structure(part: str) -> bool:
    """Do tenants hang on it?  Layers do not: what a layer says is judged when a config is made of it."""
    return not part.startswith(("tenants/", "config/"))


def checked(part: str) -> str:
    """The name of a part.  Raises `RegistryError`."""
    if not _NAME.fullmatch(part):
        raise RegistryError(
            "expected a part: platform, exemptions, groups/NAME, plans/NAME, tenants/NAME, config/everyone, "
            f"config/services/NAME or config/shared/NAME (got {part[:120]!r})"
        )
    return part


def depth_of(part: str) -> int:
    """How many levels a part's document may have, so that the whole registry has no more than `MAX_DEPTH`."""
    return MAX_DEPTH - 1 - part.count("/")


def parts_of(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a registry by name.  Raises `RegistryError` for a name that no part can have."""
    return {checked(part): document for part, document in _parts(raw)}


def _parts(raw: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((key, raw[key]) for key in WHOLE if key in raw)
    for key in MANY:
        yield from ((f"{key}/{name}", entry) for name, entry in raw.get(key, {}).items())
    config = raw.get("config", {})
    yield from (("config/everyone", config["everyone"]),) if "everyone" in config else ()
    for key in LAYERS:
        yield from ((f"config/{key}/{name}", layer) for name, layer in config.get(key, {}).items())


def whole_of(parts: Mapping[str, Any]) -> dict[str, Any]:
    """The registry that has these parts."""
    raw: dict[str, Any] = {"version": 1, **{key: parts[key] for key in WHOLE if key in parts}}
    raw |= {key: _under(parts, f"{key}/") for key in MANY}
    layers = {key: found for key in LAYERS if (found := _under(parts, f"config/{key}/"))}
    everyone = {"everyone": parts["config/everyone"]} if "config/everyone" in parts else {}
    return {**raw, "config": {**everyone, **layers}} if everyone or layers else raw


def _under(parts: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {part.removeprefix(prefix): entry for part, entry in sorted(parts.items()) if part.startswith(prefix)}
