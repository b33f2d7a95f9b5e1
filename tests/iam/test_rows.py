"""Rows of JSON, their answers and their errors, through the command as a user types it."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from tenant_safety.cli import app
from tenant_safety.iam.rows import RowError, new_access, reach, simulate

ROLE = "arn:aws:iam::111111111111:role/ci"
OTHER = "arn:aws:iam::222222222222:role/config"
PARAMETER = "arn:aws:ssm:eu-west-1:111111111111:parameter/global/db"
ALL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


def policy(action: str, resource: str = "*", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """A document of one statement."""
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": effect, "Action": action, "Resource": resource, **more}],
    }


def run(command: str, *lines: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit code and the answers of `tenant-safety iam`."""
    result = CliRunner().invoke(app, ["iam", command, "-"], input="\n".join(lines))
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_each_row_is_answered_in_its_order() -> None:
    """An answer has its row's id, and empty lines have none."""
    rows = [
        {"id": i, "principal": ROLE, "action": action, "resource": "*", "identity_policies": [policy("s3:*")]}
        for i, action in enumerate(("s3:GetObject", "ec2:RunInstances"))
    ]

    code, answers = run("simulate", json.dumps(rows[0]), "", json.dumps(rows[1]))

    assert (0, [(0, "allow"), (1, "implicit_deny")]) == (code, [(a["id"], a["decision"]) for a in answers])


def test_a_row_that_cannot_be_read_leaves_the_others_answered() -> None:
    """The command ends with 2, and the error says what was expected."""
    good = {"id": "good", "principal": ROLE, "action": "s3:GetObject", "resource": "*", "identity_policies": [ALL]}

    code, answers = run("simulate", json.dumps(good | {"id": "bad", "principal": "me"}), json.dumps(good))

    assert (2, ["bad", "good"]) == (code, [answer["id"] for answer in answers])
    assert answers[0]["error"].startswith("principal: expected the ARN of a user")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("{", "expected a line of JSON"),
        ("[]", "expected an object, got list"),
        ('{"id": 1, "id": 2}', "the key 'id' stands twice in one object"),
        ('{"id": 1, "identity_policys": []}', "unknown field 'identity_policys'; expected action"),
        ('{"principal": {"service": ""}}', "principal: expected an ARN"),
        (json.dumps({"principal": ROLE, "context": [1]}), "action: expected a text"),
    ],
)
def test_errors_of_rows(line: str, error: str) -> None:
    """What is wrong with a row stands in its answer."""
    code, answers = run("simulate", line)

    assert (2, error) == (code, answers[0]["error"][: len(error)])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"context": ["a"]}, "context: expected an object, got list"),
        ({"context": {"aws:a": {}}}, "context.aws:a: expected a text or a list of texts, got dict"),
        ({"context": {"aws:A": "1", "aws:a": "1"}}, "context: the key 'aws:a' stands twice, in different case"),
        ({"resource_account": "1"}, "resource_account: expected an account of 12 digits, got '1'"),
        ({"action": "GetObject"}, "expected an action such as s3:GetObject"),
        ({"identity_policies": [3]}, "identity_policies[0]: expected a policy, got int"),
        ({"identity_policies": [{"unknown": "p"}]}, "expected policies that are known"),
        ({"scps": [[ALL, {"Statement": [{}]}]]}, "scps[0][1]: Statement[0].Effect: expected Allow or Deny, got None"),
    ],
)
def test_errors_of_fields(change: dict[str, Any], error: str) -> None:
    """An error names the field, what was expected and what came."""
    row = {"principal": ROLE, "action": "s3:GetObject", "resource": "*", "identity_policies": [ALL], **change}

    with pytest.raises(RowError) as raised:
        simulate(row)

    assert error == str(raised.value)[: len(error)]


def test_a_witness_is_a_row_that_is_allowed() -> None:
    """What reach finds, simulate allows with the same policies."""
    own = {
        "identity_policies": [
            policy("ssm:GetParameter*", Condition={"StringEquals": {"aws:RequestTag/team": ["a", "b"]}}),
            policy("ssm:*", effect="Deny", Condition={"StringEquals": {"aws:RequestTag/team": "a"}}),
        ],
        "resource_policies": [],
    }

    witness = reach({"principal": ROLE, "targets": [PARAMETER], **own})["witness"]
    by = witness.pop("by")

    assert {"aws:requesttag/team": "b"} == witness["context"]
    assert (["identity_policies[0] Statement[0]"], "allow") == (by, simulate({**witness, **own})["decision"])


def test_a_chain_is_told_step_by_step() -> None:
    """The witness is the last principal's request, `chain` what led to it."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ROLE}}],
    }
    row = {
        "principal": ROLE,
        "identity_policies": [policy("sts:AssumeRole")],
        "resource_policies": [],
        "targets": ["arn:aws:ssm:*:222222222222:parameter/global/*"],
        "roles": [{"arn": OTHER, "trust_policy": trust, "identity_policies": [policy("ssm:*")]}],
    }

    witness = reach(row)["witness"]

    assert (OTHER, "ssm:GetParameter") == (witness["principal"], witness["action"])
    assert [(ROLE, "sts:AssumeRole", OTHER)] == [
        (step["principal"], step["action"], step["resource"]) for step in witness["chain"]
    ]
    assert ["identity_policies[0] Statement[0]", "roles[0].trust_policy[0] Statement[0]"] == witness["chain"][0]["by"]


def test_the_scope_says_what_was_read() -> None:
    """A verdict without the target's own policies does not claim to have seen them."""
    row = {"principal": ROLE, "targets": [PARAMETER], "identity_policies": [policy("s3:*")], "scps": [[ALL]]}

    answer = reach(row)

    assert ("unreachable", "read: identity policies, SCPs") == (answer["verdict"], answer["scope"])


@pytest.mark.parametrize(
    ("level", "verdict"), [("Read", "reachable"), ("Write", "unreachable"), ("Tagging", "unreachable")]
)
def test_a_level_of_access_means_its_actions(level: str, verdict: str) -> None:
    """`actions` takes levels of access, of the actions that touch the target."""
    row = {"principal": ROLE, "targets": [PARAMETER], "identity_policies": [policy("ssm:Get*")], "actions": [level]}

    assert verdict == reach(row)["verdict"]


def test_an_action_that_is_not_listed_is_never_harmless() -> None:
    """Whatever AWS's service data does not have is undetermined, with its name."""
    row = {"principal": ROLE, "targets": [PARAMETER], "identity_policies": [policy("ssm:ReadAllSecretly")]}

    answer = reach(row)

    assert ("undetermined", ["the action ssm:readallsecretly"]) == (answer["verdict"], answer["missing"])


def test_a_managed_policy_that_is_not_shipped_is_named() -> None:
    """What it allows is not known."""
    arn = "arn:aws:iam::aws:policy/FromTomorrow"

    answer = reach({"principal": ROLE, "targets": [PARAMETER], "identity_policies": [arn]})

    assert ("undetermined", [arn]) == (answer["verdict"], answer["missing"])


def test_what_a_caller_chooses_for_a_variable_is_found() -> None:
    """A policy variable over a key of the request is filled so that the target is met."""
    row = {
        "principal": ROLE,
        "targets": ["arn:aws:s3:::home/admin/secret"],
        "actions": ["s3:GetObject"],
        "identity_policies": [policy("s3:GetObject", "arn:aws:s3:::home/${aws:SourceIdentity}/*")],
        "resource_policies": [],
    }

    answer = reach(row)

    assert ("reachable", {"aws:sourceidentity": "admin"}) == (answer["verdict"], answer["witness"]["context"])


def test_an_address_of_the_other_version_is_found() -> None:
    """Every IPv6 address is outside of every IPv4 network."""
    outside = {"NotIpAddressIfExists": {"aws:SourceIp": ["0.0.0.0/0", "10.1.2.3"]}}
    guarded = policy("s3:GetObject", Condition={"Null": {"aws:SourceIp": "false"}, **outside})
    row = {"principal": ROLE, "targets": ["arn:aws:s3:::a/b"], "actions": ["s3:*"], "identity_policies": [guarded]}

    answer = reach(row | {"resource_policies": []})

    assert ("reachable", {"aws:sourceip": "::"}) == (answer["verdict"], answer["witness"]["context"])


def test_new_access_names_the_request() -> None:
    """The witness is a request that only the candidate allows."""
    row = {"reference": policy("s3:GetObject"), "candidate": policy("s3:Get*"), "kind": "identity"}

    answer = new_access(row)
    witness = answer["witness"]
    allowed = [
        simulate({**{k: v for k, v in witness.items() if k != "by"}, "identity_policies": [row[side]]})["decision"]
        for side in ("reference", "candidate")
    ]

    assert (True, ["implicit_deny", "allow"]) == (answer["new_access"], allowed)


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ({"reference": ALL}, "expected candidate, a policy or a list of policies"),
        ({"reference": ALL, "candidate": ALL, "kind": "scp"}, "kind: expected identity, resource or trust, got 'scp'"),
        ({"reference": ALL, "candidate": ALL, "kind": "trust"}, "reference[0]: Statement[0]: expected a Principal"),
    ],
)
def test_errors_of_new_access(row: dict[str, Any], error: str) -> None:
    """The kind decides what a document may have."""
    with pytest.raises(RowError) as raised:
        new_access(row)

    assert error == str(raised.value)[: len(error)]


def test_new_access_beside_a_variable_over_the_key_of_a_dropped_condition() -> None:
    """What a variable stands for is not fixed to a value that hides what the other statement newly allows."""
    variable = {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "NotResource": "arn:aws:s3:::b${s3:prefix}/*",
        "Condition": {"StringEquals": {"s3:prefix": "global"}},
    }
    guarded = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::a/*"}
    reference = {
        "Version": "2012-10-17",
        "Statement": [guarded | {"Condition": {"StringNotEquals": {"s3:prefix": "aa"}}}, variable],
    }
    candidate = {"Version": "2012-10-17", "Statement": [guarded, variable]}

    answer = new_access({"reference": reference, "candidate": candidate, "kind": "identity"})

    assert (True, "aa") == (answer["new_access"], answer["witness"]["context"]["s3:prefix"])
