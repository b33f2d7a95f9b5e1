"""Serves the rules as a CrossGuard policy pack that never fails open.

`pulumi_policy` turns a policy that touches an unknown value into an advisory, converts every resource once per policy,
hides which values are secret, and lets config switch policies off.  So its servicer is kept for what describes the
pack, and its three calls that decide are answered here, from one reading of the request
(docs/decisions/0001-own-analyzer-calls.md).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from google.protobuf import json_format
from pulumi.runtime import proto
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    PolicyPack,
    ReportViolation,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import policy as pulumi_policy_module

from .analysis import Excused, Facts, fingerprint
from .intake.engine import changed, read
from .intake.links import TYPES as LINKS
from .intake.reading import Reading, stack_of
from .intake.symbols import run as symbolic_run
from .judge import Result, judge
from .model import Finding, Stack
from .remediations import remedy
from .report import text
from .rules import CATALOG, Rule, with_own
from .settings import REGISTRY_RULE, STATES_RULE, Settings, settings
from .symbolic.symbols import book_of_run

if TYPE_CHECKING:
    from .tenancy import Claim, Level


NAME = "tenant-safety"
_REQUESTS = 3
"""So many of a program's requests are shown with a finding."""
STAND_IN = "TENANT_SAFETY_STAND_IN"
"""Set where updates run against an AWS that is simulated."""
_LEVELS = {
    proto.ADVISORY: "advisory",
    proto.MANDATORY: "mandatory",
    proto.REMEDIATE: "mandatory",
    proto.DISABLED: "disabled",
}
_ALWAYS_MANDATORY = ("tenancy", "reading")
_TOLD_ONLY = ("exemptions",)
"""Families that stop nothing unless the registry says so: a tenant need not wait for the platform to tidy up."""
_DENIED_UNKNOWN = (*_ALWAYS_MANDATORY, "global-config")
"""Families of which what is undetermined stops a preview unless the registry says otherwise: a symbolic one decides."""


def serve(root: Path, rules: Sequence[Rule] = ()) -> None:
    """Serves the pack to the engine; never returns.  `root` is the pack's folder, where the default registry lies.

    `rules` are the platform's own: they are judged after those of the catalogue, of which they can replace none.
    """
    Analyzer.root, Analyzer.rules = root, with_own(rules)
    policies: list[Policy] = [_declared(rule) for rule in Analyzer.rules]
    # PolicyPack makes its servicer under this name; where it does not, no policy answers (_answered_elsewhere).
    setattr(pulumi_policy_module, "_PolicyAnalyzerServicer", Analyzer)  # noqa: B010 a type can't be assigned to
    PolicyPack(NAME, policies, enforcement_level=EnforcementLevel.ADVISORY)


def _declared(rule: Rule) -> StackValidationPolicy:
    """A rule as the engine is told of it.  The declared level is the least; the registry's floor is applied on top."""
    properties: dict[str, dict[str, Any]] = {"onUnknown": {"type": "string", "enum": ["deny", "decide-at-up"]}}
    if rule.id in (REGISTRY_RULE, STATES_RULE):
        properties["registry" if rule.id == REGISTRY_RULE else "states"] = {"type": "string"}
    return StackValidationPolicy(
        name=rule.id,
        description=rule.title,
        validate=_answered_elsewhere,
        config_schema=PolicyConfigSchema(properties),
        severity=Severity(rule.severity),
        tags=[rule.family],
        remediation_steps=rule.remediation,
        url=text.page(rule),
    )


def _answered_elsewhere(_args: StackValidationArgs, _report: ReportViolation) -> None:
    raise AssertionError("tenant-safety answers AnalyzeStack itself; this pulumi_policy does not let it")


@dataclass
class _Seen:
    """What has arrived in an update so far; calls come on several threads."""

    readings: list[Reading] = field(default_factory=list)
    told: set[tuple[str, str, str]] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)


class Analyzer(pulumi_policy_module._PolicyAnalyzerServicer):
    """The pack's side of the engine's analyzer protocol."""

    root = Path()
    rules: tuple[Rule, ...] = CATALOG

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._settings = Settings()
        self._stack: proto.AnalyzerStackConfigureRequest | None = None
        self._known: Claim | None = None
        self._seen = _Seen()
        self._others: tuple[tuple[Stack, ...], tuple[str, ...]] | None = None

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Refuses config that is misspelt, or that asks for less than the registry does."""
        given = request.policyConfig
        levels = {name: _LEVELS[given[name].enforcementLevel] for name in given}
        properties = {name: json_format.MessageToDict(given[name].properties) for name in given}
        self._settings = settings(levels, properties, self.rules)
        return super().Configure(request, context)  # type: ignore[no-untyped-call]

    def ConfigureStack(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Takes down which stack this is; the registry alone says whose."""
        self._stack = request
        return super().ConfigureStack(request, context)

    def Analyze(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """In an update, stops a resource that no later one can make right, before it is made.

        In a preview nothing is made, so all is left to the stack pass, which also sees dependencies.
        """
        response = proto.AnalyzeResponse()
        if not self._preview:
            with self._seen.lock:
                arrived = read(request, self._trusted)
                self._seen.readings.append(arrived)
                kinds = {type(part) for part in arrived.parts}
                rules = [rule for rule in self.rules if rule.monotone and (not rule.reads or kinds & rule.reads)]
                for alone in (True, False):
                    if own := [rule for rule in rules if rule.alone is alone]:
                        # Most resources concern only rules that need none of those before.
                        readings = [arrived] if alone else self._seen.readings
                        facts = self._facts(self._stack_of(readings, arrived=arrived.urn))
                        for result in judge(facts, own):
                            response.diagnostics.extend(self._diagnostics(result, facts))
        return response

    def Remediate(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Puts right what the registry says, in a resource's own properties.

        The engine then asks `Analyze` about what came of it, of this pack and all others, before the resource is made.
        Source: https://github.com/pulumi/pulumi/blob/v3.259.0/pkg/resource/deploy/step_generator.go
        """
        response = proto.RemediateResponse()
        claim = self._claim
        if claim.snapshot is None or claim.judged is None or not claim.snapshot.registry.platform.remediate:
            return response
        platform = claim.snapshot.registry.platform
        for part in read(request, self._trusted).parts:
            found = remedy(part, platform, claim.judged.plan)
            made = changed(request, part, found.part) if found else None
            # Read again: what does not show then has put nothing right, so it is left to the rules.
            if found and found.part in read(made, self._trusted).parts:
                request = made
                response.remediations.append(
                    proto.Remediation(
                        policyName=found.rule,
                        policyPackName=NAME,
                        description=f"The registry gives it a {found.what}",
                        properties=request.properties,
                    )
                )
        return response

    def AnalyzeStack(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Judges the whole stack."""
        run = symbolic_run(request.resources)
        readings = [read(resource, self._trusted, run) for resource in request.resources]
        facts = self._facts(self._stack_of(readings))
        response = proto.AnalyzeResponse()
        results = judge(facts, self.rules)
        for result in results:
            response.diagnostics.extend(self._diagnostics(result, facts))
            if result.status == "not-judged":
                response.not_applicable.append(
                    proto.PolicyNotApplicable(policy_name=result.rule.id, reason=result.because)
                )
        if facts.claim.judged:
            print(text.proved(results, self._about(facts)), file=sys.stderr, flush=True)
            if run is not None:
                asked = {origin for origin in run.symbols.origins if not origin.startswith("urn:")}
                print(text.assumed(len(run.symbols.all), asked), file=sys.stderr, flush=True)
        return response

    @property
    def _preview(self) -> bool:
        return self._stack is not None and bool(self._stack.dry_run)

    @property
    def _config_secrets(self) -> frozenset[str]:
        stack = self._stack
        return (
            frozenset(stack.config[key] for key in stack.config_secret_keys if stack.config[key])
            if stack
            else frozenset()
        )

    @property
    def _trusted(self) -> tuple[str, ...]:
        return self._claim.trusted(LINKS)

    @property
    def _claim(self) -> Claim:
        if self._known is None:
            self._known = self._claimed()
        return self._known

    def _claimed(self) -> Claim:
        """Reads the registry where the pack's config or its default says; nothing of the program's is asked."""
        # Pydantic and the models take a tenth of a second, which the engine need not wait for at its start.
        from .registry import load  # noqa: PLC0415
        from .tenancy import DEFAULT_NAME, Claim, RegistryError, resolve  # noqa: PLC0415

        if self._stack is None:
            return Claim(None, error="the engine does not say which stack this is; expected pulumi 3.229 or newer")
        try:
            snapshot = load(self._settings.registry or DEFAULT_NAME, self.root)
        except RegistryError as error:
            return Claim(None, error=str(error))
        stack = self._stack
        today = datetime.now(UTC).date()
        return resolve(snapshot, stack.project, stack.stack, dict(stack.tags), dict(stack.config), today=today)

    def _facts(self, stack: Stack) -> Facts:
        """The facts about a stack, beside what the pair's others use."""
        if self._others is None:
            self._others = self._beside(stack)
        others, faults = self._others
        return Facts(stack, self._claim, others=others, state_faults=faults)

    def _beside(self, stack: Stack) -> tuple[tuple[Stack, ...], tuple[str, ...]]:
        """The pair's other stacks, where the pack's config names a folder of states, and what can't be read of it."""
        snapshot, judged = self._claim.snapshot, self._claim.judged
        if not self._settings.states or snapshot is None or judged is None or judged.plan is None:
            return (), ()
        from .states import beside  # noqa: PLC0415 most runs name no states

        found = beside(self.root / self._settings.states, snapshot, stack.project, stack.name)
        return found.others, found.faults

    def _stack_of(self, readings: Sequence[Reading], *, arrived: str = "") -> Stack:
        stack = self._stack
        found = stack_of(stack.project if stack else "", stack.stack if stack else "", readings)
        return replace(
            found,
            whole=not arrived,
            arrived=arrived,
            secrets=found.secrets | self._config_secrets,
            attached="" if self._preview else _attached(),
            awaits_symbols=self._preview and book_of_run() is None,
        )

    def _diagnostics(self, result: Result, facts: Facts) -> Iterator[Any]:
        if result.status == "crashed":
            yield self._diagnostic(result.rule, "", text.crash(result.rule, result.because), "mandatory")
        for finding in result.findings:
            if self._is_new(result.rule, finding, facts):
                notes = self._notes(result.rule, finding, facts)
                message = text.message(result.rule, finding, self._about(facts), facts.stack, notes=notes)
                yield self._diagnostic(result.rule, finding.urn, message, self._level(result.rule, finding))
        for excused in result.excused:
            if self._is_new(result.rule, excused.finding, facts):
                yield self._let_pass(result.rule, excused, facts)

    def _is_new(self, rule: Rule, finding: Finding, facts: Facts) -> bool:
        """What has been told of others need not be told again; the resource at hand is stopped in any case."""
        key = (rule.id, finding.urn, finding.why)
        if facts.stack.arrived not in ("", finding.urn) and finding.urn and key in self._seen.told:
            return False
        self._seen.told.add(key)
        return True

    def _let_pass(self, rule: Rule, excused: Excused, facts: Facts) -> Any:
        """A finding that stops nothing, with who lets it pass."""
        finding = excused.finding
        notes = [f"Let pass: {excused.because}"]
        if not excused.exempted:  # A baseline would let it pass beyond the exemption's end.
            notes.append(f"Fingerprint: {fingerprint(facts.stack, rule.id, rule.family, finding)}")
        passes = "Exempted" if excused.exempted else "Known"
        message = text.message(rule, finding, self._about(facts), facts.stack, passes=passes, notes=notes)
        return self._diagnostic(rule, finding.urn, message, "advisory")

    def _notes(self, rule: Rule, finding: Finding, facts: Facts) -> list[str]:
        """What the program asks for, which changes nothing, and what the finding is known by."""
        asked = [each for each in self._claim.requests if each.is_about(rule.id, rule.family, finding.urn)]
        notes = [f"Exemption asked for by the program: {each.reason}" for each in asked[:_REQUESTS]]
        notes += [f"Exemption asked for by the program: {self._claim.misread}"] if self._claim.misread else []
        mark = fingerprint(facts.stack, rule.id, rule.family, finding)
        return [*notes, f"Fingerprint: {mark}"] if mark else notes

    def _level(self, rule: Rule, finding: Finding) -> Level:
        """The stricter of the registry's floor and the pack's config.

        What is undetermined in a preview is only told where it will be decided before the resource is made.
        """
        if rule.family in _ALWAYS_MANDATORY and finding.verdict == "violated":
            return "mandatory"
        snapshot, judged = self._claim.snapshot, self._claim.judged
        floors = snapshot.registry.platform.enforcement if snapshot else {}
        default: Level = "advisory" if rule.family in _TOLD_ONLY else "mandatory"
        level = self._settings.levels.get(rule.id, floors.get(rule.family, default))
        if finding.verdict == "undetermined" and self._preview and _decided_later(finding):
            usual = "deny" if rule.family in _DENIED_UNKNOWN else "decide-at-up"
            floor = judged.on_unknown.get(rule.family, usual) if judged else "deny"
            if "deny" not in (floor, self._settings.on_unknown.get(rule.id)):
                return "advisory"
        return level

    def _diagnostic(self, rule: Rule, urn: str, message: str, level: Level) -> Any:
        return proto.AnalyzeDiagnostic(
            policyName=rule.id,
            policyPackName=NAME,
            policyPackVersion="",
            description=rule.title,
            message=message,
            urn=urn,
            enforcementLevel=proto.MANDATORY if level == "mandatory" else proto.ADVISORY,
            severity=self._map_severity(Severity(rule.severity)),
        )

    def _about(self, facts: Facts) -> str:
        whose = facts.claim.judged.name if facts.claim.judged else f"stack {facts.stack.name}"
        snapshot = facts.claim.snapshot
        read = snapshot.sha256[:12] if snapshot else "unread"
        if snapshot and snapshot.age is not None:
            read += f" ({snapshot.aged})"
        if snapshot and snapshot.baseline_sha256:
            read += f", baseline {snapshot.baseline_sha256[:12]}"
        return f"{whose}, {facts.stack.resources} resources, registry {read}"


def _attached() -> str:
    """The providers that were attached to the engine.  Tests of this project attach one that stands in for AWS."""
    return "" if os.environ.get(STAND_IN) else os.environ.get("PULUMI_DEBUG_PROVIDERS", "")


def _decided_later(finding: Finding) -> bool:
    """Will an update know all that is missing?  Only if a resource provides each of it."""
    return bool(finding.missing) and all(unknown.depends_on for unknown in finding.missing)
