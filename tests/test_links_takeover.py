"""Attempts to take what is another tenant's through a link: its name, its traffic, its role, its grants.

In each attempt customer2 is the attacker, unless it says otherwise, and customer1 the victim.  Each is refused with one
line that says why and holds no secret, and leaves the zone, the roles and the grants byte for byte as they were.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pulumi.dynamic import CheckFailure

from tenant_links import LinkError, documents, keys, roles
from tenant_links.claim import Claim
from tenant_links.grant import CrossAccountGrantProvider
from tenant_links.lifecycle import STATE_VERSION, LinkProvider
from tenant_links.subdomain import TenantSubdomainProvider
from tests import links
from tests.aws import MASTER, Aws, dns_name, load_balancer_arn, serve
from tests.links import BOUNDARY, SHARED

ACCOUNT, BETA, ATTACKER = "111111111111", "111111111112", "222222222222"
ALB, BETAS_ALB, OWN_ALB = (load_balancer_arn(a, "app") for a in (ACCOUNT, BETA, ATTACKER))
VICTIM = {"tenant": "customer1", "environment": "prod", "owner": "organization/links/customer1-prod"}
OTHER = {"tenant": "customer2", "environment": "prod", "owner": "organization/links/customer2-prod"}
NAME = {"ttl": 300.0, "resource": "link-subdomain"}
ROLE = {"actions": ["s3:GetObject"], "resource": "link-grant", "resources": [f"{SHARED}/customer1/*"]}
WIDE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
OPEN = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": ATTACKER}, "Action": "sts:AssumeRole"}],
}

Props = dict[str, Any]
_numbers = itertools.count()


@pytest.fixture(scope="module")
def cloud() -> Iterator[Aws]:
    with serve() as cloud, links.acting(cloud):
        for account in (ACCOUNT, BETA, ATTACKER):
            cloud.load_balancer(account, "app")
        yield cloud


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("registries")


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """IAM is asked as often as ever, and at once."""
    monkeypatch.setattr(roles, "PAUSES", (0.0,) * len(roles.PAUSES))


@pytest.fixture(scope="module")
def keys_key(cloud: Aws) -> str:
    """A key of the platform's that the tenants share."""
    return cloud.key()


class Platform:
    """A zone and a registry of its own for one test, and what a run or a hand does there."""

    def __init__(self, cloud: Aws, folder: Path, key: str) -> None:
        self.cloud, self.folder, self.key = cloud, folder, key
        number = next(_numbers)
        self.zone_name, self.grant = f"zone{number}.example.com", f"grant{number}"
        self.zone = cloud.zone(MASTER, self.zone_name)
        self.fqdn = f"customer1.{self.zone_name}"
        self.registry = links.registry(self.zone_name)
        self.bounded()

    def bounded(self) -> None:
        """From now on the registry is what `registry` says."""
        path = links.written(self.folder, self.registry)
        self.subdomains = links.configured(TenantSubdomainProvider, path)
        self.grants = links.configured(CrossAccountGrantProvider, path, self.subdomains.accounts)

    def gives_the_name_away(self) -> None:
        """The victim's tenant goes from the registry, and customer2 gets its subdomain."""
        del self.registry["tenants"]["customer1"]
        self.registry["tenants"]["customer2"]["subdomain"] = "customer1"
        self.bounded()

    # Inputs.

    def name(self, **changes: Any) -> Props:
        """Of the attacker's subdomain."""
        return {**OTHER, **NAME, "load_balancer_arn": OWN_ALB, **changes}

    def victims_name(self, **changes: Any) -> Props:
        return {**VICTIM, **NAME, "load_balancer_arn": ALB, **changes}

    def role(self, **changes: Any) -> Props:
        """Of the attacker's role."""
        issued = links.external_id("customer2", "prod")
        given = {**OTHER, **ROLE, "resources": [f"{SHARED}/customer2/*"]}
        return {**given, "grant": self.grant, "external_id": issued, **changes}

    def victims_role(self, **changes: Any) -> Props:
        return {**VICTIM, **ROLE, "grant": self.grant, "external_id": links.external_id("customer1", "prod"), **changes}

    def on_key(self, **changes: Any) -> Props:
        """Of the attacker's grant on the shared key."""
        given = {"kind": "kms", "external_id": None, "actions": ["kms:Decrypt"], "resources": [self.key]}
        return self.role(**{**given, "grant": f"{self.grant}-key", "resource": "link-key", **changes})

    def victims_on_key(self) -> Props:
        return self.on_key(**VICTIM)

    # What a run does.

    def told(self, inputs: Props) -> list[str]:
        """What a preview says is wrong, a line each."""
        with pytest.raises(LinkError) as error:
            self.checked({}, inputs)
        told = str(error.value).splitlines()
        self.keeps_secrets("".join(told))
        return told

    def provider(self, inputs: Props) -> LinkProvider:
        return self.grants if "actions" in inputs else self.subdomains

    def checked(self, olds: Props, inputs: Props) -> Props:
        found = self.provider(inputs).check(olds, links.without_nothing(inputs))
        if found.failures:
            raise LinkError("\n".join(_shown(failure) for failure in found.failures))
        return found.inputs

    def up(self, inputs: Props) -> tuple[str, Props]:
        """What `pulumi up` does for a new resource."""
        made = self.provider(inputs).create(self.checked({}, inputs))
        assert made.outs is not None
        return made.id, made.outs

    def again(self, state: tuple[str, Props], inputs: Props) -> Props:
        """What `pulumi up` does for a resource that stands in the state."""
        id_, olds = state
        outs = self.provider(inputs).update(id_, olds, self.checked(olds, inputs)).outs
        assert outs is not None
        return outs

    def destroy(self, state: tuple[str, Props]) -> None:
        self.provider(state[1]).delete(*state)

    def refresh(self, state: tuple[str, Props]) -> tuple[str | None, Props | None]:
        found = self.provider(state[1]).read(*state)
        return found.id, found.outs

    # What stands.

    def truth(self) -> str:
        """All that the zone, the master account's roles and the shared key hold."""
        records = [*self.cloud._records(self.zone, MASTER)]
        pages = self.cloud._onlooker("iam", MASTER).get_paginator("get_account_authorization_details")
        held = [role for page in pages.paginate(Filter=["Role"]) for role in page["RoleDetailList"]]
        for role in held:
            role.pop("RoleLastUsed", None)
        return json.dumps([records, held, self.cloud.grants(self.key)], indent=1, default=str)

    @contextlib.contextmanager
    def untouched(self) -> Iterator[None]:
        """Nothing is changed; no call that would have done so was carried out."""
        before, last = self.truth(), max((entry.number for entry in self.cloud.journal.entries()), default=0)
        yield
        assert before == self.truth()
        assert [] == [e.operation for e in self.cloud.journal.entries(committed=True) if e.number > last]

    @contextlib.contextmanager
    def refusal(self, reason: str) -> Iterator[None]:
        """Whatever is tried is refused for this reason and changes nothing."""
        with self.untouched(), pytest.raises(LinkError) as error:
            yield
        said = str(error.value)
        assert reason in said
        assert "\n" not in said
        assert len(said) < 1000
        self.keeps_secrets(said)

    def keeps_secrets(self, said: str) -> None:
        issued = [e["external_id"] for t in self.registry["tenants"].values() for e in t["environments"].values()]
        assert [] == [secret for secret in (*issued, "the-ambient-secret-key") if secret in said]

    # By hand, past the providers.

    def record(self, name: str, kind: str, *values: str, **more: Any) -> None:
        """Make a record in the zone."""
        whole = f"{name}.{self.zone_name}."
        held = {"TTL": 60, "ResourceRecords": [{"Value": value} for value in values]}
        self.cloud.change(self.zone, ("CREATE", {"Name": whole, "Type": kind, **held, **more}))

    def ownership(self, text: str) -> None:
        """Make an ownership record."""
        self.record("_tenant-links.customer1", "TXT", f'"{text}"')

    def planted(self, name: str, path: str, tags: list[dict[str, str]]) -> None:
        """Make a role in the master account that lets the attacker in."""
        self.cloud.client("iam").create_role(
            RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(OPEN), Tags=tags
        )


def _shown(failure: CheckFailure) -> str:
    return f"{failure.property}: {failure.reason}"


@pytest.fixture
def platform(cloud: Aws, folder: Path, keys_key: str) -> Platform:
    """Where nobody has anything yet."""
    return Platform(cloud, folder, keys_key)


def _linked(platform: Platform) -> Platform:
    for inputs in (platform.victims_name(), platform.victims_role(), platform.victims_on_key()):
        platform.up(inputs)
    return platform


@pytest.fixture
def linked(platform: Platform) -> Platform:
    """Where customer1 is linked."""
    return _linked(platform)


@pytest.fixture(scope="module")
def standing(cloud: Aws, folder: Path, keys_key: str) -> Platform:
    """The same, for attempts that leave it as it is."""
    return _linked(Platform(cloud, folder, keys_key))


Attempts = dict[str, tuple[Props, str]]


def attempts(table: Attempts) -> pytest.MarkDecorator:
    rows = [pytest.param(changes, reason, id=attempt) for attempt, (changes, reason) in table.items()]
    return pytest.mark.parametrize(("changes", "reason"), rows)


# Names.


@attempts(
    {
        "another tenant's label": ({"label": "customer1"}, "label: expected one of customer2-prod"),
        "one of its environments'": ({"label": "customer1-beta"}, "label: expected one of customer2-prod"),
        "the own tenant's other environment's": (
            {**VICTIM, "environment": "beta", "load_balancer_arn": BETAS_ALB, "label": "customer1-prod"},
            "label: expected one of customer1-beta: customer1, customer1-beta",
        ),
        "in other case": ({"label": "Customer1"}, "label: expected one DNS label"),
        "with a trailing dot": ({"label": "customer1."}, "label: expected one DNS label"),
        "with a blank": ({"label": "customer1 "}, "label: expected one DNS label"),
        "with a line's end": ({"label": "customer1\n"}, "label: expected one DNS label"),
        "in Route 53's escapes": ({"label": "\\143ustomer1"}, "label: expected one DNS label"),
        "in Cyrillic": ({"label": "сustomer1"}, "label: expected plain ASCII"),
        "in full width": ({"label": "ｃustomer1"}, "label: expected plain ASCII"),
        "in punycode": ({"label": "xn--ustomer1-2fg"}, "label: expected plain ASCII"),
        "below it": ({"label": "login.customer1"}, "label: expected one DNS label"),
        "everybody's": ({"label": "*"}, "label: expected one DNS label"),
        "the ownership records'": ({"label": "_tenant-links"}, "label: expected one DNS label"),
        "its ownership record's": ({"label": "_tenant-links.customer1"}, "label: expected one DNS label"),
        "too long": ({"label": "c" * 64}, "label: expected one DNS label of 1 to 63"),
        "the platform's": ({"label": "www"}, "'www' is reserved for the platform"),
        "in another zone": ({"zone_id": "Z0000000000000000000"}, "as the registry says (got 'Z0000000000000000000')"),
        "under another zone's name": ({"zone_name": "example.com"}, "as the registry says (got 'example.com')"),
        "for another account": ({"tenant_account": ACCOUNT}, "tenant_account: expected '222222222222'"),
        "of a tenant that there is not": ({"tenant": "customer9"}, "expected a registered pair"),
        "of an environment that there is not": ({"environment": "staging"}, "expected a registered pair"),
        "of a path": ({"tenant": "../customer1"}, "tenant: expected 1 to 40 lower-case letters"),
        "of a stack's name": ({"tenant": "customer1/prod"}, "tenant: expected 1 to 40 lower-case letters"),
    }
)
def test_a_name_that_is_not_the_pairs(standing: Platform, changes: Props, reason: str) -> None:
    """Refused in the preview already."""
    with standing.refusal(reason):
        standing.up(standing.name(**changes))


@pytest.mark.parametrize("adopt", [False, True])
@attempts(
    {
        "another stack of the same tenant": (
            {"owner": "organization/shop/customer1-prod"},
            "belongs to tenant 'customer1'",
        ),
        "another resource of the same stack": ({"resource": "second"}, "belongs to tenant 'customer1'"),
        "another tenant's stack": ({"owner": OTHER["owner"]}, "belongs to tenant 'customer1' (prod)"),
        "the tenant's other environment": (
            {"environment": "beta", "load_balancer_arn": BETAS_ALB, "label": "customer1"},
            "belongs to tenant 'customer1' (prod)",
        ),
    }
)
def test_a_name_that_somebody_has(standing: Platform, changes: Props, reason: str, adopt: bool) -> None:
    """Refused by what stands in the zone, whoever may have the label by the registry."""
    with standing.refusal(reason):
        standing.up(standing.victims_name(**changes, adopt=adopt))


@attempts(
    {
        "its load balancer": (
            {"load_balancer_arn": ALB},
            "expected a load balancer in the tenant's account 222222222222",
        ),
        "its load balancer's name": (
            {"load_balancer_arn": None, "dns_name": dns_name(ALB)},
            "expected load_balancer_arn for a load balancer",
        ),
        "the same with a dot": (
            {"load_balancer_arn": None, "dns_name": f"{dns_name(ALB)}."},
            "expected load_balancer_arn for a load balancer",
        ),
        "the same in capitals": (
            {"load_balancer_arn": None, "dns_name": dns_name(ALB).upper()},
            "expected a DNS name in lower case",
        ),
        "both": ({"dns_name": "edge.example.net"}, "expected either load_balancer_arn or dns_name"),
        "its load balancer's id in the own account": (
            {"load_balancer_arn": ALB.replace(ACCOUNT, ATTACKER)},
            "there is no load balancer",
        ),
    }
)
def test_a_target_that_is_another_tenants(standing: Platform, changes: Props, reason: str) -> None:
    """What a name leads to is asked in the tenant's own account."""
    with standing.refusal(reason):
        standing.up(standing.name(**changes))


@pytest.mark.parametrize("leads", ["app-1.eusc-de-east-1.elb.amazonaws.eu", "app-1.elb.eusc-de-east-1.amazonaws.eu"])
def test_a_name_that_leads_to_a_load_balancer_of_the_sovereign_cloud(standing: Platform, leads: str) -> None:
    with standing.refusal("expected load_balancer_arn for a load balancer"):
        standing.checked({}, standing.name(load_balancer_arn=None, dns_name=leads))


@pytest.mark.parametrize("leads", ["customer1.{}", "customer1-beta.{}", "_tenant-links.customer2.{}", "x.customer1.{}"])
def test_a_name_that_leads_to_another_tenants(standing: Platform, leads: str) -> None:
    with standing.refusal("dns_name: expected no other tenant's name"):
        standing.up(standing.name(load_balancer_arn=None, dns_name=leads.format(standing.zone_name)))


@pytest.mark.parametrize(
    ("kind", "value", "more", "adopt"),
    [
        ("A", "192.0.2.1", {}, False),
        ("NS", "ns1.example.net.", {}, True),
        ("A", "192.0.2.1", {"SetIdentifier": "blue", "Weight": 1}, True),
    ],
    ids=["records that nobody claims", "a delegation, adopted", "one of weighted answers, adopted"],
)
def test_records_that_are_there_already(platform: Platform, kind: str, value: str, more: Props, adopt: bool) -> None:
    platform.record("customer1", kind, value, **more)

    with platform.refusal(f"has records without an ownership record: {kind}"):
        platform.up(platform.victims_name(adopt=adopt))


@pytest.mark.parametrize(
    "text",
    [
        Claim("customer2", "prod", ATTACKER, OTHER["owner"], "link-subdomain", "0" * 16)
        .text()
        .replace("v=tl1", "v=tl9"),
        "v=tl1 tenant=customer1",
        "v=tl1 released=1 tenant=customer1 until=2000-01-01",
        "",
    ],
    ids=["of another version", "cut off", "released at no time", "empty"],
)
def test_an_ownership_record_that_nobody_can_read(platform: Platform, text: str) -> None:
    """It may well be somebody's."""
    platform.ownership(text)

    with platform.refusal("has an ownership record that this version cannot read"):
        platform.up(platform.victims_name(adopt=True))


# Names that were lost, or let go of.


def test_a_deleted_tenants_name_in_quarantine(linked: Platform) -> None:
    """Also where the registry gives the subdomain away."""
    state = linked.up(linked.victims_name())
    linked.destroy(state)
    linked.gives_the_name_away()

    with linked.refusal("was let go of by tenant 'customer1' and stays closed to others until"):
        linked.up(linked.name())


@pytest.fixture
def lost(platform: Platform) -> tuple[Platform, tuple[str, Props]]:
    """A zone in which customer2 got the name that the victim's state still speaks of."""
    platform.registry["platform"]["links"]["quarantine_days"] = 0
    platform.bounded()
    state = platform.up(platform.victims_name())
    platform.destroy(state)
    platform.gives_the_name_away()
    platform.up(platform.name())
    return platform, state


def test_an_old_state_changes_nothing_of_a_name_that_another_has(lost: tuple[Platform, tuple[str, Props]]) -> None:
    platform, (id_, state) = lost

    with platform.refusal("belongs to tenant 'customer2'"):
        platform.subdomains.update(id_, state, {**state, "dns_name": "edge.example.net", "load_balancer_arn": None})


def test_an_old_state_takes_nothing_away(
    lost: tuple[Platform, tuple[str, Props]], capsys: pytest.CaptureFixture[str]
) -> None:
    platform, state = lost

    with platform.untouched():
        platform.destroy(state)

    assert "belongs to tenant 'customer2'" in capsys.readouterr().err


def test_an_old_state_is_told_that_its_name_is_gone(lost: tuple[Platform, tuple[str, Props]]) -> None:
    platform, state = lost

    with platform.untouched():
        assert ("", {}) == platform.refresh(state)


@pytest.mark.parametrize("operation", ["update", "delete", "read"])
def test_a_forged_state_with_the_victims_nonce(
    linked: Platform, operation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The nonce stands in public DNS; it is not enough."""
    _, victims = linked.up(linked.victims_name())
    id_, own = linked.up(linked.name())
    forged = {**own, "fqdn": victims["fqdn"], "nonce": victims["nonce"]}

    if operation == "update":
        with linked.refusal("expected a state of customer2."):
            linked.subdomains.update(id_, forged, {**forged, "ttl": 60.0})
        return
    with linked.untouched():
        found = getattr(linked, {"delete": "destroy", "read": "refresh"}[operation])((id_, forged))
    assert found == ("", {}) if operation == "read" else "it stays" in capsys.readouterr().err


@pytest.mark.parametrize("label", ["customer3", "www", "*", "_acme-challenge.customer1"])
def test_a_forged_state_with_a_name_that_is_still_free(linked: Platform, label: str) -> None:
    """What a pair may have, its inputs and the registry say, not its state."""
    id_, own = linked.up(linked.name())
    fqdn = f"{label}.{linked.zone_name}"

    with linked.refusal(fqdn):
        linked.again((id_, {**own, "fqdn": fqdn}), linked.name())


# Roles and grants.


@attempts(
    {
        "in other case": ({"grant": "Artifacts"}, "grant: expected 1 to 40 lower-case letters"),
        "with a path": ({"grant": "../customer1/artifacts"}, "grant: expected 1 to 40 lower-case letters"),
        "with its external id": (
            {"external_id": links.external_id("customer1", "prod")},
            "external_id: expected what the registry issued",
        ),
        "in its name": ({"tenant": "customer1"}, "external_id: expected what the registry issued"),
        "for its roles": (
            {"principals": [f"arn:aws:iam::{ACCOUNT}:role/*"]},
            "principals: expected roles of the tenant's account 222222222222",
        ),
        "for everybody's roles": ({"principals": ["arn:aws:iam::*:role/*"]}, "principals: expected role ARNs such as"),
        "for anybody": ({"principals": ["*"]}, "principals: expected role ARNs such as"),
        "for another account": ({"tenant_account": ACCOUNT}, "tenant_account: expected '222222222222'"),
        "for another organization": ({"organization": "o-zzzzzzzzzz"}, "organization: expected 'o-a1b2c3d4e5'"),
        "in another boundary": (
            {"permissions_boundary": f"{BOUNDARY}-wide"},
            f"expected '{BOUNDARY}', as the registry says",
        ),
        "in another account": ({"master_account": ATTACKER}, f"master_account: expected '{MASTER}'"),
        "with its owner's tags": ({"tags": {"tenant-links:tenant": "customer1"}}, "none of aws: and tenant-links:"),
        "with them in other case": ({"tags": {"Tenant-Links:tenant": "customer1"}}, "none of aws: and tenant-links:"),
        "to a high-security tenant": (
            {"tenant": "vault", "external_id": links.external_id("vault", "prod"), "resources": [f"{SHARED}/vault/*"]},
            "plan vault does not allow",
        ),
        "to a tenant that there is not": ({"tenant": "customer9"}, "expected a registered pair"),
    }
)
def test_a_role_that_is_not_the_pairs(standing: Platform, changes: Props, reason: str) -> None:
    with standing.refusal(reason):
        standing.up(standing.role(**changes))


@attempts(
    {
        "what is another tenant's": (
            {"resources": [f"{SHARED}/customer1/*"]},
            "plan standard does not allow s3:GetObject",
        ),
        "what a wildcard makes another's": ({"resources": [f"{SHARED}/customer*"]}, "plan standard does not allow"),
        "what the plan names too widely": (
            {"actions": ["s3:GetObjectTagging"], "resources": [f"{SHARED}/customer1/*"]},
            "which is set aside for customer1-prod",
        ),
        "more than the plan": ({"actions": ["s3:PutObject"]}, "plan standard does not allow s3:PutObject"),
        "another tenant's account": (
            {"actions": ["ssm:GetParameter"], "resources": [f"arn:aws:ssm:*:{ACCOUNT}:parameter/app"]},
            "which is set aside for customer1-prod",
        ),
        "global config": (
            {"actions": ["ssm:GetParameter"], "resources": [f"arn:aws:ssm:*:{MASTER}:parameter/global/db"]},
            "it reaches global config",
        ),
        "global config by a wildcard": (
            {"actions": ["ssm:GetParameter"], "resources": [f"arn:aws:ssm:*:{MASTER}:parameter/glo*"]},
            "it reaches global config",
        ),
        "what the caller's tags say": (
            {"resources": [f"{SHARED}/${{aws:PrincipalTag/tenant}}/*"]},
            "resources: expected",
        ),
        "everything": ({"resources": ["*"]}, "resources: expected"),
        "all actions": ({"actions": ["*"]}, "actions: expected"),
        "becoming somebody": ({"actions": ["sts:AssumeRole"]}, "actions: no grant gives actions of sts"),
        "passing roles": ({"actions": ["iam:PassRole"]}, "actions: no grant gives actions of iam"),
    }
)
def test_a_role_that_reaches_too_far(standing: Platform, changes: Props, reason: str) -> None:
    """Before anything happens, with what shows it."""
    with standing.untouched():
        told = standing.told(standing.role(**changes))

    assert any(reason in each for each in told)


@attempts(
    {
        "an alias, which can be moved": (
            {"resources": [f"arn:aws:kms:eu-central-1:{MASTER}:alias/shared"]},
            "resources: expected one key's ARN",
        ),
        "all keys": (
            {"resources": [f"arn:aws:kms:eu-central-1:{MASTER}:key/*"]},
            "resources: expected at least 3 characters before",
        ),
        "passing it on": ({"actions": ["kms:CreateGrant"]}, "actions: expected of kms:Decrypt"),
        "another's context": (
            {"encryption_context": {"tenant": "customer1"}},
            "expected it to name the tenant 'customer2'",
        ),
        "no context of a tenant": ({"encryption_context": {"app": "x"}}, "expected it to name the tenant 'customer2'"),
        "another's context in capitals": (
            {"encryption_context": {"Tenant": "customer2"}},
            "expected it to name the tenant 'customer2'",
        ),
    }
)
def test_a_grant_on_a_key_that_reaches_too_far(standing: Platform, changes: Props, reason: str) -> None:
    with standing.untouched():
        told = standing.told(standing.on_key(**changes))

    assert any(reason in each for each in told)


@pytest.mark.parametrize("adopt", [False, True])
@attempts(
    {
        "another stack of the same tenant": (
            {"owner": "organization/shop/customer1-prod"},
            "belongs to tenant 'customer1'",
        ),
        "another resource of the same stack": ({"resource": "second"}, "belongs to tenant 'customer1'"),
        "another tenant's stack": ({"owner": OTHER["owner"]}, "belongs to tenant 'customer1' (prod)"),
    }
)
def test_a_role_that_somebody_has(standing: Platform, changes: Props, reason: str, adopt: bool) -> None:
    with standing.refusal(reason):
        standing.up(standing.victims_role(**changes, adopt=adopt))


def test_a_grant_on_a_key_that_another_stack_has(standing: Platform) -> None:
    with standing.refusal("of another resource; choose another grant name"):
        standing.up({**standing.victims_on_key(), "owner": "organization/shop/customer1-prod"})


CLAIMED = Claim("customer2", "prod", ATTACKER, OTHER["owner"], "link-grant", "0" * 16).tags()
VICTIMS = Claim("customer1", "prod", ACCOUNT, VICTIM["owner"], "link-grant", "0" * 16).tags()


@pytest.mark.parametrize(
    ("path", "tags", "adopt", "reason"),
    [
        ("/tenant-links/customer1/", [], False, "has no owner tags"),
        ("/tenant-links/customer1/", CLAIMED, True, "belongs to tenant 'customer2'"),
        ("/tenant-links/customer1/", CLAIMED[:3], True, "has owner tags that this version cannot read"),
        ("/", [], True, "has no owner tags"),
        ("/tenant-links/customer2/", [], True, "has no owner tags"),
    ],
    ids=[
        "nobody's",
        "another's, adopted",
        "half another's, adopted",
        "elsewhere, adopted",
        "in another's path, adopted",
    ],
)
def test_a_role_that_was_planted(
    platform: Platform, path: str, tags: list[dict[str, str]], adopt: bool, reason: str
) -> None:
    """Its trust lets the attacker in; it does not become the victim's."""
    platform.planted(documents.role_name("customer1", "prod", platform.grant), path, tags)

    with platform.refusal(reason):
        platform.up(platform.victims_role(adopt=adopt))


def test_a_role_that_was_planted_with_the_victims_tags(platform: Platform) -> None:
    """It can't be told from what a killed run left: all that the attacker gave it is taken away."""
    name = documents.role_name("customer1", "prod", platform.grant)
    platform.planted(name, "/tenant-links/customer1/", VICTIMS)
    platform.cloud.client("iam").put_role_policy(RoleName=name, PolicyName="more", PolicyDocument=json.dumps(WIDE))

    platform.up(platform.victims_role())

    role = platform.cloud.role(name)
    assert [{"AWS": f"arn:aws:iam::{ACCOUNT}:root"}] == [
        statement["Principal"] for statement in role["AssumeRolePolicyDocument"]["Statement"]
    ]
    assert ["grant"] == list(role["Inline"])
    assert BOUNDARY == role["PermissionsBoundary"]["PermissionsBoundaryArn"]


@pytest.mark.parametrize("path", ["/", "/tenant-links/customer2/"])
def test_a_role_that_was_planted_elsewhere_with_the_victims_tags(platform: Platform, path: str) -> None:
    """Who may change the roles of that path would have the victim's grant, and its ARN is not the previewed one."""
    name = documents.role_name("customer1", "prod", platform.grant)
    platform.planted(name, path, VICTIMS)

    with platform.refusal(name):
        platform.up(platform.victims_role())


def test_a_role_that_was_planted_in_other_case(platform: Platform) -> None:
    """IAM's names differ by more than case, and it finds them by their exact case alone."""
    platform.planted(documents.role_name("customer1", "prod", platform.grant).upper(), "/tenant-links/customer1/", [])

    with platform.refusal("its name differs in case"):
        platform.up(platform.victims_role(adopt=True))


def test_role_names_that_are_cut_are_not_the_same() -> None:
    """Where tenant, environment and grant run into each other, or the end is cut off."""
    long = "x" * 40
    names = [
        documents.role_name(*parts)
        for parts in (
            ("customer1", "prod", "a"),
            ("customer1-prod", "a", "a"),
            ("customer1", "prod-a", "a"),
            (long, long, "a"),
            (long, long, "b"),
            (long, f"{long}y", "a"),
        )
    ]

    assert len(names) == len({name.lower() for name in names})
    assert max(map(len, names)) <= 64


@pytest.mark.parametrize("operation", ["update", "delete", "read"])
def test_an_old_state_of_a_role_that_another_stack_has(
    linked: Platform, operation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    state = linked.up(linked.victims_role())
    linked.destroy(state)
    linked.up(linked.victims_role(owner="organization/shop/customer1-prod"))

    if operation == "update":
        with linked.refusal("not to this resource any more"):
            linked.again(state, linked.victims_role(tags={"stage": "second"}))
        return
    with linked.untouched():
        found = getattr(linked, {"delete": "destroy", "read": "refresh"}[operation])(state)
    assert found == ("", {}) if operation == "read" else "it stays" in capsys.readouterr().err


def test_a_forged_state_takes_no_role_away(linked: Platform, capsys: pytest.CaptureFixture[str]) -> None:
    _, victims = linked.up(linked.victims_role())
    id_, own = linked.up(linked.role())

    with linked.untouched():
        linked.destroy((id_, {**own, "role_name": victims["role_name"], "nonce": victims["nonce"]}))

    assert "it stays" in capsys.readouterr().err


def test_a_forged_state_takes_no_grant_away(linked: Platform) -> None:
    """Whose a grant is, its name on the key says."""
    _, victims = linked.up(linked.victims_on_key())
    id_, own = linked.up(linked.on_key())

    with linked.untouched():
        linked.destroy((id_, {**own, "grant_id": victims["grant_id"], "nonce": "0" * 16}))


# Races.


def _raced(platform: Platform, inputs: list[Props]) -> list[str]:
    """What came of all at once: "" of who won, the error of who did not."""
    start = threading.Barrier(len(inputs))
    came: list[str] = []

    def up(each: Props) -> None:
        start.wait()
        try:
            platform.up(each)
            came.append("")
        except LinkError as error:
            came.append(str(error))

    threads = [threading.Thread(target=up, args=(each,)) for each in inputs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(came)


def _meanwhile(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, module: ModuleType, inputs: Props
) -> list[tuple[str, Props]]:
    """Do this right after the next look at AWS, before what follows from it; holds the state of it then."""
    real: Callable[..., object] = module.find
    states: list[tuple[str, Props]] = []

    def find(*given: object) -> object:
        seen = real(*given)
        monkeypatch.setattr(module, "find", real)
        states.append(platform.up(inputs))
        return seen

    monkeypatch.setattr(module, "find", find)
    return states


STACKS = [f"organization/project{number}/customer1-prod" for number in range(6)]


@pytest.mark.parametrize("adopt", [False, True], ids=["create", "adopt"])
def test_racing_for_a_name(platform: Platform, adopt: bool) -> None:
    """One has it, whole, and all others are told who."""
    if adopt:
        platform.record("customer1", "A", "192.0.2.1")

    won, *lost = _raced(platform, [platform.victims_name(owner=stack, adopt=adopt) for stack in STACKS])

    records = platform.cloud.records(platform.zone)
    claim = Claim.of_text(records[f"_tenant-links.{platform.fqdn}.", "TXT"]["ResourceRecords"][0]["Value"].strip('"'))
    assert "" == won
    assert claim is not None
    assert claim.owner in STACKS
    assert len(STACKS) - 1 == len([told for told in lost if f"of stack {claim.owner}" in told])
    assert dns_name(ALB) + "." == records[f"{platform.fqdn}.", "A"]["AliasTarget"]["DNSName"]


def test_racing_for_a_role(platform: Platform) -> None:
    won, *lost = _raced(platform, [platform.victims_role(owner=stack) for stack in STACKS])

    role = platform.cloud.role(documents.role_name("customer1", "prod", platform.grant))
    claim = Claim.of_tags({tag["Key"]: tag["Value"] for tag in role["Tags"]})
    assert "" == won
    assert claim is not None
    assert len(STACKS) - 1 == len([told for told in lost if f"of stack {claim.owner}" in told])
    assert ["grant"] == list(role["Inline"])


def test_racing_to_adopt_a_role(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """IAM has no conditional writes: the later one has it, the earlier one learns of it at its next `up` or refresh."""
    platform.planted(documents.role_name("customer1", "prod", platform.grant), "/tenant-links/customer1/", [])
    earlier, later = (platform.victims_role(owner=stack, adopt=True) for stack in STACKS[:2])
    states = _meanwhile(platform, monkeypatch, roles, earlier)

    platform.up(later)

    with platform.refusal(f"of stack {STACKS[1]}, not to this resource any more"):
        platform.again(states[0], earlier)
    with platform.untouched():
        assert ("", {}) == platform.refresh(states[0])


def test_racing_for_a_grant_on_a_key(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two stacks of the pair one has it; else each one's next `up` is refused because of the other."""
    earlier, later = ({**platform.victims_on_key(), "owner": stack} for stack in STACKS[:2])
    _meanwhile(platform, monkeypatch, keys, earlier)

    with pytest.raises(LinkError, match="of another resource"):
        platform.up(later)


# What the providers go by.


@pytest.mark.parametrize("operation", ["diff", "update", "delete", "read"])
def test_a_state_of_a_newer_version(linked: Platform, operation: str) -> None:
    """What it means is not known, so nothing is done by it."""
    id_, state = linked.up(linked.victims_name())
    newer = {**state, "state_version": STATE_VERSION + 1}
    given = {"diff": (id_, newer, state), "update": (id_, newer, state), "delete": (id_, newer), "read": (id_, newer)}

    with linked.refusal("a newer tenant-links wrote it"):
        getattr(linked.subdomains, operation)(*given[operation])


def test_no_registry(standing: Platform) -> None:
    """Without it nobody knows what is whose."""
    provider = links.configured(TenantSubdomainProvider, None, standing.subdomains.accounts)

    with standing.refusal("TENANT_LINKS_REGISTRY"):
        provider.check({}, links.without_nothing(standing.name()))


@pytest.mark.parametrize("text", ["", "[", "version: 2", "tenants: {customer2: {subdomain: customer1}}", "\0"])
def test_a_registry_that_can_not_be_read(standing: Platform, tmp_path: Path, text: str) -> None:
    path = tmp_path / "tenancy.yaml"
    path.write_text(text)
    provider = links.configured(TenantSubdomainProvider, path, standing.subdomains.accounts)

    with standing.refusal("registry: "):
        provider.check({}, links.without_nothing(standing.name()))


def test_a_registry_that_gives_one_label_twice(platform: Platform) -> None:
    """Nobody gets it."""
    platform.registry["tenants"]["customer2"]["subdomain"] = "customer1"
    platform.bounded()

    with platform.refusal("registry: "):
        platform.up(platform.name(label="customer1"))
