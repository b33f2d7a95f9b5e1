"""Reads the rules' cases: resources as the engine sends them, and the findings that a rule has to give.

A case goes through the real intake, so an unknown is the engine's sentinel (`!unknown`, `!unknown [names]` with the
resources that its property depends on) and a document may be JSON in a string (`!json {…}`) or an object.  A secret is
`!secret value`.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from tenant_safety.analysis import Facts
from tenant_safety.intake.links import TYPES as LINKS
from tenant_safety.intake.pulumi import AWS_PROVIDER, parts, provider
from tenant_safety.intake.values import SECRET, SENTINELS, SIGNATURE, Resource, decode
from tenant_safety.judge import judge
from tenant_safety.model import Finding, Part, Stack, Unknown
from tenant_safety.rules import CATALOG, Rule
from tenant_safety.tenancy import Claim, Registry, RegistryError, Snapshot, load, resolve

FOLDER = Path(__file__).parent / "cases"
REGISTRY = FOLDER / "registry" / "tenancy.yaml"
"""The registry that the cases' own `registry` is laid over."""
UNKNOWN = SENTINELS[2]
EVERY = f"{len(CATALOG)} of {len(CATALOG)}"
"""How the pack counts, where all rules are proved."""


@dataclass(frozen=True)
class Hole:
    """A value that is not known yet, and the names of the resources that it comes from."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Json:
    """A value that the program writes as JSON in a string."""

    value: Any


@dataclass(frozen=True)
class Secret:
    """A value that the engine marks as secret."""

    value: Any


class _Loader(yaml.CSafeLoader):
    pass


def _hole(loader: yaml.CSafeLoader, node: yaml.Node) -> Hole:
    return Hole(tuple(loader.construct_sequence(node)) if isinstance(node, yaml.SequenceNode) else ())


def _any(loader: yaml.CSafeLoader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    untagged = yaml.ScalarNode(loader.resolve(yaml.ScalarNode, node.value, (True, False)), node.value)
    return loader.construct_object(untagged)


_Loader.add_constructor("!unknown", _hole)
_Loader.add_constructor("!json", lambda loader, node: Json(_any(loader, node)))
_Loader.add_constructor("!secret", lambda loader, node: Secret(_any(loader, node)))


def loader() -> type[yaml.CSafeLoader]:
    """YAML with the tags of the cases."""
    return _Loader


@dataclass(frozen=True)
class Outcome:
    """What a rule said: its status, and each finding as resource, verdict, reason and what is missing."""

    status: str
    findings: tuple[tuple[str, str, str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Case:
    """One case of a rule."""

    rule: str
    name: str
    outcome: Outcome
    resources: tuple[Mapping[str, Any], ...] = ()
    stack: str = "customer1-prod"
    project: str = "shop"
    tags: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, str] = field(default_factory=dict)
    registry: Mapping[str, Any] | str = field(default_factory=dict)
    whole: bool = True
    attached: str = ""

    @property
    def kind(self) -> str:
        """Whether the rule fires, stays silent or faces an unknown."""
        return {"violated": "fires", "undetermined": "unknown"}.get(self.outcome.status, "silent")

    def facts(self) -> Facts:
        """The facts of the case's stack, read anew."""
        return Facts(self._stack(), self._claim())

    def _claim(self) -> Claim:
        try:
            snapshot = _snapshot(json.dumps(self.registry))
        except RegistryError as error:
            return Claim(None, error=str(error))
        return resolve(snapshot, self.project, self.stack, self.tags, self.config)

    def _stack(self) -> Stack:
        read = [_resource(self, raw) for raw in self.resources]
        providers = {each.urn: each for each in read if each.type == AWS_PROVIDER}
        default = self._default_provider()
        found: list[Part] = []
        claim = self._claim()
        links = (
            claim.judged and claim.snapshot and (not claim.judged.plan or claim.snapshot.registry.platform.tenants_link)
        )
        trusted = ("random", *(LINKS if links else ()))
        for resource in read:
            made_with = providers.get(resource.provider, default if resource.provider else None)
            own = provider(made_with) if made_with and resource.custom else None
            found += [own] if own else []
            found += parts(resource, trusted, own)
        return Stack(
            project=self.project,
            name=self.stack,
            parts=tuple(found),
            resources=len(read),
            whole=self.whole,
            dependencies={each.urn: each.dependencies for each in read} if self.whole else {},
            attached=self.attached,
        )

    def _default_provider(self) -> Resource:
        judged = self._claim().judged
        accounts = list(judged.accounts) if judged else ["111111111111"]
        props, _ = decode({"allowedAccountIds": json.dumps(accounts), "region": "eu-central-1"}, {})
        return Resource(self.urn(AWS_PROVIDER, "default"), AWS_PROVIDER, props)

    def urn(self, token: str, name: str) -> str:
        return f"urn:pulumi:{self.stack}::{self.project}::{token}::{name}"

    def urns(self, names: Any) -> tuple[str, ...]:
        """The URNs of resources of the case, by their names."""
        types = {raw["name"]: raw["type"] for raw in self.resources}
        return tuple(self.urn(types[name], name) for name in names)


def _resource(case: Case, raw: Mapping[str, Any]) -> Resource:
    props: dict[str, Any] = raw.get("props") or {}
    depends = {key: (*_sources(value), *raw.get("depends", {}).get(key, ())) for key, value in props.items()}
    after = dict.fromkeys((*(name for names in depends.values() for name in names), *raw.get("after", ())))
    by_property = {key: case.urns(names) for key, names in depends.items() if case.whole}
    decoded, secrets = decode({key: _wire(value) for key, value in props.items()}, by_property)
    made_with = raw.get("provider", "default")
    custom = raw.get("custom", True)
    return Resource(
        urn=case.urn(raw["type"], raw["name"]),
        type=raw["type"],
        props=decoded,
        secrets=secrets,
        provider=case.urn(AWS_PROVIDER, made_with) if custom and raw["type"] != AWS_PROVIDER else "",
        custom=custom,
        dependencies=case.urns(after),
    )


def _wire(value: Any) -> Any:
    """A value as the engine sends it."""
    if isinstance(value, Hole):
        return UNKNOWN
    if isinstance(value, Json):
        return json.dumps(_wire(value.value))
    if isinstance(value, Secret):
        return {SIGNATURE: SECRET, "value": _wire(value.value)}
    if isinstance(value, Mapping):
        return {key: _wire(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_wire(inner) for inner in value]
    return value


def _sources(value: Any) -> Iterator[str]:
    """The names that the holes in a value depend on."""
    if isinstance(value, Hole):
        yield from value.names
    elif isinstance(value, Json | Secret):
        yield from _sources(value.value)
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _sources(inner)


@cache
def _snapshot(changes: str) -> Snapshot:
    changed = json.loads(changes)
    if isinstance(changed, str):
        with TemporaryDirectory() as folder:
            path = Path(folder, "tenancy.yaml")
            path.write_text(changed, encoding="utf-8")
            return load(path)
    raw = _merged(yaml.safe_load(REGISTRY.read_text(encoding="utf-8")), changed)
    return Snapshot(Registry.model_validate(raw), "tenancy.yaml", "0" * 64)


def _merged(base: Any, changes: Any) -> Any:
    if not isinstance(base, dict) or not isinstance(changes, dict):
        return copy.deepcopy(changes)
    return {**base, **{key: _merged(base.get(key), value) for key, value in changes.items()}}


def run(rule: Rule, facts: Facts) -> Outcome:
    """What `rule` says of `facts`, in a case's terms."""
    (result,) = judge(facts, [rule])
    status = result.status if result.status != "crashed" else f"crashed: {result.because}"
    return Outcome(status, tuple(_told(finding) for finding in result.findings))


def _told(finding: Finding) -> tuple[str, str, str, tuple[str, ...]]:
    return (
        _name(finding.urn) or "(stack)",
        finding.verdict,
        finding.why,
        tuple(_missing(unknown) for unknown in finding.missing),
    )


def _missing(unknown: Unknown) -> str:
    """`role <- deploy, test`: the path of what is missing, and what will provide it."""
    return " <- ".join(filter(None, (unknown.path, ", ".join(map(_name, unknown.depends_on)))))


def _name(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]


@cache
def cases(rule: str) -> tuple[Case, ...]:
    """The cases of a rule, by its id."""
    path = FOLDER / f"{rule.replace('-', '_')}.yaml"
    raw = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    return tuple(_case(rule, each) for each in raw)


def _case(rule: str, raw: dict[str, Any]) -> Case:
    listed = raw.pop("findings", [])
    findings = tuple(
        (each["resource"], each["verdict"], each["why"], tuple(each.get("missing", ()))) for each in listed
    )
    verdicts = [verdict for _, verdict, _, _ in findings]
    status = "proved" if not verdicts else "violated" if "violated" in verdicts else "undetermined"
    outcome = Outcome(raw.pop("status", status), findings)
    return Case(rule=rule, outcome=outcome, resources=tuple(raw.pop("resources", ())), **raw)


def every() -> Iterator[tuple[Rule, Case]]:
    """Each rule of the catalogue with each of its cases."""
    for rule in CATALOG:
        for case in cases(rule.id):
            yield rule, case
