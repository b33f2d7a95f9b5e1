"""AWS's wildcards over one concrete text: `*` is any text, `?` one character.

This is what the evaluator uses.  `patterns.py` answers the same for all texts at once, by other means.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import re
from functools import lru_cache

LITERALS = {"*": "\ue000", "?": "\ue001"}
"""What stands in a pattern for a star or question mark that is meant itself (`${*}`); a document can't hold them."""

FIELDS = 6
"""Fields of an ARN: `arn:partition:service:region:account:resource`."""


def literal(text: str) -> str:
    """The pattern that only `text` matches."""
    return text.replace("*", LITERALS["*"]).replace("?", LITERALS["?"])


def matches(pattern: str, text: str) -> bool:
    """Does `pattern` accept `text`?  Case counts; lower both for actions."""
    if "*" not in pattern:
        return pattern == text if _is_plain(pattern) else _fits(pattern, text, 0) and len(pattern) == len(text)
    first, *middle, last = pattern.split("*")
    start, end = len(first), len(text) - len(last)
    if end < start or not _fits(first, text, 0) or not _fits(last, text, end):
        return False
    for piece in middle:  # Taking each piece as early as it can be leaves the most room for those after it.
        found = _find(piece, text, start, end)
        if found < 0:
            return False
        start = found + len(piece)
    return True


def _fits(piece: str, text: str, start: int) -> bool:
    """Does `piece`, which has no star, stand at `start`?"""
    if not piece:
        return True
    if _is_plain(piece):
        return text.startswith(piece, start)
    return _regex(piece).match(text, start) is not None


def _find(piece: str, text: str, start: int, end: int) -> int:
    """Where `piece`, which has no star, first stands; -1 if nowhere."""
    if _is_plain(piece):
        return text.find(piece, start, end)
    found = _regex(piece).search(text, start, end)
    return found.start() if found else -1


def _is_plain(piece: str) -> bool:
    return "?" not in piece and (piece.isascii() or not any(code in piece for code in LITERALS.values()))


@lru_cache(maxsize=1024)
def _regex(piece: str) -> re.Pattern[str]:
    meant = {code: re.escape(char) for char, code in LITERALS.items()}
    return re.compile("".join("." if c == "?" else meant.get(c) or re.escape(c) for c in piece), re.DOTALL)


def matches_arn(pattern: str, arn: str) -> bool:
    """Does an ARN match, field by field?  `*` alone is any text; a star that ends a short pattern is the rest.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
    """
    if pattern == "*":
        return True
    wanted, fields = pattern.split(":", FIELDS - 1), arn.split(":", FIELDS - 1)
    if len(wanted) > len(fields):
        return False
    if len(wanted) < len(fields):
        if not pattern.endswith("*"):
            return False
        fields = fields[: len(wanted)]  # The star that ends the pattern takes the rest, whatever it is.
    for part, field in zip(wanted, fields, strict=True):
        if part not in (field, "*") and not matches(part, field):
            return False
    return True


def matches_resource(pattern: str, resource: str) -> bool:
    """Does a statement's `Resource` match?  Wildcards stay in their field; AWS completes an ARN with missing fields,
    and there a star that ends a field may also stand for the fields that are missing.
    """
    return any(
        _matches_crossing(alternative, resource) if crossing else matches_arn(alternative, resource)
        for alternative, crossing in resource_patterns(pattern)
    )


@lru_cache(maxsize=4096)
def resource_patterns(pattern: str) -> tuple[tuple[str, bool], ...]:
    """The patterns of ARNs that a `Resource` stands for; the flag says that stars go on over colons."""
    missing = FIELDS - 1 - pattern.count(":")
    if pattern == "*" or missing <= 0 or not pattern.startswith("arn:"):
        return ((pattern, False),)
    completed = (pattern + ":*" * missing, False)
    goes_over = any(field.endswith("*") for field in pattern.split(":")[:-1])
    return (completed, (pattern, True)) if goes_over else (completed,)


def _matches_crossing(pattern: str, text: str) -> bool:
    """Field by field, but a star that ends a field may take any number of further fields."""

    def rest(wanted: list[str], fields: list[str]) -> bool:
        if not wanted or not fields:
            return not wanted and not fields
        if not matches(wanted[0], fields[0]):
            return False
        skips = range(len(fields)) if wanted[0].endswith("*") else (0,)
        return any(rest(wanted[1:], fields[1 + skip :]) for skip in skips)

    return rest(pattern.split(":"), text.split(":"))
