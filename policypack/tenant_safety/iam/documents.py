"""AWS policy documents, parsed strictly: what is not understood is an error, never an empty policy.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

VERSIONS = ("2012-10-17", "2008-10-17")
_STATEMENT_KEYS = {
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
}


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not known yet: where it stands, and what will provide it (URNs, for a Pulumi program)."""

    path: str
    depends_on: tuple[str, ...] = ()


Text: TypeAlias = str | Unknown


class DocumentError(ValueError):
    """A policy document that AWS would refuse; the message says where, what was expected and what came."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator over one key: `StringEquals`, `aws:PrincipalOrgID`, values (one is enough, as in AWS)."""

    operator: str
    key: str
    values: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement.  `actions` are lower case.  `not_*` tells that the element was the `Not…` form.

    `principals` holds pairs of kind and value (`("AWS", "*")`), or `None` where the document has no principals.
    `where` is the statement's place in its document, with its Sid: `Statement[0] (Sid Read)`.
    """

    where: str
    effect: Literal["Allow", "Deny"]
    actions: tuple[Text, ...]
    not_actions: bool
    resources: tuple[Text, ...]
    not_resources: bool
    principals: tuple[tuple[str, Text], ...] | None
    not_principals: bool
    conditions: tuple[Condition, ...]
    missing: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed policy document.  Of a `secret` one nothing may be shown."""

    statements: tuple[Statement, ...]
    version: str
    secret: bool = False


def parse(source: str | Mapping[str, Any]) -> Document:
    """Parses a policy document from its JSON text or from an object, which may hold `Unknown` leaves.

    Raises `DocumentError`.
    """
    raw = _decoded(source) if isinstance(source, str) else source
    if not isinstance(raw, Mapping):
        raise DocumentError(f"expected a policy object, got {_kind(raw)}")
    _only(raw, {"Version", "Id", "Statement"}, "the document")
    version = raw.get("Version", VERSIONS[1])
    if version not in VERSIONS:
        raise DocumentError(f"Version: expected one of {', '.join(VERSIONS)}, got {version!r}")
    if "Statement" not in raw:
        raise DocumentError("the document has no Statement")
    statements = raw["Statement"]
    if not _is_list(statements):
        statements = [statements]
    return Document(tuple(_statement(i, s) for i, s in enumerate(statements)), version)


def _decoded(text: str) -> Any:
    def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        decoded = dict(pairs)
        if len(decoded) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise DocumentError(f"the key {twice!r} stands twice in one object")
        return decoded

    try:
        return json.loads(text, object_pairs_hook=no_duplicates)
    except json.JSONDecodeError as error:
        raise DocumentError(f"line {error.lineno} column {error.colno}: expected JSON: {error.msg}") from None
    except RecursionError:
        raise DocumentError("the JSON is nested too deeply") from None
    except DocumentError:
        raise
    except ValueError as error:
        raise DocumentError(f"expected JSON: {error}") from None


def _statement(index: int, raw: Any) -> Statement:
    where = f"Statement[{index}]"
    if isinstance(raw, Unknown):
        return _unknown_statement(where, raw)
    if not isinstance(raw, Mapping):
        raise DocumentError(f"{where}: expected an object, got {_kind(raw)}")
    _only(raw, _STATEMENT_KEYS, where)
    sid = raw.get("Sid")
    if isinstance(sid, str) and sid:
        where = f"{where} (Sid {sid})"
    effect = raw.get("Effect")
    if isinstance(effect, Unknown):
        return _unknown_statement(where, effect)
    if effect not in ("Allow", "Deny"):
        raise DocumentError(f"{where}.Effect: expected Allow or Deny, got {effect!r}")
    actions, not_actions = _either(raw, "Action", where)
    resources, not_resources = _either(raw, "Resource", where)
    if not actions:
        raise DocumentError(f"{where}: expected Action or NotAction")
    principals, not_principals = _principals(raw, where)
    if not resources and principals is None:
        raise DocumentError(f"{where}: expected Resource or NotResource, or a Principal")
    conditions = _conditions(raw.get("Condition", {}), where)
    texts = (
        *actions,
        *resources,
        *(v for _, v in principals or ()),
        *(v for c in conditions for v in c.values),
    )
    return Statement(
        where=where,
        effect=effect,
        actions=tuple(a if isinstance(a, Unknown) else a.lower() for a in actions),
        not_actions=not_actions,
        resources=resources,
        not_resources=not_resources,
        principals=principals,
        not_principals=not_principals,
        conditions=conditions,
        missing=tuple(text for text in texts if isinstance(text, Unknown)),
    )


def _unknown_statement(where: str, missing: Unknown) -> Statement:
    """A statement of which nothing is known: it may allow anything."""
    return Statement(where, "Allow", (missing,), False, (missing,), False, None, False, (), (missing,))


def _either(raw: Mapping[str, Any], name: str, where: str) -> tuple[tuple[Text, ...], bool]:
    """The values of `Action` or `NotAction` (`Resource` or `NotResource`), and whether it was the `Not…` form."""
    if name in raw and f"Not{name}" in raw:
        raise DocumentError(f"{where}: expected {name} or Not{name}, got both")
    if f"Not{name}" in raw:
        return _texts(raw[f"Not{name}"], f"{where}.Not{name}"), True
    return (_texts(raw[name], f"{where}.{name}") if name in raw else ()), False


def _texts(raw: Any, where: str) -> tuple[Text, ...]:
    """One string or a list of strings; a null is what an unconfigured provider leaves behind, so not known."""
    values = raw if _is_list(raw) else [raw]
    if not values:
        raise DocumentError(f"{where}: expected at least one value, got an empty list")
    return tuple(_text(value, where) for value in values)


def _text(raw: Any, where: str) -> Text:
    if raw is None:
        return Unknown(where)
    if not isinstance(raw, str | Unknown):
        raise DocumentError(f"{where}: expected a string, got {_kind(raw)}")
    return raw


def _principals(raw: Mapping[str, Any], where: str) -> tuple[tuple[tuple[str, Text], ...] | None, bool]:
    if "Principal" in raw and "NotPrincipal" in raw:
        raise DocumentError(f"{where}: expected Principal or NotPrincipal, got both")
    negated = "NotPrincipal" in raw
    if not negated and "Principal" not in raw:
        return None, False
    value = raw["NotPrincipal" if negated else "Principal"]
    if isinstance(value, Unknown) or value is None:
        return (("AWS", value or Unknown(f"{where}.Principal")),), negated
    if value == "*":
        return (("AWS", "*"),), negated
    if not isinstance(value, Mapping):
        raise DocumentError(f'{where}.Principal: expected "*" or an object, got {_kind(value)}')
    _only(value, {"AWS", "Service", "Federated", "CanonicalUser"}, f"{where}.Principal")
    return tuple((kind, t) for kind, v in value.items() for t in _texts(v, f"{where}.Principal.{kind}")), negated


def _conditions(raw: Any, where: str) -> tuple[Condition, ...]:
    if isinstance(raw, Unknown):
        return (Condition("", "", (raw,)),)
    if not isinstance(raw, Mapping):
        raise DocumentError(f"{where}.Condition: expected an object, got {_kind(raw)}")
    found = []
    for operator, keys in raw.items():
        place = f"{where}.Condition.{operator}"
        if isinstance(keys, Unknown):
            found.append(Condition(operator, "", (keys,)))
            continue
        if not isinstance(keys, Mapping):
            raise DocumentError(f"{place}: expected an object, got {_kind(keys)}")
        for key, values in keys.items():
            listed = values if _is_list(values) else [values]
            found.append(Condition(operator, key, tuple(_scalar(v, f"{place}.{key}") for v in listed)))
    return tuple(found)


def _scalar(raw: Any, where: str) -> Text:
    """A condition's value: AWS takes strings, numbers and booleans."""
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, int | float):
        return f"{raw:g}" if isinstance(raw, float) else str(raw)
    return _text(raw, where)


def _only(raw: Mapping[str, Any], allowed: set[str], where: str) -> None:
    extra = sorted(str(key) for key in set(raw) - allowed)
    if extra:
        raise DocumentError(f"{where}: unknown key {extra[0]!r}; expected one of {', '.join(sorted(allowed))}")


def _is_list(raw: Any) -> bool:
    return isinstance(raw, Sequence) and not isinstance(raw, str)


def _kind(raw: Any) -> str:
    if isinstance(raw, Unknown):
        return "a value that is not known yet"
    if _is_list(raw):
        return "a list"
    return {str: "a string", bool: "a boolean", int: "a number", float: "a number", dict: "an object"}.get(
        type(raw), "null" if raw is None else type(raw).__name__
    )
