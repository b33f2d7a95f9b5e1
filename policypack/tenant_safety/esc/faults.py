"""What is wrong with an environment: said, and never with a value in it, which may be a secret."""

from __future__ import annotations

from dataclasses import dataclass


class EscError(ValueError):
    """A definition is not one: names the environment and the path, what was expected and what came."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something went wrong in evaluating; where there is one, the result must not be used."""

    environment: str
    path: str
    message: str

    def __str__(self) -> str:
        return (
            f"{self.environment}: {self.path}: {self.message}" if self.path else f"{self.environment}: {self.message}"
        )


def joined(path: str, key: str) -> str:
    """The path of a property, as ESC writes it: `a.b["c-d"]`."""
    if key.isascii() and key.replace("_", "a").isalnum() and not key[0].isdigit():
        return f"{path}.{key}" if path else key
    quoted = key.replace('"', '\\"')
    return f'{path}["{quoted}"]'
