"""Texts with symbols of a symbolic preview, as the IAM engine takes them."""

import os
from functools import cache

from ..iam import Leaf, Symbolic, Text
from ..model import Unknown
from ..symbolic.symbols import NONCE_VARIABLE, find, is_lost, widened
from .values import Resource


@cache
def _nonce() -> str:
    """The run's nonce; none outside of a symbolic preview, where a symbol is a text like any other."""
    return os.environ.get(NONCE_VARIABLE, "") if os.environ.get("PULUMI_DRY_RUN", "").lower() == "true" else ""


def leaf(resource: Resource, path: str) -> Leaf | None:
    """Reads the texts of one of a resource's documents; `None` where there are no symbols."""
    nonce = _nonce()
    if not nonce:
        return None

    def read(text: str) -> Text:
        if is_lost(text, nonce):
            return Unknown(f"{path}: a part that was cut off", resource.dependencies)
        tokens = dict.fromkeys(token for _, _, token in find(text, nonce))
        if not tokens:
            return text
        symbols = tuple(Unknown(f"{path}: what AWS gives for {token}", resource.dependencies) for token in tokens)
        return Symbolic(text, widened(text, nonce), symbols)

    return read
