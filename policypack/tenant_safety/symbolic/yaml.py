"""Reads YAML as Pulumi does: `no` and `12:30` are texts.

An alias, with which a few lines can become gigabytes, is refused.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from yaml import BaseLoader, SafeLoader, YAMLError, load
from yaml.events import AliasEvent

_SCALARS = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?[0-9]+", list("-+0123456789")),
    "float": (r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
}


class YamlError(Exception):
    """A text that is no YAML, or not of the kind that is read here."""


class _NoAliases:
    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(AliasEvent):  # type: ignore[attr-defined] # of the loader that it is mixed into
            raise YAMLError("an alias")
        return super().compose_node(parent, index)  # type: ignore[misc]


class _Loader(_NoAliases, SafeLoader):
    pass


class _Texts(_NoAliases, BaseLoader):
    pass


_Loader.yaml_implicit_resolvers = {}
for _name, (_form, _first) in _SCALARS.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(f"^(?:{_form})$"), _first)


def read(path: Path, *, texts: bool = False) -> Any:
    """The value that a file has; with `texts` every scalar is a text, as it is written.

    Raises `YamlError` and `OSError`.
    """
    try:
        return load(path.read_text("utf-8"), _Texts if texts else _Loader)
    except (YAMLError, ValueError, TypeError, RecursionError) as error:
        raise YamlError(f"{path}: expected YAML without aliases ({type(error).__name__})") from None
