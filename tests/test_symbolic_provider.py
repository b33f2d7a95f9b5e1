"""The symbolic provider answers previews with symbols that can be found again, and makes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tenant_safety.symbolic import provider, symbols, wire
from tenant_safety.symbolic.symbols import Book, NonceError, find, is_lost, widened
from tests.engine import Engine, program

UNKNOWN = wire.UNKNOWN
NONCE = "k7"
PLACE = "eu-west-1:111111111111"
LOST = symbols.lost(NONCE)


@pytest.mark.parametrize(
    ("kind", "length", "expected"),
    [
        ("hex", 7, "zqk7000"),
        ("hex", 17, "zqk7000qqqqqqqqqq"),
        ("upper", 10, "ZQK7000QQQ"),
        ("uuid", 36, "zqk7000q-qqqq-qqqq-qqqq-qqqqqqqqqqqq"),
        ("hex", 6, ""),
    ],
)
def test_a_token(kind: str, length: int, expected: str) -> None:
    """A token is as long as the part that it stands for, and is not given for a part that is too short."""
    made = Book(NONCE).token(kind, length)

    assert expected == made


def test_tokens_differ_in_all_threads() -> None:
    """Each token is given out once; when all are, none is."""
    book = Book(NONCE)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: book.token("hex", 7), range(symbols.MOST + 2)))

    assert (symbols.MOST, 2) == (len(set(made) - {""}), made.count(""))


@pytest.mark.parametrize("nonce", ["", "k", "K7", "k77", "k-"])
def test_a_wrong_nonce(nonce: str) -> None:
    """A nonce is two characters that any name may have."""
    with pytest.raises(NonceError, match="expected a nonce of two characters"):
        Book(nonce)


@pytest.mark.parametrize(
    ("text", "found", "pattern"),
    [
        ("jobs-zqk7000", ((5, 12, "zqk7000"),), "jobs-???????"),
        ("JOBS-ZQK70A1", ((5, 12, "zqk70a1"),), "JOBS-???????"),
        ("vpc-zqk7001qqqqqqqqqq/x", ((4, 21, "zqk7001"),), "vpc-?????????????????/x"),
        ("zqk7000zqk7001", ((0, 7, "zqk7000"), (7, 14, "zqk7001")), "??????????????"),
        (
            "key/zqk7000q-qqqq-qqqq-qqqq-qqqqqqqqqqqq",
            ((4, 40, "zqk7000"),),
            "key/????????-????-????-????-????????????",
        ),
        ("zqk7000q", ((0, 8, "zqk7000"),), "????????"),
        ("zqx9000 is of another run", (), "zqx9000 is of another run"),
        ("", (), ""),
    ],
)
def test_tokens_are_found(text: str, found: tuple[tuple[int, int, str], ...], pattern: str) -> None:
    """In any case and any surroundings, a uuid as one token; each character of it may be any."""
    assert (found, pattern, False) == (find(text, NONCE), widened(text, NONCE), is_lost(text, NONCE))


def test_tokens_survive_separators() -> None:
    """What a program splits and joins again at separators keeps its tokens."""
    book = Book(NONCE)
    arn = f"arn:aws:kms:{PLACE}:key/{book.token('uuid', 36)}/a-{book.token('hex', 7)}"

    joined = "/".join(arn.split("/"))[: arn.rindex("-")] + "-" + arn.rsplit("-", maxsplit=1)[-1]

    assert find(arn, NONCE) == find(joined, NONCE) and arn == joined  # noqa: PT018 (one statement: the same)


@pytest.mark.parametrize(
    "text",
    [
        "jobs-zqk7",
        "jobs-ZQK70",
        "zqk700/x",
        "arn:zqk7000q-qqqq",
        "subnet/qqqqq",
        "qqqqqqqqqqqq",
        f"{symbols.lost(NONCE)}abc",
    ],
)
def test_what_was_cut_off_is_lost(text: str) -> None:
    """A token's beginning without its number, and padding without a token."""
    assert is_lost(text, NONCE)


class Client:
    """A connection to the provider: a provider instance of its own."""

    def __init__(self, port: int, **config: str) -> None:
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)])
        self.stub = provider_pb2_grpc.ResourceProviderStub(self.channel)
        self.stub.Configure(provider_pb2.ConfigureRequest(variables=config))

    def check(self, token: str, called: str, /, **inputs: Any) -> dict[str, Any]:
        request = provider_pb2.CheckRequest(urn=urn(token, called), news=wire.write(inputs))
        answer = self.stub.Check(request)
        assert not answer.failures
        return wire.read(answer.inputs)

    def create(self, token: str, /, **inputs: Any) -> dict[str, Any]:
        """The outputs of a new resource, auto-name included; `id` as the engine has it."""
        checked = wire.write(self.check(token, "jobs", **inputs))
        request = provider_pb2.CreateRequest(urn=urn(token, "jobs"), properties=checked, preview=True)
        answer = self.stub.Create(request)
        return wire.read(answer.properties) | {"id": answer.id}

    def update(self, token: str, olds: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        request = provider_pb2.UpdateRequest(
            id=olds["id"],
            urn=urn(token, "jobs"),
            olds=wire.write(olds),
            old_inputs=wire.write(old),
            news=wire.write(new),
            preview=True,
        )
        return wire.read(self.stub.Update(request).properties)

    def read(self, token: str, identity: str) -> dict[str, Any]:
        request = provider_pb2.ReadRequest(id=identity, urn=urn(token, "found"))
        return wire.read(self.stub.Read(request).properties)

    def invoke(self, token: str, /, **arguments: Any) -> dict[str, Any]:
        request = provider_pb2.InvokeRequest(tok=token, args=wire.write(arguments), preview=True)
        return wire.read(getattr(self.stub.Invoke(request), "return"))


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:dev::program::{token}::{name}"


@pytest.fixture
def running() -> Iterator[provider.Running]:
    made = provider.start(nonce=NONCE)
    yield made
    made.stop()


@pytest.fixture
def client(running: provider.Running) -> Client:
    return Client(
        running.port, **{"aws:config:region": "eu-west-1", "aws:config:allowedAccountIds": '["111111111111"]'}
    )


QUEUE = "aws:sqs/queue:Queue"
ROLE = "aws:iam/role:Role"
VPC = "aws:ec2/vpc:Vpc"
TRUST = '{"Version":"2012-10-17","Statement":[]}'


@pytest.mark.parametrize(
    ("token", "inputs", "expected"),
    [
        (
            QUEUE,
            {},
            {
                "id": "https://sqs.eu-west-1.amazonaws.com/111111111111/jobs-zqk7000",
                "name": "jobs-zqk7000",
                "arn": f"arn:aws:sqs:{PLACE}:jobs-zqk7000",
                "url": "https://sqs.eu-west-1.amazonaws.com/111111111111/jobs-zqk7000",
                "kmsDataKeyReusePeriodSeconds": UNKNOWN,
            },
        ),
        (
            ROLE,
            {"assumeRolePolicy": TRUST},
            {
                "id": "jobs-zqk7000",
                "arn": "arn:aws:iam::111111111111:role/jobs-zqk7000",
                "uniqueId": "AROAZQK7001QQQQQQQQQQ",
                "createDate": UNKNOWN,
            },
        ),
        (
            VPC,
            {"cidrBlock": "10.0.0.0/16"},
            {
                "id": "vpc-zqk7000qqqqqqqqqq",
                "arn": f"arn:aws:ec2:{PLACE}:vpc/vpc-zqk7000qqqqqqqqqq",
                "ownerId": "111111111111",
                "ipv6AssociationId": UNKNOWN,
            },
        ),
        (
            "aws:kms/key:Key",
            {},
            {
                "id": "zqk7000q-qqqq-qqqq-qqqq-qqqqqqqqqqqq",
                "arn": f"arn:aws:kms:{PLACE}:key/zqk7000q-qqqq-qqqq-qqqq-qqqqqqqqqqqq",
            },
        ),
        ("aws:iam/role:Role", {"assumeRolePolicy": TRUST, "path": UNKNOWN}, {"id": "jobs-zqk7000", "arn": UNKNOWN}),
        ("aws:sns/topic:Topic", {"name": UNKNOWN}, {"id": "", "arn": UNKNOWN, "name": UNKNOWN}),
        # Six characters are too few for a symbol.
        ("aws:secretsmanager/secret:Secret", {}, {"id": "", "arn": UNKNOWN, "name": "jobs-zqk7000"}),
        # Of this type nothing is known but its properties.
        ("aws:backup/vault:Vault", {}, {"id": "", "arn": UNKNOWN, "recoveryPoints": UNKNOWN}),
        ("aws:ec2/eip:Eip", {}, {"id": "eipalloc-zqk7000qqqqqqqqqq", "publicIp": UNKNOWN, "publicDns": UNKNOWN}),
        ("aws:sqs/queue:Queue", {"fifoQueue": True}, {"name": "jobs-zqk7000.fifo"}),
    ],
)
def test_a_new_resource(client: Client, token: str, inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    """What AWS will draw is a symbol; what nobody can say, or what follows from an unknown, is unknown."""
    made = client.create(token, **inputs)

    # What a preview's answer leaves out the engine takes for unknown.
    assert expected == {name: made.get(name, UNKNOWN) for name in expected}


@pytest.mark.parametrize(("proposed", "name"), [("jobs", "jobs"), ("jobs-1a2b3c4d", UNKNOWN)])
def test_a_name_that_the_engine_proposes(client: Client, proposed: str, name: str) -> None:
    """`pulumi:autonaming` is respected; what it draws differs at `up`, so a name with more than the name is unknown."""
    options = provider_pb2.CheckRequest.AutonamingOptions(proposed_name=proposed)
    request = provider_pb2.CheckRequest(urn=urn(QUEUE, "jobs"), autonaming=options)

    answer = wire.read(client.stub.Check(request).inputs)

    assert name == answer["name"]


def test_two_parts_are_two_symbols(client: Client) -> None:
    """What AWS draws twice differs: within a resource and between resources of the same name."""
    first, second = (client.create(VPC, cidrBlock="10.0.0.0/16") for _ in range(2))

    drawn = [made[name][-17:] for made in (first, second) for name in ("id", "mainRouteTableId", "defaultNetworkAclId")]

    assert len(set(drawn)) == len(drawn)


OLD = {
    "id": "jobs-1234567",
    "name": "jobs-1234567",
    "arn": "arn:aws:iam::111111111111:role/jobs-1234567",
    "path": "/",
    "assumeRolePolicy": TRUST,
    "uniqueId": "AROAIOSFODNN7EXAMPLE",
    "createDate": "2020-01-01T00:00:00Z",
}
INPUTS = {"name": "jobs-1234567", "assumeRolePolicy": TRUST, "__defaults": ["name"]}


def test_an_update_without_a_difference_keeps_everything(client: Client) -> None:
    """An existing resource keeps its real values where nothing changes."""
    made = client.update(ROLE, OLD, INPUTS, INPUTS)

    assert OLD == {name: made[name] for name in OLD}


def test_an_update_with_a_difference(client: Client) -> None:
    """Of what AWS has given only what is proved stable stays."""
    made = client.update(ROLE, OLD, INPUTS, {**INPUTS, "description": "new"})

    expected = OLD | {"uniqueId": "AROAZQK7000QQQQQQQQQQ", "createDate": UNKNOWN, "description": "new"}
    assert expected == {name: made.get(name, UNKNOWN) for name in expected}


def test_an_update_that_might_replace(client: Client) -> None:
    """Where nothing says which changes make a new resource, an ARN that AWS draws is not kept."""
    token = "aws:acm/certificate:Certificate"
    arn = f"arn:aws:acm:{PLACE}:certificate/1"
    made = client.update(token, {"id": arn, "arn": arn}, {"domainName": "a.org"}, {"domainName": "b.org"})

    assert f"arn:aws:acm:{PLACE}:certificate/zqk7000q-qqqq-qqqq-qqqq-qqqqqqqqqqqq" == made["arn"]


@pytest.mark.parametrize(
    ("token", "identity", "expected"),
    [
        (VPC, "vpc-123", {"arn": f"arn:aws:ec2:{PLACE}:vpc/vpc-123", "cidrBlock": LOST, "tagsAll": None}),
        # Anyone may have made it, with any path.
        (ROLE, "admin", {"name": "admin", "arn": LOST, "assumeRolePolicy": LOST}),
        (ROLE, "admin", {"uniqueId": "AROAZQK7000QQQQQQQQQQ"}),
        ("aws:sns/topic:Topic", f"arn:aws:sns:{PLACE}:news", {"arn": f"arn:aws:sns:{PLACE}:news", "name": "news"}),
        ("aws:s3/bucket:Bucket", "files", {"arn": "arn:aws:s3:::files", "policy": LOST}),
    ],
)
def test_a_look_up_by_id(client: Client, token: str, identity: str, expected: dict[str, Any]) -> None:
    """What follows from the id is known, and inputs that someone else has set are not."""
    made = client.read(token, identity)

    assert expected == {name: made.get(name) for name in expected}


@pytest.mark.parametrize(
    ("token", "arguments", "expected"),
    [
        (
            "aws:index/getCallerIdentity:getCallerIdentity",
            {},
            {"accountId": "111111111111", "arn": LOST, "userId": LOST},
        ),
        ("aws:index/getRegion:getRegion", {}, {"name": "eu-west-1", "region": "eu-west-1"}),
        ("aws:index/getPartition:getPartition", {}, {"partition": "aws", "dnsSuffix": "amazonaws.com"}),
        (
            "aws:iam/getPolicyDocument:getPolicyDocument",
            {"statements": [{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::zqk7000/*"]}]},
            {
                "minifiedJson": '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject",'
                '"Resource":"arn:aws:s3:::zqk7000/*"}]}'
            },
        ),
        (
            "aws:index/getAvailabilityZones:getAvailabilityZones",
            {},
            {"names": ["eu-west-1zqk7000", "eu-west-1zqk7001"], "zoneIds": [LOST, LOST]},
        ),
        (
            "aws:ec2/getAmi:getAmi",
            {"owners": ["amazon"]},
            {"id": "ami-zqk7000qqqqqqqqqq", "ownerId": LOST, "architecture": LOST},
        ),
        ("aws:ec2/getVpc:getVpc", {"default": True}, {"id": "vpc-zqk7000qqqqqqqqqq", "cidrBlock": LOST}),
        (
            "aws:ec2/getSubnets:getSubnets",
            {},
            {"ids": ["subnet-zqk7000qqqqqqqqqq", "subnet-zqk7001qqqqqqqqqq"]},
        ),
        (
            "aws:ssm/getParameter:getParameter",
            {"name": "token"},
            {"arn": f"arn:aws:ssm:{PLACE}:parameter/token", "value": wire.secret("zqk7000qqqqq"), "type": LOST},
        ),
        (
            "aws:secretsmanager/getSecretVersion:getSecretVersion",
            {"secretId": "token"},
            {"secretString": wire.secret("zqk7000qqqqq"), "arn": LOST},
        ),
        ("aws:s3/getBucket:getBucket", {"bucket": "files"}, {"id": "files", "arn": "arn:aws:s3:::files"}),
        ("aws:iam/getRole:getRole", {"name": "admin"}, {"id": "admin", "arn": LOST, "assumeRolePolicy": LOST}),
        (
            "aws:ec2transitgateway/getTransitGateway:getTransitGateway",
            {},
            {"arn": LOST, "id": LOST, "ownerId": LOST, "tags": None},
        ),
    ],
)
def test_a_function(client: Client, token: str, arguments: dict[str, Any], expected: dict[str, Any]) -> None:
    """What configuration and arguments say is exact, what AWS would look up is a symbol or unknown."""
    made = client.invoke(token, **arguments)

    assert expected == {name: made.get(name) for name in expected}


@pytest.mark.parametrize(
    ("config", "account"),
    [
        ({}, "000000000000"),
        ({"aws:config:allowedAccountIds": '["222222222222"]'}, "222222222222"),
        ({"aws:config:allowedAccountIds": '["222222222222", "333333333333"]'}, UNKNOWN),
        ({"aws:config:assumeRoles": '[{"roleArn": "arn:aws:iam::444444444444:role/ci"}]'}, "444444444444"),
    ],
)
def test_the_account(running: provider.Running, config: dict[str, str], account: str) -> None:
    """Each connection has the account that its configuration pins; which of several is unknown."""
    made = Client(running.port, **config)

    topic = made.create("aws:sns/topic:Topic")
    caller = made.invoke("aws:index/getCallerIdentity:getCallerIdentity")

    known = account != UNKNOWN
    arn = f"arn:aws:sns:us-east-1:{account}:jobs-zqk7000" if known else UNKNOWN
    assert (account if known else LOST, arn) == (caller["accountId"], topic.get("arn", UNKNOWN))


@pytest.mark.parametrize("action", ["Create", "Update", "Delete"])
def test_nothing_is_made_outside_a_preview(client: Client, action: str) -> None:
    """Each call that could write a symbol into a state is refused, with what to do."""
    request = getattr(provider_pb2, f"{action}Request")(urn=urn(QUEUE, "jobs"))

    with pytest.raises(grpc.RpcError, match=r"(?s)FAILED_PRECONDITION.*Unset PULUMI_DEBUG_PROVIDERS"):
        getattr(client.stub, action)(request)


def test_a_function_is_not_answered_outside_a_preview(client: Client) -> None:
    """An engine that tells the one from the other gets an answer in previews only."""
    client.stub.Handshake(provider_pb2.ProviderHandshakeRequest(invoke_with_preview=True))
    request = provider_pb2.InvokeRequest(tok="aws:index/getRegion:getRegion", preview=False)

    with pytest.raises(grpc.RpcError, match="FAILED_PRECONDITION"):
        client.stub.Invoke(request)


PROGRAM = """
    import pulumi
    import pulumi_aws as aws

    parameter = aws.ssm.Parameter("token", type="String", value="x")
    role = aws.iam.Role("worker", assume_role_policy=aws.iam.get_policy_document(statements=[
        {"actions": ["sts:AssumeRole"], "principals": [{"type": "Service", "identifiers": ["ec2.amazonaws.com"]}]},
    ]).json)
    aws.iam.RolePolicy("read", role=role.id, policy=pulumi.Output.json_dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": parameter.arn}],
    }))
    found = aws.ec2.get_vpc_output(default=True)
    mine = aws.ec2.Vpc.get("mine", "vpc-1")
    admin = aws.iam.Role.get("admin", "admin")
    pulumi.export("read", [mine.arn, mine.main_route_table_id, admin.arn])
    gateway = aws.ec2transitgateway.get_transit_gateway_output()
    aws.ec2.Subnet("net", vpc_id=found.id, cidr_block="10.0.0.0/24")
    image = aws.ec2.get_ami(owners=["amazon"], most_recent=True)
    pulumi.export("gateway", gateway.arn)
    pulumi.export("image", f"{image.id}/{image.name}")
"""


@pytest.mark.engine
def test_a_preview_is_complete_and_an_update_is_refused(tmp_path: Path, running: provider.Running) -> None:
    """The first preview of an empty stack has whole documents; `up` fails and leaves no resource of AWS behind."""
    engine = Engine(tmp_path / "engine", {"aws": running.port})
    made = program(tmp_path, PROGRAM)

    preview = engine.preview(made, "dev")
    updated = engine.up(made, "dev", skip_preview=True)

    assert preview.exit_code == 0, preview.errors
    name = preview.step("token").outputs["name"]
    policy = preview.step("read").inputs
    assert len(find(name, NONCE)) == 1
    statement = json.loads(policy["policy"])["Statement"][0]
    assert f"arn:aws:ssm:us-east-1:000000000000:parameter/{name}" == statement["Resource"]
    assert preview.step("worker").outputs["id"] == policy["role"]
    assert widened(preview.step("net").inputs["vpcId"], NONCE) == "vpc-" + "?" * 17
    exported = preview.step("program-dev").outputs
    assert LOST == exported["gateway"]
    vpc, routes, admin = exported["read"]
    assert ("arn:aws:ec2:us-east-1:000000000000:vpc/vpc-1", LOST) == (vpc, admin)
    assert widened(routes, NONCE) == "rtb-" + "?" * 17
    assert ("ami-" + "?" * 17, True) == (
        widened(exported["image"], NONCE).split("/")[0],
        is_lost(exported["image"], NONCE),
    )
    assert updated.exit_code != 0
    assert "expected a preview" in updated.errors
    kept = engine.resources(made, "dev").values()
    assert [item["type"] for item in kept if item["type"].startswith("aws:")] == []
    assert find(json.dumps(engine.state(made, "dev")), NONCE) == ()


@pytest.mark.engine
def test_an_update_that_only_looks_up_is_refused(tmp_path: Path, running: provider.Running) -> None:
    """What a function would have answered gets into no output of a stack."""
    engine = Engine(tmp_path / "engine", {"aws": running.port})
    source = "import pulumi\nimport pulumi_aws as aws\npulumi.export('vpc', aws.ec2.get_vpc(default=True).id)"
    made = program(tmp_path, source)

    updated = engine.up(made, "dev", skip_preview=True)

    assert updated.exit_code != 0
    assert "expected a preview" in updated.errors
    assert find(json.dumps(engine.state(made, "dev")), NONCE) == ()


@pytest.mark.engine
def test_a_preview_of_an_existing_stack(engine: Engine, tmp_path: Path, running: provider.Running) -> None:
    """What does not change keeps its real values; what is replaced gets symbols, and so does what it names."""
    symbolic = Engine(tmp_path / "engine", {"aws": running.port})
    made = program(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        kept = aws.sqs.Queue("kept")
        role = aws.iam.Role("role", path=pulumi.Config().get("path") or "/", assume_role_policy='{"Version": '
            '"2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},'
            '"Action": "sts:AssumeRole"}]}')
        pulumi.export("arns", [kept.arn, role.arn])
        """,
    )
    assert engine.up(made, "dev", skip_preview=True).exit_code == 0
    before = engine.state(made, "dev")

    same = symbolic.preview(made, "dev")
    other = symbolic.preview(made, "dev", config={"program:path": "/ci/"})

    assert {"same"} == {step.op for step in same.steps}, same.errors
    arns = engine.outputs(made, "dev")["arns"]
    kept, role = other.step("program-dev").outputs["arns"]
    assert arns[0] == kept
    assert widened(role, NONCE) == "arn:aws:iam::000000000000:role/ci/role-???????"
    assert before == engine.state(made, "dev")
