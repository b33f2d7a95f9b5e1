"""AWS policy documents, parsed strictly: what is not understood is an error, never an empty policy.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal, TypeAlias

from .conditions import Operator, operator
from .wildcards import FIELDS, LITERALS

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


class Symbolic(str):
    """A text of which parts are not known yet.  As a text it has a stand-in for each of them; `wide` is the pattern of
    all that it may be, and `symbols` says what will provide the parts.
    """

    __slots__ = ("symbols", "wide")

    wide: str
    symbols: tuple[Unknown, ...]

    def __new__(cls, text: str, wide: str, symbols: tuple[Unknown, ...]) -> "Symbolic":
        self = super().__new__(cls, text)
        self.wide = wide
        self.symbols = symbols
        return self


Leaf: TypeAlias = Callable[[str], Text]
"""Reads one text of a document: as it is, with symbols in it, or as not known."""


class DocumentError(ValueError):
    """A policy document that AWS would refuse; the message says where, what was expected and what came."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator over one key: `StringEquals`, `aws:principalorgid`, values (one is enough, as in AWS).

    The key is lower case.  `how` is `None`, and the key empty, where the operator or the key is not known yet.
    """

    how: Operator | None
    key: str
    values: tuple[Text, ...]
    written: str = ""
    """Operator and key as they are written."""

    @property
    def known(self) -> tuple[str, ...]:
        """The values that are known."""
        return tuple(value for value in self.values if isinstance(value, str))


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
    variables: bool = True
    """`${…}` is a variable, as in version 2012-10-17; before, it is text."""
    is_unknown: bool = False
    """Nothing of it is known."""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed policy document.  Of a `secret` one nothing may be shown."""

    statements: tuple[Statement, ...]
    version: str
    secret: bool = False


Kind: TypeAlias = Literal["any", "identity", "session", "rcp", "resource", "trust"]


def parse(source: str | Mapping[str, Any], kind: Kind = "any", leaf: Leaf | None = None) -> Document:
    """Parses a policy document from its JSON text or from an object, which may hold `Unknown` leaves.

    `kind` says what it is used as: an identity policy has no principals, a session policy names whole ARNs besides, an
    RCP is about everybody, a resource policy has principals, and a trust policy no resources.  `leaf` reads its texts.
    Raises `DocumentError`.
    """
    raw = _decoded(source) if isinstance(source, str) else source
    if leaf is not None:
        raw = _read(raw, leaf)
    if not _is_object(raw):
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
    variables = version == VERSIONS[0]
    parsed = tuple(_statement(i, s, variables) for i, s in enumerate(statements))
    for statement in parsed:
        _is_of(kind, statement)
    return Document(parsed, version)


def _read(raw: Any, leaf: Leaf) -> Any:
    """The same with every text read; a key of which parts are not known makes its object not known."""
    if _is_object(raw):
        keys = [leaf(key) if isinstance(key, str) else key for key in raw]
        lost = next((key for key in keys if not isinstance(key, str) or isinstance(key, Symbolic)), None)
        if lost is not None:
            return lost.symbols[0] if isinstance(lost, Symbolic) else lost
        return {key: _read(value, leaf) for key, value in raw.items()}
    if _is_list(raw):
        return [_read(value, leaf) for value in raw]
    return leaf(raw) if isinstance(raw, str) else raw


def _is_of(kind: Kind, statement: Statement) -> None:
    """Checks what only some kinds of policies have; nothing of a statement that is not known."""
    if statement.is_unknown:
        return
    if kind in ("identity", "session") and statement.principals is not None:
        raise DocumentError(f"{statement.where}: expected no Principal in a policy of this kind")
    if kind in ("rcp", "resource", "trust") and statement.principals is None:
        raise DocumentError(f"{statement.where}: expected a Principal, as in every {kind} policy")
    if kind == "rcp" and (statement.principals != (("AWS", "*"),) or statement.not_principals):
        raise DocumentError(f'{statement.where}.Principal: expected "*", as in every resource control policy')
    if kind == "trust" and statement.resources:
        raise DocumentError(f"{statement.where}: expected no Resource in a trust policy")
    for text in statement.resources if kind in ("identity", "session") else ():
        if isinstance(text, str) and text != "*" and not text.startswith("arn"):
            raise DocumentError(f'{statement.where}.Resource: expected an ARN or "*", got {text!r}')
    for text in statement.resources if kind == "session" else ():
        if isinstance(text, str) and text.startswith("arn:") and text.count(":") < FIELDS - 1:
            raise DocumentError(f"{statement.where}.Resource: expected a whole ARN in a session policy, got {text!r}")


def _decoded(text: str) -> Any:
    def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        decoded = dict(pairs)
        if len(decoded) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise DocumentError(f"the key {twice!r} stands twice in one object")
        return decoded

    def refused(constant: str) -> Any:
        raise DocumentError(f"expected JSON, which has no {constant}")

    try:
        return json.loads(text, object_pairs_hook=no_duplicates, parse_constant=refused)
    except json.JSONDecodeError as error:
        raise DocumentError(f"line {error.lineno} column {error.colno}: expected JSON: {error.msg}") from None
    except RecursionError:
        raise DocumentError("the JSON is nested too deeply") from None
    except DocumentError:
        raise
    except ValueError as error:
        raise DocumentError(f"expected JSON: {error}") from None


def _statement(index: int, raw: Any, variables: bool) -> Statement:
    where = f"Statement[{index}]"
    if isinstance(raw, Unknown):
        return _unknown_statement(where, raw)
    if not _is_object(raw):
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
    actions = tuple([_action(action, where) for action in actions])
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
        actions=actions,
        not_actions=not_actions,
        resources=resources,
        not_resources=not_resources,
        principals=principals,
        not_principals=not_principals,
        conditions=conditions,
        missing=tuple([text for text in texts if not isinstance(text, str)]),
        variables=variables,
    )


def _action(text: Text, where: str) -> Text:
    """An action in lower case; with a symbol in it, it is not known."""
    if type(text) is str:
        if ":" not in text and text != "*":
            problem = f"expected a service and an action such as s3:GetObject, got {text!r}"
            raise DocumentError(f"{where}.Action: {problem}")
        return text.lower()
    return text.symbols[0] if isinstance(text, Symbolic) else text


def _unknown_statement(where: str, missing: Unknown) -> Statement:
    """A statement of which nothing is known: it may allow anything."""
    return Statement(where, "Allow", (missing,), False, (missing,), False, None, False, (), (missing,), is_unknown=True)


def _either(raw: Mapping[str, Any], name: str, where: str) -> tuple[tuple[Text, ...], bool]:
    """The values of `Action` or `NotAction` (`Resource` or `NotResource`), and whether it was the `Not…` form."""
    if name in raw and f"Not{name}" in raw:
        raise DocumentError(f"{where}: expected {name} or Not{name}, got both")
    if f"Not{name}" in raw:
        return _texts(raw[f"Not{name}"], f"{where}.Not{name}"), True
    return (_texts(raw[name], f"{where}.{name}") if name in raw else ()), False


def _texts(raw: Any, where: str) -> tuple[Text, ...]:
    """One string or a list of strings; a null is what an unconfigured provider leaves behind, so not known."""
    values = raw if _is_list(raw) else (raw,)
    if not values:
        raise DocumentError(f"{where}: expected at least one value, got an empty list")
    for value in values:
        if type(value) is not str or not value.isascii():  # Nearly all are plain, and need no second look.
            return tuple([_text(value, where) for value in values])
    return tuple(values)


def _text(raw: Any, where: str) -> Text:
    if raw is None:
        return Unknown(where)
    if not isinstance(raw, str | Unknown):
        raise DocumentError(f"{where}: expected a string, got {_kind(raw)}")
    if isinstance(raw, str) and not raw.isascii() and any(code in raw for code in LITERALS.values()):
        raise DocumentError(f"{where}: expected characters that AWS takes, got one of Unicode's private use")
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
    if not _is_object(value):
        raise DocumentError(f'{where}.Principal: expected "*" or an object, got {_kind(value)}')
    _only(value, {"AWS", "Service", "Federated", "CanonicalUser"}, f"{where}.Principal")
    found = [(kind, t) for kind, v in value.items() for t in _texts(v, f"{where}.Principal.{kind}")]
    if not found:
        raise DocumentError(f"{where}.Principal: expected at least one principal, got an empty object")
    return tuple((kind, _principal(kind, text, where)) for kind, text in found), negated


_ACCOUNT = re.compile(r"[0-9]{12}")
_UNIQUE_ID = re.compile(r"A[A-Z0-9]{15,127}")


def _principal(kind: str, value: Text, where: str) -> Text:
    """An entry of a `Principal`; an account's id is its root's ARN."""
    if kind != "AWS" or isinstance(value, Unknown) or value == "*" or _UNIQUE_ID.fullmatch(value):
        return value
    if _ACCOUNT.fullmatch(value):
        return f"arn:aws:iam::{value}:root"
    if (
        not value.startswith("arn:")
        or value.count(":") < FIELDS - 1
        or "*" in value
        or "?" in value
        or ":group/" in value
    ):
        raise DocumentError(f'{where}.Principal.AWS: expected "*", an account or a whole ARN, got {value!r}')
    return value


def _conditions(raw: Any, where: str) -> tuple[Condition, ...]:
    if isinstance(raw, Unknown):
        return (Condition(None, "", (raw,), "a condition"),)
    if not _is_object(raw):
        raise DocumentError(f"{where}.Condition: expected an object, got {_kind(raw)}")
    found = []
    for name, keys in raw.items():
        place = f"{where}.Condition.{name}"
        try:
            how = operator(name)
        except ValueError as error:
            raise DocumentError(f"{where}.Condition: {error}") from None
        if isinstance(keys, Unknown):
            found.append(Condition(None, "", (keys,), name))
            continue
        if not _is_object(keys):
            raise DocumentError(f"{place}: expected an object, got {_kind(keys)}")
        for key, values in keys.items():
            listed = values if _is_list(values) else [values]
            texts = tuple(_scalar(v, f"{place}.{key}") for v in listed)
            found.append(Condition(how, key.lower(), texts, f"{name} {key}"))
    return tuple(found)


def _scalar(raw: Any, where: str) -> Text:
    """A condition's value: AWS takes strings, numbers and booleans."""
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, int | float):
        if isinstance(raw, float) and not isfinite(raw):
            raise DocumentError(f"{where}: expected a number, got {raw}")
        return f"{raw:g}" if isinstance(raw, float) else str(raw)
    return _text(raw, where)


def _only(raw: Mapping[str, Any], allowed: set[str], where: str) -> None:
    if raw.keys() <= allowed:
        return
    extra = sorted(str(key) for key in set(raw) - allowed)
    if extra:
        raise DocumentError(f"{where}: unknown key {extra[0]!r}; expected one of {', '.join(sorted(allowed))}")


def _is_list(raw: Any) -> bool:
    # What JSON gives is told at once; a Pulumi program may give other sequences.
    kind = type(raw)
    return kind is list or (kind not in (str, dict) and isinstance(raw, Sequence) and not isinstance(raw, str))


def _is_object(raw: Any) -> bool:
    return type(raw) is dict or isinstance(raw, Mapping)


def _kind(raw: Any) -> str:
    if isinstance(raw, Unknown):
        return "a value that is not known yet"
    if _is_list(raw):
        return "a list"
    return {str: "a string", bool: "a boolean", int: "a number", float: "a number", dict: "an object"}.get(
        type(raw), "null" if raw is None else type(raw).__name__
    )
