"""Knows how a provider describes itself to the engine: the table of types as a Pulumi schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from . import table
from .table import Shape


def text() -> str:
    """The schema of every resource and function; nested types are open objects."""
    resources: dict[str, Any] = {}
    for token in table.tokens():
        found = table.resource(token)
        if found is None or token.startswith("pulumi:"):
            continue
        resources[token] = {
            "inputProperties": _properties(found.inputs),
            "properties": _properties({**found.inputs, **found.outputs}),
            "requiredInputs": sorted(found.required),
            "required": sorted(found.required | found.outputs.keys() | found.given),
        }
    functions: dict[str, Any] = {}
    for token in table.functions():
        function = table.function(token)
        if function is not None:
            functions[token] = {
                "inputs": {"properties": _properties(function.inputs), "required": sorted(function.required)},
                "outputs": {"properties": _properties(function.outputs)},
            }
    provider = table.resource("pulumi:providers:aws")
    config = {} if provider is None else _properties(provider.inputs)
    schema = {
        "name": "aws",
        "version": table.version(),
        "config": {"variables": config},
        "provider": {"inputProperties": config},
        "resources": resources,
        "functions": functions,
    }
    return json.dumps(schema)


def _properties(fields: Mapping[str, Shape]) -> dict[str, Any]:
    return {name: _type(shape) for name, shape in fields.items()}


def _type(shape: Shape) -> dict[str, Any]:
    match shape.kind:
        case "string" | "number" | "boolean":
            return {"type": shape.kind}
        case "list":
            assert shape.element is not None
            return {"type": "array", "items": _type(shape.element)}
        case "map":
            assert shape.element is not None
            return {"type": "object", "additionalProperties": _type(shape.element)}
        case "object":
            return {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}}
        case "asset":
            return {"$ref": "pulumi.json#/Asset"}
    return {"$ref": "pulumi.json#/Any"}
