"""Knows which inputs are documents, and how the real provider returns those that were given as objects."""

from __future__ import annotations

import json

from . import wire
from .table import Resource

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
        name: _text(value) if name in resource.inputs and resource.inputs[name].kind == "union" else value
        for name, value in inputs.items()
    }


def _text(value: wire.Value) -> wire.Value:
    """An object that stands for a document, as text.  One unknown makes the whole text unknown."""
    document = wire.plain(value)
    if not isinstance(document, dict):
        return value
    known = json.dumps(document, sort_keys=True, separators=(",", ":"))
    text = wire.UNKNOWN if wire.has_unknown(document) else known
    return wire.secret(text) if wire.has_secret(value) else text
