"""Values of the engine's wire form, and what the table's paths find in them."""

from typing import Any

import pytest

from tenant_safety.intake.pulumi import parts, provider
from tenant_safety.intake.values import (
    OUTPUT,
    SECRET,
    SENTINELS,
    SIGNATURE,
    Resource,
    Secrets,
    at,
    decode,
    first,
    from_json,
    number,
    text,
)
from tenant_safety.model import LogRoute, Provider, Unknown

SOURCE = ("urn:a",)


@pytest.mark.parametrize("sentinel", SENTINELS)
def test_every_sentinel_is_unknown(sentinel: str) -> None:
    """At any depth, and inside a longer text, too."""
    raw = {"a": sentinel, "b": {"c": [f"x{sentinel}y"]}}

    props, _ = decode(raw, {"b": SOURCE})

    assert {"a": Unknown("a"), "b": {"c": [Unknown("b.c[0]", SOURCE)]}} == props


@pytest.mark.parametrize(
    ("raw", "value", "secret"),
    [
        ({SIGNATURE: SECRET, "value": "s"}, "s", True),
        ({SIGNATURE: SECRET, "value": SENTINELS[0]}, Unknown("p", SOURCE), True),
        ({SIGNATURE: OUTPUT, "value": "v"}, "v", False),
        ({SIGNATURE: OUTPUT, "value": "v", "secret": True}, "v", True),
        ({SIGNATURE: OUTPUT}, Unknown("p", SOURCE), False),
        ({SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7", "hash": "h"}, None, False),
        (7.0, 7.0, False),
        (None, None, False),
        ([True, {"k": {SIGNATURE: SECRET, "value": 1}}], [True, {"k": 1}], True),
    ],
)
def test_signed_objects(raw: Any, value: Any, secret: bool) -> None:
    """Secrets and outputs are what they hold; assets are nothing that a rule reads."""
    props, secrets = decode({"p": raw}, {"p": SOURCE})

    assert ({"p": value}, secret) == (props, "p" in secrets.names)


def test_secrets_are_known_by_name_and_text() -> None:
    """Texts at any depth; of numbers only that there are some."""
    held = {"a": ["x", " ", {"b": "y"}], "n": 7, "t": True}
    raw = {"plain": "p", "held": {SIGNATURE: SECRET, "value": held}}

    _, secrets = decode(raw, {})

    assert Secrets(frozenset({"held"}), frozenset({"x", "y"}), True) == secrets


PROPS = {
    "a": {"b": [{"c": 1}, {"c": None}, {}, {"c": Unknown("x")}], "one": {"c": 2}, "d": "text"},
    "u": Unknown("u"),
    "n": None,
    "t": ["x", "y"],
    "l": [{"a": [{"b": 1}]}, Unknown("l"), None],
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b[].c", [("a.b[0].c", 1), ("a.b[3].c", Unknown("x"))]),
        ("a.one.c", [("a.one.c", 2)]),
        ("a.one[].c", [("a.one.c", 2)]),
        ("a.d.e", []),
        ("a.d[]", [("a.d", "text")]),
        ("u.any[].thing", [("u", Unknown("u"))]),
        ("n.x", []),
        ("none", []),
        ("t[]", [("t[0]", "x"), ("t[1]", "y")]),
        ("a.b.c", [("a.b[0].c", 1), ("a.b[3].c", Unknown("x"))]),
        ("t.x", []),
        ("l.a[].b", [("l[0].a[0].b", 1), ("l[1]", Unknown("l"))]),
    ],
)
def test_paths(path: str, found: list[tuple[str, Any]]) -> None:
    """Nulls are absent, an unknown on the way stands for all that is in it, and one object may be a list of it."""
    actual = list(at(PROPS, path))

    assert (found, found[0][1] if found else None) == (actual, first(PROPS, path))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7, 7.0),
        (7.5, 7.5),
        ("7", 7.0),
        ("1 vCPU", Unknown("p")),
        (0, 0.0),
        (-1, Unknown("p")),
        ("0", 0.0),
        ("-0.5", Unknown("p")),
        ("NaN", Unknown("p")),
        ("inf", Unknown("p")),
        ("", None),
        (" ", None),
        (True, None),
        (None, None),
        ([], None),
        (Unknown("x"), Unknown("x")),
    ],
)
def test_numbers(value: Any, expected: Any) -> None:
    """Text that is no number may be any number, and so may less than nothing."""
    actual = number(value, "p")

    assert expected == actual


@pytest.mark.parametrize(
    ("value", "expected"), [("a", "a"), (Unknown("x"), Unknown("x")), (7, None), ([], None), (None, None)]
)
def test_texts(value: Any, expected: Any) -> None:
    """What is no text is nobody's name."""
    actual = text(value)

    assert expected == actual


@pytest.mark.parametrize(("value", "expected"), [('["a"]', ["a"]), ("[", "["), ("[" * 100_000, "[" * 100_000), (7, 7)])
def test_json_of_providers(value: Any, expected: Any) -> None:
    """Text that is no JSON is what it is."""
    actual = from_json(value)

    assert expected == actual


@pytest.mark.parametrize(
    ("props", "accounts"),
    [
        ({"allowedAccountIds": '["1", "2"]'}, ("1", "2")),
        ({"allowedAccountIds": ["1"], "assumeRoles": [{"roleArn": "arn:aws:iam::2:role/x"}]}, ("1",)),
        ({"assumeRoles": [{"roleArn": "arn:aws:iam::2:role/x"}]}, ("2",)),
        ({"assumeRole": '{"role_arn": "arn:aws:iam::2:role/x"}'}, ("2",)),
        ({"assumeRoles": Unknown("r")}, Unknown("r")),
        ({"allowedAccountIds": ["1", Unknown("a")]}, Unknown("a")),
        ({"assumeRoles": [{"roleArn": "arn:aws:iam:::role/x"}]}, ()),
        ({"allowedAccountIds": []}, ()),
        ({"allowedAccountIds": "111111111111"}, ()),
        ({}, ()),
    ],
)
def test_accounts_of_a_provider(props: dict[str, Any], accounts: Any) -> None:
    """Those that it is pinned to; none if it is not."""
    actual = provider(Resource("urn", "pulumi:providers:aws", props))

    assert Provider("urn", accounts, Unknown("region")) == actual


OWN = Provider("p", ("1",), "eu")


@pytest.mark.parametrize(
    ("token", "props", "destination"),
    [
        (
            "aws:msk/cluster:Cluster",
            {"loggingInfo": {"brokerLogs": {"cloudwatchLogs": {"logGroup": "g"}}}},
            "arn:aws:logs:eu:1:log-group:g",
        ),
        (
            "aws:msk/cluster:Cluster",
            {"loggingInfo": {"brokerLogs": {"firehose": {"deliveryStream": "f"}}}},
            "arn:aws:firehose:eu:1:deliverystream/f",
        ),
        ("aws:redshift/logging:Logging", {"bucketName": "b"}, "arn:aws:s3:::b"),
        ("aws:ec2/flowLog:FlowLog", {"logDestination": "other"}, "other"),
        ("aws:ec2/flowLog:FlowLog", {"logDestination": Unknown("u")}, Unknown("u")),
    ],
)
def test_destinations_by_bare_names(token: str, props: dict[str, Any], destination: Any) -> None:
    """A name means a resource of the own account and region."""
    found = list(parts(Resource("urn", token, props), (), OWN))

    assert [destination] == [part.destination for part in found if isinstance(part, LogRoute)]


@pytest.mark.parametrize(
    ("own", "props", "place"),
    [
        (OWN, {}, ("1", "eu")),
        (OWN, {"region": "us"}, ("1", "us")),
        (Provider("p", ("1", "2"), "eu"), {}, (Unknown("account"), "eu")),
        (Provider("p", (), "eu"), {}, (Unknown("account"), "eu")),
        (
            Provider("p", Unknown("allowedAccountIds"), Unknown("region")),
            {},
            (Unknown("allowedAccountIds"), Unknown("region")),
        ),
        (None, {}, (Unknown("account"), Unknown("region"))),
    ],
)
def test_where_a_resource_is(own: Provider | None, props: dict[str, Any], place: Any) -> None:
    """Where its provider is pinned to, but for a region of its own."""
    (group,) = parts(Resource("urn", "aws:cloudwatch/logGroup:LogGroup", props), (), own)

    assert not isinstance(group, Provider)
    assert place == (group.at.account, group.at.region)
