"""The symbolic provider answers previews with symbols that can be found again, and makes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tenant_safety.symbolic import provider, wire
from tenant_safety.symbolic.symbols import BOOK_VARIABLE, Book, BookError, Symbols, book_of_run, read
from tests.engine import Engine, program

UNKNOWN = wire.UNKNOWN
PLACE = "eu-west-1:111111111111"
LOST = "~lost"


def shown(value: Any, book: Book) -> Any:
    """The value with `~0` for the first symbol of the book, `~1` for the second; `~lost` where nothing is known."""
    if isinstance(value, dict):
        return {name: shown(item, book) for name, item in value.items()}
    if isinstance(value, list):
        return [shown(item, book) for item in value]
    if not isinstance(value, str):
        return value
    parts, at = [], 0
    for found in Symbols(tuple(book.symbols)).find(value):
        assert found.symbol is not None, value
        number = book.symbols.index(found.symbol)
        parts += [value[at : found.start], LOST if found.lost else f"~{number}"]
        at = found.end
    return "".join([*parts, value[at:]])


@pytest.mark.parametrize(
    ("kind", "length", "form"),
    [
        ("hex", 7, r"[jkqvxz]{7}"),
        ("hex", 17, r"[jkqvxz]{17}"),
        ("upper", 10, r"[JKQVXZ]{10}"),
        ("uuid", 36, r"[jkqvxz]{8}(-[jkqvxz]{4}){3}-[jkqvxz]{12}"),
        ("path", 1, r"[jkqvxz]{12}/"),
        ("hex", 4, r"[jkqvxz]{12}"),
        ("hex", 0, r""),
    ],
)
def test_a_word(kind: str, length: int, form: str) -> None:
    """A word is as long as the part that it stands for, or longer where that has too few letters to be known again."""
    made = Book(seed=1).word(kind, length, "urn#1")

    assert re.fullmatch(form, made)


def test_words_differ_in_all_threads() -> None:
    """Each word is given out once, and so are the letters by which it is known again; when all are, none is."""
    book = Book(seed=1)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda i: book.word("hex", 6 + i % 12, "urn#1"), range(20_000)))

    starts = [word[:6] for word in made if word]
    assert len(starts) == len(set(starts)) == len(book.symbols) > 10_000


def book_of(*kinds: tuple[str, int]) -> tuple[list[str], Symbols]:
    """Words of these kinds, and what a reader knows of them."""
    book = Book(seed=3)
    words = [book.word(kind, length, f"urn#{i}") for i, (kind, length) in enumerate(kinds)]
    return words, Symbols(tuple(book.symbols))


def test_words_are_found() -> None:
    """In any case and any surroundings; each letter may be any character, what is open any text."""
    (name, key, role, zone), known = book_of(("hex", 7), ("uuid", 36), ("path", 1), ("zone", 1))

    texts = [
        f"jobs-{name}",
        f"JOBS-{name.upper()}/x",
        name + name,
        f"key/{key}",
        f"role/{role}admin",
        f"eu-west-1{zone}",
    ]

    assert [
        "jobs-???????",
        "JOBS-???????/x",
        "??????????????",
        "key/????????-????-????-????-????????????",
        "role/*admin",
        "eu-west-1?",
    ] == [known.widened(text) for text in texts]
    assert not any(known.is_lost(text) for text in texts)


def test_letters_beside_a_word_stay() -> None:
    """What the program wrote is not taken for a part of the word."""
    (name,), known = book_of(("hex", 7))

    assert "kv???????ql" == known.widened(f"kv{name}ql")
    assert "İİ-???????-x" == known.widened(f"İİ-{name.upper()}-x")


@pytest.mark.parametrize("cut", [slice(4), slice(5), slice(-4, None), slice(3, 9), slice(1, None)])
def test_a_piece_is_found(cut: slice) -> None:
    """What a program cut out of a word is known again: each letter may be any character."""
    (name, other), known = book_of(("hex", 12), ("hex", 7))

    assert "app-" + "?" * len(name[cut]) == known.widened(f"app-{name[cut]}")
    assert not known.is_lost(name[cut] + other)


@pytest.mark.parametrize("cut", [slice(4), slice(-5, None), slice(12)])
def test_a_piece_of_what_has_any_length_is_lost(cut: slice) -> None:
    """Nobody can say how much of the path is left."""
    (path,), known = book_of(("path", 1))

    assert known.is_lost(f"role/{path[cut]}")


def test_what_nothing_is_known_about_is_lost() -> None:
    """Alone or beside something else."""
    (unknown,), known = book_of(("lost", 1))

    assert known.is_lost(unknown)
    assert known.is_lost(f"a-{unknown}-b")


@pytest.mark.parametrize(
    "text", ["", "plain", "jazz-quiz", "xxx", "kvk", "AKIAIOSFODNN7EXAMPLE", "arn:aws:s3:::zx-kj-vk"]
)
def test_texts_of_the_program_stay(text: str) -> None:
    """Letters that are in no word are the program's."""
    _, known = book_of(("hex", 7), ("hex", 17))

    assert ((), text) == (known.find(text), known.widened(text))


def test_a_book_is_read_as_it_was_written(tmp_path: Path) -> None:
    """The pack finds in the file what the provider gave out."""
    path = tmp_path / "book.jsonl"
    with path.open("w") as file:
        book = Book(file, seed=1)
        for kind in ("hex", "path", "lost"):
            book.word(kind, 7, "urn:pulumi:dev::p::aws:s3/bucket:Bucket::a#b#1")

    known = read(path)

    assert tuple(book.symbols) == known.all
    assert frozenset({"urn:pulumi:dev::p::aws:s3/bucket:Bucket::a#b"}) == known.origins


@pytest.mark.parametrize(
    "text", ["x", "{}", '{"word": "a", "wide": null, "of": ""}', '{"word": 1, "wide": 2, "of": 3}', "[]"]
)
def test_a_book_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    """No path from a broken book to a proof."""
    path = tmp_path / "book.jsonl"
    path.write_text(text)

    with pytest.raises(BookError, match="expected the book of a symbolic preview"):
        read(path)
    with pytest.raises(BookError, match="expected the book of a symbolic preview"):
        read(tmp_path / "none")


@pytest.mark.parametrize(
    ("dry", "named", "found"), [("true", "b", Path("b")), ("false", "b", None), ("true", "", None)]
)
def test_a_symbol_is_a_literal_to_an_update(
    monkeypatch: pytest.MonkeyPatch, dry: str, named: str, found: Path | None
) -> None:
    """Only previews have a book."""
    monkeypatch.setenv("PULUMI_DRY_RUN", dry)
    monkeypatch.setenv(BOOK_VARIABLE, named)

    assert found == book_of_run()


class Client:
    """A connection to the provider: a provider instance of its own."""

    def __init__(self, port: int, book: Book, **config: str) -> None:
        self.book = book
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
        return self.shown(wire.read(answer.properties) | {"id": answer.id})

    def update(self, token: str, olds: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        request = provider_pb2.UpdateRequest(
            id=olds["id"],
            urn=urn(token, "jobs"),
            olds=wire.write(olds),
            old_inputs=wire.write(old),
            news=wire.write(new),
            preview=True,
        )
        return self.shown(wire.read(self.stub.Update(request).properties))

    def read(self, token: str, identity: str) -> dict[str, Any]:
        request = provider_pb2.ReadRequest(id=identity, urn=urn(token, "found"))
        return self.shown(wire.read(self.stub.Read(request).properties))

    def invoke(self, token: str, /, **arguments: Any) -> dict[str, Any]:
        request = provider_pb2.InvokeRequest(tok=token, args=wire.write(arguments), preview=True)
        return self.shown(wire.read(getattr(self.stub.Invoke(request), "return")))

    def shown(self, properties: dict[str, Any]) -> dict[str, Any]:
        return {name: shown(value, self.book) for name, value in properties.items()}


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:dev::program::{token}::{name}"


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def running(book: Book) -> Iterator[provider.Running]:
    made = provider.start(book, account="000000000000", region="us-east-1")
    yield made
    made.stop()


@pytest.fixture
def client(running: provider.Running, book: Book) -> Client:
    pinned = {"aws:config:region": "eu-west-1", "aws:config:allowedAccountIds": '["111111111111"]'}
    return Client(running.port, book, **pinned)


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
                "id": "https://sqs.eu-west-1.amazonaws.com/111111111111/jobs-~0",
                "name": "jobs-~0",
                "arn": f"arn:aws:sqs:{PLACE}:jobs-~0",
                "url": "https://sqs.eu-west-1.amazonaws.com/111111111111/jobs-~0",
                "kmsDataKeyReusePeriodSeconds": UNKNOWN,
            },
        ),
        (
            ROLE,
            {"assumeRolePolicy": TRUST},
            {
                "id": "jobs-~0",
                "arn": "arn:aws:iam::111111111111:role/jobs-~0",
                "uniqueId": "AROA~1",
                "createDate": UNKNOWN,
            },
        ),
        (
            VPC,
            {"cidrBlock": "10.0.0.0/16"},
            {
                "id": "vpc-~0",
                "arn": f"arn:aws:ec2:{PLACE}:vpc/vpc-~0",
                "ownerId": "111111111111",
                "ipv6AssociationId": UNKNOWN,
            },
        ),
        (
            "aws:kms/key:Key",
            {},
            {
                "id": "~0",
                "arn": f"arn:aws:kms:{PLACE}:key/~0",
            },
        ),
        ("aws:iam/role:Role", {"assumeRolePolicy": TRUST, "path": UNKNOWN}, {"id": "jobs-~0", "arn": UNKNOWN}),
        ("aws:sns/topic:Topic", {"name": UNKNOWN}, {"id": "", "arn": UNKNOWN, "name": UNKNOWN}),
        (
            "aws:secretsmanager/secret:Secret",
            {},
            {"name": "jobs-~0", "arn": f"arn:aws:secretsmanager:{PLACE}:secret:jobs-~0-~1"},
        ),
        # Of this type nothing is known but its properties.
        ("aws:chime/voiceConnector:VoiceConnector", {"requireEncryption": True}, {"id": "", "arn": UNKNOWN}),
        ("aws:ec2/eip:Eip", {}, {"id": "eipalloc-~0", "publicIp": UNKNOWN, "publicDns": UNKNOWN}),
        ("aws:sqs/queue:Queue", {"fifoQueue": True}, {"name": "jobs-~0.fifo"}),
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

    drawn = [
        made[name].partition("-")[2]
        for made in (first, second)
        for name in ("id", "mainRouteTableId", "defaultNetworkAclId")
    ]

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

    expected = OLD | {"uniqueId": "AROA~0", "createDate": UNKNOWN, "description": "new"}
    assert expected == {name: made.get(name, UNKNOWN) for name in expected}


def test_an_update_that_might_replace(client: Client) -> None:
    """Where nothing says which changes make a new resource, an ARN that AWS draws is not kept."""
    token = "aws:acm/certificate:Certificate"
    arn = f"arn:aws:acm:{PLACE}:certificate/1"
    made = client.update(token, {"id": arn, "arn": arn}, {"domainName": "a.org"}, {"domainName": "b.org"})

    assert f"arn:aws:acm:{PLACE}:certificate/~0" == made["arn"]


@pytest.mark.parametrize(
    ("token", "identity", "expected"),
    [
        (VPC, "vpc-123", {"arn": f"arn:aws:ec2:{PLACE}:vpc/vpc-123", "cidrBlock": LOST, "tagsAll": None}),
        # Anyone may have made it, with any path.
        (
            ROLE,
            "admin",
            {
                "name": "admin",
                "arn": "arn:aws:iam::111111111111:role/~0admin",
                "assumeRolePolicy": LOST,
                "uniqueId": "AROA~1",
            },
        ),
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
            {"statements": [{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::~0/*"]}]},
            {
                "minifiedJson": '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject",'
                '"Resource":"arn:aws:s3:::~0/*"}]}'
            },
        ),
        (
            "aws:index/getAvailabilityZones:getAvailabilityZones",
            {},
            {"names": ["eu-west-1~0", "eu-west-1~1"], "zoneIds": [LOST, LOST]},
        ),
        (
            "aws:ec2/getAmi:getAmi",
            {"owners": ["amazon"]},
            {"id": "ami-~0", "ownerId": LOST, "architecture": LOST},
        ),
        ("aws:ec2/getVpc:getVpc", {"default": True}, {"id": "vpc-~0", "cidrBlock": LOST}),
        (
            "aws:ec2/getSubnets:getSubnets",
            {},
            {"ids": ["subnet-~0", "subnet-~1"]},
        ),
        (
            "aws:ssm/getParameter:getParameter",
            {"name": "token"},
            {"arn": f"arn:aws:ssm:{PLACE}:parameter/token", "value": wire.secret("~0"), "type": LOST},
        ),
        (
            "aws:secretsmanager/getSecretVersion:getSecretVersion",
            {"secretId": "token"},
            {"secretString": wire.secret("~0"), "arn": LOST},
        ),
        # What another account shares is named by its ARN.
        (
            "aws:ssm/getParameter:getParameter",
            {"name": "arn:aws:ssm:eu-west-1:999999999999:parameter/global/x"},
            {"arn": "arn:aws:ssm:eu-west-1:999999999999:parameter/global/x"},
        ),
        (
            "aws:kms/getKey:getKey",
            {"keyId": "arn:aws:kms:us-east-1:999999999999:alias/shared"},
            {"arn": "arn:aws:kms:us-east-1:999999999999:key/~0", "awsAccountId": "999999999999"},
        ),
        (
            "aws:ecr/getRepository:getRepository",
            {"name": "web", "registryId": "999999999999"},
            {"arn": "arn:aws:ecr:eu-west-1:999999999999:repository/web"},
        ),
        (
            "aws:sqs/getQueue:getQueue",
            {"name": "jobs", "region": "us-east-1"},
            {"arn": "arn:aws:sqs:us-east-1:111111111111:jobs"},
        ),
        ("aws:organizations/getOrganization:getOrganization", {}, {"id": "o-~0"}),
        ("aws:s3/getBucket:getBucket", {"bucket": "files"}, {"id": "files", "arn": "arn:aws:s3:::files"}),
        (
            "aws:iam/getRole:getRole",
            {"name": "admin"},
            {"id": "admin", "arn": "arn:aws:iam::111111111111:role/~0admin", "assumeRolePolicy": LOST},
        ),
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
        ({}, "~0"),
        ({"aws:config:allowedAccountIds": '["222222222222"]'}, "222222222222"),
        ({"aws:config:allowedAccountIds": '["222222222222", "333333333333"]'}, "~0"),
        ({"aws:config:assumeRoles": '[{"roleArn": "arn:aws:iam::444444444444:role/ci"}]'}, "444444444444"),
    ],
)
def test_the_account(config: dict[str, str], account: str) -> None:
    """Each connection has the account that its configuration pins; which of several, or of none, is a symbol."""
    book = Book()
    running = provider.start(book, region="us-east-1")
    made = Client(running.port, book, **config)

    topic = made.create("aws:sns/topic:Topic", name="news")
    caller = made.invoke("aws:index/getCallerIdentity:getCallerIdentity")

    running.stop()
    assert (account, f"arn:aws:sns:us-east-1:{account}:news") == (caller["accountId"], topic["arn"])


def test_without_a_region(book: Book) -> None:
    """The real provider would refuse it, too."""
    running = provider.start(book)

    with pytest.raises(grpc.RpcError, match="expected a region: set aws:region"):
        Client(running.port, book)

    running.stop()


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
def test_a_preview_is_complete_and_an_update_is_refused(tmp_path: Path, running: provider.Running, book: Book) -> None:
    """The first preview of an empty stack has whole documents; `up` fails and leaves no resource of AWS behind."""
    engine = Engine(tmp_path / "engine", {"aws": running.port})
    made = program(tmp_path, PROGRAM)

    preview = engine.preview(made, "dev")
    updated = engine.up(made, "dev", skip_preview=True)

    assert preview.exit_code == 0, preview.errors
    name = preview.step("token").outputs["name"]
    policy = preview.step("read").inputs
    known = Symbols(tuple(book.symbols))
    assert "token-???????" == known.widened(name)
    statement = json.loads(policy["policy"])["Statement"][0]
    assert f"arn:aws:ssm:us-east-1:000000000000:parameter/{name}" == statement["Resource"]
    assert preview.step("worker").outputs["id"] == policy["role"]
    assert known.widened(preview.step("net").inputs["vpcId"]) == "vpc-*"
    exported = preview.step("program-dev").outputs
    assert known.is_lost(exported["gateway"])
    vpc, routes, admin = exported["read"]
    assert "arn:aws:ec2:us-east-1:000000000000:vpc/vpc-1" == vpc
    assert "arn:aws:iam::000000000000:role/*admin" == known.widened(admin)
    assert known.widened(routes) == "rtb-" + "?" * 17
    image = exported["image"]
    assert ("ami-*", True) == (known.widened(image).split("/")[0], known.is_lost(image))
    assert updated.exit_code != 0
    assert "expected a preview" in updated.errors
    kept = engine.resources(made, "dev").values()
    assert [item["type"] for item in kept if item["type"].startswith("aws:")] == []
    assert not any(symbol.word in json.dumps(engine.state(made, "dev")).lower() for symbol in book.symbols)


@pytest.mark.engine
def test_an_update_that_only_looks_up_is_refused(tmp_path: Path, running: provider.Running, book: Book) -> None:
    """What a function would have answered gets into no output of a stack."""
    engine = Engine(tmp_path / "engine", {"aws": running.port})
    source = "import pulumi\nimport pulumi_aws as aws\npulumi.export('vpc', aws.ec2.get_vpc(default=True).id)"
    made = program(tmp_path, source)

    updated = engine.up(made, "dev", skip_preview=True)

    assert updated.exit_code != 0
    assert "expected a preview" in updated.errors
    assert not any(symbol.word in json.dumps(engine.state(made, "dev")).lower() for symbol in book.symbols)


@pytest.mark.engine
def test_a_preview_of_an_existing_stack(engine: Engine, tmp_path: Path, running: provider.Running, book: Book) -> None:
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
    assert Symbols(tuple(book.symbols)).widened(role) == "arn:aws:iam::000000000000:role/ci/role-???????"
    assert before == engine.state(made, "dev")


def test_the_schema_for_programs_in_yaml(client: Client) -> None:
    """Every type with its properties, as the engine's own loader reads them; nested objects are open."""
    schema = json.loads(client.stub.GetSchema(provider_pb2.GetSchemaRequest()).schema)

    queue = schema["resources"][QUEUE]
    assert {"type": "string"} == queue["inputProperties"]["name"] == queue["properties"]["arn"]
    assert {"type": "object", "additionalProperties": {"type": "string"}} == queue["inputProperties"]["tags"]
    assert "assumeRolePolicy" in schema["resources"][ROLE]["requiredInputs"]
    ami = schema["functions"]["aws:ec2/getAmi:getAmi"]
    assert {"type": "array", "items": {"type": "string"}} == ami["inputs"]["properties"]["owners"]
    assert "region" in schema["provider"]["inputProperties"]
