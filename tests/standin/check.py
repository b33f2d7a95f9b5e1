"""Knows what the real provider refuses of a resource's inputs: names, shapes, what is missing, documents."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tenant_safety.symbolic import wire
from tenant_safety.symbolic.inputs import DOCUMENTS, is_document
from tenant_safety.symbolic.table import Resource, Shape

KINDS: Mapping[str, str] = {
    "aws:iam/groupPolicy:GroupPolicy": "identity",
    "aws:iam/policy:Policy": "identity",
    "aws:iam/role:Role": "trust",
    "aws:iam/rolePolicy:RolePolicy": "identity",
    "aws:iam/userPolicy:UserPolicy": "identity",
    "aws:kms/key:Key": "resource",
    "aws:s3/bucketPolicy:BucketPolicy": "resource",
}


@dataclass(frozen=True)
class Failure:
    """A property and what is wrong with it."""

    property: str
    reason: str


def failures(resource: Resource, inputs: Mapping[str, wire.Value]) -> Iterator[Failure]:
    """Everything that is wrong with the inputs; what is unknown is not wrong."""
    yield from _object(inputs, resource.inputs, resource.required, "", resource.outputs)
    for name in DOCUMENTS & inputs.keys():
        if is_document(resource, name):
            yield from _document(name, wire.plain(inputs[name]))


def malformed(resource: Resource, inputs: Mapping[str, wire.Value]) -> str | None:
    """What AWS says of a known document that is JSON, but no policy of the kind that it should be."""
    name = "assumeRolePolicy" if resource.token == "aws:iam/role:Role" else "policy"
    text = wire.plain(inputs.get(name))
    kind = KINDS.get(resource.token)
    if kind is None or not isinstance(text, str) or not text:
        return None
    document = json.loads(text)
    if not isinstance(document, dict) or "Statement" not in document:
        return "MalformedPolicyDocument: Syntax errors in policy."
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = "Principal" in statement or "NotPrincipal" in statement
        if kind == "identity" and principal:
            return "MalformedPolicyDocument: Policy document should not specify a principal."
        if kind == "identity" and not statement.keys() & {"Resource", "NotResource"}:
            return "MalformedPolicyDocument: Policy statement must contain resources."
        if kind != "identity" and not principal:
            return "MalformedPolicyDocument: Missing required field Principal"
        if kind == "trust" and statement.keys() & {"Resource", "NotResource"}:
            return "MalformedPolicyDocument: Has prohibited field Resource"
        if not statement.keys() & {"Action", "NotAction"}:
            return "MalformedPolicyDocument: Policy statement must contain actions."
    return None


def _object(
    value: Mapping[str, wire.Value],
    fields: Mapping[str, Shape],
    required: frozenset[str],
    path: str,
    read_only: Mapping[str, Shape],
) -> Iterator[Failure]:
    for name, item in value.items():
        where = f"{path}.{name}" if path else name
        if name.startswith("__"):
            continue
        if name in fields:
            yield from _value(item, fields[name], where)
        elif name in read_only:
            yield Failure(where, f'"{name}": this field cannot be set')
        else:
            close = difflib.get_close_matches(name, fields, 1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            yield Failure(where, f"an unexpected argument '{name}' was provided{hint}")
    for name in sorted(required - value.keys()):
        yield Failure(f"{path}.{name}" if path else name, f"Missing required argument: '{name}' is required")


def _value(value: wire.Value, shape: Shape, path: str) -> Iterator[Failure]:
    value = wire.bare(value)
    if value is None or wire.is_unknown(value) or shape.kind == "any":
        return
    if shape.kind == "union":
        if all(any(True for _ in _value(value, choice, path)) for choice in shape.choices):
            yield _expected("a string or an object", value, path)
    elif shape.kind == "list" and shape.element is not None:
        if not isinstance(value, list):
            yield _expected("a list", value, path)
            return
        for index, item in enumerate(value):
            yield from _value(item, shape.element, f"{path}[{index}]")
    elif shape.kind == "asset":
        if wire.special(value) not in wire.ASSETS:
            yield _expected("an asset or an archive", value, path)
    elif shape.kind in ("map", "object"):
        yield from _keyed(value, shape, path)
    elif not _scalar(value, shape):
        yield _expected(f"a {shape.kind}", value, path)


def _keyed(value: wire.Value, shape: Shape, path: str) -> Iterator[Failure]:
    if not isinstance(value, dict) or wire.special(value) is not None:
        yield _expected("an object", value, path)
    elif shape.element is not None:
        for name, item in value.items():
            yield from _value(item, shape.element, f"{path}.{name}")
    else:
        yield from _object(value, shape.fields(), shape.required(), path, {})


def _scalar(value: wire.Value, shape: Shape) -> bool:
    """The bridge converts between scalars where nothing is lost: 5 for "5", "true" for true."""
    if shape.kind == "string":
        return isinstance(value, str | float | int)
    if shape.kind == "boolean":
        return isinstance(value, bool) or value in ("true", "false")
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return False
        return True
    return isinstance(value, float | int) and not isinstance(value, bool)


def _expected(kind: str, value: wire.Value, path: str) -> Failure:
    names = {str: "a string", bool: "a boolean", float: "a number", int: "a number", list: "a list"}
    return Failure(path, f"expected {kind} (got {names.get(type(value), 'an object')})")


def _document(name: str, value: wire.Value) -> Iterator[Failure]:
    if not isinstance(value, str) or wire.is_unknown(value) or value == "":
        return
    try:
        parsed = json.loads(value)
    except ValueError as error:
        yield Failure(name, f'"{name}" contains an invalid JSON policy: {error}')
        return
    if not isinstance(parsed, dict | list):
        yield Failure(name, f'"{name}" contains an invalid JSON policy: not a JSON object')
