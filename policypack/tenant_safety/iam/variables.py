"""Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, `${*}`.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from collections.abc import Mapping

from .wildcards import LITERALS, literal

_VARIABLE = re.compile(r"\$\{([^{}$]*|\$)\}")
"""What stands between the braces; no part of it is looked at twice, however long it is."""
_DEFAULT = re.compile(r"'([^']*)'")
_MEANT = {"*": LITERALS["*"], "?": LITERALS["?"], "$": "$"}


class Unresolved(Exception):
    """A variable without a value and without a default: the text it stands in matches nothing."""


def fill(text: str, context: Mapping[str, tuple[str, ...]]) -> str:
    """A pattern with its variables replaced by their values, in which wildcards are none.  Raises `Unresolved`.

    Only a key with one value can be a variable.
    """

    def value(found: re.Match[str]) -> str:
        name, default = _parts(found)
        if name in _MEANT:
            return _MEANT[name]
        values = context.get(name.lower(), ())
        if len(values) == 1:
            return literal(values[0])
        if default is not None and not values:
            return literal(default)
        raise Unresolved(name)

    return _VARIABLE.sub(value, text)


def _parts(found: re.Match[str]) -> tuple[str, str | None]:
    """A variable's name and its default."""
    name, _, rest = found[1].partition(",")
    default = _DEFAULT.fullmatch(rest.strip())
    return name.strip(), default and default[1]


def names(text: str) -> tuple[str, ...]:
    """The keys (lower case) that a text has variables of."""
    found = (_parts(each)[0].lower() for each in _VARIABLE.finditer(text))
    return tuple(name for name in found if name not in _MEANT)


def widened(text: str) -> str:
    """A pattern in which each variable may be anything."""
    return _VARIABLE.sub(lambda found: _MEANT.get(_parts(found)[0], "*"), text)
