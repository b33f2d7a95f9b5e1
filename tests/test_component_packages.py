"""Components of awsx and eks are nothing but their children, which are judged as what they are.

What the engine sends of a component, its children and their parents stands in `streams/`, written by hand after the
packages' sources; each says so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime import proto

from tests.test_crossguard import analyzer, made_with, registry, struct, told

STREAMS = Path(__file__).parent / "streams"
NONE_OF_AWS = ("awsx:", "eks:index:")
COMPONENT_PROPS: dict[str, Any] = {"url": "an output of the component"}


def _stream(name: str) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads((STREAMS / f"{name}.json").read_text())["resources"]
    return read


def _sent(resources: list[dict[str, Any]]) -> list[proto.AnalyzerResource]:
    """The resources with URNs as the engine makes them: the types of all that they stand in, `$` between."""
    found: dict[str, tuple[str, str]] = {}
    sent = []
    for raw in resources:
        outer, parent = found[raw["parent"]] if "parent" in raw else ("", "")
        kinds = f"{outer}${raw['type']}" if outer else raw["type"]
        urn = f"urn:pulumi:customer1-prod::shop::{kinds}::{raw['name']}"
        found.setdefault(raw["name"], (kinds, urn))
        found[f"{raw['type']} {raw['name']}"] = kinds, urn
        component = raw["type"].startswith(NONE_OF_AWS)
        made = proto.AnalyzerResource(
            type=raw["type"],
            name=raw["name"],
            urn=urn,
            parent=parent,
            properties=struct(COMPONENT_PROPS if component else raw.get("props", {})),
        )
        if not component:
            made.provider.CopyFrom(made_with())
        for prop, names in raw.get("depends", {}).items():
            made.propertyDependencies[prop].urns.extend(found[each][1] for each in names)
        sent.append(made)
    return sent


def _platform(tmp_path: Path, *trusted: str) -> Path:
    folder = registry(tmp_path, trusted_packages=[*trusted])
    raw = json.loads((folder / "tenancy.yaml").read_text())
    raw["plans"]["standard"]["capacity"]["unmeasured"].append("eks")
    # What these components make does not log by itself.
    raw["plans"]["standard"]["must_log"] = []
    (folder / "tenancy.yaml").write_text(json.dumps(raw))
    return folder


@pytest.mark.parametrize("name", ["awsx-vpc", "awsx-fargate", "eks-cluster"])
def test_sound_components_are_proved(name: str, tmp_path: Path) -> None:
    """By every rule, without a crash, and with nothing of the component itself found fault with."""
    pack = analyzer(_platform(tmp_path, "kubernetes"))

    response = pack.AnalyzeStack(proto.AnalyzeStackRequest(resources=_sent(_stream(name))), None)

    assert [] == told(response), [d.message for d in response.diagnostics]


@pytest.mark.parametrize(
    ("name", "child", "props", "rule"),
    [
        (
            "awsx-fargate",
            "web-execution-9a42110a",
            {"role": "cicd-web", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
            "cicd-reaches-global-config",
        ),
        ("awsx-fargate", "central", {"logGroup": "another"}, "logs-not-central"),
        ("eks-cluster", "k8s-launchTemplate", {"name": "t", "instanceType": "x1.32xlarge"}, "capacity-exceeds-plan"),
        ("eks-cluster", "k8s-kube-proxy", None, "resource-opaque"),
    ],
)
def test_children_are_found_fault_with_like_any_other(
    name: str, child: str, props: dict[str, Any] | None, rule: str, tmp_path: Path
) -> None:
    """What a component's transformation may change, or a later version of the package may make."""
    resources = _stream(name)
    (changed,) = (raw for raw in resources if raw["name"] == child)
    changed.update({"type": "command:local:Command"} if props is None else {"props": {**changed["props"], **props}})
    pack = analyzer(_platform(tmp_path, "kubernetes"))

    response = pack.AnalyzeStack(proto.AnalyzeStackRequest(resources=_sent(resources)), None)

    assert rule in {rule for rule, _, _ in told(response)}


def test_what_a_component_makes_in_a_cluster_is_undetermined_unless_the_platform_trusts_it(tmp_path: Path) -> None:
    """Kubernetes' controllers make load balancers and more; whether that matters is the platform's to say."""
    pack = analyzer(_platform(tmp_path))

    response = pack.AnalyzeStack(proto.AnalyzeStackRequest(resources=_sent(_stream("eks-cluster"))), None)

    assert [("resource-opaque", proto.MANDATORY, "k8s-nodeAccess")] == told(response)


def test_streams_say_what_they_are() -> None:
    said = [json.loads(path.read_text())["about"] for path in sorted(STREAMS.iterdir())]

    assert 3 == len([about for about in said if "written by hand after pulumi-" in about])
