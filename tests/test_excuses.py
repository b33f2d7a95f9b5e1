"""What the platform lets pass, and that nobody else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tenant_safety.analysis import Facts, fingerprint
from tenant_safety.judge import judge
from tenant_safety.model import Finding, Stack, Unknown
from tenant_safety.registry import load
from tenant_safety.rules import CATALOG, Rule
from tenant_safety.tenancy import RegistryError
from tenant_safety.tenancy.registry import Exemption, Platform, is_called
from tests.cases import EXEMPTIBLE, REGISTRY, Case, cases, every
from tests.engine import ROOT

FOR_ALL = {"reason": "it is known", "owner": "team-shop", "expires": "2026-12-31"}
STACK = Stack("shop", "customer1-prod", ())
URN = "urn:pulumi:customer1-prod::shop::shop:index:App$aws:ec2/instance:Instance::worker"


def exempted(by: Rule, case: Case, **changes: Any) -> Case:
    """A case whose registry exempts all that the rule finds."""
    given: Any = case.registry
    platform = {**given.get("platform", {}), "exemptible": ["global-config", "reading"]}
    exemption = {"rule": by.id, "stack": case.stack, "undetermined": True, **FOR_ALL, **changes}
    return replace(case, registry={**given, "platform": platform, "exemptions": [exemption]})


@pytest.mark.parametrize("rule", EXEMPTIBLE, ids=lambda rule: rule.id)
def test_every_rule_faces_an_exemption(rule: Rule) -> None:
    """What it found is let pass, and that is no proof."""
    told = [case for case in cases(rule.id) if case.outcome.findings]

    results = [judge(exempted(rule, case).facts(), [rule])[0] for case in told]

    assert {("exempted", ())} == {(result.status, result.findings) for result in results}
    assert [len(case.outcome.findings) for case in told] == [len(result.excused) for result in results]


@pytest.mark.parametrize("rule", EXEMPTIBLE, ids=lambda rule: rule.id)
def test_what_is_undetermined_is_exempted_only_if_the_exemption_says_so(rule: Rule) -> None:
    told = [case for case in cases(rule.id) if case.outcome.findings]

    left = [judge(exempted(rule, case, undetermined=False).facts(), [rule])[0].findings for case in told]

    undetermined = [[f for f in case.outcome.findings if f[1] == "undetermined"] for case in told]
    assert [len(each) for each in undetermined] == [len(each) for each in left]


@pytest.mark.parametrize("family", ["global-config", "reading"])
def test_what_the_platform_has_to_say_is_not_exempted_otherwise(family: str) -> None:
    """However the exemption came into the registry."""
    rule = next(rule for rule in CATALOG if rule.family == family)
    case = next(case for case in cases(rule.id) if case.outcome.findings)
    facts = exempted(rule, case).facts()
    assert facts.claim.snapshot is not None
    registry = facts.claim.snapshot.registry
    platform = registry.platform.model_copy(update={"exemptible": ()})
    snapshot = replace(facts.claim.snapshot, registry=registry.model_copy(update={"platform": platform}))

    (result,) = judge(Facts(facts.stack, replace(facts.claim, snapshot=snapshot)), [rule])

    assert len(case.outcome.findings) == len(result.findings)


@pytest.mark.parametrize(
    ("changes", "covered"),
    [
        ({}, True),
        ({"rule": "logs"}, True),
        ({"rule": "capacity"}, False),
        ({"stack": "customer1-*"}, True),
        ({"stack": "customer2-prod"}, False),
        ({"project": "sh?p"}, True),
        ({"project": "other"}, False),
        ({"resource": "nam*"}, True),
        ({"resource": "other"}, False),
        ({"expires": "2026-06-01"}, True),
        ({"expires": "2026-05-31"}, False),
        ({"expires": "2027-06-02"}, True),
        ({"expires": "2027-06-03"}, False),
    ],
)
def test_what_an_exemption_covers(changes: dict[str, str], covered: bool) -> None:
    rule = next(rule for rule in CATALOG if rule.id == "logs-not-central")
    case = next(case for case in cases(rule.id) if [f[0] for f in case.outcome.findings] == ["named", "unnamed"])

    (result,) = judge(exempted(rule, case, **changes).facts(), [rule])

    assert covered == ("named" in [each.finding.urn.rsplit("::", 1)[1] for each in result.excused])


def test_of_several_exemptions_the_one_that_holds_longest_is_told() -> None:
    """And an exemption before the baseline."""
    rule = next(rule for rule in CATALOG if rule.id == "logs-not-central")
    case = next(case for case in cases("baseline-outgrown") if case.name == "it is still there, and exempted too")
    given: Any = case.registry
    later = {**given["exemptions"][0], "reason": "later", "expires": "2027-01-31"}
    case = replace(case, registry={"exemptions": [given["exemptions"][0], later]})

    (result,) = judge(case.facts(), [rule])

    assert [(True, "later (owner o, until 2027-01-31)", 3)] == [
        (each.exempted, each.because, len(each.by)) for each in result.excused
    ]


def test_nothing_is_exempted_on_a_day_that_nobody_knows() -> None:
    exemption = Exemption(rule="logs", stack="customer1-prod", reason="r", owner="o", expires=date.max)

    assert (False, "nobody knows what day it is") == (exemption.holds(None), exemption.lapse(None))


@pytest.mark.parametrize(
    ("pattern", "called"),
    [
        ("worker", True),
        ("work*", True),
        ("aws:ec2/instance:Instance::worker", True),
        ("aws:ec2/*::worker", True),
        ("aws:s3/*::worker", False),
        ("shop:index:App$aws:ec2/instance:Instance::worker", False),
        ("Worker", False),
    ],
)
def test_a_pattern_names_a_resource_by_its_name_or_its_type_and_name(pattern: str, called: bool) -> None:
    assert called == is_called(pattern, URN)


def test_a_name_can_not_pass_for_a_type() -> None:
    forged = "urn:pulumi:customer1-prod::shop::aws:s3/bucket:Bucket::aws:ec2/instance:Instance::worker"

    assert not is_called("aws:ec2/instance:Instance::worker", forged)


def test_a_stack_is_no_resource() -> None:
    assert not is_called("work*", "")


@pytest.mark.parametrize(("rule", "case"), [pytest.param(r, c, id=f"{r.id}: {c.name}") for r, c in every()])
def test_findings_of_a_rule_are_known_apart(rule: Rule, case: Case) -> None:
    """Two violations of one stack have one fingerprint only if they read alike."""
    facts = case.facts()
    (result,) = judge(facts, [rule])
    found = {(f.urn, f.why) for f in result.findings if f.verdict == "violated"}
    marks = {fingerprint(facts.stack, rule.id, rule.family, f) for f in result.findings} - {""}
    if rule.family in ("tenancy", "reading", "global-config", "exemptions"):
        found = set()

    assert len(found) == len(marks)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("trusts app-1a2b3c4", "trusts app-9f8e7d6", True),
        ("trusts app-1a2b3c4", "trusts app-VqkzxJq", True),
        ("trusts app-1a2b3c4", "trusts app-1a2b3c", False),
        ("trusts app-1a2b3c4", "trusts ap-1a2b3c4", False),
        ("trusts 222222222222", "trusts 333333333333", False),
        ("7 is more than 4", "8 is more than 4", False),
        ("1234567 is more than 4", "7654321 is more than 4", False),
    ],
)
def test_fingerprints_leave_out_what_is_drawn_and_nothing_else(one: str, other: str, same: bool) -> None:
    marks = [fingerprint(STACK, "x", "sharing", Finding(URN, why)) for why in (one, other)]

    assert same == (marks[0] == marks[1])


def test_fingerprints_are_the_same_in_every_run_and_version() -> None:
    """They stand in users' baselines: this must not change without a new version of their format."""
    actual = fingerprint(STACK, "x", "sharing", Finding(URN, "trusts app-1a2b3c4"))

    assert "9a0c79a0dda10e95142de1b1215cef13" == actual


@pytest.mark.parametrize(
    ("stack", "family", "finding"),
    [
        (STACK, "global-config", Finding(URN, "why")),
        (STACK, "reading", Finding(URN, "why")),
        (STACK, "tenancy", Finding(URN, "why")),
        (STACK, "exemptions", Finding(URN, "why")),
        (STACK, "sharing", Finding(URN, "why", "undetermined")),
        (STACK, "sharing", Finding(URN, "why", "undetermined", (Unknown("policy"),))),
        (replace(STACK, secrets=frozenset({"hunter2"})), "sharing", Finding(URN, "trusts hunter2")),
        (replace(STACK, withheld=frozenset({URN})), "sharing", Finding(URN, "7 is more than 4")),
        (replace(STACK, withheld=frozenset({URN})), "sharing", Finding("", "7 is more than 4")),
    ],
)
def test_what_can_not_be_in_a_baseline_has_no_fingerprint(stack: Stack, family: str, finding: Finding) -> None:
    assert "" == fingerprint(stack, "x", family, finding)


def test_secrets_of_other_resources_do_not_keep_a_finding_out_of_a_baseline() -> None:
    stack = replace(STACK, secrets=frozenset({"hunter2"}), withheld=frozenset({"urn:other"}))

    assert fingerprint(STACK, "x", "sharing", Finding(URN, "y")) == fingerprint(
        stack, "x", "sharing", Finding(URN, "y")
    )


def test_a_family_that_nothing_is_said_of_may_be_exempted() -> None:
    platform = Platform.model_construct(exemptible=())

    assert [False, False, False, True] == [
        platform.may_exempt(family) for family in ("tenancy", "exemptions", "reading", "sharing")
    ]


def written(tmp_path: Path, *exemptions: dict[str, Any], **platform: Any) -> Path:
    """The tests' registry in a file, changed."""
    raw = yaml.safe_load(REGISTRY.read_text(encoding="utf-8"))
    raw["platform"].update(platform)
    path = tmp_path / "tenancy.yaml"
    path.write_text(yaml.safe_dump({**raw, "exemptions": list(exemptions)}), encoding="utf-8")
    return path


def exemption(**changes: Any) -> dict[str, Any]:
    return {"rule": "logs", "stack": "customer1-prod", **FOR_ALL, **changes}


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in exemption().items() if name != key}


UNLESS = " unless platform.exemptible names it"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (exemption(rule="capacity-exceed-plan"), "rule: expected the id of a rule or a family (got 'capacity-exceed-p"),
        (exemption(rule="Logs"), "rule: String should match pattern"),
        (exemption(rule="tenancy"), "rule: the family tenancy can't be exempted ("),
        (exemption(rule="exemptions"), "rule: the family exemptions can't be exempted ("),
        (exemption(rule="reading"), f"rule: the family reading can't be exempted{UNLESS} ("),
        (exemption(rule="global-config"), f"rule: the family global-config can't be exempted{UNLESS} ("),
        (
            exemption(rule="resource-opaque"),
            f"rule: the family reading can't be exempted{UNLESS} (got 'resource-opaque'",
        ),
        (exemption(rule="linker-wider"), f"rule: the family global-config can't be exempted{UNLESS} (got 'linker-w"),
        (exemption(rule="exemption-unused"), "rule: the family exemptions can't be exempted (got 'exemption-unused'"),
        (exemption(stack="*"), "stack: expected a pattern that names something, not only wildcards (got '*')"),
        (exemption(resource="?*"), "resource: expected a pattern that names something, not only wildcards (got '?*')"),
        (exemption(resource=""), "resource: expected a pattern that names something"),
        (exemption(reason=" "), "reason: String should match pattern"),
        (exemption(owner=""), "owner: String should match pattern"),
        (exemption(expires="never"), "expires: expected a date such as 2027-03-31 (got 'never')"),
        (exemption(expires=20270331), "expires: expected a date such as 2027-03-31 (got 20270331)"),
        (exemption(expires="2027-03-31T00:00"), "expires: expected a date such as 2027-03-31 (got '2027-03-31T00:00')"),
        (exemption(expires="2027-02-30"), "expires: Input should be a valid date"),
        (exemption(tags={"a": "b"}), "tags: expected no such key"),
        (without("reason"), "reason: expected this key, got none"),
        (without("owner"), "owner: expected this key, got none"),
        (without("expires"), "expires: expected this key, got none"),
        (without("stack"), "stack: expected this key, got none"),
    ],
)
def test_faults_of_an_exemption(tmp_path: Path, given: dict[str, Any], message: str) -> None:
    with pytest.raises(RegistryError) as error:
        load(written(tmp_path, exemption(), given))

    assert f"exemptions.1.{message}" in str(error.value)


def test_exemptions_of_every_kind_are_read(tmp_path: Path) -> None:
    given = [exemption(rule=rule.id, expires="9999-12-31") for rule in EXEMPTIBLE] + [exemption(rule="global-config")]

    snapshot = load(written(tmp_path, *given, exemptible=["global-config", "reading"]))

    assert [each["rule"] for each in given] == [each.rule for each in snapshot.registry.exemptions]


def test_the_documented_exemption_is_one(tmp_path: Path) -> None:
    """As it stands in docs/exemptions.md, its date without quotes."""
    documented = (ROOT / "docs" / "exemptions.md").read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    path = tmp_path / "tenancy.yaml"
    path.write_text(REGISTRY.read_text(encoding="utf-8") + documented, encoding="utf-8")

    (read,) = load(path).registry.exemptions

    assert (date(2027, 3, 31), "capacity-exceeds-plan on aws:ec2/instance:Instance::worker in shop/customer1-prod") == (
        read.expires,
        read.label,
    )


@pytest.mark.parametrize(
    ("boundaries", "account", "boundary"),
    [
        (["arn:aws:iam::*:policy/b"], "111111111111", "arn:aws:iam::111111111111:policy/b"),
        (["arn:aws:iam::111111111111:policy/b"], "111111111111", "arn:aws:iam::111111111111:policy/b"),
        (["arn:aws:iam::111111111111:policy/b"], "222222222222", ""),
        (["arn:aws:iam::1*:policy/b"], "111111111111", ""),
        (["arn:aws:iam::*:policy/b*"], "111111111111", ""),
        (["arn:*:iam::*:policy/b"], "111111111111", ""),
        (["arn:aws:iam::*:policy/b", "arn:aws:iam::*:policy/c"], "111111111111", ""),
        ([], "111111111111", ""),
    ],
)
def test_the_one_boundary_that_a_role_can_have(
    tmp_path: Path, boundaries: list[str], account: str, boundary: str
) -> None:
    roles = {"names": ["cicd-*"], "boundaries": boundaries}

    platform = load(written(tmp_path, cicd_roles=roles)).registry.platform

    assert boundary == platform.cicd_boundary(account)


@pytest.mark.parametrize("boundaries", [[], ["arn:*:iam::*:policy/*"], ["arn:aws:iam::1*:policy/b"]])
def test_nothing_is_put_in_that_is_not_named(tmp_path: Path, boundaries: list[str]) -> None:
    roles = {"names": ["cicd-*"], "boundaries": boundaries}

    with pytest.raises(RegistryError, match=r"expected cicd_roles\.boundaries to be one ARN without wildcards"):
        load(written(tmp_path, cicd_roles=roles, remediate=["cicd-boundary-missing"]))


def test_only_what_is_known_to_do_no_harm_can_be_put_right(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="Input should be 'cicd-boundary-missing'"):
        load(written(tmp_path, remediate=["logs-not-central"]))
