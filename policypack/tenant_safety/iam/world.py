"""All principals that are known: whom each of them can act as, and what it may do to others."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TypeAlias

from .documents import Document, Text, Unknown
from .escalation import (
    BECOMES,
    CHANGES,
    FORGES,
    LAUNCHES,
    MAKES,
    ON,
    OPENS,
    RUNS,
    STARTS,
)
from .managed import managed_policy
from .policies import Attached, Cause, Level, Policies
from .principals import Caller
from .reach import UNREACHABLE, Reach, Witness, reach
from .services import action as known_action
from .services import prefixes
from .standing import Principal, Step, admitted, doubtful, known_as, policy_arns, rank, statements
from .wildcards import FIELDS, matches

_Wanted: TypeAlias = Callable[[Principal], bool]
"""Is a principal still to be found in this state?"""

_SETS: dict[str, tuple[str, ...]] = {
    "sts:TagSession": ("aws:requesttag/", "aws:tagkeys", "sts:transitivetagkeys"),
    "sts:SetSourceIdentity": ("sts:sourceidentity",),
}
"""Actions that a request to assume a role needs as well, by the keys whose values it sets."""


class World:
    """All principals of the accounts that are known, and who can become whom.

    Roles are indexed by whom their trust policies name, and a principal is asked only about what its own policies
    mention, so that only pairs that can be linked are looked at.  `documents`: of managed policies, by their ARNs, also
    of those that nobody has yet.
    """

    def __init__(self, principals: Sequence[Principal], documents: Mapping[str, Document] | None = None) -> None:
        self._roles: dict[tuple[str, str], str] = {}
        self._by_account: dict[str, dict[str, Principal]] = defaultdict(dict)
        self._by_trusted: dict[str, list[Principal]] = defaultdict(list)
        self._providers: dict[str, set[str]] = defaultdict(set)
        self._documents: dict[str, Document] = dict(documents or {})
        self._powers: dict[int, tuple[Document, frozenset[str]]] = {}
        self._services: dict[str, dict[str, str]] = {}
        self._admitting: dict[tuple[str, str], Reach] = {}
        self._boundaries_by_arn: dict[str, Level] = {}
        self._tags_matter = False
        for principal in principals:
            self.add(principal)

    def add(self, principal: Principal) -> None:
        """Adds a principal, unless there is already one of its ARN."""
        who = principal.who
        if who.kind not in ("role", "user") or who.id in self._by_account[who.account]:
            return
        self._by_account[who.account][who.id] = principal
        if who.kind == "role":
            self._roles[who.account, who.name] = who.id
        for name in admitted(principal):
            self._by_trusted[name].append(principal)
            if ":saml-provider/" in name:
                self._providers[name.split(":")[4]].add(name)
        for attached in (*principal.policies.identity, *principal.policies.boundary, *principal.trust):
            if isinstance(attached.document, Document):
                self._tags_matter = self._tags_matter or _mentions(attached.document, "aws:principaltag/")
                for arn in policy_arns(attached.source):
                    self._documents.setdefault(arn, attached.document)

    def assumed(self, origin: Step, wanted: _Wanted) -> Iterator[Step]:
        """Roles whose trust admits the principal, and which its own policies let it assume."""
        who = origin.principal.who
        if who.kind in ("anonymous", "root"):
            return
        allowed = not who.account or self.has_power(origin.principal, "sts:assumerole")
        names = (known_as(who), "*", *([who.account] if allowed else []))
        for role in dict.fromkeys(role for name in names for role in self._by_trusted.get(name, ())):
            if not allowed and role.who.account != who.account:
                continue
            tagged = _tagged(role) if self._tags_matter else role
            if not (wanted(role) or wanted(tagged)) or not (step := self._assume(origin, role)):
                continue
            if role.who.id != who.id:
                yield step
            if tagged is not role and wanted(tagged):
                answer = self._tagging(origin.principal, role)
                if answer.verdict != "unreachable":
                    yield origin.then("assume", tagged, answer, before=step)

    def _assume(self, origin: Step, role: Principal) -> Step | None:
        """The step to a role.  What the request sets (tags, a source identity) has to be allowed as well.

        Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_permissions-required
        """
        principal = origin.principal
        federated = ("sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
        actions = federated if principal.who.kind == "federated" else ("sts:AssumeRole",)
        answers = [self.ask(principal, role.who.id, actions, role=role)]
        for action, keys in _SETS.items():
            witness = answers[0].witness
            chosen = {key: v for key, v in (witness.context if witness else {}).items() if key.startswith(keys)}
            if chosen:
                without = self.ask(principal, role.who.id, actions, role=role, facts=dict.fromkeys(chosen, ()))
                setting = self.ask(principal, role.who.id, (action,), role=role, facts=chosen)
                if without.verdict == "reachable" or setting.verdict == "unreachable":
                    answers[0] = without
                else:
                    answers.append(setting)
        return None if answers[0].verdict == "unreachable" else origin.then("assume", role, *answers)

    def _tagging(self, principal: Principal, role: Principal) -> Reach:
        """May whoever assumes a role choose the tags of its session?"""
        answer = self.ask(principal, role.who.id, ("sts:TagSession",), role=role)
        levels = (principal.policies.identity, principal.policies.boundary, *principal.policies.scps, role.trust)
        documents = [a.document for level in levels for a in level if isinstance(a.document, Document)]
        if answer.verdict == "reachable" and any(_mentions(d, *_SETS["sts:TagSession"]) for d in documents):
            return doubtful(answer, f"which tags {principal.who.id} may set in a session of {role.who.id}")
        return answer

    def become(self, origin: Step, wanted: _Wanted) -> Iterator[Step]:
        """Principals of the account that it can act as by writing their trust, keys or identity provider."""
        principal = origin.principal
        if not self.has_power(principal, *FORGES, *(action for actions in BECOMES.values() for action in actions)):
            return
        for other in self.of_account(principal):
            actions = BECOMES[other.who.kind]
            # Whoever writes a trust admits session tags with it.
            reached = _tagged(other) if self._tags_matter and other.who.kind == "role" else other
            if other.is_protected or not (wanted(other) or wanted(reached)) or not self.has_power(principal, *actions):
                continue
            answer = self.ask(principal, other.who.id, actions)
            if answer.verdict != "unreachable":
                yield origin.then("write", other, answer)
                if reached is not other:
                    yield origin.then("write", reached, answer)
        if self.has_power(principal, *FORGES):
            for provider in sorted(self._providers[principal.who.account]):
                yield from self._forged(origin, provider, wanted)

    def _forged(self, origin: Step, provider: str, wanted: _Wanted) -> Iterator[Step]:
        """Roles that admit whom an identity provider vouches for, of which the principal may replace the keys."""
        forging = self.ask(origin.principal, provider, FORGES)
        for role in self._by_trusted[provider] if forging.verdict != "unreachable" else ():
            if wanted(role):
                signer, actions = Caller("federated", provider), ("sts:AssumeRoleWithSAML",)
                admits = reach(signer, Policies(resource=role.trust, rcps=role.policies.rcps), (role.who.id,), actions)
                if admits.verdict != "unreachable":
                    yield origin.then("write", role, forging, admits)

    def serve(self, origin: Step, wanted: _Wanted) -> Iterator[Step]:
        """Roles of the account that a service runs the principal's code or calls with."""
        principal = origin.principal
        launching: dict[tuple[str, ...], tuple[Reach, ...]] = {}

        def launch(actions: tuple[str, ...]) -> tuple[Reach, ...]:
            if actions not in launching:
                launching[actions] = self.launch(principal, actions)
            return launching[actions]

        for role in self.of_account(principal):
            if role.who.kind == "role" and not role.who.is_service_linked and wanted(role):
                possible = None
                for service, written in self._services_of(role).items():
                    for step in self._served(origin, role, service, written, launch):
                        possible = step if possible is None or not possible.is_sure else possible
                        if step.is_sure:
                            break
                    if possible and possible.is_sure:
                        break
                if possible:
                    yield possible

    def _served(
        self,
        origin: Step,
        role: Principal,
        service: str,
        written: str,
        launch: Callable[[tuple[str, ...]], tuple[Reach, ...]],
    ) -> Iterator[Step]:
        """The ways to have one service act with one role."""
        running = launch(RUNS.get(service, ()))
        passing = self.has_power(origin.principal, "iam:passrole")
        if not running and not passing:
            return
        listed = service in LAUNCHES or service in RUNS
        launching = launch(LAUNCHES.get(service, ())) if listed else self._unlisted(origin.principal, service)
        if not running and not launching:
            return
        admits = self._admits(role, service, written)
        if admits.verdict == "unreachable":
            return
        if launching and passing:
            passed = self._passed(origin.principal, role, service, written)
            if passed.verdict != "unreachable":
                yield origin.then("pass", role, passed, *launching, admits)
        if running:
            yield origin.then("run", role, *running, admits)

    def _passed(self, principal: Principal, role: Principal, service: str, written: str) -> Reach:
        """May the role be passed to the service?  In China the key may have either of the service's names."""
        passed = UNREACHABLE
        for name in dict.fromkeys((service, written)):
            answer = self.ask(principal, role.who.id, ("iam:PassRole",), facts={"iam:passedtoservice": (name,)})
            if answer.verdict == "reachable":
                return answer
            passed = answer if passed.verdict == "unreachable" else passed
        return passed

    def launch(
        self, principal: Principal, actions: Sequence[str], at: Callable[[Principal, str], Reach] | None = None
    ) -> tuple[Reach, ...]:
        """The requests of one of the actions and of one that starts what it makes; () if there are none.

        `at` asks about an action where it matters on which resource; else any of the account will do.
        """
        possible: tuple[Reach, ...] = ()
        for action in actions:
            if not self.has_power(principal, action):
                continue
            answer = (at or self._somewhere)(principal, action)
            if answer.verdict == "unreachable":
                continue
            found = [answer]
            if action in STARTS:
                starting = [self._somewhere(principal, start) for start in STARTS[action]]
                starting.sort(key=rank)
                if starting[0].verdict == "unreachable":
                    starting[0] = doubtful(UNREACHABLE, f"what starts the outcome of {action}")
                found.append(starting[0])
            if all(each.verdict == "reachable" for each in found):
                return tuple(found)
            possible = possible or tuple(found)
        return possible

    def _unlisted(self, principal: Principal, service: str) -> tuple[Reach, ...]:
        """Nobody has listed what a service does with a role, so it is not taken for harmless."""
        prefix = service.partition(".")[0]
        answer = UNREACHABLE
        if prefix in prefixes():
            policies = replace(principal.policies, resource=())
            facts, tagged = principal.facts, principal.tagged
            answer = reach(principal.who, policies, ("*",), (f"{prefix}:*",), facts=facts, tagged=tagged)
            if answer.verdict == "unreachable":
                return ()
        return (doubtful(answer, f"what {service} does with a role that is passed to it"),)

    def _somewhere(self, principal: Principal, action: str) -> Reach:
        """An action, on anything of the principal's account."""
        if not self.has_power(principal, action):
            return UNREACHABLE
        account, partition = principal.who.account, principal.partition
        targets = tuple(dict.fromkeys(_within(glob, partition, account) for glob in resources_of(action)))
        policies = replace(principal.policies, resource=())
        return reach(
            principal.who, policies, targets, (action,), facts=principal.facts, account=account, tagged=principal.tagged
        )

    def _services_of(self, role: Principal) -> dict[str, str]:
        """The services that a role's trust may admit, each with its name there."""
        if role.who.id not in self._services:
            trusted = admitted(role)
            found = {_service(name): name for name in sorted(trusted) if ":" not in name and ".amazonaws.com" in name}
            if "*" in trusted:
                found = {name: name for name in (*LAUNCHES, *RUNS)} | found
            self._services[role.who.id] = found
        return self._services[role.who.id]

    def _admits(self, role: Principal, service: str, written: str) -> Reach:
        """Does a role's trust admit a service that acts for the role's own account?"""
        key = (role.who.id, service)
        if key not in self._admitting:
            who, action = Caller("service", written), "sts:AssumeRole"
            if service == "cognito-identity.amazonaws.com":
                who, action = Caller("federated", written), "sts:AssumeRoleWithWebIdentity"
            policies = Policies(resource=role.trust, rcps=role.policies.rcps)
            facts: dict[str, tuple[str, ...] | Unknown] = {"aws:sourceaccount": (role.who.account,)}
            for name in ("orgid", "orgpaths"):
                if f"aws:principal{name}" in role.facts:
                    facts[f"aws:source{name}"] = role.facts[f"aws:principal{name}"]
            answer = reach(who, policies, (role.who.id,), (action,), facts=facts)
            for arn in _source_arns(role) if answer.verdict == "undetermined" else ():
                named = reach(who, policies, (role.who.id,), (action,), facts={**facts, "aws:sourcearn": (arn,)})
                answer = min(answer, named, key=rank)
            self._admitting[key] = answer
        return self._admitting[key]

    def of_account(self, principal: Principal) -> list[Principal]:
        """The other principals of its account."""
        own = self.own(principal.who)
        return [other for arn, other in self._by_account[principal.who.account].items() if arn != own]

    def own(self, who: Caller) -> str:
        """The ARN by which IAM knows a caller: of a session, its role's."""
        if who.kind != "session":
            return who.id
        partition = who.id.split(":")[1]
        return self._roles.get((who.account, who.name), f"arn:{partition}:iam::{who.account}:role/{who.name}")

    def document(self, arn: str) -> Document | None:
        """The document of a policy, if it is known."""
        return managed_policy(arn) or self._documents.get(arn)

    def boundary(self, policy: str) -> Level:
        """A policy as a boundary; the same one every time, so that it makes the same state."""
        if policy not in self._boundaries_by_arn:
            self._boundaries_by_arn[policy] = (Attached(policy, self.document(policy) or Unknown(policy)),)
        return self._boundaries_by_arn[policy]

    def ask(
        self,
        principal: Principal,
        target: str,
        actions: Sequence[str],
        *,
        role: Principal | None = None,
        facts: Mapping[str, tuple[str, ...] | Unknown] | None = None,
    ) -> Reach:
        """Is there an allowed request?  `role`: the one whose trust policy, and account's RCPs, decide as well."""
        if role is None:
            if not self.has_power(principal, *actions):
                return UNREACHABLE
            if "*" not in target and "?" not in target and principal.is_unlimited:
                cause = Cause("a policy that allows everything")
                return Reach(
                    "reachable", Witness(principal.who, actions[0], target, principal.who.account, {}, (cause,))
                )
        policies = replace(
            principal.policies,
            resource=role.trust if role else (),
            rcps=role.policies.rcps if role else principal.policies.rcps,
        )
        given = {**principal.facts, **(facts or {})}
        return reach(principal.who, policies, (target,), actions, facts=given, tagged=principal.tagged)

    def has_power(self, principal: Principal, *actions: str) -> bool:
        """May the principal's own policies allow one of the actions?"""
        if principal.who.kind == "root":
            return True
        wanted = _lower(actions)
        return any(not wanted.isdisjoint(self._powers_of(a.document)) for a in principal.policies.identity)

    def is_idle(self, principal: Principal) -> bool:
        """Do its own policies let it take no step?  A trust may still let it."""
        return all(_STEPS.isdisjoint(self._powers_of(a.document)) for a in principal.policies.identity)

    def _powers_of(self, document: Document | Unknown) -> frozenset[str]:
        """The actions of chains that a document's statements may allow."""
        if isinstance(document, Unknown):
            return frozenset(_ACTIONS)
        if id(document) not in self._powers:
            found = [_matching(s.actions, s.not_actions) for s in document.statements if s.effect == "Allow"]
            self._powers[id(document)] = (document, frozenset().union(*found))
        return self._powers[id(document)][1]


def resources_of(action: str) -> tuple[str, ...]:
    """Globs of what an action is about; of one that names several resources, of those that matter."""
    known = known_action(action)
    return ON.get(action) or (known.resources if known else ()) or ("*",)


@lru_cache(maxsize=4096)
def _lower(actions: tuple[str, ...]) -> frozenset[str]:
    return frozenset(action.lower() for action in actions)


def _tagged(role: Principal) -> Principal:
    """The role with whatever tags its session is given."""
    facts = {key: value for key, value in role.facts.items() if not key.startswith("aws:principaltag/")}
    return replace(role, facts=facts, tagged=True)


def _within(glob: str, partition: str, account: str) -> str:
    """A glob of ARNs, of those in one account."""
    fields = glob.split(":", FIELDS - 1)
    if len(fields) < FIELDS:
        return glob
    return ":".join([fields[0], partition, *fields[2:4], account if fields[4] == "*" else fields[4], fields[5]])


def _source_arns(role: Principal) -> list[str]:
    """Resources of its own account that a role's trust wants a service to act for."""
    found = []
    for statement in statements(role.trust, "Allow"):
        for condition in statement.conditions:
            for value in condition.known if condition.key == "aws:sourcearn" else ():
                fields = value.split(":", FIELDS - 1)
                if len(fields) == FIELDS and matches(fields[4], role.who.account):
                    fields[4] = role.who.account
                    found.append(":".join(fields).replace("*", "x").replace("?", "x"))
    return found


def _mentions(document: Document, *starts: str) -> bool:
    """Does a document have a condition over such a key?"""
    return any(c.key.startswith(starts) for s in document.statements for c in s.conditions)


_STEPS = frozenset(
    action.lower()
    for actions in (
        ("sts:AssumeRole", "sts:TagSession", "iam:PassRole", "iam:CreatePolicy", *CHANGES, *FORGES, *STARTS),
        *(way for ways in (LAUNCHES, RUNS, STARTS, BECOMES, MAKES) for way in ways.values()),
    )
    for action in actions
)
"""All actions that steps are made of."""

_ACTIONS = tuple(sorted(_STEPS | {action.lower() for action in OPENS.values()}))
"""Those, and the ones by which a target is opened."""


@lru_cache(maxsize=8192)
def _matching(patterns: tuple[Text, ...], negated: bool) -> frozenset[str]:
    """The actions of chains that a statement's `Action` (or, negated, `NotAction`) may match."""
    if any(isinstance(pattern, Unknown) for pattern in patterns):
        return frozenset(_ACTIONS)
    named = {name for name in _ACTIONS if any(isinstance(p, str) and matches(p, name) for p in patterns)}
    return frozenset(_ACTIONS) - named if negated else frozenset(named)


_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+")


@lru_cache(maxsize=1024)
def _service(name: str) -> str:
    """A service's name without region and partition: `states.eu-west-1.amazonaws.com` is `states.amazonaws.com`."""
    parts = name.lower().removesuffix(".cn").split(".")
    return ".".join(part for i, part in enumerate(parts) if i == 0 or not _REGION.fullmatch(part))
