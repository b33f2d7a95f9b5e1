"""Two previews with other values differ in nothing but these values, or the program hides something."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tenant_safety.symbolic.symbols import Book
from tenant_safety.symbolic.twice import differences, previewed
from tests.engine import Engine, program
from tests.test_symbolic_preview import STACK, ran

URN = "urn:pulumi:prod::shop::aws:ssm/parameter:Parameter::p"
KINDS = (("hex", 7), ("uuid", 36), ("text", 1), ("path", 1), ("upper", 17), ("lost", 1))


def events(inputs: dict[str, Any]) -> list[str]:
    """What the engine tells of one resource."""
    return [
        json.dumps({"resourcePreEvent": {"metadata": {"urn": URN, "new": {"inputs": inputs}}}}),
        '{"preludeEvent": {}}',
    ]


@pytest.mark.parametrize(
    ("made", "same"),
    [
        (lambda name, *_: name, True),
        (lambda name, *_: name.upper(), True),
        (lambda name, key, *_: f"arn:{name}/{key}", True),
        (lambda name, *_: name[:5] + name[-4:], True),
        (lambda *drawn: {"a": [drawn[0], drawn[2]], drawn[4]: drawn[3] + "x"}, True),
        (lambda *drawn: sorted(drawn[:3]), True),
        (lambda *drawn: json.dumps({"Resource": sorted(drawn[:3])}), True),
        # A symbol stands behind the `j`, a value before it.
        (lambda name, *_: json.dumps({"Resource": sorted([name, "j"])}), True),
        (lambda name, *_: json.dumps({"Resource": sorted([name, "j"])[0]}), False),
        (lambda name, *_: "{" + name + ("" if name.isalpha() else "}"), False),
        (lambda *drawn: drawn[5], True),
        (lambda *_: [1, True, None], True),
        (lambda name, *_: "x" if name.isalpha() else "y", False),
        (lambda name, *_: ord(name[0]), False),
        (lambda name, *_: f"{name}-{sum(map(ord, name))}", False),
        (lambda _, key, *__: {"key": key.replace("-", "")[:3]}, False),
        (lambda *drawn: [drawn[0]] * (1 + drawn[0].isalpha()), False),
        (lambda *drawn: {"a" if drawn[0].isalpha() else "b": 1}, False),
    ],
)
def test_what_is_the_same_function_of_what_was_drawn(made: Any, same: bool) -> None:
    """Symbols and pieces of them are replaced by values; whatever else differs is told."""
    previews = []
    for plausible in (False, True):
        book = Book(seed=5, plausible=plausible)
        drawn = [book.word(kind, length, f"urn#{i}") for i, (kind, length) in enumerate(KINDS)]
        previews.append(previewed(events({"value": made(*drawn)}), book.symbols))

    assert ([] if same else [f"value of {URN}"]) == differences(*previews)


def test_a_resource_of_one_preview_only() -> None:
    """A program that makes it only for some values is told."""
    with_it, without = previewed(events({}), []), previewed([], [])

    assert [f"all of {URN}"] == differences(with_it, without) == differences(without, with_it)


SOURCE = """
    import hashlib, json
    import pulumi
    import pulumi_aws as aws

    data = aws.s3.Bucket("data")
    image = aws.ec2.get_ami(owners=["amazon"])
    zones = aws.get_availability_zones()
    document = aws.iam.get_policy_document_output(statements=[{
        "actions": ["s3:*"], "resources": [data.arn, data.arn.apply(lambda arn: f"{arn}/*")]}])
    aws.iam.RolePolicy("own", role=aws.iam.Role("plain", assume_role_policy=json.dumps({"Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:AssumeRole"}})).id, policy=document.json)
    aws.ssm.Parameter("zone", type="String", value=zones.names[0] + image.id)
    HIDDEN
"""
BRANCH = """
    length = data.id.apply(lambda name: f"{name}{sum(map(ord, name))}")
    aws.ssm.Parameter("p", type="String", value="x", description=length)
"""


@pytest.mark.engine
@pytest.mark.parametrize(("hidden", "code"), [("", 0), (BRANCH, 1)])
def test_a_second_preview_tells_what_the_first_hides(tmp_path: Path, hidden: str, code: int) -> None:
    """Of a sound program it tells nothing."""
    source = SOURCE.replace("HIDDEN", hidden)
    config = {"aws:region": "eu-central-1", "aws:allowedAccountIds": ["111111111111"]}
    config["aws:assumeRoles"] = [{"roleArn": "arn:aws:iam::111111111111:role/cicd-deploy"}]
    folder = program(tmp_path, source, name="shop", stacks={STACK: config})

    run = ran(folder, Engine(tmp_path / "nowhere", {}), "--throwaway", "--twice", "--stack", STACK)

    assert code == run.returncode, run.stdout + run.stderr
    urn = f"urn:pulumi:{STACK}::shop::aws:ssm/parameter:Parameter::p"
    told = f"undetermined: description of {urn} depends on what AWS gives"
    assert bool(hidden) is (told in run.stderr), run.stderr
