"""Knows how Pulumi writes values on the wire: secrets, unknowns, assets, references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import json_format, struct_pb2
from pulumi.runtime import rpc

SIGNATURE = rpc._special_sig_key
SECRET = rpc._special_secret_sig
ASSETS = frozenset({rpc._special_asset_sig, rpc._special_archive_sig})
UNKNOWN = rpc.UNKNOWN
SENTINELS = frozenset(
    {
        rpc.UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # list
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)

# A value as JSON would have it; special values are objects with a signature.
Value = Any
Properties = dict[str, Value]


def read(struct: struct_pb2.Struct) -> Properties:
    """The properties of a message, without those that are null: to a provider they are not set."""
    found: Properties = json_format.MessageToDict(struct)
    return {name: value for name, value in found.items() if value is not None}


def write(properties: Mapping[str, Value]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    json_format.ParseDict(dict(properties), struct)
    return struct


def special(value: Value) -> str | None:
    """The signature of a special value."""
    return value.get(SIGNATURE) if isinstance(value, dict) else None


def secret(value: Value) -> Value:
    """The value, marked secret (once)."""
    return value if special(value) == SECRET else {SIGNATURE: SECRET, "value": value}


def bare(value: Value) -> Value:
    """The value without the mark of a secret, at the top only."""
    while special(value) == SECRET:
        value = value.get("value")
    return value


def plain(value: Value) -> Value:
    """The value without any mark of a secret; assets and references stay as they are."""
    value = bare(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


def has_secret(value: Value) -> bool:
    if special(value) == SECRET:
        return True
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(has_secret(part) for part in parts)


def is_unknown(value: Value) -> bool:
    """The value itself is not known yet."""
    return isinstance(value, str) and value in SENTINELS


def mentions_unknown(text: str) -> bool:
    """Something that is not known yet was written into the text."""
    return any(sentinel in text for sentinel in SENTINELS)


def has_unknown(value: Value) -> bool:
    """The value, or a part of it, is not known yet."""
    if isinstance(value, dict):
        return any(has_unknown(part) for part in value.values())
    if isinstance(value, list):
        return any(has_unknown(part) for part in value)
    return is_unknown(value)
