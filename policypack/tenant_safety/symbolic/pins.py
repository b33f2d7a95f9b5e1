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

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from . import wire

FILE = "symbolic.yaml"


class PinsError(Exception):
    """A file of answers that can't be used; the message says where and what was expected."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FunctionAnswer(_Model):
    """What a function answers to calls with these arguments."""

    function: str
    arguments: dict[str, Any] = {}
    answer: dict[str, Any]


class Known(_Model):
    """Properties of a resource that exists and that the program only reads."""

    type: str
    id: str
    properties: dict[str, Any]


class Stack(_Model):
    """Another stack, as a reference sees it: its outputs, or a file of its exported state."""

    outputs: dict[str, Any] = {}
    symbols: list[str] = []
    state: str | None = None


class Pins(_Model):
    """The answers of a `symbolic.yaml`."""

    account: Annotated[str, Field(pattern=r"^([0-9]{12})?$")] = ""
    functions: list[FunctionAnswer] = []
    resources: list[Known] = []
    stacks: dict[str, Stack] = {}

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
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError:
        return Pins()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PinsError(f"{path}: expected YAML ({type(error).__name__})") from None
    try:
        return Pins.model_validate(raw if raw is not None else {})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PinsError(f"{path}: {where}: {first['msg']}") from None
