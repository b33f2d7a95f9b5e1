"""Whatever comes ends soon, in an `EscError` or a fault, and tells no secret."""

import traceback
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest
import yaml
from esc_compare import ours
from esc_generate import Generator, envelope

from tenant_safety.esc import EscError, Known, evaluate, parse, plain, stale

SECRET = "hunter2hunter2"


def _deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


def _doubling(count: int) -> dict[str, Any]:
    return {"a0": "x" * 100, **{f"a{at}": f"${{a{at - 1}}}${{a{at - 1}}}" for at in range(1, count)}}


def _doubling_lists(count: int) -> dict[str, Any]:
    return {"a0": [1, 2], **{f"a{at}": [f"${{a{at - 1}}}", f"${{a{at - 1}}}"] for at in range(1, count)}}


REFUSED: dict[str, Any] = {
    "nothing": None,
    "a list": [],
    "another key at the top": {"Values": {}},
    "a description that is no text": {"description": 1},
    "values that are a list": {"values": []},
    "a key that is no text": {"values": {1: 2}},
    "nested keys that are no texts": {"values": {"a": {None: 2}}},
    "nested too deep": {"values": _deep(100_000)},
    "not a number": {"values": {"a": float("nan")}},
    "infinity": {"values": {"a": float("-inf")}},
    "an integer beyond a double": {"values": {"a": 10**5000}},
    "half a surrogate pair": {"values": {"a": "\ud800"}},
    "half a surrogate pair in a key": {"values": {"\udfff": 1}},
    "a date": yaml.safe_load("values: {a: 2024-01-01}"),
    "bytes": {"values": {"a": b"x"}},
    "a set": {"values": {"a": {1, 2}}},
    "too many values": {"values": {"a": [None] * 200_000}},
    "too many letters": {"values": {"a": "x" * 5_000_000}},
    "imports that are no list": {"imports": "a"},
    "an import that is a number": {"imports": [1]},
    "an import of two": {"imports": [{"a": {}, "b": {}}]},
    "an import with other settings": {"imports": [{"a": {"optional": True}}]},
    "an import merged by a text": {"imports": [{"a": {"merge": "no"}}]},
    "too many imports": {"imports": ["a"] * 1_000},
    "a key with a reference": {"values": {"a": {"${b}": 1}}},
    "a key twice": {"values": {"a": {"$$": 1, "$": 2}}},
    "a reference to nothing": {"values": {"a": "${b..c}"}},
    "a reference with white space": {"values": {"a": "${b c}"}},
    "a reference with letters that ESC takes for white space": {"values": {"a": "${à}"}},
    "a first index": {"values": {"a": "${[0]}"}},
    "an index that is none": {"values": {"a": "${b[x]}"}},
    "a subscript that is not closed": {"values": {"a": '${b["x"'}},
    "a key that is not closed": {"values": {"a": '${b["x'}},
    "an empty key": {"values": {"a": '${b[""]}'}},
    "concat of no list": {"values": {"a": {"fn::concat": "x"}}},
    "join of one": {"values": {"a": {"fn::join": ["x"]}}},
    "validate without a value": {"values": {"a": {"fn::validate": {"schema": {}}}}},
}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=list(REFUSED))
def test_what_is_no_definition_is_refused(raw: object) -> None:
    """With the name of the environment, in few words."""
    with pytest.raises(EscError, match="environment 'x'") as caught:
        parse("x", raw)

    assert len(str(caught.value)) < 600


def test_a_list_in_itself_is_refused() -> None:
    """A YAML reader makes one of an anchor."""
    raw = yaml.safe_load("values: {a: &a [*a]}")

    with pytest.raises(EscError, match="nested"):
        parse("x", raw)


def test_a_name_is_a_text() -> None:
    """A name that is none is told as such."""
    with pytest.raises(EscError, match="name"):
        parse(1, {})  # type: ignore[arg-type]


FAULTY: dict[str, dict[str, Any]] = {
    "texts that double": {"x": {"values": _doubling(40)}},
    "lists that double": {"x": {"values": _doubling_lists(40)}},
    "texts that double again and again": {
        "x": {
            "values": {
                f"{k}{a}": v.replace("{a", f"{{{k}a") for k in "bcdefghijklmno" for a, v in _doubling(14).items()
            }
        }
    },
    "a long chain of references": {"x": {"values": {f"a{at}": f"${{a{at + 1}}}" for at in range(5_000)}}},
    "a long chain of imports": {f"{at or 'x'}": {"imports": [str(at + 1)], "values": {}} for at in range(2_000)},
    "values that nest by reference": {
        "x": {"values": {"a000": 1, **{f"a{at:03}": {"v": f"${{a{at - 1:03}}}"} for at in range(1, 200)}}}
    },
    "JSON that nests": {
        "x": {"values": {"a": {"fn::fromJSON": "[" * 100_000}, "b": {"fn::fromJSON": "[" * 50 + "]" * 50}}}
    },
    "JSON that is not finite": {"x": {"values": {"a": {"fn::fromJSON": "[NaN]"}}}},
    "JSON beyond a double": {"x": {"values": {"a": {"fn::fromJSON": "1e999"}}}},
    "JSON of many digits": {"x": {"values": {"a": {"fn::fromJSON": "9" * 5_000}}}},
    "JSON that is cut off": {"x": {"values": {"a": {"fn::fromJSON": "1."}}}},
    "bytes that are no text": {"x": {"values": {"a": {"fn::fromBase64": "/w=="}}}},
    "no base64": {"x": {"values": {"a": {"fn::fromBase64": "=a"}}}},
    "a schema that refers to itself": {
        "x": {
            "values": {
                "a": {
                    "fn::validate": {"schema": {"$ref": "#/$defs/t", "$defs": {"t": {"$ref": "#/$defs/t"}}}, "value": 1}
                }
            }
        }
    },
    "a schema that refers to nothing": {
        "x": {"values": {"a": {"fn::validate": {"schema": {"$ref": "t"}, "value": 1}}}}
    },
    "a pattern that takes forever": {
        "x": {"values": {"a": {"fn::validate": {"schema": {"pattern": "(a+)+$"}, "value": "a" * 50 + "b"}}}}
    },
    "a pattern that is none": {"x": {"values": {"a": {"fn::validate": {"schema": {"pattern": "["}, "value": "a"}}}}},
    "a long text for a pattern": {
        "x": {"values": {"a": {"fn::validate": {"schema": {"pattern": "a"}, "value": "a" * 10_000}}}}
    },
    "a length that is no whole number": {
        "x": {"values": {"a": {"fn::validate": {"schema": {"minLength": 1.5}, "value": ""}}}}
    },
    "a schema that is a text": {"x": {"values": {"a": {"fn::validate": {"schema": "x", "value": ""}}}}},
    "a multiple of nothing": {"x": {"values": {"a": {"fn::validate": {"schema": {"multipleOf": 0}, "value": 1}}}}},
    "no ciphertext": {"x": {"values": {"a": {"fn::secret": {"ciphertext": "eA=="}}}}},
    "environments without a name": {"x": {"values": {"a": "${environments.p}"}}},
    "an environment that is not there": {"x": {"values": {"a": "${environments.p.q.r}", "b": "${a.b}"}}},
    "a key of a list": {"x": {"values": {"a": [1], "b": "${a.c}", "c": "${imports[0]}"}}},
    "a definition that can't be read": {"x": {"imports": ["y"]}, "y": {"values": 1}},
    "a root that is not there": {},
}


@pytest.mark.parametrize("environments", FAULTY.values(), ids=list(FAULTY))
def test_what_can_not_be_evaluated_is_a_fault(environments: dict[str, Any]) -> None:
    """Within seconds, and the rest is as it is."""
    began = monotonic()

    evaluation = ours("x", environments)

    seconds = monotonic() - began
    stale(evaluation)
    assert evaluation.faults
    assert all(len(str(each)) < 700 for each in evaluation.faults)
    assert seconds < 5


def test_a_stack_that_is_full_is_an_esc_error() -> None:
    """Whoever calls may have called many before."""
    environments = {"x": parse("x", {"values": {f"a{at}": f"${{a{at + 1}}}" for at in range(60)}})}

    def down(levels: int) -> object:
        return down(levels - 1) if levels else evaluate("x", environments.__getitem__)

    with pytest.raises(EscError, match="stack"):
        down(800)


def test_secrets_are_in_no_repr_fault_or_error() -> None:
    """Whatever goes wrong with them."""
    raw = {
        "values": {
            "s": {"fn::secret": SECRET},
            "c": {"fn::secret": {"ciphertext": envelope(SECRET)}},
            "j": {"fn::fromJSON": "${s}"},
            "b": {"fn::fromBase64": "${c}!"},
            "k": "${s.x}",
            "v": {"fn::validate": {"schema": {"const": "x", "pattern": "^y", "maxLength": 1}, "value": "${s}"}},
            "n": {"fn::join": ["", [{"fn::toJSON": "${s}"}, 1]]},
            "p": {"fn::open::x": {"a": "${s}"}},
        }
    }
    definition = parse("x", raw)

    evaluation = ours("x", {"x": raw})

    shown = [repr(definition), repr(evaluation), repr(evaluation.value.content["s"]), repr(definition.values.entries)]
    shown += [*map(str, evaluation.faults), str(plain(evaluation.value, reveal=False)), repr(evaluation.node)]
    assert len(evaluation.faults) >= 6
    assert SECRET not in "\n".join(shown)


def test_a_refused_secret_is_not_told() -> None:
    """Neither what came nor what it was made of is in the error."""
    with pytest.raises(EscError) as caught:
        parse("x", {"values": {"s": {"fn::secret": f"${{a}} {SECRET}"}}})

    assert SECRET not in "".join(traceback.format_exception_only(caught.value))


def test_what_decryption_says_is_not_told() -> None:
    """Its error may be about the secret."""

    def refuse(_environment: str, _ciphertext: str) -> str:
        raise EscError(SECRET)

    raw = {"values": {"c": {"fn::secret": {"ciphertext": envelope(SECRET)}}}}

    evaluation = evaluate("x", lambda name: parse(name, raw), decrypt=refuse)

    assert ["x: c: the secret could not be decrypted"] == list(map(str, evaluation.faults))


def test_evaluation_is_the_same_each_time() -> None:
    """Faults and what is stale come in one order."""
    sets = [Generator(seed).environments() for seed in range(100)]

    first, second = ([(e.value, e.faults, stale(e)) for e in (ours(list(s)[-1], s) for s in sets)] for _ in range(2))

    assert first == second


def test_many_tenants_share_what_they_import(tell: Callable[[str], None]) -> None:
    """900 tenants over four layers, with 60 keys each."""

    def values(layer: int) -> dict[str, Any]:
        return {
            f"k{at}": {"a": at, "b": "${k0.a}", "c": f"{layer}-${{k1}}"} if at % 2 == 0 else "v" for at in range(60)
        }

    layers = [parse(f"l{at}", {"imports": [f"l{at - 1}"] if at else [], "values": values(at)}) for at in range(4)]
    tenants = [parse(f"t{at}", {"imports": ["l3"], "values": values(at)}) for at in range(900)]
    definitions = {each.name: each for each in (*layers, *tenants)}
    known = Known()
    began = monotonic()

    results = [evaluate(each.name, definitions.__getitem__, known=known) for each in tenants]

    tell(f"ESC: 900 tenants of 5 layers and 60 keys in {monotonic() - began:.1f} s")
    assert not any(each.faults for each in results)
