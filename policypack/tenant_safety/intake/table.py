"""The table of resource types: which roles a type has in the rules, and in which properties."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Role:
    """What a type is to a family of rules (`cicd`: `principal`), and where: key → property paths."""

    family: str
    role: str
    props: dict[str, tuple[str, ...]]

    def paths(self, *keys: str) -> tuple[str, ...]:
        return tuple(path for key in keys for path in self.props.get(key, ()))


@dataclass(frozen=True, slots=True)
class Table:
    roles: dict[str, tuple[Role, ...]]
    aliases: dict[str, str]
    others: frozenset[str]
    """Types of pulumi_aws that have no role in any rule."""


@cache
def table() -> Table:
    """The table as shipped: `types.json` (by hand) and `other_types.txt` (the rest of pulumi_aws, generated)."""
    here = files(__package__)
    raw = json.loads(here.joinpath("types.json").read_text(encoding="utf-8"))
    roles = {
        token: tuple(
            Role(
                role["family"],
                role["role"],
                {key: tuple(paths) for key, paths in role["props"].items() if isinstance(paths, list)},
            )
            for role in listed
        )
        for token, listed in raw["types"].items()
    }
    others = here.joinpath("other_types.txt").read_text(encoding="utf-8").split()
    return Table(roles, raw["aliases"], frozenset(others))


def canonical(token: str) -> str:
    """A type's current token, for one that states and programs may still use."""
    return table().aliases.get(token, token)
