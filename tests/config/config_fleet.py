"""Draws fleets whose config has all layers, and changes of them; and tells by brute force which previews differ."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from tenant_safety.esc import Definition, evaluate, parse, plain

ROOT = Path(__file__).parents[2]
PROJECTS = ("net", "shop", "web")
Raw = dict[str, Any]


def fleet(draw: Random, tenants: int, platform: Raw, capacity: Raw) -> Raw:
    """A registry of so many tenants with a pair each, and a config with interpolations, secrets and shared layers."""
    raw: Raw = {
        "version": 1,
        "platform": platform,
        "groups": {name: {"branch": name, "config": layer(draw, name)} for name in ("main", "next")},
        "plans": {name: {"capacity": capacity} for name in ("standard", "large")},
        "tenants": {f"t{i:03}": tenant(draw, i) for i in range(tenants)},
        "config": {
            "everyone": {
                "imports": ["shared/base"],
                "values": {
                    **values(draw, "all"),
                    "role": "arn:aws:iam::${tep.account}:role/app",
                    "derived": "${base.url}/${tep.tenant}",
                    "pulumiConfig": {"size": 1, "aws:region": "${tep.regions[0]}"},
                },
            },
            "services": {name: layer(draw, name) for name in PROJECTS[:2]},
            "shared": {"base": {"values": {"base": {"url": "https://base", "port": 1}}}, "more": layer(draw, "more")},
        },
    }
    raw["config"]["services"]["shop"]["imports"] = ["shared/more"]
    return raw


def tenant(draw: Random, i: int) -> Raw:
    pair = {"account": f"{100000000000 + i}", "external_id": f"external-id-of-tenant-{i:03}-{draw.random()}"}
    if draw.random() < 0.5:
        pair |= {"config": layer(draw, f"pair{i}")}
    if draw.random() < 0.3:
        pair |= {"services": {draw.choice(PROJECTS): layer(draw, "own")}}
    plan, group = draw.choice(("standard", "large")), draw.choice(("main", "next"))
    about: Raw = {"plan": plan, "group": group, "subdomain": f"t{i:03}", "environments": {"prod": pair}}
    return about | ({"config": layer(draw, f"tenant{i}")} if draw.random() < 0.5 else {})


def layer(draw: Random, name: str) -> Raw:
    return {"values": values(draw, name)}


def values(draw: Random, name: str) -> Raw:
    """A few of the same keys, so that layers lie over one another."""
    found: Raw = {}
    for key in draw.sample("abcd", 2):
        found[key] = draw.choice(
            [draw.randrange(3), f"{name} ${{tep.stack}}", [draw.randrange(3)], {"x": draw.randrange(3)}, None]
        )
    if draw.random() < 0.3:
        found["password"] = {"fn::secret": f"secret {draw.randrange(3)}"}
    return found


def changed(draw: Random, raw: Raw, root: Path) -> tuple[str, Raw]:
    """What a change is called, and the registry with it; a program may change on disk."""
    after = copy.deepcopy(raw)
    kind = draw.choice(sorted(CHANGES))
    CHANGES[kind](draw, after, root)
    return kind, after


def _layers(raw: Raw) -> list[Raw]:
    holders = [raw["config"]["everyone"], *raw["config"]["services"].values(), *raw["config"]["shared"].values()]
    holders += [group["config"] for group in raw["groups"].values()]
    for about in raw["tenants"].values():
        pair = about["environments"]["prod"]
        holders += [about["config"]] if "config" in about else []
        holders += [pair["config"]] if "config" in pair else []
        holders += list(pair.get("services", {}).values())
    return holders


def _pair(draw: Random, raw: Raw) -> Raw:
    pair: Raw = draw.choice(sorted(raw["tenants"].values(), key=json.dumps))["environments"]["prod"]
    return pair


def _value(draw: Random, raw: Raw, _root: Path) -> None:
    draw.choice(_layers(raw))["values"].update(values(draw, "changed"))


def _global_value(draw: Random, raw: Raw, _root: Path) -> None:
    raw["config"]["everyone"]["values"].update(values(draw, "changed"))


def _nothing(_draw: Random, raw: Raw, _root: Path) -> None:
    """Another order of keys says the same."""
    raw["config"]["everyone"]["values"] = dict(reversed(raw["config"]["everyone"]["values"].items()))


def _shared(draw: Random, raw: Raw, _root: Path) -> None:
    raw["config"]["shared"]["base"]["values"]["base"]["port"] = draw.randrange(3)


def _program(draw: Random, _raw: Raw, root: Path) -> None:
    (root / draw.choice(PROJECTS) / "__main__.py").write_text(f"print({draw.randrange(1000)})\n")


def _plan(draw: Random, raw: Raw, _root: Path) -> None:
    plan = raw["plans"][draw.choice(("standard", "large"))]
    plan["capacity"] = {**plan["capacity"], "instances": draw.randrange(100)}


def _other_plan(draw: Random, raw: Raw, _root: Path) -> None:
    raw["tenants"][draw.choice(sorted(raw["tenants"]))]["plan"] = draw.choice(("standard", "large"))


def _branch(draw: Random, raw: Raw, _root: Path) -> None:
    raw["groups"]["next"]["branch"] = f"next{draw.randrange(3)}"


def _onboarded(draw: Random, raw: Raw, _root: Path) -> None:
    i = len(raw["tenants"]) + 1000 + draw.randrange(1000)
    raw["tenants"][f"t{i:04}"] = tenant(draw, i)


def _gone(draw: Random, raw: Raw, _root: Path) -> None:
    del raw["tenants"][draw.choice(sorted(raw["tenants"]))]


def _platform(draw: Random, raw: Raw, _root: Path) -> None:
    raw["platform"] = {**raw["platform"], "partners": {"555555555555": f"backups {draw.randrange(3)}"}}


def _exempted(draw: Random, raw: Raw, _root: Path) -> None:
    one = {"rule": "capacity", "reason": "because", "owner": "platform", "expires": "2027-01-31"}
    stack = f"{draw.choice(sorted(raw['tenants']))}-prod"
    raw["exemptions"] = [{**one, "stack": stack, "project": draw.choice((*PROJECTS, "*"))}]


def _external_id(draw: Random, raw: Raw, _root: Path) -> None:
    _pair(draw, raw)["external_id"] = f"another-external-id-{draw.random()}"


CHANGES: dict[str, Callable[[Random, Raw, Path], None]] = {
    "a value": _value,
    "a global value": _global_value,
    "nothing": _nothing,
    "a shared layer": _shared,
    "a program": _program,
    "a plan": _plan,
    "another plan": _other_plan,
    "a branch": _branch,
    "onboarded": _onboarded,
    "gone": _gone,
    "the platform": _platform,
    "exempted": _exempted,
    "an external id": _external_id,
}


def whole(raw: Raw, root: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """All that each preview is made of, whole: its effective config, what it is judged by, its program."""
    found = {}
    for name, about in raw["tenants"].items():
        pair = about["environments"]["prod"]
        stack = f"{name}-prod"
        for project in PROJECTS:
            exempted = [
                each
                for each in raw.get("exemptions", [])
                if each["stack"] == stack and each["project"] in (project, "*")
            ]
            own = {key: about[key] for key in ("plan", "group", "subdomain")}
            judged = [raw["platform"], raw["plans"][about["plan"]], raw["groups"][about["group"]]["branch"], own]
            found[stack, project] = {
                # Its sha256 is keyed with the external id, so another id is another sha256.
                "config": [_effective(raw, name, project), pair["external_id"]],
                "registry": [*judged, pair["account"], pair["external_id"], exempted],
                "program": (root / project / "__main__.py").read_bytes(),
            }
    return found


def _effective(raw: Raw, name: str, project: str) -> Any:
    """The config by ESC's own words: every layer imports the one before it."""
    about = raw["tenants"][name]
    pair, config = about["environments"]["prod"], raw["config"]
    tep = {
        "tenant": name,
        "environment": "prod",
        "stack": f"{name}-prod",
        "account": pair["account"],
        "group": about["group"],
        "plan": about["plan"],
        "highSecurity": False,
        "subdomain": about["subdomain"],
        "regions": raw["platform"]["regions"],
    }
    order = [
        config["everyone"],
        raw["groups"][about["group"]]["config"],
        about.get("config", {}),
        pair.get("config", {}),
        config["services"].get(project, {}),
        pair.get("services", {}).get(project, {}),
    ]
    written = {"0": {"values": {"tep": tep}}}
    written |= {f"shared/{key}": {**one, "imports": ["0"]} for key, one in config["shared"].items()}
    for i, one in enumerate(order):
        written[str(i + 1)] = {**one, "imports": [str(i), *one.get("imports", [])]}
    key = json.dumps(written, sort_keys=True)
    if key not in _EVALUATED:
        definitions: dict[str, Definition] = {each: parse(each, said) for each, said in written.items()}
        # Whether a value is secret shows in what is not revealed.
        value = evaluate(str(len(order)), definitions.__getitem__).value
        _EVALUATED[key] = plain(value, reveal=True), plain(value, reveal=False)
    return _EVALUATED[key]


_EVALUATED: dict[str, Any] = {}


def forget() -> None:
    """Keeps no more configs than one change needs twice."""
    if len(_EVALUATED) > 5000:
        _EVALUATED.clear()
