"""What a principal may change of others and of itself (gifts, denials, boundaries), and whom it can make."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .documents import Unknown
from .escalation import (
    ATTACHES,
    FREES,
    GROUP_WRITES,
    JOINS,
    MAKES,
    PUTS,
    REVERTS,
    REWRITES,
    UNBOUNDS,
)
from .policies import Attached, Level, Policies
from .principals import Caller, caller
from .reach import UNREACHABLE, Reach
from .standing import (
    Principal,
    Step,
    administrator_policy,
    allows_everything,
    denies,
    doubtful,
    policy_arns,
    rank,
    statements,
)
from .wildcards import FIELDS, matches
from .world import World


@dataclass(frozen=True, slots=True)
class Change:
    """What `writer` may change of another principal, by which requests."""

    writer: Step
    answers: tuple[Reach, ...]
    what: Literal["give", "free", "unbind"]
    level: Level = ()

    @property
    def is_sure(self) -> bool:
        return all(answer.verdict == "reachable" for answer in self.answers)

    @property
    def is_all(self) -> bool:
        """Is there nothing left to change in this way?"""
        return _gives_everything(self.level) if self.what == "give" else not self.level

    def applied(self, principal: Principal) -> Principal | None:
        """The principal thereafter; `None` if that makes no difference."""
        policies = principal.policies
        match self.what:
            case "give":
                changed = replace(policies, identity=_given(policies.identity, self.level))
            case "free":
                changed = replace(policies, identity=tuple(a for a in policies.identity if not denies(a)))
            case "unbind":
                changed = replace(policies, boundary=self.level if policies.boundary else ())
        after = replace(principal, policies=changed)
        return None if after.form == principal.form else after


def changes(world: World, origin: Step, other: Principal, done: frozenset[str]) -> Iterator[Change]:
    """What the principal may change of one of its account (or of itself), except for what is done already."""
    if other.is_protected:
        return
    if "give" not in done:
        yield from _gifts(world, origin, other)
    principal, kind, arn = origin.principal, other.who.kind, other.who.id
    denying = [a for a in other.policies.identity if denies(a)]
    if "free" not in done and denying and all(a.inline for a in denying):
        # Who puts an inline policy may put it in the place of one that denies.
        answer = world.ask(principal, arn, (FREES[kind][0], PUTS[kind]), facts=bounds(other))
        if answer.verdict != "unreachable":
            yield Change(origin, (answer,), "free")
    elif "free" not in done and denying:
        answers = [world.ask(principal, arn, (action,), facts=bounds(other)) for action in FREES[kind]]
        allowed = [answer for answer in answers if answer.verdict != "unreachable"]
        if len(allowed) == 1:
            allowed.append(doubtful(UNREACHABLE, f"whether the policies of {arn} are inline ones"))
        if allowed:
            yield Change(origin, tuple(allowed), "free")
    if "unbind" not in done and other.policies.boundary:
        yield from _unbound(world, origin, other)


def _gifts(world: World, origin: Step, other: Principal) -> Iterator[Change]:
    """The ways to give a principal rights: the first that gives all of them, or else whatever there is."""
    for ways in (_put, _rewritten):
        for answers, level in ways(world, origin, other):
            change = Change(origin, answers, "give", level)
            yield change
            if change.is_sure and change.is_all:
                return


def _put(world: World, origin: Step, other: Principal) -> Iterator[tuple[tuple[Reach, ...], Level]]:
    """By a policy for the principal itself."""
    principal, kind, arn = origin.principal, other.who.kind, other.who.id
    written = world.ask(principal, arn, (PUTS[kind],), facts=bounds(other))
    if written.verdict != "unreachable":
        yield (written,), _everything(other.who)
    if not world.has_power(principal, ATTACHES[kind]):
        return

    def attach(policy: str) -> Reach:
        return world.ask(principal, arn, (ATTACHES[kind],), facts={**bounds(other), "iam:policyarn": (policy,)})

    attached = attach(_administrator_access(principal))
    if attached.verdict == "reachable":
        yield (attached,), _everything(other.who)
        return
    some = world.ask(principal, arn, (ATTACHES[kind],), facts=bounds(other))
    if some.verdict == "unreachable":
        return
    for policy in (
        _new_policy(world, principal),
        *(some.witness.context.get("iam:policyarn", ()) if some.witness else ()),
    ):
        making = world.ask(principal, policy, ("iam:CreatePolicy",)) if policy else UNREACHABLE
        if making.verdict == "reachable" and (attaching := attach(policy)).verdict == "reachable":
            yield (making, attaching), _everything(other.who)
            return
    named, is_open = choices(principal, "iam:policyarn")
    answers, level = [], []
    for policy in named:
        document, answer = world.document(policy), attach(policy)
        if document is None:
            is_open = is_open or answer.verdict != "unreachable"
        elif answer.verdict == "reachable" and not denies(given := Attached(policy, document)):
            answers.append(answer)
            level.append(given)
        else:
            is_open = is_open or answer.verdict == "undetermined"
    if level:
        yield tuple(answers), tuple(level)
    if is_open or not named:
        doubt = f"what the policies allow that {principal.who.id} may attach to {arn}"
        yield (doubtful(some, doubt),), _everything(other.who)


def _new_policy(world: World, principal: Principal) -> str:
    """A policy that the principal may make; "" if none."""
    found = world.ask(principal, _iam_arn(principal, "policy/?*"), ("iam:CreatePolicy",))
    return found.witness.resource if found.verdict == "reachable" and found.witness else ""


def _rewritten(world: World, origin: Step, other: Principal) -> Iterator[tuple[tuple[Reach, ...], Level]]:
    """By a policy that the principal has, or by a group."""
    principal, arn = origin.principal, other.who.id
    for action in (REWRITES, REVERTS) if world.has_power(principal, REWRITES, REVERTS) else ():
        for attached in (a for a in other.policies.identity if not a.inline):
            named = policy_arns(attached.source)
            for policy in named or (_iam_arn(principal, "policy/*"),):
                answer = world.ask(principal, policy, (action,)) if ":iam::aws:" not in policy else UNREACHABLE
                if answer.verdict == "unreachable":
                    continue
                if not named:
                    answer = doubtful(answer, f"whether {attached.source} is a customer-managed policy")
                if action == REVERTS:
                    answer = doubtful(answer, f"the other versions of {attached.source}")
                yield (answer,), _everything(other.who)
    if other.who.kind == "user" and world.has_power(principal, JOINS, *GROUP_WRITES):
        yield from _grouped(world, principal, arn, other)


def _grouped(
    world: World, principal: Principal, arn: str, other: Principal
) -> Iterator[tuple[tuple[Reach, ...], Level]]:
    groups, facts = _iam_arn(principal, "group/?*"), {"iam:policyarn": (_administrator_access(principal),)}
    for write in GROUP_WRITES:
        if both := _together(world, principal, groups, (JOINS, write), facts):
            yield both, _everything(other.who)
            return
    joining = world.ask(principal, groups, (JOINS,))
    if joining.verdict != "unreachable":
        yield (doubtful(joining, f"what the groups allow that {arn} can be added to"),), _everything(other.who)
    writing = world.ask(principal, groups, GROUP_WRITES)
    if writing.verdict != "unreachable":
        yield (doubtful(writing, f"the groups of {arn}"),), _everything(other.who)


def _unbound(world: World, origin: Step, other: Principal) -> Iterator[Change]:
    """The ways to take a principal's boundary away, or put another in its place."""
    principal, arn = origin.principal, other.who.id
    delete, put = UNBOUNDS[other.who.kind]
    answer = world.ask(principal, arn, (delete,), facts=bounds(other))
    if answer.verdict != "reachable" and world.has_power(principal, put):
        pinned = {"iam:permissionsboundary": (_administrator_access(principal),)}
        answer = min(answer, world.ask(principal, arn, (put,), facts=pinned), key=rank)
    if answer.verdict != "unreachable":
        yield Change(origin, (answer,), "unbind")
    if answer.verdict != "reachable":
        for policy, allowed in _boundaries(world, principal, arn, put):
            yield Change(origin, (allowed,), "unbind", world.boundary(policy))
    for attached in other.policies.boundary:
        for policy in policy_arns(attached.source):
            rewritten = world.ask(principal, policy, (REWRITES,)) if ":iam::aws:" not in policy else UNREACHABLE
            if rewritten.verdict != "unreachable":
                yield Change(origin, (rewritten,), "unbind")


def _boundaries(world: World, principal: Principal, target: str, action: str) -> Iterator[tuple[str, Reach]]:
    """The boundaries that an action may be used with: those that conditions name, or one that fits them."""
    named, is_open = choices(principal, "iam:permissionsboundary")
    some = world.ask(principal, target, (action,)) if world.has_power(principal, action) else UNREACHABLE
    if some.verdict == "unreachable":
        return
    found = some.witness.context.get("iam:permissionsboundary", ()) if some.witness else ()
    for policy in dict.fromkeys((*named, *(found if is_open or not named else ()))):
        answer = world.ask(principal, target, (action,), facts={"iam:permissionsboundary": (policy,)})
        if answer.verdict != "unreachable":
            yield policy, answer


def made(world: World, origin: Step) -> Iterator[Step]:
    """Principals that it can make and give all rights, in a boundary only if it has to."""
    principal = origin.principal
    given = _administrator_access(principal)
    for kind, actions in MAKES.items():
        if not all(world.has_power(principal, action) for action in actions):
            continue
        # No two of a way may have the same name, so names get longer along it.
        pattern = _iam_arn(principal, f"{kind}/{'?' * len(origin.path())}*")
        for give in (PUTS[kind], ATTACHES[kind]):
            needed = (*actions, give)
            facts: dict[str, tuple[str, ...]] = {"iam:permissionsboundary": ()}
            if give == ATTACHES[kind]:
                facts["iam:policyarn"] = (given,)
            if answers := _together(world, principal, pattern, needed, facts):
                yield _new(origin, answers, ())
                continue
            for policy, _ in _boundaries(world, principal, pattern, actions[0]):
                facts["iam:permissionsboundary"] = (policy,)
                if answers := _together(world, principal, pattern, needed, facts):
                    yield _new(origin, answers, world.boundary(policy))


def _new(origin: Step, answers: tuple[Reach, ...], boundary: Level) -> Step:
    principal = origin.principal
    witness = answers[0].witness
    assert witness is not None  # Of an answer that is not unreachable there is one.
    who = caller(witness.resource)
    policies = Policies(
        identity=_everything(who), boundary=boundary, scps=principal.policies.scps, rcps=principal.policies.rcps
    )
    facts = {key: value for key, value in principal.facts.items() if key.startswith("aws:principalorg")}
    return origin.then("write", Principal(who, policies, facts=facts), *answers)


def _together(
    world: World, principal: Principal, pattern: str, actions: Sequence[str], facts: Mapping[str, tuple[str, ...]]
) -> tuple[Reach, ...]:
    """The actions, all on the same resource; () if there is none that all are allowed on."""
    if not all(world.has_power(principal, action) for action in actions):
        return ()
    kind = pattern.rpartition(":")[2].partition("/")[0]
    possible: tuple[Reach, ...] = ()
    for target in (pattern, *_resources(principal, kind)):
        for leading in actions:
            answer = world.ask(principal, target, (leading,), facts=facts)
            if answer.verdict == "unreachable" or not answer.witness:
                continue
            arn = answer.witness.resource
            answers = tuple(world.ask(principal, arn, (action,), facts=facts) for action in actions)
            if all(each.verdict == "reachable" for each in answers):
                return answers
            if all(each.verdict != "unreachable" for each in answers):
                possible = possible or answers
    return possible


def _everything(who: Caller) -> Level:
    return (Attached(f"what {who.id} was given", administrator_policy()),)


def _gives_everything(level: Level) -> bool:
    return any(attached.document is administrator_policy() for attached in level)


def _given(identity: Level, level: Level) -> Level:
    """A principal's policies with others; beside one that allows everything only those matter that deny something."""
    present = {id(attached.document) for attached in identity}
    if any(allows_everything(a) for a in identity) or all(id(attached.document) in present for attached in level):
        return identity
    if _gives_everything(level):
        return (*(attached for attached in identity if denies(attached)), *level)
    return (*identity, *level)


def _iam_arn(principal: Principal, resource: str) -> str:
    return f"arn:{principal.partition}:iam::{principal.who.account}:{resource}"


def _administrator_access(principal: Principal) -> str:
    return f"arn:{principal.partition}:iam::aws:policy/AdministratorAccess"


def bounds(principal: Principal) -> dict[str, tuple[str, ...] | Unknown]:
    """What conditions see of a principal's boundary."""
    if not principal.policies.boundary:
        return {"iam:permissionsboundary": ()}
    named = [arn for attached in principal.policies.boundary for arn in policy_arns(attached.source)]
    return {"iam:permissionsboundary": (named[0],) if named else Unknown(f"the boundary of {principal.who.id}")}


def choices(principal: Principal, key: str) -> tuple[list[str], bool]:
    """The values that the principal's policies name for a condition key, and whether there may be others."""
    found: list[str] = []
    is_open = any(isinstance(attached.document, Unknown) for attached in principal.policies.identity)
    for statement in statements(principal.policies.identity, "Allow"):
        for condition in statement.conditions:
            if condition.key == key and condition.how and condition.how.family in ("string", "arn"):
                literals = [value for value in condition.known if not set("*?$") & set(value)]
                found += literals
                is_open = is_open or condition.how.negated or len(literals) < len(condition.values)
    return list(dict.fromkeys(found)), is_open


def _resources(principal: Principal, kind: str) -> list[str]:
    """The resources of a kind (`role`, `group`) in its account that the principal's policies name."""
    found: dict[str, None] = {}
    for statement in statements(principal.policies.identity, "Allow"):
        for text in statement.resources if not statement.not_resources else ():
            fields = text.split(":", FIELDS - 1) if isinstance(text, str) and "${" not in text else []
            if len(fields) == FIELDS and fields[5].startswith(f"{kind}/") and matches(fields[4], principal.who.account):
                found[_iam_arn(principal, fields[5])] = None
    return list(found)
