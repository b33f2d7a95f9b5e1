"""Is there any request that AWS allows?  Over all actions, resources and contexts, in three values.

The texts that the patterns of all statements can tell apart form finitely many classes of actions and of resources
(`patterns.classes`), and so do the values of each condition key (`keys.domain`).  Within a combination of classes every
request gets the same answer, so one member of each decides for all.  What is not known may match an Allow and may miss
a Deny: the question is asked once in favour of the request and once against it, and only if both agree it is answered.
A statement or document of which nothing is known is taken as one that may allow.

On documents that are wholly known the answer is never undetermined, except where it hangs on

- a condition key that the platform fixes (`keys.is_fixed_by_platform`) and that the caller gave no value of;
- a policy variable over a key that has no fixed value;
- a key that is compared as several types (as a string and as a number), or multi-valued with too many kinds of values;
- a NotPrincipal that names some but not all of a caller's account, role and session; a CanonicalUser principal;
- an action that AWS's service data does not have;
- an ARN with missing fields in which a star ends a field, so that it may stand for those;
- a resource's own policies where they were not read (`Policies.resource` is `None`) and have to allow;
- more work than `effort.MAX_EFFORT`, or patterns that need more than `patterns.MAX_STATES` states.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Literal

from .documents import Document, Unknown
from .effort import TooComplex, limited
from .evaluate import ALWAYS_ALLOWED, DIRECT, Request, decides_alone, derived, evaluate
from .keys import is_fixed_by_platform
from .policies import Cause, Level, Policies
from .principals import Caller, Naming, caller, namings
from .services import action as known_action
from .solve import Solver
from .statements import Facts, Reading, Rule, rules
from .universe import SPECIAL, Universe
from .wildcards import FIELDS, matches, resource_patterns


@dataclass(frozen=True, slots=True)
class Witness:
    """A request that is allowed, and the statements that allow it."""

    who: Caller
    action: str
    resource: str
    account: str
    context: Mapping[str, tuple[str, ...]]
    by: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """The answer.

    `witness`: if reachable, a request that is allowed; if undetermined, one that may be.
    Undetermined: `missing` says what is not known, `because` why it matters.
    """

    verdict: Literal["unreachable", "reachable", "undetermined"]
    witness: Witness | None = None
    missing: tuple[Unknown, ...] = ()
    because: tuple[str, ...] = ()
    secret: bool = False
    """One of the documents is secret, so neither the witness nor its place may be shown."""


UNREACHABLE = Reach("unreachable")


@dataclass(frozen=True, slots=True)
class _Setting:
    """One caller, whose the resources are, what is fixed of the context, and the policies."""

    who: Caller
    policies: Policies
    account: str
    fixed: Facts
    tagged: bool
    read: dict[bool, list[Rule]] = field(default_factory=dict)

    def rules(self, *, widely: bool) -> list[Rule]:
        """All statements, read once for all targets."""
        if widely not in self.read:
            bounded = bool(self.policies.boundary)
            reading = Reading(self.who, self.fixed, widely, tagged=self.tagged, bounded=bounded)
            self.read[widely] = [
                rule for layer, level in self._layers() for a in level for rule in rules(reading, layer, a)
            ]
        return self.read[widely]

    @property
    def scps(self) -> tuple[Level, ...]:
        """Those that apply."""
        return self.policies.scps if self.who.account and not self.who.is_service_linked else ()

    def _layers(self) -> Iterator[tuple[str, Level]]:
        """All policies that apply, by the name of their layer."""
        policies = self.policies
        yield "identity", policies.identity
        yield "boundary", policies.boundary
        yield "session", policies.session
        for i, level in enumerate(self.scps):
            yield f"scps[{i}]", level
        for level in () if self.who.is_service_linked else policies.rcps:
            yield "rcps", level
        yield "resource", policies.resource or ()
        yield "endpoint", policies.endpoint


@dataclass(frozen=True, slots=True)
class _Question:
    """A setting and a target (a pattern)."""

    setting: _Setting
    target: str
    actions: tuple[str, ...] | None


def reach(
    who: Caller,
    policies: Policies,
    targets: Sequence[str],
    actions: Sequence[str] | None = None,
    *,
    facts: Facts | None = None,
    account: str = "",
    tagged: bool = False,
) -> Reach:
    """Can `who` make a request for one of `actions` on a member of `targets` that is allowed?

    `targets`: patterns of ARNs.  `actions`: patterns, or levels of access (`Write`), which mean the actions of that
    level that touch the target; by default all actions that AWS lists with a resource type that the target can be.
    `account`: whose the targets are, where their ARNs do not say it.  `tagged`: the caller has chosen the tags of its
    session.
    """
    given = {key.lower(): value for key, value in (facts or {}).items()}
    wanted = None if actions is None else tuple(action.lower() for action in actions)
    asked = _Setting(who, policies, account, given, tagged)
    possible = UNREACHABLE
    with limited():
        for question in _questions(asked, targets, wanted):
            try:
                answer = _answer(question)
            except TooComplex as error:
                answer = Reach("undetermined", missing=(Unknown(str(error)),), because=(str(error),))
            if answer.verdict == "reachable":
                possible = answer
                break
            if answer.verdict == "undetermined" and possible.verdict == "unreachable":
                possible = answer
    return replace(possible, secret=True) if policies.secret else possible


def _questions(asked: _Setting, targets: Sequence[str], actions: tuple[str, ...] | None) -> Iterator[_Question]:
    """A question for each target, for each account that it may be in, and for each session that a policy names."""
    for who in _callers(asked.who, asked.policies):
        settings: dict[str | None, _Setting] = {}
        for target in targets:
            for pattern, owner in _owned(resource_patterns(target)[0][0], who, asked.account):
                if owner not in settings:
                    settings[owner] = replace(
                        asked, who=who, account=owner or "", fixed=_fixed(asked, who, owner), read={}
                    )
                yield _Question(settings[owner], pattern, actions)


def _fixed(asked: _Setting, who: Caller, owner: str | None) -> Facts:
    """What is fixed: what AWS derives, and what was given.  A session of a role has the role's ARN."""
    fixed: dict[str, tuple[str, ...] | Unknown] = {**_absent(who), **derived(who, owner or "")}
    if owner is None:
        fixed["aws:resourceaccount"] = Unknown("aws:ResourceAccount")
    if who is not asked.who:
        fixed.update(derived(asked.who, owner or ""))
    return {**fixed, **asked.fixed}


def _callers(who: Caller, policies: Policies) -> Iterator[Caller]:
    """The caller; of a role also its sessions that a resource's policy names, since it chooses their names."""
    yield who
    if who.kind != "role" or not policies.resource:
        return
    for attached in policies.resource:
        if isinstance(attached.document, Document):
            for statement in attached.document.statements:
                for _, value in statement.principals or ():
                    if (
                        isinstance(value, str)
                        and ":assumed-role/" in value
                        and namings([("AWS", who.id)], caller(value))
                    ):
                        yield caller(value)


def _owned(target: str, who: Caller, account: str) -> Iterator[tuple[str, str | None]]:
    """The target by the account it is in; `None` for one that is another's but not told whose."""
    fields = target.split(":", FIELDS - 1)
    if account or len(fields) < FIELDS:
        yield target, account or who.account
    elif "*" not in fields[4] and "?" not in fields[4]:
        yield target, fields[4] or who.account
    else:
        for own in (who.account, "", "aws"):  # Buckets have no account in their ARNs, what AWS manages has `aws`.
            if matches(fields[4], own):
                yield ":".join([*fields[:4], own, *fields[5:]]), who.account
        other = "?" * 12 if fields[4] == "*" else fields[4]
        yield ":".join([*fields[:4], other, *fields[5:]]), None


def _absent(who: Caller) -> Facts:
    """Keys that AWS does not give for such a caller."""
    absent: Facts = {} if who.kind == "user" else {"aws:username": ()}
    if who.kind != "service":
        absent = {**absent, "aws:principalservicename": (), "aws:principalservicenameslist": ()}
    return absent if who.account else {**absent, "aws:principalarn": (), "aws:principalaccount": ()}


def _answer(question: _Question, *, guessing: bool = True) -> Reach:
    """In favour of the request, then against it.  With `guessing`, variables that the caller chooses get values."""
    optimistic = _Search(question, widely=True)
    possible = optimistic.witness()
    if possible is None:
        return UNREACHABLE
    sure = optimistic if optimistic.is_sure else _Search(question, widely=False)
    found = possible if sure is optimistic else sure.witness()
    if found is None and guessing and (guessed := _guessed(question, optimistic)):
        return guessed
    if found is None:
        return Reach("undetermined", possible, *optimistic.doubts(possible, sure))
    if question.setting.policies.is_known and not _is_accepted(found, question.setting.policies):
        because = ("the evaluator does not accept the witness; please report these documents",)
        return Reach("undetermined", found, (Unknown(because[0]),), because)
    return Reach("reachable", found)


def _is_accepted(found: Witness, policies: Policies) -> bool:
    request = Request(found.who, found.action, found.resource, found.account, found.context)
    return evaluate(request, policies).decision == "allow"


def _guessed(question: _Question, optimistic: "_Search") -> Reach | None:
    """With values for the variables that the caller chooses, taken from the words of the target and the policies."""
    variables = {key for rule in (*optimistic.rules, *optimistic.left_out) for key in rule.variables}
    free = sorted(key for key in variables if not is_fixed_by_platform(key) and key not in question.setting.fixed)
    words = list(dict.fromkeys([*_words(question.target), *optimistic.solver.texts(), "x"]))[:16]
    for values in product(words, repeat=len(free[:2])) if free else ():
        chosen = {key: (value,) for key, value in zip(free, values, strict=False)}
        setting = replace(question.setting, fixed={**question.setting.fixed, **chosen}, read={})
        answer = _answer(replace(question, setting=setting), guessing=False)
        if answer.verdict == "reachable":
            return answer
    return None


def _words(text: str) -> Iterator[str]:
    for part in text.replace(":", "/").split("/"):
        if part and "*" not in part and "?" not in part:
            yield part


class _Search:
    """The search for an allowed request among the combinations of classes.

    `widely`: what is not known counts in favour of the request, else against it.
    """

    def __init__(self, question: _Question, *, widely: bool) -> None:
        self.widely = widely
        self.missing: tuple[Unknown, ...] = ()
        self.because: tuple[str, ...] = ()
        self.setting = question.setting
        found = question.setting.rules(widely=widely)
        self._is_doubted = any(rule.because for rule in found)
        self.left_out = [rule for rule in found if not rule.applies]
        found = [rule for rule in found if rule.applies]
        every = self.setting.who.kind == "root"
        self.universe = Universe(question.target, question.actions, found, widely=widely, every=every)
        self.rules = self.universe.rules
        self.solver = Solver(self.rules, widely=widely)

    @property
    def is_sure(self) -> bool:
        """Nothing was unknown, so the answer is the same for and against the request."""
        return not (self.solver.inexact or self.universe.doubtful or self.missing or self._is_doubted)

    def doubts(self, possible: Witness, sure: "_Search") -> tuple[tuple[Unknown, ...], tuple[str, ...]]:
        """What is not known of the statements that may allow a request, and of those that may deny it; and why."""
        allowing = [rule for rule in self.rules if rule.because and rule.cause in possible.by]
        denying = [rule for rule in sure.rules if rule.because and not rule.allows]
        missing = [unknown for rule in (*allowing, *denying) for unknown in rule.doubts]
        because = [text for rule in (*allowing, *denying) for text in rule.because]
        if possible.action in self.universe.doubtful:
            missing.append(Unknown(f"the action {possible.action}"))
            because.append(f"AWS's service data has no action {possible.action}")
        missing += [Unknown(key) for key in self.solver.inexact]
        because += [f"{key} is compared in several ways" for key in self.solver.inexact]
        return tuple(dict.fromkeys((*missing, *self.missing))), tuple(dict.fromkeys((*because, *self.because)))

    def witness(self) -> Witness | None:
        """A request that is allowed; `None` if there is none."""
        seen: set[tuple[int, bool, str]] = set()
        for action, target, mask in self.universe.requests():
            alone = decides_alone(action, target)
            key = (mask, alone, action if action in SPECIAL else "")
            if key in seen:
                continue
            seen.add(key)
            if action in ALWAYS_ALLOWED and self.setting.who.kind != "anonymous":
                return self._witness(action, target, (), {})
            matching = [rule for i, rule in enumerate(self.rules) if mask >> i & 1]
            denies = [rule for rule in matching if not rule.allows]
            for plan in self._plans([rule for rule in matching if rule.allows], action, alone=alone):
                if all(plan) and (found := self.solver.solve(plan, denies)):
                    return self._witness(action, target, *found)
        return None

    def _witness(
        self, action: str, target: str, chosen: Sequence[Rule], context: Mapping[str, tuple[str, ...]]
    ) -> Witness:
        setting = self.setting
        implied = derived(setting.who, setting.account)
        fixed = {
            key: values
            for key, values in setting.fixed.items()
            if values and not isinstance(values, Unknown) and implied.get(key) != values
        }
        spelt = known_action(action)
        by = tuple(dict.fromkeys(rule.cause for rule in chosen))
        name = spelt.name if spelt else action
        return Witness(setting.who, name, target, setting.account, {**fixed, **context}, by)

    def _plans(self, allows: Sequence[Rule], action: str, *, alone: bool) -> Iterator[list[list[Rule]]]:
        """The ways to be allowed: each a list of groups of statements, of which one in each group has to hold."""
        who, policies = self.setting.who, self.setting.policies

        def of(layer: str) -> list[Rule]:
            return [rule for rule in allows if rule.layer == layer]

        def naming(*hows: Naming) -> list[Rule]:
            return [rule for rule in of("resource") if not rule.named.isdisjoint(hows)]

        limits = [of(f"scps[{i}]") for i in range(len(self.setting.scps))]
        limits += [of("endpoint")] if policies.endpoint else []
        boundary = [of("boundary")] if policies.boundary and who.kind != "root" else []
        session = [of("session")] if policies.session or who.kind == "federated-user" else []
        granted = [*limits, *boundary, *session, *([] if who.kind == "root" else [of("identity")])]
        if who.kind == "root" and action == "sts:assumerole":
            return
        if policies.resource is None and self.widely and (alone or who.account != self.setting.account):
            self.missing = (Unknown("the target's own policies"),)
            self.because = ("the target's own policies were not read",)
            yield granted if who.account else limits
        if not who.account:
            yield [*limits, of("resource")]
        elif alone or who.account != self.setting.account:
            yield [*granted, of("resource")]
        else:
            yield granted
        if who.account and who.account == self.setting.account:
            yield [*limits, naming(*DIRECT)]
            yield [*limits, *boundary, *session, naming("role")]
