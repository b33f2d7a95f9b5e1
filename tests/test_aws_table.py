"""The table of types equals what the installed pulumi_aws says, and answers paths."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from tenant_safety.symbolic import table
from tenant_safety.symbolic.table import Shape

GENERATOR = Path(__file__).parents[1] / "tools" / "aws_table.py"
COMMITTED = Path(table.__file__).with_name("aws.json.gz")


def test_the_committed_table_is_what_the_installed_package_says(tmp_path: Path) -> None:
    """Fails with what to do when pulumi_aws or the generator has changed."""
    installed = metadata.version("pulumi_aws")
    assert installed == table.version(), (
        f"expected pulumi_aws {table.version()}, which the table was made from (got {installed}): "
        "run tools/aws_table.py and commit its file, or install the locked version"
    )
    made = tmp_path / "aws.json.gz"

    subprocess.run([sys.executable, str(GENERATOR), "--output", str(made)], check=True, capture_output=True)

    assert made.read_bytes() == COMMITTED.read_bytes(), "run tools/aws_table.py and commit its file"


@pytest.mark.parametrize(
    ("token", "path", "kind"),
    [
        ("aws:ec2/instance:Instance", "instanceType", "string"),
        ("aws:ec2/instance:Instance", "rootBlockDevice", "object"),
        ("aws:ec2/instance:Instance", "rootBlockDevice.volumeSize", "number"),
        ("aws:ec2/instance:Instance", "ebsBlockDevices", "list"),
        ("aws:ec2/instance:Instance", "ebsBlockDevices[].volumeSize", "number"),
        ("aws:ec2/instance:Instance", "ebsBlockDevices[0].encrypted", "boolean"),
        ("aws:ec2/instance:Instance", "tags", "map"),
        ("aws:ec2/instance:Instance", "tags.Name", "string"),
        ("aws:ec2/instance:Instance", "arn", "string"),
        ("aws:iam/role:Role", "inlinePolicies[].policy", "string"),
        ("aws:iam/role:Role", "assumeRolePolicy", "union"),
        ("aws:iam/role:Role", "assumeRolePolicy.Statement[].Effect", "string"),
        ("aws:lambda/function:Function", "code", "asset"),
        ("aws:lambda/function:Function", "environment.variables.KEY", "string"),
        ("aws:eks/cluster:Cluster", "vpcConfig.subnetIds[]", "string"),
        (
            "aws:wafv2/ruleGroup:RuleGroup",
            "rules[].statement.andStatement.statements[].notStatement",
            "object",
        ),
        ("aws:s3/bucketV2:BucketV2", "bucket", "string"),
        ("pulumi:providers:aws", "assumeRoles[].roleArn", "string"),
        ("pulumi:providers:aws", "allowedAccountIds[]", "string"),
    ],
)
def test_shape_at_a_path(token: str, path: str, kind: str) -> None:
    """Objects, lists, maps, outputs, documents as objects and types that contain themselves."""
    resource = table.resource(token)
    assert resource is not None

    shape = resource.shape_at(path)

    assert shape is not None
    assert kind == shape.kind


@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "instanceType.more",
        "rootBlockDevice.size",
        "ebsBlockDevices.volumeSize",
        "rootBlockDevice[]",
        "",
    ],
)
def test_no_shape_at_a_path_that_is_none(path: str) -> None:
    """A wrong step anywhere is no shape, and no error."""
    resource = table.resource("aws:ec2/instance:Instance")
    assert resource is not None

    shape = resource.shape_at(path)

    assert shape is None


def test_required_given_and_secret_properties() -> None:
    """A role needs its trust; a queue's name is given when it is left out; a password is secret."""
    role = table.resource("aws:iam/role:Role")
    queue = table.resource("aws:sqs/queue:Queue")
    database = table.resource("aws:rds/instance:Instance")
    assert role is not None
    assert queue is not None
    assert database is not None

    facts = (role.required, "name" in queue.given, "delaySeconds" in queue.given, database.secrets)

    assert (frozenset({"assumeRolePolicy"}), True, False, frozenset({"password", "passwordWo"})) == facts


def test_a_former_token_finds_the_present_type() -> None:
    """State holds tokens that the package has renamed."""
    resource = table.resource("aws:elasticloadbalancingv2/loadBalancer:LoadBalancer")

    assert resource is not None
    assert resource.token == "aws:lb/loadBalancer:LoadBalancer"


def test_unknown_tokens_are_none() -> None:
    """Neither a type nor a function that pulumi_aws does not have is invented."""
    found = (table.resource("aws:sqs/queue:Cue"), table.function("aws:iam/getNothing:getNothing"))

    assert found == (None, None)


def test_a_function_has_arguments_and_results() -> None:
    """Of a look-up, both sides are known."""
    function = table.function("aws:iam/getPolicyDocument:getPolicyDocument")
    assert function is not None

    shapes = (function.shape_at("statements[].conditions[].test"), function.shape_at("json"))

    assert (Shape("string"), Shape("string")) == shapes


def test_every_shape_can_be_read() -> None:
    """No type refers to a nested type that is not there."""
    found = [table.resource(token) for token in table.tokens()]
    seen: set[int] = set()

    def visit(shape: Shape | None) -> None:
        if shape is None or shape.number in seen:
            return
        if shape.number is not None:
            seen.add(shape.number)
        for part in (shape.element, *shape.choices, *shape.fields().values()):
            visit(part)

    for resource in found:
        assert resource is not None
        for shape in (*resource.inputs.values(), *resource.outputs.values()):
            visit(shape)

    assert len(found) == 1749
    assert len(seen) > 3000


def test_the_table_imports_nothing_heavy() -> None:
    """It is loaded when a preview starts, so neither pulumi nor boto3 nor pulumi_aws may come with it."""
    code = (
        "import sys; from tenant_safety.symbolic import table; table.resource('aws:iam/role:Role');"
        "print([name for name in ('pulumi', 'pulumi_aws', 'boto3') if name in sys.modules])"
    )
    environment = {"PYTHONPATH": str(COMMITTED.parents[2])}

    printed = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    ).stdout

    assert printed.strip() == "[]"
