"""Affected previews: exactly those of which something changed, as comparing everything with everything tells."""

import json
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tenant_safety import affected as inputs_of
from tenant_safety.affected import Affected, AffectedError, Inputs, affected, as_text, at_revision, payload
from tenant_safety.tenancy import Snapshot, load
from tenant_safety.tenancy.layers import Layers
from tenant_safety.tenancy.sources.reading import snapshot_of
from tests.config import config_fleet
from tests.config.config_fleet import PROJECTS, ROOT, Raw, changed, fleet, whole

SMALL, WHOLE = (12, 40), (300, 200)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for project in PROJECTS:
        (tmp_path / project).mkdir()
        (tmp_path / project / "Pulumi.yaml").write_text(f"name: {project}\nruntime: python\n")
        (tmp_path / project / "__main__.py").write_text("print(0)\n")
    return tmp_path


def example(draw: Random, tenants: int) -> Raw:
    document = load(ROOT / "tenancy.yaml").document
    return fleet(draw, tenants, document["platform"], document["plans"]["standard"]["capacity"])


def seen(raw: Raw, root: Path) -> Inputs:
    snapshot = snapshot_of(raw, "a fleet")
    return inputs_of.inputs(snapshot, Layers(snapshot.registry), inputs_of.projects_in(root))


@pytest.mark.parametrize(
    ("tenants", "changes"), [pytest.param(*SMALL, id="12"), pytest.param(*WHOLE, id="300", marks=pytest.mark.long)]
)
def test_affected_is_what_brute_force_finds(
    root: Path, tell: Callable[[str], None], tenants: int, changes: int
) -> None:
    """After each of many random changes, the previews that are listed are those whose inputs differ, and so is why."""
    draw = Random(20261129)
    raw = example(draw, tenants)
    before, before_whole = seen(raw, root), whole(raw, root)
    sizes: Counter[str] = Counter()
    spent = 0.0
    for _ in range(changes):
        kind, raw = changed(draw, raw, root)
        began = time.monotonic()
        after = seen(raw, root)
        found = affected(before, after)
        spent += time.monotonic() - began
        after_whole = whole(raw, root)

        expected = []
        for (stack, project), parts in sorted(after_whole.items()):
            known = before_whole.get((stack, project))
            why = ("new",) if known is None else tuple(kind for kind in known if parts[kind] != known[kind])
            expected += [Affected(stack, project, why)] if why else []
        assert expected == list(found), kind
        sizes["none" if not found else "all" if len(found) == len(after.of) else "some"] += 1
        before, before_whole = after, after_whole
        config_fleet.forget()

    assert set(sizes) == {"none", "some", "all"}
    tell(f"{changes} changes of {tenants} pairs × {len(PROJECTS)}: {dict(sizes)}, {spent / changes:.2f} s each")


def test_inputs_are_kept_and_read_back(root: Path) -> None:
    """What `inputs` prints is what `affected` compares with."""
    found = seen(example(Random(1), 3), root)

    assert found == inputs_of.read(as_text(found).encode(), "inputs.json")


def test_inputs_have_no_secret(root: Path) -> None:
    """Neither the config's secrets nor the pairs' external ids, nor a sha256 that one could try them out with."""
    raw = example(Random(1), 3)
    raw["config"]["everyone"] = {"values": {"password": {"fn::secret": "hunter2"}}}
    other = json.loads(json.dumps(raw))
    for i, about in enumerate(other["tenants"].values()):
        about["environments"]["prod"]["external_id"] = f"one-that-nobody-can-guess-{i}"

    first, second = seen(raw, root), seen(other, root)

    assert "hunter2" not in as_text(first)
    assert all(first.of[each]["config"] != second.of[each]["config"] for each in first.of)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b'{"version": 2}',
        b'{"version": 1, "inputs": {"a": 1}}',
        b'{"version": 1, "registry": "x", "inputs": []}',
        b'{"version": 1, "registry": "x", "inputs": {"a": {"b": {"config": "x"}}}}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_what_is_no_file_of_inputs(text: bytes) -> None:
    """Is refused, and not taken for one in which everything is new or nothing changed."""
    with pytest.raises(AffectedError, match=r"inputs\.json: expected"):
        inputs_of.read(text, "inputs.json")


def test_projects_have_names_of_their_own(root: Path) -> None:
    """Two of one name would be one stack."""
    (root / "web" / "Pulumi.yaml").write_text("name: shop\n")

    with pytest.raises(AffectedError, match="web: expected a project's name of its own"):
        inputs_of.projects_in(root)


@pytest.mark.parametrize("text", ["", "name: 3\n", "name: ''\n", "- a\n", "name: &a x\n", "\x00"])
def test_what_is_no_project(root: Path, text: str) -> None:
    """A project that can't be read is not left out."""
    (root / "web" / "Pulumi.yaml").write_text(text)

    with pytest.raises(AffectedError, match="expected a"):
        inputs_of.projects_in(root)


def git(root: Path, *arguments: str) -> None:
    own = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *own, *arguments], cwd=root, check=True, capture_output=True)


def test_at_a_revision_programs_are_as_they_were(root: Path) -> None:
    """What git ignores is no input, and what it does not know yet is one."""
    git(root, "init", "-q")
    (root / ".gitignore").write_text("*.log\n")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    raw = example(Random(1), 2)
    (root / "net" / "more.py").write_text("x = 1\n")
    (root / "web" / "run.log").write_text("x\n")

    with at_revision(root, "HEAD") as old:
        found = affected(seen(raw, old), seen(raw, root))

    assert {("net", ("program",))} == {(each.project, each.why) for each in found}


def test_a_repository_within_the_repository_is_an_input(root: Path) -> None:
    """Of a submodule git names the folder alone; what is in it runs all the same."""
    git(root, "init", "-q")
    inner = root / "web" / "inner"
    inner.mkdir()
    git(inner, "init", "-q")
    (inner / "x.py").write_text("x = 1\n")
    git(inner, "add", ".")
    git(inner, "commit", "-q", "-m", "first")
    git(root, "add", ".")
    before = inputs_of.projects_in(root)
    (inner / "x.py").write_text("x = 2\n")

    after = inputs_of.projects_in(root)

    assert ["web"] == [a.name for b, a in zip(before, after, strict=True) if a.sha256 != b.sha256]


@pytest.mark.parametrize("revision", ["nothing", "--help", "-o/tmp/x", "HEAD; id", ""])
def test_no_revision(root: Path, revision: str) -> None:
    """Whatever is no revision is said to be none, and is no option of git's."""
    git(root, "init", "-q")

    with pytest.raises(AffectedError, match="expected a file of inputs or a revision"), at_revision(root, revision):
        pass


def test_a_folder_that_programs_share(root: Path) -> None:
    """A change in it affects all of them; one that is not there is an error."""
    (root / "lib").mkdir()
    (root / "lib" / "x.py").write_text("x = 1\n")
    before = inputs_of.projects_in(root, ["lib"])
    (root / "lib" / "x.py").write_text("x = 2\n")

    after = inputs_of.projects_in(root, ["lib"])

    assert all(b.sha256 != a.sha256 for b, a in zip(before, after, strict=True))
    with pytest.raises(AffectedError, match="expected a folder that programs share"):
        inputs_of.projects_in(root, ["lib", "nothing"])


def test_a_payload_names_what_fits() -> None:
    """GitHub takes less than 64 KiB; where the names do not fit, all previews run rather than none."""
    few = [Affected("a-prod", "shop", ("config",))]
    many = [Affected(f"customer-with-a-long-name-{i}-prod", "shop", ("config",)) for i in range(2000)]

    assert ["shop/a-prod"] == payload(few, "sha", "changed")["client_payload"]["previews"]
    assert {"registry": "sha", "all": True, "stacks": [], "previews": []} == payload(many, "sha", "e")["client_payload"]


def test_a_snapshot_tells_its_own(root: Path) -> None:
    """The inputs name the registry that they were made of."""
    raw = example(Random(1), 2)
    snapshot: Snapshot = snapshot_of(raw, "a fleet")

    assert snapshot.sha256 == seen(raw, root).registry
