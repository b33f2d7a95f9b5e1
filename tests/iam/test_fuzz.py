"""Malformed documents and rows are told as such: they never crash, hang or pass for a proof."""

import json
import math
import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from generate import Case, case, change

from tenant_safety.iam import DocumentError, parse
from tenant_safety.iam.rows import RowError, answers, new_access, reach, simulate

ROWS = 3_000
"""Rows that are broken in one or a few places, for each of the commands."""

SECONDS = 5.0
"""What a hostile document may take, on a slow machine."""

ALLOWED = {"Effect": "Allow", "Action": "*", "Resource": "*"}
OPEN = {"Version": "2012-10-17", "Statement": [ALLOWED]}
JUNK: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**400,
    1e308,
    math.nan,
    math.inf,
    "",
    " ",
    "*",
    "Allow",
    "arn:",
    "arn:aws:iam::aws:policy/AdministratorAccess",
    "arn:aws:iam::aws:policy/NoSuchPolicy",
    "\x00\x07\x1b",
    "\ue000\ue001",
    "\ud800",
    "${",
    "${aws:username",
    "${aws:username, 'a}",
    "${}",
    "${*}${?}${$}",
    "*" * 2_000,
    "a*" * 500,
    [],
    [[]],
    [None],
    {},
    {"": ""},
    {"unknown": "later"},
    {"unknown": 1},
    {"Statement": []},
    OPEN,
)


def simulated(made: Case, rng: Random) -> dict[str, Any]:
    """The row of one request of a question."""
    row = {name: value for name, value in made.row().items() if name not in ("targets", "actions")}
    row.setdefault("resource_policies", [])
    return {**row, "action": "s3:GetObject", "resource": rng.choice(("arn:aws:s3:::a/b", *made.targets))}


def broken(rng: Random, raw: Any) -> Any:
    """The same JSON with one place changed: junk put in, a key renamed, dropped or wrapped, a value nested or taken."""
    places = list(_places(raw))
    parent, key = rng.choice(places)
    value = parent[key]
    match rng.randrange(8):
        case 0 | 1 | 2:
            parent[key] = rng.choice(JUNK)
        case 3:
            del parent[key]
        case 4:
            parent[key] = [value]
        case 5:
            parent[key] = {rng.choice(("a", "Statement", "AWS", "StringEquals", "unknown")): value}
        case 6 if isinstance(key, str):
            parent[rng.choice((key.lower(), f"{key} ", f"Not{key}", "Version", "Condition"))] = value
        case 6:
            parent.append(rng.choice(JUNK))
        case _:
            text = json.dumps(value)
            i = rng.randrange(len(text) + 1)
            parent[key] = rng.choice((text, text[:i], text[:i] + rng.choice('\x00"{}[],') + text[i:]))
    return raw


def _places(raw: Any) -> Any:
    inner = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    for key, value in list(inner):
        yield raw, key
        yield from _places(value)


def copied(raw: Any) -> Any:
    """A deep copy, so that junk is not changed in its place."""
    if isinstance(raw, dict):
        return {key: copied(value) for key, value in raw.items()}
    return [copied(value) for value in raw] if isinstance(raw, list) else raw


@pytest.mark.parametrize("command", ["simulate", "reach", "new_access"])
def test_a_broken_row_is_answered_or_refused(command: str) -> None:
    """Whatever is put into a row, the only error is a RowError, and it says something."""
    rng = Random(command)
    asked: dict[str, Callable[[Any], Any]] = {"simulate": simulate, "reach": reach, "new_access": new_access}
    refused = 0
    told: set[bool] = set()

    for seed in range(ROWS):
        made = case(seed)
        rows = {"simulate": lambda: simulated(made, rng), "reach": made.row, "new_access": lambda: change(seed).row()}  # noqa: B023
        row = copied(rows[command]())
        for _ in range(rng.choice((1, 1, 1, 2, 4))):
            row = copied(broken(rng, row))
        try:
            answer = asked[command](row)
        except RowError as error:
            refused += 1
            told.add(bool(str(error)))
        else:
            assert repr(row.get("id")) == repr(answer["id"])  # NaN is not equal to itself.

    assert {True} == told
    assert refused > ROWS / 4


_MALFORMED_STATEMENTS: tuple[Any, ...] = (
    None,
    1,
    "",
    {},
    {**ALLOWED, "Effect": "allow"},
    {**ALLOWED, "Effect": None},
    {**ALLOWED, "Effect": ["Allow"]},
    {**ALLOWED, "effect": "Deny"},
    {**ALLOWED, "NotAction": "s3:*"},
    {**ALLOWED, "NotResource": "*"},
    {**ALLOWED, "Action": []},
    {**ALLOWED, "Action": {}},
    {**ALLOWED, "Action": [["s3:*"]]},
    {**ALLOWED, "Action": 1},
    {**ALLOWED, "Resource": []},
    {**ALLOWED, "Resource": [1]},
    {**ALLOWED, "Resource": "\ue000"},
    {**ALLOWED, "Principal": "*"},
    {**ALLOWED, "Condition": []},
    {**ALLOWED, "Condition": "a"},
    {**ALLOWED, "Condition": {"StringEqual": {"aws:username": "a"}}},
    {**ALLOWED, "Condition": {"ForSomeValues:StringEquals": {"aws:username": "a"}}},
    {**ALLOWED, "Condition": {"StringEquals": []}},
    {**ALLOWED, "Condition": {"StringEquals": {"aws:username": {"a": 1}}}},
    {**ALLOWED, "Condition": {"NullIfExists": {"aws:username": "true"}}},
    {**ALLOWED, "Condition": {"NumericLessThan": {"s3:max-keys": math.nan}}},
    {**ALLOWED, "Condition": {"NumericLessThan": {"s3:max-keys": -math.inf}}},
    {**ALLOWED, "Resource": ""},
    {**ALLOWED, "Resource": "bucket"},
    {**ALLOWED, "Action": "GetObject"},
    {"Action": "*", "Resource": "*"},
    {"Effect": "Allow", "Resource": "*"},
    {"Effect": "Allow", "Action": "*"},
)


@pytest.mark.parametrize("statement", _MALFORMED_STATEMENTS, ids=lambda statement: json.dumps(statement)[:60])
def test_a_malformed_statement_never_proves_anything(statement: Any) -> None:
    """A row with a statement that AWS would refuse is refused, or at least not answered with `unreachable`."""
    row = {
        "id": "1",
        "principal": "arn:aws:iam::111111111111:role/ci",
        "targets": ["arn:aws:s3:::a"],
        "identity_policies": [{"Version": "2012-10-17", "Statement": statement}],
        "resource_policies": [],
    }

    try:
        verdict = reach(row)["verdict"]
    except RowError:
        verdict = "refused"

    assert verdict in ("refused", "undetermined", "reachable")


def test_a_null_is_not_known() -> None:
    """What a program has not filled in yet may allow, and may miss a deny."""
    deny = {"Effect": "Deny", "Action": "*", "Resource": None}
    row = {
        "id": "1",
        "principal": "arn:aws:iam::111111111111:role/ci",
        "targets": ["arn:aws:s3:::a"],
        "resource_policies": [],
    }

    verdicts = [
        reach({**row, "identity_policies": [{"Statement": statements}]})["verdict"]
        for statements in ({**ALLOWED, "Resource": None}, {**ALLOWED, "Action": [None]}, [ALLOWED, deny])
    ]

    assert ["undetermined"] * 3 == verdicts


def test_a_broken_allow_is_never_unreachable() -> None:
    """However an allowing document is broken, it is refused or may still allow; a lost statement is no proof."""
    rng = Random(3)
    lost = 0
    text = json.dumps(OPEN)

    for _ in range(3_000):
        i, j = sorted(rng.sample(range(len(text) + 1), 2))
        cut = text[:i] + rng.choice(("", "null", "0", '"', "{", "]", "\x00", "\\u0000", text[i:j] * 2)) + text[j:]
        row = {
            "id": "1",
            "principal": "arn:aws:iam::111111111111:role/ci",
            "targets": ["arn:aws:s3:::a"],
            "identity_policies": [cut],
            "resource_policies": [],
        }
        try:
            verdict = reach(row)["verdict"]
        except RowError:
            continue
        document = json.loads(cut)
        statements = document["Statement"]
        whole = statements if isinstance(statements, list) else [statements]
        if verdict == "unreachable":
            lost += 1
            assert all(isinstance(one, dict) and set(one) <= {*ALLOWED, "Sid"} for one in whole)
            assert not any(one == ALLOWED for one in whole)

    assert lost < 300


@pytest.mark.parametrize(
    "line",
    [
        "",
        "   ",
        "{",
        "[]",
        "null",
        "1",
        '"row"',
        "NaN",
        '{"id": 1, "principal": "anonymous", "action": "s3:*", "resource": "*", "context": {"s3:max-keys": NaN}}',
        '{"id": 1, "id": 2}',
        '{"principal": NaN}',
        "{" * 50_000,
        "[" * 100_000,
        '{"a":' * 20_000 + "1" + "}" * 20_000,
        '{"id": "\ud800"}',
        "\x00",
        "\ufeff{}",
        '{"id": ' + "9" * 10_000 + "}",
    ],
    ids=lambda line: repr(line[:20]),
)
@pytest.mark.parametrize("command", ["simulate", "reach", "new-access"])
def test_a_line_that_is_no_row_is_an_error_row(command: str, line: str) -> None:
    """The other lines are still answered."""
    found = list(answers(command, [line, "{}"]))

    assert all(set(answer) == {"id", "error"} for answer in found)
    assert found[-1]["error"]


def test_nesting_is_refused() -> None:
    """A document or a condition a hundred thousand deep is a malformed one, not a crash."""
    deep: Any = "a"
    for _ in range(100_000):
        deep = [deep]
    documents: list[Any] = [
        {"Statement": {**ALLOWED, "Action": deep}},
        {"Statement": {**ALLOWED, "Condition": {"StringEquals": {"aws:username": deep}}}},
        {"Statement": deep},
        '{"Statement":' * 50_000,
    ]

    for document in documents:
        row = {
            "id": "1",
            "principal": "anonymous",
            "targets": ["arn:aws:s3:::a"],
            "identity_policies": [document],
            "resource_policies": [],
        }
        with pytest.raises(RowError):
            reach(row)


_LONG = {
    "stars and letters": "arn:aws:s3:::" + "*a" * 5_000,
    "letters and stars": "arn:aws:s3:::" + "a*b*" * 2_500,
    "only stars": "arn:aws:s3:::" + "*" * 10_000,
    "question marks": "arn:aws:s3:::" + "?" * 10_000,
    "both": "arn:aws:s3:::" + "?*" * 5_000,
    "colons": "arn:aws:s3" + ":*" * 5_000,
    "slashes": "arn:aws:s3:::" + "*/" * 5_000,
    "variables": "arn:aws:s3:::" + "${aws:username}*" * 600,
    "open variables": "arn:aws:s3:::" + "${" * 5_000,
    "spaces in a variable": "arn:aws:s3:::${" + " " * 10_000,
}


def _many(pattern: str) -> dict[str, list[str]]:
    """The same pattern at once, and in many pieces that overlap."""
    piece = [f"arn:aws:s3:::{'*' * (i % 3)}a{i % 7}*{'?' * (i % 5)}b*" for i in range(500)]
    return {"one": [pattern], "many": [pattern, *piece]}


@pytest.mark.parametrize("count", ["one", "many"])
@pytest.mark.parametrize("name", sorted(_LONG))
def test_long_wildcards_do_not_hang(name: str, count: str) -> None:
    """Ten thousand characters of wildcards are decided in seconds, or left undetermined, as Allow and as Deny."""
    pattern = _many(_LONG[name])[count]
    allow = {**ALLOWED, "Resource": pattern}
    statements = [[allow], [ALLOWED, {**allow, "Effect": "Deny"}], [{**ALLOWED, "NotResource": pattern}]]
    del statements[2][0]["Resource"]
    start = time.monotonic()

    verdicts = [
        reach(
            {
                "id": "1",
                "principal": "arn:aws:iam::111111111111:role/ci",
                "targets": ["arn:aws:s3:::b*", "arn:aws:s3:::a?b*"],
                "identity_policies": [{"Version": "2012-10-17", "Statement": one}],
                "resource_policies": [],
            }
        )["verdict"]
        for one in statements
    ]

    assert time.monotonic() - start < SECONDS * len(statements)
    assert set(verdicts) <= {"reachable", "unreachable", "undetermined"}


@pytest.mark.parametrize("name", sorted(_LONG))
def test_long_wildcards_do_not_hang_elsewhere(name: str) -> None:
    """Nor do they in actions, conditions, targets, in a single request, or in a comparison."""
    text = _LONG[name].removeprefix("arn:aws:s3:::")
    like = {**ALLOWED, "Condition": {"StringLike": {"s3:prefix": text}, "StringNotLike": {"s3:prefix": text + "b"}}}
    row = {"id": "1", "principal": "arn:aws:iam::111111111111:role/ci", "resource_policies": []}
    start = time.monotonic()

    reach({**row, "targets": ["arn:aws:s3:::a*"], "identity_policies": [{"Statement": like}]})
    reach({**row, "targets": [_LONG[name]], "identity_policies": [{"Statement": ALLOWED}]})
    reach({**row, "targets": ["*"], "identity_policies": [{"Statement": {**ALLOWED, "Action": f"s3:{text}"}}]})
    reach({**row, "targets": ["*"], "actions": [f"s3:{text}"], "identity_policies": [{"Statement": ALLOWED}]})
    simulate(
        {
            **row,
            "action": "s3:GetObject",
            "resource": "arn:aws:s3:::" + "ab" * 5_000,
            "context": {"s3:prefix": "ab" * 5_000},
            "identity_policies": [{"Statement": [like, {**ALLOWED, "Resource": _LONG[name]}]}],
        }
    )
    new_access({"id": "1", "reference": {"Statement": ALLOWED}, "candidate": {"Statement": like}})
    new_access({"id": "1", "reference": {"Statement": like}, "candidate": {"Statement": ALLOWED}})

    assert time.monotonic() - start < SECONDS * 7


def test_random_text_is_no_document() -> None:
    """Bytes of any kind are refused by the parser with its own error."""
    rng = Random(9)

    for _ in range(2_000):
        text = "".join(chr(rng.choice((0, 34, 44, 58, 91, 93, 123, 125, 0xE000, 0x2028, 97))) for _ in range(40))
        with pytest.raises(DocumentError):
            parse(text)
