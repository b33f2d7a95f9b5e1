"""A test kit for rules: cases in YAML that go through the pack's own intake, compared in full with what a rule says.

A case is a stack, and what the rule has to say of it:

    - name: a group of another name
      resources:
        - { type: "aws:cloudwatch/logGroup:LogGroup", name: app, props: { name: /app } }
      findings:
        - { resource: app, verdict: violated, why: /app does not begin with /customer1-prod/ }

Properties are those that the engine sends, in its camel case.  `!unknown` is a value that is not known yet, `!unknown
[names]` with the resources that it comes from; `!json {…}` a document as JSON in a string; `!secret …` a secret.  A
case may also give its `stack` and `project`, `tags` and `config`, and a `registry` that is laid over the given one.  A
resource may give the `provider` that makes it, `custom: false` for a component, `after` and `depends` for what it comes
after.  `others` are the resources of the pair's other stacks, by project.  `whole: false` is a stack whose resources
are still arriving; `today` and `baseline` are the day, and the findings that were known before.

    @pytest.mark.parametrize("case", cases(CASES, REGISTRY), ids=str)
    def test_case(case: Case) -> None:
        check(my_rule, case)
"""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import unified_diff
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from .analysis import Facts
from .intake.links import TYPES as LINKS
from .intake.pulumi import AWS_PROVIDER, PROVIDERS
from .intake.reading import reading, stack_of
from .intake.values import SECRET, SENTINELS, SIGNATURE, Resource, decode
from .judge import judge
from .model import Finding, Stack, Unknown
from .rules import CATALOG, Rule
from .tenancy import Baseline, Claim, Registry, RegistryError, Snapshot, load, resolve

__all__ = ["Case", "Hole", "Json", "Loader", "Outcome", "Secret", "cases", "check", "merged", "run"]

_UNKNOWN = SENTINELS[2]


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


class Loader(yaml.CSafeLoader):
    """YAML with the tags of the cases."""


def _hole(loader: yaml.CSafeLoader, node: yaml.Node) -> Hole:
    return Hole(tuple(loader.construct_sequence(node)) if isinstance(node, yaml.SequenceNode) else ())


def _any(loader: Any, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    untagged = yaml.ScalarNode(loader.resolve(yaml.ScalarNode, node.value, (True, False)), node.value)
    return loader.construct_object(untagged)


Loader.add_constructor("!unknown", _hole)
Loader.add_constructor("!json", lambda loader, node: Json(_any(loader, node)))
Loader.add_constructor("!secret", lambda loader, node: Secret(_any(loader, node)))


@dataclass(frozen=True)
class Outcome:
    """What a rule said: its status, and each finding as resource, verdict, reason and what is missing."""

    status: str
    findings: tuple[tuple[str, str, str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Case:
    """One case: a stack, and what a rule has to say of it.  `base` is the registry that the case's own is laid over."""

    name: str
    outcome: Outcome
    base: Path
    resources: tuple[Mapping[str, Any], ...] = ()
    stack: str = "customer1-prod"
    project: str = "shop"
    tags: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, str] = field(default_factory=dict)
    registry: Mapping[str, Any] | str = field(default_factory=dict)
    whole: bool = True
    attached: str = ""
    today: str = "2026-06-01"
    baseline: tuple[Mapping[str, Any], ...] = ()
    others: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    state_faults: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name

    @property
    def kind(self) -> str:
        """Whether the rule fires, stays silent or faces an unknown, or its findings are exempted."""
        kinds = {"violated": "fires", "undetermined": "unknown", "exempted": "exempted"}
        return kinds.get(self.outcome.status, "silent")

    def facts(self) -> Facts:
        """The facts of the case's stack, read anew."""
        others = [replace(self, project=project, resources=tuple(each)) for project, each in self.others.items()]
        stacks = tuple(other._stack() for other in others)
        return Facts(self._stack(), self._claim(), others=stacks, state_faults=self.state_faults)

    def _claim(self) -> Claim:
        try:
            snapshot = _snapshot(self.base, json.dumps(self.registry))
        except RegistryError as error:
            return Claim(None, error=str(error))
        recorded = Baseline.model_validate({"version": 1, "findings": self.baseline}) if self.baseline else None
        snapshot, today = replace(snapshot, baseline=recorded), date.fromisoformat(self.today)
        return resolve(snapshot, self.project, self.stack, self.tags, self.config, today=today)

    def _stack(self) -> Stack:
        read = [_resource(self, raw) for raw in self.resources]
        providers = {each.urn: each for each in read if each.type in PROVIDERS}
        default = self._default_provider()
        trusted = self._claim().trusted(LINKS)
        found = stack_of(
            self.project,
            self.stack,
            [reading(each, trusted, providers.get(each.provider, default) if each.provider else None) for each in read],
        )
        dependencies = found.dependencies if self.whole else {}
        return replace(found, whole=self.whole, dependencies=dependencies, attached=self.attached)

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
    kind = next((each["type"] for each in case.resources if each["name"] == made_with), AWS_PROVIDER)
    custom = raw.get("custom", True)
    return Resource(
        urn=case.urn(raw["type"], raw["name"]),
        type=raw["type"],
        props=decoded,
        secrets=secrets,
        provider=case.urn(kind, made_with) if custom and raw["type"] not in PROVIDERS else "",
        custom=custom,
        dependencies=case.urns(after),
        provided=by_property,
    )


def _wire(value: Any) -> Any:
    """A value as the engine sends it."""
    if isinstance(value, Hole):
        return _UNKNOWN
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
def _snapshot(base: Path, changes: str) -> Snapshot:
    changed = json.loads(changes)
    if isinstance(changed, str):
        with TemporaryDirectory() as folder:
            path = Path(folder, "tenancy.yaml")
            path.write_text(changed, encoding="utf-8")
            return load(path)
    raw = merged(yaml.safe_load(base.read_text(encoding="utf-8")), changed)
    return Snapshot(Registry.model_validate(raw), "tenancy.yaml", "0" * 64)


def merged(base: Any, changes: Any) -> Any:
    """A registry, as plain data, with changes laid over it: objects merge, all else is replaced."""
    if not isinstance(base, dict) or not isinstance(changes, dict):
        return copy.deepcopy(changes)
    return {**base, **{key: merged(base.get(key), value) for key, value in changes.items()}}


def run(rule: Rule, facts: Facts) -> Outcome:
    """What `rule` says of `facts`, in a case's terms; one that is about the others after all of them."""
    others = [other for other in CATALOG if not other.last] if rule.last else []
    *_, result = judge(facts, [*others, rule])
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


def cases(path: Path, registry: Path) -> tuple[Case, ...]:
    """The cases of a file.  `registry` describes the platform whose stacks they are."""
    raw = yaml.load(path.read_text(encoding="utf-8"), Loader)
    return tuple(_case(each, registry) for each in raw)


def _case(raw: dict[str, Any], base: Path) -> Case:
    listed = raw.pop("findings", [])
    findings = tuple(
        (each["resource"], each["verdict"], each["why"], tuple(each.get("missing", ()))) for each in listed
    )
    verdicts = [verdict for _, verdict, _, _ in findings]
    status = "proved" if not verdicts else "violated" if "violated" in verdicts else "undetermined"
    outcome = Outcome(raw.pop("status", status), findings)
    resources, baseline, faults = (tuple(raw.pop(name, ())) for name in ("resources", "baseline", "state_faults"))
    return Case(outcome=outcome, base=base, resources=resources, baseline=baseline, state_faults=faults, **raw)


def check(rule: Rule, case: Case) -> None:
    """Fails unless `rule` says of the case what it has to, in full and in this order."""
    actual = run(rule, case.facts())
    if actual != case.outcome:
        wanted, said = _lines(case.outcome), _lines(actual)
        differing = "\n".join(unified_diff(wanted, said, f"expected of {rule.id}", "actual", lineterm="", n=99))
        raise AssertionError(f"{case.name}:\n{differing}")


def _lines(outcome: Outcome) -> list[str]:
    """An outcome as a case has it: what is missing in a case can be copied from here."""
    listed = [
        {"resource": resource, "verdict": verdict, "why": why, **({"missing": list(missing)} if missing else {})}
        for resource, verdict, why, missing in outcome.findings
    ]
    told = {"status": outcome.status, "findings": listed}
    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=10_000).splitlines()
