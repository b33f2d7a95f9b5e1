"""The stand-in for AWS behaves as the real provider where programs and policies can tell, shown through the engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tenant_safety.symbolic import documents
from tests.engine import Engine, Run, program

pytestmark = pytest.mark.engine

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

LIFE = """
    import json
    import pulumi
    import pulumi_aws as aws

    config = pulumi.Config()
    queue = aws.sqs.Queue("jobs", visibility_timeout_seconds=config.require_int("timeout"))
    role = aws.iam.Role(
        "worker",
        path=config.get("path") or "/",
        assume_role_policy=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            }],
        }),
    )
    aws.iam.RolePolicy("work", role=role.id, policy=pulumi.Output.json_dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": queue.arn}],
    }))
    bucket = aws.s3.Bucket("Files", tags={"team": "blue"})
    fifo = aws.sqs.Queue("ordered", fifo_queue=True)
    prefixed = aws.sns.Topic("news", name_prefix="news-of-")
    secret = aws.ssm.Parameter("password", type="SecureString", value=pulumi.Output.secret("hidden"))
    pulumi.export("value", secret.value)
    pulumi.export("arn", queue.arn)
"""


def test_a_life_from_preview_to_destroy(engine: Engine, tmp_path: Path) -> None:
    """Names are made once; outputs are unknown before and known after; updates, replacements and deletes work."""
    made = program(tmp_path, LIFE, stacks={"dev": {"program:timeout": "30", "aws:region": "eu-west-1"}})

    preview = engine.preview(made, "dev")
    assert preview.exit_code == 0, preview.errors
    queue, policy = preview.step("jobs"), preview.step("work")
    assert {"name", "region", "tagsAll", "visibilityTimeoutSeconds"} == queue.outputs.keys()
    assert queue.inputs["__defaults"] == ["name"]
    assert policy.inputs["policy"] == UNKNOWN

    created = engine.up(made, "dev", skip_preview=True)
    assert created.exit_code == 0, created.errors
    first = engine.resources(made, "dev")
    name = first["jobs"]["inputs"]["name"]
    arn = f"arn:aws:sqs:eu-west-1:123456789012:{name}"
    assert first["jobs"]["outputs"]["arn"] == arn
    assert first["jobs"]["id"] == f"https://sqs.eu-west-1.amazonaws.com/123456789012/{name}"
    assert json.loads(first["work"]["outputs"]["policy"])["Statement"][0]["Resource"] == arn
    assert first["work"]["inputs"]["role"] == first["worker"]["inputs"]["name"]
    assert first["Files"]["outputs"]["arn"] == f"arn:aws:s3:::{first['Files']['inputs']['bucket']}"
    assert first["Files"]["inputs"]["bucket"].startswith("files-")
    assert "name" not in preview.step("news").outputs
    assert first["news"]["id"] == f"arn:aws:sns:eu-west-1:123456789012:{first['news']['outputs']['name']}"
    assert first["news"]["outputs"]["name"].startswith("news-of-")
    assert first["ordered"]["inputs"]["name"].endswith(".fifo")
    assert first["password"]["inputs"]["value"].get("ciphertext")
    assert UNKNOWN not in json.dumps(first)

    again = engine.preview(made, "dev")
    assert {step.op for step in again.steps} == {"same"}

    updated = engine.up(made, "dev", config={"program:timeout": "60"}, skip_preview=True)
    second = engine.resources(made, "dev")
    assert (updated.step("jobs").op, updated.step("jobs").changed) == (
        "update",
        ("visibilityTimeoutSeconds",),
    )
    assert second["jobs"]["outputs"]["visibilityTimeoutSeconds"] == 60
    assert (second["jobs"]["id"], second["jobs"]["outputs"]["arn"]) == (first["jobs"]["id"], arn)

    settings = {"program:timeout": "60", "program:path": "/ci/"}
    replaced = engine.up(made, "dev", config=settings, skip_preview=True)
    third = engine.resources(made, "dev")
    role = third["worker"]
    assert replaced.exit_code == 0, replaced.errors
    assert {"create-replacement", "delete-replaced"} <= {step.op for step in replaced.steps if step.name == "worker"}
    assert role["id"] != second["worker"]["id"]
    assert role["outputs"]["arn"] == f"arn:aws:iam::123456789012:role/ci/{role['inputs']['name']}"

    refreshed = engine.refresh(made, "dev", config=settings)
    assert refreshed.exit_code == 0, refreshed.errors
    kept = engine.resources(made, "dev")
    for name in ("jobs", "worker", "work", "Files", "ordered"):
        assert (kept[name]["id"], kept[name]["outputs"]) == (third[name]["id"], third[name]["outputs"])

    destroyed = engine.destroy(made, "dev", config=settings)
    assert destroyed.exit_code == 0, destroyed.errors
    assert engine.resources(made, "dev") == {}


def test_two_providers_of_two_accounts(engine: Engine, tmp_path: Path) -> None:
    """Each resource and each function belongs to the account and the region of its own provider instance."""
    made = program(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        def tenant(name, account, region):
            provider = aws.Provider(
                name,
                region=region,
                allowed_account_ids=[account],
                assume_roles=[{"role_arn": f"arn:aws:iam::{account}:role/deploy"}],
                default_tags={"tags": {"tenant": name}},
            )
            topic = aws.sns.Topic(f"{name}-news", opts=pulumi.ResourceOptions(provider=provider))
            me = aws.get_caller_identity_output(opts=pulumi.InvokeOptions(provider=provider))
            pulumi.export(name, [topic.arn, topic.tags_all["tenant"], me.account_id, me.arn])
            return provider

        tenant("red", "111111111111", "eu-west-1")
        blue = tenant("blue", "222222222222", "us-west-2")
        found = aws.iam.Role.get("found", "admin", opts=pulumi.ResourceOptions(provider=blue))
        pulumi.export("found", found.arn)
        """,
    )

    run = engine.up(made, "dev", skip_preview=True)

    assert run.exit_code == 0, run.errors
    outputs = engine.outputs(made, "dev")
    red, blue = outputs["red"], outputs["blue"]
    assert red[0].startswith("arn:aws:sns:eu-west-1:111111111111:red-news-")
    assert red[1:] == ["red", "111111111111", "arn:aws:sts::111111111111:assumed-role/deploy/standin"]
    assert blue[0].startswith("arn:aws:sns:us-west-2:222222222222:blue-news-")
    assert blue[1:] == ["blue", "222222222222", "arn:aws:sts::222222222222:assumed-role/deploy/standin"]
    assert outputs["found"] == "arn:aws:iam::222222222222:role/admin"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            'aws.Provider("p", region="us-east-1", allowed_account_ids=["111111111111"])',
            "not allowed: 123456789012",
        ),
        ('aws.Provider("p", region="mars-north-1")', "invalid AWS Region: mars-north-1"),
        (
            'aws.Provider("p", region="us-east-1", assume_roles=[{"role_arn": "deploy"}])',
            '"deploy" is not the ARN of a role',
        ),
    ],
)
def test_a_wrong_provider_is_refused(engine: Engine, tmp_path: Path, source: str, said: str) -> None:
    """The account that the credentials are of must be allowed; a role must be one."""
    use = 'aws.sns.Topic("news", opts=pulumi.ResourceOptions(provider=provider))'
    made = program(tmp_path, f"import pulumi\nimport pulumi_aws as aws\nprovider = {source}\n{use}")

    run = engine.preview(made, "dev")

    assert run.exit_code != 0
    assert said in run.errors


@pytest.mark.parametrize(
    ("token", "inputs", "expected"),
    [
        (
            "aws:sqs/queue:Queue",
            {"visibilityTimeout": 30, "delaySeconds": "many", "tags": ["a"], "arn": "arn:aws:sqs:::mine"},
            (
                "an unexpected argument 'visibilityTimeout' was provided; did you mean 'visibilityTimeoutSeconds'?",
                "property delaySeconds value {many} has a problem: expected a number (got a string)",
                "expected an object (got a list)",
                '"arn": this field cannot be set',
            ),
        ),
        (
            "aws:ec2/instance:Instance",
            {"rootBlockDevice": {"size": 3}},
            ("rootBlockDevice.size", "an unexpected argument 'size' was provided"),
        ),
        ("aws:iam/role:Role", {"path": "/"}, ("Missing required argument: 'assumeRolePolicy' is required",)),
        (
            "aws:iam/role:Role",
            {"assumeRolePolicy": "{not json"},
            ('"assumeRolePolicy" contains an invalid JSON policy', "is longer than maximum length 64"),
        ),
        ("aws:sqs/cue:Cue", {}, ("aws:sqs/cue:Cue",)),
    ],
)
def test_wrong_inputs_are_refused(
    engine: Engine, tmp_path: Path, token: str, inputs: dict[str, Any], expected: tuple[str, ...]
) -> None:
    """Unknown properties and types, wrong shapes, missing inputs, broken documents and names that are too long."""
    name = "long" * 15
    made = program(tmp_path, f"import pulumi\npulumi.CustomResource({token!r}, {name!r}, {inputs!r})")

    run = engine.preview(made, "dev")

    assert run.exit_code != 0
    assert [said for said in expected if said not in run.errors] == [], run.errors


def test_a_malformed_policy_is_refused_when_it_is_made(engine: Engine, tmp_path: Path) -> None:
    """As with AWS the preview passes, and the service refuses what is JSON but no policy of its kind."""
    made = program(
        tmp_path,
        """
        import json
        import pulumi_aws as aws

        statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Principal": {"AWS": "*"}}
        aws.iam.Policy("bad", policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
        """,
    )

    runs: list[Run] = [engine.preview(made, "dev"), engine.up(made, "dev", skip_preview=True)]

    assert [run.exit_code == 0 for run in runs] == [True, False]
    assert "Policy document should not specify a principal" in runs[1].errors


DOCUMENTS = """
    import pulumi
    import pulumi_aws as aws

    queue = aws.sqs.Queue("jobs", name="jobs")
    known = aws.iam.get_policy_document(
        statements=[
            {
                "sid": "Own",
                "actions": ["s3:GetObject", "s3:PutObject", "s3:GetObject"],
                "resources": ["arn:aws:s3:::files/&{aws:username}/*"],
                "principals": [
                    {
                        "type": "AWS",
                        "identifiers": ["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"],
                    },
                    {"type": "Service", "identifiers": ["ec2.amazonaws.com"]},
                ],
                "conditions": [
                    {"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["2", "1"]},
                    {"test": "Bool", "variable": "aws:SecureTransport", "values": ["true"]},
                ],
            },
        ],
    )
    pulumi.export("known", known.json)
    new = aws.iam.get_policy_document_output(statements=[{"actions": ["sqs:*"], "resources": [queue.arn]}])
    pulumi.export("new", new.minified_json)
    try:
        aws.ec2transitgateway.get_transit_gateway()
    except Exception as error:
        pulumi.export("refused", str(error))
"""


def test_policy_documents_of_programs(engine: Engine, tmp_path: Path) -> None:
    """The text is that of the real provider; over a new resource's ARN it is unknown, then complete."""
    made = program(tmp_path, DOCUMENTS)
    expected = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Own",
                "Effect": "Allow",
                "Action": ["s3:PutObject", "s3:GetObject"],
                "Resource": "arn:aws:s3:::files/${aws:username}/*",
                "Principal": {
                    "AWS": ["arn:aws:iam::222222222222:root", "arn:aws:iam::111111111111:root"],
                    "Service": "ec2.amazonaws.com",
                },
                "Condition": {
                    "Bool": {"aws:SecureTransport": "true"},
                    "StringEquals": {"aws:SourceAccount": ["2", "1"]},
                },
            }
        ],
    }

    preview = engine.preview(made, "dev")
    created = engine.up(made, "dev", skip_preview=True)

    assert (preview.exit_code, created.exit_code) == (0, 0), preview.errors + created.errors
    planned = preview.step("program-dev").outputs
    assert planned["known"] == json.dumps(expected, indent=2)
    assert planned["new"] == UNKNOWN
    outputs = engine.outputs(made, "dev")
    assert outputs["new"] == (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*",'
        '"Resource":"arn:aws:sqs:us-east-1:123456789012:jobs"}]}'
    )
    assert "the stand-in does not answer aws:ec2transitgateway/getTransitGateway" in outputs["refused"]


STAR = {"type": "*", "identifiers": ["*"]}
ANYONE = {"type": "AWS", "identifiers": ["*"]}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, {"Version": "2012-10-17"}),
        (
            {"statements": [{"effect": "Deny", "notActions": ["iam:*"], "notResources": ["b", "a"]}]},
            [{"Effect": "Deny", "NotAction": "iam:*", "NotResource": ["b", "a"]}],
        ),
        (
            {"statements": [{"actions": ["sts:AssumeRole"], "principals": [STAR]}]},
            [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}],
        ),
        (
            {"statements": [{"actions": ["sts:AssumeRole"], "notPrincipals": [ANYONE]}]},
            [{"Effect": "Allow", "Action": "sts:AssumeRole", "NotPrincipal": {"AWS": "*"}}],
        ),
        (
            {
                "sourcePolicyDocuments": [
                    '{"Statement": [{"Sid": "A", "Effect": "Allow", "Action": ["x:Y"], "Resource": "*"}]}'
                ],
                "statements": [{"sid": "A", "actions": ["x:Z"], "resources": ["*"]}, {"actions": ["x:W"]}],
                "overridePolicyDocuments": ['{"Statement": [{"Sid": "A", "Effect": "Deny", "Action": "x:*"}]}'],
            },
            [{"Sid": "A", "Effect": "Deny", "Action": "x:*"}, {"Effect": "Allow", "Action": "x:W"}],
        ),
    ],
)
def test_policy_documents(arguments: dict[str, Any], expected: Any) -> None:
    """Negations, the shortened star, and merging by Sid."""
    made = json.loads(documents.policy_document(arguments)["minifiedJson"])

    assert expected == (made["Statement"] if isinstance(expected, list) else made)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"statements": [{"sid": "A"}, {"sid": "A"}]}, "duplicate Sid"),
        ({"statements": [{"sid": "not-one"}]}, "must only include alphanumeric"),
        ({"statements": [{"effect": "allow"}]}, "expected effect"),
        ({"version": "2008-10-17", "statements": [{"resources": ["&{aws:username}"]}]}, "not supported"),
        ({"sourcePolicyDocuments": ["{"]}, "merging source document 0"),
    ],
)
def test_wrong_policy_documents(arguments: dict[str, Any], said: str) -> None:
    """What the real provider refuses."""
    with pytest.raises(documents.DocumentError, match=said):
        documents.policy_document(arguments)


def test_a_program_folder_stays_as_it_is(engine: Engine, tmp_path: Path) -> None:
    """Runs write neither a salt nor a setting into the program's folder."""
    made = program(tmp_path, "import pulumi", stacks={"dev": {"aws:region": "eu-west-1"}})
    before = {path.name: path.read_bytes() for path in made.iterdir()}

    engine.up(made, "dev", config={"program:a": "b"}, skip_preview=True)
    engine.set_tags(made, "dev", {"tenant": "red"})

    assert before == {path.name: path.read_bytes() for path in made.iterdir()}
