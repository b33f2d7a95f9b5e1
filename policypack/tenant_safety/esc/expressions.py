"""The expressions that an environment's values are written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Accessor = str | int


@dataclass(frozen=True, slots=True)
class Number:
    """A number by its JSON text, which is what ESC interpolates."""

    text: str

    @property
    def value(self) -> int | float:
        return float(self.text) if any(letter in ".eE" for letter in self.text) else int(self.text)


@dataclass(frozen=True, slots=True)
class Literal:
    content: bool | Number | str | None


@dataclass(frozen=True, slots=True)
class Reference:
    """`${path.to[0]["x"]}`: the accessors, of which there is at least one."""

    accessors: tuple[Accessor, ...]


@dataclass(frozen=True, slots=True)
class Interpolation:
    """Texts and references, in turn."""

    parts: tuple[str | Reference, ...]


@dataclass(frozen=True, slots=True)
class Items:
    elements: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Properties:
    entries: Mapping[str, Expression]


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in plain text, or the ciphertext of one."""

    plaintext: str | None = field(default=None, repr=False)
    ciphertext: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function: `fn::join` and its two arguments."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Provider:
    """A call of a provider, `fn::open` or `fn::rotate`, which is known not to be evaluated here."""

    function: str


Expression = Literal | Reference | Interpolation | Items | Properties | Secret | Call | Provider
