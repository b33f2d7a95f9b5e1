"""Environments by example, each of which ESC evaluates the same; and what of them is stale."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from esc_compare import differences, needs_esc, ours

from tenant_safety.esc import Known, Origin, Stale, evaluate, parse, plain, stale

CASES = Path(__file__).parent / "cases"
LANGUAGE = yaml.safe_load((CASES / "language.yaml").read_text(encoding="utf-8"))
STALE = yaml.safe_load((CASES / "stale.yaml").read_text(encoding="utf-8"))


def _root(case: dict[str, Any]) -> str:
    return list(case["environments"])[-1]


@pytest.mark.parametrize("case", LANGUAGE, ids=lambda case: case["name"])
def test_an_environment_evaluates_to_what_the_case_says(case: dict[str, Any]) -> None:
    """The value and which of it is secret, or that there is a fault."""
    evaluation = ours(_root(case), case["environments"])

    value = evaluation.value
    secret = [key for key, each in value.content.items() if each.secret]
    if evaluation.faults:
        assert case.get("faults")
    else:
        assert (case.get("gives"), case.get("secret", [])) == (plain(value, reveal=True), secret)


@needs_esc
def test_esc_says_the_same_of_each_case() -> None:
    """The cases of what is stale are environments as well."""
    found = list(differences([(_root(each), each["environments"]) for each in (*LANGUAGE, *STALE)]))

    assert [] == found


@pytest.mark.parametrize("case", STALE, ids=lambda case: case["name"])
def test_what_is_stale_is_what_the_case_says(case: dict[str, Any]) -> None:
    """Each value that was made of what is replaced, and no other."""
    evaluation = ours(_root(case), case["environments"])

    found = stale(evaluation)

    told = [[each.path, each.environment, each.read, each.source.environment, each.replaced_by] for each in found]
    assert ((), case["stale"]) == (evaluation.faults, told)


def test_a_value_knows_where_it_comes_from_and_what_it_replaces() -> None:
    """So that it can be explained: 222 from the tenant, replaces 111 from global."""
    evaluation = ours(
        "x", {"g": {"values": {"o": {"a": "111"}}}, "x": {"imports": ["g"], "values": {"o": {"a": "222"}}}}
    )

    account = evaluation.value.content["o"].content["a"]

    assert ("222", Origin("x", "o.a")) == (account.content, account.origin)
    assert ("111", Origin("g", "o.a"), None) == (account.base.content, account.base.origin, account.base.base)


def test_a_stale_value_names_the_source_of_what_it_read() -> None:
    """The path of the expression that made what was read."""
    evaluation = ours("x", {"g": {"values": {"a": "1", "b": "${a}"}}, "x": {"imports": ["g"], "values": {"a": "2"}}})

    found = stale(evaluation)

    assert (Stale("b", "g", "a", Origin("g", "a"), "x"),) == found


def test_without_decryption_a_ciphertext_is_an_unknown_secret() -> None:
    """It is no fault, and neither is what is made of it."""
    raw = {"values": {"s": {"fn::secret": {"ciphertext": "ZXNjeAAAAAExZTV4GkuzPA=="}}, "t": "x${s}"}}

    evaluation = evaluate("x", lambda name: parse(name, raw))

    hidden, revealed = (plain(evaluation.value, reveal=reveal) for reveal in (False, True))
    assert ((), {"s": "[secret]", "t": "[secret]"}) == (evaluation.faults, hidden)
    assert {"s": "[unknown]", "t": "[unknown]"} == revealed


def test_what_is_shared_changes_no_result() -> None:
    """Evaluations of several roots that share what they import give what each gives alone."""
    raw: dict[str, Any] = {
        "g": {"values": {"a": 1, "o": {"x": "${a}"}}},
        "c": {"imports": ["g"], "values": {"root": "${context.rootEnvironment.name}"}},
        "t": {"imports": ["g", "c"], "values": {"o": {"y": 2}}},
        "u": {"imports": ["c", "g"], "values": {"a": 3, "r": "${environments.p.q.x}"}},
        "p/q": {"imports": ["g"], "values": {"x": "${o}"}},
        "bad": {"imports": ["u"], "values": {"z": "${none}"}},
    }
    known = Known()

    shared = [evaluate(root, lambda name: parse(name, raw[name]), known=known) for root in (*raw, *raw)]

    alone = [evaluate(root, lambda name: parse(name, raw[name])) for root in (*raw, *raw)]
    assert [(each.value, each.faults) for each in alone] == [(each.value, each.faults) for each in shared]


def test_a_cycle_is_one_with_what_is_shared() -> None:
    """What was without a fault for one root may import the next root."""
    raw = {"a": {"imports": ["b"], "values": {}}, "b": {"values": {}}, "t": {"imports": ["a"], "values": {}}}
    known = Known()
    evaluate("t", lambda name: parse(name, raw[name]), known=known)

    raw["b"] = {"imports": ["a"], "values": {}}
    evaluation = evaluate("b", lambda name: parse(name, raw[name]), known=known)

    assert ["cyclic import of 'b'"] == [each.message for each in evaluation.faults]
