"""Facts of a stack, where the rules' cases can't show them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tenant_safety.analysis import Facts
from tenant_safety.analysis.capacity import instance_types
from tenant_safety.analysis.index import Index, known
from tenant_safety.analysis.links import account_of
from tenant_safety.iam import Symbolic, parse
from tenant_safety.judge import judge
from tenant_safety.model import (
    Finding,
    LogGroup,
    Opaque,
    Part,
    Place,
    Policy,
    Principal,
    Provider,
    Stack,
    Unknown,
    Verdict,
    decided,
)
from tenant_safety.rules import CATALOG
from tenant_safety.rules.rule import Rule, rule
from tenant_safety.tenancy import Claim
from tests.cases import Case, cases

OF_GLOBAL_CONFIG = [each for each in CATALOG if each.family == "global-config"]
PLACE = Place("urn:group", "aws:cloudwatch/logGroup:LogGroup", "p", "1", "eu")
GROUP = LogGroup(PLACE, "/app")
PROVIDER = Provider("urn:provider", ("1",), "eu")


def stack(**dependencies: tuple[str, ...]) -> Stack:
    return Stack("shop", "dev", (GROUP, PROVIDER, PROVIDER), dependencies=dependencies)


@pytest.mark.parametrize(
    ("later", "earlier", "after"),
    [("c", "a", True), ("c", "b", True), ("a", "c", False), ("a", "a", True), ("x", "a", False), ("r", "s", True)],
)
def test_what_comes_after_what(later: str, earlier: str, after: bool) -> None:
    """Over any number of steps; a ring ends, too."""
    index = Index(stack(c=("b",), b=("a",), r=("s",), s=("r",)))

    actual = index.comes_after(later, earlier)

    assert after == actual


def test_while_resources_arrive_all_that_is_here_came_before() -> None:
    """Their dependencies are not told then."""
    index = Index(Stack("shop", "dev", (), whole=False))

    actual = index.comes_after("a", "b")

    assert actual is True


def test_parts_by_urn_and_kind() -> None:
    """Providers stand for themselves."""
    index = Index(stack())

    assert ((GROUP,), (), (PROVIDER, PROVIDER)) == (
        index.made_by(("urn:group", "urn:none"), LogGroup),
        index.made_by(("urn:group",), Opaque),
        index.made_by(("urn:provider",), Provider),
    )


@pytest.mark.parametrize(("value", "text"), [("a", "a"), (Unknown("x"), ""), (None, "")])
def test_known_texts(value: str | Unknown | None, text: str) -> None:
    """What is not known is no text."""
    assert text == known(value)


def test_facts_without_a_claim_know_the_stack() -> None:
    """Each provider once."""
    facts = Facts(stack(), Claim(None))

    assert (PROVIDER,) == facts.providers


def test_sizes_of_instance_types() -> None:
    """vCPU and memory in GiB."""
    assert (2.0, 8.0) == instance_types()["m6i.large"]


@pytest.mark.parametrize(("missing", "verdict"), [((), "violated"), ((Unknown("x"),), "undetermined")])
def test_a_finding_is_undetermined_if_something_is_missing(missing: tuple[Unknown, ...], verdict: Verdict) -> None:
    """And violated otherwise."""
    finding = decided("urn", "why", missing)

    assert Finding("urn", "why", verdict, missing) == finding


def made() -> Rule:
    """A rule that fails."""

    @rule(family="reading", severity="high", title="T", remediation="R", scope="S", of="any")
    def a_rule_that_fails(facts: Facts) -> Iterator[Finding]:
        """Why."""
        raise KeyError(facts.stack.name)

    return a_rule_that_fails


def test_a_rule_that_fails_is_no_pass() -> None:
    """The result says where, and nothing of the values."""
    (result,) = judge(Facts(stack(), Claim(None)), [made()])

    assert ("crashed", "KeyError in test_analysis.py:") == (result.status, result.because.rstrip("0123456789"))


def test_of_a_stack_of_nobody_only_some_rules_judge() -> None:
    """The others say that they did not."""
    results = judge(Facts(stack(), Claim(None, unregistered="nobody's")), CATALOG)

    judged = [result.rule.id for result in results if result.status != "not-judged"]

    assert ["registry-unreadable", "stack-unregistered", "update-through-attached-provider"] == judged


def told(facts: Facts) -> set[Finding]:
    """What the rules of global config say."""
    return {finding for result in judge(facts, OF_GLOBAL_CONFIG) for finding in result.findings}


@pytest.mark.parametrize("case", cases("cicd-reaches-global-config"), ids=lambda case: case.name)
def test_judging_what_an_arriving_resource_touches_misses_nothing(case: Case) -> None:
    """Over all arrivals the same is told as if everything were judged with each."""
    facts = case.facts()
    urns = [case.urn(raw["type"], raw["name"]) for raw in case.resources]

    everything, touched = set[Finding](), set[Finding]()
    for i, urn in enumerate(urns):
        here = tuple(part for part in facts.stack.parts if _urn(part) not in urns[i + 1 :])
        arriving = replace(facts.stack, parts=here, whole=False)
        everything |= told(Facts(arriving, facts.claim))
        touched |= told(Facts(replace(arriving, arrived=urn), facts.claim))

    assert everything == touched


def _urn(part: Part) -> str:
    return part.urn if isinstance(part, Provider) else part.at.urn


def test_what_an_arriving_resource_does_not_touch_is_not_judged_again() -> None:
    """So the time that a resource takes does not grow with all that came before."""
    (case,) = (c for c in cases("cicd-reaches-global-config") if c.name == "an inline policy allows it")
    facts = case.facts()
    stacks = [replace(facts.stack, whole=False, arrived=arrived) for arrived in ("", "urn:of:another")]

    counts = [len(told(Facts(stack, facts.claim))) for stack in stacks]

    assert [1, 0] == counts


@pytest.mark.parametrize(
    ("name", "prefix", "asked", "found"),
    [
        ("App", "", "aPP", True),
        ("app", "", "", False),
        (Unknown("name"), "", "", False),
        (Unknown("name"), "", "app", False),
        (Unknown("name"), "App-", "app-1", True),
        (Unknown("name"), "app-", "app", False),
        ("app-2", "app-", "app-1", False),
    ],
)
def test_policies_by_name(name: str | Unknown, prefix: str, asked: str, found: bool) -> None:
    """Without case, and by the prefix of a name that AWS completes."""
    policy = Policy(PLACE, name, Unknown("policy"), prefix)
    index = Index(Stack("shop", "dev", (policy, GROUP)))

    assert ((policy,) if found else (), ()) == (index.called(Policy, asked), index.called(Principal, asked))


def test_a_name_that_is_given_is_not_one_that_aws_completes() -> None:
    """Within one account; in another the prefix may still be of it."""
    given, completed = (
        Policy(PLACE, "app-1", Unknown("policy")),
        Policy(PLACE, Unknown("name"), Unknown("policy"), "app-"),
    )
    elsewhere = replace(completed, at=replace(PLACE, account="222222222222"))
    index = Index(Stack("shop", "dev", (completed, given, elsewhere)))

    assert ((given, elsewhere), (completed, elsewhere)) == (
        index.called(Policy, "app-1"),
        index.called(Policy, "app-2"),
    )


LATER = Unknown("load_balancer_arn", ("urn:balancer",))
ARN = "arn:aws:elasticloadbalancing:eu-central-1:{}:loadbalancer/app/{}"


@pytest.mark.parametrize(
    ("wide", "account"),
    [
        (ARN.format("111111111111", "*"), "111111111111"),
        (ARN.format("111111111111", "web-??:x"), "111111111111"),
        (ARN.format("????????????", "web"), LATER),
        ("arn:aws:elasticloadbalancing:*:loadbalancer/app/web", LATER),
        ("arn:aws:elasticloadbalancing:*", LATER),
        ("*", LATER),
    ],
)
def test_account_of_an_arn_with_symbols(wide: str, account: object) -> None:
    """It is known where no symbol can reach it."""
    assert account == account_of(Symbolic(ARN.format("111111111111", "symbol"), wide, (LATER,)))


POOL = "cognito-identity.amazonaws.com"


@pytest.mark.parametrize(
    ("operator", "key", "said"),
    [
        ("StringEquals", f"{POOL}:aud", []),
        ("StringLike", f"{POOL}:aud", ["undetermined"]),
        ("StringEquals", f"{POOL}:amr", ["undetermined"]),
    ],
)
def test_an_application_that_aws_names_is_one(operator: str, key: str, said: list[str]) -> None:
    """Whatever id it gets, a token has to have that one; a pattern could take in others."""

    def leaf(text: str) -> str:
        return Symbolic(text, "*", (LATER,)) if text == "symbol" else text

    allow = {
        "Effect": "Allow",
        "Principal": {"Federated": POOL},
        "Action": "*",
        "Condition": {operator: {key: "symbol"}},
    }
    facts = next(case for case in cases("role-trust-foreign")).facts()
    role = replace(facts.of(Principal)[0], trust=parse({"Version": "2012-10-17", "Statement": allow}, leaf=leaf))

    found = Facts(replace(facts.stack, parts=(role,)), facts.claim).foreign_trusts

    assert said == [each.finding("").verdict for each in found]
