"""What a principal can reach by becoming others: roles that it assumes, passes or runs code in, and rights it takes.

Each step is made of requests that `reach` finds allowed, so a chain is as concrete as a single witness.

What a principal may change of another one (its policies, its boundary) takes effect wherever that one is come to, also
by other ways and later.  Rights that were taken stay inside the SCPs, and inside a boundary that can't be taken away.

Not looked at: IAM Identity Center; `sts:AssumeRoot`; an identity provider of the caller's making; a new role whose name
a trust policy's wildcards happen to admit.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from .changes import Change, changes, made
from .documents import Document, parse
from .escalation import CHANGES, OPENS
from .policies import Attached
from .principals import caller
from .reach import UNREACHABLE, Reach, reach
from .standing import Form, Principal, Step, administrator, doubtful
from .wildcards import FIELDS
from .world import World

__all__ = ["Principal", "Step", "World", "administrator", "chain", "closure"]


class _Search:
    """The search for all that some principals can become: what is sure first, then the rest, by the fewest steps."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.is_sure = True
        self.waiting: dict[bool, deque[Step]] = {True: deque(), False: deque()}
        self._seen: dict[bool, set[Form]] = {True: set(), False: set()}
        self._made: dict[bool, set[tuple[str, tuple[int, ...]]]] = {True: set(), False: set()}
        self._met: dict[str, list[Step]] = defaultdict(list)
        self._changes: dict[str, list[Change]] = defaultdict(list)
        self._done: dict[str, frozenset[str]] = defaultdict(frozenset)
        self._owned: set[str] = set()

    def run(self, starts: Sequence[Principal], *, surely: bool) -> Iterator[Step]:
        for start in starts:
            self.world.add(start)
            self._offer(Step("start", start), sure=True)
        for self.is_sure in (True,) if surely else (True, False):
            self._done.clear()
            while self.waiting[self.is_sure]:
                step = self.waiting[self.is_sure].popleft()
                if self.is_sure or step.principal.form not in self._seen[True]:
                    yield step
                    self._follow(step)

    def _offer(self, step: Step, *, sure: bool) -> None:
        form = step.principal.form
        if form not in self._seen[sure]:
            self._seen[False].add(form)
            if sure:
                self._seen[True].add(form)
            self.waiting[sure].append(step)

    def _offer_new(self, step: Step, *, sure: bool) -> None:
        """Of the principals that can be made in an account one is enough, in each boundary."""
        kind = (step.principal.who.account, tuple(id(a.document) for a in step.principal.policies.boundary))
        if kind not in self._made[sure]:
            self._made[False].add(kind)
            if sure:
                self._made[True].add(kind)
            self._offer(step, sure=sure)

    def _wanted(self, principal: Principal) -> bool:
        return principal.form not in self._seen[self.is_sure]

    def _follow(self, step: Step) -> None:
        """Offers what comes after a step."""
        principal, world = step.principal, self.world
        arn = world.own(principal.who)
        self._met[arn].append(step)
        for change in self._changes[arn]:
            self._apply(change, step)
        for found in world.assumed(step, self._wanted):
            self._offer(found, sure=self.is_sure and found.is_sure)
        account = principal.who.account
        if not account or account in self._owned or principal.who.kind == "federated-user":
            return
        unlimited = principal.is_unlimited
        for found in world.become(step, self._wanted):
            self._offer(found, sure=self.is_sure and found.is_sure)
        if not unlimited:
            for found in world.serve(step, self._wanted):
                self._offer(found, sure=self.is_sure and found.is_sure)
        self._change(step)
        if not unlimited or principal.who.kind == "root":
            for found in made(world, step):
                self._offer_new(found, sure=self.is_sure and found.is_sure)
        if unlimited and self.is_sure:
            self._owned.add(account)  # Whatever else is come to in the account, this one has given it already.

    def _change(self, step: Step) -> None:
        """Applies what a principal may change of itself, and of the others wherever they are come to."""
        principal, world = step.principal, self.world
        if principal.who.kind != "root" and not principal.is_unlimited:
            own = replace(principal, who=caller(world.own(principal.who)))
            for change in changes(world, step, own, frozenset()):
                self._apply(change, step)
        for other in world.of_account(principal) if world.has_power(principal, *CHANGES) else ():
            for change in changes(world, step, other, self._done[other.who.id]):
                self._register(other.who.id, change)

    def _register(self, arn: str, change: Change) -> None:
        if change.is_all and (change.is_sure or not self.is_sure):
            self._done[arn] |= {change.what}
        self._changes[arn].append(change)
        for step in tuple(self._met[arn]):
            self._apply(change, step)

    def _apply(self, change: Change, step: Step) -> None:
        after = change.applied(step.principal)
        if after is None or not self._wanted(after):
            return
        own = step.path()
        before = [each for each in change.writer.path() if not any(each is one for one in own)]
        found = step.then("write", after, *change.answers)
        found = replace(
            found,
            requests=(*(r for each in before for r in each.requests), *found.requests),
            missing=(*(m for each in before for m in each.missing), *found.missing),
            because=(*(b for each in before for b in each.because), *found.because),
        )
        self._offer(found, sure=self.is_sure and all(each.is_sure for each in (*own, found)))


def closure(world: World, starts: Sequence[Principal], *, surely: bool = False) -> Iterator[Step]:
    """The principals that `starts` can become, themselves first, by the fewest steps.

    First those that are come to by steps of which nothing is unknown, with `surely` only those.
    """
    return _Search(world).run(starts, surely=surely)


def chain(
    start: Principal,
    principals: Sequence[Principal],
    targets: Sequence[str],
    actions: Sequence[str] | None = None,
    *,
    account: str = "",
) -> tuple[tuple[Step, ...], Reach]:
    """Can `start` reach a target, by itself or through others?  The steps to who can, and that one's answer.

    The resource policies, RCPs and endpoint policies of the targets are those of `start`.  A chain of which a step is
    not sure is undetermined.
    """
    possible: tuple[tuple[Step, ...], Reach] = ((), UNREACHABLE)
    world = World(principals)
    for found in closure(world, (start,)):
        policies = replace(
            found.principal.policies,
            resource=start.policies.resource,
            rcps=start.policies.rcps,
            endpoint=start.policies.endpoint,
        )
        asking = replace(found.principal, policies=policies)
        for step, answer in _answers(world, found, asking, _Question(tuple(targets), actions, account)):
            path = step.path()
            if answer.verdict == "reachable" and all(each.is_sure for each in path):
                return path[1:], replace(answer, secret=_is_secret(answer, path))
            if answer.verdict != "unreachable" and possible[1].verdict == "unreachable":
                missing = (*(unknown for each in path for unknown in each.missing), *answer.missing)
                because = (*(text for each in path for text in each.because), *answer.because)
                doubted = replace(
                    answer,
                    verdict="undetermined",
                    missing=tuple(dict.fromkeys(missing)),
                    because=tuple(dict.fromkeys(because)),
                    secret=_is_secret(answer, path),
                )
                possible = (path[1:], doubted)
    return possible


@dataclass(frozen=True, slots=True)
class _Question:
    """What is to be reached, by which actions, and whose it is."""

    targets: tuple[str, ...]
    actions: Sequence[str] | None
    account: str

    def asked(self, principal: Principal) -> Reach:
        facts, tagged = principal.facts, principal.tagged
        return reach(
            principal.who,
            principal.policies,
            self.targets,
            self.actions,
            facts=facts,
            account=self.account,
            tagged=tagged,
        )


def _answers(world: World, step: Step, principal: Principal, question: _Question) -> Iterator[tuple[Step, Reach]]:
    """Does a principal reach the targets, as they are or with a policy that it writes for one?"""
    answer = question.asked(principal)
    yield step, answer
    for target in question.targets if answer.verdict != "reachable" and principal.who.account else ():
        fields = target.split(":", FIELDS - 1)
        opens = OPENS.get(fields[2], "") if len(fields) == FIELDS else ""
        if opens and (principal.policies.resource or world.has_power(principal, opens)):
            owner = target.partition("/")[0] if fields[2] == "s3" else target
            opening = replace(question, targets=(owner,), actions=(opens,)).asked(principal)
            if opening.verdict != "unreachable":
                written = _opening(owner, world.own(principal.who))
                policies = replace(principal.policies, resource=(*(principal.policies.resource or ()), written))
                after = replace(principal, policies=policies)
                reached = replace(question, targets=(target,)).asked(after)
                if reached.verdict == "unreachable":
                    reached = doubtful(opening, f"whom else {principal.who.id} can let in to {owner}")
                yield step.then("write", after, opening), reached


@lru_cache(maxsize=1024)
def _opening(target: str, who: str) -> Attached:
    """A resource's policy that opens it to a principal."""
    statement = {"Effect": "Allow", "Principal": {"AWS": who}, "Action": "*", "Resource": "*"}
    return Attached(f"a policy of {target} that {who} writes", parse({"Version": "2012-10-17", "Statement": statement}))


def _is_secret(answer: Reach, path: Sequence[Step]) -> bool:
    """Is a document of the way secret?"""
    trusts = (attached.document for step in path for attached in step.principal.trust)
    return (
        answer.secret
        or any(step.principal.policies.secret for step in path)
        or any(isinstance(document, Document) and document.secret for document in trusts)
    )
