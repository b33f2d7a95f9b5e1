"""TenantSubdomain's whole life cycle by direct calls, against a Route 53 that is strict."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.dynamic import CheckResult, Config, ConfigureRequest
from pulumi.output import Unknown

from tenant_links import LinkError, aws, records
from tenant_links.claim import Claim, plain
from tenant_links.lifecycle import clean
from tenant_links.subdomain import TenantSubdomainProvider
from tests.local_aws import MASTER, LocalAws, load_balancer_arn

TENANT = "111111111111"
ALB = load_balancer_arn(TENANT, "customer1")
INPUTS = {
    "tenant": "customer1",
    "environment": "prod",
    "tenant_account": TENANT,
    "zone_id": "Z0",
    "zone_name": "app.example.com",
    "label": "customer1",
    "load_balancer_arn": ALB,
    "ttl": 300.0,
    "owner": "organization/links/customer1-prod",
    "resource": "subdomain",
}
UNOWNED = {"Name": "customer1.{zone}.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalAws]:
    with LocalAws.start() as cloud:
        cloud.load_balancer(TENANT, "customer1")
        cloud.load_balancer(TENANT, "dual", dualstack=True)
        cloud.load_balancer("222222222222", "customer2")
        yield cloud


_numbers = itertools.count()


class Zone:
    """A zone of its own for one test, and the provider that acts in it."""

    def __init__(self, cloud: LocalAws, provider: TenantSubdomainProvider) -> None:
        self.cloud = cloud
        self.provider = provider
        self.name = f"zone{next(_numbers)}.example.com"
        self.id = cloud.zone(MASTER, self.name)

    def inputs(self, **changes: Any) -> dict[str, Any]:
        given = {**INPUTS, "zone_id": self.id, "zone_name": self.name, **changes}
        result = self.provider.check({}, {key: value for key, value in given.items() if value is not None})
        assert not result.failures
        return result.inputs

    def create(self, **changes: Any) -> tuple[str, dict[str, Any]]:
        made = self.provider.create(self.inputs(**changes))
        assert made.outs is not None
        return made.id, made.outs

    def records(self) -> dict[tuple[str, str], dict[str, Any]]:
        found = self.cloud.records(self.id).items()
        return {(name.removesuffix(f".{self.name}."), kind): record for (name, kind), record in found}

    def by_hand(self, action: str, record: dict[str, Any]) -> None:
        self.cloud.change(self.id, (action, record | {"Name": record["Name"].format(zone=self.name)}))


@pytest.fixture(scope="module")
def provider(cloud: LocalAws) -> Iterator[TenantSubdomainProvider]:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in cloud.environment().items():
            environment.setenv(name, value)
        provider = TenantSubdomainProvider()
        provider.configure(ConfigureRequest(Config({}, "links")))
        yield provider


@pytest.fixture
def zone(cloud: LocalAws, provider: TenantSubdomainProvider) -> Zone:
    return Zone(cloud, provider)


def checked(**changes: Any) -> CheckResult:
    given = {**INPUTS, **changes}
    provider = TenantSubdomainProvider()
    return provider.check({}, {key: value for key, value in given.items() if value is not None})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"label": "www"}, "'www' is reserved for the platform"),
        ({"label": "Customer1"}, "lower-case"),
        ({"label": "*"}, "one DNS label"),
        ({"label": "a.b"}, "one DNS label"),
        ({"label": "1customer"}, "a letter first"),
        ({"label": "customer1."}, "one DNS label"),
        ({"label": "customer1-"}, "one DNS label"),
        ({"label": "xn--80ak6aa92e"}, "internationalised"),
        ({"label": "cust\u043emer1"}, "internationalised"),
        ({"label": "a" * 64}, "1 to 63"),
        ({"label": ""}, "expected a DNS label (got '')"),
        ({"label": 7.0}, "expected a DNS label (got 7.0)"),
        ({"label": "a" * 40, "zone_name": ".".join(["b" * 50] * 4 + ["example"])}, "at most 239 characters"),
        ({"tenant": "Customer 1"}, "expected 1 to 40 lower-case"),
        ({"tenant": None}, "expected a value (got none)"),
        ({"tenant_account": 111111111111.0}, "12 digits"),
        ({"load_balancer_arn": "arn:aws:s3:::bucket"}, "application or network load balancer"),
        (
            {"load_balancer_arn": load_balancer_arn("222222222222", "x")},
            "in the tenant's account 111111111111",
        ),
        ({"load_balancer_arn": None}, "either load_balancer_arn or dns_name"),
        ({"dns_name": "a.example.net"}, "either load_balancer_arn or dns_name"),
        ({"zone_id": "zone/../x"}, "hosted zone's id"),
        ({"ttl": 1.0}, "30 to 86,400"),
        ({"ttl": 60.5}, "whole seconds"),
    ],
)
def test_check_refuses(changes: dict[str, Any], reason: str) -> None:
    """A bad input is one failure that says what was expected."""
    failures = checked(**changes).failures

    assert [True] == [reason in failure.reason for failure in failures]
    assert "\n" not in failures[0].reason


def test_check_makes_the_name_known_in_previews() -> None:
    """The fqdn is an input, and every input has one form."""
    inputs = checked(zone_id="/hostedzone/Z0", zone_name="app.example.com.").inputs

    assert ("customer1.app.example.com", "Z0") == (inputs["fqdn"], inputs["zone_id"])


@pytest.mark.parametrize("name", ["label", "tenant_account", "load_balancer_arn", "zone_name", "zone_id"])
def test_check_lets_unknowns_through(name: str) -> None:
    """A preview does not fail for what it can't know yet."""
    result = checked(**{name: Unknown()})

    assert [] == result.failures
    assert isinstance(result.inputs[name], Unknown)


def test_create_makes_alias_and_ownership_in_one_go(zone: Zone) -> None:
    """The record points to the tenant's load balancer, the TXT says whose it is."""
    id_, outputs = zone.create()

    found = zone.records()
    assert f"{zone.id}/customer1.{zone.name}" == id_
    assert {("customer1", "A"), ("_tenant-links.customer1", "TXT")} == set(found)
    assert "customer1-1.eu-central-1.elb.amazonaws.com." == found["customer1", "A"]["AliasTarget"]["DNSName"]
    text = found["_tenant-links.customer1", "TXT"]["ResourceRecords"][0]["Value"]
    assert (
        '"v=tl1 tenant=customer1 environment=prod account=111111111111 owner=organization/links/customer1-prod '
        f'resource=subdomain nonce={outputs["nonce"]} revision=1"'
    ) == text
    assert ["A"] == outputs["record_types"]
    assert "customer1-1.eu-central-1.elb.amazonaws.com" == outputs["target"]


def test_create_serves_ipv6_where_the_load_balancer_does(zone: Zone) -> None:
    """A dualstack load balancer gets an AAAA too."""
    _, outputs = zone.create(load_balancer_arn=load_balancer_arn(TENANT, "dual"))

    assert ["A", "AAAA"] == outputs["record_types"]


def test_create_makes_a_cname(zone: Zone) -> None:
    """Any DNS name can be the target."""
    _, outputs = zone.create(load_balancer_arn=None, dns_name="edge.example.net.", zone_name=None)

    record = zone.records()["customer1", "CNAME"]
    assert ([{"Value": "edge.example.net."}], 300) == (record["ResourceRecords"], record["TTL"])
    assert (zone.name, f"customer1.{zone.name}") == (outputs["zone_name"], outputs["fqdn"])


def test_create_twice_adopts_under_a_new_nonce(zone: Zone) -> None:
    """What a killed run left is its own: the next one resumes it, and nothing is doubled."""
    _, first = zone.create()

    _, second = zone.create()

    assert first["nonce"] != second["nonce"]
    assert 2 == len(zone.records())
    assert f"nonce={second['nonce']} revision=2" in str(zone.records()["_tenant-links.customer1", "TXT"])


def test_create_resumes_where_only_the_ownership_record_was_left(zone: Zone) -> None:
    """A missing answer is made again."""
    zone.create()
    record = zone.records()["customer1", "A"]
    zone.by_hand("DELETE", record)

    zone.create()

    assert {("customer1", "A"), ("_tenant-links.customer1", "TXT")} == set(zone.records())


@pytest.mark.parametrize(
    "other",
    [
        {"tenant": "customer2"},
        {"environment": "beta"},
        {"owner": "organization/links/customer2-prod"},
        {"resource": "second"},
    ],
)
def test_create_refuses_anothers_name(zone: Zone, other: dict[str, str]) -> None:
    """Another tenant, environment, stack or resource is named, and nothing changes."""
    zone.create()
    before = zone.records()

    with pytest.raises(LinkError) as error:
        zone.create(**other)

    assert str(error.value) == (
        f"customer1.{zone.name} belongs to tenant 'customer1' (prod): resource 'subdomain' of stack "
        "organization/links/customer1-prod; choose another label, or remove what stands there first"
    )
    assert before == zone.records()


@pytest.mark.parametrize("kind", ["A", "CNAME", "NS"])
def test_create_refuses_records_that_nobody_claims(zone: Zone, kind: str) -> None:
    """A record made by hand is not taken over."""
    value = "192.0.2.1" if kind == "A" else "x.example.net."
    zone.by_hand("CREATE", UNOWNED | {"Type": kind, "ResourceRecords": [{"Value": value}]})

    with pytest.raises(LinkError, match=f"has records without an ownership record: {kind};"):
        zone.create()


def test_create_refuses_an_ownership_record_of_another_version(zone: Zone) -> None:
    """What can't be read is not ours."""
    text = {"Name": "_tenant-links.customer1.{zone}.", "Type": "TXT", "TTL": 60}
    zone.by_hand("CREATE", text | {"ResourceRecords": [{"Value": '"v=tl9 tenant=customer1"'}]})

    with pytest.raises(LinkError, match="an ownership record that this version cannot read"):
        zone.create()


def test_create_loses_a_race_cleanly(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    """CREATE is the claim: who read an empty zone just before another's commit does not take over."""
    zone.create(tenant="customer2")
    real = aws.records_under
    stale = iter([True])
    monkeypatch.setattr(aws, "records_under", lambda *args: () if next(stale, False) else real(*args))

    with pytest.raises(LinkError, match="belongs to tenant 'customer2'"):
        zone.create()


def test_create_takes_a_committed_batch_that_was_answered_by_an_error(
    zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After "committed, then 503" the retry's "already exists" is our own work."""
    real = aws.change

    def twice(*args: Any) -> None:
        real(*args)
        real(*args)

    monkeypatch.setattr(aws, "change", twice)
    _, outputs = zone.create()

    assert f"nonce={outputs['nonce']} revision=1" in str(zone.records()["_tenant-links.customer1", "TXT"])


def test_create_says_what_route_53_refuses(zone: Zone) -> None:
    """A wrong zone name is one clean line, after two tries at most."""
    with pytest.raises(LinkError, match=r"^ChangeResourceRecordSets: InvalidChangeBatch: .*not permitted in zone"):
        zone.create(zone_name="other.example.org")


def test_create_needs_the_load_balancer(zone: Zone) -> None:
    """An alias goes only to what was read back from the tenant's account."""
    with pytest.raises(LinkError, match=r"there is no load balancer arn:aws:.*/ghost/"):
        zone.create(load_balancer_arn=load_balancer_arn(TENANT, "ghost"))

    assert {} == zone.records()


def test_diff_is_silent_without_a_change(zone: Zone) -> None:
    """No spurious updates."""
    id_, outputs = zone.create()

    assert not zone.provider.diff(id_, outputs, zone.inputs()).changes
    assert not zone.provider.diff(id_, outputs, zone.inputs(zone_name=None)).changes


@pytest.mark.parametrize(
    ("change", "replaces", "first_delete"),
    [
        ({"tenant": "customer2"}, ["tenant"], True),
        ({"environment": "beta"}, ["environment"], True),
        ({"label": "other"}, ["label"], False),
        ({"zone_id": "Z1"}, ["zone_id"], False),
        ({"zone_name": "example.org"}, ["zone_name"], False),
        ({"load_balancer_arn": load_balancer_arn(TENANT, "dual")}, [], True),
        ({"load_balancer_arn": None, "dns_name": "edge.example.net"}, [], True),
        ({"load_balancer_arn": Unknown()}, [], True),
        ({"label": Unknown()}, ["label"], False),
        ({"owner": "organization/links/renamed"}, [], True),
    ],
)
def test_diff_knows_what_replaces(zone: Zone, change: dict[str, Any], replaces: list[str], first_delete: bool) -> None:
    """Another name is another record; the same name of another tenant is let go of first."""
    id_, outputs = zone.create()

    diff = zone.provider.diff(id_, outputs, zone.inputs(**change))

    assert (True, replaces, first_delete) == (diff.changes, diff.replaces, diff.delete_before_replace)


def test_read_is_stable_without_drift(zone: Zone) -> None:
    """A refresh of a sound record changes nothing."""
    id_, outputs = zone.create()

    found = zone.provider.read(id_, outputs)

    assert (id_, outputs) == (found.id, found.outs)


def test_read_tells_drift_and_update_repairs_it(zone: Zone) -> None:
    """A record edited by hand is seen at refresh, stays seen, and is mended at up."""
    id_, outputs = zone.create()
    edited = dict(zone.records()["customer1", "A"])
    zone.by_hand("DELETE", edited)
    zone.by_hand("CREATE", UNOWNED)

    first = zone.provider.read(id_, outputs).outs
    assert first is not None
    again = zone.provider.read(id_, first).outs

    assert ["A points to 192.0.2.1, not customer1-1.eu-central-1.elb.amazonaws.com"] == first["drift"]
    assert first == again
    assert zone.provider.diff(id_, first, zone.inputs()).changes
    updated = zone.provider.update(id_, first, zone.inputs()).outs
    assert outputs == updated
    assert edited == zone.records()["customer1", "A"]


def test_read_tells_a_lost_ownership_record(zone: Zone) -> None:
    """Records that are exactly ours get their ownership record back."""
    id_, outputs = zone.create()
    zone.by_hand("DELETE", zone.records()["_tenant-links.customer1", "TXT"])

    found = zone.provider.read(id_, outputs).outs

    assert found is not None
    assert ["the ownership record is missing or unreadable"] == found["drift"]
    zone.provider.update(id_, found, zone.inputs())
    assert f"nonce={outputs['nonce']}" in str(zone.records()["_tenant-links.customer1", "TXT"])


def test_read_of_what_is_gone_or_replaced_is_empty(zone: Zone) -> None:
    """A deleted record, and one of another incarnation, leave the state."""
    id_, old = zone.create()
    _, new = zone.create()

    assert "" == zone.provider.read(id_, old).id
    zone.provider.delete(id_, new)
    assert "" == zone.provider.read(id_, new).id


def test_update_moves_the_target_and_keeps_the_nonce(zone: Zone) -> None:
    """From alias to CNAME and to another owner, in one batch each."""
    id_, outputs = zone.create()
    news = zone.inputs(load_balancer_arn=None, dns_name="edge.example.net", resource="renamed")

    updated = zone.provider.update(id_, outputs, news).outs

    assert updated is not None
    assert outputs["nonce"] == updated["nonce"]
    assert {("customer1", "CNAME"), ("_tenant-links.customer1", "TXT")} == set(zone.records())
    text = str(zone.records()["_tenant-links.customer1", "TXT"])
    assert f"resource=renamed nonce={outputs['nonce']} revision=2" in text


def test_update_twice_is_one_update(zone: Zone) -> None:
    """An update that was cut short before the state was written finds its work done."""
    id_, outputs = zone.create()
    news = zone.inputs(load_balancer_arn=load_balancer_arn(TENANT, "dual"))
    zone.provider.update(id_, outputs, news)
    before = zone.records()

    zone.provider.update(id_, outputs, news)

    assert before == zone.records()


def test_update_refuses_a_name_that_was_lost(zone: Zone) -> None:
    """A stale nonce changes nothing."""
    id_, old = zone.create()
    zone.create()

    with pytest.raises(LinkError, match="not to this resource any more; run `pulumi refresh`"):
        zone.provider.update(id_, old, zone.inputs())


def test_delete_leaves_nothing(zone: Zone) -> None:
    """Both records go; a second delete is fine."""
    id_, outputs = zone.create(load_balancer_arn=load_balancer_arn(TENANT, "dual"))

    zone.provider.delete(id_, outputs)
    zone.provider.delete(id_, outputs)

    assert {} == zone.records()


def test_delete_leaves_another_incarnation_and_says_so(zone: Zone, capsys: pytest.CaptureFixture[str]) -> None:
    """After a replacement under the same name the old one's delete takes nothing away."""
    id_, old = zone.create()
    zone.create()

    zone.provider.delete(id_, old)

    assert 2 == len(zone.records())
    assert "it was not made by this resource, so it stays" in capsys.readouterr().err


def test_delete_leaves_records_without_ownership(zone: Zone, capsys: pytest.CaptureFixture[str]) -> None:
    """What can't be proved to be ours stays."""
    id_, outputs = zone.create()
    zone.by_hand("DELETE", zone.records()["_tenant-links.customer1", "TXT"])

    zone.provider.delete(id_, outputs)

    assert {("customer1", "A")} == set(zone.records())
    assert "without an ownership record" in capsys.readouterr().err


def test_a_neighbour_is_never_touched(zone: Zone) -> None:
    """Names below, beside and with the same start stay what they are."""
    zone.create(label="customer10", resource="ten")
    zone.by_hand("CREATE", UNOWNED | {"Name": "0.customer1.{zone}."})
    zone.by_hand("CREATE", UNOWNED | {"Type": "MX", "ResourceRecords": [{"Value": "1 mx.example.net."}]})
    before = zone.records()
    id_, outputs = zone.create()

    zone.provider.delete(id_, outputs)

    assert before == zone.records()


def test_ownership_text_survives_long_and_odd_names() -> None:
    """Names that a TXT record can't hold become a hash; long ones span strings of 255."""
    claim = Claim("t", "e", "111111111111", "o" * 128, plain('a "b" = ü'), "0123456789abcdef", 3)

    record = records.ownership_record("x.example.com", claim)
    live = records.Live.of("x.example.com", [record])

    assert claim == live.claim
    assert all(len(part) <= 255 for part in record.values[0].strip('"').split('" "'))


def test_credentials_are_read_from_settings_in_order() -> None:
    """Stack config wins over environment."""
    config = {"tenant-links:roleArn": "arn:aws:iam::999999999999:role/a"}
    environ = {"TENANT_LINKS_ROLE_ARN": "arn:aws:iam::999999999999:role/b", "AWS_REGION": "eu-west-1"}

    settings = aws.Settings.of(config.get, environ)

    assert aws.Settings("eu-west-1", "arn:aws:iam::999999999999:role/a", None) == settings


def test_errors_hide_what_aws_repeats_of_the_request() -> None:
    """AWS explains a wrong signature by the whole request; only its first line is shown."""
    message = "The signature does not match.\nx-amz-security-token:SECRETTOKEN"
    fault = aws.ClientError({"Error": {"Code": "SignatureDoesNotMatch", "Message": message}}, "GetRole")

    @clean
    def call() -> None:
        raise fault

    with pytest.raises(LinkError) as error:
        call()

    assert "GetRole: SignatureDoesNotMatch: The signature does not match." == str(error.value)


def test_client_names_the_project_and_gives_up_in_time(zone: Zone) -> None:
    """Adaptive retries, time-outs and a user agent of our own."""
    config = zone.provider.accounts.master("route53").meta.config

    assert f"tenant-links/{aws.__version__}" in config.user_agent
    assert ("adaptive", 5, 20) == (config.retries["mode"], config.connect_timeout, config.read_timeout)
