"""Knows how the real provider takes what a program gives: documents as objects, names in Python's spelling."""

from __future__ import annotations

import json
import re

from . import wire
from .table import Resource, Shape

DOCUMENTS = frozenset(
    {"accessPolicies", "accessPolicy", "assumeRolePolicy", "policy", "policyDocument", "redrivePolicy"}
)
# Where a property of that name holds the name of a policy and not its text.
NOT_DOCUMENTS = frozenset({"aws:iot/policyAttachment:PolicyAttachment", "aws:ses/receiptFilter:ReceiptFilter"})


def is_document(resource: Resource, name: str) -> bool:
    """Whether the property's text is JSON, so that only its meaning counts when it is compared."""
    return name in DOCUMENTS and resource.token not in NOT_DOCUMENTS


def normalized(resource: Resource, inputs: wire.Properties) -> wire.Properties:
    """The inputs as the real provider returns them: documents given as objects become text."""
    return {
        name: value if shape is None else _text(value) if shape.kind == "union" else spelled(value, shape)
        for name, value in inputs.items()
        for shape in [resource.inputs.get(name)]
    }


def spelled(value: wire.Value, shape: Shape) -> wire.Value:
    """The value with the names of its objects as the schema has them.

    A plain dictionary of a Python program arrives as it was written, `not_actions` for `notActions`, and the bridge
    takes both.
    """
    if wire.special(value) is not None:
        return {**value, "value": spelled(value["value"], shape)} if "value" in value else value
    if isinstance(value, list) and shape.element is not None:
        return [spelled(item, shape.element) for item in value]
    if not isinstance(value, dict):
        return value
    if shape.kind == "map" and shape.element is not None:
        return {name: spelled(item, shape.element) for name, item in value.items()}
    fields = shape.fields()
    named = {name: name if name in fields else _camel(name) for name in value}
    return {named[n]: spelled(item, fields[named[n]]) if named[n] in fields else item for n, item in value.items()}


def _camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


def _text(value: wire.Value) -> wire.Value:
    """An object that stands for a document, as text.  One unknown makes the whole text unknown."""
    document = wire.plain(value)
    if not isinstance(document, dict):
        return value
    known = json.dumps(document, sort_keys=True, separators=(",", ":"))
    text = wire.UNKNOWN if wire.has_unknown(document) else known
    return wire.secret(text) if wire.has_secret(value) else text
