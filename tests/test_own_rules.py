"""Rules of users' own: the kit that tests them, the pack that serves them, and the page that tells how."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime import proto

from tenant_safety import crossguard
from tenant_safety.rules import CATALOG, Rule, with_own
from tenant_safety.rules.provider_not_pinned import provider_not_pinned
from tenant_safety.testing import Case, cases, check, run
from tests.cases import REGISTRY
from tests.engine import ROOT, Engine, program
from tests.test_crossguard import analyzer, told, whole
from tests.test_crossguard_engine import PINNED

PAGE = ROOT / "docs" / "own-rules.md"
OWN = replace(provider_not_pinned, id="own-rule", title="It is ours")
GROUP = """
    import pulumi_aws as aws

    aws.cloudwatch.LogGroup("app", name="/app")
    aws.cloudwatch.LogSubscriptionFilter("central", log_group="/app", filter_pattern="",
        destination_arn="arn:aws:logs:eu-central-1:888888888888:destination:central-logs")
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The folder that the page describes, beside the clone."""
    folder = tmp_path / "acme-pack"
    folder.mkdir()
    (tmp_path / "tenant-safety").symlink_to(ROOT)
    files = re.findall(r"^`([\w.]+)`:\n\n```\w+\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert {"log_group_misnamed.py", "log_group_misnamed.yaml", "__main__.py", "PulumiPolicy.yaml"} < dict(files).keys()
    for name, text in files:
        (folder / name).write_text(text)
    shutil.copyfile(ROOT / "tenancy.yaml", folder / "tenancy.yaml")
    return folder


def pytest_in(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--color=no", "--rootdir", str(folder)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_the_pages_cases_pass(pack: Path) -> None:
    ended = pytest_in(pack)

    assert (0, "4 passed") == (ended.returncode, ended.stdout.strip().splitlines()[-1][:8]), ended.stdout


def test_the_pages_cases_notice_a_wrong_rule(pack: Path) -> None:
    """And show what the rule says, as the table would have it."""
    rule = pack / "log_group_misnamed.py"
    rule.write_text(rule.read_text().replace("does not begin with", "begins not with"))

    ended = pytest_in(pack)

    assert (1, True) == (ended.returncode, "1 failed, 3 passed" in ended.stdout), ended.stdout
    assert "-  why: /app does not begin with /customer1-prod/" in ended.stdout
    assert "+  why: /app begins not with /customer1-prod/" in ended.stdout


@pytest.mark.engine
def test_the_pages_pack_judges_by_the_rule_and_by_the_catalogue(engine: Engine, pack: Path, tmp_path: Path) -> None:
    made = program(tmp_path, GROUP, name="shop")

    run = engine.preview(made, "customer1-prod", policy_pack=pack, config=PINNED)

    count = len(CATALOG) + 1
    assert [("mandatory", "log-group-misnamed", "app")] == [(f.level, f.policy, f.resource) for f in run.findings], (
        run.errors
    )
    assert any(f"proved {count - 1} of {count} rules" in m.message for m in run.messages), run.errors
    assert run.exit_code != 0


def test_own_rules_come_after_the_catalogue() -> None:
    assert (*CATALOG, OWN) == with_own([OWN])


@pytest.mark.parametrize(
    ("own", "fault"),
    [
        ([replace(OWN, id="resource-opaque")], "resource-opaque: expected an id that no other rule has"),
        ([OWN, replace(OWN, title="Another")], "own-rule: expected an id that no other rule has"),
        ([replace(OWN, family="mine")], "own-rule: expected a family of the catalogue (got 'mine')"),
    ],
)
def test_an_own_rule_can_replace_none_and_has_a_floor(own: list[Rule], fault: str) -> None:
    """The pack does not serve, and so fails the run."""
    with pytest.raises(ValueError, match=re.escape(fault)):
        crossguard.serve(ROOT, rules=own)


@pytest.fixture
def with_rules(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A pack that serves rules beside the catalogue, in this process."""

    def served(*own: Rule) -> None:
        monkeypatch.setattr(crossguard.Analyzer, "rules", with_own(own))

    return served


def test_an_own_rule_is_declared_and_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no page of this project's."""
    made: list[Any] = []
    monkeypatch.setattr(crossguard, "PolicyPack", lambda *args, **_: made.extend(args))
    monkeypatch.setattr(crossguard.Analyzer, "root", Path())
    monkeypatch.setattr(crossguard.Analyzer, "rules", CATALOG)

    crossguard.serve(ROOT, rules=[OWN])

    assert ("own-rule", "") == (made[1][-1].name, made[1][-1].url)
    assert len(CATALOG) + 1 == len(made[1])


def test_the_packs_config_may_name_an_own_rule(with_rules: Any) -> None:
    with_rules(OWN)
    given = {"own-rule": proto.PolicyConfig(enforcementLevel=proto.MANDATORY)}

    pack = analyzer(packed=given)

    assert {"own-rule": "mandatory"} == pack._settings.levels


def test_an_own_rule_that_crashes_is_a_mandatory_finding(with_rules: Any) -> None:
    def broken(facts: Any) -> Any:
        raise KeyError(facts.stack.name)

    with_rules(replace(OWN, check=broken))

    response = analyzer().AnalyzeStack(whole(), None)

    assert ("own-rule", proto.MANDATORY, "") in told(response)


def written(tmp_path: Path, text: str) -> tuple[Case, ...]:
    path = tmp_path / "cases.yaml"
    path.write_text(text)
    return cases(path, REGISTRY)


UNPINNED = """
- name: nothing pins it
  resources:
    - { type: "pulumi:providers:aws", name: anywhere }
"""


def test_a_case_that_says_otherwise_fails_with_the_difference(tmp_path: Path) -> None:
    """Lines that can be copied into the table."""
    (case,) = written(tmp_path, UNPINNED)

    with pytest.raises(AssertionError) as failed:
        check(provider_not_pinned, case)

    assert [
        "nothing pins it:",
        "--- expected of provider-not-pinned",
        "+++ actual",
        "-status: proved",
        "-findings: []",
        "+status: violated",
        "+findings:",
        "+- resource: anywhere",
        "+  verdict: violated",
        "+  why: it has neither allowedAccountIds nor assumeRoles",
    ] == [line for line in str(failed.value).splitlines() if not line.startswith("@@")]


def test_a_case_that_agrees_passes(tmp_path: Path) -> None:
    text = f"{UNPINNED.rstrip()}\n  findings: [{{ resource: anywhere, verdict: violated, why: {{}} }}]\n"
    (case,) = written(tmp_path, text.replace("{}", "it has neither allowedAccountIds nor assumeRoles"))

    check(provider_not_pinned, case)


def test_a_rule_that_crashes_says_where(tmp_path: Path) -> None:
    def broken(facts: Any) -> Any:
        raise KeyError(facts.stack.name)

    (case,) = written(tmp_path, UNPINNED)

    actual = run(replace(OWN, check=broken), case.facts())

    assert actual.status.startswith("crashed: KeyError in test_own_rules.py:")


def test_the_platform_of_a_case_trusts_what_its_registry_says(tmp_path: Path) -> None:
    """Nothing is added for the tests."""
    (case,) = written(
        tmp_path,
        """
- name: an own package
  registry: { platform: { trusted_packages: [acme] } }
  resources:
    - { type: "acme:index:Thing", name: trusted }
    - { type: "random:index/randomPet:RandomPet", name: not-trusted }
""",
    )

    opaque = [part.at.urn.rsplit("::", 1)[-1] for part in case.facts().opaque]

    assert ["not-trusted"] == opaque
