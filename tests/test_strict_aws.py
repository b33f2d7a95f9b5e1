"""The strict local AWS: each rule refuses what moto alone takes, and lets its neighbour pass."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from moto.server import ThreadedMotoServer

from tests.aws import LINKER, MASTER, Aws, load_balancer_arn, serve, zone_id

TENANT, OTHER = "111111111111", "222222222222"
ONCE = Config(retries={"total_max_attempts": 1}, read_timeout=0.5)
ELB = {"HostedZoneId": "Z215JYRZR1TBD5", "DNSName": "a-1.eu-central-1.elb.amazonaws.com", "EvaluateTargetHealth": False}
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with serve() as aws:
        yield aws


@pytest.fixture(autouse=True)
def _calm(aws: Aws) -> Iterator[None]:
    """No fault, no delay and no tight limit outlives its test."""
    yield
    aws.faults.clear()
    aws.clock.step(0.25)
    aws.settings(insync=60, zone_busy=0, iam_delay=0, kms_delay=0, roles=1000)
    aws.limit("route53", 10, 50)
    aws.limit("iam", 20, 100)
    aws.journal.clear()


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """Moto alone."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def zone(aws: Aws) -> str:
    """The name of a zone of this test's own."""
    name = f"z{next(_numbers)}.example.com"
    aws.zone(MASTER, name)
    return name


def plain(endpoint: str, service: str) -> Any:
    keys = {"aws_access_key_id": "AKIAPLAIN", "aws_secret_access_key": "x"}
    return boto3.client(service, region_name="eu-central-1", endpoint_url=endpoint, **keys)


def record(name: str, kind: str = "A", *values: str, ttl: int = 60) -> dict[str, Any]:
    texts = values or ("192.0.2.1",)
    return {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": [{"Value": text} for text in texts]}


def alias(name: str, kind: str = "A", **parts: Any) -> dict[str, Any]:
    return {"Name": name, "Type": kind, "AliasTarget": ELB | parts}


def refusal(call: Any, *args: Any, **more: Any) -> str:
    """The code and message that a call is refused with."""
    with pytest.raises(ClientError) as error:
        call(*args, **more)
    found = error.value.response["Error"]
    return f"{found['Code']}: {found['Message']}"


# Route 53

A, TXT = record("a.{zone}"), record("t.{zone}", "TXT", '"x"')
CNAME = record("a.{zone}", "CNAME", "x.example.net")
BATCHES = {
    "CREATE does not take over": (
        [("CREATE", A)],
        [("CREATE", record("a.{zone}", "A", "192.0.2.9"))],
        "already exists",
    ),
    "names know no case": ([("CREATE", A)], [("CREATE", record("A.{zone}"))], "name='a.{zone}.', type='A'] but it al"),
    "a star is its escape": ([("CREATE", record("*.{zone}"))], [("CREATE", record("\\052.{zone}"))], "already exists"),
    "DELETE needs the TTL": ([("CREATE", A)], [("DELETE", record("a.{zone}", ttl=61))], "do not match the current"),
    "DELETE needs the values": ([("CREATE", A)], [("DELETE", record("a.{zone}", "A", "192.0.2.9"))], "do not match"),
    "DELETE needs the alias": (
        [("CREATE", alias("a.{zone}"))],
        [("DELETE", alias("a.{zone}", EvaluateTargetHealth=True))],
        "do not match the current values",
    ),
    "no DELETE twice": ([("CREATE", A)], [("DELETE", A), ("DELETE", A)], "but it was not found"),
    "a CNAME stands alone": ([("CREATE", A)], [("CREATE", CNAME)], "conflicts with other records"),
    "nothing beside a CNAME": ([("CREATE", CNAME)], [("CREATE", A)], "a conflicting RRSet of type CNAME"),
    "changes are made in order": ([("CREATE", A)], [("CREATE", CNAME), ("DELETE", A)], "conflicts with other records"),
    "no CNAME at the apex": ([], [("CREATE", record("{zone}", "CNAME", "x.example.net"))], "at apex in zone"),
    "the apex keeps its NS": ([], [("DELETE", "NS")], "at least one NS record"),
    "text is quoted": ([], [("CREATE", record("t.{zone}", "TXT", "x"))], "enclosed in quotation marks"),
    "a quote is escaped": ([], [("CREATE", record("t.{zone}", "TXT", '"x"y"'))], "enclosed in quotation marks"),
    "strings of 255": ([], [("CREATE", record("t.{zone}", "TXT", f'"{"x" * 256}"'))], "CharacterStringTooLong"),
    "an address is one": ([], [("CREATE", record("a.{zone}", "A", "x.example.net"))], "not a valid IPv4 address"),
    "labels of 63": ([], [("CREATE", record("x" * 64 + ".{zone}"))], "DomainLabelTooLong"),
    "no value twice": (
        [],
        [("CREATE", record("a.{zone}", "A", "192.0.2.1", "192.0.2.1"))],
        "Duplicate Resource Record",
    ),
    "alias in its own zone": ([], [("CREATE", alias("a.{zone}", DNSName="www.example.net"))], "does not lie within"),
    "alias to a record that is": (
        [],
        [("CREATE", alias("a.{zone}", HostedZoneId="{id}", DNSName="b.{zone}"))],
        "that target was not found",
    ),
    "simple or routed": (
        [("CREATE", A)],
        [("CREATE", A | {"SetIdentifier": "x", "Weight": 1})],
        "cannot be created as a simple RRSet",
    ),
    "1,000 records": (
        [],
        [("CREATE", record(f"n{i}.{{zone}}", "A", *(f"10.0.{i}.{j}" for j in range(200)))) for i in range(6)],
        "limit of 1000 exceeded",
    ),
    "32,000 characters": (
        [],
        [("CREATE", record(f"n{i}.{{zone}}", "TXT", " ".join([f'"{"x" * 250}"'] * 14))) for i in range(10)],
        "limit of 32000 exceeded",
    ),
}
MOTO_TOO = {"1,000 records", "the apex keeps its NS", "DELETE needs the TTL", "DELETE needs the values"}
"""What moto does refuse, in its own way."""


def batch(changes: Any, zone: str) -> dict[str, Any]:
    text = json.dumps([{"Action": action, "ResourceRecordSet": source} for action, source in changes])
    return {"Changes": json.loads(text.replace("{zone}", zone).replace("{id}", zone_id(zone)))}


def send(client: Any, zone_id_: str, name: str, changes: Any) -> None:
    if changes:
        client.change_resource_record_sets(HostedZoneId=zone_id_, ChangeBatch=batch(changes, name))


@pytest.mark.parametrize("rule", BATCHES)
def test_batch_is_refused_whole(rule: str, aws: Aws, moto: str, zone: str) -> None:
    """What moto takes is refused, and nothing of the batch is done."""
    before, wrong, said = BATCHES[rule]
    client, free = aws.client("route53"), ("CREATE", record("free.{zone}"))
    if wrong == [("DELETE", "NS")]:
        servers = client.list_resource_record_sets(HostedZoneId=zone_id(zone))["ResourceRecordSets"][0]
        wrong = [("DELETE", servers)]
    send(client, zone_id(zone), zone, before)
    found = aws.records(zone_id(zone))

    refused = refusal(send, client, zone_id(zone), zone, [free, *wrong])

    assert refused.startswith("InvalidChangeBatch: [")
    assert said.replace("{zone}", zone) in refused
    assert found == aws.records(zone_id(zone))
    if rule not in MOTO_TOO:
        lenient = plain(moto, "route53")
        made = lenient.create_hosted_zone(Name=zone, CallerReference=zone)["HostedZone"]["Id"]
        send(lenient, made, zone, before)
        send(lenient, made, zone, wrong)


@pytest.mark.parametrize(
    "changes",
    [
        [("CREATE", A), ("DELETE", A), ("CREATE", CNAME)],
        [("CREATE", CNAME), ("DELETE", record("A.{zone}.", "CNAME", "X.example.net."))],
        [("CREATE", TXT), ("DELETE", TXT), ("CREATE", record("t.{zone}", "TXT", '"x" "y\\"z\\044"'))],
        [("CREATE", A), ("CREATE", alias("b.{zone}", HostedZoneId="{id}", DNSName="a.{zone}"))],
        [("CREATE", alias("{zone}")), ("CREATE", alias("{zone}", "AAAA"))],
        [("CREATE", record("t.{zone}", "TXT", f'"{"x" * 255}"'))],
        [("CREATE", record("a.{zone}", "A", "192.0.2.1", "192.0.2.2")), ("UPSERT", A), ("DELETE", A)],
    ],
)
def test_batch_passes(changes: Any, aws: Aws, zone: str) -> None:
    """Sound batches are carried out in order."""
    send(aws.client("route53"), zone_id(zone), zone, changes)

    assert [True] == [entry.committed for entry in aws.journal.entries("route53", "ChangeResourceRecordSets")]


def test_values_have_no_order(aws: Aws, zone: str) -> None:
    """A DELETE may tell the values in another order."""
    aws.change(zone_id(zone), ("CREATE", record(f"a.{zone}", "A", "192.0.2.1", "192.0.2.2")))

    aws.change(zone_id(zone), ("DELETE", record(f"a.{zone}", "A", "192.0.2.2", "192.0.2.1")))

    assert {} == aws.records(zone_id(zone))


def test_a_record_needs_a_value_or_an_alias(aws: Aws, zone: str) -> None:
    """Neither both nor none."""
    both = alias(f"a.{zone}") | {"TTL": 60}

    assert "InvalidInput: Invalid request: Expected exactly one of" in refusal(
        aws.change, zone_id(zone), ("CREATE", both)
    )


def test_upserts_are_told(aws: Aws, zone: str) -> None:
    """UPSERT works, so that a test can catch it."""
    aws.change(zone_id(zone), ("UPSERT", record(f"a.{zone}")))

    assert [("UPSERT", f"a.{zone}", "A")] == aws.journal.actions("UPSERT")
    assert [] == aws.journal.actions("CREATE")


def test_a_zone_is_its_accounts(aws: Aws, zone: str) -> None:
    """Another account does not get at it, and another zone of the name has another id."""
    client = aws.client("route53", TENANT)

    assert "AccessDenied" in refusal(client.list_resource_record_sets, HostedZoneId=zone_id(zone))
    assert "NoSuchHostedZone" in refusal(client.list_resource_record_sets, HostedZoneId="ZNONE")
    assert zone_id(zone) != aws.zone(TENANT, zone)


def test_zone_is_made_once_and_goes_empty(aws: Aws, zone: str) -> None:
    """A caller reference stands for one zone; a zone with records stays."""
    client, reference = aws.client("route53"), f"{MASTER}/{zone}"
    aws.change(zone_id(zone), ("CREATE", record(f"a.{zone}")))

    again = refusal(client.create_hosted_zone, Name=zone, CallerReference=reference)
    full = refusal(client.delete_hosted_zone, Id=zone_id(zone))
    aws.change(zone_id(zone), ("DELETE", record(f"a.{zone}")))
    client.delete_hosted_zone(Id=zone_id(zone))

    assert ("HostedZoneAlreadyExists", "HostedZoneNotEmpty") == (again.split(":")[0], full.split(":")[0])


def test_records_are_listed_by_reversed_labels(aws: Aws, zone: str) -> None:
    """Names below a name follow it; `-` sorts before the dot; pages say where to go on."""
    names = ["a", "x.a", "a-b", "ab", "*.a", "b"]
    aws.change(zone_id(zone), *(("CREATE", record(f"{name}.{zone}")) for name in names))
    client = aws.client("route53")

    pages = client.get_paginator("list_resource_record_sets").paginate(
        HostedZoneId=zone_id(zone), PaginationConfig={"PageSize": 3}
    )
    found = [item["Name"].removesuffix(f"{zone}.") for page in pages for item in page["ResourceRecordSets"]]

    assert ["", "", "a-b.", "a.", "\\052.a.", "x.a.", "ab.", "b."] == found
    first = client.list_resource_record_sets(HostedZoneId=zone_id(zone), StartRecordName=f"A.{zone}", MaxItems="1")
    assert (f"a.{zone}.", f"\\052.a.{zone}.") == (first["ResourceRecordSets"][0]["Name"], first["NextRecordName"])
    assert "InvalidInput" in refusal(client.list_resource_record_sets, HostedZoneId=zone_id(zone), StartRecordType="A")


def test_change_is_pending_for_a_while(aws: Aws, zone: str) -> None:
    """INSYNC comes with virtual time; a slow one comes later."""
    client = aws.client("route53")

    def made(name: str) -> str:
        changes = batch([("CREATE", record(f"{name}.{{zone}}"))], zone)
        answer = client.change_resource_record_sets(HostedZoneId=zone_id(zone), ChangeBatch=changes)
        return str(answer["ChangeInfo"]["Id"])

    aws.faults.slow(600, count=1)
    slow, usual = made("slow"), made("usual")
    first = [client.get_change(Id=each)["ChangeInfo"]["Status"] for each in (slow, usual)]
    aws.clock.advance(60)
    second = [client.get_change(Id=each)["ChangeInfo"]["Status"] for each in (slow, usual)]

    assert [["PENDING", "PENDING"], ["PENDING", "INSYNC"]] == [first, second]
    assert "NoSuchChange" in refusal(client.get_change, Id="CNONE")


def test_a_busy_zone_refuses(aws: Aws, zone: str) -> None:
    """One change of a zone at a time, and other zones do not mind."""
    other = f"other-{zone}"
    aws.zone(MASTER, other)
    client = aws.session().client("route53", endpoint_url=aws.endpoint, config=ONCE)
    aws.settings(zone_busy=5)
    send(client, zone_id(zone), zone, [("CREATE", A)])

    refused = refusal(send, client, zone_id(zone), zone, [("CREATE", TXT)])
    send(client, zone_id(other), other, [("CREATE", A)])
    aws.clock.advance(5)
    send(client, zone_id(zone), zone, [("CREATE", TXT)])

    assert "PriorRequestNotComplete: The request was rejected because Route 53 was still processing" in refused


# Limits and the clock


def test_requests_are_limited_by_account(aws: Aws, zone: str) -> None:
    """A burst, then the rate; other accounts have their own; nothing is done that was throttled."""
    client = aws.session().client("route53", endpoint_url=aws.endpoint, config=ONCE)
    aws.limit("route53", rate=5, burst=5)
    aws.clock.step(0)

    refused = []
    for _ in range(8):
        try:
            client.get_hosted_zone(Id=zone_id(zone))
        except ClientError as error:
            refused.append(error.response["Error"])
    aws.client("route53", OTHER).list_hosted_zones()
    aws.clock.advance(0.4)
    client.get_hosted_zone(Id=zone_id(zone))

    assert [{"Code": "Throttling", "Message": "Rate exceeded", "Type": "Sender"}] * 3 == [
        {key: error[key] for key in ("Code", "Message", "Type")} for error in refused
    ]
    assert (3, 6) == (
        aws.journal.count("route53", "GetHostedZone", code="Throttling"),
        aws.journal.count("route53", "GetHostedZone", code=""),
    )


def test_time_that_moves_with_requests_lets_retries_pass(aws: Aws, zone: str) -> None:
    """Four a second, and an eighth of a second each: every other one is throttled, and all succeed in the end."""
    retrying = Config(retries={"mode": "standard", "total_max_attempts": 8})
    client = aws.session().client("route53", endpoint_url=aws.endpoint, config=retrying)
    aws.limit("route53", rate=4, burst=1)
    aws.clock.step(0.125)

    for _ in range(3):
        client.get_hosted_zone(Id=zone_id(zone))

    assert 3 == aws.journal.count("route53", "GetHostedZone", code="")
    assert 2 == aws.journal.count("route53", "GetHostedZone", code="Throttling")


def test_operations_services_and_changes_have_limits_of_their_own(aws: Aws, zone: str) -> None:
    """IAM by the account and by operation, and Route 53 by the changes in a batch."""
    iam = aws.session().client("iam", endpoint_url=aws.endpoint, config=ONCE)
    route53 = aws.session().client("route53", endpoint_url=aws.endpoint, config=ONCE)
    aws.clock.step(0)
    aws.limit("iam", rate=1, burst=2)
    aws.limit("route53/changes", rate=1, burst=3)

    iam.list_roles()
    iam.list_users()
    by_account = refusal(iam.list_roles)
    send(route53, zone_id(zone), zone, [("CREATE", A), ("CREATE", TXT)])
    by_changes = refusal(send, route53, zone_id(zone), zone, [("DELETE", A), ("DELETE", TXT)])
    send(route53, zone_id(zone), zone, [("DELETE", A)])
    aws.limit("route53/changes", rate=1000, burst=1000)

    assert ["Throttling: Rate exceeded"] * 2 == [by_account, by_changes]
    assert 1 == aws.journal.count("iam", code="Throttling", account=MASTER)


# IAM


def trust(principal: Any = None, action: str = "sts:AssumeRole", **more: Any) -> str:
    named = principal or {"AWS": f"arn:aws:iam::{TENANT}:root"}
    statement = {"Effect": "Allow", "Principal": named, "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(action: str, resource: str = "*") -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


LONG = {"Condition": {"StringLike": {"aws:PrincipalTag/x": ["x" * 100] * 20}}}
GHOST = f"arn:aws:iam::{TENANT}:role/ghost"
ROLES = {
    "names know no case": ({"RoleName": "TAKEN-{n}"}, "EntityAlreadyExists"),
    "a trust is a policy": ({"AssumeRolePolicyDocument": "{}"}, "MalformedPolicyDocument"),
    "a trust has no resource": ({"AssumeRolePolicyDocument": trust(Resource="*")}, "MalformedPolicyDocument"),
    "a trusted role exists": ({"AssumeRolePolicyDocument": trust({"AWS": GHOST})}, f'"AWS":"{GHOST}"'),
    "a trusted id exists": ({"AssumeRolePolicyDocument": trust({"AWS": "AROAGHOST0123456789X"})}, "Invalid principal"),
    "a trusted account exists": ({"AssumeRolePolicyDocument": trust({"AWS": "333333333333"})}, "Invalid principal"),
    "a trusted service exists": ({"AssumeRolePolicyDocument": trust({"Service": "ghost"})}, '"SERVICE":"ghost"'),
    "a trust of 2,048": ({"AssumeRolePolicyDocument": trust(**LONG)}, "LimitExceeded: Cannot exceed quota for ACLSize"),
    "a name's characters": ({"RoleName": "a b{n}"}, "ValidationError: 1 validation error detected: Value 'a b"),
    "a name of 64": ({"RoleName": "x" * 65}, "ValidationError"),
    "a path ends": ({"Path": "/tenant-links"}, "at 'path' failed to satisfy constraint"),
    "a boundary exists": ({"PermissionsBoundary": f"arn:aws:iam::{MASTER}:policy/ghost"}, "NoSuchEntity: Scope ARN"),
    "tags of AWS": ({"Tags": [{"Key": "aws:x", "Value": "x"}]}, "InvalidInput"),
    "51 tags": ({"Tags": [{"Key": f"k{i}", "Value": "x"} for i in range(51)]}, "LimitExceeded: The number of tags"),
    "tag keys know no case": ({"Tags": [{"Key": "K", "Value": "1"}, {"Key": "k", "Value": "2"}]}, "Duplicate tag keys"),
    "a session of 12 hours": ({"MaxSessionDuration": 43_201}, "ValidationError"),
}
MOTO_TOO_IAM = {"51 tags", "tag keys know no case", "tags of AWS"}


@pytest.mark.parametrize("rule", ROLES)
def test_role_is_refused(rule: str, aws: Aws, moto: str) -> None:
    """What moto takes is refused, and no role is made."""
    changes, said = ROLES[rule]
    number = next(_numbers)
    aws.account("333333333333", closed=True)
    taken = {"RoleName": f"taken-{number}", "AssumeRolePolicyDocument": trust()}
    text = {name: value.replace("{n}", str(number)) for name, value in changes.items() if isinstance(value, str)}
    wrong = {**taken, "RoleName": f"new-{number}", **changes, **text}
    strict, lenient = aws.client("iam"), plain(moto, "iam")
    strict.create_role(**taken)

    refused = refusal(strict.create_role, **wrong)

    assert said in refused
    assert [f"taken-{number}"] == [
        role["RoleName"] for role in strict.list_roles(MaxItems=1000)["Roles"] if role["RoleName"].endswith(str(number))
    ]
    if rule not in MOTO_TOO_IAM:
        lenient.create_role(**taken)
        lenient.create_role(**wrong)


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": f"arn:aws:iam::{TENANT}:root"},
        {"AWS": [TENANT, LINKER]},
        {"Service": "ec2.amazonaws.com"},
        {"Federated": "accounts.google.com"},
        "*",
    ],
)
def test_role_passes(principal: Any, aws: Aws) -> None:
    """Principals that exist are taken, with tags and a boundary that does."""
    iam, name = aws.client("iam"), f"role-{next(_numbers)}"
    boundary = iam.create_policy(PolicyName=name, PolicyDocument=allow("s3:*"))["Policy"]["Arn"]
    tags = [{"Key": "tenant-links:tenant", "Value": "customer1"}]

    made = iam.create_role(
        RoleName=name,
        Path="/tenant-links/customer1/",
        AssumeRolePolicyDocument=trust(principal),
        Tags=tags,
        PermissionsBoundary=boundary,
    )["Role"]

    assert f"arn:aws:iam::{MASTER}:role/tenant-links/customer1/{name}" == made["Arn"]
    assert tags == iam.get_role(RoleName=name)["Role"]["Tags"]
    assert "DeleteConflict" in refusal(iam.delete_policy, PolicyArn=boundary)


def test_role_is_written_within_its_quotas(aws: Aws) -> None:
    """Inline policies together, tags together, roles together; white space does not count."""
    iam, name = aws.client("iam"), f"role-{next(_numbers)}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust())
    half = allow("s3:GetObject", f"arn:aws:s3:::{'x' * 6000}/*")
    role = {"RoleName": name}
    iam.put_role_policy(**role, PolicyName="a", PolicyDocument=half + " " * 5000)

    too_long = refusal(iam.put_role_policy, **role, PolicyName="b", PolicyDocument=half)
    iam.tag_role(**role, Tags=[{"Key": f"k{i}", "Value": "x"} for i in range(50)])
    too_many = refusal(iam.tag_role, **role, Tags=[{"Key": "one-more", "Value": "x"}])
    iam.tag_role(**role, Tags=[{"Key": "K1", "Value": "y"}])
    aws.settings(roles=1)
    too_full = refusal(iam.create_role, RoleName=f"{name}x", AssumeRolePolicyDocument=trust())
    not_trusted = refusal(iam.update_assume_role_policy, **role, PolicyDocument=trust({"AWS": GHOST}))

    assert "LimitExceeded: Maximum policy size of 10240 bytes exceeded" in too_long
    assert "LimitExceeded: The number of tags" in too_many
    assert "LimitExceeded: Cannot exceed quota for RolesPerAccount: 1" == too_full
    assert "MalformedPolicyDocument: Invalid principal in policy" in not_trusted
    assert "NoSuchEntity" in refusal(iam.put_role_permissions_boundary, **role, PermissionsBoundary=f"{GHOST}/p")


def test_only_an_empty_role_goes(aws: Aws) -> None:
    """Inline policies keep it."""
    iam, role = aws.client("iam"), {"RoleName": f"role-{next(_numbers)}"}
    iam.create_role(**role, AssumeRolePolicyDocument=trust())
    iam.put_role_policy(**role, PolicyName="a", PolicyDocument=allow("s3:GetObject"))

    refused = refusal(iam.delete_role, **role)
    iam.delete_role_policy(**role, PolicyName="a")
    iam.delete_role(**role)

    assert "DeleteConflict: Cannot delete entity, must delete policies first." == refused
    assert "NoSuchEntity" in refusal(iam.get_role, **role)


# STS


class Tenant:
    """A role of the tenant's account that may assume, and one of the master account to be assumed."""

    def __init__(self, aws: Aws, trusted: Any = None, may: str = "sts:AssumeRole", **condition: Any) -> None:
        self.aws, number = aws, next(_numbers)
        self.name, self.target = f"deploy-{number}", f"arn:aws:iam::{MASTER}:role/x/grant-{number}"
        self.arn = f"arn:aws:iam::{TENANT}:role/{self.name}"
        self.make()
        aws.client("iam", TENANT).put_role_policy(RoleName=self.name, PolicyName="a", PolicyDocument=allow(may))
        more = {"Condition": condition} if condition else {}
        document = trust({"AWS": self.arn} if trusted == "role" else trusted, **more)
        master = aws.client("iam")
        master.create_role(RoleName=f"grant-{number}", Path="/x/", AssumeRolePolicyDocument=document)
        self.number = number

    def make(self) -> None:
        iam = self.aws.client("iam", TENANT)
        iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=trust({"AWS": TENANT}))

    def assume(self, **more: Any) -> dict[str, Any]:
        session = self.aws.session(TENANT, self.name)
        sts = session.client("sts", endpoint_url=self.aws.endpoint)
        found: dict[str, Any] = sts.assume_role(RoleArn=self.target, RoleSessionName="tenant", **more)
        return found


EXTERNAL = {"StringEquals": {"sts:ExternalId": "zJ6mT0vQh8yXc2LrWn4KbA"}}


@pytest.mark.parametrize(
    ("setup", "more"),
    [
        ({"trusted": {"AWS": OTHER}}, {}),
        ({"may": "s3:GetObject"}, {}),
        (EXTERNAL, {}),
        (EXTERNAL, {"ExternalId": "guessed"}),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-other00000"}}, {}),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{TENANT}:role/admin-*"}}, {}),
    ],
)
def test_a_role_is_not_anybodys(setup: Any, more: dict[str, str], aws: Aws) -> None:
    """The trust, its conditions and the caller's own policy must all agree."""
    tenant = Tenant(aws, **setup)

    refused = refusal(tenant.assume, **more)

    caller = f"arn:aws:sts::{TENANT}:assumed-role/{tenant.name}/test"
    assert (
        f"AccessDenied: User: {caller} is not authorized to perform: sts:AssumeRole on resource: {tenant.target}"
        == (refused)
    )


def test_a_role_is_assumed_across_accounts(aws: Aws) -> None:
    """With external id, organization and a role's pattern; the session acts in the other account."""
    pattern = {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{TENANT}:role/deploy-*"}}
    equals = {**EXTERNAL["StringEquals"], "aws:PrincipalOrgID": "o-a1b2c3d4e5"}
    tenant = Tenant(aws, StringEquals=equals, **pattern)

    given = tenant.assume(ExternalId=equals["sts:ExternalId"])
    session = aws.signed_in(given["Credentials"])
    who = session.client("sts", endpoint_url=aws.endpoint).get_caller_identity()
    aws.account(TENANT, member=False)
    refused = refusal(tenant.assume, ExternalId=equals["sts:ExternalId"])
    aws.account(TENANT)

    arn = f"arn:aws:sts::{MASTER}:assumed-role/grant-{tenant.number}/tenant"
    assert (MASTER, arn, arn) == (who["Account"], who["Arn"], given["AssumedRoleUser"]["Arn"])
    assert "AccessDenied" in refused
    assert "zJ6mT0vQh8yXc2LrWn4KbA" not in str(aws.journal.entries())


def test_a_role_that_is_made_again_is_another(aws: Aws) -> None:
    """The trust of a deleted role names its unique id, which nobody has any more."""
    tenant = Tenant(aws, trusted="role")
    tenant.assume()
    iam = aws.client("iam", TENANT)
    unique = iam.get_role(RoleName=tenant.name)["Role"]["RoleId"]
    iam.delete_role_policy(RoleName=tenant.name, PolicyName="a")
    iam.delete_role(RoleName=tenant.name)
    tenant.make()
    iam.put_role_policy(RoleName=tenant.name, PolicyName="a", PolicyDocument=allow("sts:AssumeRole"))

    refused = refusal(tenant.assume)

    role = aws.client("iam").get_role(RoleName=f"grant-{tenant.number}")["Role"]
    assert "AccessDenied" in refused
    assert {"AWS": unique} == role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]


def test_a_new_role_is_not_known_at_once(aws: Aws) -> None:
    """For a while it can neither be assumed nor trusted."""
    aws.settings(iam_delay=20)
    iam, name = aws.client("iam"), f"young-{next(_numbers)}"
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"AWS": MASTER}))["Role"]["Arn"]
    sts = aws.client("sts")

    assumed = refusal(sts.assume_role, RoleArn=arn, RoleSessionName="early")
    trusted = refusal(iam.create_role, RoleName=f"{name}x", AssumeRolePolicyDocument=trust({"AWS": arn}))
    aws.clock.advance(20)
    sts.assume_role(RoleArn=arn, RoleSessionName="later")
    iam.create_role(RoleName=f"{name}x", AssumeRolePolicyDocument=trust({"AWS": arn}))

    assert ("AccessDenied", "MalformedPolicyDocument") == (assumed.split(":")[0], trusted.split(":")[0])


def test_credentials_end(aws: Aws) -> None:
    """Unknown keys, a wrong token and an old session are refused; a chained session lasts an hour."""
    tenant = Tenant(aws)
    given = tenant.assume()["Credentials"]
    session, forged = aws.signed_in(given), aws.signed_in({**given, "SessionToken": "forged"})

    too_long = refusal(tenant.assume, DurationSeconds=7200)
    token = refusal(forged.client("iam", endpoint_url=aws.endpoint).list_roles)
    key = refusal(plain(aws.endpoint, "iam").list_roles)
    aws.clock.advance(3600)
    old = refusal(session.client("iam", endpoint_url=aws.endpoint).list_roles)

    assert "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit" in too_long
    assert ["InvalidClientTokenId", "InvalidClientTokenId", "ExpiredToken"] == [
        text.split(":")[0] for text in (token, key, old)
    ]


def test_the_ambient_identity_assumes_what_it_may(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the providers do: the linker, and as that the reader of an account that was onboarded."""
    for name, value in aws.environment().items():
        monkeypatch.setenv(name, value)
    sts, reader = (
        boto3.Session().client("sts", region_name="eu-central-1"),
        "arn:aws:iam::444444444444:role/tenant-links-reader",
    )
    session = aws.signed_in(sts.assume_role(RoleArn=LINKER, RoleSessionName="ci")["Credentials"])
    linker = session.client("sts", endpoint_url=aws.endpoint)

    early = refusal(linker.assume_role, RoleArn=reader, RoleSessionName="ci")
    aws.onboard("444444444444")
    past = refusal(sts.assume_role, RoleArn=reader, RoleSessionName="ci")
    linker.assume_role(RoleArn=reader, RoleSessionName="ci")

    assert ["AccessDenied", "AccessDenied"] == [text.split(":")[0] for text in (early, past)]


# KMS and load balancers


def test_kms_grant_lives(aws: Aws) -> None:
    """A name makes a retry harmless; the token counts at once, the grant later; it is retired by its own."""
    kms, tenant = aws.client("kms"), Tenant(aws, may="kms:*")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    grant = {
        "KeyId": key,
        "GranteePrincipal": tenant.arn,
        "Operations": ["Decrypt", "RetireGrant"],
        "Name": "customer1",
    }
    secret = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    user = aws.session(TENANT, tenant.name).client("kms", endpoint_url=aws.endpoint)
    aws.settings(kms_delay=300)

    ghost = refusal(kms.create_grant, **{**grant, "GranteePrincipal": GHOST})
    foreign = refusal(user.decrypt, CiphertextBlob=secret)
    first, again = kms.create_grant(**grant), kms.create_grant(**grant)
    other = kms.create_grant(**{**grant, "Operations": ["Decrypt"]})
    early = refusal(user.decrypt, CiphertextBlob=secret)
    shown = user.decrypt(CiphertextBlob=secret, GrantTokens=[again["GrantToken"]])["Plaintext"]
    aws.clock.advance(300)
    later = user.decrypt(CiphertextBlob=secret)["Plaintext"]

    assert ("InvalidArnException", "AccessDeniedException") == (ghost.split(":")[0], foreign.split(":")[0])
    assert (first["GrantId"], True) == (again["GrantId"], first["GrantToken"] != again["GrantToken"])
    assert first["GrantId"] != other["GrantId"]
    assert ("AccessDeniedException", b"x", b"x") == (early.split(":")[0], shown, later)
    user.retire_grant(GrantToken=first["GrantToken"])
    kms.revoke_grant(KeyId=key, GrantId=other["GrantId"])
    assert [] == kms.list_grants(KeyId=key)["Grants"]
    assert "AccessDeniedException" in refusal(user.decrypt, CiphertextBlob=secret)
    assert "NotFoundException" in refusal(kms.revoke_grant, KeyId=key, GrantId=other["GrantId"])
    assert "InvalidGrantTokenException" in refusal(user.retire_grant, GrantToken=first["GrantToken"])


def test_a_load_balancer_is_its_accounts(aws: Aws) -> None:
    """Two of one name are two, and neither account sees the other's."""
    mine, others = aws.load_balancer(TENANT, "web"), aws.load_balancer(OTHER, "web")
    elb = aws.client("elbv2", TENANT)

    found = elb.describe_load_balancers(LoadBalancerArns=[mine])["LoadBalancers"][0]
    name = aws.client("elbv2", OTHER).describe_load_balancers()["LoadBalancers"][0]["DNSName"]

    assert (load_balancer_arn(TENANT, "web"), load_balancer_arn(OTHER, "web")) == (mine, others)
    assert "Z215JYRZR1TBD5" == found["CanonicalHostedZoneId"]
    assert name != found["DNSName"]
    assert "LoadBalancerNotFound" in refusal(elb.describe_load_balancers, LoadBalancerArns=[mine, others])


# Faults and the journal


@pytest.mark.parametrize(
    ("kind", "after", "code"),
    [
        ("throttle", False, "Throttling"),
        ("prior", False, "PriorRequestNotComplete"),
        ("error", False, "ServiceUnavailable"),
        ("error", True, "ServiceUnavailable"),
        ("timeout", False, "ReadTimeoutError"),
        ("timeout", True, "ReadTimeoutError"),
        ("reset", False, "ConnectionClosedError"),
        ("reset", True, "ConnectionClosedError"),
    ],
)
def test_fault_strikes_once_before_or_after(kind: str, after: bool, code: str, aws: Aws, zone: str) -> None:
    """The caller can't tell; the zone and the journal do.  The next request passes."""
    client = aws.session().client("route53", endpoint_url=aws.endpoint, config=ONCE)
    when = {"when": "after"} if after else {}
    rule = aws.faults.add(kind, "route53", "ChangeResourceRecordSets", count=1, **when)

    with pytest.raises((ClientError, BotoCoreError)) as error:
        send(client, zone_id(zone), zone, [("CREATE", A)])
    made = (f"a.{zone}.", "A") in aws.records(zone_id(zone))
    send(client, zone_id(zone), zone, [("CREATE", TXT)])

    came = error.value.response["Error"]["Code"] if isinstance(error.value, ClientError) else type(error.value).__name__
    assert (code, after, 1) == (came, made, aws.faults.struck(rule))
    struck, passed = aws.journal.entries("route53", "ChangeResourceRecordSets")
    assert (kind, after, "", True) == (struck.fault, struck.committed, passed.fault, passed.committed)


def test_faults_choose_by_service_operation_account_and_seed(aws: Aws, zone: str) -> None:
    """Only what was asked for is struck, and the same seed strikes the same."""
    client = aws.session().client("route53", endpoint_url=aws.endpoint, config=ONCE)

    def run(seed: int) -> list[bool]:
        aws.faults.clear()
        aws.faults.seed(seed)
        aws.faults.error("route53", "GetHostedZone", probability=0.5, account=MASTER)
        aws.journal.clear()
        for _ in range(12):
            with contextlib.suppress(ClientError):
                client.get_hosted_zone(Id=zone_id(zone))
        client.list_hosted_zones()
        aws.client("route53", OTHER).list_hosted_zones()
        return [entry.status == 503 for entry in aws.journal.entries("route53", "GetHostedZone")]

    first, again, other = run(1), run(1), run(2)

    assert first == again
    assert first != other
    assert 2 < sum(first) < 10


def test_a_test_may_look_without_being_noticed(aws: Aws, zone: str) -> None:
    """Looking and setting up meet no fault, take no time and are in no journal."""
    aws.faults.error()
    before = aws.clock.now()

    records, roles = aws.records(zone_id(zone)), aws.roles(OTHER)
    aws.zone(MASTER, f"other-{zone}")

    assert ({}, [], before, []) == (records, roles, aws.clock.now(), aws.journal.entries())


def test_stale_reads_do_not_see_a_role(aws: Aws) -> None:
    """GetRole answers as if the role were not there yet."""
    iam, name = aws.client("iam"), f"role-{next(_numbers)}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust())
    aws.faults.stale("GetRole", count=1)

    assert "NoSuchEntity" in refusal(iam.get_role, RoleName=name)
    assert name == iam.get_role(RoleName=name)["Role"]["RoleName"]


def test_a_wrong_fault_is_refused(aws: Aws) -> None:
    """A misspelt kind does not go unnoticed."""
    with pytest.raises(ValueError, match="expected a kind of"):
        aws.faults.add("throtle")


def test_journal_tells_who_did_what(aws: Aws, zone: str) -> None:
    """Caller, account, parameters and outcome; never an external id or a key."""
    iam, name = aws.client("iam", TENANT), f"role-{next(_numbers)}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(Condition=EXTERNAL))
    refusal(iam.create_role, RoleName=name, AssumeRolePolicyDocument=trust())

    made, again = aws.journal.entries("iam", "CreateRole", account=TENANT)

    assert (True, "", 200) == (made.committed, made.code, made.status)
    assert (False, "EntityAlreadyExists", 409) == (again.committed, again.code, again.status)
    assert f"arn:aws:iam::{TENANT}:user/test-administrator" == made.caller
    assert EXTERNAL["StringEquals"]["sts:ExternalId"] not in str(made)
    assert name == made.params["RoleName"]
    assert 2 == aws.journal.count("iam", account=TENANT)


# A crowd

CLIENTS = 150


def claim(client: Any, zone: str, name: str, owner: str, number: int) -> str:
    """A tiny compare-and-swap: CREATE the name with its owner; on a doubt read who has it.  Returns the owner."""
    mark = record(f"_own.{name}.{zone}.", "TXT", f'"{owner}"')
    changes = batch([("CREATE", mark), ("CREATE", record(f"{name}.{zone}.", "A", f"10.0.0.{number % 250}"))], zone)
    while True:
        try:
            client.change_resource_record_sets(HostedZoneId=zone_id(zone), ChangeBatch=changes)
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidChangeBatch":
                break
        except BotoCoreError:
            continue
        else:
            return owner
    while True:
        try:
            start = {"StartRecordName": mark["Name"], "StartRecordType": "TXT", "MaxItems": "1"}
            page = client.list_resource_record_sets(HostedZoneId=zone_id(zone), **start)
            return str(page["ResourceRecordSets"][0]["ResourceRecords"][0]["Value"].strip('"'))
        except (ClientError, BotoCoreError):
            continue


def test_a_crowd_shares_a_zone_under_faults(aws: Aws, zone: str) -> None:
    """150 clients, two for each name, 30 % faults of every kind: each name has one owner, and both know whom."""
    aws.clock.step(0.5)
    aws.faults.seed(7)
    for add, more in (
        (aws.faults.throttle, {"probability": 0.06}),
        (aws.faults.error, {"probability": 0.06}),
        (aws.faults.error, {"probability": 0.08, "after": True}),
        (aws.faults.reset, {"probability": 0.05}),
        (aws.faults.reset, {"probability": 0.05, "after": True}),
    ):
        add("route53", **more)
    # One client is thread-safe; the retries are the claim's own, so that nobody waits.
    hasty = Config(retries={"total_max_attempts": 1}, max_pool_connections=CLIENTS)
    client = aws.session().client("route53", endpoint_url=aws.endpoint, config=hasty)
    jobs = [(f"n{i % 75}", f"owner{i}", i) for i in range(CLIENTS)]
    random.Random(1).shuffle(jobs)

    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        told = list(pool.map(lambda job: (job[0], claim(client, zone, *job)), jobs))
    took = time.monotonic() - began
    aws.faults.clear()

    texts = {
        name: item["ResourceRecords"][0]["Value"].strip('"') for (name, _), item in aws.records(zone_id(zone)).items()
    }
    owners = {name: texts[f"_own.{name}.{zone}."] for name, _, _ in jobs}
    assert {(name, owners[name]) for name, _, _ in jobs} == set(told)
    assert 150 == len(texts)
    assert 75 == aws.journal.count("route53", "ChangeResourceRecordSets", committed=True)
    assert [] == aws.journal.actions("UPSERT")
    assert aws.journal.count("route53", fault="error") > 5
    assert took < 30


# What follows judges a caller's own policies: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html


def limited(aws: Aws, service: str, actions: Any, resource: str = "*", **conditions: Any) -> Any:
    """A client of a role with one statement."""
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource, "Condition": conditions}
    name = f"limited{next(_numbers)}"
    aws.linker({"Version": "2012-10-17", "Statement": [statement]}, name)
    return aws.session(MASTER, name).client(service, endpoint_url=aws.endpoint)


def changed(client: Any, zone: str, *changes: tuple[str, dict[str, Any]]) -> None:
    batch = [{"Action": action, "ResourceRecordSet": item} for action, item in changes]
    client.change_resource_record_sets(HostedZoneId=zone_id(zone), ChangeBatch={"Changes": batch})


def test_records_need_leave(aws: Aws, zone: str) -> None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html"""
    arn = f"arn:aws:route53:::hostedzone/{zone_id(zone)}"
    reader, writer = (limited(aws, "route53", f"route53:{what}*", arn) for what in ("List", "Change"))

    assert "AccessDenied: User: arn:aws:sts::999999999999:assumed-role/limited" in refusal(
        changed, reader, zone, ("CREATE", record(f"a.{zone}"))
    )
    assert "is not authorized to perform: route53:ListResourceRecordSets" in refusal(
        writer.list_resource_record_sets, HostedZoneId=zone_id(zone)
    )
    reader.list_resource_record_sets(HostedZoneId=zone_id(zone))
    changed(writer, zone, ("CREATE", record(f"a.{zone}")))


@pytest.mark.parametrize(
    ("key", "value", "changes"),
    [
        ("NormalizedRecordNames", "a.{zone}", (("CREATE", "A.{zone}.", "A"), ("CREATE", "b.{zone}", "A"))),
        ("NormalizedRecordNames", "\\052.{zone}", (("CREATE", "*.{zone}", "A"), ("CREATE", "a.{zone}", "A"))),
        ("NormalizedRecordNames", "a_b.{zone}", (("CREATE", "a\\137b.{zone}", "A"), ("CREATE", "a-b.{zone}", "A"))),
        ("RecordTypes", "A", (("CREATE", "a.{zone}", "A"), ("CREATE", "b.{zone}", "CNAME"))),
        ("Actions", "CREATE", (("CREATE", "a.{zone}", "A"), ("UPSERT", "b.{zone}", "A"))),
    ],
)
def test_conditions_see_every_change_of_a_batch(
    aws: Aws, zone: str, key: str, value: str, changes: tuple[tuple[str, str, str], ...]
) -> None:
    """The first change alone is allowed.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
    """
    wanted = {f"route53:ChangeResourceRecordSets{key}": [value.format(zone=zone)]}
    client = limited(aws, "route53", "route53:*", **{"ForAllValues:StringEquals": wanted})
    fine, bad = (
        (action, record(name.format(zone=zone), kind, *(["a.example.com"] if kind == "CNAME" else [])))
        for action, name, kind in changes
    )

    assert "AccessDenied" in refusal(changed, client, zone, fine, bad)
    changed(client, zone, fine)


def test_roles_need_leave_by_their_path(aws: Aws) -> None:
    """A role that is not there has none, and CreateRole with tags is TagRole too.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags_roles.html
    """
    arn, name = f"arn:aws:iam::{MASTER}:role/team/*", f"r{next(_numbers)}"
    client = limited(aws, "iam", ["iam:CreateRole", "iam:GetRole"], arn)
    asked = {"RoleName": name, "AssumeRolePolicyDocument": trust()}

    assert "iam:CreateRole" in refusal(client.create_role, **asked)
    assert "iam:TagRole" in refusal(client.create_role, **asked, Path="/team/", Tags=[{"Key": "a", "Value": "b"}])
    assert f"iam:GetRole on resource: arn:aws:iam::{MASTER}:role/{name} " in refusal(client.get_role, RoleName=name)
    client.create_role(**asked, Path="/team/")
    assert "/team/" == client.get_role(RoleName=name)["Role"]["Path"]


def test_conditions_see_boundary_and_tags(aws: Aws) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html and
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_iam-tags.html
    """
    name, tag = f"r{next(_numbers)}", {"Key": "Team", "Value": "a"}
    made = (aws.client("iam").create_policy(PolicyName=f"{name}{i}", PolicyDocument=allow("s3:*")) for i in range(2))
    boundary, other = (each["Policy"]["Arn"] for each in made)
    aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust(), Tags=[tag])
    bounding = limited(aws, "iam", "iam:*", ArnEquals={"iam:PermissionsBoundary": boundary})
    present = limited(aws, "iam", "iam:*", StringEquals={"aws:ResourceTag/team": "a", "iam:ResourceTag/team": "a"})
    asking = limited(aws, "iam", "iam:*", StringEquals={"aws:RequestTag/team": "a"})
    keys = limited(aws, "iam", "iam:*", **{"ForAllValues:StringEquals": {"aws:TagKeys": ["Team"]}})
    policy = {"RoleName": name, "PolicyName": "p", "PolicyDocument": allow("s3:Get*")}

    assert "AccessDenied" in refusal(bounding.put_role_policy, **policy)
    assert "AccessDenied" in refusal(bounding.put_role_permissions_boundary, RoleName=name, PermissionsBoundary=other)
    bounding.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
    bounding.put_role_policy(**policy)
    assert "AccessDenied" in refusal(asking.tag_role, RoleName=name, Tags=[{"Key": "team", "Value": "b"}])
    asking.tag_role(RoleName=name, Tags=[tag])
    assert "AccessDenied" in refusal(keys.untag_role, RoleName=name, TagKeys=["other"])
    present.get_role(RoleName=name)
    keys.untag_role(RoleName=name, TagKeys=["Team"])
    assert "AccessDenied" in refusal(present.get_role, RoleName=name)


@pytest.mark.parametrize(
    ("condition", "right", "wrong"),
    [
        (
            {"StringLike": {"kms:GranteePrincipal": f"arn:aws:iam::{TENANT}:*"}},
            {},
            {"GranteePrincipal": f"arn:aws:iam::{OTHER}:root"},
        ),
        (
            {"ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt"]}},
            {},
            {"Operations": ["Decrypt", "Encrypt"]},
        ),
        (
            {"StringEquals": {"kms:GrantConstraintType": "EncryptionContextSubset"}},
            {"Constraints": {"EncryptionContextSubset": {"a": "b"}}},
            {"Constraints": {"EncryptionContextEquals": {"a": "b"}}},
        ),
        (
            {"StringEquals": {"kms:RetiringPrincipal": f"arn:aws:iam::{TENANT}:root"}},
            {"RetiringPrincipal": f"arn:aws:iam::{TENANT}:root"},
            {},
        ),
    ],
)
def test_conditions_see_what_a_grant_gives(
    aws: Aws, condition: dict[str, Any], right: dict[str, Any], wrong: dict[str, Any]
) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html"""
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    client = limited(aws, "kms", "kms:CreateGrant", key, **condition)
    asked = {"KeyId": key, "GranteePrincipal": f"arn:aws:iam::{TENANT}:root", "Operations": ["Decrypt"]}

    assert "AccessDenied" in refusal(client.create_grant, **asked | wrong)
    assert client.create_grant(**asked | right)["GrantId"]


def test_load_balancers_need_leave(aws: Aws) -> None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html"""
    refused, allowed = (limited(aws, "elbv2", f"elasticloadbalancing:{w}") for w in ("DescribeTags", "Describe*"))

    assert "AccessDenied" in refusal(refused.describe_load_balancers)
    assert [] == allowed.describe_load_balancers()["LoadBalancers"]
