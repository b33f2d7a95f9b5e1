"""Imports point one way, and the pack starts without what it does not need."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "policypack" / "tenant_safety"
LINKS = ROOT / "providers" / "tenant_links"


def _imports(path: Path, top: Path) -> set[str]:
    """The modules that a file imports, by their full names."""
    package = [top.name, *path.relative_to(top).parts[:-1]]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            found |= {module} if node.module else {f"{module}.{alias.name}" for alias in node.names}
    return found


def _of(folder: str, top: Path = PACKAGE) -> set[str]:
    """What the files of a folder (or one file) import."""
    path = top / folder
    return {name for file in (path.rglob("*.py") if path.is_dir() else [path]) for name in _imports(file, top)}


def _ours(names: set[str]) -> set[str]:
    """The parts of tenant_safety that are named: `iam`, `model`."""
    return {name.split(".")[1] for name in names if name.startswith("tenant_safety.")}


@pytest.mark.parametrize(
    ("part", "allowed"),
    [
        ("iam", {"iam"}),
        ("esc", {"esc"}),
        ("model.py", {"iam"}),
        ("tenancy", {"tenancy", "iam", "esc"}),
        ("intake", {"intake", "model", "iam", "symbolic"}),
        ("analysis", {"analysis", "model", "iam", "tenancy"}),
        ("rules", {"rules", "analysis", "model", "iam", "tenancy"}),
        ("judge.py", {"rules", "analysis", "model"}),
        ("settings.py", {"rules", "tenancy"}),
        ("registry.py", {"rules", "tenancy"}),
        ("adopt.py", {"rules", "tenancy"}),
        ("remediations.py", {"model", "iam", "tenancy"}),
        ("states.py", {"intake", "model", "tenancy"}),
        ("tables.py", {"analysis", "intake", "model", "states"}),
        ("report", {"report", "judge", "rules", "model", "tables", "esc", "tenancy"}),
        ("affected.py", {"tenancy"}),
        ("opened.py", {"esc"}),
        ("symbolic", {"symbolic"}),
    ],
)
def test_a_part_imports_only_what_lies_further_in(part: str, allowed: set[str]) -> None:
    """Data goes intake → model → analysis → rules → crossguard; imports point at the model."""
    imported = _ours(_of(part))

    assert imported <= allowed


@pytest.mark.parametrize(
    ("module", "where"),
    [
        ("pulumi_policy", {"crossguard.py"}),
        ("pulumi_aws", set()),
        ("boto3", {"tenancy/sources", "intake/live.py"}),
        ("botocore", {"tenancy/sources", "intake/live.py"}),
    ],
)
def test_a_package_is_imported_only_where_it_belongs(module: str, where: set[str]) -> None:
    """AWS is spoken to in few places, and the policy SDK known to one."""
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(name == module or name.startswith(f"{module}.") for name in _imports(path, PACKAGE))
    }

    assert {user for user in users if not any(user.startswith(place) for place in where)} == set()


def test_the_links_know_only_tenancy_and_iam() -> None:
    """Providers act in the master account; what judges stacks is none of their business."""
    imported = {name for path in LINKS.rglob("*.py") for name in _imports(path, LINKS)}

    assert _ours(imported) <= {"tenancy", "iam"}


def test_the_pack_starts_light() -> None:
    """Neither AWS's SDK, nor the 271 MB of pulumi_aws, nor what serves the tests is loaded for a preview."""
    code = "import sys, tenant_safety.crossguard; print(*sorted({name.split('.')[0] for name in sys.modules}))"

    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(PACKAGE.parent), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert {"boto3", "botocore", "pulumi_aws", "moto", "typer"}.isdisjoint(ended.stdout.split())
