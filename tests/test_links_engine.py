"""The link resources through the real engine: what a platform engineer does with a link stack, step by step."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from pulumi import automation

from tenant_safety.tenancy import Registry
from tenant_safety.tenancy.linker import linker_policy
from tests.aws import MASTER, Aws, dns_name, load_balancer_arn, serve, zone_id
from tests.engine import TOOLS, Engine, Run, Secret, program

pytestmark = pytest.mark.engine

ROOT = Path(__file__).resolve().parents[1]
LINKS = ROOT / "examples" / "links"
STACK = "customer1-prod"
TENANT = "111111111111"
ZONE = zone_id("app.example.com")
NAME, OWNERSHIP = ("customer1.app.example.com.", "A"), ("_tenant-links.customer1.app.example.com.", "TXT")
ROLE = "customer1-prod-artifacts-b2eabffe90"
EXTERNAL_ID = "tbV9sQ2mXr7LkD4nWc0HfZ8y"
KEY_ACTIONS = ["kms:Decrypt", "kms:GenerateDataKey"]
BALANCER, SECOND = (load_balancer_arn(TENANT, name) for name in ("customer1", "second"))
# Hand-made folders and modules that a user's program may well have; each would break the run if it were taken for ours.
DECOYS = {
    f"{folder}{module}.py": "raise ImportError('a module of the user was taken for one of tenant_links')"
    for folder in ("", "providers/")
    for module in ("subdomain", "grant", "records", "lifecycle", "claim", "roles")
}
PROGRAM = """
import pulumi
from tenant_links import CrossAccountGrant, TenantSubdomain

pair = {pair}
subdomain = TenantSubdomain("subdomain", **pair, **{subdomain})
artifacts = CrossAccountGrant("artifacts", **pair, **{artifacts})
key = CrossAccountGrant("key", **pair, kind="kms", **{key})
"""
OURS = ("subdomain", "artifacts", "key")
ALL_CREATED = dict.fromkeys(OURS, "create")


@dataclasses.dataclass(frozen=True)
class Platform:
    """An empty backend, a registry, and a cloud with the master zone, a key, and customer1's load balancers."""

    engine: Engine
    aws: Aws
    folder: Path
    """Of the registry, which the program does not see."""
    key: str

    def registry(self, **tenants: Mapping[str, Any]) -> None:
        """Write the registry: the example's, with a grant on the key, and these tenants laid over its own."""
        made = yaml.safe_load((ROOT / "tenancy.yaml").read_text())
        made["plans"]["standard"]["grants"].append({"actions": KEY_ACTIONS, "resources": [self.key]})
        made["tenants"]["customer1"]["environments"]["prod"]["external_id"] = EXTERNAL_ID
        for name, about in tenants.items():
            made["tenants"][name] = {**made["tenants"]["customer2"], **made["tenants"].get(name, {}), **about}
        (self.folder / "tenancy.yaml").write_text(json.dumps(made))
        # The linker may do what `tenant-safety links policy` prints, and no more.
        policy = json.dumps(linker_policy(Registry.model_validate(made)))
        self.aws.client("iam").put_role_policy(RoleName="tenant-linker", PolicyName="own", PolicyDocument=policy)

    def environment(self) -> dict[str, str]:
        return {**self.aws.environment(), "TENANT_LINKS_REGISTRY": str(self.folder / "tenancy.yaml")}

    def program(self, name: str = "links", tenant: str = "customer1", **more: Mapping[str, Any]) -> Path:
        """The project that links the tenant; `more` are arguments of the resources, by their names."""
        key = {"actions": KEY_ACTIONS, "resources": [self.key], **more.get("key", {})}
        resources = [f"arn:aws:s3:::acme-artifacts/{tenant}/*"]
        artifacts = {"actions": ["s3:GetObject"], "resources": resources, **more.get("artifacts", {})}
        subdomain = {"load_balancer_arn": BALANCER, **more.get("subdomain", {})}
        pair = {"tenant": tenant, "environment": "prod"}
        source = PROGRAM.format(pair=pair, subdomain=subdomain, artifacts=artifacts, key=key)
        settings = {
            "tenant-links:roleArn": "arn:aws:iam::999999999999:role/tenant-linker",
            "tenant-links:tenantRoleArn": "arn:aws:iam::{account}:role/tenant-links-reader",
        }
        return program(self.engine.folder, source, name=name, stacks={STACK: settings})

    def run(self, command: str, project: Path, stack: str = STACK, **more: Any) -> Run:
        made: Run = getattr(self.engine, command)(project, stack, env=self.environment(), **more)
        return made

    def up(self, project: Path, stack: str = STACK, **more: Any) -> Run:
        run = self.run("up", project, stack, skip_preview=True, **more)
        assert run.exit_code == 0, run.errors
        return run

    def records(self) -> dict[tuple[str, str], dict[str, Any]]:
        return self.aws.records(ZONE)

    def text(self) -> str:
        """The ownership record's text."""
        return str(self.records()[OWNERSHIP]["ResourceRecords"][0]["Value"])

    def grants(self) -> list[dict[str, Any]]:
        """The grants on the key."""
        found: list[dict[str, Any]] = self.aws.client("kms").list_grants(KeyId=self.key)["Grants"]
        return found

    def stored(self) -> str:
        """All that the backend and the event logs hold, as one text."""
        files = (path for path in self.engine.folder.rglob("*") if path.is_file())
        return "\n".join(path.read_bytes().decode(errors="replace") for path in files)


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with serve() as aws:
        yield aws


@pytest.fixture
def platform(engine: Engine, aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    aws.reset()
    aws.zone(MASTER, "app.example.com")
    for name, dualstack in (("customer1", False), ("second", True)):
        aws.load_balancer(TENANT, name, dualstack=dualstack)
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    made = Platform(engine, aws, tmp_path_factory.mktemp("registry"), key)
    made.registry()
    return made


def done(run: Run) -> Mapping[str, str]:
    """The last step of each of our resources."""
    return {step.name: step.op for step in run.steps if step.name in OURS}


def test_a_link_lives_and_leaves_nothing_but_a_closed_name(platform: Platform) -> None:
    """Link, look again, move to another load balancer, narrow the grants, unlink."""
    aws, project = platform.aws, platform.program()

    preview = platform.run("preview", project)
    assert {} == platform.records()
    assert "customer1.app.example.com" == preview.step("subdomain").inputs["fqdn"]
    assert f"arn:aws:iam::{MASTER}:role/tenant-links/customer1/{ROLE}" == preview.step("artifacts").inputs["role_arn"]
    assert platform.key == preview.step("key").inputs["key_arn"]

    assert ALL_CREATED == done(platform.up(project))
    assert {NAME, OWNERSHIP} == set(platform.records())
    assert [ROLE] == aws.roles()
    (grant,) = platform.grants()
    assert {"tenant": "customer1"} == grant["Constraints"]["EncryptionContextSubset"]

    assert dict.fromkeys(OURS, "same") == done(platform.up(project))

    project = platform.program(
        subdomain={"load_balancer_arn": SECOND},
        artifacts={"resources": ["arn:aws:s3:::acme-artifacts/customer1/builds/*"], "tags": {"cost": "shared"}},
        key={"encryption_context": {"tenant": "customer1", "app": "shop"}},
    )
    assert dict.fromkeys(OURS, "update") == done(platform.up(project))
    assert {NAME, (NAME[0], "AAAA"), OWNERSHIP} == set(platform.records())
    policy = aws.client("iam").get_role_policy(RoleName=ROLE, PolicyName="grant")["PolicyDocument"]
    assert "acme-artifacts/customer1/builds/*" in json.dumps(policy)
    (grant,) = platform.grants()
    assert {"tenant": "customer1", "app": "shop"} == grant["Constraints"]["EncryptionContextSubset"]

    destroyed = platform.run("destroy", project)
    assert (0, dict.fromkeys(OURS, "delete")) == (destroyed.exit_code, done(destroyed))
    assert ({OWNERSHIP}, [], []) == (set(platform.records()), aws.roles(), platform.grants())
    assert "released=1 tenant=customer1" in platform.text()


def test_the_component_is_both_with_the_outputs_that_programs_need(platform: Platform) -> None:
    """examples/links: five lines, and everything else is the registry's."""
    platform.up(LINKS)

    outputs = platform.engine.outputs(LINKS, STACK)
    role = "customer1-prod-link-grant-608f8bf9f4"
    assert {
        "fqdn": "customer1.app.example.com",
        "role": f"arn:aws:iam::{MASTER}:role/tenant-links/customer1/{role}",
        "externalId": EXTERNAL_ID,
    } == outputs
    platform.aws.client("iam", TENANT).create_role(
        RoleName="app", AssumeRolePolicyDocument=json.dumps(_trust("ec2.amazonaws.com"))
    )
    assert outputs["role"].split("/")[-1] in _assumed(platform.aws, outputs["role"], outputs["externalId"])

    destroyed = platform.run("destroy", LINKS)
    assert ["link-subdomain", "link-grant"] == [s.name for s in destroyed.steps if s.name.startswith("link-")]


def test_refresh_tells_drift_and_up_repairs_it(platform: Platform) -> None:
    """What someone edited in the console is seen at refresh and mended at the next up."""
    project = platform.program()
    platform.up(project)
    before = platform.records()
    hand = {"Name": NAME[0], "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    platform.aws.change(ZONE, ("DELETE", before[NAME]), ("CREATE", hand))
    platform.aws.client("iam").delete_role_policy(RoleName=ROLE, PolicyName="grant")

    refreshed = platform.run("refresh", project)

    assert [f"A points to 192.0.2.1, not {dns_name(BALANCER)}"] == refreshed.step("subdomain").outputs["drift"]
    assert ["the grant's policy was removed"] == refreshed.step("artifacts").outputs["drift"]
    assert {"subdomain": "update", "artifacts": "update", "key": "same"} == done(platform.up(project))
    assert before[NAME] == platform.records()[NAME]
    assert dict.fromkeys(OURS, "same") == done(platform.up(project))


def test_refresh_forgets_what_is_gone_and_up_makes_it_again(platform: Platform) -> None:
    """Deleted by hand, made anew."""
    project = platform.program()
    platform.up(project)
    platform.aws.change(ZONE, *(("DELETE", record) for record in platform.records().values()))
    iam = platform.aws.client("iam")
    iam.delete_role_policy(RoleName=ROLE, PolicyName="grant")
    iam.delete_role(RoleName=ROLE)
    platform.aws.client("kms").revoke_grant(KeyId=platform.key, GrantId=platform.grants()[0]["GrantId"])

    platform.run("refresh", project)

    assert set(OURS).isdisjoint(platform.engine.resources(project, STACK))
    assert ALL_CREATED == done(platform.up(project))


def test_another_label_or_grant_replaces_without_a_gap(platform: Platform) -> None:
    """The new name and role stand before the old ones go."""
    platform.up(platform.program())

    run = platform.up(platform.program(subdomain={"label": "customer1-prod"}, artifacts={"grant": "files"}))

    for name in ("subdomain", "artifacts"):
        assert ["create-replacement", "replace", "delete-replaced"] == [s.op for s in run.steps if s.name == name]
    assert ("customer1-prod.app.example.com.", "A") in platform.records()
    assert NAME not in platform.records()
    assert ["customer1-prod-files-a8fafd9d40"] == platform.aws.roles()


def test_a_name_moves_to_another_tenant_once_it_is_let_go_of_and_may_be_given_away(platform: Platform) -> None:
    """The registry gives customer3 the name; it stays closed until the platform says that it may be adopted."""
    platform.up(platform.program())
    platform.registry(
        customer1={"subdomain": "former"},
        customer3={"subdomain": "customer1", "environments": {"prod": _account("111111111113")}},
    )
    platform.aws.onboard("111111111113")
    platform.aws.load_balancer("111111111113", "customer3")
    third = {"load_balancer_arn": load_balancer_arn("111111111113", "customer3")}

    refused = platform.run("up", platform.program(tenant="customer3", subdomain=third), skip_preview=True)
    adopted = platform.up(platform.program(tenant="customer3", subdomain={**third, "adopt": True}))

    assert "was let go of by tenant 'customer1' and stays closed to others until" in refused.errors
    assert "create-replacement" == done(adopted)["subdomain"]
    assert "tenant=customer3" in platform.text()


def test_adoption_takes_what_nobody_claims(platform: Platform) -> None:
    """A name and a role that were made by hand become the stack's own; without `adopt` they are refused."""
    hand = {"Name": NAME[0], "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": "old.example.net"}]}
    platform.aws.change(ZONE, ("CREATE", hand))
    trust = json.dumps(_trust("ec2.amazonaws.com"))
    iam = platform.aws.client("iam")
    iam.create_role(RoleName=ROLE, Path="/tenant-links/customer1/", AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName=ROLE, PolicyName="old", PolicyDocument=json.dumps(_allow("s3:*")))

    refused = platform.run("up", platform.program(), skip_preview=True)
    adopt = {"adopt": True}
    platform.up(platform.program(subdomain=adopt, artifacts=adopt))

    assert "customer1.app.example.com has records without an ownership record: CNAME" in refused.errors
    assert f"the role {ROLE} has no owner tags" in refused.errors
    assert {NAME, OWNERSHIP} == set(platform.records())
    role = iam.get_role(RoleName=ROLE)["Role"]
    assert "ec2.amazonaws.com" not in json.dumps(role["AssumeRolePolicyDocument"])
    assert ["grant"] == iam.list_role_policies(RoleName=ROLE)["PolicyNames"]
    assert dict.fromkeys(OURS, "same") == done(platform.up(platform.program(subdomain=adopt, artifacts=adopt)))


def test_a_forced_replacement_does_not_delete_what_it_made(platform: Platform) -> None:
    """The old incarnation meets a nonce that it does not know, and says so; a KMS grant has its own id."""
    project = platform.program()
    platform.up(project)
    before = platform.text()

    run = platform.up(project, flags=[flag for name in OURS for flag in ("--replace", f"**{name}")])

    assert {NAME, OWNERSHIP} == set(platform.records())
    assert ([ROLE], 1) == (platform.aws.roles(), len(platform.grants()))
    assert before != platform.text()
    said = "\n".join(message.message for message in run.messages)
    assert 2 == said.count("it was not made by this resource, so it stays")
    assert dict.fromkeys(OURS, "same") == done(platform.up(project))


def test_lost_state_is_healed_by_the_next_up(platform: Platform) -> None:
    """A run that was killed before it wrote the state left all three behind: they are its own."""
    project = platform.program()
    platform.up(project)
    kept = shutil.copytree(project, platform.folder / "kept")
    shutil.rmtree(platform.engine.folder)
    again = dataclasses.replace(platform, engine=Engine(platform.engine.folder, {}))
    shutil.copytree(kept, project)

    assert ALL_CREATED == done(again.up(project))
    assert {NAME, OWNERSHIP} == set(again.records())
    assert ([ROLE], 1) == (again.aws.roles(), len(again.grants()))
    again.run("destroy", project)
    assert ({OWNERSHIP}, [], []) == (set(again.records()), again.aws.roles(), again.grants())


def test_another_stack_is_refused_and_destroys_nothing(platform: Platform) -> None:
    """Another stack of the same tenant gets neither name, role nor key, and its end takes none of them away."""
    platform.up(platform.program())
    before, grants = platform.text(), platform.grants()
    other = platform.program("other")

    refused = platform.run("up", other, skip_preview=True)
    platform.run("destroy", other)

    assert refused.exit_code != 0
    owner = "of stack organization/links/customer1-prod; choose another"
    resource = "tenant 'customer1' (prod): resource '{}' " + owner
    assert f"customer1.app.example.com belongs to {resource.format('subdomain')} label" in refused.errors
    assert f"the role {ROLE} belongs to {resource.format('artifacts')} grant name" in refused.errors
    assert "of another resource; choose another grant name" in refused.errors
    assert "Traceback" not in refused.stdout + refused.errors
    assert (before, [ROLE], grants) == (platform.text(), platform.aws.roles(), platform.grants())


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"subdomain": {"label": "www"}}, "'www' is reserved for the platform"),
        ({"subdomain": {"label": "customer2"}}, "expected one of customer1-prod: customer1, customer1-prod"),
        (
            {"subdomain": {"load_balancer_arn": load_balancer_arn("222222222222", "customer2")}},
            "expected a load balancer in the tenant's account 111111111111",
        ),
        (
            {"artifacts": {"resources": ["arn:aws:s3:::acme-pulumi-state/*"]}},
            "it reaches global config arn:aws:s3:::acme-pulumi-state*",
        ),
        (
            {"artifacts": {"resources": ["arn:aws:s3:::acme-artifacts/customer2/*"]}},
            "which is set aside for customer2-prod",
        ),
        ({"artifacts": {"external_id": "another-secret-of-22-characters"}}, "expected what the registry issued"),
        ({"key": {"encryption_context": {"tenant": "customer2"}}}, "expected it to name the tenant 'customer1'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_input_fails_the_preview(platform: Platform, given: dict[str, Any], reason: str) -> None:
    """Before anything happens, in one line, and without a secret."""
    preview = platform.run("preview", platform.program(**given))

    assert preview.exit_code != 0
    assert reason in preview.errors
    assert "Traceback" not in preview.errors + preview.stdout
    assert "another-secret" not in preview.errors + preview.stdout


def test_without_a_registry_nothing_is_linked(platform: Platform) -> None:
    """What bounds a link has to be there."""
    (platform.folder / "tenancy.yaml").unlink()

    preview = platform.run("preview", platform.program())

    assert preview.exit_code != 0
    assert "expected a readable registry file" in preview.errors


def test_state_holds_a_reference_and_no_secret(platform: Platform) -> None:
    """Providers are their import paths; credentials and the external id are nowhere in plain text, whatever happens."""
    project = platform.program()
    runs = [platform.up(project), platform.run("refresh", project)]
    runs.append(platform.up(platform.program(artifacts={"tags": {"cost": "shared"}})))
    platform.aws.faults.error("iam", count=40)
    runs.append(platform.run("up", platform.program(artifacts={"tags": {"cost": "own"}}), skip_preview=True))
    platform.aws.faults.clear()

    provider = platform.engine.resources(project, STACK)["artifacts"]["inputs"]["__provider"]
    said = "".join(run.stdout + run.stderr + run.errors for run in runs) + platform.stored()
    assert [0, 0, 0, 1] == [run.exit_code for run in runs]
    assert b"tenant_links.grant" in base64.b64decode(provider)
    assert len(provider) < 120
    secrets = (EXTERNAL_ID, platform.environment()["AWS_SECRET_ACCESS_KEY"])
    assert not [word for word in secrets if word in said]


def test_credentials_of_a_login_are_used_and_kept_nowhere(platform: Platform) -> None:
    """ESC's `aws:login` as secret config; the environment has none that work."""
    environment = platform.aws.environment()
    login = {
        "accessKeyId": environment["AWS_ACCESS_KEY_ID"],
        "secretAccessKey": environment["AWS_SECRET_ACCESS_KEY"],
    }
    project, config = platform.program(), {"tenant-links:login": Secret(json.dumps(login))}
    others = {**platform.environment(), "AWS_ACCESS_KEY_ID": "AKIANOBODY", "AWS_SECRET_ACCESS_KEY": "nothing"}

    refused = platform.engine.up(project, STACK, env=others, skip_preview=True)
    run = platform.engine.up(project, STACK, env=others, skip_preview=True, config=config)
    broken = {"tenant-links:login": Secret(json.dumps({"secretAccessKey": login["secretAccessKey"]}))}
    wrong = platform.engine.up(project, STACK, env=others, skip_preview=True, config=broken)

    assert "The security token included in the request is invalid" in refused.errors
    assert ALL_CREATED == done(run)
    assert "tenant-links:login: expected an object with the texts accessKeyId" in wrong.errors
    said = "".join(each.stdout + each.stderr + each.errors for each in (refused, run, wrong)) + platform.stored()
    assert login["secretAccessKey"] not in said


def test_a_state_of_version_1_goes_on(platform: Platform) -> None:
    """What the first version made is mended in place: nothing is replaced, nothing doubled, and it can be destroyed."""
    old = json.loads((ROOT / "tests" / "states" / "links-v1.json").read_text())
    made, iam = old["role"], platform.aws.client("iam")
    platform.aws.change(ZONE, *(("CREATE", record) for record in old["records"]))
    iam.create_role(
        RoleName=made["RoleName"],
        Path=made["Path"],
        AssumeRolePolicyDocument=json.dumps(made["Trust"]),
        Tags=made["Tags"],
    )
    iam.put_role_policy(RoleName=made["RoleName"], PolicyName="grant", PolicyDocument=json.dumps(made["Policy"]))
    project = platform.program()
    platform.engine.load(project, STACK, old["state"])

    refreshed = platform.run("refresh", project)
    first = platform.up(project)

    assert 0 == refreshed.exit_code
    assert {"subdomain": "update", "artifacts": "update", "key": "create"} == done(first)
    assert old["records"][0] == platform.records()[NAME]
    assert "nonce=9791bb2592ead822" in platform.text()
    boundary = iam.get_role(RoleName=ROLE)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
    assert boundary.endswith("policy/tenant-links-boundary")
    assert dict.fromkeys(OURS, "same") == done(platform.up(project))
    assert {2} == {platform.engine.resources(project, STACK)[name]["outputs"]["state_version"] for name in OURS}
    platform.run("destroy", project)
    assert [] == platform.aws.roles()


def test_a_state_of_a_newer_version_is_refused(platform: Platform) -> None:
    """Nobody guesses what it means."""
    project = platform.program()
    platform.up(project)
    state = platform.engine.state(project, STACK, show_secrets=True)
    for resource in state["deployment"]["resources"]:
        if "state_version" in resource.get("outputs", {}):
            resource["outputs"]["state_version"] = 3
    platform.engine.load(project, STACK, state)

    refused = platform.run("destroy", project)

    assert refused.exit_code != 0
    assert "expected a state of version 2 or older (got 3): a newer tenant-links wrote it" in refused.errors
    assert {NAME, OWNERSHIP} == set(platform.records())


def test_unknown_inputs_wait_for_up(platform: Platform) -> None:
    """A preview knows nothing of what does not exist yet, and passes; `up` judges the real value."""
    source = """
        import pulumi
        from tenant_links import CrossAccountGrant, TenantSubdomain

        pair = dict(tenant="customer1", environment="prod")
        first = TenantSubdomain("first", **pair, dns_name="edge.example.net")
        TenantSubdomain("second", **pair, label="customer1-prod", dns_name=first.target)
        CrossAccountGrant(
            "grant", **pair, actions=["s3:GetObject"],
            resources=[pulumi.Output.concat("arn:aws:s3:::acme-artifacts/", RESOURCE, first.nonce, "/x")],
        )
    """
    inside = program(platform.engine.folder, source.replace("RESOURCE", '"customer1/"'), stacks={"dev": {}})
    assert platform.run("preview", inside, "dev").exit_code == 0
    platform.up(inside, "dev")
    found = platform.records()["customer1-prod.app.example.com.", "CNAME"]["ResourceRecords"]
    assert [{"Value": "edge.example.net."}] == found
    platform.run("destroy", inside, "dev")

    outside = program(platform.engine.folder, source.replace("RESOURCE", '"other/"'), stacks={"dev": {}})
    assert platform.run("preview", outside, "dev").exit_code == 0
    refused = platform.run("up", outside, "dev", skip_preview=True)
    assert "may not be granted this: plan standard does not allow s3:GetObject" in refused.errors
    assert [] == platform.aws.roles()


def test_the_program_can_wait_until_all_servers_answer(platform: Platform) -> None:
    """The program waits, in the open: the provider's threads stay free for the other resources."""
    platform.aws.settings(insync=0.5)
    source = """
        import pulumi
        import tenant_links.subdomain
        from tenant_links import TenantLink

        tenant_links.subdomain._PAUSE = 0.1, 0.2
        link = TenantLink(
            "link", tenant="customer1", environment="prod", dns_name="edge.example.net", answering=True
        )
        pulumi.export("fqdn", link.fqdn)
        pulumi.export("role", link.role_arn)
    """
    project = program(platform.engine.folder, source, stacks={"dev": {}})

    platform.up(project, "dev")

    assert {"fqdn": "customer1.app.example.com"} == platform.engine.outputs(project, "dev")
    (change,) = {entry.params["Id"] for entry in platform.aws.journal.entries("route53", "GetChange")}
    assert change == platform.engine.resources(project, "dev")["link-subdomain"]["outputs"]["change_id"]


def test_an_inline_program_of_the_automation_api(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Onboarding can link a tenant without a project folder."""
    from tenant_links import TenantLink  # noqa: PLC0415 the program's own import

    def inline() -> None:
        link = TenantLink(
            "link",
            tenant="customer1",
            environment="prod",
            load_balancer_arn=BALANCER,
            actions=["s3:GetObject"],
            resources=["arn:aws:s3:::acme-artifacts/customer1/*"],
        )
        pulumi.export("fqdn", link.fqdn)

    environment = platform.engine.environment(platform.environment())
    monkeypatch.setenv("TENANT_LINKS_REGISTRY", environment["TENANT_LINKS_REGISTRY"])
    options = automation.LocalWorkspaceOptions(
        env_vars={**environment, "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{environment['PATH']}"},
        pulumi_command=automation.PulumiCommand(str(TOOLS.parent)),
    )

    stack = automation.create_or_select_stack("customer1-prod", "inline", inline, opts=options)
    created = stack.up(color="never")
    again = stack.up(color="never")
    records = set(platform.records())
    stack.destroy(color="never")

    assert {NAME, OWNERSHIP} == records
    assert "customer1.app.example.com" == created.outputs["fqdn"].value
    assert 4 == (created.summary.resource_changes or {})[automation.OpType.CREATE]
    assert 4 == (again.summary.resource_changes or {})[automation.OpType.SAME]
    assert [] == platform.aws.roles()


def test_a_users_own_modules_do_not_shadow_ours(platform: Platform) -> None:
    """A program with a package `providers` and modules named like ours goes through up, refresh and destroy."""
    decoy = "class TenantSubdomainProvider:\n    def delete(self, *_):\n        pass\n"
    project = platform.program()
    source = (project / "__main__.py").read_text() + "\nimport providers\n\nproviders.TenantSubdomainProvider()\n"
    files = {**DECOYS, "providers/__init__.py": decoy, "aws.py": decoy, "names.py": decoy}
    settings = (project / f"Pulumi.{STACK}.yaml").read_text()
    program(platform.engine.folder, source, name="links", files={**files, f"Pulumi.{STACK}.yaml": settings})

    platform.up(project)
    refreshed = platform.run("refresh", project)
    assert (0, [ROLE]) == (refreshed.exit_code, platform.aws.roles())
    destroyed = platform.run("destroy", project)

    assert 0 == destroyed.exit_code
    assert ({OWNERSHIP}, []) == (set(platform.records()), platform.aws.roles())


def _account(account: str) -> dict[str, str]:
    return {"account": account, "external_id": f"for-the-account-{account}"}


def _trust(service: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _allow(actions: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}


def _assumed(aws: Aws, role: str, external_id: str) -> str:
    """The session that a program in the tenant's account gets."""
    iam = aws.client("iam", TENANT)
    iam.put_role_policy(RoleName="app", PolicyName="assume", PolicyDocument=json.dumps(_allow("sts:AssumeRole")))
    sts = aws.session(TENANT, "app").client("sts", endpoint_url=aws.endpoint)
    made = sts.assume_role(RoleArn=role, RoleSessionName="shop", ExternalId=external_id)
    return str(made["AssumedRoleUser"]["Arn"])
