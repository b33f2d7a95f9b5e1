"""Chains of roles: small worlds in which somebody can come to the vault, or can't (`chains/*.yaml`).

A case's `world` has principals by short ARN (`1:role/ci` is `arn:aws:iam::111111111111:role/ci`), of which the first
asks; `vault` says whose account the vault is in, by default 1, and `target` what else to look for.  A principal has
`allow`, `deny`, `boundary`, `trust` (lists of statements), `scps`, `rcps` (lists of levels) and `facts`.  A statement
is `[deny ]ACTIONS on RESOURCE[ if OPERATOR KEY VALUE]`, in a trust `[deny ]KIND PRINCIPAL[ to ACTIONS][ if …]`, or an
object; `vault` allows to read it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from tenant_safety.iam import Attached, Caller, Policies, Reach, Request, Unknown, caller, evaluate, parse
from tenant_safety.iam.chains import Principal, Step, World, administrator, chain, closure
from tenant_safety.iam.documents import Kind
from tenant_safety.iam.policies import Level
from tenant_safety.iam.reach import Witness

TABLES = sorted((Path(__file__).parent / "chains").glob("*.yaml"))
READING = "ssm:GetParameter"
ACTIONS = {
    "AWS": "sts:AssumeRole",
    "Service": "sts:AssumeRole",
    "Federated": "sts:AssumeRoleWithWebIdentity",
}


def cases() -> Iterator[Any]:
    """All cases of all tables."""
    for table in TABLES:
        for case in yaml.safe_load(table.read_text(encoding="utf-8")):
            yield pytest.param(case, id=f"{table.stem}: {case['name']}")


def arn(short: str) -> str:
    """`1:role/ci` in full."""
    account, _, rest = short.partition(":")
    return f"arn:aws:iam::{account * 12}:{rest}" if account.isdigit() and len(account) == 1 else short


def vault(account: str) -> str:
    """The parameter that is looked for, in an account."""
    return f"arn:aws:ssm:eu-west-1:{account * 12}:parameter/vault"


def statement(text: Any, account: str) -> dict[str, Any]:
    """A statement from its short form."""
    if isinstance(text, dict):
        return text
    if text == "vault":
        return {"Effect": "Allow", "Action": READING, "Resource": vault(account)}
    rest, _, condition = text.partition(" if ")
    effect = "Deny" if rest.startswith("deny ") else "Allow"
    rest = rest.removeprefix("deny ")
    found: dict[str, Any] = {"Effect": effect}
    if " on " in rest:
        actions, _, resource = rest.partition(" on ")
        found |= {"Action": actions.split(","), "Resource": arn(resource)}
    else:
        principal, _, actions = rest.partition(" to ")
        kind, _, named = principal.partition(" ")
        found |= {"Principal": {kind: arn(named)}, "Action": (actions or ACTIONS[kind]).split(",")}
    if condition:
        operator, key, value = condition.split(" ")
        found["Condition"] = {operator: {key: value}}
    return found


def level(source: str, texts: Any, account: str, kind: Kind) -> Level:
    """The policies of a list of statements: one document; none of an empty list."""
    if isinstance(texts, dict):
        return (Attached(source, Unknown(texts["unknown"])),)
    statements = [statement(text, account) for text in texts]
    return (Attached(source, parse({"Version": "2012-10-17", "Statement": statements}, kind)),) if texts else ()


def principal(short: str, raw: dict[str, Any], account: str) -> Principal:
    """A principal of a case."""
    if short.endswith(":administrator"):
        made = administrator(short[0] * 12)
        return replace(made, policies=replace(made.policies, resource=()))
    federated, _, provider = short.partition(" ")
    who = Caller("federated", arn(provider)) if provider else caller(arn(federated))

    def of(name: str, kind: Kind = "identity", source: str = "") -> Level:
        return level(source or f"{short} {name}", raw.get(name, []), account, kind)

    denies = raw.get("deny", [])
    denies = denies if isinstance(denies, dict) else [d if isinstance(d, dict) else f"deny {d}" for d in denies]
    identity = (*of("allow", source=raw.get("source", "")), *level(f"{short} deny", denies, account, "identity"))
    policies = Policies(
        identity=identity,
        boundary=of("boundary", source=raw.get("boundary_source", "")),
        scps=tuple(
            level(f"{short} scps[{i}]", texts, account, "identity") for i, texts in enumerate(raw.get("scps", []))
        ),
        rcps=tuple(level(f"{short} rcps[{i}]", texts, account, "rcp") for i, texts in enumerate(raw.get("rcps", []))),
        resource=(),
    )
    facts = {key.lower(): value if isinstance(value, list) else [value] for key, value in raw.get("facts", {}).items()}
    return Principal(who, policies, of("trust", "trust"), {key: tuple(value) for key, value in facts.items()})


def world(case: dict[str, Any]) -> list[Principal]:
    account = str(case.get("vault", 1))
    return [principal(short, raw, account) for short, raw in case["world"].items()]


def answered(case: dict[str, Any]) -> tuple[list[Principal], tuple[Step, ...], Reach]:
    """The answer to a case."""
    principals = world(case)
    target = case.get("target") or vault(str(case.get("vault", 1)))
    actions = {"s3": "s3:GetObject", "secretsmanager": "secretsmanager:GetSecretValue", "ssm": READING}
    steps, answer = chain(principals[0], principals, [target], [actions[target.split(":")[2]]])
    return principals, steps, answer


def seen(case: dict[str, Any], steps: Sequence[Step], answer: Reach) -> dict[str, Any]:
    """What a case's `expect` tells of an answer."""
    found: dict[str, Any] = {"verdict": answer.verdict}
    named = [f"{step.means} {step.principal.who.id}" for step in steps]
    context = {key: list(values) for step in steps for r in step.requests for key, values in r.context.items()}
    for name in case["expect"]:
        match name:
            case "steps":
                found[name] = named
            case "means":
                found[name] = [step.means for step in steps]
            case "missing":
                found[name] = [unknown.path for unknown in answer.missing]
            case "context":
                found[name] = {key: context.get(key) for key in case["expect"][name]}
    return found


def expected(case: dict[str, Any]) -> dict[str, Any]:
    found = dict(case["expect"])
    if "steps" in found:
        found["steps"] = [
            f"{means} {arn(short)}" for means, _, short in (text.partition(" ") for text in found["steps"])
        ]
    return found


def accepting(request: Witness, steps: Sequence[Step], principals: Sequence[Principal]) -> list[str]:
    """The decisions on a request by the policies of each state that its principal can be come to in."""
    trust: Level = ()
    rcps: tuple[Level, ...] = ()
    for role in principals:
        if role.who.id == request.resource and request.action.startswith("sts:"):
            trust, rcps = role.trust, role.policies.rcps
    everyone = [*principals, *(step.principal for step in (*steps, *closure(World(principals), principals[:1])))]
    who = (request.who.account, request.who.name) if request.who.kind == "session" else request.who
    states = [each for each in everyone if who in (each.who, (each.who.account, each.who.name))]
    states = states or [Principal(request.who, Policies())]
    found = []
    for state in states:
        policies = replace(
            state.policies,
            identity=tuple(a for a in state.policies.identity if not isinstance(a.document, Unknown)),
            rcps=rcps if trust else state.policies.rcps,
            resource=trust or state.policies.resource,
        )
        facts = {key: value for key, value in state.facts.items() if not isinstance(value, Unknown)}
        context = {key: value for key, value in {**facts, **request.context}.items() if value}
        if policies.is_known:
            asked = Request(request.who, request.action, request.resource, request.account, context)
            found.append(evaluate(asked, policies).decision)
    return found


@pytest.mark.parametrize("case", list(cases()))
def test_the_verdict_of_a_world(case: dict[str, Any]) -> None:
    """The verdict, and where the case tells it the way, is what AWS's documentation makes it."""
    _, steps, answer = answered(case)

    assert expected(case) == seen(case, steps, answer)


@pytest.mark.parametrize("case", [case for case in cases() if case.values[0]["expect"]["verdict"] == "reachable"])
def test_each_request_of_a_way_is_allowed(case: dict[str, Any]) -> None:
    """The evaluator accepts every request of every step, by the policies of who makes it."""
    principals, steps, answer = answered(case)

    refused = [
        request
        for request in (*(r for step in steps for r in step.requests), answer.witness)
        if not request or "allow" not in accepting(request, steps, principals)
    ]

    assert refused == []


@pytest.mark.parametrize("case", list(cases()))
def test_steps_are_contiguous(case: dict[str, Any]) -> None:
    """Each step starts where the one before it ended, and the first with who asked."""
    principals, steps, _ = answered(case)

    origins = [step.origin.principal for step in steps if step.origin]

    assert [principals[0], *(step.principal for step in steps)][: len(steps)] == origins


@pytest.mark.parametrize("case", [case for case in cases() if case.values[0]["expect"]["verdict"] == "undetermined"])
def test_what_is_undetermined_says_what_is_missing(case: dict[str, Any]) -> None:
    """Whoever reads the verdict learns what to find out."""
    _, _, answer = answered(case)

    assert (True, True) == (bool(answer.missing), bool(answer.because))


def fleet(accounts: int, roles: int, seed: int) -> tuple[list[Principal], dict[str, set[str]]]:
    """Roles that may assume others, of which some are trusted back; and whom each can become in one step."""
    random = Random(seed)
    arns = [f"arn:aws:iam::{i:012}:role/team/r{n}" for i in range(accounts) for n in range(roles)]
    allowed = {each: set(random.sample(arns, 3)) for each in arns}
    trusted = {each: {other for other in arns if each in allowed[other] and random.random() < 0.6} for each in arns}
    for each in arns:
        trusted[each] |= set(random.sample(arns, 2))
    edges: dict[str, set[str]] = {each: set() for each in arns}
    for role, callers in trusted.items():
        for each in callers:
            # Within an account the trust that names a role is enough.
            if role in allowed[each] or each.split(":")[4] == role.split(":")[4]:
                edges[each].add(role)
    found = []
    for each in arns:
        identity = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": sorted(allowed[each])}
        trust = {"Effect": "Allow", "Principal": {"AWS": sorted(trusted[each])}, "Action": "sts:AssumeRole"}
        policies = Policies(
            identity=(Attached(f"{each} policy", parse({"Version": "2012-10-17", "Statement": identity})),)
        )
        document = parse({"Version": "2012-10-17", "Statement": trust}, "trust")
        found.append(Principal(caller(each), policies, (Attached(f"{each} trust", document),)))
    return found, edges


def reached(edges: dict[str, set[str]], start: str) -> dict[str, int]:
    """All that can be come to, with the fewest steps to it."""
    found, border = {start: 0}, [start]
    while border:
        border = list(dict.fromkeys(e for each in border for e in sorted(edges[each]) if e not in found))
        found |= dict.fromkeys(border, max(found.values()) + 1)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_a_fleet_of_fifty_accounts_of_twenty_roles(seed: int) -> None:
    """The closure is what a plain search over who trusts whom finds, by as few steps."""
    principals, edges = fleet(50, 20, seed)
    start = principals[seed]

    steps = list(closure(World(principals), [start]))

    assert reached(edges, start.who.id) == {step.principal.who.id: len(step.path()) - 1 for step in steps}


def test_an_administrator_owns_its_account_and_no_other() -> None:
    """Whoever may do everything in an account becomes everyone there, and whoever trusts those."""
    principals, edges = fleet(50, 20, seed=9)
    account = principals[0].who.account
    root = caller(f"arn:aws:iam::{account}:root")

    steps = list(closure(World(principals), [administrator(account), Principal(root, Policies())]))

    own = {each.who.id for each in principals if each.who.account == account}
    beyond = {role for each in own for role in reached(edges, each)}
    # With all rights in their accounts they are also let in where their own policies did not ask to be.
    admitted = {r.who.id for r in principals if any(a in str(r.trust[0].document) for a in own)}
    found = {step.principal.who.id for step in steps if step.principal.who.name != "administrator"} - {root.id}
    assert own | beyond | {role for each in admitted for role in reached(edges, each)} == found
