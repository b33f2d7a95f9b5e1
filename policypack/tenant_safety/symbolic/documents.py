"""Knows how the real provider writes `iam.get_policy_document`: order, single values, merging, escapes.

Follows terraform-provider-aws (`policy_document_data_source.go`, `policy_model.go`): lists of actions,
resources and principals are sorted backwards, values of conditions keep their order, a list of one is a string.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

SID = re.compile(r"^[a-zA-Z0-9]*$")
VERSIONS = ("2008-10-17", "2012-10-17")
ORDER = (
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
)
Statement = dict[str, Any]


class DocumentError(Exception):
    """A document that the real provider refuses."""


def policy_document(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The result of the function for known arguments."""
    version = arguments.get("version") or VERSIONS[1]
    if version not in VERSIONS:
        raise DocumentError(f'expected version to be one of ["2008-10-17" "2012-10-17"], got {version}')
    document = _Document()
    sids: set[str] = set()
    for index, text in enumerate(arguments.get("sourcePolicyDocuments") or ()):
        found = _parsed(text, f"merging source document {index}")
        for statement in found["Statement"]:
            sid = statement.get("Sid", "")
            if sid and sid in sids:
                raise DocumentError(
                    f"merging source document {index}: duplicate Sid ({sid}) in source_policy_documents. "
                    "Remove the Sid or ensure Sids are unique."
                )
            sids.add(sid)
        document.merge(found)
    own = [_statement(statement, version) for statement in arguments.get("statements") or ()]
    seen: set[str] = set()
    for statement in own:
        sid = statement.get("Sid", "")
        if sid and sid in seen:
            raise DocumentError(f"duplicate Sid ({sid}). Remove the Sid or ensure the Sid is unique.")
        seen.add(sid)
    document.merge({"Version": version, "Id": arguments.get("policyId") or "", "Statement": own})
    for index, text in enumerate(arguments.get("overridePolicyDocuments") or ()):
        document.merge(_parsed(text, f"merging override document {index}"))
    value = document.value()
    pretty = _go_json(value, indent=True)
    echoed = {name: item for name, item in arguments.items() if item is not None}
    return {**echoed, "version": version, "json": pretty, "minifiedJson": _go_json(value, indent=False)}


class _Document:
    def __init__(self) -> None:
        self.version = ""
        self.id = ""
        self.statements: list[Statement] = []

    def merge(self, other: Mapping[str, Any]) -> None:
        """A statement with a Sid that is there already takes the place of the one that has it."""
        self.id = other.get("Id") or self.id
        self.version = max(self.version, other.get("Version") or "")
        for statement in other["Statement"]:
            sid = statement.get("Sid", "")
            place = next((i for i, old in enumerate(self.statements) if sid and old.get("Sid") == sid), None)
            if place is None:
                self.statements.append(statement)
            else:
                self.statements[place] = statement

    def value(self) -> dict[str, Any]:
        parts = {"Version": self.version, "Id": self.id, "Statement": self.statements}
        return {name: part for name, part in parts.items() if part}


_ARGUMENTS = frozenset(
    {
        *("sid", "effect", "actions", "notActions", "resources", "notResources"),
        *("principals", "notPrincipals", "conditions", "__defaults"),
    }
)


def _statement(given: Mapping[str, Any], version: str) -> Statement:
    wrong = given.keys() - _ARGUMENTS
    if wrong:
        raise DocumentError(f"unexpected argument {min(wrong)!r} of a statement")
    sid, effect = given.get("sid") or "", given.get("effect") or "Allow"
    if not SID.match(sid):
        raise DocumentError(f"invalid value for sid ({sid}): must only include alphanumeric characters")
    if effect not in ("Allow", "Deny"):
        raise DocumentError(f'expected effect to be one of ["Allow" "Deny"], got {effect}')
    made: Statement = {
        "Sid": sid,
        "Effect": effect,
        "Action": _set(given.get("actions"), None),
        "NotAction": _set(given.get("notActions"), None),
        "Resource": _set(given.get("resources"), version),
        "NotResource": _set(given.get("notResources"), version),
        "Principal": _principals(given.get("principals"), version),
        "NotPrincipal": _principals(given.get("notPrincipals"), version),
        "Condition": _conditions(given.get("conditions"), version),
    }
    return {name: part for name, part in made.items() if part}


def _set(values: Sequence[str] | None, version: str | None) -> str | list[str]:
    """A set of strings; with a version, `&{x}` in them becomes a policy variable."""
    items = sorted(set(values or ()), reverse=True)
    if version is not None:
        items = [_variables(item, version) for item in items]
    return items[0] if len(items) == 1 else items


def _variables(text: str, version: str) -> str:
    if version == VERSIONS[0] and "&{" in text:
        raise DocumentError(f"found &{{ sequence in ({text}), which is not supported in document version 2008-10-17")
    return text.replace("&{", "${")


def _principals(given: Sequence[Mapping[str, Any]] | None, version: str) -> Any:
    made: dict[str, str | list[str]] = {}
    for principal in given or ():
        found = _set(principal["identifiers"], version)
        # IAM takes {"AWS": "*"} in a trust and refuses "*", so only {"*": "*"} is shortened.
        if len(given or ()) == 1 and principal["type"] == "*" and found == "*":
            return "*"
        kind = principal["type"]
        if kind in made:
            made[kind] = _list(made[kind]) + _list(found)
        else:
            made[kind] = found
    return dict(sorted(made.items()))


def _conditions(given: Sequence[Mapping[str, Any]] | None, version: str) -> dict[str, Any]:
    made: dict[str, dict[str, list[str]]] = {}
    for condition in given or ():
        values = made.setdefault(condition["test"], {}).setdefault(condition["variable"], [])
        values.extend(_variables(value, version) for value in condition["values"])
    return {
        test: {name: values[0] if len(values) == 1 else values for name, values in sorted(part.items())}
        for test, part in sorted(made.items())
    }


def _parsed(text: str, doing: str) -> dict[str, Any]:
    """A document that is merged in: the provider reads only lists of statements and rewrites what it reads."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise DocumentError(f"{doing}: {error}") from error
    if not isinstance(found, dict) or not isinstance(found.get("Statement", []), list):
        raise DocumentError(f"{doing}: expected an object with a list of statements")
    statements = []
    for statement in found.get("Statement", []):
        kept = {name: statement[name] for name in ORDER if statement.get(name)}
        for name in ("Principal", "NotPrincipal"):
            if isinstance(kept.get(name), dict):
                parts = {kind: _backwards(value) for kind, value in kept[name].items()}
                kept[name] = dict(sorted(parts.items()))
        if "Condition" in kept:
            kept["Condition"] = {
                test: {name: _condition_value(value) for name, value in sorted(part.items())}
                for test, part in sorted(kept["Condition"].items())
            }
        statements.append(kept)
    return {**found, "Statement": statements}


def _condition_value(value: Any) -> Any:
    values = [str(item).lower() if isinstance(item, bool) else item for item in _list(value)]
    if not all(isinstance(item, str) for item in values):
        raise DocumentError(f"expected strings as the values of a condition (got {value!r})")
    return values[0] if len(values) == 1 else values


def _backwards(value: Any) -> Any:
    return sorted(value, reverse=True) if isinstance(value, list) else value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _go_json(value: Any, *, indent: bool) -> str:
    """JSON as Go writes it: `<`, `>` and `&` escaped, other characters as they are."""
    separators = (",", ": ") if indent else (",", ":")
    text = json.dumps(value, indent=2 if indent else None, separators=separators, ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
