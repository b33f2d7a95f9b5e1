"""What users write is decided before it exists, and what is said of it then is what an update says."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.symbolic_generate import generate, name
from tests.symbolic_programs import PROGRAMS, Bench, Compared, Disagreement, owners, rows, run_programs, shown, sources

pytestmark = pytest.mark.engine

SEEDS = ("1", "2", "3")
"""Of the stand-in for AWS: each draws other names and ids."""
BATCH = 25
"""So many drawn programs share a stack."""
FEW = 10
"""So many are drawn in every run."""
LONG = 500

OPEN = {
    "arn-account-reader assumeRolePolicy (aws:iam/role:Role)": "of the ARN only the account is left",
    "loose-boundary-limit policy (aws:iam/policy:Policy)": "all that the ARN had of its own has become a star",
    "branching-deploy policy (aws:iam/rolePolicy:RolePolicy)": "one of two documents, as a value has it",
    "branching-more-deploy policy (aws:iam/rolePolicy:RolePolicy)": "one of two statements, as a value has it",
    "digest-deploy policy (aws:iam/rolePolicy:RolePolicy)": "a digest shows nothing of what it was made of",
    "existing-mine policy (aws:s3/bucketPolicy:BucketPolicy)": "the engine tells the SDK no id of what is only read",
    "imported-reports policy (aws:s3/bucket:Bucket)": "what somebody has set on it before it was imported",
}
"""Documents that no symbolic preview can decide, and why."""
UNDETERMINED = {
    ("cicd-trust-too-wide", "arn-account-reader"): "of the ARN only the account is left",
    ("role-trust-foreign", "arn-account-reader"): "of the ARN only the account is left",
    ("service-trust-without-source", "arn-account-reader"): "of the ARN only the account is left",
    ("cicd-reaches-global-config", "branching-deploy"): "it branches on a value that AWS draws",
    ("cicd-reaches-global-config", "branching-more-deploy"): "it branches on a value that AWS draws",
    ("cicd-reaches-global-config", "digest-deploy"): "a digest may be of anything",
    ("logs-can-be-cut", "branching-deploy"): "it branches on a value that AWS draws",
    ("logs-can-be-cut", "branching-more-deploy"): "it branches on a value that AWS draws",
    ("logs-can-be-cut", "digest-deploy"): "a digest may be of anything",
    ("cicd-reaches-global-config", "looked-up-value-deploy"): "somebody else has put that value there",
    ("cicd-reaches-global-config", "loose-boundary-deploy"): "all that the ARN had of its own has become a star",
    **{
        (rule, "existing-mine"): "the engine tells the SDK no id of what is only read"
        for rule in (
            "service-admitted-without-source",
            "shared-with-everyone",
            "shared-with-foreign-account",
            "shared-with-organization",
        )
    },
    **{
        (rule, resource): why
        for rule in ("cicd-rewrites-itself", "cicd-takes-over-roles", "foreign-tenant-referenced")
        for resource, why in {
            "branching-deploy": "it branches on a value that AWS draws",
            "branching-more-deploy": "it branches on a value that AWS draws",
            "digest-deploy": "a digest may be of anything",
        }.items()
    },
    ("foreign-tenant-referenced", "looked-up-value-deploy"): "somebody else has put that value there",
    ("foreign-tenant-referenced", "loose-boundary-limit"): "all that the ARN had of its own has become a star",
}
"""Findings that are undetermined symbolically where an update finds nothing, or a violation; and why."""
ARRIVED = {
    ("cicd-reaches-global-config", "bot-group-bot"): ("cicd-reaches-global-config", "bot-group-builders"),
}
"""Where an update tells a fault also of the resource that completes it, which is no other than that of another."""
VIOLATED = {
    "assumed_linker": "cicd-reaches-global-config",
    "attached_admin": "cicd-reaches-global-config",
    "bot_group": "cicd-reaches-global-config",
    "filtered_logs": "logs-not-central",
    "foreign_logs": "log-route-foreign",
    "late_deny": "cicd-reaches-global-config",
    "open_github": "cicd-reaches-global-config",
    "policy_dicts_wide": "cicd-reaches-global-config",
    "too_large": "capacity-exceeds-plan",
    "wide_star": "cicd-reaches-global-config",
    "wrong_account": "cicd-reaches-global-config",
}
"""Programs with a fault that is violated symbolically, and the rule that says so."""


@dataclass(frozen=True)
class Everything:
    """What CI runs, each once: the programs of the folder, and drawn ones as they are made and as they are updated."""

    programs: Sequence[Compared]
    drawn: Sequence[Compared]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Everything:
    folder = tmp_path_factory.mktemp("programs")
    with ThreadPoolExecutor() as pool:
        programs = pool.submit(run_programs, folder / "written")
        drawn = pool.submit(_drawn, folder / "drawn", range(FEW))
        return Everything(programs.result(), drawn.result())


def _drawn(folder: Path, numbers: Sequence[int], seed: str = "0") -> list[Compared]:
    """Drawn programs as they are made, and then as their other variant updates them."""
    with Bench(folder, seed) as bench:
        return [
            bench.compare({name(number): generate(number, variant) for number in numbers}, afterwards=True)
            for variant in (1, 2)
        ]


def _unlisted(compared: Sequence[Compared]) -> list[Disagreement]:
    found = []
    for one in compared:
        sure = {(v.rule, v.resource) for v in one.symbolic.verdicts if v.verdict == "violated"}
        for each in one.disagreements:
            which = (each.rule, each.resource)
            doubted = each.symbolic == "undetermined" and which in UNDETERMINED
            if not doubted and not (each.symbolic == "-" and ARRIVED.get(which) in sure):
                found.append(each)
    return found


def test_programs_name_their_resources_after_themselves(everything: Everything) -> None:
    """By its name a finding is of one program."""
    names = {resource for one in everything.programs for resource in one.owners}

    assert [] == [
        n
        for n, owner in owners(names, sources()).items()
        if not owner and not n.startswith(("p", "default", "organization/"))
    ]


def test_documents_are_decided_before_anything_exists(everything: Everything) -> None:
    """At least 95 of a hundred, and more than a plain preview decides; the rest is listed, each with its reason."""
    listed = rows(everything.programs)

    print(shown(listed))
    total, plain, symbolic = (sum(getattr(row, part) for row in listed) for part in ("all", "plain", "symbolic"))
    assert symbolic >= 0.95 * total
    assert plain < symbolic
    assert OPEN.keys() == {document for one in everything.programs for document in one.symbolic.documents.open}
    assert [] == [row.program for row in listed if row.all == 0]


def test_the_preview_says_what_the_update_says(everything: Everything) -> None:
    """Each finding of each program, but for what is listed."""
    assert [] == _unlisted(everything.programs)


def test_what_is_proved_stays_proved(everything: Everything) -> None:
    """A rule that is proved for all values is proved for those that AWS gives."""
    for one in (*everything.programs, *everything.drawn):
        assert one.symbolic.proved <= one.up.proved


def test_faults_are_violations_and_listed_doubts_are_no_proofs(everything: Everything) -> None:
    """What is planted is found before it exists; what hangs on a value is not passed over."""
    by_program: dict[str, set[tuple[str, str]]] = {}
    told: set[tuple[str, str, str]] = set()
    for one in everything.programs:
        for verdict in one.symbolic.verdicts:
            by_program.setdefault(one.owners.get(verdict.resource, ""), set()).add((verdict.rule, verdict.verdict))
            told.add((verdict.rule, verdict.resource, verdict.verdict))

    assert [] == [p for p, rule in VIOLATED.items() if (rule, "violated") not in by_program.get(p, ())]
    assert [] == [doubt for doubt in UNDETERMINED if (*doubt, "undetermined") not in told]


def test_drawn_programs_are_judged_as_their_updates_are(everything: Everything) -> None:
    """Made and then changed: nothing is violated that was proved, and nothing violated that then is not."""
    assert [] == _unsound(everything.drawn)
    assert _doubted(everything.drawn) <= 0.1


def _unsound(compared: Sequence[Compared]) -> list[Disagreement]:
    """What an update finds and no preview has even doubted, or the other way round."""
    return [d for one in compared for d in one.disagreements if d.symbolic != "undetermined"]


def _doubted(compared: Sequence[Compared]) -> float:
    """Which share of the documents is in doubt symbolically alone."""
    doubts = sum(len(one.disagreements) for one in compared)
    return doubts / sum(len(one.symbolic.documents.all) for one in compared)


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
def test_programs_agree_for_other_values(tmp_path: Path, seed: str) -> None:
    """Whatever AWS draws, the update says what the preview has said."""
    assert [] == _unlisted(run_programs(tmp_path, seed, plain=False))


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, LONG, BATCH))
def test_more_drawn_programs_agree(tmp_path: Path, first: int) -> None:
    """Programs that CI has no time for; of each batch AWS draws other values."""
    drawn = _drawn(tmp_path, range(first, first + BATCH), SEEDS[first // BATCH % len(SEEDS)])

    assert [] == _unsound(drawn)
    assert _doubted(drawn) <= 0.1


def test_the_programs_are_what_the_folder_has() -> None:
    """A program that is not run would prove nothing."""
    assert {path.stem for path in PROGRAMS.glob("*.py")} == {*sources(), "iam_json"}
    assert len(sources()) >= 28
