"""TenantSubdomain's whole life cycle by direct calls, against a Route 53 that is strict."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi.dynamic import CheckResult
from pulumi.output import Unknown

from tenant_links import LinkError, aws, lifecycle, names, records
from tenant_links.aws import Accounts
from tenant_links.claim import Claim, Released, TakenError, plain
from tenant_links.lifecycle import clean
from tenant_links.subdomain import TenantSubdomainProvider
from tests import links
from tests.aws import MASTER, Aws, dns_name, load_balancer_arn, serve, zone_id

TENANT, BETA, OTHER = "111111111111", "111111111112", "222222222222"
ALB, DUAL = load_balancer_arn(TENANT, "customer1"), load_balancer_arn(TENANT, "dual")
BETAS_ALB, OTHERS_ALB = load_balancer_arn(BETA, "customer1"), load_balancer_arn(OTHER, "customer2")
TARGET = dns_name(ALB)
INPUTS = {
    "tenant": "customer1",
    "environment": "prod",
    "load_balancer_arn": ALB,
    "ttl": 300.0,
    "owner": "organization/links/customer1-prod",
    "resource": "subdomain",
}
UNOWNED = {"Name": "customer1.{zone}.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
OWNERSHIP = ("_tenant-links.customer1", "TXT")
BOTH = {("customer1", "A"), OWNERSHIP}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Aws]:
    with serve() as cloud, links.acting(cloud):
        cloud.load_balancer(TENANT, "customer1")
        cloud.load_balancer(TENANT, "dual", dualstack=True)
        cloud.load_balancer(BETA, "customer1")
        cloud.load_balancer(OTHER, "customer2")
        yield cloud


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("registries")


@pytest.fixture(scope="module")
def accounts(cloud: Aws, folder: Path) -> Accounts:
    return links.configured(TenantSubdomainProvider, links.written(folder, links.registry())).accounts


_numbers = itertools.count()


class Zone:
    """A zone of its own for one test, and the provider that acts in it, within a registry of its own."""

    def __init__(self, cloud: Aws, folder: Path, accounts: Accounts) -> None:
        self.cloud, self.folder, self.accounts = cloud, folder, accounts
        self.name = f"zone{next(_numbers)}.example.com"
        self.id = cloud.zone(MASTER, self.name)
        self.registry = links.registry(self.name)
        self.provider = self.bounded()

    def bounded(self, **links_: Any) -> TenantSubdomainProvider:
        """The provider with another registry: `links_` are laid over its `platform.links`."""
        self.registry["platform"]["links"] |= links_
        self.provider = links.configured(
            TenantSubdomainProvider, links.written(self.folder, self.registry), self.accounts
        )
        return self.provider

    def given_to_customer2(self) -> dict[str, str]:
        """The platform gives the subdomain `customer1` to customer2; returns the inputs of that tenant's name."""
        self.registry["tenants"]["customer1"]["subdomain"] = "formerly"
        self.registry["tenants"]["customer2"]["subdomain"] = "customer1"
        self.bounded()
        return {"tenant": "customer2", "load_balancer_arn": OTHERS_ALB}

    def inputs(self, **changes: Any) -> dict[str, Any]:
        result = self.provider.check({}, links.without_nothing({**INPUTS, **changes}))
        assert not result.failures
        return result.inputs

    def create(self, **changes: Any) -> tuple[str, dict[str, Any]]:
        made = self.provider.create(self.inputs(**changes))
        assert made.outs is not None
        return made.id, made.outs

    def released(self, **changes: Any) -> None:
        """A name that was had and let go of."""
        id_, outputs = self.create(**changes)
        self.provider.delete(id_, outputs)

    def records(self) -> dict[tuple[str, str], dict[str, Any]]:
        found = self.cloud.records(self.id).items()
        return {(name.removesuffix(f".{self.name}."), kind): record for (name, kind), record in found}

    def ownership(self) -> str:
        return str(self.records()[OWNERSHIP]["ResourceRecords"][0]["Value"])

    def by_hand(self, action: str, record: dict[str, Any]) -> None:
        self.cloud.change(self.id, (action, record | {"Name": record["Name"].format(zone=self.name)}))

    def closed(self, until: datetime, tenant: str = "customer1") -> None:
        """A name that was let go of at some other time."""
        text = f'"{Released(tenant, "prod", until).text()}"'
        record = {"Name": "_tenant-links.customer1.{zone}.", "Type": "TXT", "TTL": 300}
        self.by_hand("CREATE", record | {"ResourceRecords": [{"Value": text}]})

    def batches(self) -> int:
        """How often records were changed since the journal's start."""
        return self.cloud.journal.count("route53", "ChangeResourceRecordSets", committed=True)


@pytest.fixture
def zone(cloud: Aws, folder: Path, accounts: Accounts) -> Iterator[Zone]:
    yield Zone(cloud, folder, accounts)
    cloud.faults.clear()


@pytest.fixture(scope="module")
def provider(folder: Path) -> TenantSubdomainProvider:
    """Checks inputs within the registry of `app.example.com`; it reaches no AWS."""
    return links.configured(TenantSubdomainProvider, links.written(folder, links.registry()))


Checked = Callable[..., CheckResult]


@pytest.fixture(scope="module")
def checked(provider: TenantSubdomainProvider) -> Checked:
    return lambda **changes: provider.check({}, links.without_nothing({**INPUTS, **changes}))


def reasons(result: CheckResult) -> list[str]:
    return [failure.reason for failure in result.failures]


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
        ({"tenant": "Customer 1"}, "expected 1 to 40 lower-case"),
        ({"tenant": None}, "expected a value (got none)"),
        ({"tenant_account": 111111111111.0}, "12 digits"),
        ({"load_balancer_arn": "arn:aws:s3:::bucket"}, "application or network load balancer"),
        (
            {"load_balancer_arn": load_balancer_arn(OTHER, "x")},
            "in the tenant's account 111111111111",
        ),
        ({"load_balancer_arn": None}, "either load_balancer_arn or dns_name"),
        ({"dns_name": "a.example.net"}, "either load_balancer_arn or dns_name"),
        ({"zone_id": "zone/../x"}, "hosted zone's id"),
        ({"ttl": 1.0}, "30 to 86,400"),
        ({"ttl": 60.5}, "whole seconds"),
        ({"adopt": "yes"}, "expected true or false (got 'yes')"),
        ({"quarantine_days": 1.5}, "whole days"),
    ],
)
def test_check_refuses(checked: Checked, changes: dict[str, Any], reason: str) -> None:
    """A bad input is one failure that says what was expected."""
    found = reasons(checked(**changes))

    assert [True] == [reason in told for told in found]
    assert "\n" not in found[0]


OTHERWISE = {
    "tenant_account": (OTHER, f"expected '{TENANT}', as the registry says (got '{OTHER}')"),
    "zone_id": ("Z1", f"expected '{zone_id('app.example.com')}', as the registry says (got 'Z1')"),
    "zone_name": ("example.com", "expected 'app.example.com', as the registry says (got 'example.com')"),
    "quarantine_days": (0.0, "expected 30, as the registry says (got 0)"),
    "label": ("customer2", "expected one of customer1-prod: customer1, customer1-prod (got 'customer2')"),
}
"""What a program says otherwise than the registry, and what is told of it."""


@pytest.mark.parametrize("name", OTHERWISE)
def test_check_refuses_what_the_registry_says_otherwise(checked: Checked, name: str) -> None:
    """The registry bounds, not the program."""
    value, reason = OTHERWISE[name]

    assert [(name, reason)] == [(told.property, told.reason) for told in checked(**{name: value}).failures]


@pytest.mark.parametrize("label", ["customer1-beta", "customer1-x", "customer10", "formerly-customer1"])
def test_check_refuses_labels_that_are_not_the_pairs_own(checked: Checked, label: str) -> None:
    """Another environment's neither."""
    assert [True] == [told.startswith("expected one of customer1-prod:") for told in reasons(checked(label=label))]


@pytest.mark.parametrize("label", ["customer1", "customer1-prod"])
def test_check_takes_the_pairs_own_labels(checked: Checked, label: str) -> None:
    """The tenant's subdomain, and that with the environment."""
    result = checked(label=label)

    assert ([], f"{label}.app.example.com") == (result.failures, result.inputs["fqdn"])


def test_check_makes_the_name_known_in_previews(checked: Checked) -> None:
    """What the registry fixes is filled in, and every input has one form."""
    filled = {
        "tenant_account": TENANT,
        "zone_id": zone_id("app.example.com"),
        "zone_name": "app.example.com",
        "label": "customer1",
        "quarantine_days": 30,
        "fqdn": "customer1.app.example.com",
    }

    given = checked(zone_id=f"/hostedzone/{filled['zone_id']}", zone_name="app.example.com.", quarantine_days=30.0)
    assert INPUTS | filled == checked().inputs == given.inputs


@pytest.mark.parametrize("name", [*OTHERWISE, "load_balancer_arn", "tenant", "environment", "adopt"])
def test_check_lets_unknowns_through(checked: Checked, name: str) -> None:
    """A preview does not fail for what it can't know yet; at `up` it is compared."""
    result = checked(**{name: Unknown()})

    assert [] == result.failures
    assert isinstance(result.inputs[name], Unknown)


def test_check_knows_no_name_without_its_label_or_pair(checked: Checked) -> None:
    """Better unknown than wrong."""
    for name in ("label", "tenant", "environment"):
        assert "fqdn" not in checked(**{name: Unknown()}).inputs


def test_check_refuses_names_that_are_too_long(folder: Path) -> None:
    """The ownership record's name is longer than the name."""
    raw = links.registry(".".join(["b" * 50] * 4 + ["example"]))
    raw["tenants"]["customer1"]["subdomain"] = "a" * 40
    provider = links.configured(TenantSubdomainProvider, links.written(folder, raw))

    assert ["expected a name of at most 239 characters with its zone (got 252)"] == reasons(provider.check({}, INPUTS))


def without_links(raw: links.Raw) -> None:
    del raw["platform"]["links"]


def misspelt(raw: links.Raw) -> None:
    raw["tenant"] = raw.pop("tenants")


@pytest.mark.parametrize(
    ("changes", "spoil", "message"),
    [
        (
            {"tenant": "nobody"},
            None,
            r"registry: expected a registered pair such as .*customer1-beta.*\(got nobody-prod",
        ),
        ({"environment": "dev"}, None, r"registry: expected a registered pair such as .*\(got customer1-dev\)"),
        ({}, without_links, "registry: expected platform.links in the registry: without it no tenant can be linked"),
        ({}, misspelt, r"registry: tenancy\d+.yaml:\d+:\d+: tenants?: expected "),
    ],
    ids=["tenant", "environment", "no links", "broken"],
)
def test_check_needs_the_registry_to_say(
    folder: Path, changes: dict[str, str], spoil: Callable[[links.Raw], None] | None, message: str
) -> None:
    """One line that says what to do."""
    raw = links.registry()
    if spoil:
        spoil(raw)
    provider = links.configured(TenantSubdomainProvider, links.written(folder, raw))

    with pytest.raises(LinkError) as error:
        provider.check({}, INPUTS | changes)

    assert re.match(message, str(error.value))
    assert "\n" not in str(error.value)


def test_check_needs_a_registry(folder: Path) -> None:
    """Which file it is, the environment says; a file that is not there is named."""
    missing = folder / "none.yaml"
    for path, message in (
        (None, "expected the registry's file or URL in the variable TENANT_LINKS_REGISTRY (got none)"),
        (missing, f"registry: {missing}: expected a readable registry file: No such file or directory"),
    ):
        with pytest.raises(LinkError) as error:
            links.configured(TenantSubdomainProvider, path).check({}, INPUTS)
        assert message == str(error.value)


def test_check_goes_by_the_registry_as_it_is(folder: Path) -> None:
    """A program that registers a tenant and links it lives longer than one state of the file."""
    raw = links.registry()
    path = links.written(folder, raw)
    provider = links.configured(TenantSubdomainProvider, path)
    inputs = {**INPUTS, "tenant": "customer9", "load_balancer_arn": load_balancer_arn("9" * 12, "app")}
    with pytest.raises(LinkError, match="expected a registered pair"):
        provider.check({}, inputs)

    added = {"prod": {"account": "909090909090"}}
    raw["tenants"]["customer9"] = {**raw["tenants"]["customer2"], "subdomain": "nine", "environments": added}
    path.write_text(yaml.safe_dump(raw))

    assert "909090909090" == provider.check({}, inputs).inputs["tenant_account"]


CNAMES = {
    # A load balancer's own name is refused, in every spelling: nobody could check whose it is.
    "customer1-1234567890.eu-central-1.elb.amazonaws.com": "expected load_balancer_arn",
    "customer1-1234567890.eu-central-1.elb.amazonaws.com.": "expected load_balancer_arn",
    "dualstack.customer1-1234567890.eu-central-1.elb.amazonaws.com": "expected load_balancer_arn",
    "internal-customer1-1234567890.eu-central-1.elb.amazonaws.com": "expected load_balancer_arn",
    "customer1-0123456789abcdef.elb.eu-central-1.amazonaws.com": "expected load_balancer_arn",
    "customer1-1234567890.cn-north-1.elb.amazonaws.com.cn": "expected load_balancer_arn",
    "customer1-0123456789abcdef.elb.cn-north-1.amazonaws.com.cn": "expected load_balancer_arn",
    "customer1-1234567890.EU-CENTRAL-1.ELB.amazonaws.com": "expected a DNS name in lower case",
    # So is what is another's in the zone, and the name itself.
    "customer2.app.example.com": "expected no other tenant's name",
    "x.customer2.app.example.com": "expected no other tenant's name",
    "customer1-beta.app.example.com": "expected no other tenant's name",
    "www.app.example.com.": "expected no other tenant's name",
    "customer1.app.example.com": "expected another name than its own",
    # Anything else is fine.
    "customer1-prod.app.example.com": "",
    "edge.example.net": "",
    "d111111abcdef8.cloudfront.net": "",
    "my-elb.amazonaws.com.example.net": "",
    "shelb.amazonaws.com": "",
    "customer2-app.example.com": "",
    # And what is no name.
    "localhost": "expected a DNS name",
    "a b.example.net": "expected a DNS name",
    "*.example.net": "expected a DNS name",
    "a..example.net": "expected a DNS name",
    "192.0.2.1/24": "expected a DNS name",
}
"""Targets of a CNAME at `customer1.app.example.com`, and what is told of those that are refused."""


@pytest.mark.parametrize("target", CNAMES)
def test_where_a_cname_may_lead(checked: Checked, target: str) -> None:
    """To any name but a load balancer's own and other tenants'."""
    found = reasons(checked(load_balancer_arn=None, dns_name=target))

    assert [CNAMES[target]] * bool(CNAMES[target]) == [told[: len(CNAMES[target])] for told in found]


def test_create_makes_alias_and_ownership_in_one_go(zone: Zone) -> None:
    """The record points to the tenant's load balancer, the TXT says whose it is."""
    zone.cloud.journal.clear()
    id_, outputs = zone.create()

    found = zone.records()
    assert f"{zone.id}/customer1.{zone.name}" == id_
    assert BOTH == set(found)
    assert f"{TARGET}." == found["customer1", "A"]["AliasTarget"]["DNSName"]
    assert (
        '"v=tl1 tenant=customer1 environment=prod account=111111111111 owner=organization/links/customer1-prod '
        f'resource=subdomain nonce={outputs["nonce"]} revision=1"'
    ) == zone.ownership()
    assert ["A"] == outputs["record_types"]
    assert TARGET == outputs["target"]
    assert 1 == zone.batches()


def test_create_serves_ipv6_where_the_load_balancer_does(zone: Zone) -> None:
    """A dualstack load balancer gets an AAAA too."""
    _, outputs = zone.create(load_balancer_arn=DUAL)

    assert ["A", "AAAA"] == outputs["record_types"]


def test_create_makes_a_cname(zone: Zone) -> None:
    """Any DNS name can be the target."""
    _, outputs = zone.create(load_balancer_arn=None, dns_name="edge.example.net.")

    record = zone.records()["customer1", "CNAME"]
    assert ([{"Value": "edge.example.net."}], 300) == (record["ResourceRecords"], record["TTL"])
    assert (zone.name, f"customer1.{zone.name}") == (outputs["zone_name"], outputs["fqdn"])


def test_create_gives_the_change_to_wait_for(zone: Zone) -> None:
    """Route 53 answers everywhere after a while; a change that it has forgotten is long done."""
    _, outputs = zone.create()
    accounts = zone.provider.accounts

    first = aws.is_insync(accounts, outputs["change_id"])
    zone.cloud.clock.advance(120)

    assert (False, True) == (first, aws.is_insync(accounts, outputs["change_id"]))
    assert aws.is_insync(accounts, "C0FORGOTTEN")


def test_create_twice_takes_up_its_own_under_a_new_nonce(zone: Zone) -> None:
    """What a killed run left is its own: the next one resumes it, and nothing is doubled."""
    _, first = zone.create()

    _, second = zone.create()

    assert first["nonce"] != second["nonce"]
    assert 2 == len(zone.records())
    assert f"nonce={second['nonce']} revision=2" in zone.ownership()


def test_create_resumes_where_only_the_ownership_record_was_left(zone: Zone) -> None:
    """A missing answer is made again."""
    zone.create()
    record = zone.records()["customer1", "A"]
    zone.by_hand("DELETE", record)

    zone.create()

    assert BOTH == set(zone.records())


@pytest.mark.parametrize("adopt", [False, True])
@pytest.mark.parametrize(
    "other",
    [
        {"tenant": "customer2"},
        {"environment": "beta", "load_balancer_arn": BETAS_ALB},
        {"owner": "organization/links/customer2-prod"},
        {"resource": "second"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_create_refuses_anothers_name(zone: Zone, other: dict[str, str], adopt: bool) -> None:
    """Another tenant, environment, stack or resource is named, and nothing changes; whether with adopt or not."""
    zone.create()
    before = zone.records()
    if "tenant" in other:
        other = zone.given_to_customer2()

    with pytest.raises(LinkError) as error:
        zone.create(**other, adopt=adopt)

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


@pytest.mark.parametrize("adopt", [False, True])
@pytest.mark.parametrize("text", ["v=tl9 tenant=customer1", "v=tl1 released=1 tenant=customer1 until=soon", "else"])
def test_create_refuses_an_ownership_record_of_another_version(zone: Zone, text: str, adopt: bool) -> None:
    """What can't be read is not ours, and not nobody's."""
    record = {"Name": "_tenant-links.customer1.{zone}.", "Type": "TXT", "TTL": 60}
    zone.by_hand("CREATE", record | {"ResourceRecords": [{"Value": f'"{text}"'}]})

    with pytest.raises(LinkError, match="an ownership record that this version cannot read"):
        zone.create(adopt=adopt)


ADOPTED: dict[str, list[dict[str, Any]]] = {
    "A": [UNOWNED],
    "A and AAAA": [UNOWNED, UNOWNED | {"Type": "AAAA", "ResourceRecords": [{"Value": "2001:db8::1"}]}],
    "A and HTTPS": [UNOWNED, UNOWNED | {"Type": "HTTPS", "ResourceRecords": [{"Value": "1 . alpn=h2"}]}],
    "CNAME": [UNOWNED | {"Type": "CNAME", "ResourceRecords": [{"Value": "old.example.net"}]}],
}


@pytest.mark.parametrize("target", [{}, {"load_balancer_arn": None, "dns_name": "edge.example.net"}], ids=["lb", "dns"])
@pytest.mark.parametrize("found", ADOPTED)
def test_adopt_takes_records_that_nobody_claims(zone: Zone, found: str, target: dict[str, Any]) -> None:
    """In one batch the name leads to one's own target, so that it answers all the time."""
    for record in ADOPTED[found]:
        zone.by_hand("CREATE", record)
    zone.cloud.journal.clear()

    id_, outputs = zone.create(adopt=True, **target)

    kind = "CNAME" if target else "A"
    assert {("customer1", kind), OWNERSHIP} == set(zone.records())
    assert 1 == zone.batches()
    assert [] == zone.provider.read(id_, outputs).outs["drift"]


def test_adopt_leaves_a_record_that_is_right_as_it_stands(zone: Zone) -> None:
    """Only the ownership record is added."""
    zone.create()
    zone.by_hand("DELETE", zone.records()[OWNERSHIP])
    zone.cloud.journal.clear()

    zone.create(adopt=True)

    assert [("CREATE", f"_tenant-links.customer1.{zone.name}.", "TXT")] == zone.cloud.journal.actions()


@pytest.mark.parametrize(
    "record",
    [
        UNOWNED | {"Type": "NS", "ResourceRecords": [{"Value": "ns.example.net."}]},
        UNOWNED | {"SetIdentifier": "one", "Weight": 10},
        UNOWNED | {"SetIdentifier": "eu", "Region": "eu-central-1"},
    ],
    ids=["NS", "weighted", "latency"],
)
def test_adopt_takes_no_delegation_and_no_variants(zone: Zone, record: dict[str, Any]) -> None:
    """Those are part of something that this resource can't stand for."""
    zone.by_hand("CREATE", record)
    before = zone.records()

    with pytest.raises(LinkError, match="has records without an ownership record"):
        zone.create(adopt=True)

    assert before == zone.records()


def test_create_loses_a_race_cleanly(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    """CREATE is the claim: who read an empty zone just before another's commit does not take over."""
    zone.create(resource="other")
    real = aws.records_under
    stale = iter([True])
    monkeypatch.setattr(aws, "records_under", lambda *args: () if next(stale, False) else real(*args))

    with pytest.raises(LinkError, match=r"belongs to tenant 'customer1' .* 'other'"):
        zone.create()


def test_adopt_loses_a_race_cleanly(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two that adopt at once one has the name: the other's batch fails and it is told whose the name is."""
    zone.by_hand("CREATE", UNOWNED)
    read = zone.provider._live(zone.id, f"customer1.{zone.name}")
    zone.create(resource="other", adopt=True)
    before = zone.records()
    real, stale = aws.records_under, iter([read.answers])
    monkeypatch.setattr(aws, "records_under", lambda *args: next(stale, None) or real(*args))

    with pytest.raises(LinkError, match=r"belongs to tenant 'customer1' .* 'other'"):
        zone.create(adopt=True)

    assert before == zone.records()


def test_create_takes_a_committed_batch_that_was_answered_by_an_error(zone: Zone) -> None:
    """After "committed, then 503" the retry's "already exists" is our own work."""
    fault = zone.cloud.faults.error("route53", "ChangeResourceRecordSets", after=True, count=1)

    _, outputs = zone.create()

    assert 1 == zone.cloud.faults.struck(fault)
    assert BOTH == set(zone.records())
    assert f"nonce={outputs['nonce']} revision=1" in zone.ownership()


def test_create_says_what_route_53_refuses(zone: Zone) -> None:
    """A registry that gives the zone a wrong name is one clean line, after two tries at most."""
    zone.bounded(zone_name="other.example.org")

    with pytest.raises(LinkError, match=r"^ChangeResourceRecordSets: InvalidChangeBatch: .*not permitted in zone"):
        zone.create()


def test_create_needs_the_load_balancer(zone: Zone) -> None:
    """An alias goes only to what was read back from the tenant's account."""
    with pytest.raises(LinkError, match=r"there is no load balancer arn:aws:.*/ghost/"):
        zone.create(load_balancer_arn=load_balancer_arn(TENANT, "ghost"))

    assert {} == zone.records()


def test_diff_is_silent_without_a_change(zone: Zone) -> None:
    """No spurious updates; and `adopt` is about the creation alone."""
    id_, outputs = zone.create()

    assert not zone.provider.diff(id_, outputs, zone.inputs()).changes
    assert not zone.provider.diff(id_, outputs, zone.inputs(adopt=True)).changes
    assert not zone.provider.diff(id_, outputs, zone.inputs(zone_name=zone.name, label="customer1")).changes


DIFFS: dict[str, tuple[Any, bool, bool]] = {
    # Another owner of the same name: the old one lets go of it first.
    "tenant": ("customer2", True, True),
    "environment": ("beta", True, True),
    # Another name: it stands before the old one goes.
    "label": ("customer1-prod", True, False),
    "zone_id": ("Z1", True, False),
    "zone_name": ("example.org", True, False),
    # All else is changed in place.
    "load_balancer_arn": (DUAL, False, True),
    "dns_name": ("edge.example.net", False, True),
    "ttl": (60, False, True),
    "owner": ("organization/links/renamed", False, True),
    "resource": ("renamed", False, True),
    "tenant_account": ("111111111119", False, True),
    "quarantine_days": (7, False, True),
}
"""Another value of each input: does it replace the record, and is the old one deleted first?"""


def test_diff_knows_every_input() -> None:
    """But `adopt`, which changes nothing."""
    assert {*TenantSubdomainProvider.required, *TenantSubdomainProvider.optional} == {*DIFFS, "adopt"}


@pytest.mark.parametrize("name", DIFFS)
def test_diff_knows_what_replaces(zone: Zone, name: str) -> None:
    """Another name is another record; the same name of another tenant is let go of first."""
    value, replaces, first_delete = DIFFS[name]
    id_, outputs = zone.create()
    news = zone.inputs()

    for changed in (value, Unknown()):
        diff = zone.provider.diff(id_, outputs, news | {name: changed})
        expected = (True, [name] * replaces, first_delete)
        assert expected == (diff.changes, diff.replaces, diff.delete_before_replace)
        assert (["fqdn"] if not replaces else []) == diff.stables


def older(state: dict[str, Any]) -> dict[str, Any]:
    """A state of the first version."""
    return {key: value for key, value in state.items() if key not in (*LATER, "state_version")}


LATER = ("adopt", "quarantine_days", "change_id")


def test_an_older_state_is_brought_up_to_date_in_place(zone: Zone) -> None:
    """It is read, updated and deleted like any other; nothing in the zone changes for it."""
    id_, outputs = zone.create()
    old, before = older(outputs), zone.records()

    diff = zone.provider.diff(id_, old, zone.inputs())
    updated = zone.provider.update(id_, old, zone.inputs()).outs
    read = zone.provider.read(id_, old).outs

    assert (True, []) == (diff.changes, diff.replaces)
    assert zone.provider.diff(id_, outputs | {"state_version": 1.0}, zone.inputs()).changes
    assert outputs | {"change_id": ""} == updated
    assert outputs | {"change_id": "", "quarantine_days": 0} == read
    assert before == zone.records()
    zone.provider.delete(id_, old)
    assert {} == zone.records()


@pytest.mark.parametrize("operation", ["diff", "read", "update", "delete"])
def test_a_newer_state_is_refused(zone: Zone, operation: str) -> None:
    """What it means is not known here; nothing changes."""
    id_, outputs = zone.create()
    newer, before = outputs | {"state_version": lifecycle.STATE_VERSION + 1.0}, zone.records()
    news = {"diff": [zone.inputs()], "update": [zone.inputs()]}.get(operation, [])

    with pytest.raises(LinkError) as error:
        getattr(zone.provider, operation)(id_, newer, *news)

    told = "expected a state of version 2 or older (got 3): a newer tenant-links wrote it; run that one"
    assert told == str(error.value)
    assert before == zone.records()


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

    assert [f"A points to 192.0.2.1, not {TARGET}"] == first["drift"]
    assert first == again
    assert zone.provider.diff(id_, first, zone.inputs()).changes
    updated = zone.provider.update(id_, first, zone.inputs()).outs
    assert updated is not None
    assert outputs["change_id"] != updated["change_id"]
    assert outputs == updated | {"change_id": outputs["change_id"]}
    assert edited == zone.records()["customer1", "A"]


def test_read_tells_a_lost_ownership_record(zone: Zone) -> None:
    """Records that are exactly ours get their ownership record back."""
    id_, outputs = zone.create()
    zone.by_hand("DELETE", zone.records()[OWNERSHIP])

    found = zone.provider.read(id_, outputs).outs

    assert found is not None
    assert ["the ownership record is missing or unreadable"] == found["drift"]
    zone.provider.update(id_, found, zone.inputs())
    assert f"nonce={outputs['nonce']}" in zone.ownership()


def test_read_tells_that_the_load_balancer_is_gone(zone: Zone) -> None:
    """The record stays until `up`, which needs another one."""
    id_, outputs = zone.create()
    ghost = load_balancer_arn(TENANT, "ghost")

    found = zone.provider.read(id_, outputs | {"load_balancer_arn": ghost})

    assert found.outs is not None
    assert (id_, f"the load balancer {ghost} does not exist any more") == (found.id, found.outs["drift"][-1])


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
    assert {("customer1", "CNAME"), OWNERSHIP} == set(zone.records())
    assert f"resource=renamed nonce={outputs['nonce']} revision=2" in zone.ownership()


def test_update_twice_is_one_update(zone: Zone) -> None:
    """An update that was cut short before the state was written finds its work done."""
    id_, outputs = zone.create()
    news = zone.inputs(load_balancer_arn=DUAL)
    zone.provider.update(id_, outputs, news)
    before = zone.records()

    again = zone.provider.update(id_, outputs, news).outs

    assert before == zone.records()
    assert again is not None
    assert outputs["change_id"] == again["change_id"]  # nothing was changed, so that one is still the last known


def test_update_refuses_a_name_that_was_lost(zone: Zone) -> None:
    """A stale nonce changes nothing."""
    id_, old = zone.create()
    zone.create()

    with pytest.raises(LinkError, match="not to this resource any more; run `pulumi refresh`"):
        zone.provider.update(id_, old, zone.inputs())


def test_delete_leaves_nothing_but_the_quarantine(zone: Zone) -> None:
    """Both records go, and who had the name is still known; a second delete is fine and changes nothing."""
    id_, outputs = zone.create(load_balancer_arn=DUAL)
    earliest = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)

    zone.provider.delete(id_, outputs)

    assert {OWNERSHIP} == set(zone.records())
    told = re.fullmatch(r'"v=tl1 released=1 tenant=customer1 environment=prod until=(\S+Z)"', zone.ownership())
    assert told
    assert earliest <= datetime.fromisoformat(told[1]) <= datetime.now(UTC) + timedelta(days=30)
    zone.cloud.journal.clear()
    zone.provider.delete(id_, outputs)
    assert 0 == zone.batches()


def test_delete_leaves_nothing_without_a_quarantine(zone: Zone) -> None:
    """Where the registry says 0 days; a second delete is fine."""
    zone.bounded(quarantine_days=0)
    id_, outputs = zone.create(load_balancer_arn=DUAL)

    zone.provider.delete(id_, outputs)
    zone.provider.delete(id_, outputs)

    assert {} == zone.records()


@pytest.mark.parametrize(("days", "left"), [(30, {OWNERSHIP}), (0, set())])
def test_delete_takes_a_committed_batch_that_was_answered_by_an_error(
    zone: Zone, capsys: pytest.CaptureFixture[str], days: int, left: set[tuple[str, str]]
) -> None:
    """After "committed, then 503" the retry finds its work done."""
    zone.bounded(quarantine_days=days)
    id_, outputs = zone.create()
    fault = zone.cloud.faults.error("route53", "ChangeResourceRecordSets", after=True, count=1)

    zone.provider.delete(id_, outputs)

    assert 1 == zone.cloud.faults.struck(fault)
    assert left == set(zone.records())
    assert "" == capsys.readouterr().err


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
    zone.by_hand("DELETE", zone.records()[OWNERSHIP])

    zone.provider.delete(id_, outputs)

    assert {("customer1", "A")} == set(zone.records())
    assert "without an ownership record" in capsys.readouterr().err


def test_a_neighbour_is_never_touched(zone: Zone) -> None:
    """Names below, beside and with the same start stay what they are."""
    zone.bounded(quarantine_days=0)
    zone.create(label="customer1-prod", resource="longer")
    zone.by_hand("CREATE", UNOWNED | {"Name": "0.customer1.{zone}."})
    zone.by_hand("CREATE", UNOWNED | {"Name": "customer10.{zone}."})
    zone.by_hand("CREATE", UNOWNED | {"Type": "MX", "ResourceRecords": [{"Value": "1 mx.example.net."}]})
    before = zone.records()
    id_, outputs = zone.create()

    zone.provider.delete(id_, outputs)

    assert before == zone.records()


def test_a_released_name_is_open_to_its_tenant(zone: Zone) -> None:
    """At once, in any of its environments and stacks, in one batch."""
    zone.released()
    zone.cloud.journal.clear()

    zone.create(environment="beta", load_balancer_arn=BETAS_ALB, owner="organization/other/beta")

    assert BOTH == set(zone.records())
    assert 1 == zone.batches()
    assert "environment=beta" in zone.ownership()


def test_a_released_name_is_closed_to_other_tenants(zone: Zone) -> None:
    """Who had it and until when is told, with what to do; nothing changes."""
    zone.released()
    before, other = zone.records(), zone.given_to_customer2()

    with pytest.raises(LinkError) as error:
        zone.create(**other)

    told = re.fullmatch(
        rf"customer1\.{zone.name} was let go of by tenant 'customer1' and stays closed to others until "
        r"\d{4}-\d\d-\d\d \d\d:\d\d UTC; choose another label, or set adopt=True if it may be given away",
        str(error.value),
    )
    assert told
    assert before == zone.records()


def test_a_released_name_can_be_given_away(zone: Zone) -> None:
    """With `adopt=True`, before its time."""
    zone.released()

    zone.create(**zone.given_to_customer2(), adopt=True)

    assert BOTH == set(zone.records())
    assert "tenant=customer2" in zone.ownership()


def test_a_released_name_is_open_to_all_in_the_end(zone: Zone) -> None:
    """After the registry's days."""
    zone.closed(datetime.now(UTC) - timedelta(seconds=1))

    zone.create(**zone.given_to_customer2())

    assert "tenant=customer2" in zone.ownership()


@pytest.mark.parametrize(
    ("tenant", "seconds", "adopt", "may"),
    [
        ("customer2", -1, False, False),
        ("customer2", 0, False, True),
        ("customer2", -1, True, True),
        ("customer1", -1, False, True),
    ],
)
def test_when_a_name_opens(tenant: str, seconds: int, adopt: bool, may: bool) -> None:
    """To the second."""
    until = datetime(2030, 1, 31, tzinfo=UTC)
    tombstone = records.ownership_record("x.example.com", Released("customer1", "prod", until))
    live = records.Live.of("x.example.com", [tombstone])
    claim = Claim(tenant, "prod", TENANT, "stack", "resource", "0123456789abcdef")

    def claimed() -> bool:
        try:
            batch = records.claim_batch(live, claim, (), until + timedelta(seconds=seconds), adopt=adopt)
        except TakenError:
            return False
        return ["DELETE", "CREATE"] == [change.action for change in batch]

    assert may == claimed()


def test_answers_that_were_added_to_a_closed_name(zone: Zone, capsys: pytest.CaptureFixture[str]) -> None:
    """They are nobody's: not deleted, not taken without `adopt`, and seen by no former owner."""
    id_, outputs = zone.create()
    zone.provider.delete(id_, outputs)
    zone.by_hand("CREATE", UNOWNED)
    before = zone.records()

    zone.provider.delete(id_, outputs)
    assert "it was not made by this resource, so it stays" in capsys.readouterr().err
    assert "" == zone.provider.read(id_, outputs).id
    with pytest.raises(LinkError, match="not to this resource any more"):
        zone.provider.update(id_, outputs, zone.inputs())
    with pytest.raises(LinkError, match="records without an ownership record: A"):
        zone.create()
    assert before == zone.records()

    zone.create(adopt=True)
    assert BOTH == set(zone.records())
    assert "AliasTarget" in zone.records()["customer1", "A"]


def test_a_name_that_was_released_and_taken_is_not_its_former_owners(zone: Zone) -> None:
    """Its late second delete leaves the new owner's records alone."""
    id_, outputs = zone.create()
    zone.provider.delete(id_, outputs)
    zone.create(**zone.given_to_customer2(), adopt=True)
    before = zone.records()

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
    """Stack config wins over environment; which registry it is, the environment alone says."""
    config = {"tenant-links:roleArn": "arn:aws:iam::999999999999:role/a", "tenant-links:registry": "mine.yaml"}
    environ = {
        "TENANT_LINKS_ROLE_ARN": "arn:aws:iam::999999999999:role/b",
        "TENANT_LINKS_REGISTRY": "theirs.yaml",
        "AWS_REGION": "eu-west-1",
    }

    settings = aws.Settings.of(config.get, environ)

    assert aws.Settings("eu-west-1", "arn:aws:iam::999999999999:role/a", None, "theirs.yaml") == settings


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


def test_reserved_labels_stay_reserved() -> None:
    """Also where the registry would give one to a tenant."""
    for label in ("www", "api", "login", "wpad", "autodiscover"):
        with pytest.raises(ValueError, match="is reserved for the platform"):
            names.label(label)
