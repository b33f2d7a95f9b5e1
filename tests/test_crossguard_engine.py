"""The pack on the real engine: what a platform engineer sees, and what a program can't talk its way out of."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from tenant_safety.cli import app
from tests.cases import EVERY
from tests.engine import ROOT, Engine, Run, program

pytestmark = pytest.mark.engine

PINNED = {"aws:region": "eu-central-1", "aws:allowedAccountIds": '["111111111111"]'}
PINNED["aws:assumeRoles"] = '[{"roleArn": "arn:aws:iam::111111111111:role/cicd-deploy"}]'
GRANTS_ALL = """
    import json
    import pulumi
    import pulumi_aws as aws

    settings = aws.ssm.Parameter("settings", name="/settings", type="String", value="{}")
    trust = json.dumps({"Version": "2012-10-17", "Statement":
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}})
    role = aws.iam.Role("cicd", name="cicd-app", assume_role_policy=trust,
        permissions_boundary="arn:aws:iam::aws:policy/PowerUserAccess")
    aws.iam.RolePolicy("all", role=role.id, policy=pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": settings.arn},
        {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:ssm:*:999999999999:parameter/global/*"}]}))
"""


def found(run: Run) -> list[tuple[str, str, str]]:
    """Level, rule and resource of each finding; `(stack)` for the whole."""
    return sorted(
        (f.level, f.policy, "(stack)" if "pulumi:pulumi:Stack" in f.urn or not f.resource else f.resource)
        for f in run.findings
    )


def found_of_global_config(run: Run) -> list[tuple[str, str, str]]:
    """The same, of direct access alone."""
    return [each for each in found(run) if each[1] == "cicd-reaches-global-config"]


def pack_config(tmp_path: Path, config: Mapping[str, Any]) -> Path:
    path = tmp_path / "pack-config.json"
    path.write_text(json.dumps(config))
    return path


def shop(tmp_path: Path, source: str, name: str = "shop") -> Path:
    return program(tmp_path, source, name=name)


@pytest.mark.parametrize(("example", "stack"), [("tenant", "customer1-prod"), ("vault", "vault-prod")])
def test_sound_example_passes_with_what_was_proved(engine: Engine, example: str, stack: str) -> None:
    run = engine.preview(ROOT / "examples" / example, stack, policy_pack=ROOT)

    said = [m.message for m in run.messages if m.message.startswith("tenant-safety: proved")]
    assert (0, []) == (run.exit_code, found(run)), run.errors
    assert [f"tenant-safety: proved {EVERY} rules for {stack}"] == [text.split(",")[0] for text in said]


def test_sound_example_deploys(engine: Engine) -> None:
    run = engine.up(ROOT / "examples" / "tenant", "customer1-prod", policy_pack=ROOT, skip_preview=True)

    assert (0, []) == (run.exit_code, found(run)), run.errors


def test_unsound_twin_has_one_finding_for_each_planted_fault_and_no_other(engine: Engine) -> None:
    example = ROOT / "examples" / "tenant-unsound"
    source = (example / "__main__.py").read_text()
    levels = {"Fault": "mandatory", "Undetermined": "advisory"}
    planted = re.findall(r"^ *# (Fault|Undetermined): (\S+) (\S+)$", source, re.MULTILINE)

    run = engine.preview(example, "customer1-prod", policy_pack=ROOT)

    assert run.exit_code != 0
    assert len(planted) >= 12
    assert sorted((levels[kind], rule, resource) for kind, rule, resource in planted) == found(run)


def test_unknown_document_is_undetermined_in_a_preview(engine: Engine, tmp_path: Path) -> None:
    run = engine.preview(shop(tmp_path, GRANTS_ALL), "customer1-prod", policy_pack=ROOT, config=PINNED)

    assert run.exit_code != 0
    assert [("mandatory", "cicd-reaches-global-config", "all")] == found_of_global_config(run), run.errors
    (message,) = (each.message for each in run.findings if each.policy == "cicd-reaches-global-config")
    assert "Decide it now: tenant-safety preview" in message
    assert message.startswith("Undetermined: A CI/CD role reaches global config: role cicd-app may be able to call ")
    assert "Missing: policy, which settings will provide" in message


def test_update_stops_before_the_policy_is_made(engine: Engine, tmp_path: Path) -> None:
    made = shop(tmp_path, GRANTS_ALL)

    run = engine.up(made, "customer1-prod", policy_pack=ROOT, config=PINNED, skip_preview=True)

    assert run.exit_code != 0
    assert {"cicd-reaches-global-config", "shared-beyond-plan"} == {rule for _, rule, _ in found(run)}
    kept = {item["type"] for item in engine.resources(made, "customer1-prod").values()}
    assert "aws:iam/role:Role" in kept
    assert "aws:iam/rolePolicy:RolePolicy" not in kept


def test_unknown_role_and_policy_arn_are_found_through_their_dependencies(engine: Engine, tmp_path: Path) -> None:
    source = """
        import json
        import pulumi_aws as aws

        def allow(action):
            return json.dumps({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::acme-global-config/*"}]})

        trust = json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
        limit = "arn:aws:iam::aws:policy/PowerUserAccess"
        inline, attached = (
            aws.iam.Role(n, name=f"cicd-{n}", assume_role_policy=trust, permissions_boundary=limit)
            for n in ("inline", "attached"))
        aws.iam.RolePolicy("by-role", role=inline.id, policy=allow("s3:GetObject"))
        policy = aws.iam.Policy("policy", policy=allow("s3:PutObject"))
        aws.iam.RolePolicyAttachment("by-both", role=attached.name, policy_arn=policy.arn)
    """

    run = engine.preview(shop(tmp_path, source), "customer1-prod", policy_pack=ROOT, config=PINNED)

    assert [
        ("mandatory", "cicd-reaches-global-config", name) for name in ("by-both", "by-role")
    ] == found_of_global_config(run)


def test_allow_before_its_deny_is_stopped_and_after_it_is_not(engine: Engine, tmp_path: Path) -> None:
    source = """
        import json
        import sys
        import pulumi
        import pulumi_aws as aws

        def document(effect, action, resource):
            return json.dumps({"Version": "2012-10-17", "Statement": [
                {"Effect": effect, "Action": action, "Resource": resource}]})

        trust = json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
        role = aws.iam.Role("cicd", name="cicd-app", assume_role_policy=trust,
            permissions_boundary="arn:aws:iam::aws:policy/PowerUserAccess")
        deny = aws.iam.RolePolicy("deny", role=role.name, policy=document("Deny", "*", [
            "arn:aws:*:*:999999999999:*", "arn:aws:s3:::acme-*"]))
        ordered = [deny] if pulumi.Config().get_bool("ordered") else []
        aws.iam.RolePolicy("allow", role=role.name, policy=document("Allow", "*", "*"),
            opts=pulumi.ResourceOptions(depends_on=ordered))
    """
    made = shop(tmp_path, source)

    unordered = engine.preview(made, "customer1-prod", policy_pack=ROOT, config=PINNED)
    ordered = engine.up(made, "customer1-prod", policy_pack=ROOT, config={**PINNED, "shop:ordered": "true"})

    assert [("mandatory", "cicd-reaches-global-config", "allow")] == found_of_global_config(unordered)
    (finding,) = (each for each in unordered.findings if each.policy == "cicd-reaches-global-config")
    assert "a Deny takes it back only later" in finding.message
    assert [] == found_of_global_config(ordered), ordered.errors


ONE_PARAMETER = """
    import pulumi_aws as aws

    aws.ssm.Parameter("settings", name="/settings", type="String", value="{}")
"""


@pytest.mark.parametrize(
    ("stack", "config", "env", "rule"),
    [
        ("customer1-prod", {"shop:tenant": "customer2"}, {}, "stack-identity-disagrees"),
        ("customer1-prod", {"tenant-safety:environment": "beta"}, {}, "stack-identity-disagrees"),
        ("customer9-prod", {}, {}, "stack-unregistered"),
        (
            "customer2-prod",
            {},
            {"TENANT": "customer1", "TENANT_SAFETY_REGISTRY": "other.yaml"},
            "provider-account-disagrees",
        ),
    ],
)
def test_program_that_passes_as_another_tenant_is_stopped(
    engine: Engine, tmp_path: Path, *, stack: str, config: dict[str, str], env: dict[str, str], rule: str
) -> None:
    run = engine.preview(shop(tmp_path, ONE_PARAMETER), stack, policy_pack=ROOT, config={**PINNED, **config}, env=env)

    assert run.exit_code != 0
    assert {("mandatory", rule)} == {(f.level, f.policy) for f in run.findings}


def test_update_of_an_unregistered_stack_makes_nothing(engine: Engine, tmp_path: Path) -> None:
    made = shop(tmp_path, ONE_PARAMETER)

    run = engine.up(made, "customer9-prod", policy_pack=ROOT, config=PINNED, skip_preview=True)

    assert run.exit_code != 0
    assert {"stack-unregistered"} == {f.policy for f in run.findings}
    kept = {item["type"] for item in engine.resources(made, "customer9-prod").values()}
    assert "aws:ssm/parameter:Parameter" not in kept


def test_stack_tags_of_another_tenant_are_stopped(engine: Engine, tmp_path: Path) -> None:
    made = shop(tmp_path, ONE_PARAMETER)
    engine.set_tags(made, "customer1-prod", {"tenant": "customer2"})

    run = engine.preview(made, "customer1-prod", policy_pack=ROOT, config=PINNED)

    assert [("mandatory", "stack-identity-disagrees", "(stack)")] == found(run)


def test_program_that_brings_a_registry_of_its_own_is_not_asked(engine: Engine, tmp_path: Path) -> None:
    made = shop(tmp_path, ONE_PARAMETER)
    (made / "tenancy.yaml").write_text((ROOT / "tenancy.yaml").read_text().replace("customer1", "customer9"))
    config = {**PINNED, "shop:registry": "tenancy.yaml", "tenant-safety:registry": str(made / "tenancy.yaml")}

    run = engine.preview(made, "customer9-prod", policy_pack=ROOT, config=config)

    assert [("mandatory", "stack-unregistered", "(stack)")] == found(run)


def test_registry_is_the_one_that_the_packs_config_names(engine: Engine, tmp_path: Path) -> None:
    registry = tmp_path / "elsewhere.yaml"
    registry.write_text((ROOT / "tenancy.yaml").read_text().replace("customer1", "customer9"))
    config = pack_config(tmp_path, {"registry-unreadable": {"registry": str(registry)}})

    run = engine.preview(
        shop(tmp_path, ONE_PARAMETER), "customer9-prod", policy_pack=ROOT, policy_pack_config=config, config=PINNED
    )

    assert (0, []) == (run.exit_code, found(run)), run.errors


def test_unreadable_registry_is_a_finding_with_its_place(engine: Engine, tmp_path: Path) -> None:
    registry = tmp_path / "broken.yaml"
    registry.write_text((ROOT / "tenancy.yaml").read_text().replace('"999999999999"', "999999999999", 1))
    config = pack_config(tmp_path, {"registry-unreadable": {"registry": str(registry)}})

    run = engine.preview(
        shop(tmp_path, ONE_PARAMETER), "customer1-prod", policy_pack=ROOT, policy_pack_config=config, config=PINNED
    )

    assert run.exit_code != 0
    assert [("mandatory", "registry-unreadable", "(stack)")] == found(run)
    assert "broken.yaml:7:19: platform.master_account: expected text in quotes" in run.findings[0].message


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"all": "disabled"}, "got disabled; the registry sets the least level"),
        ({"cicd-reaches-global-config": "disabled"}, "cicd-reaches-global-config: expected advisory or mandatory"),
        ({"cicd-reaches-globalconfig": "mandatory"}, "'cicd-reaches-globalconfig': expected a rule's id"),
        ({"logs-not-central": {"on_unknown": "deny"}}, "logs-not-central.on_unknown: expected one of onUnknown"),
        ({"capacity-exceeds-plan": {"registry": "x.yaml"}}, "capacity-exceeds-plan.registry: expected one of"),
    ],
)
def test_config_that_is_misspelt_or_switches_a_rule_off_is_an_error(
    engine: Engine, tmp_path: Path, config: dict[str, Any], told: str
) -> None:
    run = engine.preview(
        shop(tmp_path, ONE_PARAMETER),
        "customer1-prod",
        policy_pack=ROOT,
        policy_pack_config=pack_config(tmp_path, config),
        config=PINNED,
    )

    assert run.exit_code != 0
    assert told in run.stdout + run.errors


def test_config_can_not_lower_the_registrys_level(engine: Engine, tmp_path: Path) -> None:
    source = """
        import pulumi_aws as aws

        aws.cloudwatch.LogGroup("unrouted", name="/shop/unrouted")
    """

    run = engine.preview(
        shop(tmp_path, source),
        "customer1-prod",
        policy_pack=ROOT,
        policy_pack_config=pack_config(tmp_path, {"all": "advisory", "logs-not-central": "advisory"}),
        config=PINNED,
    )

    assert run.exit_code != 0
    assert [("mandatory", "logs-not-central", "unrouted")] == found(run)


def test_route_made_after_its_log_group_deploys_and_one_that_never_comes_does_not(
    engine: Engine, tmp_path: Path
) -> None:
    source = """
        import pulumi
        import pulumi_aws as aws

        group = aws.cloudwatch.LogGroup("app", name="/shop/app")
        if pulumi.Config().get_bool("routed"):
            aws.cloudwatch.LogSubscriptionFilter("app", log_group=group.name, filter_pattern="",
                destination_arn="arn:aws:logs:eu-central-1:888888888888:destination:central-application")
    """
    made = shop(tmp_path, source)

    routed = engine.up(
        made, "customer1-prod", policy_pack=ROOT, config={**PINNED, "shop:routed": "true"}, skip_preview=True
    )
    cut = engine.up(made, "customer1-prod", policy_pack=ROOT, config=PINNED, skip_preview=True)

    assert (0, []) == (routed.exit_code, found(routed)), routed.errors
    assert cut.exit_code != 0
    assert [("mandatory", "logs-not-central", "app")] == found(cut)


def test_secrets_do_not_show_in_findings(engine: Engine, tmp_path: Path) -> None:
    source = """
        import json
        import pulumi
        import pulumi_aws as aws

        trust = pulumi.Output.secret(json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
        role = aws.iam.Role("cicd", name="cicd-app", assume_role_policy=trust,
            permissions_boundary="arn:aws:iam::aws:policy/PowerUserAccess")
        document = json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "canary7f3", "Effect": "Allow",
            "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-global-config/canary7f3/*"}]})
        aws.iam.RolePolicy("secret", role=role.id, policy=pulumi.Output.secret(document))
        aws.cloudwatch.LogGroup("group", name=pulumi.Output.secret("/canary7f3"))
        aws.ec2.Instance("size", ami="ami-0123456789abcdef0", instance_type=pulumi.Output.secret("canary7f3.large"))
    """

    run = engine.preview(shop(tmp_path, source), "customer1-prod", policy_pack=ROOT, config=PINNED)

    assert {"cicd-reaches-global-config", "logs-not-central", "capacity-exceeds-plan"} <= {
        f.policy for f in run.findings
    }
    assert "canary7f3" not in run.stdout + run.stderr + json.dumps(run.of("policyEvent"))


def test_names_that_programs_choose_are_shown_not_obeyed(engine: Engine, tmp_path: Path) -> None:
    source = r"""
        import pulumi_aws as aws

        aws.ec2.Instance("odd", ami="ami-0123456789abcdef0", instance_type="\x1b[31mred\u202e.large")
    """

    run = engine.preview(shop(tmp_path, source), "customer1-prod", policy_pack=ROOT, config=PINNED)

    message = next(f.message for f in run.findings if f.policy == "capacity-exceeds-plan")
    assert r"\u001b[31mred\u202e.large is not one of" in message


UNROUTED = """
    import pulumi
    import pulumi_aws as aws

    for name in pulumi.Config().require_object("groups"):
        aws.cloudwatch.LogGroup(name, name=f"/shop/{name}")
"""


def own_registry(tmp_path: Path, *exemptions: Mapping[str, Any], **platform: Any) -> Path:
    """The pack's config with the examples' registry, changed."""
    raw = yaml.safe_load((ROOT / "tenancy.yaml").read_text())
    raw["platform"].update(platform)
    registry = tmp_path / "tenancy.yaml"
    registry.write_text(json.dumps({**raw, "exemptions": exemptions}))
    return pack_config(tmp_path, {"registry-unreadable": {"registry": str(registry)}})


def test_exempted_resource_deploys_and_what_a_program_asks_for_does_not(engine: Engine, tmp_path: Path) -> None:
    made = shop(tmp_path, UNROUTED)
    asked = json.dumps([{"rule": "logs-not-central", "resource": "mine", "reason": "trust me"}])
    config = {**PINNED, "shop:groups": '["known", "mine"]', "tenant-safety:exempt": asked}
    expires = str(datetime.now(UTC).date() + timedelta(days=30))
    granted = {"rule": "logs-not-central", "stack": "customer1-prod", "resource": "known"}
    pack = own_registry(tmp_path, {**granted, "reason": "it is empty", "owner": "team-shop", "expires": expires})

    both = engine.preview(made, "customer1-prod", policy_pack=ROOT, policy_pack_config=pack, config=config)
    known = engine.up(
        made,
        "customer1-prod",
        policy_pack=ROOT,
        policy_pack_config=pack,
        config={**config, "shop:groups": '["known"]'},
        skip_preview=True,
    )

    expected = [("advisory", "logs-not-central", "known"), ("mandatory", "logs-not-central", "mine")]
    assert (True, expected) == (both.exit_code != 0, found(both)), both.errors
    messages = {f.resource: f.message for f in both.findings}
    assert f"Let pass: it is empty (owner team-shop, until {expires})" in messages["known"]
    assert "Exemption asked for by the program: trust me" in messages["mine"]
    assert (0, expected[:1]) == (known.exit_code, found(known)), known.errors
    assert ", 1 finding exempted for customer1-prod" in known.stdout


def test_fleet_adopts_the_pack_with_a_baseline_that_only_shrinks(engine: Engine, tmp_path: Path) -> None:
    made = shop(tmp_path, UNROUTED)
    baseline = tmp_path / "baseline.json"

    def preview(pack: Path, *groups: str) -> Run:
        config = {**PINNED, "shop:groups": json.dumps(groups)}
        return engine.preview(made, "customer1-prod", policy_pack=ROOT, policy_pack_config=pack, config=config)

    def asked(command: str) -> str:
        log = engine.folder / "events" / f"{engine.runs}-preview.jsonl"
        result = CliRunner().invoke(app, ["baseline", command, "--file", str(baseline), str(log)])
        assert 0 == result.exit_code, result.output
        return result.stdout.split(": ", 1)[1]

    before = preview(own_registry(tmp_path), "old", "older")
    recorded = asked("record")
    pack = own_registry(tmp_path, baseline="baseline.json")
    after = preview(pack, "old", "older", "new")
    mended = preview(pack, "old")
    pruned = asked("prune")

    assert (True, 2) == (before.exit_code != 0, len(before.findings))
    assert "2 findings added, 0 that are exempted or can't be in a baseline left out\n" == recorded
    levels = {f.resource: f.level for f in after.findings}
    assert {"old": "advisory", "older": "advisory", "new": "mandatory"} == levels
    assert after.exit_code != 0
    assert [("advisory", "baseline-outgrown", "(stack)"), ("advisory", "logs-not-central", "old")] == found(mended)
    assert (0, "1 findings taken out\n") == (mended.exit_code, pruned), mended.errors
    assert ["aws:cloudwatch/logGroup:LogGroup::old"] == [
        known["resource"] for known in json.loads(baseline.read_text())["findings"]
    ]


def test_pairs_other_stack_counts_where_the_pack_is_given_its_state(engine: Engine, tmp_path: Path) -> None:
    source = """
        import pulumi
        import pulumi_aws as aws

        for i in range(pulumi.Config().require_int("instances")):
            aws.ec2.Instance(f"i{i}", ami="ami-0123456789abcdef0", instance_type="t3.small")
    """
    network, own = shop(tmp_path, source, "network"), shop(tmp_path, source)
    made = engine.up(network, "customer1-prod", config={**PINNED, "network:instances": "8"}, skip_preview=True)
    states = tmp_path / "states"
    states.mkdir()
    (states / "whatever").write_text(json.dumps(engine.state(network, "customer1-prod")))
    pack = pack_config(tmp_path, {"capacity-sum-exceeds-plan": {"states": str(states)}})
    config = {**PINNED, "shop:instances": "5", "shop:states": str(tmp_path)}

    alone = engine.preview(own, "customer1-prod", policy_pack=ROOT, config=config)
    summed = engine.preview(own, "customer1-prod", policy_pack=ROOT, policy_pack_config=pack, config=config)
    stopped = engine.up(
        own, "customer1-prod", policy_pack=ROOT, policy_pack_config=pack, config=config, skip_preview=True
    )
    (states / "broken").write_text("{")
    unread = engine.preview(own, "customer1-prod", policy_pack=ROOT, policy_pack_config=pack, config=config)

    assert (0, 0, []) == (made.exit_code, alone.exit_code, found(alone)), alone.errors
    assert [("mandatory", "capacity-sum-exceeds-plan", "(stack)")] == found(summed)
    assert "instances: 13 is more than 12 of the plan standard" in summed.findings[0].message
    assert (True, True) == (summed.exit_code != 0, stopped.exit_code != 0)
    kept = [each for each in engine.resources(own, "customer1-prod") if each.startswith("i")]
    assert len(kept) < 5
    assert ("mandatory", "document-unreadable", "(stack)") in found(unread)


def test_boundary_that_is_put_in_is_judged_and_made(engine: Engine, tmp_path: Path) -> None:
    source = """
        import json
        import pulumi_aws as aws

        trust = json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
        aws.iam.Role("ci", name="cicd-app", assume_role_policy=trust)
        aws.iam.Role("other", name="app", assume_role_policy=trust)
    """
    made = shop(tmp_path, source)
    roles = {"names": ["cicd-*"], "boundaries": ["arn:aws:iam::*:policy/cicd-boundary"]}
    pack = own_registry(tmp_path, cicd_roles=roles, remediate=["cicd-boundary-missing"])

    run = engine.up(made, "customer1-prod", policy_pack=ROOT, policy_pack_config=pack, config=PINNED, skip_preview=True)
    again = engine.preview(made, "customer1-prod", policy_pack=ROOT, policy_pack_config=pack, config=PINNED)

    assert (0, []) == (run.exit_code, found(run)), run.errors
    kept = engine.resources(made, "customer1-prod")
    assert "arn:aws:iam::111111111111:policy/cicd-boundary" == kept["ci"]["inputs"]["permissionsBoundary"]
    assert "permissionsBoundary" not in kept["other"]["inputs"]
    assert ["ci"] == [event["resourceUrn"].rsplit("::", 1)[1] for event in run.of("policyRemediationEvent")]
    assert (0, "same") == (again.exit_code, again.step("ci").op), again.errors
