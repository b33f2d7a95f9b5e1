"""The symbolic engine and the evaluator agree, on many generated questions and on small ones that shrink."""

from collections.abc import Callable, Sequence
from itertools import product
from random import Random
from typing import Any

import pytest
from generate import BY_NAME, Case, asked, case, change, falls_under, in_target, requests
from hypothesis import given, settings
from hypothesis import strategies as st
from soak import REASONS, Engine, Tally, main, policies, principal, reason, run, summary

from tenant_safety.iam import Attached, Policies, Request, caller, evaluate, parse, reach
from tenant_safety.iam import rows as of_rows
from tenant_safety.iam.keys import is_fixed_by_platform
from tenant_safety.iam.services import action as known_action
from tenant_safety.iam.services import is_multivalued

CASES = 50_000
MANY = 200_000
"""What only the long tests ask."""


@pytest.fixture(scope="module")
def seen() -> Tally:
    """What many questions have shown."""
    tally = run(CASES, 2026, Tally(), 0, lambda *_: None, processes=2)
    print(summary(tally, 0.0))
    return tally


def test_no_answer_contradicts_the_evaluator(seen: Tally) -> None:
    """Nothing unreachable is allowed, every witness is accepted, and of single requests both say the same."""
    assert [] == seen.faults
    assert seen.cases >= CASES


@pytest.mark.long
def test_no_answer_of_many_contradicts_the_evaluator() -> None:
    """With another seed."""
    seen = run(MANY, 2027, Tally(), 0, lambda *_: None, processes=2)

    assert [] == seen.faults
    assert seen.cases >= MANY


def test_requests_hit(seen: Tally) -> None:
    """A fifth of the requests or more are allowed, and many are denied explicitly, so that they show something."""
    share = {name: number / seen.cases for name, number in seen.decisions.items()}

    assert share["allow"] >= 0.2
    assert share["explicit_deny"] >= 0.1


def test_both_answers_are_common(seen: Tally) -> None:
    """No harness that only ever sees one verdict; and few questions are left open, each for a reason in the table."""
    total = sum(seen.verdicts.values())

    assert seen.verdicts["reachable"] > total / 10
    assert seen.verdicts["unreachable"] > total / 10
    assert sum(seen.reasons.values()) < total / 50
    assert set(seen.reasons) <= {start + name for name, _, _ in REASONS for start in ("", "new access: ")}


def test_a_seed_gives_the_same_question() -> None:
    """Twice the same, with the same requests; another seed gives another one."""
    first, second, other = case(7), case(7), case(8)

    assert first == second != other
    assert change(7) == change(7)
    assert requests(first, 20, Random(1)) == requests(second, 20, Random(1))


def test_requests_fall_under_their_question() -> None:
    """By the actions, the targets and the facts; platform keys that are told stay as they are told."""
    for seed in range(300):
        made = case(seed)
        for one in requests(made, 10, Random(seed)):
            assert falls_under(made, one.action, one.resource)
            assert any(in_target(target, one.resource) for target in made.targets)
            assert {key: one.context[key] for key in made.facts} == dict(made.facts)


def test_the_harness_knows_the_keys_as_the_engine_does() -> None:
    """Which keys the platform fixes and which have several values."""
    fixed = {name: is_fixed_by_platform(name) for name in BY_NAME}
    several = {name: is_multivalued(name) for name in BY_NAME}

    assert {name: key.fixed for name, key in BY_NAME.items()} == fixed
    assert {name: key.several for name, key in BY_NAME.items()} == several


def test_a_complete_document_without_a_reason_has_an_answer() -> None:
    """The table has no reason for the plainest question, whatever is said of it."""
    made = Case(0, "arn:aws:iam::111111111111:role/a", ("arn:aws:s3:::a",), None, identity=({"Statement": []},))

    actual = {reason(made, [text]) for text in ("", "holds under a condition", "has a policy variable", "NotPrincipal")}

    assert {None} == actual


def test_rows_say_the_same() -> None:
    """The rows of the command line get the verdicts of the library, and `simulate` accepts each witness as a row."""
    engine = Engine()

    for seed in range(400):
        made = case(seed)
        answer = of_rows.reach(made.row())
        direct = engine.reach(
            principal(made), policies(made), made.targets, made.actions, facts=made.facts, account=made.account
        )
        assert direct.verdict == answer["verdict"], seed
        if answer["verdict"] == "reachable":
            witness = {name: value for name, value in answer["witness"].items() if name != "by"}
            row = {name: value for name, value in made.row().items() if name not in ("targets", "actions", "context")}
            assert "allow" == of_rows.simulate({**row, **witness})["decision"], seed


def test_a_run_goes_on_where_it_stopped(tmp_path: Any) -> None:
    """In two parts it sees what it sees in one."""
    parts, whole = tmp_path / "parts.json", tmp_path / "whole.json"

    for path, numbers in ((parts, ("1_000", "3_000")), (whole, ("3_000",))):
        for number in numbers:
            assert main(["--cases", number, "--seed", "5", "--state", str(path)]) == 0

    noted = [path.read_text(encoding="utf-8").partition('"tally"')[2] for path in (parts, whole)]
    assert noted[0] == noted[1]


# --- small questions, over all requests that there are ---

ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:ListBucket")
RESOURCES = tuple(f"arn:aws:s3:::{name}" for name in ("a", "b", "aa", "ab", "ba", "bb", "a/a", "a/b", "b/a", "aba"))
VALUES = ((), ("a",), ("b",), ("ab",))
TAGS = ((), ("a",), ("b",), ("a", "b"))
WHO = caller("arn:aws:iam::111111111111:role/a")

action_patterns = st.sampled_from(["*", "s3:GetObject", "s3:PutObject", "s3:*Object", "S3:get*", "s3:?istBucket"])
names = st.text("ab*?/", min_size=1, max_size=3)
resource_patterns = st.one_of(
    st.just("*"),
    names.map(lambda name: f"arn:aws:s3:::{name}"),
    st.sampled_from(["arn:aws:s3", "arn:aws:s3:*", "arn:aws:s3:::${s3:prefix}*", "arn:aws:s3:::a${*}"]),
)
string_operators = st.sampled_from(
    [
        f"{name}{suffix}"
        for suffix, name in product(
            ("", "IfExists"), ("StringEquals", "StringLike", "StringNotEquals", "StringNotLike")
        )
    ]
)
tag_operators = st.builds("{}:{}".format, st.sampled_from(["ForAllValues", "ForAnyValue"]), string_operators)
values = st.lists(st.text("ab*?", min_size=1, max_size=2), min_size=1, max_size=2)
conditions = st.one_of(
    st.just({}),
    st.builds(lambda how, wanted: {how: {"s3:prefix": wanted}}, string_operators, values),
    st.builds(lambda how, wanted: {how: {"aws:TagKeys": wanted}}, tag_operators, values),
    st.builds(
        lambda absent, key: {"Null": {key: absent}}, st.booleans(), st.sampled_from(["s3:prefix", "aws:TagKeys"])
    ),
)


@st.composite
def statements(draw: st.DrawFn, principals: bool = False) -> dict[str, Any]:
    """A statement over the small world."""
    effect = draw(st.sampled_from(["Allow", "Allow", "Deny"]))
    action, resource = (draw(st.sampled_from(["", "", "Not"])) for _ in range(2))
    made = {
        "Effect": effect,
        f"{action}Action": draw(st.lists(action_patterns, min_size=1, max_size=2)),
        f"{resource}Resource": draw(st.lists(resource_patterns, min_size=1, max_size=2)),
    }
    if condition := draw(conditions):
        made["Condition"] = condition
    if principals:
        accounts = ["*", {"AWS": "111111111111"}, {"AWS": WHO.id}, {"AWS": "222222222222"}]
        made["Principal"] = draw(st.sampled_from(accounts))
    return made


def documents(*, principals: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    return st.lists(statements(principals), min_size=1, max_size=3).map(
        lambda listed: {"Version": "2012-10-17", "Statement": listed}
    )


none_or: Callable[[Any], Any] = lambda one: st.just(()) | st.tuples(one)  # noqa: E731


levels = st.fixed_dictionaries(
    {
        "identity": st.tuples(documents()),
        "boundary": none_or(documents()),
        "scp": none_or(documents()),
        "resource": none_or(documents(principals=True)),
    }
)


@settings(max_examples=400, deadline=None)
@given(
    levels,
    st.sampled_from(["arn:aws:s3:::*", "arn:aws:s3:::a*", "arn:aws:s3:::a", "arn:aws:s3:::?/*"]),
    st.sampled_from(["", "222222222222"]),
)
def test_every_request_of_a_small_world(documents: dict[str, Sequence[Any]], target: str, account: str) -> None:
    """Unreachable means that none of all requests is allowed; reachable means that the witness is."""
    known = _policies(documents)

    answer = reach(WHO, known, [target], ACTIONS, account=account)

    if answer.verdict == "reachable":
        found = answer.witness
        assert found is not None
        assert in_target(target, found.resource)
        request = Request(found.who, found.action, found.resource, found.account, found.context)
        assert "allow" == evaluate(request, known).decision
    else:
        allowed = [one for one in _all_requests(target, account) if evaluate(one, known).decision == "allow"]
        assert not (allowed and answer.verdict == "unreachable"), allowed[0]
        assert answer.verdict == "unreachable" or "${" in str(documents), answer.because


def _policies(documents: dict[str, Sequence[Any]]) -> Policies:
    level = {name: tuple(Attached(name, parse(document)) for document in found) for name, found in documents.items()}
    scps = (level["scp"],) if level["scp"] else ()
    return Policies(identity=level["identity"], boundary=level["boundary"], scps=scps, resource=level["resource"])


def _all_requests(target: str, account: str) -> list[Request]:
    return [
        Request(WHO, action, resource, account, {"s3:prefix": prefix, "aws:tagkeys": tags})
        for action, resource, prefix, tags in product(ACTIONS, RESOURCES, VALUES, TAGS)
        if in_target(target, resource)
    ]


def test_the_generators_actions_are_known() -> None:
    """The service data has every action that questions are made of, and the last of each service names no resource."""
    named = {seed: asked(case(seed)) for seed in range(50)}

    assert any(named.values())
    assert all(known_action(name) for name in ACTIONS)
