"""Knows which characters of a name the engine has drawn, where `pulumi:autonaming` makes it propose names.

The engine fills the pattern and gives the provider the result only, and draws anew in the update.  So the pattern is
read where the user has written it, and matched with the result.
Source: https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming-configuration
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

_KEY = "pulumi:autonaming"
_EXPRESSION = re.compile(r"\$\{(?:(hex|alphanum|string|num)\((\d{1,4})\)|([^}]*))\}")
_DRAWN = {"hex": "[0-9a-f]", "alphanum": "[0-9a-z]", "string": "[a-z]", "num": "[0-9]"}
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def patterns(folder: Path) -> tuple[str, ...]:
    """The patterns in a project's `Pulumi.yaml` and in all of its stacks' files; of a file that is no YAML, none.

    A name whose pattern is not among them, since an ESC environment gives it, stays unknown.
    """
    found: dict[str, None] = {}
    for path in sorted(folder.glob("Pulumi*.yaml")):
        config = _config(path)
        if isinstance(config, dict):
            found.update(dict.fromkeys(_patterns(config.get(_KEY))))
    return tuple(found)


def _config(path: Path) -> Any:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if _KEY not in text:
        return None
    from .yaml import YamlError, read  # noqa: PLC0415 most projects have no pattern, and a preview should not wait

    try:
        raw = read(path)
    except YamlError:
        return None
    return raw.get("config") if isinstance(raw, dict) else None


def _patterns(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "pattern" and isinstance(inner, str):
                yield inner
            else:
                yield from _patterns(inner)


def drawn(proposed: str, urn: str, known: Iterable[str], part: Callable[[str, int], str]) -> str | None:
    """The proposed name with each part that the engine drew replaced by `part(kind, length)`.

    `None` if no pattern, or more than one, could have made it.
    """
    made = {name for pattern in known if (name := _drawn(proposed, urn, pattern, part)) is not None}
    return made.pop() if len(made) == 1 else None


def _drawn(proposed: str, urn: str, pattern: str, part: Callable[[str, int], str]) -> str | None:
    stack, project, _, name = urn.removeprefix("urn:pulumi:").split("::", 3)
    said = {"name": name, "project": project, "stack": stack}
    kinds: list[tuple[str, int]] = []
    form, at = "", 0
    for found in _EXPRESSION.finditer(pattern):
        form += re.escape(pattern[at : found.start()])
        at = found.end()
        if found[1]:
            kinds.append(("digits" if found[1] == "num" else "hex", int(found[2])))
            form += f"({_DRAWN[found[1]]}{{{found[2]}}})"
        elif found[3] == "uuid":
            kinds.append(("uuid", 36))
            form += f"({_UUID})"
        elif found[3] in said:
            form += re.escape(said[found[3]])
        else:
            # The organization, or a value of the configuration: what it is would be guessed.
            return None
    match = re.fullmatch(form + re.escape(pattern[at:]), proposed)
    if match is None:
        return None
    pieces, at = [], 0
    for number, (kind, length) in enumerate(kinds, start=1):
        pieces += [proposed[at : match.start(number)], part(kind, length)]
        at = match.end(number)
    return "".join([*pieces, proposed[at:]])
