"""Sharing, where the rules' cases can't show it: symbols, and resources that arrive."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tenant_safety.analysis import Facts
from tenant_safety.iam import Symbolic, Text, parse
from tenant_safety.model import Admission, Crossing, LogSink, Part, Place, Provider, Stack, Unknown
from tests.cases import REGISTRY, Case, Outcome, cases

URN = "urn:pulumi:customer1-prod::shop::aws:s3/bucketPolicy:BucketPolicy::shared"
PLACE = Place(URN, "aws:s3/bucketPolicy:BucketPolicy", "p", "111111111111", "eu-central-1")
PROVIDER = Provider("p", ("111111111111",), "eu-central-1")
MADE = Unknown("what AWS gives for data", ("urn:pulumi:customer1-prod::shop::aws:s3/bucket:Bucket::data",))


def symbols(text: str) -> Text:
    """`0a1b` stands for what AWS has not given yet."""
    return Symbolic(text, text.replace("0a1b", "*"), (MADE,)) if "0a1b" in text else text


def facts(*parts: Part) -> Facts:
    case = Case("symbols", Outcome("proved", ()), REGISTRY)
    return Facts(replace(case.facts().stack, parts=(PROVIDER, *parts)), case.facts().claim)


def admitted(*statements: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Whom a policy with symbols lets in."""
    document = parse({"Version": "2012-10-17", "Statement": list(statements)}, "resource", symbols)
    policy = Admission(PLACE, "policy", document, "policy", (symbols("arn:aws:s3:::data-0a1b"),))
    return [(found.whom, found.verdict) for found in facts(policy).admitted]


def allow(principal: object, resource: str = "arn:aws:s3:::data-0a1b/*", **condition: object) -> Mapping[str, Any]:
    """A statement that lets in."""
    given = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": resource}
    return {**given, "Condition": condition} if condition else given


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (allow("*"), [("everyone", "violated")]),
        (allow({"AWS": "arn:aws:iam::111111111111:role/app-0a1b"}), []),
        (allow({"AWS": "arn:aws:iam::222222222222:role/app-0a1b"}), [("foreign", "violated")]),
        (
            allow(
                {"Service": "cloudfront.amazonaws.com"},
                StringEquals={"aws:SourceArn": "arn:aws:cloudfront::111111111111:distribution/0a1b"},
            ),
            [],
        ),
        (
            allow(
                {"Service": "cloudfront.amazonaws.com"},
                StringEquals={"aws:SourceArn": "arn:aws:cloudfront::222222222222:distribution/0a1b"},
            ),
            [("foreign", "undetermined")],
        ),
    ],
)
def test_symbols_hide_nobody(statement: Mapping[str, Any], found: list[tuple[str, str]]) -> None:
    """A bucket's own name does not matter, and an account stands beside what AWS will give."""
    actual = admitted(statement)

    assert found == actual


def test_a_deny_holds_for_the_same_symbol() -> None:
    """A policy is about one bucket, whatever it will be called."""
    everybody = allow("*")
    denied = {**everybody, "Effect": "Deny", "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "111111111111"}}}

    assert [] == admitted(everybody, denied)


@pytest.mark.parametrize(
    ("to", "account", "led"),
    [
        (symbols("arn:aws:s3:::data-0a1b"), None, []),
        (symbols("arn:aws:s3:::other-0a1b"), None, [Unknown("whose arn:aws:s3:::other-0a1b is")]),
        (symbols("arn:aws:sqs:eu-central-1:111111111111:jobs-0a1b"), None, []),
        (symbols("arn:aws:sqs:eu-central-1:222222222222:jobs-0a1b"), None, ["222222222222"]),
        (symbols("arn:aws:sqs:eu-central-1:0a1b:jobs"), None, []),
        ("arn:aws:s3:::other", symbols("0a1b"), []),
    ],
)
def test_where_symbols_lead(to: str, account: str | None, led: list[str | Unknown]) -> None:
    """A bucket of the stack is found by its stand-in; what comes from a resource made here is the own account's."""
    bucket = LogSink(replace(PLACE, type="aws:s3/bucket:Bucket"), "data-0a1b")

    actual = facts(bucket, Crossing(PLACE, "data", to, account, "bucket")).led

    assert led == [each.account for each in actual]


def test_what_arrived_earlier_was_told_then() -> None:
    """Each resource is asked about once, so that an update's cost stays linear."""
    (case,) = [each for each in cases("shared-with-everyone") if each.name == "conditions that anybody can meet"]
    whole = case.facts()

    def found(arrived: str) -> set[str]:
        stack: Stack = replace(whole.stack, whole=False, arrived=arrived)
        return {each.admission.at.urn for each in Facts(stack, whole.claim).admitted}

    urns = [case.urn(raw["type"], raw["name"]) for raw in case.resources]
    assert [{urn} for urn in urns] == [found(urn) for urn in urns]
