"""The tables of routes and of capacity: those of a fleet of 12 pairs, and what the commands do with other states."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from tenant_safety.cli import app
from tenant_safety.intake.values import SECRET, SIGNATURE
from tenant_safety.registry import load as load_registry
from tenant_safety.states import beside
from tests import fleet

EXPECTED = fleet.FOLDER / "expected"
DOCS = Path(__file__).parents[1] / "docs" / "tables.md"


def _run(command: str, files: Sequence[Path | str], *more: str) -> tuple[int, str, str]:
    options = [command, "--registry", str(fleet.REGISTRY), *more, *map(str, files)]
    result = CliRunner().invoke(app, options)
    return result.exit_code, result.stdout, result.stderr


def _table(command: str, files: Sequence[Path]) -> list[Mapping[str, Any]]:
    code, out, _ = _run(command, files, "-o", "json")
    assert 1 == code
    listed: list[Mapping[str, Any]] = json.loads(out)["stacks"]
    return listed


def _expected(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((EXPECTED / f"{name}.yaml").read_text(encoding="utf-8"))
    return read


def test_capacity_of_the_fleet() -> None:
    """Every bound of every pair: used, most and verdict as worked out by hand."""
    found = {
        each["stack"]: {row["name"]: [round(row["used"], 3), row["most"], row["verdict"]] for row in each["capacity"]}
        for each in _table("capacity", fleet.files())
    }

    assert found == _expected("capacity")


def test_parts_add_up_and_name_their_projects() -> None:
    """What is shown as used is the sum of what is shown as its parts."""
    for each in _table("capacity", fleet.files()):
        assert ["network", "shop"] == each["projects"]
        for row in each["capacity"]:
            known = sum(part["used"] for part in row["parts"] if part["used"] is not None)
            assert row["used"] == pytest.approx(known)


def test_routes_of_the_fleet() -> None:
    """Every row of every stack as worked out by hand: what logs, through what, where it ends, and the verdict."""
    expected = _expected("routes")
    teps = fleet.teps()
    found: dict[str, Any] = {}
    wanted: dict[str, Any] = {}
    for each in _table("routes", fleet.files()):
        name, plan = f"{each['project']}/{each['stack']}", each["plan"]
        found[name] = [
            [row["resource"], row["what"], " > ".join(row["hops"]), row["end"], row["verdict"]]
            for row in each["routes"]
        ]
        kind = "vault" if plan == "vault" else "central"
        rows = [[str(cell).replace("TEP", each["stack"]) for cell in row] for row in expected[kind][each["project"]]]
        own = expected["differ"].get(name, [])
        differ = {(row[0], row[1].replace("TEP", each["stack"])): row for row in own}
        wanted[name] = [
            [row[0], row[1], *(differ[row[0], row[1]][2:] if (row[0], row[1]) in differ else row[2:])] for row in rows
        ]
        assert len(differ) == sum((row[0], row[1]) in differ for row in rows)

    assert {f"{project}/{tep}" for tep in teps for project in fleet.PROJECTS} == set(found)
    assert wanted == found


@pytest.mark.long
@pytest.mark.engine
def test_states_are_what_the_engine_makes(tmp_path: Path) -> None:
    """The recorded states are exports of real updates."""
    for name, text in fleet.recorded(tmp_path):
        assert text == (fleet.STATES / name).read_text(encoding="utf-8"), name


def test_texts_have_the_rows() -> None:
    """The text has what the JSON has; exit 1 tells that something is not as the plan wants it."""
    files = [fleet.STATES / "cedar-prod.network.json", fleet.STATES / "cedar-prod.shop.json"]

    code, capacity, _ = _run("capacity", files)
    sound, routes, _ = _run("routes", files)

    assert (1, 0) == (code, sound)
    assert "cedar-prod (plan standard; network, shop): violated" in capacity
    assert "1 too much" in capacity
    assert "network:nat-3 1" in capacity
    assert "worker > ship" in routes
    assert "shop/cedar-prod (plan standard): ok" in routes


def test_a_secret_is_told_nowhere() -> None:
    """Where the logs go is a secret of one pair: undetermined, and not shown."""
    files = [fleet.STATES / "fjord-prod.shop.json"]
    for form in ("text", "json"):
        code, out, _ = _run("routes", files, "-o", form)

        assert 1 == code
        assert "undetermined" in out
        assert "withheld" not in out


SHOP = (fleet.STATES / "aspen-prod.shop.json").read_text(encoding="utf-8")


def _of_nobody(text: str) -> str:
    return text.replace("aspen-prod", "aspen-stage")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("", "expected"),
        ("{", "expected"),
        ("[]", "expected"),
        ("null", "expected"),
        ('{"version": 2, "deployment": {}}', "expected"),
        ('{"version": 3}', "expected"),
        ('{"version": 3, "deployment": {"resources": 7}}', "expected"),
        ('{"version": 3, "deployment": {"resources": []}}', "expected"),
        ('{"version": 3, "deployment": {"resources": [{"urn": 5}]}}', "expected"),
        ('{"version": 3, "deployment": {"resources": [{"urn": "urn:pulumi:a", "type": "aws:s3/bucket:Bucket"}]}}', ""),
        (SHOP[: len(SHOP) // 2], "expected"),
        (SHOP.replace("::shop::", "::other::", 1), "expected"),
        ("[" * 100_000, "expected"),
        ('{"version": NaN}', "expected"),
        (_of_nobody(SHOP), "aspen-stage"),
        ("\x00\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "expected"),
    ],
)
def test_a_state_that_can_not_be_read_is_no_table(tmp_path: Path, raw: str, said: str) -> None:
    """Exit 2, with the file, what was expected and what came; nothing is shown as fine."""
    path = tmp_path / "state.json"
    path.write_text(raw, encoding="utf-8")

    for command in ("routes", "capacity"):
        code, out, error = _run(command, [path])

        assert (2, "") == (code, out)
        assert "state.json" in error
        assert said in error


def test_the_same_stack_twice_and_a_missing_file(tmp_path: Path) -> None:
    """A sum over one stack twice would be wrong."""
    state = fleet.STATES / "aspen-prod.shop.json"

    twice = _run("capacity", [state, state])
    missing = _run("capacity", [tmp_path / "none.json"])

    assert (2, 2) == (twice[0], missing[0])
    assert "expected each stack once" in twice[2]
    assert "none.json" in missing[2]


def test_a_registry_that_can_not_be_read(tmp_path: Path) -> None:
    bad = tmp_path / "tenancy.yaml"
    bad.write_text("version: 2", encoding="utf-8")

    result = CliRunner().invoke(app, ["routes", "--registry", str(bad), str(fleet.files()[0])])

    assert 2 == result.exit_code
    assert "version" in result.stderr


def _changed(tmp_path: Path, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> Path:
    """The state of aspen-prod's shop with its workers' group changed, or what stands beside it."""
    state = json.loads(SHOP)
    deployment = state["deployment"]
    change(
        deployment,
        next(each for each in deployment["resources"] if each["urn"].endswith("::aws:autoscaling/group:Group::worker")),
    )
    path = tmp_path / "state.json"
    path.write_text(json.dumps(state), encoding="utf-8")
    return path


def _instances(path: Path) -> tuple[int, float, list[str]]:
    """The exit code, the instances that are told of, and what is told of as not read."""
    code, out, _ = _run("capacity", [path], "-o", "json")
    told = json.loads(out)["stacks"][0]
    used = next(row["used"] for row in told["capacity"] if row["name"] == "instances")
    return code, used, [f"{each['resource']}: {each['why']}" for each in told["unread"]]


def test_what_a_stack_only_reads_is_not_its_own(tmp_path: Path) -> None:
    path = _changed(tmp_path, lambda _, group: group.update(external=True))

    assert (0, 0.0, []) == _instances(path)


def test_what_waits_for_its_end_may_still_be_there(tmp_path: Path) -> None:
    """It is not summed, since its replacement is, and it is no pass."""
    path = _changed(tmp_path, lambda _, group: group.update(delete=True))

    told = "worker: the resource: it is waiting to be deleted, and may still be there"
    assert (1, 0.0, [told]) == _instances(path)


def test_update_that_was_interrupted_leaves_its_resource_undetermined(tmp_path: Path) -> None:
    def interrupt(deployment: dict[str, Any], group: dict[str, Any]) -> None:
        urn = group["urn"].replace("::worker", "::more")
        deployment["pending_operations"] = [{"resource": {**group, "urn": urn}, "type": "creating"}]

    path = _changed(tmp_path, interrupt)

    told = "more: the resource: an update was interrupted while creating it"
    assert (1, 4.0, [told]) == _instances(path)


def test_resource_that_makes_no_sense_is_undetermined(tmp_path: Path) -> None:
    path = _changed(tmp_path, lambda _, group: group["outputs"].update(maxSize=10**400))

    assert (1, 0.0, ["worker: the resource: it can't be read (OverflowError)"]) == _instances(path)


@pytest.mark.parametrize("kept", [{"ciphertext": "v1:abcd"}, {"plaintext": '"m6i.canary"'}])
def test_secret_of_a_state_is_not_known(tmp_path: Path, kept: dict[str, str]) -> None:
    """In plain text, too: the verdict does not hang on how the state was exported."""

    def hide(deployment: dict[str, Any], _: dict[str, Any]) -> None:
        template = next(each for each in deployment["resources"] if each["urn"].endswith("LaunchTemplate::worker"))
        template["outputs"]["instanceType"] = {SIGNATURE: SECRET, **kept}
        template["outputs"]["description"] = "m6i.canary"

    path = _changed(tmp_path, hide)
    code, out, error = _run("capacity", [path])

    assert (1, "") == (code, error)
    assert "undetermined" in out
    assert "canary" not in out


def test_two_resources_of_one_name_are_no_state(tmp_path: Path) -> None:
    path = _changed(tmp_path, lambda deployment, group: deployment["resources"].append(group))

    code, out, error = _run("capacity", [path])

    assert (2, "") == (code, out)
    assert "expected one that no other has (got it twice)" in error


def test_a_pairs_other_stacks_are_found_by_what_is_in_them(tmp_path: Path) -> None:
    """By their URNs, whatever the files are called; the stack's own state and other pairs' are left out."""
    for i, name in enumerate(("cedar-prod.network", "cedar-prod.shop", "aspen-prod.network")):
        (tmp_path / f"{i}").write_text((fleet.STATES / f"{name}.json").read_text(encoding="utf-8"), encoding="utf-8")
    snapshot = load_registry(fleet.REGISTRY)

    found = beside(tmp_path, snapshot, "shop", "cedar-prod")
    (tmp_path / "broken").write_text("{", encoding="utf-8")
    faulty = beside(tmp_path, snapshot, "shop", "cedar-prod")
    none = beside(tmp_path / "none", snapshot, "shop", "cedar-prod")

    assert [("network", "cedar-prod")] == [(each.project, each.name) for each in found.others]
    assert () == found.faults
    assert 1 == len(faulty.faults)
    assert "broken" in faulty.faults[0]
    assert "expected a folder of states" in none.faults[0]


@pytest.mark.parametrize("command", ["routes", "capacity"])
def test_the_page_shows_what_comes(command: str, tell: Callable[[str], None]) -> None:
    """The examples of docs/tables.md are what the commands print."""
    files = [fleet.STATES / "birch-prod.network.json", fleet.STATES / "birch-prod.shop.json"]
    page = DOCS.read_text(encoding="utf-8")

    _, text, _ = _run(command, files)
    _, as_json, _ = _run(command, files, "-o", "json")

    assert text.strip() in page
    keys = {*json.loads(as_json), *json.loads(as_json)["stacks"][0]}
    assert set() == {key for key in keys if f"`{key}`" not in page}
