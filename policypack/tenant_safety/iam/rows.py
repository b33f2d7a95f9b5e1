"""Questions as rows of JSON, and their answers: what `tenant-safety iam` reads and writes."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from .chains import Principal, chain
from .compare import new_access as compared
from .documents import DocumentError, Kind, Unknown, parse
from .evaluate import Request, evaluate
from .managed import managed_policy
from .policies import Attached, Level, Policies
from .principals import ANONYMOUS, Caller, caller
from .reach import Reach, Witness
from .reach import reach as reached
from .universe import ACCESS_LEVELS

Row: TypeAlias = Mapping[str, Any]
Answer: TypeAlias = dict[str, Any]

_POLICIES = {
    "identity_policies",
    "permission_boundaries",
    "session_policies",
    "scps",
    "rcps",
    "resource_policies",
    "endpoint_policies",
}
_FIELDS = _POLICIES | {
    "id",
    "principal",
    "action",
    "resource",
    "resource_account",
    "context",
    "targets",
    "actions",
    "roles",
    "reference",
    "candidate",
    "kind",
}
"""All fields of rows.  A row may have those of several commands; one that none knows would be a misspelt one."""


class RowError(ValueError):
    """A row that can't be read; the message says where, what was expected and what came."""


def simulate(row: Row) -> Answer:
    """Decides one request.  Raises `RowError`."""
    _only(row, _FIELDS)
    policies = _policies(row)
    if not policies.is_known:
        raise RowError("expected policies that are known; ask `reach` about those that are not")
    request = Request(
        who=_who(row),
        action=_action(_text(row, "action")),
        resource=_text(row, "resource"),
        account=_account(row),
        context=_context(row),
    )
    decision = evaluate(request, policies)
    return {"id": row.get("id"), "decision": decision.decision, "by": [str(cause) for cause in decision.by]}


def reach(row: Row) -> Answer:
    """Looks for an allowed request, directly or through roles.  Raises `RowError`."""
    _only(row, _FIELDS)
    targets = _texts(row, "targets")
    asked = _texts(row, "actions") if row.get("actions") is not None else None
    actions = asked and [text if text in ACCESS_LEVELS else _action(text) for text in asked]
    who, policies, facts, account = _who(row), _policies(row), _context(row), _account(row)
    if row.get("roles") is None:
        answer = reached(who, policies, targets, actions, facts=facts, account=account)
        return {"id": row.get("id"), **_reach(answer), "scope": _scope(policies)}
    roles = [_role(role, f"roles[{i}]") for i, role in enumerate(_list(row, "roles"))]
    steps, answer = chain(Principal(who, policies, facts=facts), roles, targets, actions, account=account)
    found = _reach(answer)
    if found["witness"] is not None:
        found["witness"]["chain"] = [_witness(request) for step in steps for request in step.requests]
    return {"id": row.get("id"), **found, "scope": _scope(policies)}


def new_access(row: Row) -> Answer:
    """Compares two policies.  Raises `RowError`."""
    _only(row, _FIELDS)
    kind = row.get("kind", "identity")
    if kind not in ("identity", "resource", "trust"):
        raise RowError(f"kind: expected identity, resource or trust, got {kind!r}")
    for name in ("reference", "candidate"):
        if name not in row:
            raise RowError(f"expected {name}, a policy or a list of policies")
    answer = compared(_level(row, "reference", kind), _level(row, "candidate", kind), kind)
    return {
        "id": row.get("id"),
        "new_access": answer.new_access,
        "witness": _witness(answer.witness) if answer.witness else None,
        "missing": [unknown.path for unknown in answer.missing],
    }


COMMANDS: dict[str, Callable[[Row], Answer]] = {"simulate": simulate, "reach": reach, "new-access": new_access}


def answers(command: str, lines: Iterable[str]) -> Iterator[Answer]:
    """An answer for each line that is not empty; for one that can't be read `{"id", "error"}`."""
    asked = COMMANDS[command]
    for line in lines:
        if not line.strip():
            continue
        row: Any = None
        try:
            row = _decoded(line)
            yield asked(row)
        except (RowError, RecursionError) as error:
            yield {"id": row.get("id") if isinstance(row, dict) else None, "error": str(error)}


def _decoded(line: str) -> Row:
    def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        decoded = dict(pairs)
        if len(decoded) != len(pairs):
            twice = sorted(name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1)
            raise RowError(f"the key {twice[0]!r} stands twice in one object")
        return decoded

    def refused(constant: str) -> Any:
        raise RowError(f"expected a line of JSON, which has no {constant}")

    try:
        row = json.loads(line, object_pairs_hook=no_duplicates, parse_constant=refused)
    except RowError:
        raise
    except (ValueError, RecursionError) as error:
        raise RowError(f"expected a line of JSON: {error}") from None
    if not isinstance(row, dict):
        raise RowError(f"expected an object, got {type(row).__name__}")
    return row


def _only(row: Row, allowed: set[str], where: str = "") -> None:
    if not isinstance(row, Mapping):
        raise RowError(f"{where}: expected an object, got {type(row).__name__}")
    extra = sorted(str(key) for key in row if key not in allowed)
    if extra:
        raise RowError(
            f"{where + ': ' if where else ''}unknown field {extra[0]!r}; expected {', '.join(sorted(allowed))}"
        )


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value:
        raise RowError(f"{name}: expected a text, got {value!r}")
    return value


def _list(row: Row, name: str) -> list[Any]:
    value = row.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _texts(row: Row, name: str) -> list[str]:
    found = _list(row, name)
    if not found or not all(isinstance(text, str) and text for text in found):
        raise RowError(f"{name}: expected a list of texts, got {row.get(name)!r}")
    return found


def _action(text: str) -> str:
    if ":" not in text and text != "*":
        levels = ", ".join(ACCESS_LEVELS)
        raise RowError(f"expected an action such as s3:GetObject (or, of reach, one of {levels}), got {text!r}")
    return text


def _account(row: Row) -> str:
    value = row.get("resource_account")
    if value is not None and not (isinstance(value, str) and value.isdecimal() and len(value) == 12):
        raise RowError(f"resource_account: expected an account of 12 digits, got {value!r}")
    return value or ""


def _who(row: Row, name: str = "principal") -> Caller:
    value = row.get(name)
    if value == "anonymous":
        return ANONYMOUS
    if isinstance(value, str):
        try:
            return caller(value)
        except ValueError as error:
            raise RowError(f"{name}: {error}") from None
    if isinstance(value, Mapping) and len(value) == 1:
        (kind, text), *_ = value.items()
        if kind in ("service", "federated") and isinstance(text, str) and text:
            return Caller("service" if kind == "service" else "federated", text)
    raise RowError(
        f'{name}: expected an ARN, "anonymous", {{"service": …}} or {{"federated": …}}, got {json.dumps(value)[:80]}'
    )


def _context(row: Row) -> dict[str, tuple[str, ...]]:
    value = row.get("context") or {}
    if not isinstance(value, Mapping):
        raise RowError(f"context: expected an object, got {type(value).__name__}")
    found: dict[str, tuple[str, ...]] = {}
    for key, raw in value.items():
        values = raw if isinstance(raw, list) else [] if raw is None else [raw]
        if key.lower() in found:
            raise RowError(f"context: the key {key!r} stands twice, in different case")
        found[key.lower()] = tuple(_scalar(each, f"context.{key}") for each in values)
    return found


def _scalar(raw: Any, where: str) -> str:
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, str | int | float):
        return str(raw)
    raise RowError(f"{where}: expected a text or a list of texts, got {type(raw).__name__}")


def _policies(row: Row, where: str = "") -> Policies:
    resource = None if row.get("resource_policies") is None else _level(row, "resource_policies", "resource", where)
    return Policies(
        identity=_level(row, "identity_policies", "identity", where),
        boundary=_level(row, "permission_boundaries", "identity", where),
        session=_level(row, "session_policies", "session", where),
        scps=_levels(row, "scps", "identity", where),
        rcps=_levels(row, "rcps", "rcp", where),
        resource=resource,
        endpoint=_level(row, "endpoint_policies", "resource", where),
    )


def _level(row: Row, name: str, kind: Kind, where: str = "") -> Level:
    source = f"{where}.{name}" if where else name
    return tuple(_attached(raw, f"{source}[{i}]", kind) for i, raw in enumerate(_list(row, name)))


def _levels(row: Row, name: str, kind: Kind, where: str) -> tuple[Level, ...]:
    named = {f"{name}[{i}]": level for i, level in enumerate(_list(row, name))}
    return tuple(_level(named, each, kind, where) for each in named)


def _attached(raw: Any, source: str, kind: Kind) -> Attached:
    """A policy: an object, its JSON text, the ARN of an AWS-managed one, or `{"unknown": …}`."""
    if isinstance(raw, str) and raw.startswith("arn:"):
        return Attached(f"{source} ({raw})", managed_policy(raw) or Unknown(raw))
    document = _with_unknowns(raw) if _has_unknowns(raw) else raw
    if isinstance(document, Unknown):
        return Attached(source, document)
    if not isinstance(document, str | dict):
        raise RowError(f"{source}: expected a policy, got {type(raw).__name__}")
    try:
        return Attached(source, parse(document, kind))
    except DocumentError as error:
        raise RowError(f"{source}: {error}") from None


def _has_unknowns(raw: Any) -> bool:
    """Is there an `{"unknown": …}` somewhere?  Most documents have none and are not copied."""
    left = [raw]
    while left:
        each = left.pop()
        if type(each) is dict:
            if "unknown" in each:
                return True
            left += [value for value in each.values() if type(value) is not str]
        elif type(each) is list:
            left += [value for value in each if type(value) is not str]
    return False


def _with_unknowns(raw: Any) -> Any:
    if isinstance(raw, dict):
        if len(raw) == 1 and isinstance(path := raw.get("unknown"), str):
            return Unknown(path)
        return {key: _with_unknowns(value) for key, value in raw.items()}
    return [_with_unknowns(value) for value in raw] if isinstance(raw, list) else raw


def _role(raw: Any, where: str) -> Principal:
    """A role that may be assumed: `{"arn", "trust_policy", …}` with its own policies."""
    own = _POLICIES - {"resource_policies", "endpoint_policies"}
    _only(raw, {"arn", "trust_policy", "context"} | own, where)
    try:
        trust = _level(raw, "trust_policy", "trust", where)
        policies = _policies({name: raw[name] for name in own if name in raw}, where)
        return Principal(_who(raw, "arn"), policies, trust, _context(raw))
    except RowError as error:
        raise RowError(f"{where}: {error}" if not str(error).startswith(where) else str(error)) from None


def _reach(answer: Reach) -> Answer:
    reachable = answer.verdict == "reachable"
    return {
        "verdict": answer.verdict,
        "witness": _witness(answer.witness) if reachable and answer.witness else None,
        "missing": [unknown.path for unknown in answer.missing],
        "because": list(answer.because),
    }


def _witness(found: Witness) -> Answer:
    who: Any = found.who.id or "anonymous"
    if found.who.kind in ("service", "federated"):
        who = {found.who.kind: found.who.id}
    context = {key: values[0] if len(values) == 1 else list(values) for key, values in found.context.items()}
    answer = {"principal": who, "action": found.action, "resource": found.resource}
    if found.account:
        answer["resource_account"] = found.account
    return {**answer, "context": context, "by": [str(cause) for cause in found.by]}


def _scope(policies: Policies) -> str:
    """What was read."""
    kinds = {
        "identity policies": True,
        "permission boundaries": bool(policies.boundary),
        "session policies": bool(policies.session),
        "SCPs": bool(policies.scps),
        "RCPs": bool(policies.rcps),
        "resource policies": policies.resource is not None,
        "endpoint policies": bool(policies.endpoint),
    }
    return "read: " + ", ".join(kind for kind, was_read in kinds.items() if was_read)
