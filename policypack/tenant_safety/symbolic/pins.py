"""Answers that a user has written down, so that a symbolic preview need not take a symbol for them.

account: "111111111111"           # of providers whose configuration pins none
functions:
  - function: aws:ec2/getAmi:getAmi
    arguments: {owners: [amazon]} # these must be equal; the call may have others
    answer: {id: ami-0abcdef1234567890}
resources:                        # what `.get()` reads
  - type: aws:iam/role:Role
    id: deployer
    properties: {path: /platform/}
stacks:                           # for --throwaway, which has no backend to ask
  organization/network/prod:
    outputs: {vpcId: vpc-0123456789abcdef0}
    symbols: [zoneId]             # outputs of which only the name is known
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from . import wire

_STRICT: Mapping[str, Any] = {"extra": "forbid", "strict": True}


class PinsError(Exception):
    """A file of answers that can't be used; the message says where and what was expected."""


@dataclass(frozen=True)
class FunctionAnswer:
    """What a function answers to calls with these arguments."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = _STRICT

    function: str
    answer: dict[str, Any]
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """Properties of a resource that exists and that the program only reads."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = _STRICT

    type: str
    id: str
    properties: dict[str, Any]


@dataclass(frozen=True)
class Stack:
    """Another stack, as a reference sees it: its outputs, or a file of its exported state."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = _STRICT

    outputs: dict[str, Any] = field(default_factory=dict)
    symbols: list[str] = field(default_factory=list)
    state: str | None = None


@dataclass(frozen=True)
class Pins:
    """The answers of a `symbolic.yaml`."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = _STRICT

    account: str = ""
    functions: list[FunctionAnswer] = field(default_factory=list)
    resources: list[Known] = field(default_factory=list)
    stacks: dict[str, Stack] = field(default_factory=dict)

    def function(self, token: str, arguments: wire.Properties) -> wire.Properties | None:
        """The outputs that are written down for a call; `None` if there are none."""
        given = wire.plain(arguments)
        for each in self.functions:
            if each.function == token and all(given.get(name) == value for name, value in each.arguments.items()):
                return dict(each.answer)
        return None

    def resource(self, token: str, identity: str) -> wire.Properties:
        """The properties that are written down for a resource."""
        return next((dict(r.properties) for r in self.resources if (r.type, r.id) == (token, identity)), {})


def load(path: Path) -> Pins:
    """The answers of a file; none if there is no such file.  Raises `PinsError`."""
    # Most projects have no such file, and a preview should not wait for what reads it.
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415

    from .yaml import YamlError, read  # noqa: PLC0415

    try:
        raw = read(path)
    except FileNotFoundError:
        return Pins()
    except OSError as error:
        raise PinsError(f"{path}: expected to read it ({type(error).__name__})") from None
    except YamlError as error:
        raise PinsError(str(error)) from None
    try:
        # As JSON, of which strict validation takes objects for the classes above.
        found = TypeAdapter(Pins).validate_json(json.dumps(raw if raw is not None else {}, default=str))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PinsError(f"{path}: {where}: {first['msg']}") from None
    if not re.fullmatch("([0-9]{12})?", found.account):
        raise PinsError(f"{path}: account: expected 12 digits, got {found.account!r}")
    return found
