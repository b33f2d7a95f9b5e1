"""The pack on link stacks: what it says of the links that the providers have checked, and of those that they have not.

Nothing here asks AWS: a preview of links takes all from the inputs and the registry, and a stopped `up` makes nothing.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.engine import ROOT, Engine, Run, Secret, program

pytestmark = pytest.mark.engine

LINKS = ROOT / "examples" / "links"
STACK = "customer1-prod"
REGISTRY = {"TENANT_LINKS_REGISTRY": str(ROOT / "tenancy.yaml")}
BALANCER = "arn:aws:elasticloadbalancing:eu-central-1:{}:loadbalancer/app/customer1/997f6daf4d917798"
# What anybody's own module can say, so that the engine takes its resources for links.
FORGED = """
    from pathlib import Path

    import pulumi
    from pulumi.dynamic import CreateResult, Resource, ResourceProvider

    class Anything(ResourceProvider):
        def create(self, props):
            Path({made!r}).touch()
            return CreateResult("made", props)

    class TenantSubdomain(Resource, module="tenant_links", name="TenantSubdomain"):
        pass

    class CrossAccountGrant(Resource, module="tenant_links", name="CrossAccountGrant"):
        pass

    pair = {{"tenant": "customer1", "environment": "prod", "tenant_account": "111111111111"}}
    zone = {{"zone_id": "Z28059829B1051F04EF03", "zone_name": "app.example.com"}}
    role = {{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::acme-artifacts/customer1/*"]}}
    trust = {{
        "external_id": pulumi.Config().require_secret("issued"),
        "principals": ["arn:aws:iam::111111111111:role/*"],
        "organization": "o-a1b2c3d4e5",
        "permissions_boundary": "arn:aws:iam::999999999999:policy/tenant-links-boundary",
        "master_account": "999999999999",
    }}
"""


def forged(tmp_path: Path, source: str, name: str = "links") -> Path:
    """A project with look-alikes of the links, which would leave a file if one of them were made."""
    head = textwrap.dedent(FORGED).format(made=str(tmp_path / "made"))
    return program(tmp_path, head + textwrap.dedent(source), name=name)


def told(run: Run) -> set[tuple[str, str, str]]:
    """Level, rule and resource of each finding."""
    return {(finding.level, finding.policy, finding.resource) for finding in run.findings}


def issued(external_id: str) -> dict[str, Secret]:
    return {"issued": Secret(external_id)}


def test_link_stack_of_the_example_is_proved_in_its_first_preview(engine: Engine) -> None:
    run = engine.preview(LINKS, STACK, policy_pack=ROOT, env=REGISTRY)

    said = next(m.message for m in run.messages if m.message.startswith("tenant-safety: proved"))
    assert (0, set()) == (run.exit_code, told(run)), run.errors
    assert all(
        rule in said for rule in ("link-foreign", "link-target-foreign", "grant-exceeds-plan", "grant-trust-for")
    )


def test_outputs_that_programs_need_are_known_in_previews(engine: Engine) -> None:
    run = engine.preview(LINKS, STACK, env=REGISTRY)

    outputs = run.step("links-customer1-prod").outputs
    assert "customer1.app.example.com" == outputs["fqdn"]
    assert outputs["role"].startswith("arn:aws:iam::999999999999:role/tenant-links/customer1/customer1-prod-link")


def test_links_past_their_providers_are_judged_all_the_same(engine: Engine, tmp_path: Path) -> None:
    """A class of one's own may have any type.  Each look-alike here has one fault and is stopped before it is made."""
    project = forged(
        tmp_path,
        f"""
        own, other = "{BALANCER.format(111111111111)}", "{BALANCER.format(222222222222)}"
        TenantSubdomain(Anything(), "label", {{**pair, **zone, "label": "customer2", "load_balancer_arn": own}})
        TenantSubdomain(Anything(), "target", {{**pair, **zone, "label": "customer1", "load_balancer_arn": other}})
        CrossAccountGrant(Anything(), "plan", {{**pair, **trust, **role, "actions": ["s3:*"]}})
        CrossAccountGrant(Anything(), "id", {{**pair, **trust, **role}})
        CrossAccountGrant(Anything(), "pair", {{**pair, **trust, **role, "tenant": "customer2"}})
        """,
    )

    config = issued("guessed-by-the-program")

    run = engine.preview(project, STACK, policy_pack=ROOT, config=config)
    up = engine.up(project, STACK, policy_pack=ROOT, config=config, skip_preview=True)

    assert up.exit_code != 0
    assert not (tmp_path / "made").exists()
    assert {
        ("mandatory", "link-foreign", "label"),
        ("mandatory", "link-target-foreign", "target"),
        ("mandatory", "grant-exceeds-plan", "plan"),
        ("mandatory", "grant-trust-foreign", "id"),
        ("mandatory", "link-foreign", "pair"),
    } <= told(run)
    assert "guessed-by-the-program" not in run.stdout + run.stderr


def test_what_a_preview_does_not_know_of_a_link_is_undetermined(engine: Engine, tmp_path: Path) -> None:
    project = program(
        tmp_path,
        f"""
        from tenant_links import TenantSubdomain

        pair = {{"tenant": "customer1", "environment": "prod"}}
        first = TenantSubdomain("first", **pair, load_balancer_arn="{BALANCER.format(111111111111)}")
        TenantSubdomain("second", **pair, label="customer1-prod", dns_name=first.target)
        """,
        name="links",
    )

    run = engine.preview(project, STACK, policy_pack=ROOT, env=REGISTRY)

    (finding,) = [finding for finding in run.findings if finding.policy == "link-target-foreign"]
    assert "second" == finding.resource
    assert "not known yet" in finding.message


def test_tenants_stack_may_not_link_itself(engine: Engine, tmp_path: Path) -> None:
    """Whatever the link says: only the platform's stacks may, unless tenants have linkers of their own."""
    target = BALANCER.format(111111111111)
    props = f'{{**pair, **zone, "label": "customer1", "load_balancer_arn": "{target}"}}'
    project = forged(tmp_path, f'TenantSubdomain(Anything(), "name", {props})', name="shop")

    run = engine.preview(project, STACK, policy_pack=ROOT, config=issued("x"))

    assert run.exit_code != 0
    assert {("mandatory", "link-run-by-tenant", "name"), ("mandatory", "resource-opaque", "name")} == told(run)
