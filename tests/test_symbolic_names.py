"""Names that the engine proposes, answers that a user has written down, and the packages beside aws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tenant_safety.symbolic import autonaming, others, wire
from tenant_safety.symbolic.parts import Symbols
from tenant_safety.symbolic.pins import FunctionAnswer, Pins, PinsError, load
from tenant_safety.symbolic.server import serve
from tenant_safety.symbolic.symbols import Book
from tests.test_symbolic_provider import shown

URN = "urn:pulumi:prod::shop::aws:sqs/queue:Queue::jobs"


@pytest.mark.parametrize(
    ("proposed", "patterns", "expected"),
    [
        ("jobs-1a2b3c4d", ["${name}-${hex(8)}"], "jobs-<hex8>"),
        ("shop-prod-jobs-ab12", ["${project}-${stack}-${name}-${alphanum(4)}"], "shop-prod-jobs-<hex4>"),
        ("jobs-0123456", ["${name}-${num(7)}", "other-${name}"], "jobs-<digits7>"),
        ("jobs-12345678-1234-1234-1234-123456789abc", ["${name}-${uuid}"], "jobs-<uuid36>"),
        ("jobs.abcd", ["${name}.${string(4)}"], "jobs.<hex4>"),
        # No pattern could have made it, or two could that differ in what was drawn.
        ("jobs-1a2b3c4d", [], None),
        ("jobs-1a2b3c4d", ["${name}-${hex(4)}"], None),
        ("jobs-12345678", ["${name}-${hex(8)}", "${name}-${num(8)}"], None),
        ("jobsX1a2b", ["${name}.${hex(4)}"], None),
        # What the organization is called would be guessed.
        ("acme-jobs-0123456", ["${organization}-${name}-${num(7)}"], None),
        ("x-jobs-1a2b", ["${config.team}-${name}-${hex(4)}"], None),
    ],
)
def test_what_the_engine_drew(proposed: str, patterns: list[str], expected: str | None) -> None:
    """The pattern tells which characters are drawn anew in the update."""
    assert expected == autonaming.drawn(proposed, URN, patterns, lambda kind, length: f"<{kind}{length}>")


def test_patterns_of_all_stacks(tmp_path: Path) -> None:
    """Whichever stack is previewed, its pattern is among them; a broken file has none."""
    (tmp_path / "Pulumi.yaml").write_text("config: {'pulumi:autonaming': {value: {pattern: 'a-${name}'}}}")
    (tmp_path / "Pulumi.prod.yaml").write_text(
        "config: {'pulumi:autonaming': {pattern: 'b-${name}', providers: {aws: {resources: {x: {pattern: 'c'}}}}}}"
    )
    (tmp_path / "Pulumi.bad.yaml").write_text("{")
    (tmp_path / "Pulumi.list.yaml").write_text("[1]")

    assert ("b-${name}", "c", "a-${name}") == autonaming.patterns(tmp_path)


PINNED = """
account: "111111111111"
functions:
  - function: aws:ec2/getAmi:getAmi
    arguments: {owners: [amazon]}
    answer: {id: ami-0123456789abcdef0}
resources:
  - type: aws:iam/role:Role
    id: deployer
    properties: {path: /platform/}
"""


def test_pins(tmp_path: Path) -> None:
    """An answer is found for calls that have its arguments, whatever else they have."""
    path = tmp_path / "symbolic.yaml"
    path.write_text(PINNED)
    pins = load(path)

    asked = [{"owners": ["amazon"], "mostRecent": True}, {"owners": ["self"]}, {}]

    assert [{"id": "ami-0123456789abcdef0"}, None, None] == [pins.function("aws:ec2/getAmi:getAmi", a) for a in asked]
    assert ({"path": "/platform/"}, {}) == (
        pins.resource("aws:iam/role:Role", "deployer"),
        pins.resource("aws:iam/user:User", "deployer"),
    )
    assert Pins() == load(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("{", "expected YAML"),
        ("[]", "Input should be an object"),
        ("account: 111111111111", "account: Input should be a valid string"),
        ("account: '1'", "account: expected 12 digits, got '1'"),
        ("functions: [{function: f}]", "functions.0.answer: Field required"),
        ("function: []", "function: Unexpected keyword argument"),
    ],
)
def test_pins_that_cannot_be_used(tmp_path: Path, text: str, where: str) -> None:
    """The message says where and what was expected."""
    path = tmp_path / "symbolic.yaml"
    path.write_text(text)

    with pytest.raises(PinsError) as raised:
        load(path)

    assert str(raised.value).startswith(f"{path}: ")
    assert where in str(raised.value)


class Client:
    """A connection to the provider of all other packages."""

    def __init__(self, book: Book, pins: Pins) -> None:
        self.book = book
        self.running = serve(others.Others(Symbols(book), pins))
        self.channel = grpc.insecure_channel(f"127.0.0.1:{self.running.port}")
        self.stub = provider_pb2_grpc.ResourceProviderStub(self.channel)

    def create(self, token: str, *, preview: bool = True, **inputs: Any) -> dict[str, Any]:
        request = provider_pb2.CreateRequest(
            urn=f"urn:pulumi:dev::p::{token}::x", type=token, properties=wire.write(inputs), preview=preview
        )
        answer = self.stub.Create(request)
        return {n: shown(v, self.book) for n, v in (wire.read(answer.properties) | {"id": answer.id}).items()}


@pytest.fixture
def client() -> Any:
    made = Client(Book(), Pins(functions=[FunctionAnswer("acme:index/find:find", {"zone": "z1"})]))
    yield made
    made.running.stop()


@pytest.mark.parametrize(
    ("token", "inputs", "expected"),
    [
        ("random:index/randomId:RandomId", {"byteLength": 4, "prefix": "p-"}, {"hex": "p-~0", "id": ""}),
        ("random:index/randomId:RandomId", {"byteLength": 2}, {"hex": "~0", "id": ""}),
        ("random:index/randomString:RandomString", {"length": 8, "special": False}, {"result": "~0", "id": "~0"}),
        # With special characters it may be a pattern.
        ("random:index/randomString:RandomString", {"length": 8}, {"result": "~lost", "id": "~lost"}),
        ("random:index/randomString:RandomString", {"length": wire.UNKNOWN, "special": False}, {"id": ""}),
        (
            "random:index/randomPassword:RandomPassword",
            {"length": 20, "special": False},
            {"result": wire.secret("~0"), "id": "none"},
        ),
        ("random:index/randomPet:RandomPet", {"prefix": "app", "separator": "_"}, {"id": "app_~0"}),
        ("random:index/randomPet:RandomPet", {}, {"id": "~0"}),
        ("random:index/randomUuid:RandomUuid", {}, {"result": "~0", "id": "~0"}),
        ("random:index/randomInteger:RandomInteger", {"min": 1, "max": 5}, {"id": ""}),
        ("kubernetes:core/v1:Namespace", {"metadata": {"name": "n"}}, {"id": ""}),
    ],
)
def test_a_resource_of_another_package(
    client: Client, token: str, inputs: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Inputs come back; what `random` draws is a symbol, and whatever else is made is left out, which is unknown."""
    assert {**inputs, **expected} == client.create(token, **inputs)


def test_another_package_makes_nothing(client: Client) -> None:
    """Outside of a preview each call that could write a symbol into a state is refused."""
    for action in ("Create", "Update", "Delete"):
        request = getattr(provider_pb2, f"{action}Request")(
            urn="urn:pulumi:dev::p::random:index/randomPet:RandomPet::x"
        )
        with pytest.raises(grpc.RpcError, match="expected a preview"):
            getattr(client.stub, action)(request)


def test_a_function_of_another_package(client: Client) -> None:
    """It is answered as the user has written it down, and never invented."""
    known = client.stub.Invoke(provider_pb2.InvokeRequest(tok="acme:index/find:find"))

    assert {"zone": "z1"} == wire.read(getattr(known, "return"))
    with pytest.raises(grpc.RpcError, match=r"acme:index/other:other in symbolic\.yaml"):
        client.stub.Invoke(provider_pb2.InvokeRequest(tok="acme:index/other:other"))


def test_a_change_in_another_package(client: Client) -> None:
    """Of `random` each change makes a new value."""
    token = "random:index/randomPet:RandomPet"
    news, olds = wire.write({"prefix": "b"}), wire.write({"prefix": "a"})
    request = provider_pb2.DiffRequest(urn=f"urn:pulumi:dev::p::{token}::x", type=token, old_inputs=olds, news=news)

    answer = client.stub.Diff(request)

    assert (["prefix"], ["prefix"]) == (list(answer.diffs), list(answer.replaces))
