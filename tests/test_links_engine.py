"""Both resources through the real engine: what a platform engineer does with a link stack, step by step."""

from __future__ import annotations

import base64
import dataclasses
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.engine import Engine, Run, program
from tests.local_aws import MASTER, LocalAws, load_balancer_arn, zone_id

pytestmark = pytest.mark.engine

ROOT = Path(__file__).resolve().parents[1]
LINKS = ROOT / "examples" / "links"
STACK = "customer1-prod"
ZONE = zone_id("app.example.com")
NAME, OWNERSHIP = ("customer1.app.example.com.", "A"), ("_tenant-links.customer1.app.example.com.", "TXT")
ROLE = "customer1-prod-artifacts-b2eabffe90"
SECRET = "tbV9sQ2mXr7LkD4nWc0HfZ8y"
# Hand-made folders and modules that a user's program may well have; each would break the run if it were taken for ours.
DECOYS = {
    f"{folder}{module}.py": "raise ImportError('a module of the user was taken for one of tenant_links')"
    for folder in ("", "providers/")
    for module in ("subdomain", "grant", "records", "lifecycle", "claim", "roles")
}


@dataclasses.dataclass(frozen=True)
class Platform:
    """An empty backend, and a cloud with the master zone and customer1's load balancers."""

    engine: Engine
    aws: LocalAws

    def run(self, command: str, project: Path = LINKS, stack: str = STACK, **more: Any) -> Run:
        made: Run = getattr(self.engine, command)(project, stack, env=self.aws.environment(), **more)
        return made

    def up(self, project: Path = LINKS, stack: str = STACK, **more: Any) -> Run:
        run = self.run("up", project, stack, skip_preview=True, **more)
        assert run.exit_code == 0, run.errors
        return run

    def text(self) -> str:
        """The ownership record's text."""
        return str(self.aws.records(ZONE)[OWNERSHIP]["ResourceRecords"][0]["Value"])

    def stored(self) -> str:
        """All that the backend holds, as one text."""
        files = (path for path in self.engine.folder.rglob("*") if path.is_file())
        return "\n".join(path.read_bytes().decode(errors="replace") for path in files)


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws.start() as aws:
        yield aws


@pytest.fixture
def platform(engine: Engine, aws: LocalAws) -> Platform:
    aws.reset()
    aws.zone(MASTER, "app.example.com")
    aws.load_balancer("111111111111", "customer1")
    aws.load_balancer("111111111111", "second", dualstack=True)
    return Platform(engine, aws)


def done(run: Run) -> Mapping[str, str]:
    """The last step of each of our resources."""
    return {step.name: step.op for step in run.steps if step.name in ("subdomain", "artifacts")}


def test_link_stack_lives_and_leaves_nothing(platform: Platform) -> None:
    """Link, look again, move to another load balancer, widen the grant, unlink."""
    aws = platform.aws

    preview = platform.run("preview")
    assert {} == aws.records(ZONE)
    assert "customer1.app.example.com" == preview.step("subdomain").inputs["fqdn"]
    assert f"arn:aws:iam::{MASTER}:role/tenant-links/customer1/{ROLE}" == preview.step("artifacts").inputs["role_arn"]

    assert {"subdomain": "create", "artifacts": "create"} == done(platform.up())
    assert {NAME, OWNERSHIP} == set(aws.records(ZONE))
    assert [ROLE] == aws.roles()
    assert [] == aws.roles("111111111111")
    outputs = platform.engine.outputs(LINKS, STACK)
    assert "customer1.app.example.com" == outputs["fqdn"]
    assert f"arn:aws:iam::{MASTER}:role/tenant-links/customer1/{ROLE}" == outputs["artifactsRole"]

    assert {"subdomain": "same", "artifacts": "same"} == done(platform.up())

    moved = {
        "links:loadBalancerArn": load_balancer_arn("111111111111", "second"),
        "links:organization": "o-ffffffffff",
    }
    assert {"subdomain": "update", "artifacts": "update"} == done(platform.up(config=moved))
    assert {NAME, (NAME[0], "AAAA"), OWNERSHIP} == set(aws.records(ZONE))
    trust = aws.client("iam").get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"]
    assert "o-ffffffffff" in json.dumps(trust)

    destroyed = platform.run("destroy")
    assert (0, {"subdomain": "delete", "artifacts": "delete"}) == (destroyed.exit_code, done(destroyed))
    assert ({}, []) == (aws.records(ZONE), aws.roles())


def test_refresh_tells_drift_and_up_repairs_it(platform: Platform) -> None:
    """What someone edited in the console is seen at refresh and mended at the next up."""
    platform.up()
    before = platform.aws.records(ZONE)
    hand = {"Name": NAME[0], "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    platform.aws.change(ZONE, ("DELETE", before[NAME]), ("CREATE", hand))
    platform.aws.client("iam").delete_role_policy(RoleName=ROLE, PolicyName="grant")

    refreshed = platform.run("refresh")

    assert ["A points to 192.0.2.1, not customer1-1.eu-central-1.elb.amazonaws.com"] == (
        refreshed.step("subdomain").outputs["drift"]
    )
    assert ["the grant's policy was removed"] == refreshed.step("artifacts").outputs["drift"]
    assert {"subdomain": "update", "artifacts": "update"} == done(platform.up())
    assert before[NAME] == platform.aws.records(ZONE)[NAME]
    assert {"subdomain": "same", "artifacts": "same"} == done(platform.up())


def test_refresh_forgets_what_is_gone_and_up_makes_it_again(platform: Platform) -> None:
    """Deleted by hand, made anew."""
    platform.up()
    platform.aws.change(ZONE, *(("DELETE", record) for record in platform.aws.records(ZONE).values()))
    iam = platform.aws.client("iam")
    iam.delete_role_policy(RoleName=ROLE, PolicyName="grant")
    iam.delete_role(RoleName=ROLE)

    platform.run("refresh")

    assert {"subdomain", "artifacts"}.isdisjoint(platform.engine.resources(LINKS, STACK))
    assert {"subdomain": "create", "artifacts": "create"} == done(platform.up())


def test_another_label_replaces_without_a_gap(platform: Platform) -> None:
    """The new name stands before the old one goes."""
    platform.up()

    run = platform.up(config={"links:label": "renamed"})

    ops = [step.op for step in run.steps if step.name == "subdomain"]
    assert ["create-replacement", "replace", "delete-replaced"] == ops
    assert {"renamed.app.example.com.", "_tenant-links.renamed.app.example.com."} == {
        name for name, _ in platform.aws.records(ZONE)
    }


def test_a_name_moves_between_tenants_by_letting_go_first(platform: Platform) -> None:
    """The same name can't stand twice."""
    platform.up()

    run = platform.up(config={"links:tenant": "customer3"})

    ops = [step.op for step in run.steps if step.name == "subdomain"]
    assert ["delete-replaced", "replace", "create-replacement"] == ops
    assert "tenant=customer3" in platform.text()


def test_a_forced_replacement_does_not_delete_what_it_made(platform: Platform) -> None:
    """The old incarnation meets a nonce that it does not know, and says so."""
    platform.up()
    before = platform.text()

    run = platform.up(flags=["--replace", "**subdomain", "--replace", "**artifacts"])

    assert {NAME, OWNERSHIP} == set(platform.aws.records(ZONE))
    assert [ROLE] == platform.aws.roles()
    assert before != platform.text()
    said = "\n".join(message.message for message in run.messages)
    assert 2 == said.count("it was not made by this resource, so it stays")
    assert {"subdomain": "same", "artifacts": "same"} == done(platform.up())


def test_lost_state_is_healed_by_the_next_up(platform: Platform) -> None:
    """A run that was killed before it wrote the state left records and role behind: they are its own."""
    platform.up()
    shutil.rmtree(platform.engine.folder)
    again = dataclasses.replace(platform, engine=Engine(platform.engine.folder, {}))

    assert {"subdomain": "create", "artifacts": "create"} == done(again.up())
    assert {NAME, OWNERSHIP} == set(again.aws.records(ZONE))
    again.run("destroy")
    assert ({}, []) == (again.aws.records(ZONE), again.aws.roles())


def test_another_stack_is_refused_and_destroys_nothing(platform: Platform) -> None:
    """Another stack of the same tenant gets neither the name nor the role, and its end takes neither away."""
    platform.up()
    before = platform.text()
    copy = shutil.copytree(LINKS, platform.engine.folder / "copy")
    (copy / "Pulumi.yaml").write_text((LINKS / "Pulumi.yaml").read_text().replace("../..", str(ROOT)))
    (copy / "Pulumi.other.yaml").write_text((LINKS / f"Pulumi.{STACK}.yaml").read_text())

    refused = platform.run("up", copy, "other", skip_preview=True)
    platform.run("destroy", copy, "other")

    assert refused.exit_code != 0
    owner = "of stack organization/links/customer1-prod; choose another"
    resource = "tenant 'customer1' (prod): resource '{}' " + owner
    assert f"customer1.app.example.com belongs to {resource.format('subdomain')} label" in refused.errors
    assert f"the role {ROLE} belongs to {resource.format('artifacts')} grant name" in refused.errors
    assert "Traceback" not in refused.stdout + refused.errors
    assert (before, [ROLE]) == (platform.text(), platform.aws.roles())


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"links:label": "www"}, "'www' is reserved for the platform"),
        ({"links:externalId": "too-short-secret"}, "external_id: expected 22 to 1,224 unguessable"),
    ],
)
def test_a_bad_input_fails_the_preview(platform: Platform, given: dict[str, str], reason: str) -> None:
    """Before anything happens, in one line."""
    preview = platform.run("preview", config=given)

    assert preview.exit_code != 0
    assert reason in preview.errors
    assert "too-short-secret" not in preview.errors + preview.stdout


def test_state_holds_a_reference_and_no_secret(platform: Platform, tmp_path: Path) -> None:
    """The provider is its import path; credentials and the external id are nowhere in plain text."""
    source = f"""
        import pulumi
        from tenant_links import CrossAccountGrant

        grant = CrossAccountGrant(
            "artifacts", tenant="customer1", environment="prod", tenant_account="111111111111",
            actions=["s3:GetObject"], resources=["arn:aws:s3:::acme-artifacts/customer1/*"],
            external_id="-".join(["{SECRET[:12]}", "{SECRET[12:]}"]),
        )
        pulumi.export("id", grant.external_id)
    """
    project = program(tmp_path, source, stacks={"dev": {}})
    platform.up(project, "dev")
    platform.run("refresh", project, "dev")
    run = platform.up(project, "dev", config={"program:unused": "1"})

    secret = f"{SECRET[:12]}-{SECRET[12:]}"
    provider = platform.engine.resources(project, "dev")["artifacts"]["inputs"]["__provider"]
    said = platform.stored() + run.stdout + "".join(message.message for message in run.messages)
    assert secret == platform.engine.outputs(project, "dev")["id"]
    assert b"tenant_links.grant" in base64.b64decode(provider)
    assert len(provider) < 120
    assert not [word for word in (secret, platform.aws.environment()["AWS_SECRET_ACCESS_KEY"]) if word in said]


def test_unknown_inputs_wait_for_up(platform: Platform, tmp_path: Path) -> None:
    """A preview knows the label and the account of nothing that does not exist yet, and passes."""
    source = f"""
        import pulumi
        from tenant_links import CrossAccountGrant, TenantSubdomain

        link = dict(tenant="customer1", environment="prod", tenant_account="111111111111")
        first = TenantSubdomain(
            "first", **link, zone_id="{ZONE}", label="first", dns_name="edge.example.net"
        )
        second = TenantSubdomain(
            "second", **link, zone_id="{ZONE}", label="second", dns_name=first.fqdn
        )
        CrossAccountGrant(
            "grant", **link, actions=["s3:GetObject"], external_id="{SECRET}",
            resources=[pulumi.Output.concat("arn:aws:s3:::acme-", first.nonce), "arn:aws:s3:::acme-fixed"],
        )
    """
    project = program(tmp_path, source, stacks={"dev": {}})

    assert platform.run("preview", project, "dev").exit_code == 0
    platform.up(project, "dev")

    found = platform.aws.records(ZONE)["second.app.example.com.", "CNAME"]["ResourceRecords"]
    assert [{"Value": "first.app.example.com."}] == found


def test_a_users_own_modules_do_not_shadow_ours(platform: Platform, tmp_path: Path) -> None:
    """A program with a package `providers` and modules named like ours goes through up, refresh and destroy."""
    decoy = "class TenantSubdomainProvider:\n    def delete(self, *_):\n        pass\n"
    files = {**DECOYS, "providers/__init__.py": decoy, "aws.py": decoy, "names.py": decoy}
    source = (LINKS / "__main__.py").read_text() + "\nimport providers\n\nproviders.TenantSubdomainProvider()\n"
    config = (LINKS / f"Pulumi.{STACK}.yaml").read_text()
    project = program(tmp_path, source, name="links", files={**files, f"Pulumi.{STACK}.yaml": config})

    platform.up(project)
    refreshed = platform.run("refresh", project)
    assert (0, [ROLE]) == (refreshed.exit_code, platform.aws.roles())
    destroyed = platform.run("destroy", project)

    assert 0 == destroyed.exit_code
    assert ({}, []) == (platform.aws.records(ZONE), platform.aws.roles())
