"""What of a registry changed, path by path, and what of it may be shown."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from .sources.reading import is_same

SECRET = "[secret]"
_SECRETS = ("external_id", "fn::secret")
"""Keys whose values are not shown.  https://www.pulumi.com/docs/esc/environments/syntax/builtin-functions/fn-secret/"""
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Change:
    """A value that was added, removed or changed.  Of a secret it is only told that it was."""

    path: str
    kind: Literal["added", "removed", "changed"]
    old: Any
    new: Any

    def __str__(self) -> str:
        old, new = (json.dumps(value) if value != SECRET else SECRET for value in (self.old, self.new))
        if self.kind == "added":
            return f"{self.path}: added {new}"
        return f"{self.path}: removed {old}" if self.kind == "removed" else f"{self.path}: {old} → {new}"


def masked(document: Any) -> Any:
    """The document without its secrets: external ids, and what stands below `fn::secret` in layers of the config."""
    if isinstance(document, dict):
        return {key: SECRET if key in _SECRETS and kept else masked(kept) for key, kept in document.items()}
    return [masked(each) for each in document] if isinstance(document, list) else document


def changes(old: Any, new: Any) -> tuple[Change, ...]:
    """What has to be changed to make `new` of `old`, in the order of the paths."""
    before, after = dict(_leaves(old, ())), dict(_leaves(new, ()))
    paths = sorted({*before, *after}, key=lambda path: tuple((isinstance(step, str), str(step)) for step in path))
    found = (_change(path, before.get(path, _ABSENT), after.get(path, _ABSENT)) for path in paths)
    return tuple(change for change in found if change)


def _change(path: tuple[str | int, ...], old: Any, new: Any) -> Change | None:
    if old is not _ABSENT and new is not _ABSENT and is_same(old, new):
        return None
    hidden = any(step in _SECRETS for step in path)
    before, after = (None if each is _ABSENT else SECRET if hidden else each for each in (old, new))
    kind: Literal["added", "removed", "changed"] = (
        "added" if old is _ABSENT else "removed" if new is _ABSENT else "changed"
    )
    return Change(".".join(map(_step, path)) or "registry", kind, before, after)


def _step(step: str | int) -> str:
    return step if isinstance(step, str) and _BARE.fullmatch(step) else json.dumps(step)


def _leaves(document: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The values at the ends of a document; a secret is one whatever it is made of."""
    within = document.items() if isinstance(document, dict) else enumerate(document) if _many(document) else ()
    if not within or not document or (path and path[-1] in _SECRETS):
        if document is not None or path:
            yield path, document
        return
    for step, value in within:
        yield from _leaves(value, (*path, step))


def _many(document: Any) -> bool:
    return isinstance(document, list)
