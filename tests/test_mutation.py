"""A rule that is changed fails one of its cases: each condition of it matters, and is seen to."""

import ast
import copy
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tenant_safety.analysis import Facts
from tenant_safety.rules import CATALOG, Rule
from tests.cases import Case, cases, every, run

OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OF_SYMBOLS = (
    'links: if isinstance(arn, Symbolic) and (len(fields) < 6 or any(set("*?") & set(field) for field in fields[:5])):'
)
SETTLED = "trusts: replace(c, values=tuple(str(v) if isinstance(v, Symbolic) else v for v in c.values))"
SETTLED_IN = 'trusts: if c.key in keys and c.how and c.how.name == "StringEquals"'
EQUIVALENT: dict[str, str] = {
    "logs: if isinstance(a.account, Unknown) or isinstance(b.account, Unknown):: join by And": (
        "one provider has one account: where only one is known, the providers differ"
    ),
    'mentions: yield Foreign(part.at.urn, "a resource", "a document", "not decided", tenant, missing): drop yield': (
        "no case is so complex that the engine does not say it itself; one of the drawn programs was"
    ),
    "excuses: if isinstance(by, Known):: negate if": "cases do not tell the reason; test_excuses does",
    "excuses: return not isinstance(self.by[0], Known): drop not": "nor who lets it pass; test_excuses does",
    "sharing: if condition.key == key and condition.how is not None:: join by Or": (
        "members of other keys' patterns are asked about besides, and a condition that is not known has none"
    ),
    "sharing: missing=tuple(text for text in texts if isinstance(text, Unknown)),: negate filter 0": (
        "it says where another account is asked about that everybody was asked about before"
    ),
    f"{OF_SYMBOLS}: compare by GtE": "cases have no symbols; test_analysis has",
    f"{OF_SYMBOLS}: join by And": "cases have no symbols; test_analysis has",
    f"{SETTLED}: negate if": "cases have no symbols; test_analysis has",
    f"{SETTLED_IN}: join by Or": "cases have no symbols; test_analysis has",
    f"{SETTLED_IN}: compare by NotIn": "cases have no symbols; test_analysis has",
    f"{SETTLED_IN}: compare by NotEq": "cases have no symbols; test_analysis has",
}
"""Mutants that mean the same, or that another test sees, by their line and what was changed, with the reason."""

ASKING = ("tenant_safety.analysis.", "tenant_safety.rules.")
"""Modules that call those of the analysis."""

Mutation = Callable[[Any], object]


def _negated(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), node)


def _mutations(node: ast.AST) -> Iterator[tuple[str, Mutation]]:
    """What can be changed in one node: a name, and the change, which is made to a copy."""
    if isinstance(node, ast.If | ast.IfExp):
        yield "negate if", lambda n: setattr(n, "test", _negated(n.test))
    if isinstance(node, ast.comprehension):
        for i in range(len(node.ifs)):
            yield f"negate filter {i}", lambda n, i=i: n.ifs.__setitem__(i, _negated(n.ifs[i]))
    if isinstance(node, ast.Compare):
        new = OPPOSITES[type(node.ops[0])]
        yield f"compare by {new.__name__}", lambda n: n.ops.__setitem__(0, new())
    if isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"join by {other.__name__}", lambda n: setattr(n, "op", other())
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "drop not", lambda n: setattr(n, "operand", _negated(n.operand))
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield | ast.YieldFrom):
        nothing = ast.YieldFrom(ast.Tuple([], ast.Load()))
        yield "drop yield", lambda n: setattr(n, "value", nothing)
    if isinstance(node, ast.Continue):
        yield "drop continue", lambda n: None


class _Without(ast.NodeTransformer):
    """Replaces one statement by `pass`."""

    def __init__(self, statement: ast.stmt) -> None:
        self.statement = statement

    def visit_Continue(self, node: ast.Continue) -> ast.stmt:
        return ast.Pass() if node is self.statement else node


def mutants(source: str) -> Iterator[tuple[str, ast.Module]]:
    """Each mutant of the functions and methods of a module, with its line and what was changed."""
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    bodies = {id(inner) for function in functions for part in function.body for inner in ast.walk(part)}
    inside = [i for i, node in enumerate(nodes) if id(node) in bodies]
    for i in inside:
        for name, change in _mutations(nodes[i]):
            mutant = copy.deepcopy(tree)
            node = list(ast.walk(mutant))[i]
            if isinstance(node, ast.Continue):
                _Without(node).visit(mutant)
            else:
                change(node)
            line = getattr(nodes[i], "lineno", None) or getattr(getattr(nodes[i], "target", None), "lineno", 0)
            yield f"{line}: {name}", ast.fix_missing_locations(mutant)


def _rule_of(tree: ast.Module, original: Rule) -> Rule:
    module = ModuleType(original.check.__module__)
    module.__dict__.update(__package__="tenant_safety.rules", __file__=original.id)
    exec(compile(tree, f"<{original.id}>", "exec"), module.__dict__)
    made = module.__dict__[original.id.replace("-", "_")]
    assert isinstance(made, Rule)
    return made


def _fails(read: Iterable[tuple[Rule, Case, Facts]]) -> bool:
    try:
        return any(run(rule, facts) != case.outcome for rule, case, facts in read)
    except (AttributeError, TypeError):
        return True  # A finding that holds what no finding may hold.


@pytest.mark.parametrize("rule", CATALOG, ids=lambda rule: rule.id)
def test_every_mutant_of_a_rule_fails_a_case(rule: Rule) -> None:
    """A condition that can be turned round without a case noticing is not tested."""
    file = sys.modules[rule.check.__module__].__file__
    assert file is not None
    source = Path(file).read_text(encoding="utf-8")
    read = [(case, case.facts()) for case in cases(rule.id)]
    assert not _fails((rule, case, facts) for case, facts in read)

    survivors = []
    for mutation, tree in mutants(source):
        mutant = _rule_of(tree, rule)
        if not _fails((mutant, case, facts) for case, facts in read):
            survivors.append(mutation)

    assert sorted(name for name in EQUIVALENT if name.startswith(f"{rule.id}:")) == sorted(
        f"{rule.id}:{mutation}" for mutation in survivors
    )


def test_rules_have_mutants() -> None:
    """The machinery itself makes mutants, of every kind."""
    source = (
        "def f(a):\n    for b in a:\n        if not b and b > 1:\n            continue\n        yield b if b else 0\n"
    )

    made = [name for name, _ in mutants(source)]

    expected = {"negate if", "join by Or", "drop not", "compare by GtE", "drop continue", "drop yield"}
    assert expected == {name.split(": ")[1] for name in made}


def _arriving(rule: Rule, case: Case, facts: Facts) -> Iterator[tuple[Rule, Case, Facts]]:
    """A case as it is judged when one of its resources is the one that has just arrived."""
    for raw in case.resources:
        stack = replace(facts.stack, whole=False, arrived=case.urn(raw["type"], raw["name"]))
        yield rule, replace(case, outcome=run(rule, Facts(stack, facts.claim))), Facts(stack, facts.claim)


@pytest.mark.parametrize(
    ("name", "families"),
    [
        pytest.param("logs", {"logs"}, marks=pytest.mark.long),
        pytest.param("capacity", {"capacity"}, marks=pytest.mark.long),
        pytest.param("identity", {"global-config", "identity"}, marks=pytest.mark.long),
        pytest.param("trusts", {"identity"}, marks=pytest.mark.long),
        pytest.param("oidc", {"identity"}, marks=pytest.mark.long),
        pytest.param("links", {"tenancy", "global-config"}, marks=pytest.mark.long),
        ("mentions", {"boundary"}),
        ("excuses", {"exemptions"}),
        pytest.param("sharing", {"sharing"}, marks=pytest.mark.long),
        pytest.param("exposure", {"global-config"}, marks=pytest.mark.long),
        pytest.param("openings", {"global-config"}, marks=pytest.mark.long),
        pytest.param("chains", {"global-config", "identity", "customer"}, marks=pytest.mark.long),
        pytest.param("escapes", {"identity", "customer"}, marks=pytest.mark.long),
        pytest.param("customers", {"customer"}, marks=pytest.mark.long),
        pytest.param("takeovers", {"identity", "customer"}, marks=pytest.mark.long),
    ],
)
def test_every_mutant_of_an_analysis_fails_a_case(
    name: str, families: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What rules ask is as much theirs as what they say."""
    original = sys.modules[f"tenant_safety.analysis.{name}"]
    source = Path(str(original.__file__)).read_text(encoding="utf-8")
    read = [(rule, case, case.facts()) for rule, case in every() if rule.family in families]
    if name in ("identity", "sharing", "exposure", "openings", "trusts", "oidc"):
        read += [each for rule, case, facts in read for each in _arriving(rule, case, facts)]
    assert not _fails((rule, case, replace(facts)) for rule, case, facts in read)

    survivors = []
    for mutation, tree in mutants(source):
        mutant = ModuleType(original.__name__)
        mutant.__dict__.update(__package__="tenant_safety.analysis", __file__=name)
        monkeypatch.setitem(sys.modules, original.__name__, mutant)
        exec(compile(tree, f"<{name}>", "exec"), mutant.__dict__)
        for asking in [module for path, module in sys.modules.items() if path.startswith(ASKING)]:
            for key, value in [*vars(asking).items()]:
                if getattr(value, "__name__", "") == original.__name__:
                    monkeypatch.setattr(asking, key, mutant)
                elif getattr(value, "__module__", "") == original.__name__ and asking is not mutant:
                    monkeypatch.setattr(asking, key, vars(mutant)[key])
        # Facts are computed once, so each mutant is asked for its own.
        if not _fails((rule, case, replace(facts)) for rule, case, facts in read):
            line = source.splitlines()[int(mutation.split(":")[0]) - 1].strip()
            survivors.append(f"{name}: {line}: {mutation.split(': ')[1]}")

    assert sorted(each for each in EQUIVALENT if each.startswith(f"{name}:")) == sorted(survivors)
