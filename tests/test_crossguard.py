"""The pack's side of the analyzer protocol, call by call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel

from tenant_safety import crossguard
from tenant_safety.analysis import Facts
from tenant_safety.intake.engine import read
from tenant_safety.intake.values import SECRET, SENTINELS, SIGNATURE
from tenant_safety.rules import CATALOG
from tenant_safety.settings import SettingsError
from tests.cases import EVERY
from tests.engine import ROOT

PROVIDER = "urn:pulumi:customer1-prod::shop::pulumi:providers:aws::default"
GLOBAL = "arn:aws:s3:::acme-global-config/*"
UNKNOWN = SENTINELS[2]
SERVICE = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
BOUNDARY = "arn:aws:iam::aws:policy/PowerUserAccess"
TRUST = json.dumps({"Statement": SERVICE})
ROLE = (
    "aws:iam/role:Role",
    "cicd",
    {"name": "cicd-app", "assumeRolePolicy": TRUST, "permissionsBoundary": BOUNDARY},
)


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:customer1-prod::shop::{token}::{name}"


def struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(values)
    return made


def made_with(**props: str) -> proto.AnalyzerProviderResource:
    pinned = {"allowedAccountIds": '["111111111111"]', "region": "eu-central-1", **props}
    return proto.AnalyzerProviderResource(type="pulumi:providers:aws", urn=PROVIDER, properties=struct(pinned))


def one(token: str, name: str, props: Mapping[str, Any]) -> proto.AnalyzeRequest:
    return proto.AnalyzeRequest(
        type=token, name=name, urn=urn(token, name), properties=struct(props), provider=made_with()
    )


def whole(*resources: tuple[str, str, Mapping[str, Any]]) -> proto.AnalyzeStackRequest:
    made = [
        proto.AnalyzerResource(type=t, name=n, urn=urn(t, n), properties=struct(p), provider=made_with())
        for t, n, p in resources
    ]
    return proto.AnalyzeStackRequest(resources=made)


def policy(action: str, *, role: str = "cicd-app", resource: str = GLOBAL) -> tuple[str, str, dict[str, Any]]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return ("aws:iam/rolePolicy:RolePolicy", "grants", {"role": role, "policy": document})


def analyzer(
    root: Path = ROOT,
    *,
    dry_run: bool = True,
    stack: str = "customer1-prod",
    config: Mapping[str, str] | None = None,
    secret: tuple[str, ...] = (),
    packed: Mapping[str, proto.PolicyConfig] | None = None,
) -> crossguard.Analyzer:
    """An analyzer as the engine sets it up."""
    crossguard.Analyzer.root = root
    policies = [crossguard._declared(rule) for rule in CATALOG]
    made = crossguard.Analyzer("tenant-safety", "0.0.1", policies, EnforcementLevel.ADVISORY)
    if packed:
        made.Configure(proto.ConfigureAnalyzerRequest(policyConfig=packed), None)
    request = proto.AnalyzerStackConfigureRequest(
        stack=stack, project="shop", dry_run=dry_run, config=config or {}, config_secret_keys=secret
    )
    made.ConfigureStack(request, None)
    return made


def told(response: Any) -> list[tuple[str, int, str]]:
    """Rule, level and resource of each diagnostic."""
    return [(d.policyName, d.enforcementLevel, d.urn.rsplit("::", 1)[-1]) for d in response.diagnostics]


def registry(tmp_path: Path, **platform: Any) -> Path:
    """A folder with the examples' registry, the platform changed."""
    raw = yaml.safe_load((ROOT / "tenancy.yaml").read_text())
    raw["platform"].update(platform)
    (tmp_path / "tenancy.yaml").write_text(json.dumps(raw))
    return tmp_path


def test_rules_are_declared_with_their_config_and_docs() -> None:
    info = analyzer().GetAnalyzerInfo(empty_pb2.Empty(), None)

    first = info.policies[0]
    assert [rule.id for rule in CATALOG] == [declared.name for declared in info.policies]
    assert {"registry", "onUnknown"} == set(first.configSchema.properties)
    assert "docs/rules.md#registry-unreadable" == first.url


def test_serving_puts_the_analyzer_in_the_sdks_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made: list[Any] = []
    monkeypatch.setattr(crossguard, "PolicyPack", lambda *args, **kwargs: made.append((args, kwargs)))
    monkeypatch.setattr(crossguard.pulumi_policy_module, "_PolicyAnalyzerServicer", object)

    crossguard.serve(tmp_path)

    assert crossguard.Analyzer is crossguard.pulumi_policy_module._PolicyAnalyzerServicer
    assert ("tenant-safety", len(CATALOG), tmp_path) == (made[0][0][0], len(made[0][0][1]), crossguard.Analyzer.root)


def test_policy_that_the_sdk_itself_would_run_fails_instead_of_passing() -> None:
    with pytest.raises(AssertionError, match="answers AnalyzeStack itself"):
        crossguard._declared(CATALOG[0]).validate(None, None)


def test_preview_leaves_single_resources_to_the_stack_pass() -> None:
    response = analyzer().Analyze(one(*policy("*")), None)

    assert [] == told(response)


def test_update_stops_a_resource_once() -> None:
    pack = analyzer(dry_run=False)
    pack.Analyze(one(*ROLE), None)

    first = pack.Analyze(one(*policy("*")), None)
    again = pack.Analyze(one("aws:iam/user:User", "other", {"name": "other"}), None)

    assert [("cicd-reaches-global-config", proto.MANDATORY, "grants")] == told(first)
    assert [] == told(again)


def test_update_of_a_stack_that_nobody_registered_makes_nothing() -> None:
    pack = analyzer(dry_run=False, stack="nobody-prod")

    responses = [pack.Analyze(one("aws:iam/user:User", name, {"name": name}), None) for name in ("a", "b")]

    assert [[("stack-unregistered", proto.MANDATORY, "")]] * 2 == [told(response) for response in responses]


def test_update_denies_what_is_still_unknown() -> None:
    pack = analyzer(dry_run=False)
    pack.Analyze(one(*ROLE), None)

    response = pack.Analyze(one("aws:iam/rolePolicy:RolePolicy", "p", {"role": "cicd-app", "policy": UNKNOWN}), None)

    assert [("cicd-reaches-global-config", proto.MANDATORY, "p")] == told(response)


def waiting(*providing: str) -> proto.AnalyzeStackRequest:
    """A CI/CD role with a policy that is not known yet, and what will provide it."""
    request = whole(ROLE, ("aws:iam/rolePolicy:RolePolicy", "p", {"role": "cicd-app", "policy": UNKNOWN}))
    request.resources[1].propertyDependencies["policy"].urns.extend(providing)
    return request


def test_preview_tells_what_a_resource_will_provide_without_stopping(tmp_path: Path) -> None:
    later = registry(tmp_path, on_unknown={"global-config": "decide-at-up"})

    response = analyzer(later).AnalyzeStack(waiting(urn("aws:sqs/queue:Queue", "jobs")), None)

    assert [("cicd-reaches-global-config", proto.ADVISORY, "p")] == told(response)


def test_preview_stops_at_what_nothing_will_provide() -> None:
    response = analyzer().AnalyzeStack(waiting(), None)

    assert [("cicd-reaches-global-config", proto.MANDATORY, "p")] == told(response)


@pytest.mark.parametrize(
    ("platform", "packed"),
    [
        ({"on_unknown": {"global-config": "deny"}}, {}),
        ({}, {"cicd-reaches-global-config": {"onUnknown": "deny"}}),
        ({}, {}),
    ],
)
def test_preview_stops_at_the_unknown_unless_the_registry_says_otherwise(
    tmp_path: Path, platform: dict[str, Any], packed: dict[str, Any]
) -> None:
    config = {name: proto.PolicyConfig(properties=struct(given)) for name, given in packed.items()}
    request = waiting(urn("aws:sqs/queue:Queue", "jobs"))

    response = analyzer(registry(tmp_path, **platform), packed=config).AnalyzeStack(request, None)

    assert [("cicd-reaches-global-config", proto.MANDATORY, "p")] == told(response)


@pytest.mark.parametrize(
    ("floor", "packed", "level"),
    [
        ("advisory", None, proto.ADVISORY),
        ("advisory", proto.MANDATORY, proto.MANDATORY),
        ("advisory", proto.REMEDIATE, proto.MANDATORY),
        ("mandatory", proto.ADVISORY, proto.MANDATORY),
    ],
)
def test_config_raises_the_registrys_level_and_never_lowers_it(
    tmp_path: Path, floor: str, packed: int | None, level: int
) -> None:
    config = {"cicd-reaches-global-config": proto.PolicyConfig(enforcementLevel=packed)} if packed is not None else {}
    pack = analyzer(registry(tmp_path, enforcement={"global-config": floor}), packed=config)

    response = pack.AnalyzeStack(whole(ROLE, policy("s3:GetObject")), None)

    assert [("cicd-reaches-global-config", level, "grants")] == told(response)


def test_family_of_the_stacks_identity_is_mandatory_whatever_the_registry_says(tmp_path: Path) -> None:
    pack = analyzer(registry(tmp_path, enforcement={"tenancy": "advisory"}), stack="nobody-prod")

    response = pack.AnalyzeStack(whole(), None)

    assert [("stack-unregistered", proto.MANDATORY, "")] == told(response)


def test_rules_that_could_not_be_judged_are_not_passed(tmp_path: Path) -> None:
    response = analyzer(tmp_path).AnalyzeStack(whole(ROLE), None)

    assert [("registry-unreadable", proto.MANDATORY, "")] == told(response)
    assert {rule.id for rule in CATALOG if rule.of != "any"} == {n.policy_name for n in response.not_applicable}


def test_engine_that_does_not_say_which_stack_it_is_gets_no_pass() -> None:
    policies = [crossguard._declared(rule) for rule in CATALOG]
    pack = crossguard.Analyzer("tenant-safety", "0.0.1", policies, EnforcementLevel.ADVISORY)

    response = pack.AnalyzeStack(whole(ROLE), None)

    assert [("registry-unreadable", proto.MANDATORY, "")] == told(response)


def test_config_with_faults_is_refused() -> None:
    with pytest.raises(SettingsError, match="got disabled"):
        analyzer(packed={"logs-not-central": proto.PolicyConfig(enforcementLevel=proto.DISABLED)})


def test_claims_in_secret_config_are_compared_and_not_shown() -> None:
    pack = analyzer(config={"shop:tenant": "customer2"}, secret=("shop:tenant",))

    response = pack.AnalyzeStack(whole(), None)

    assert [("stack-identity-disagrees", proto.MANDATORY, "")] == told(response)
    assert "customer2" not in response.diagnostics[0].message


def test_rule_that_raises_is_a_mandatory_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(facts: Facts) -> Any:
        raise KeyError(facts.stack.name)

    crashing = replace(next(rule for rule in CATALOG if rule.family == "capacity"), check=broken)
    monkeypatch.setattr(crossguard, "CATALOG", (crashing,))
    pack = analyzer(registry(tmp_path, enforcement={"capacity": "advisory"}))

    response = pack.AnalyzeStack(whole(), None)

    assert [(crashing.id, proto.MANDATORY, "")] == told(response)
    assert "The rule failed (KeyError in test_crossguard.py:" in response.diagnostics[0].message


def test_resource_that_can_not_be_read_is_unreadable_and_not_passed_over() -> None:
    reading = read(SimpleNamespace(urn=urn("aws:ssm/parameter:Parameter", "x"), type="aws:ssm/parameter:Parameter"), ())

    assert ["it can't be read (AttributeError)"] == [part.problem for part in reading.parts]


def secret(value: Any) -> dict[str, Any]:
    return {SIGNATURE: SECRET, "value": value}


def test_secret_numbers_withhold_the_whole_reason() -> None:
    volume = ("aws:ebs/volume:Volume", "disk", {"availabilityZone": "eu-central-1a", "size": secret(4321)})

    response = analyzer().AnalyzeStack(whole(volume), None)

    assert {"capacity-exceeds-plan", "capacity-sum-exceeds-plan"} == {d.policyName for d in response.diagnostics}
    assert all("withheld" in d.message and "4321" not in d.message for d in response.diagnostics)


def test_secret_of_a_provider_does_not_show() -> None:
    resource = proto.AnalyzerResource(type="aws:ssm/parameter:Parameter", urn=urn("aws:ssm/parameter:Parameter", "x"))
    given = {"allowedAccountIds": secret('["222222222222"]'), "region": "eu-central-1"}
    provider = proto.AnalyzerProviderResource(type="pulumi:providers:aws", urn=PROVIDER, properties=struct(given))
    resource.provider.CopyFrom(provider)

    response = analyzer().AnalyzeStack(proto.AnalyzeStackRequest(resources=[resource]), None)

    assert [("provider-account-disagrees", proto.MANDATORY, "default")] == told(response)


def test_proof_is_told_with_its_scope(capfd: pytest.CaptureFixture[str]) -> None:
    analyzer().AnalyzeStack(whole(ROLE), None)

    assert f"tenant-safety: proved {EVERY} rules for customer1-prod, 1 resources, registry " in capfd.readouterr().err


def test_links_are_trusted_in_the_platforms_stacks_alone() -> None:
    token = "pulumi-python:dynamic/tenant_links:CrossAccountGrant"

    response = analyzer().AnalyzeStack(whole((token, "mine", {})), None)

    rules = ["resource-opaque", "link-foreign", "link-run-by-tenant"]
    assert [(rule, proto.MANDATORY, "mine") for rule in rules] == told(response)
