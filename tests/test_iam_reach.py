"""Reach agrees with a second, slow and obvious implementation: what it says is reachable is allowed, and where it says
nothing is, every request that can be made of the documents' own patterns is denied.
"""

import re
import sys
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_safety.iam import Document, Granted, Unknown, parse, reach

ACTIONS = ("s3:getobject", "s3:putobject", "s3:listbucket", "ssm:getparameter")
RESOURCES = (
    "arn:aws:s3:::a",
    "arn:aws:s3:::a/x",
    "arn:aws:s3:::ab",
    "arn:aws:s3:::b/a",
    "arn:aws:ssm:eu:1:parameter/a",
)
TARGETS = ("arn:aws:s3:::a*", "arn:aws:s3:::b/*", "arn:aws:s3:::a", "arn:aws:ssm:eu:1:parameter/*")

action_patterns = st.sampled_from(["*", "s3:*", "S3:Get*", "s3:?etobject", "s3:putobject", "ssm:*", "s3:*bucket"])
resource_patterns = st.sampled_from(
    ["*", "arn:aws:s3:::*", "arn:aws:s3:::a*", "arn:aws:s3:::a", "arn:aws:s3:::?/*", "arn:aws:ssm:eu:1:parameter/a*"]
)


@st.composite
def statements(draw: st.DrawFn, *, sure: bool = True) -> dict[str, Any]:
    """A statement of an identity policy; without `sure` it may hold a condition or something unknown."""
    negated = draw(st.sampled_from(["", "", "Not"])), draw(st.sampled_from(["", "", "Not"]))
    made: dict[str, Any] = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        f"{negated[0]}Action": draw(st.lists(action_patterns, min_size=1, max_size=2)),
        f"{negated[1]}Resource": draw(st.lists(resource_patterns, min_size=1, max_size=2)),
    }
    doubt = "" if sure else draw(st.sampled_from(["", "condition", "action", "resource", "variable"]))
    if doubt == "condition":
        made["Condition"] = {"Bool": {"aws:SecureTransport": "true"}}
    elif doubt == "action":
        made[f"{negated[0]}Action"].append(Unknown("action"))
    elif doubt == "resource":
        made[f"{negated[1]}Resource"].append(Unknown("resource"))
    elif doubt == "variable":
        made[f"{negated[1]}Resource"].append("arn:aws:s3:::a${aws:username}")
    return made


def documents(*, sure: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    return st.lists(statements(sure=sure), min_size=1, max_size=3).map(lambda listed: {"Statement": listed})


def matches(patterns: Any, text: str) -> bool:
    return any(
        re.fullmatch("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern), text) for pattern in patterns
    )


def applies(statement: dict[str, Any], action: str, resource: str) -> bool:
    """The reference: does a statement match a request?"""
    by_action = (
        matches([p.lower() for p in statement["Action"]], action)
        if "Action" in statement
        else not matches([p.lower() for p in statement["NotAction"]], action)
    )
    by_resource = (
        matches(statement["Resource"], resource)
        if "Resource" in statement
        else not matches(statement["NotResource"], resource)
    )
    return by_action and by_resource


def allowed(document: dict[str, Any], action: str, resource: str) -> bool:
    """The reference: an Allow that applies, and no Deny that does."""
    effects = {s["Effect"] for s in document["Statement"] if applies(s, action, resource)}
    return effects == {"Allow"}


def requests(target: str) -> Iterator[tuple[str, str]]:
    return ((a, r) for a, r in product(ACTIONS, RESOURCES) if matches([target], r))


@settings(max_examples=300)
@given(documents(), st.none() | documents(), st.sampled_from(TARGETS), st.sampled_from(["s3:?*", "*", "ssm:get*"]))
def test_agrees_with_the_reference(
    document: dict[str, Any], boundary: dict[str, Any] | None, target: str, actions: str
) -> None:
    """With nothing unknown there is always an answer, and it is the reference's."""
    limit = None if boundary is None else parse(boundary)

    answer = reach([Granted("policy", parse(document))], limit, actions, target)

    limits = [boundary] if boundary else []
    sampled = any(
        all(allowed(each, a, r) for each in (document, *limits)) for a, r in requests(target) if matches([actions], a)
    )
    if answer.verdict == "reachable":
        assert all(allowed(each, answer.action, answer.resource) for each in (document, *limits))
        assert matches([target], answer.resource)
        assert matches([actions], answer.action)
    else:
        assert ("unreachable", False) == (answer.verdict, sampled)


def settled(document: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    """The document with its unknowns and variables replaced by values."""
    return {"Statement": [{key: _settled(value, known) for key, value in s.items()} for s in document["Statement"]]}


def _settled(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [known[v.path] if isinstance(v, Unknown) else v.replace("${aws:username}", "nn") for v in value]
    return value


@settings(max_examples=200)
@given(documents(sure=False), action_patterns, resource_patterns, st.sampled_from(TARGETS))
def test_what_is_unreachable_stays_so_whatever_the_unknown_is(
    document: dict[str, Any], action: str, resource: str, target: str
) -> None:
    """For all values: unreachable means denied with any of them, reachable means allowed with any of them."""
    later = settled(document, {"action": action, "resource": resource})

    answer = reach([Granted("policy", parse(document))], None, "*", target)

    without = {"Statement": [s for s in later["Statement"] if "Condition" not in s or s["Effect"] == "Allow"]}
    if answer.verdict == "unreachable":
        assert not any(allowed(without, a, r) for a, r in requests(target))
    elif answer.verdict == "reachable":
        certain = {"Statement": [s for s in later["Statement"] if "Condition" not in s or s["Effect"] == "Deny"]}
        assert allowed(certain, answer.action, answer.resource)


ALLOW_ALL = parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
DENY_ALL = parse({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})
UNSURE_DENY = parse(
    {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:a": "true"}}}}
)


@pytest.mark.parametrize(
    ("granted", "boundary", "verdict"),
    [
        ([], None, "unreachable"),
        ([Granted("a", DENY_ALL)], None, "unreachable"),
        ([Granted("a", ALLOW_ALL)], None, "reachable"),
        ([Granted("a", ALLOW_ALL), Granted("b", DENY_ALL)], None, "unreachable"),
        ([Granted("a", ALLOW_ALL), Granted("b", DENY_ALL, certain=False)], None, "undetermined"),
        ([Granted("a", ALLOW_ALL), Granted("b", UNSURE_DENY)], None, "undetermined"),
        ([Granted("a", ALLOW_ALL, certain=False)], None, "undetermined"),
        ([Granted("a", ALLOW_ALL, certain=False), Granted("b", ALLOW_ALL)], None, "reachable"),
        ([Granted("a", Unknown("u"))], None, "undetermined"),
        ([Granted("a", ALLOW_ALL)], ALLOW_ALL, "reachable"),
        ([Granted("a", ALLOW_ALL)], DENY_ALL, "unreachable"),
        ([Granted("a", ALLOW_ALL)], Document((), ""), "unreachable"),
        ([Granted("a", ALLOW_ALL)], Unknown("u"), "undetermined"),
        ([Granted("a", DENY_ALL)], ALLOW_ALL, "unreachable"),
    ],
)
def test_examples(granted: list[Granted], boundary: Document | Unknown | None, verdict: str) -> None:
    """What is not known may match an Allow, and may miss a Deny."""
    answer = reach(granted, boundary, "s3:*", "arn:aws:s3:::a*")

    assert verdict == answer.verdict


@pytest.mark.parametrize(
    ("resource", "effect", "verdict"),
    [
        ("arn:aws:s3", "Allow", "reachable"),
        ("arn:aws:s3:*", "Allow", "reachable"),
        ("arn:aws:ssm", "Allow", "unreachable"),
        ("arn:aws:s3", "Deny", "unreachable"),
        ("arn:aws:s3:*", "Deny", "unreachable"),
        ("arn:aws:ssm", "Deny", "reachable"),
    ],
)
def test_an_arn_with_fields_missing_is_completed(resource: str, effect: str, verdict: str) -> None:
    """As AWS does it, with a wildcard for each field."""
    statement = {"Effect": effect, "Action": "*", "Resource": resource}
    document = parse({"Statement": [statement]})
    granted = [Granted("a", document)] + ([Granted("b", ALLOW_ALL)] if effect == "Deny" else [])

    answer = reach(granted, None, "s3:*", "arn:aws:s3:::a*")

    assert verdict == answer.verdict


def test_a_witness_says_where_it_stands() -> None:
    """The action, the resource, the source and the statement."""
    document = parse({"Statement": [{"Sid": "Read", "Effect": "Allow", "Action": "s3:Get", "Resource": "*"}]})

    answer = reach([Granted("policy", document)], None, "*", "arn:aws:s3:::a*")

    assert ("s3:get", "arn:aws:s3:::a", "policy", "Statement[0] (Sid Read)") == (
        answer.action,
        answer.resource,
        answer.source,
        answer.statement,
    )


def test_what_is_missing_is_named() -> None:
    """Each doubt gives its reason and what it waits for."""
    document = parse({"Statement": [{"Effect": "Allow", "Action": Unknown("a"), "Resource": "*"}]})

    answer = reach([Granted("p", document, False, (Unknown("g"),))], Unknown("b"), "*", "arn:aws:s3:::a*")

    assert (
        (Unknown("a"), Unknown("g"), Unknown("b")),
        ("p Statement[0] is not known yet", "permission boundary the document is not known yet"),
    ) == (answer.missing, answer.because)


@pytest.mark.parametrize("pattern", ["arn:aws:s3:::*a" + "?" * 40, "arn:aws:s3:::*a*" + "?" * 40])
def test_a_hostile_policy_is_undetermined(pattern: str) -> None:
    """What needs too many states is given up within bounds, and never passes."""
    document = parse({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": pattern}]})

    answer = reach([Granted("p", document)], None, "*", "arn:aws:s3:::*b" + "?" * 41)

    assert "unreachable" != answer.verdict


@pytest.mark.parametrize("text", ["arn:aws:s3:::${aws:username}*", "arn:aws:s3:::${aws:username", "${a}${b}"])
def test_a_variable_may_be_anything(text: str) -> None:
    """Also one that is never closed."""
    document = parse({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": text}]})

    answer = reach([Granted("p", document)], None, "*", "arn:aws:s3:::a*")

    assert "undetermined" == answer.verdict


def test_too_many_kinds_of_requests_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost of a question is bounded, and no answer is made up; at the bound there is one."""
    statement = {
        "Effect": "Allow",
        "Action": ["s3:Get*", "s3:Put*"],
        "Resource": ["arn:aws:s3:::b*", "arn:aws:s3:::c*"],
    }
    granted = [Granted("p", parse({"Statement": [statement, {**statement, "Effect": "Deny"}]}))]

    answers = []
    for bound in (4, 3):
        monkeypatch.setattr(sys.modules["tenant_safety.iam.reach"], "MAX_REQUESTS", bound)
        answers.append(reach(granted, None, "s3:*", "arn:aws:s3:::*"))

    told = "the statements tell more than 3 kinds of requests apart"
    assert [("unreachable", ()), ("undetermined", (told,))] == [(each.verdict, each.because) for each in answers]


@pytest.mark.parametrize(
    ("effect", "key", "resource", "verdict"),
    [
        ("Allow", "Resource", "arn:aws:ssm:*:parameter/*", "unreachable"),
        ("Allow", "Resource", "arn:aws:ssm:*:1:parameter/*", "reachable"),
        ("Allow", "Resource", "arn:aws:ssm:*", "reachable"),
        ("Allow", "Resource", "arn:aws:ssm:??:1:*", "reachable"),
        ("Allow", "Resource", "arn:aws:ssm:eu?1:parameter/*", "unreachable"),
        ("Deny", "Resource", "arn:aws:ssm:*:parameter/*", "reachable"),
        ("Deny", "Resource", "arn:aws:ssm:*:1:parameter/*", "unreachable"),
        ("Deny", "Resource", "arn:aws:ssm:*", "unreachable"),
        ("Deny", "NotResource", "arn:aws:ssm:*:2:*", "reachable"),
        ("Allow", "Resource", "arn:aws:ssm:*:2:*", "unreachable"),
        ("Deny", "NotResource", "arn:aws:s3:::*", "unreachable"),
        ("Allow", "NotResource", "arn:aws:ssm:*:parameter/*", "reachable"),
        ("Allow", "NotResource", "arn:aws:ssm:*", "unreachable"),
    ],
)
def test_wildcards_stay_in_their_segment(effect: str, key: str, resource: str, verdict: str) -> None:
    """In what is allowed and denied alike; what a Deny leaves out is read as widely as it can be."""
    document = parse({"Statement": [{"Effect": effect, "Action": "*", key: resource}]})
    granted = [Granted("a", document)] + ([Granted("b", ALLOW_ALL)] if effect == "Deny" else [])

    answer = reach(granted, None, "ssm:*", "arn:aws:ssm:eu:1:parameter/*")

    assert verdict == answer.verdict
