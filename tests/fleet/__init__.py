"""A fleet of 12 pairs over three plans: programs, what each is configured with, and recorded states of its stacks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.engine import Engine, Secret
from tests.standin import server

FOLDER = Path(__file__).parent
REGISTRY = FOLDER / "tenancy.yaml"
STATES = FOLDER / "states"
PROJECTS = ("network", "shop")
_DESTINATION = "arn:aws:logs:eu-central-1:888888888888:destination:central-application"
_BUCKET = "acme-central-logs-eu-central-1"
_PROVIDER_ID = re.compile(r"(::pulumi:providers:[^:]+::[^:]+)::[0-9a-f-]{36}")
_KEPT = (
    *("urn", "type", "custom", "id", "external", "parent", "provider", "inputs", "outputs"),
    *("dependencies", "propertyDependencies"),
)
_NO_ID = "00000000-0000-4000-8000-000000000000"


def teps() -> dict[str, dict[str, Any]]:
    """What each pair is configured with."""
    raw = yaml.safe_load((FOLDER / "config.yaml").read_text(encoding="utf-8"))
    tenants = yaml.safe_load(REGISTRY.read_text(encoding="utf-8"))["tenants"]
    return {name: {**raw["plans"][tenants[name.split("-")[0]]["plan"]], **own} for name, own in raw["teps"].items()}


def files() -> list[Path]:
    """The recorded states, the stacks of a pair one after another."""
    return [STATES / f"{tep}.{project}.json" for tep in teps() for project in PROJECTS]


def recorded(folder: Path) -> Iterator[tuple[str, str]]:
    """The name of each state's file and its text: as the engine makes it now, in a folder."""
    tenants = yaml.safe_load(REGISTRY.read_text(encoding="utf-8"))["tenants"]
    for tep, own in teps().items():
        # A stand-in of its own for each, so that what it draws does not depend on the others.
        running = server.start()
        try:
            engine = Engine(folder / tep, {"aws": running.port})
            tenant, environment = tep.split("-")
            account = tenants[tenant]["environments"][environment]["account"]
            for project in PROJECTS:
                program = FOLDER / project
                config = _config(project, account, own)
                run = engine.up(program, tep, config=config, skip_preview=True, flags=["--parallel", "1"])
                assert 0 == run.exit_code, f"{tep}, {project}: {run.errors}"
                yield f"{tep}.{project}.json", compact(engine.state(program, tep))
        finally:
            running.stop()


def _config(project: str, account: str, own: Mapping[str, Any]) -> dict[str, str]:
    told = {key: value for key, value in own.items() if key != "hidden"}
    config = {
        "aws:region": "eu-central-1",
        "aws:allowedAccountIds": json.dumps([account]),
        "aws:assumeRoles": json.dumps([{"roleArn": f"arn:aws:iam::{account}:role/cicd-deploy"}]),
        f"{project}:tep": json.dumps(told),
        f"{project}:account": account,
        f"{project}:destination": _DESTINATION,
        f"{project}:bucket": _BUCKET,
    }
    return config | ({"shop:hidden": Secret(own["hidden"])} if project == "shop" and "hidden" in own else {})


def compact(state: Mapping[str, Any]) -> str:
    """An export without what differs from run to run and is nobody's business; a line a resource.

    The program's tasks register resources in an order of their own each time, so they are sorted.
    """
    listed = sorted(state["deployment"]["resources"], key=lambda each: str(each["urn"]))
    resources = [_stable({key: each[key] for key in _KEPT if key in each}) for each in listed]
    for each in resources:
        for urns in (each.get("dependencies"), *each.get("propertyDependencies", {}).values()):
            (urns or []).sort()
    lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in resources)
    return f'{{"version":{state["version"]},"deployment":{{"manifest":{{}},"resources":[\n{lines}\n]}}}}\n'


def _stable(value: Any) -> Any:
    """The ids of providers are drawn by the engine, and a secret is encrypted anew each time."""
    if isinstance(value, dict):
        made = {key: "withheld" if key == "ciphertext" else _stable(inner) for key, inner in value.items()}
        if str(made.get("type", "")).startswith("pulumi:providers:") and "urn" in made:
            made["id"] = _NO_ID
        return made
    if isinstance(value, list):
        return [_stable(inner) for inner in value]
    return _PROVIDER_ID.sub(rf"\1::{_NO_ID}", value) if isinstance(value, str) else value
