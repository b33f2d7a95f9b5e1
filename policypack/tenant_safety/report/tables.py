"""Tables of logs and of capacity as text and JSON."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..model import Stack, Unknown
from ..tables import Bound, CapacityTable, RouteTable, Unread, Used, worst
from .text import inert, without


def routes_as_text(tables: Sequence[RouteTable]) -> str:
    """A table for each stack: what logs, the ways, where it ends, the verdict and why."""
    return "\n\n".join("\n".join(_routes(table)) for table in tables)


def capacity_as_text(tables: Sequence[CapacityTable]) -> str:
    """A table for each pair: what the plan bounds, used, most, left, the verdict; and what uses it."""
    return "\n\n".join("\n".join(_capacity(table)) for table in tables)


def routes_as_json(tables: Sequence[RouteTable], registry: str) -> str:
    """An object (docs/tables.md)."""
    return _json(
        registry,
        tables,
        [
            {
                "stack": table.stack.name,
                "project": table.stack.project,
                "plan": table.plan,
                "verdict": table.verdict,
                "routes": [
                    {
                        "resource": _name(row.urn),
                        "urn": row.urn,
                        "what": row.what,
                        "hops": list(row.hops),
                        "end": row.end,
                        "at": row.at,
                        "verdict": row.verdict,
                        "why": row.why,
                    }
                    for row in table.rows
                ],
                "unread": _unread(table.unread),
            }
            for table in tables
        ],
        _secrets([table.stack for table in tables]),
    )


def capacity_as_json(tables: Sequence[CapacityTable], registry: str) -> str:
    """An object (docs/tables.md)."""
    return _json(
        registry,
        tables,
        [
            {
                "stack": table.name,
                "projects": [stack.project for stack in table.stacks],
                "plan": table.plan,
                "verdict": table.verdict,
                "capacity": [
                    {
                        "name": bound.name,
                        "used": bound.used,
                        "most": bound.most,
                        "left": bound.left,
                        "verdict": bound.verdict,
                        "parts": [
                            {"project": each.project, "resource": each.resource, "used": _known(each)}
                            for each in bound.parts
                        ],
                        "missing": [{"what": each.path, "from": list(each.depends_on)} for each in bound.missing],
                    }
                    for bound in table.bounds
                ],
                "unread": _unread(table.unread),
            }
            for table in tables
        ],
        _secrets([stack for table in tables for stack in table.stacks]),
    )


def _json(
    registry: str, tables: Sequence[RouteTable | CapacityTable], listed: list[dict[str, Any]], secrets: frozenset[str]
) -> str:
    """What a run tells, with the registry that it used."""
    told = {"version": 1, "registry": registry, "verdict": worst(tables), "stacks": listed}
    return json.dumps(_masked(told, secrets), indent=2)


def _masked(value: Any, secrets: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {key: _masked(inner, secrets) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, secrets) for inner in value]
    return without(value, secrets) if isinstance(value, str) else value


def _unread(unread: Iterable[Unread]) -> list[dict[str, str]]:
    return [{"resource": _name(each.urn), "urn": each.urn, "why": each.why} for each in unread]


def _routes(table: RouteTable) -> Iterator[str]:
    yield f"{table.stack.project}/{table.stack.name} (plan {table.plan}): {table.verdict}"
    rows = [("resource", "logs", "through", "ends", "at", "verdict", "why")]
    rows += [
        (_name(row.urn), row.what, " > ".join(row.hops), row.end, row.at, row.verdict, row.why) for row in table.rows
    ]
    if table.rows:
        yield from _columns(rows, table.stack.secrets)
    elif not table.unread:
        yield "  nothing in it logs"
    yield from _not_read(table.unread, table.stack.secrets)


def _capacity(table: CapacityTable) -> Iterator[str]:
    secrets = _secrets(table.stacks)
    projects = ", ".join(stack.project for stack in table.stacks)
    yield f"{table.name} (plan {table.plan}; {projects}): {table.verdict}"
    rows = [("bound", "used", "most", "left", "verdict", "of")]
    rows += [
        (bound.name, f"{bound.used:g}", _number(bound.most), _left(bound), bound.verdict, "; ".join(_parts(bound)))
        for bound in table.bounds
    ]
    yield from _columns(rows, secrets)
    yield from _not_read(table.unread, secrets)


def _parts(bound: Bound) -> Iterator[str]:
    if bound.parts:
        yield ", ".join(f"{each.project}:{each.resource} {_shown(each)}" for each in bound.parts)
    if bound.missing:
        yield f"missing: {', '.join(_missing(each) for each in bound.missing)}"


def _missing(unknown: Unknown) -> str:
    names = ", ".join(map(_name, unknown.depends_on))
    return f"{unknown.path} (from {names})" if names else unknown.path


def _shown(used: Used) -> str:
    return "?" if isinstance(used.amount, Unknown) else f"{used.amount:g}"


def _known(used: Used) -> float | None:
    return None if isinstance(used.amount, Unknown) else used.amount


def _number(value: float | None) -> str:
    return "not set" if value is None else f"{value:g}"


def _left(bound: Bound) -> str:
    if bound.left is None:
        return "-"
    return f"{-bound.left:g} too much" if bound.left < 0 else f"{bound.left:g}"


def _not_read(unread: Sequence[Unread], secrets: frozenset[str]) -> Iterator[str]:
    for each in unread:
        yield f"  undetermined: {_safe(f'{_name(each.urn)}: {each.why}', secrets)}"


def _columns(rows: Sequence[Sequence[str]], secrets: frozenset[str]) -> Iterator[str]:
    """Rows of text, aligned."""
    safe = [[_safe(cell, secrets) or "-" for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*safe, strict=True)]
    for row in safe:
        yield "  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _safe(text: str, secrets: frozenset[str]) -> str:
    return inert(without(text, secrets))


def _secrets(stacks: Iterable[Stack]) -> frozenset[str]:
    return frozenset(secret for stack in stacks for secret in stack.secrets)


def _name(urn: str) -> str:
    return urn.split("::", 3)[-1]
