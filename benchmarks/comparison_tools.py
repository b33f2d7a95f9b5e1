"""Other tools on stacks of the corpus: what each reports of a stack, by the tool's own names.

checkov gets the resources as a Terraform plan, parliament the policy documents in them, and AWSGuard the resources as
the engine sends them.  Each is what its registry has, in a folder that is thrown away.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping, Sequence
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, engine_pb2_grpc

from tenant_safety.testing import Case, Hole, Json, Outcome, Secret
from tests.cases import REGISTRY

Found = frozenset[str]
"""A tool's findings of a stack, each as the tool's name of it and the resource's."""

IRREGULAR = {
    "aws:rds/snapshot:Snapshot": "aws_db_snapshot",
    "aws:rds/clusterSnapshot:ClusterSnapshot": "aws_db_cluster_snapshot",
    "aws:ec2transitgateway/transitGateway:TransitGateway": "aws_ec2_transit_gateway",
    "aws:ec2transitgateway/peeringAttachment:PeeringAttachment": "aws_ec2_transit_gateway_peering_attachment",
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": (
        "aws_vpc_endpoint_service_allowed_principal"
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider",
    "aws:sfn/stateMachine:StateMachine": "aws_sfn_state_machine",
}
"""Terraform's names that are not those of Pulumi in another spelling."""
SHARED_MODULES = ("ec2", "vpc")
"""Modules of Pulumi whose resources have no prefix in Terraform: `aws_vpc_peering_connection`."""
MAPS = ("tags", "parameters", "environment", "permissions")
"""Properties that are maps; other objects are blocks, which a plan has as lists."""
PARLIAMENT = """
import json, sys
from parliament import analyze_policy_string
found = []
for document in json.load(sys.stdin):
    findings = analyze_policy_string(document, include_community_auditors=True).findings
    found.append(sorted({finding.issue for finding in findings}))
print(json.dumps(found))
"""
BARE = Case("", Outcome("", ()), REGISTRY, ({"type": "aws:s3/bucket:Bucket", "name": "bare"},))
"""A stack of which AWSGuard has something to say: silence on the corpus is then its answer."""
GUARD = 'const { AwsGuard } = require("@pulumi/awsguard"); new AwsGuard({ all: "mandatory" });'
RUN_GUARD = "node_modules/@pulumi/pulumi/cmd/run-policy-pack"


class ToolError(Exception):
    """A tool that can't be had or run here; the message says why."""


@dataclass(frozen=True)
class Reports:
    """A tool with its version, and its findings of each stack; `None` where it has nothing to read."""

    tool: str
    version: str
    found: Mapping[str, Found | None]


def environment(folder: Path, *packages: str) -> Path:
    """A virtual environment with the packages; returns its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    _call([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], folder)
    return python


def checkov(python: Path, folder: Path, stacks: Mapping[str, Case]) -> Reports:
    """checkov on a Terraform plan of each stack."""
    folder.mkdir()
    comparable = set()
    for number, (name, case) in enumerate(stacks.items()):
        resources = list(planned(case))
        if resources:
            comparable.add(name)
            plan = {
                "format_version": "1.2",
                "terraform_version": "1.9.0",
                "planned_values": {"root_module": {"resources": resources}},
                "resource_changes": [],
                "configuration": {},
            }
            (folder / f"{number}.json").write_text(json.dumps(plan))
    command = [str(python.parent / "checkov"), "-d", str(folder), "--framework", "terraform_plan", "-o", "json"]
    run = _call([*command, "--compact", "--quiet", "--soft-fail", "--skip-download"], folder)
    reported = json.loads(run)
    found: dict[str, set[str]] = {name: set() for name in comparable}
    names = list(stacks)
    for report in reported if isinstance(reported, list) else [reported]:
        for check in report.get("results", {}).get("failed_checks", []):
            name = names[int(Path(check["file_path"]).stem)]
            found[name].add(f"{check['check_id']} {check['resource']}")
    return Reports("checkov", _version(python, "checkov"), {n: _frozen(found.get(n)) for n in stacks})


def parliament(python: Path, stacks: Mapping[str, Case]) -> Reports:
    """parliament, with its community's auditors, on each policy document."""
    texts = [(name, place, text) for name, case in stacks.items() for place, text in documents(case.resources, ())]
    run = _call([str(python), "-c", PARLIAMENT], python.parent, json.dumps([text for _, _, text in texts]))
    found: dict[str, set[str]] = {}
    for (name, place, _), issues in zip(texts, json.loads(run), strict=True):
        found.setdefault(name, set()).update(f"{issue} {place}" for issue in issues)
    return Reports("parliament", _version(python, "parliament"), {n: _frozen(found.get(n)) for n in stacks})


def awsguard(folder: Path, stacks: Mapping[str, Case]) -> Reports:
    """AWSGuard in its own process, asked as the engine asks it: of each resource, and of each stack."""
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps({"name": "guard", "version": "0.0.1", "main": "index.js"}))
    (folder / "PulumiPolicy.yaml").write_text("runtime: nodejs\nversion: 0.0.1\n")
    (folder / "index.js").write_text(GUARD)
    try:
        _call(["npm", "install", "--silent", "--no-fund", "--no-audit", "@pulumi/awsguard"], folder)
    except FileNotFoundError as error:
        raise ToolError(f"awsguard: {error}") from None
    package = folder / "node_modules" / "@pulumi" / "awsguard" / "package.json"
    with _guard(folder) as stub:
        if not _guarded(stub, BARE):
            raise ToolError("AWSGuard: expected a finding about a bucket without any property (got none)")
        found = {name: _guarded(stub, case) for name, case in stacks.items()}
    return Reports("AWSGuard", json.loads(package.read_text())["version"], found)


@contextmanager
def _guard(folder: Path) -> Iterator[Any]:
    engine = grpc.server(futures.ThreadPoolExecutor(4))
    engine_pb2_grpc.add_EngineServicer_to_server(_Engine(), engine)
    port = engine.add_insecure_port("127.0.0.1:0")
    engine.start()
    told = {"PULUMI_PROJECT": "shop", "PULUMI_STACK": "customer1-prod", "PULUMI_DRY_RUN": "true"}
    none = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_REGION": "eu-central-1"}
    process = subprocess.Popen(
        ["node", RUN_GUARD, f"127.0.0.1:{port}", "."],
        cwd=folder,
        env={**os.environ, **told, **none, "PULUMI_CONFIG": "{}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        if not line.isdigit():
            raise ToolError(f"AWSGuard: expected its port (got {line!r})")
        with grpc.insecure_channel(f"127.0.0.1:{line}") as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
    finally:
        process.kill()
        process.wait()
        engine.stop(None)


class _Engine(engine_pb2_grpc.EngineServicer):
    """What a pack asks of the engine: to take its messages."""

    def Log(self, _request: Any, _context: Any) -> Any:  # noqa: N802 (the protocol's name)
        return Empty()


def _guarded(stub: Any, case: Case) -> Found | None:
    resources = [raw for raw in case.resources if raw["type"].startswith("aws:")]
    if not resources:
        return None
    found = set()
    sent = []
    for raw in resources:
        properties = {name: value for name, value in _plain(raw.get("props") or {}).items() if value is not None}
        request = {
            "type": raw["type"],
            "urn": case.urn(raw["type"], raw["name"]),
            "name": raw["name"],
            "properties": properties,
            "options": {"customTimeouts": {}},
        }
        sent.append(request)
        answered = stub.Analyze(json_format.ParseDict(request, analyzer_pb2.AnalyzeRequest()), timeout=30)
        found |= {f"{each.policyName} {raw['name']}" for each in answered.diagnostics}
    stack = json_format.ParseDict({"resources": sent}, analyzer_pb2.AnalyzeStackRequest())
    for each in stub.AnalyzeStack(stack, timeout=30).diagnostics:
        found.add(f"{each.policyName} {each.urn.rpartition('::')[2]}")
    return frozenset(found)


def planned(case: Case) -> Iterator[dict[str, Any]]:
    """The stack's resources as a Terraform plan has them."""
    for raw in case.resources:
        if not raw["type"].startswith("aws:"):
            continue
        kind = _terraform(raw["type"])
        name = raw["name"]
        values = {_snake(key): _block(_snake(key), value) for key, value in _plain(raw.get("props") or {}).items()}
        yield {
            "address": f"{kind}.{name}",
            "mode": "managed",
            "type": kind,
            "name": name,
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "schema_version": 0,
            "values": {key: value for key, value in values.items() if value is not None},
        }


def _terraform(token: str) -> str:
    module, name = token.split(":")[1].split("/")
    prefix = "" if module in SHARED_MODULES else f"{module}_"
    return IRREGULAR.get(token, f"aws_{prefix}{_snake(name)}")


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _block(name: str, value: Any) -> Any:
    """A value in a plan: an object that Pulumi has flattened is a list of one block again."""
    if isinstance(value, Mapping):
        return dict(value) if name in MAPS else [_blocks(value)]
    if isinstance(value, list):
        return [_blocks(each) if isinstance(each, Mapping) else each for each in value]
    return value


def _blocks(value: Mapping[str, Any]) -> dict[str, Any]:
    return {_snake(key): _block(_snake(key), each) for key, each in value.items()}


def _plain(value: Any) -> Any:
    """A value as a program's inputs have it: documents are texts, what is not known is left out."""
    if isinstance(value, Hole):
        return None
    if isinstance(value, Json):
        return json.dumps(_plain(value.value))
    if isinstance(value, Secret):
        return _plain(value.value)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value


def documents(value: Any, place: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The policy documents in a value, with their places."""
    inner = value.value if isinstance(value, Json) else value
    if isinstance(inner, Mapping) and "Statement" in inner:
        yield ".".join(place), json.dumps(_plain(inner))
    elif isinstance(inner, Mapping):
        for key, each in inner.items():
            yield from documents(each, (*place, str(inner.get("name", "")), str(key)))
    elif isinstance(inner, list | tuple):
        for each in inner:
            yield from documents(each, place)


def _frozen(found: set[str] | None) -> Found | None:
    return None if found is None else frozenset(found)


def _version(python: Path, package: str) -> str:
    told = f"from importlib.metadata import version; print(version({package!r}))"
    return _call([str(python), "-c", told], python.parent).strip()


def _call(command: Sequence[str], folder: Path, given: str = "") -> str:
    ended = subprocess.run(command, cwd=folder, input=given, capture_output=True, text=True, check=False, timeout=1800)
    if ended.returncode != 0:
        raise ToolError(f"{' '.join(command[:4])}: ended with {ended.returncode}: {ended.stderr[-2000:]}")
    if ended.stderr:
        print(ended.stderr[-500:], file=sys.stderr)
    return ended.stdout
