"""Documents with symbols: an answer holds for all that a part may be, or says what it hangs on."""

import pytest

from tenant_safety.iam import Attached, Policies, Symbolic, Unknown, caller, parse, reach

ROLE = caller("arn:aws:iam::111111111111:role/ci")
SYMBOL = "zqab012"
ORIGIN = Unknown("the name of data", ("urn:data",))


def leaf(text: str) -> str:
    """Reads the one symbol: seven characters that are not known."""
    return Symbolic(text, text.replace(SYMBOL, "?" * len(SYMBOL)), (ORIGIN,)) if SYMBOL in text else text


def asked(target: str, *statements: tuple[str, str]) -> tuple[str, tuple[str, ...]]:
    """The verdict on statements of `s3:GetObject`, given as effect and resource, and what it hangs on."""
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": e, "Action": "s3:GetObject", "Resource": r} for e, r in statements],
    }
    policies = Policies(identity=(Attached("policy", parse(document, leaf=leaf)),), resource=())
    answer = reach(ROLE, policies, [target], ["s3:GetObject"])
    return answer.verdict, tuple(unknown.path for unknown in answer.missing)


OWN = f"arn:aws:s3:::data-{SYMBOL}/*"


@pytest.mark.parametrize(
    ("target", "statements", "expected"),
    [
        ("arn:aws:s3:::state/*", [("Allow", OWN)], ("unreachable", ())),
        ("arn:aws:s3:::data-0000000/*", [("Allow", OWN)], ("undetermined", ("the name of data",))),
        ("arn:aws:s3:::*", [("Allow", OWN)], ("reachable", ())),
        ("arn:aws:s3:::state/*", [("Allow", "arn:aws:s3:::*"), ("Deny", OWN)], ("reachable", ())),
        (
            "arn:aws:s3:::data-0000000/*",
            [("Allow", "arn:aws:s3:::*"), ("Deny", OWN)],
            ("undetermined", ("the name of data",)),
        ),
    ],
)
def test_verdicts(target: str, statements: list[tuple[str, str]], expected: tuple[str, tuple[str, ...]]) -> None:
    """Proved for all values, reachable for all, or undetermined with the symbol named."""
    actual = asked(target, *statements)

    assert expected == actual


def test_an_action_with_a_symbol_is_not_known() -> None:
    """No action has a random part, so nothing is told of one."""
    document = {"Statement": {"Effect": "Allow", "Action": f"s3:{SYMBOL}", "Resource": "*"}}

    statement = parse(document, leaf=leaf).statements[0]

    assert ((ORIGIN,), (ORIGIN,)) == (statement.actions, statement.missing)


def test_a_key_with_a_symbol_makes_its_object_unknown() -> None:
    """Of a condition whose key is not known nothing is known."""
    condition = {"StringEquals": {f"{SYMBOL}:sub": "a"}}
    document = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}}

    statement = parse(document, leaf=leaf).statements[0]

    assert [None] == [found.how for found in statement.conditions]
    assert (ORIGIN,) == statement.missing


@pytest.mark.parametrize(
    ("operator", "value", "verdict"),
    [
        ("ArnNotLike", f"arn:aws:sqs:eu-west-1:111111111111:{SYMBOL}", "reachable"),
        ("ArnLike", f"arn:aws:sqs:eu-west-1:111111111111:{SYMBOL}", "unreachable"),
        ("StringNotEquals", f"arn:aws:iam::111111111111:role/{SYMBOL}x", "reachable"),
        ("ArnNotEquals", f"arn:aws:iam::111111111111:role/{SYMBOL}", "undetermined"),
        ("StringLike", f"arn:aws:iam::111111111111:{SYMBOL}", "unreachable"),
        ("StringLike", f"*{SYMBOL}", "undetermined"),
    ],
)
def test_a_value_that_the_key_can_have_for_no_symbol(operator: str, value: str, verdict: str) -> None:
    """It decides the condition; one that it may have leaves it open."""
    who = caller("arn:aws:iam::111111111111:role/builder")
    document = {
        "Statement": {
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": "*",
            "Condition": {operator: {"aws:PrincipalArn": value}},
        }
    }
    policies = Policies(identity=(Attached("policy", parse(document, leaf=leaf)),), resource=())

    assert verdict == reach(who, policies, ["arn:aws:s3:::a/b"], ["s3:GetObject"]).verdict
