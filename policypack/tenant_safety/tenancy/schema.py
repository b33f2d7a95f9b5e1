"""The registry's JSON Schema, which editors complete from."""

import json

from .registry import Registry


def schema() -> str:
    """The text of `tenancy.schema.json`."""
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Registry.model_json_schema()}
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"
