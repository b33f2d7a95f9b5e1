"""Generated sets of environments evaluate as Pulumi ESC evaluates them."""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest
from esc_compare import differences, needs_esc, ours
from esc_generate import Generator

from tenant_safety.esc import evaluation, merging, nodes
from tenant_safety.esc.expressions import Literal
from tenant_safety.esc.nodes import Node

pytestmark = needs_esc

SETS = 4_000
MANY = 50_000
PLANTED = 1_500
"""A planted mistake has to be found within so many sets."""


def _sets(first: int, count: int) -> list[tuple[str, dict[str, Any]]]:
    made = [Generator(seed).environments() for seed in range(first, first + count)]
    return [(list(each)[-1], each) for each in made]


def test_generated_environments_evaluate_as_esc_evaluates_them(tell: Callable[[str], None]) -> None:
    """Values, secrets and number texts are the same, and so is whether it errs."""
    began = monotonic()
    sets = _sets(0, SETS)

    found = list(differences(sets))

    erring = sum(bool(ours(*each).faults) for each in sets)
    seconds = monotonic() - began
    tell(f"ESC: {SETS} sets of environments, {erring} of which err, {len(found)} differ, {seconds:.0f} s")
    assert [] == found[:3]
    assert erring < SETS / 2


@pytest.mark.long
def test_many_generated_environments_evaluate_as_esc_evaluates_them(tell: Callable[[str], None]) -> None:
    """The same, with other seeds and many more sets."""
    began = monotonic()
    found: list[str] = []

    for first in range(1_000_000, 1_000_000 + MANY, 5_000):
        found += differences(_sets(first, 5_000))

    tell(f"ESC: {MANY} sets of environments, {len(found)} differ, {monotonic() - began:.0f} s")
    assert [] == found[:3]


def _lists_merge(node: Node, base: Node | None) -> Node:
    made = merging.merged(node, base)
    if base is not None and isinstance(node.content, tuple) and isinstance(base.content, tuple):
        return replace(made, content=(*base.content, *node.content))
    return made


def _nulls_are_dropped(node: Node, base: Node | None) -> Node:
    return base if base is not None and node.content is None else merging.merged(node, base)


def _nothing_is_merged(node: Node, _base: Node | None) -> Node:
    return node


def _final_is_not_heeded(self: evaluation.Scope, cell: Any) -> Node:
    return self.bounded(cell, merging.merged(self.made(cell), cell.base))


_of = evaluation.Scope.of


def _secrets_are_lost(self: evaluation.Scope, cell: Any, content: Any, secret: bool = False, like: Any = ()) -> Node:
    return _of(self, cell, content, secret and isinstance(cell.expression, Literal), like)


_inside = evaluation.Scope.inside


def _scoping_is_dynamic(self: evaluation.Scope, cell: Any, accessors: Any) -> Node:
    """A base's own value is left for what was merged so far under the name of another environment."""
    for name, node in self.run.known.items():
        part = node.property(str(accessors[0])) if node is not None and name != self.name else None
        if part is not None:
            return self.within(cell, part, accessors[1:])
    return _inside(self, cell, accessors)


MISTAKES = (
    ("lists merge", evaluation, "merged", _lists_merge),
    ("nulls are dropped", evaluation, "merged", _nulls_are_dropped),
    ("nothing is merged", evaluation, "merged", _nothing_is_merged),
    ("final is not heeded", evaluation.Scope, "overriding", _final_is_not_heeded),
    ("secrets are lost", evaluation.Scope, "of", _secrets_are_lost),
    ("scoping is dynamic", evaluation.Scope, "inside", _scoping_is_dynamic),
    ("keys are not sealed", evaluation, "sealed", lambda node: node),
    ("what is under a base does not show", nodes.Node, "keys", lambda self: sorted(self.content)),
)


@pytest.mark.parametrize(
    ("owner", "name", "wrong"), [each[1:] for each in MISTAKES], ids=[each[0] for each in MISTAKES]
)
def test_a_planted_mistake_is_found(owner: object, name: str, wrong: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison is able to fail."""
    monkeypatch.setattr(owner, name, wrong)

    found = next(differences(_sets(0, PLANTED)), None)

    assert found is not None
