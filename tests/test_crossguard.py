"""The pack's side of the analyzer protocol, call by call."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
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


def told_of_global_config(response: Any) -> list[tuple[str, int, str]]:
    """The same, of the one rule: who names the platform's resources is told of by another one as well."""
    return [each for each in told(response) if each[0] == "cicd-reaches-global-config"]


def registry(tmp_path: Path, exemptions: Sequence[Mapping[str, Any]] = (), **platform: Any) -> Path:
    """A folder with the examples' registry, the platform changed."""
    raw = yaml.safe_load((ROOT / "tenancy.yaml").read_text())
    raw["exemptions"] = exemptions
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

    assert [("cicd-reaches-global-config", proto.MANDATORY, "grants")] == told_of_global_config(first)
    assert [] == told(again)


def test_update_of_a_stack_that_nobody_registered_makes_nothing() -> None:
    pack = analyzer(dry_run=False, stack="nobody-prod")

    responses = [pack.Analyze(one("aws:iam/user:User", name, {"name": name}), None) for name in ("a", "b")]

    assert [[("stack-unregistered", proto.MANDATORY, "")]] * 2 == [told(response) for response in responses]


def test_update_denies_what_is_still_unknown() -> None:
    pack = analyzer(dry_run=False)
    pack.Analyze(one(*ROLE), None)

    response = pack.Analyze(one("aws:iam/rolePolicy:RolePolicy", "p", {"role": "cicd-app", "policy": UNKNOWN}), None)

    assert [("cicd-reaches-global-config", proto.MANDATORY, "p")] == told_of_global_config(response)


def waiting(*providing: str) -> proto.AnalyzeStackRequest:
    """A CI/CD role with a policy that is not known yet, and what will provide it."""
    request = whole(ROLE, ("aws:iam/rolePolicy:RolePolicy", "p", {"role": "cicd-app", "policy": UNKNOWN}))
    request.resources[1].propertyDependencies["policy"].urns.extend(providing)
    return request


def test_preview_tells_what_a_resource_will_provide_without_stopping(tmp_path: Path) -> None:
    later = registry(tmp_path, on_unknown={"global-config": "decide-at-up"})

    response = analyzer(later).AnalyzeStack(waiting(urn("aws:sqs/queue:Queue", "jobs")), None)

    assert [("cicd-reaches-global-config", proto.ADVISORY, "p")] == told_of_global_config(response)


def test_preview_stops_at_what_nothing_will_provide() -> None:
    response = analyzer().AnalyzeStack(waiting(), None)

    assert [("cicd-reaches-global-config", proto.MANDATORY, "p")] == told_of_global_config(response)


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

    assert [("cicd-reaches-global-config", proto.MANDATORY, "p")] == told_of_global_config(response)


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

    assert [("cicd-reaches-global-config", level, "grants")] == told_of_global_config(response)


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
    monkeypatch.setattr(crossguard.Analyzer, "rules", (crashing,))
    pack = analyzer(registry(tmp_path, enforcement={"capacity": "advisory"}))

    response = pack.AnalyzeStack(whole(), None)

    assert [(crashing.id, proto.MANDATORY, "")] == told(response)
    assert "The rule failed (KeyError in test_crossguard.py:" in response.diagnostics[0].message


def beside(folder: str) -> dict[str, proto.PolicyConfig]:
    """The pack's config, where it names a folder of the states of a pair's other stacks."""
    config = proto.PolicyConfig(enforcementLevel=proto.ADVISORY, properties=struct({"states": folder}))
    return {"capacity-sum-exceeds-plan": config}


def state(project: str, instances: int, **more: Any) -> str:
    """An export of the pair's stack of another project."""
    made = f"urn:pulumi:customer1-prod::{project}"
    provider = {"urn": f"{made}::pulumi:providers:aws::default", "type": "pulumi:providers:aws", "custom": True}
    own = {"type": "aws:ec2/instance:Instance", "custom": True, "provider": f"{provider['urn']}::id"}
    own |= {"inputs": {"instanceType": "t3.small"}}
    listed = [{"urn": f"{made}::aws:ec2/instance:Instance::{i}", **own} for i in range(instances)]
    return json.dumps({"version": 3, "deployment": {"resources": [provider, *listed], **more}})


WORKER = ("aws:ec2/instance:Instance", "worker", {"instanceType": "t3.small"})


def test_pairs_other_stacks_count_and_its_own_state_does_not(tmp_path: Path) -> None:
    registry(tmp_path)
    (tmp_path / "states").mkdir()
    (tmp_path / "states" / "a").write_text(state("network", 12))
    (tmp_path / "states" / "b").write_text(state("shop", 9))

    alone = analyzer(tmp_path).AnalyzeStack(whole(WORKER), None)
    summed = analyzer(tmp_path, packed=beside("states")).AnalyzeStack(whole(WORKER), None)
    made = analyzer(tmp_path, dry_run=False, packed=beside("states")).Analyze(one(*WORKER), None)

    assert [] == told(alone)
    assert [("capacity-sum-exceeds-plan", proto.MANDATORY, "")] == told(summed)
    assert "instances: 13 is more than 12" in summed.diagnostics[0].message
    assert told(summed) == told(made)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("network.json", "{", "network.json: expected a deployment in JSON"),
        ("network.json", state("network", 1).replace("customer1-prod", "nobody-prod"), "expected the state of a regis"),
        ("shop.txt", state("network", 1, resources=[]), "expected resources, which say whose stack it is (got none)"),
        (
            "network.json",
            state("network", 1).replace('"custom": true, "provider"', '"delete": true, "provider"'),
            "network.json: 0: it is waiting to be deleted, and may still be there",
        ),
        ("network.json", None, "expected a folder of states"),
    ],
)
def test_state_that_can_not_be_read_stops_whatever_the_registry_says(
    tmp_path: Path, name: str, content: str | None, said: str
) -> None:
    root = registry(tmp_path, [exemption(rule="capacity")], enforcement={"capacity": "advisory", "reading": "advisory"})
    if content is not None:
        (tmp_path / "states").mkdir()
        (tmp_path / "states" / name).write_text(content)

    response = analyzer(root, packed=beside("states")).AnalyzeStack(whole(WORKER), None)

    assert [
        ("capacity-sum-exceeds-plan", proto.ADVISORY, ""),
        ("document-unreadable", proto.MANDATORY, ""),
    ] == sorted(each for each in told(response) if each[0] != "exemption-unused")
    assert all(said in d.message for d in response.diagnostics if d.policyName != "exemption-unused")


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


GROUP = ("aws:cloudwatch/logGroup:LogGroup", "app", {"name": "/app"})
TODAY = datetime.now(UTC).date()


def exemption(*, days: int = 30, **changes: Any) -> dict[str, Any]:
    """An exemption that holds for so many days."""
    expires = str(TODAY + timedelta(days=days))
    given = {"stack": "customer1-prod", "reason": "they are read by hand", "owner": "team-shop", "expires": expires}
    return {"rule": "logs-not-central", **given, **changes}


def test_exempted_finding_stops_nothing_and_says_who_answers_for_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    response = analyzer(registry(tmp_path, [exemption()])).AnalyzeStack(whole(GROUP), None)

    message = response.diagnostics[0].message
    assert [("logs-not-central", proto.ADVISORY, "app")] == told(response)
    assert message.startswith("Exempted: ")
    assert f"Let pass: they are read by hand (owner team-shop, until {TODAY + timedelta(days=30)})" in message
    assert "Fingerprint" not in message
    count = f"proved {len(CATALOG) - 1} of {len(CATALOG)} rules, 1 finding exempted for customer1-prod"
    assert count in capfd.readouterr().err


def test_exempted_resource_is_made(tmp_path: Path) -> None:
    route = ("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", "abroad", {"logGroup": "/app"})
    route[2]["destinationArn"] = "arn:aws:lambda:eu-central-1:222222222222:function:theirs"
    root = registry(tmp_path, [exemption(rule="log-route-foreign", resource="abroad")])

    responses = [analyzer(each, dry_run=False).Analyze(one(*route), None) for each in (ROOT, root)]

    assert [("log-route-foreign", proto.MANDATORY, "abroad")] == told(responses[0])
    assert [("log-route-foreign", proto.ADVISORY, "abroad")] == told(responses[1])


def test_exemption_past_its_date_lets_nothing_pass(tmp_path: Path) -> None:
    response = analyzer(registry(tmp_path, [exemption(days=-1)])).AnalyzeStack(whole(GROUP), None)

    stopped = ("logs-not-central", proto.MANDATORY, "app")
    assert [stopped, ("exemption-expired", proto.ADVISORY, "")] == told(response)


def test_unused_exemption_stops_a_preview_only_if_the_registry_says_so(tmp_path: Path) -> None:
    given = [exemption(project="shop")]

    lenient = analyzer(registry(tmp_path, given)).AnalyzeStack(whole(), None)
    strict = analyzer(registry(tmp_path, given, enforcement={"exemptions": "mandatory"})).AnalyzeStack(whole(), None)

    assert [("exemption-unused", proto.ADVISORY, "")] == told(lenient)
    assert [("exemption-unused", proto.MANDATORY, "")] == told(strict)


@pytest.mark.parametrize("rule", ["cicd-reaches-global-config", "no-such-rule", "registry-unreadable"])
def test_registry_that_exempts_what_it_may_not_is_unreadable(tmp_path: Path, rule: str) -> None:
    response = analyzer(registry(tmp_path, [exemption(rule=rule)])).AnalyzeStack(whole(), None)

    assert [("registry-unreadable", proto.MANDATORY, "")] == told(response)
    assert "exemptions.0.rule: " in response.diagnostics[0].message
    assert rule in response.diagnostics[0].message


def test_global_config_is_exempted_only_where_the_platform_says_that_it_may_be(tmp_path: Path) -> None:
    root = registry(tmp_path, [exemption(rule="cicd-reaches-global-config")], exemptible=["global-config"])

    response = analyzer(root).AnalyzeStack(whole(ROLE, policy("*")), None)

    assert [("cicd-reaches-global-config", proto.ADVISORY, "grants")] == told_of_global_config(response)


ASKED = "tenant-safety:exempt"
WANTED = {"rule": "logs-not-central", "reason": "please\x1b[2J", "resource": "app"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (json.dumps([WANTED]), "Exemption asked for by the program: please\\u001b[2J"),
        (json.dumps([{**WANTED, "rule": "logs"}]), "Exemption asked for by the program: please"),
        (json.dumps([{**WANTED, "resource": "other"}]), None),
        (json.dumps([{**WANTED, "rule": "capacity"}]), None),
        ("[{]", "Exemption asked for by the program: tenant-safety:exempt can't be read"),
        ("{}", "Exemption asked for by the program: tenant-safety:exempt can't be read"),
        (
            json.dumps([{**WANTED, "expires": "never"}]),
            "Exemption asked for by the program: tenant-safety:exempt can't",
        ),
        (json.dumps([{"rule": "logs"}]), "Exemption asked for by the program: tenant-safety:exempt can't"),
        ("[" * 30_000, "Exemption asked for by the program: tenant-safety:exempt can't be read"),
        ("[" * 15_000, "Exemption asked for by the program: tenant-safety:exempt can't be read"),
    ],
)
def test_what_a_program_asks_for_is_shown_and_grants_nothing(written: str, shown: str | None) -> None:
    response = analyzer(config={ASKED: written}).AnalyzeStack(whole(GROUP), None)

    message = response.diagnostics[0].message
    assert [("logs-not-central", proto.MANDATORY, "app")] == told(response)
    assert (shown is not None) == ("Exemption asked for" in message)
    assert (shown or "") in message


def test_what_a_program_asks_for_in_secret_is_not_shown() -> None:
    pack = analyzer(config={ASKED: json.dumps([{**WANTED, "reason": "hunter2"}])}, secret=(ASKED, "shop:password"))
    pack._stack.config["shop:password"] = "hunter2"

    response = pack.AnalyzeStack(whole(GROUP), None)

    assert "hunter2" not in response.diagnostics[0].message


def test_many_requests_do_not_bury_the_finding() -> None:
    response = analyzer(config={ASKED: json.dumps([WANTED] * 50)}).AnalyzeStack(whole(GROUP), None)

    assert 3 == response.diagnostics[0].message.count("Exemption asked for")


def test_tags_of_a_stack_and_of_its_resources_grant_nothing() -> None:
    pack = analyzer()
    pack._stack.tags[ASKED] = json.dumps([WANTED])
    tagged = (GROUP[0], GROUP[1], {**GROUP[2], "tags": {"tenant-safety:exempt": "logs-not-central"}})

    response = pack.AnalyzeStack(whole(tagged), None)

    assert [("logs-not-central", proto.MANDATORY, "app")] == told(response)
    assert "Exemption asked for" not in response.diagnostics[0].message


def baselined(tmp_path: Path, *found: str, **platform: Any) -> Path:
    """A folder whose registry names a baseline of these fingerprints."""
    about = {"rule": "logs-not-central", "project": "shop", "stack": "customer1-prod", "resource": "x::app"}
    known = [{"fingerprint": mark, "recorded": "2026-01-31", **about} for mark in found]
    (tmp_path / "baseline.json").write_text(json.dumps({"version": 1, "findings": known}))
    return registry(tmp_path, baseline="baseline.json", **platform)


def marked(message: str) -> str:
    """The fingerprint that a message shows."""
    return message.split("  Fingerprint: ")[1].split("\n", maxsplit=1)[0]


def test_known_finding_stops_nothing_and_a_new_one_does(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    first = analyzer().AnalyzeStack(whole(GROUP), None).diagnostics[0].message
    root = baselined(tmp_path, marked(first))

    response = analyzer(root).AnalyzeStack(whole(GROUP, (GROUP[0], "new", {"name": "/new"})), None)

    assert [("logs-not-central", proto.MANDATORY, "new"), ("logs-not-central", proto.ADVISORY, "app")] == told(response)
    known = response.diagnostics[1].message
    assert (True, marked(first)) == (known.startswith("Known: "), marked(known))
    assert "Let pass: in the baseline since 2026-01-31" in known
    said = capfd.readouterr().err.splitlines()[-1]
    assert ", 1 finding in the baseline for customer1-prod" in said
    assert ", baseline " in said


def test_finding_of_the_baseline_that_is_no_more_is_told(tmp_path: Path) -> None:
    response = analyzer(baselined(tmp_path, "0" * 32)).AnalyzeStack(whole(), None)

    assert [("baseline-outgrown", proto.ADVISORY, "")] == told(response)


def test_global_config_has_no_fingerprint() -> None:
    response = analyzer().AnalyzeStack(whole(ROLE, policy("*")), None)

    assert "Fingerprint" not in response.diagnostics[0].message


@pytest.mark.parametrize("content", [None, "", "[]", '{"version": 2, "findings": []}', '{"version": 1, "found": []}'])
def test_baseline_that_can_not_be_read_is_a_registry_that_can_not_be_read(tmp_path: Path, content: str | None) -> None:
    root = baselined(tmp_path)
    (root / "baseline.json").unlink()
    if content is not None:
        (root / "baseline.json").write_text(content)

    response = analyzer(root).AnalyzeStack(whole(), None)

    assert [("registry-unreadable", proto.MANDATORY, "")] == told(response)
    assert "baseline.json: " in response.diagnostics[0].message


BOUNDARY = "arn:aws:iam::111111111111:policy/cicd-boundary"
REMEDIED = {
    "remediate": ["cicd-boundary-missing"],
    "cicd_roles": {"names": ["cicd-*"], "boundaries": ["arn:aws:iam::*:policy/cicd-boundary"]},
}


def remedied(pack: crossguard.Analyzer, *resource: Any) -> list[dict[str, Any]]:
    """The properties that a resource is given in place of its own."""
    response = pack.Remediate(one(*resource), None)
    return [dict(each.properties) for each in response.remediations]


def test_boundary_is_put_in_where_the_registry_says_so(tmp_path: Path) -> None:
    bare = {key: value for key, value in ROLE[2].items() if key != "permissionsBoundary"}
    secret_note = {**bare, "description": secret("note"), "tags": {"a": UNKNOWN}}

    on = remedied(analyzer(registry(tmp_path, **REMEDIED)), *ROLE[:2], secret_note)
    off = remedied(analyzer(), *ROLE)

    assert [dict(struct({**secret_note, "permissionsBoundary": BOUNDARY}))] == on
    assert [] == off


@pytest.mark.parametrize(
    ("token", "props"),
    [
        ("aws:iam/role:Role", {"name": "app"}),
        ("aws:iam/role:Role", {"name": UNKNOWN}),
        ("aws:iam/role:Role", {"name": "cicd-app", "permissionsBoundary": "arn:aws:iam::111111111111:policy/other"}),
        ("aws:iam/role:Role", {"name": "cicd-app", "permissionsBoundary": UNKNOWN}),
        ("aws:iam/group:Group", {"name": "cicd-app"}),
        ("aws:ssm/parameter:Parameter", {"name": "cicd-app"}),
    ],
)
def test_nothing_is_put_in_where_it_is_not_surely_missing(tmp_path: Path, token: str, props: dict[str, Any]) -> None:
    assert [] == remedied(analyzer(registry(tmp_path, **REMEDIED)), token, "x", {**ROLE[2], **props})


def test_boundary_of_another_account_is_not_put_in(tmp_path: Path) -> None:
    roles = {"names": ["cicd-*"], "boundaries": ["arn:aws:iam::222222222222:policy/cicd-boundary"]}

    assert [] == remedied(analyzer(registry(tmp_path, **{**REMEDIED, "cicd_roles": roles})), *ROLE)


def test_nothing_is_put_in_for_a_stack_that_nobody_registered(tmp_path: Path) -> None:
    assert [] == remedied(analyzer(registry(tmp_path, **REMEDIED), stack="nobody-prod"), *ROLE)
    assert [] == remedied(analyzer(tmp_path / "none"), *ROLE)


def plans(tmp_path: Path, *, remediate: Sequence[str] = ()) -> Path:
    """A folder whose registry says how long logs are kept."""
    raw = json.loads((registry(tmp_path, remediate=remediate) / "tenancy.yaml").read_text())
    raw["plans"]["standard"]["log_retention_days"] = 90
    (tmp_path / "tenancy.yaml").write_text(json.dumps(raw))
    return tmp_path


@pytest.mark.parametrize(
    ("props", "retention"),
    [
        ({"retentionInDays": 7}, [90]),
        ({"retentionInDays": 90}, []),
        ({"retentionInDays": 0}, []),
        ({}, []),
        ({"retentionInDays": UNKNOWN}, []),
        ({"logGroupClass": "DELIVERY"}, []),
    ],
)
def test_logs_are_kept_as_long_as_the_plan_says(tmp_path: Path, props: dict[str, Any], retention: list[int]) -> None:
    """What can't be put right so is left to the rules."""
    pack = analyzer(plans(tmp_path, remediate=["log-retention-short"]))

    made = remedied(pack, *GROUP[:2], {**GROUP[2], **props})

    assert retention == [each["retentionInDays"] for each in made]


def test_logs_are_kept_longer_only_where_the_registry_says_so(tmp_path: Path) -> None:
    assert [] == remedied(analyzer(plans(tmp_path)), *GROUP[:2], {**GROUP[2], "retentionInDays": 7})


def test_what_was_put_right_is_judged_anew(tmp_path: Path) -> None:
    """As the engine does: what the pack makes of a resource is asked about like what a program makes of it."""
    root = plans(tmp_path, remediate=["log-retention-short"])
    pack = analyzer(root, dry_run=False)
    request = one(*GROUP[:2], {**GROUP[2], "retentionInDays": 7})

    before = told(analyzer(root, dry_run=False).Analyze(request, None))
    request.properties.CopyFrom(pack.Remediate(request, None).remediations[0].properties)
    after = told(pack.Analyze(request, None))

    assert ([("log-retention-short", proto.MANDATORY, "app")], []) == (before, after)
