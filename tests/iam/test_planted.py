"""Mistakes planted into a copy of the engine are each found by the comparison with the evaluator.

The copy is patched in its text.  Where the text to be replaced is no longer there, the mistake has to be planted anew.
"""

import importlib
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from soak import Engine, Tally, check, check_change

import tenant_safety.iam

SOURCE = Path(tenant_safety.iam.__file__).parent

QUESTIONS = 1_500
"""A mistake has to be found within so many questions."""


@dataclass(frozen=True)
class Mistake:
    """A text of a module, and what is put in its place."""

    name: str
    module: str
    right: str
    wrong: str
    check: Callable[..., Tally] = check


MISTAKES = (
    Mistake(
        "a Deny is dropped",
        "reach.py",
        "denies = [rule for rule in matching if not rule.allows]",
        "denies = [rule for rule in matching if not rule.allows][1:]",
    ),
    Mistake(
        "an unconditional Deny is not heeded where all is denied",
        "universe.py",
        "denied = any(not r.allows and not r.atoms",
        "denied = any(not r.allows and r.atoms",
    ),
    Mistake(
        "the last field of an ARN is not compared",
        "patterns.py",
        "zip(wanted, fields, strict=True) if w != f",
        "zip(wanted[:-1], fields[:-1], strict=True) if w != f",
    ),
    Mistake(
        "an ARN with missing fields is completed by one too few",
        "wildcards.py",
        "missing = FIELDS - 1 - pattern.count",
        "missing = FIELDS - 2 - pattern.count",
    ),
    Mistake(
        "the boundary is ignored",
        "reach.py",
        'boundary = [of("boundary")] if policies.boundary and who.kind != "root" else []',
        "boundary: list[list[Rule]] = []",
    ),
    Mistake(
        "session policies are ignored",
        "reach.py",
        'session = [of("session")] if policies.session or who.kind == "federated-user" else []',
        "session: list[list[Rule]] = []",
    ),
    Mistake(
        "a federated user without session policies is not limited",
        "reach.py",
        'if policies.session or who.kind == "federated-user"',
        "if policies.session",
    ),
    Mistake(
        "one level of SCPs is skipped",
        "reach.py",
        'limits = [of(f"scps[{i}]") for i in range(len(self.setting.scps))]',
        'limits = [of(f"scps[{i}]") for i in range(1, len(self.setting.scps))]',
    ),
    Mistake(
        "the policies of an endpoint are ignored",
        "reach.py",
        'limits += [of("endpoint")] if policies.endpoint else []',
        "pass",
    ),
    Mistake("NotAction is read as Action", "statements.py", "not_actions=statement.not_actions,", "not_actions=False,"),
    Mistake(
        "NotResource is read as Resource",
        "statements.py",
        "not_resources=statement.not_resources,",
        "not_resources=False,",
    ),
    Mistake(
        "a question mark is read as a star",
        "patterns.py",
        "        self.text = text\n",
        '        self.text = text.replace("?", "*")\n',
    ),
    Mistake(
        "actions are compared with their case",
        "documents.py",
        "        return text.lower()\n    return text.symbols",
        "        return text\n    return text.symbols",
    ),
    Mistake(
        "the conditions of an Allow are ignored",
        "statements.py",
        "atoms=atoms or (),",
        'atoms=(atoms or ()) if statement.effect == "Deny" else (),',
    ),
    Mistake("a condition that fails is taken for one that holds", "statements.py", "elif atom is False or", "elif"),
    Mistake(
        "an absent key matches",
        "conditions.py",
        "return how.negated or how.if_exists",
        "return True",
    ),
    Mistake(
        "no key is ever absent",
        "keys.py",
        "found = (*_told_apart(key, sets, atoms), ())",
        "found = tuple(_told_apart(key, sets, atoms))",
    ),
    Mistake(
        "ForAllValues fails on a missing key",
        "conditions.py",
        "return all(_one(how, wanted, value, context, variables) for value in values)\n"
        '    if how.quantifier == "ForAnyValue":',
        "return bool(values) and all(_one(how, wanted, value, context, variables) for value in values)\n"
        '    if how.quantifier == "ForAnyValue":',
    ),
    Mistake(
        "a multi-valued key has one value",
        "keys.py",
        "if is_multivalued(key) or any(atom.how.quantifier for atom in atoms):",
        "if False:",
    ),
    Mistake(
        "numbers at the bound are forgotten",
        "keys.py",
        "return [*points, *between, points[0] - 1, points[-1] + 1]",
        "return [*between, points[0] - 1, points[-1] + 1]",
    ),
    Mistake(
        "KMS keys and roles need no policy of their own",
        "evaluate.py",
        "return own is not None and len(fields) == FIELDS and fields[-1].startswith(own)",
        "return False",
    ),
    Mistake(
        "another account's resource needs no policy of its own",
        "reach.py",
        "elif alone or who.account != self.setting.account:",
        "elif alone:",
    ),
    Mistake(
        "the role is granted by its account's name",
        "reach.py",
        "yield [*limits, naming(*DIRECT)]",
        'yield [*limits, naming(*DIRECT, "account")]',
    ),
    Mistake(
        "a variable is filled with a wildcard that counts",
        "variables.py",
        "return literal(values[0])",
        "return values[0]",
    ),
    Mistake(
        "a variable without a value matches everything",
        "statements.py",
        "        except Unresolved:\n            return None, True",
        '        except Unresolved:\n            return "*", True',
    ),
    Mistake(
        "what is not known of a statement does not match",
        "statements.py",
        'self.generous = (statement.effect == "Allow") == reading.widely',
        "self.generous = False",
    ),
    Mistake(
        "what is not known of a statement matches",
        "statements.py",
        'self.generous = (statement.effect == "Allow") == reading.widely',
        "self.generous = True",
    ),
    Mistake(
        "the shorter pattern covers",
        "patterns.py",
        'return "splits" if len(found) > 1 else "covers" if 1 in found else "disjoint"',
        'return "covers" if 1 in found else "disjoint"',
    ),
    Mistake(
        "what the reference allows counts as new",
        "compare.py",
        "yield [allows], [*denies, *(rule for rule in matching if rule.layer == REFERENCE and rule.allows)]",
        "yield [allows], denies",
        check_change,
    ),
    Mistake(
        "a Deny that the candidate has lost is not new access",
        "compare.py",
        "if denying.layer == REFERENCE and not denying.allows:",
        "if False:",
        check_change,
    ),
)


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Mistake | None], Engine]]:
    """Makes an engine of a copy of the package, with a mistake or without."""
    monkeypatch.syspath_prepend(tmp_path)
    made: list[str] = []

    def plant(mistake: Mistake | None) -> Engine:
        name = f"planted_{len(made)}"
        made.append(name)
        shutil.copytree(SOURCE, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        if mistake:
            file = tmp_path / name / mistake.module
            text = file.read_text(encoding="utf-8")
            assert text.count(mistake.right) == 1, f"{mistake.module} has changed; plant {mistake.name!r} anew"
            file.write_text(text.replace(mistake.right, mistake.wrong), encoding="utf-8")
        importlib.invalidate_caches()
        return Engine(name)

    yield plant
    for name in [name for name in sys.modules if name.partition(".")[0] in made]:
        del sys.modules[name]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_planted_mistake_is_found(planted: Callable[[Mistake | None], Engine], mistake: Mistake) -> None:
    """Some question of the first ones is answered otherwise than the evaluator answers its requests."""
    engine = planted(mistake)

    found = next((seed for seed in range(QUESTIONS) if mistake.check(seed, engine).faults), None)

    assert found is not None


@pytest.mark.parametrize("count", [QUESTIONS // 5, pytest.param(QUESTIONS, marks=pytest.mark.long)])
def test_the_copy_without_a_mistake_is_right(planted: Callable[[Mistake | None], Engine], count: int) -> None:
    """On questions among which most mistakes are found, or all."""
    engine = planted(None)

    faults = [fault for seed in range(count) for fault in check(seed, engine).faults]
    faults += [fault for seed in range(count // 5) for fault in check_change(seed, engine).faults]

    assert [] == faults
