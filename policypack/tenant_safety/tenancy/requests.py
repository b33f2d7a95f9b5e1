"""What a program asks to be exempted.  It is shown beside the finding to whoever may grant it, and changes nothing."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .registry import is_called

CONFIG = "tenant-safety:exempt"
"""The stack's config in which a program asks: a JSON list of `{"rule": …, "resource": …, "reason": …}`."""
_MAX = 20_000
_FORM = f"{CONFIG} can't be read: expected a list of objects with rule and reason, and resource if it is about one"


@dataclass(frozen=True, slots=True)
class Request:
    """One request.  All of it is the program's word."""

    rule: str
    reason: str
    resource: str = ""

    def is_about(self, rule: str, family: str, urn: str) -> bool:
        """An empty `resource` asks for every one."""
        return self.rule in (rule, family) and (not self.resource or is_called(self.resource, urn))


def requests(config: Mapping[str, str]) -> tuple[tuple[Request, ...], str]:
    """The requests of a stack's config, and what is wrong with them."""
    written = config.get(CONFIG, "")
    if not written:
        return (), ""
    try:
        listed = json.loads(written) if len(written) <= _MAX else None
    except (ValueError, RecursionError):
        listed = None
    made = list(_read(listed)) if isinstance(listed, list) else [None]
    read = tuple(request for request in made if request is not None)
    return read, _FORM if len(read) < len(made) else ""


def _read(listed: list[object]) -> Iterator[Request | None]:
    for each in listed:
        given = {key: value for key, value in each.items() if isinstance(value, str)} if isinstance(each, dict) else {}
        complete = given.keys() <= {"rule", "reason", "resource"} and given.get("rule") and given.get("reason")
        yield Request(**given) if complete else None
