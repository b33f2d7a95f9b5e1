"""The principals of a stack as the chain engine has them: what each can become, and what it reaches then.

Of an account only the principals of this stack are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

from ..iam import (
    TARGET_SIDE,
    Attached,
    Document,
    Policies,
    Principal,
    Reach,
    Step,
    Witness,
    World,
    caller,
    closure,
    granting,
    intersects,
    matches,
    rank,
    reach,
    statements,
)
from ..model import Finding, Maybe, Policy, Unknown
from .arrivals import concerned
from .identity import GIVEN, LISTING, Holder, Standing, paths_above, standings
from .index import Index, known

if TYPE_CHECKING:
    from ..tenancy import Judged, Platform

_Tags: TypeAlias = Maybe[tuple[tuple[str, Maybe[str]], ...]]

Question: TypeAlias = tuple[tuple[str, ...], tuple[str, ...] | None]
"""Targets, and the actions on them: all that touch them if none are named."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A principal of the stack.  `urn` is that of its own resource, or of the first that grants it something; `why`
    says what makes it what it is judged as (`a CI/CD one`, `the customer's`).
    """

    holder: Holder
    principal: Principal
    urn: str
    own_name: Maybe[str]
    why: Maybe[str] = ""
    judged: str = ""

    @property
    def name(self) -> str:
        return f"{self.holder.kind} {self.holder.name}"

    @property
    def prefix(self) -> str:
        """What its name begins with, where it is not known yet."""
        return self.holder.principal.prefix if self.holder.principal else ""


@dataclass(frozen=True, slots=True)
class Way:
    """What an actor can do (`what`), by which requests; with something missing, what it may be able to do."""

    actor: Actor
    what: str
    requests: tuple[Witness, ...]
    missing: tuple[Unknown, ...] = ()
    because: tuple[str, ...] = ()
    secret: bool = False

    @property
    def is_sure(self) -> bool:
        return not self.missing

    @property
    def finding(self) -> Finding:
        """What a rule says of it."""
        name, able = self.actor.name, "can" if self.is_sure else "may be able to"
        how = "; then ".join(_told(request, self.actor) for request in self.requests)
        if self.secret:
            told = f"{name} {able} {self.what}; its documents are secret"
        elif self.is_sure:
            told = f"{name} ({self.actor.why}) {able} {self.what}: {how}"
        else:
            told = f"{name} {able} {self.what}: {how}: {_short('; '.join(self.because))}"
        missing = tuple(replace(each, path=_short(each.path)) for each in self.missing)
        if self.secret and any(not each.depends_on for each in missing):
            missing = (*(each for each in missing if each.depends_on), Unknown("what a secret document says"))
        return Finding(self.actor.urn, told, "violated" if self.is_sure else "undetermined", missing)


@dataclass(frozen=True, slots=True)
class _Asking:
    """A question of a principal, whatever it is about.

    Where conditions look at tags: a role or user has those that the stack gives it, one of another stack is taken to
    have none, and both have those besides that the principal may give them.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
    """

    principal: Principal
    side: tuple[Attached, ...]
    actions: tuple[str, ...] | None
    facts: Mapping[str, tuple[str, ...] | Unknown]
    account: str

    def of(self, targets: tuple[str, ...], tags: Mapping[str, _Tags]) -> Reach:
        found = self._asked(targets, {})
        keys = _tag_keys(self.principal)
        if found.verdict == "unreachable" or not keys:
            return found
        return min((self._tagged(each, keys, tags.get(each, ())) for each in targets), key=rank)

    def _tagged(self, target: str, keys: Sequence[str], tags: _Tags) -> Reach:
        wished = self._asked((target,), {})
        if isinstance(tags, Unknown) or ":policy/" in target or wished.witness is None:
            return wished
        own = {name.lower(): value for name, value in tags}
        now = {key: _values(own.get(_tag(key))) for key in keys}
        found = self._asked((target,), now)
        wanted = {key: wished.witness.context.get(key, ()) for key in keys}
        named = {_tag(key): values for key, values in wanted.items() if values != now[key]}
        asked = {**{f"aws:requesttag/{name}": values for name, values in named.items()}, "aws:tagkeys": tuple(named)}
        tagging = replace(self, actions=("Tagging",))._asked((target,), {**now, **asked})
        if tagging.witness is None or "untag" in tagging.witness.action.lower():
            return found
        after = self._asked((target,), wanted)
        both = replace(wished.witness, by=(*tagging.witness.by, *wished.witness.by))
        return min(found, replace(max(tagging, after, key=rank), witness=both), key=rank)

    def _asked(self, targets: tuple[str, ...], tags: Mapping[str, tuple[str, ...] | Unknown]) -> Reach:
        return reach(
            self.principal.who,
            replace(self.principal.policies, resource=self.side),
            targets,
            self.actions,
            facts={**self.principal.facts, **self.facts, **tags},
            account=self.account,
            tagged=self.principal.tagged,
        )


def _tag_keys(principal: Principal) -> tuple[str, ...]:
    """The keys by which the principal's policies look at the tags of what they are about."""
    levels = (principal.policies.identity, principal.policies.boundary)
    found = (statements(level, effect) for level in levels for effect in ("Allow", "Deny"))
    keys = (condition.key for each in found for statement in each for condition in statement.conditions)
    return tuple(dict.fromkeys(key for key in keys if ":resourcetag/" in key))


def _tag(key: str) -> str:
    """The name of the tag that a condition key is about."""
    return key.partition("resourcetag/")[2]


def _values(value: Maybe[str] | None) -> tuple[str, ...] | Unknown:
    """The value of a condition key by that of its tag."""
    return value if isinstance(value, Unknown) else () if value is None else (value,)


class Cast:
    """The principals of a stack, and what each can become."""

    def __init__(self, index: Index, platform: Platform, judged: Judged) -> None:
        self.index = index
        self.platform = platform
        arns = {each.at.urn: _arn(each, judged) for each in index.of(Policy)}
        self.actors = tuple(_actor(each, judged, arns) for each in standings(index, platform))
        cicd = (replace(each, why=each.holder.ci, judged="a CI/CD one") for each in self.actors)
        customers = (replace(each, why=_customer(each, platform), judged="the customer's") for each in self.actors)
        self.cicd = tuple(each for each in cicd if each.why != "")
        self.customers = tuple(each for each in customers if each.why != "")
        documents = {arns[p.at.urn]: p.document for p in index.of(Policy) if isinstance(p.document, Document)}
        everyone = [each.principal for each in self.actors if each.holder.kind != "group"]
        self.world = World(everyone, documents)
        if index.stack.arrived:
            judged_ones = {each.principal.who.id for each in (*self.cicd, *self.customers)}
            self.world = World(concerned(index, self.world, everyone, judged_ones), documents)
        own = [(each.principal.who.id, each.holder.principal) for each in self.actors]
        self._tags = {arn: each.tags for arn, each in own if each}
        self._come_to: dict[str, tuple[list[Step], Iterator[Step]]] = {}
        self._answers: dict[object, Reach] = {}

    def come_to(self, actor: Actor) -> Iterator[Step]:
        """All that an actor can become, itself first.  It is searched for as far as somebody asks, and once."""
        who = actor.principal
        found, rest = self._come_to.setdefault(who.who.id, ([], closure(self.world, (who,))))
        for i in count():
            if i == len(found):
                following = next(rest, None)
                if following is None:
                    return
                found.append(following)
            yield found[i]

    def ask(
        self,
        principal: Principal,
        questions: Iterable[Question],
        *,
        account: str = "",
        target_side: bool = False,
        facts: Mapping[str, tuple[str, ...] | Unknown] | None = None,
    ) -> Reach:
        """The first request of the questions that is allowed, else one that may be.

        `account`: whose the targets are, where their ARNs do not say it.  `target_side`: what the targets' side grants
        is taken for granted, else nothing.  The same is asked once of a principal in the same state.
        """
        possible = Reach("unreachable")
        given = facts or {}
        for targets, actions in questions:
            key = (principal.form, targets, actions, account, target_side, tuple(given.items()))
            if key not in self._answers:
                side = (granting(principal.who.account),) if target_side else ()
                asking = _Asking(principal, side, actions, given, account)
                self._answers[key] = asking.of(targets, self._tags)
            answer = self._answers[key]
            if answer.verdict == "reachable":
                return answer
            possible = answer if possible.verdict == "unreachable" else possible
        return possible


def global_chains(cast: Cast) -> Iterator[Way]:
    """How CI/CD principals come to global config through others, or by rights that they take."""
    together = closure(cast.world, [each.principal for each in cast.cicd])
    # One search for all of them tells whether it is worth to search for each.
    if all(_global(cast, step.principal).verdict == "unreachable" for step in together):
        return
    for actor in cast.cicd:
        direct = _global(cast, actor.principal).verdict
        ways = (
            way(actor, f"reach global config {_as(step, actor)}", step, answer)
            for step in cast.come_to(actor)
            if step.origin and (answer := _global(cast, step.principal)).verdict != "unreachable"
        )
        found = surest(ways) if direct != "reachable" else None
        if found and (found.is_sure or direct == "unreachable"):
            yield found


def _global(cast: Cast, principal: Principal) -> Reach:
    """Does a principal reach global config?  What the other side grants is taken for granted, as it is of what CI/CD
    principals may do directly.
    """
    possible = Reach("unreachable")
    for owner, questions in _global_questions(cast.platform, principal.who.account).items():
        answer = cast.ask(principal, questions, account=owner, target_side=True)
        if answer.verdict == "reachable":
            return answer
        possible = answer if possible.verdict == "unreachable" else possible
    return possible


def _global_questions(platform: Platform, account: str) -> dict[str, list[Question]]:
    """What to ask about global config, by whose it is where its ARN does not say so."""
    targets: dict[str, dict[tuple[str, ...] | None, list[str]]] = {"": {}, platform.master_account: {}}
    for target in platform.protected:
        service, owner = target.split(":")[2], target.split(":")[4]
        # IAM's own actions never cross an account; assuming a role does.
        actions = ("sts:*",) if service == "iam" and not matches(owner, account) else None
        asked = targets["" if owner else platform.master_account]
        asked.setdefault(actions, []).append(target)
        if above := paths_above(target, account):
            asked.setdefault(LISTING, []).extend(above)
    return {own: [(tuple(each), actions) for actions, each in found.items()] for own, found in targets.items()}


def surest(ways: Iterable[Way]) -> Way | None:
    """The first that is sure, else the first."""
    possible = None
    for each in ways:
        if each.is_sure:
            return each
        possible = possible or each
    return possible


def way(actor: Actor, what: str, step: Step, *answers: Reach) -> Way:
    """What an actor can do by the steps to one, and then by the requests of some answers."""
    path = step.path()
    unsure = [answer for answer in answers if answer.verdict != "reachable"]
    doubted: tuple[Step | Reach, ...] = (*path, *unsure)
    missing = [unknown for each in doubted for unknown in each.missing]
    because = [text for each in doubted for text in each.because]
    if isinstance(actor.why, Unknown):
        missing.append(actor.why)
        because.append(f"whether the {actor.name} is {actor.judged} is not known yet")
    requests = (*(r for each in path for r in each.requests), *(a.witness for a in answers if a.witness))
    levels = (level for each in path for level in (*each.principal.policies.levels(), each.principal.trust))
    secret = any(isinstance(a.document, Document) and a.document.secret for level in levels for a in level)
    return Way(actor, what, requests, tuple(dict.fromkeys(missing)), tuple(dict.fromkeys(because)), secret)


def doubt(what: str, *missing: Unknown) -> Reach:
    """That a way is only one if something holds which is not known yet."""
    return Reach("undetermined", missing=missing, because=(f"{what} is not known yet",))


def _actor(standing: Standing, judged: Judged, arns: Mapping[str, str]) -> Actor:
    """A standing as the chain engine has it: it finds the ARNs of policies in their sources."""
    holder, principal = standing.holder, standing.holder.principal
    granted = tuple(
        replace(given, source=_sourced(given, grant.policy, arns), inline=grant.document is not None)
        for grant, given in standing.granted
    )
    named = principal.boundary if principal else None
    boundary = tuple(replace(given, source=_sourced(given, named, arns)) for given in standing.boundary)
    urn = principal.at.urn if principal else standing.granted[0][0].at.urn
    trust: Maybe[Document] | None = principal.trust if principal else None
    if principal is None and holder.kind == "role":
        trust = Unknown(f"the trust policy of role {holder.name}, which another stack has")
    who = standing.who
    if isinstance(standing.facts.get("aws:principalaccount"), Unknown):
        # Its provider is not pinned, which another rule tells; it is taken for one of the stack's own account.
        who = caller(re.sub(r"::\d+:", f"::{judged.accounts[0]}:", who.id))
    if principal is not None and principal.prefix:
        # One of the names that AWS may complete it to.
        who = caller(f"{who.id.removesuffix(who.name)}{principal.prefix}{who.name}-0")
    whose = urn if principal else f"{holder.kind} {holder.name}"
    trusted = () if trust is None else (Attached(f"the trust policy of {whose}", trust),)
    own_name = principal.name if principal else standing.granted[0][0].target
    stood = Principal(who, Policies(granted, boundary, resource=()), trusted, standing.facts)
    return Actor(holder, stood, urn, own_name if isinstance(own_name, Unknown) else holder.name)


def _sourced(given: Attached, policy: Maybe[str] | None, arns: Mapping[str, str]) -> str:
    """Where a document stands, with the ARN of its policy; of one not known yet, that of the policy it depends on."""
    named = policy if isinstance(policy, str) else arns.get(given.source, "")
    if isinstance(policy, Unknown) and not named:
        named = next((arns[urn] for urn in policy.depends_on if arns.get(urn)), "")
    return given.source if named in given.source else f"{given.source} ({named})"


def _arn(policy: Policy, judged: Judged) -> str:
    """The ARN of a policy of the stack; none where its name is not known."""
    account, path, name = known(policy.at.account) or judged.accounts[0], known(policy.path) or "/", known(policy.name)
    return f"arn:aws:iam::{account}:policy{path}{name}" if name else ""


def _customer(actor: Actor, platform: Platform) -> Maybe[str]:
    """Why a principal counts as the customer's: by its name."""
    patterns = platform.customer_roles.names
    if isinstance(actor.own_name, Unknown):
        begun = f"{actor.prefix.lower()}*"
        return actor.own_name if any(intersects(each.lower(), begun) for each in patterns) else ""
    name = actor.own_name.lower()
    pattern = next((each for each in patterns if matches(each.lower(), name)), None)
    return f"its name matches {pattern}" if pattern else ""


def _as(step: Step, actor: Actor) -> str:
    is_own = step.principal.who == actor.principal.who
    return "by rights that it takes" if is_own else f"as {named(step.principal)}"


def named(principal: Principal) -> str:
    return f"{principal.who.kind} {principal.who.name}"


def _told(request: Witness, actor: Actor) -> str:
    """A request, by whom if not the actor, in which context, and through which statements."""
    chosen = {key: values for key, values in request.context.items() if key not in GIVEN and values}
    context = " and ".join(f"{key} is {' with '.join(values)}" for key, values in sorted(chosen.items()))
    where = f", where {context}" if context else ""
    through = " and ".join(
        f"{cause.statement} of {cause.source}" if cause.statement else cause.source
        for cause in request.by
        if cause.source != TARGET_SIDE
    )
    by = "" if request.who.id == actor.principal.who.id else f"as {request.who.id} "
    return _short(f"{by}{request.action} on {request.resource}{where}, through {through}")


def _short(text: str) -> str:
    """Resources of the stack by their own names, and without the ARNs that are there for the chain engine."""
    return re.sub(r"urn:pulumi:\S+::", "", re.sub(r" \(arn:[^()]*\)", "", text))
