"""Does one policy allow anything that another does not?  What reviewers ask of a change.

Every request is asked for that the candidate allows, and that the reference leaves out or denies.  A request's caller
is one of those that the documents can tell apart.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-custom-policy-checks.html
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Literal

from .documents import Document, Unknown
from .effort import TooComplex, limited
from .evaluate import derived
from .policies import Attached, Level
from .principals import ANONYMOUS, Caller, caller
from .reach import Witness
from .services import action as known_action
from .solve import Solver
from .statements import Facts, Reading, Rule, rules
from .universe import REFERENCE, Universe
from .wildcards import matches

_ACCOUNT = "000000000000"
"""An account that no policy names, unless it does."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The answer; `None` if it is not known, and then `missing` says what is not."""

    new_access: bool | None
    witness: Witness | None = None
    missing: tuple[Unknown, ...] = ()


def new_access(reference: Level, candidate: Level, kind: Literal["identity", "resource", "trust"]) -> Comparison:
    """Is there a request that `candidate` allows and `reference` does not?"""
    callers = [next(_of_account(_ACCOUNT))] if kind == "identity" else list(_callers((*reference, *candidate)))
    if kind == "trust":
        # The root user can't assume roles, and nobody can without signing or showing a token.
        callers = [who for who in callers if who.kind not in ("root", "anonymous")]
    possible = Comparison(False)
    with limited():
        for who in callers:
            fixed: Facts = {} if kind == "identity" else {**_absent(who), **derived(who, "")}
            try:
                answer = _compared(reference, candidate, who, fixed)
            except TooComplex as error:
                answer = Comparison(None, missing=(Unknown(str(error)),))
            if answer.new_access:
                return answer
            if answer.new_access is None:
                possible = answer
    return possible


def _absent(who: Caller) -> Facts:
    """Keys of accounts' principals that AWS gives for nobody else."""
    keys = ("aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths")
    return {} if who.account else dict.fromkeys(keys, ())


def _compared(reference: Level, candidate: Level, who: Caller, fixed: Facts) -> Comparison:
    widely = _Comparing(reference, candidate, who, fixed, widely=True)
    possible = widely.witness()
    if possible is None:
        return Comparison(False)
    if widely.is_sure:
        return Comparison(True, possible)
    found = _Comparing(reference, candidate, who, fixed, widely=False).witness()
    if found:
        return Comparison(True, found)
    free = sorted({key for rule in widely.read for key in rule.variables})
    if free:
        # Whatever the variables stand for, they stand for the same in both documents.
        return _with_values(reference, candidate, who, fixed, free)
    return Comparison(None, possible, widely.missing)


def _with_values(reference: Level, candidate: Level, who: Caller, fixed: Facts, free: Sequence[str]) -> Comparison:
    """With a value for each variable that nothing else in the documents can tell from others, or that they compare its
    key with.
    """
    compared = _compared_with((*reference, *candidate))
    choices = [[f"value-{i}", *compared.get(key, ())] for i, key in enumerate(free)]
    for chosen in islice(product(*choices), _MOST_CHOICES):
        values = {key: (value,) for key, value in zip(free, chosen, strict=True)}
        answer = _compared(reference, candidate, who, {**fixed, **values})
        if answer.new_access and answer.witness:
            context = {**answer.witness.context, **values}
            return replace(answer, witness=replace(answer.witness, context=context))
        if answer.new_access is None:
            return answer
    left = [attached for attached in candidate if not _is_repeated(attached, reference)]
    is_free = not any(rule.variables for attached in left for rule in _rules_of(attached, who, fixed))
    if is_free and compared.keys().isdisjoint(free):
        return Comparison(False)
    return Comparison(None, missing=tuple(Unknown(key) for key in free))


_MOST_CHOICES = 16


def _compared_with(level: Level) -> dict[str, list[str]]:
    """The keys of the documents' conditions, with the values that they are compared with."""
    found: dict[str, list[str]] = {}
    for attached in level:
        for statement in attached.document.statements if isinstance(attached.document, Document) else ():
            for condition in statement.conditions:
                found.setdefault(condition.key, []).extend(condition.known)
    return found


def _rules_of(attached: Attached, who: Caller, fixed: Facts) -> list[Rule]:
    return list(rules(Reading(who, fixed, widely=True, anyone=True), "candidate", attached))


def _is_repeated(attached: Attached, reference: Level) -> bool:
    """Does the reference have all of a document's statements with variables?"""
    if not isinstance(attached.document, Document):
        return False
    own = [replace(s, where="") for a in reference if isinstance(a.document, Document) for s in a.document.statements]
    return all(
        replace(statement, where="") in own
        for statement in attached.document.statements
        if any(
            "${" in str(text) for text in (*statement.resources, *(v for c in statement.conditions for v in c.values))
        )
    )


class _Comparing:
    """The search for a request that the candidate allows and the reference does not, for one caller."""

    def __init__(self, reference: Level, candidate: Level, who: Caller, fixed: Facts, *, widely: bool) -> None:
        self._who = who
        self._fixed = fixed
        found = [
            rule
            for layer, level, generous in (("candidate", candidate, widely), (REFERENCE, reference, not widely))
            for attached in level
            for rule in rules(Reading(who, fixed, generous, anyone=True), layer, attached)
        ]
        self._is_doubted = any(rule.because for rule in found)
        self.read = found
        found = [rule for rule in found if rule.applies]
        self._universe = Universe("*", ("*",), found, widely=widely)
        self.rules = self._universe.rules
        self._solver = Solver(self.rules, widely=widely)

    @property
    def is_sure(self) -> bool:
        return not self._solver.inexact and not self._is_doubted

    @property
    def missing(self) -> tuple[Unknown, ...]:
        """What is not known."""
        doubts = [unknown for rule in self.read for unknown in rule.doubts]
        return tuple(dict.fromkeys((*doubts, *(Unknown(key) for key in self._solver.inexact))))

    def witness(self) -> Witness | None:
        seen: set[int] = set()
        for action, resource, mask in self._universe.requests():
            if mask in seen:
                continue
            seen.add(mask)
            matching = [rule for i, rule in enumerate(self.rules) if mask >> i & 1]
            for groups, forbidden in _plans(matching):
                if found := self._solver.solve(groups, forbidden):
                    return self._found(action, resource, *found)
        return None

    def _found(
        self, action: str, resource: str, chosen: Sequence[Rule], context: dict[str, tuple[str, ...]]
    ) -> Witness:
        spelt = known_action(action)
        by = tuple(dict.fromkeys(rule.cause for rule in chosen))
        return Witness(self._who, spelt.name if spelt else action, resource, "", context, by)


def _plans(matching: Sequence[Rule]) -> Iterator[tuple[list[list[Rule]], list[Rule]]]:
    """The ways in which a request is new: the candidate allows it, and the reference allows nothing, or denies."""
    allows = [rule for rule in matching if rule.layer == "candidate" and rule.allows]
    denies = [rule for rule in matching if rule.layer == "candidate" and not rule.allows]
    if allows:
        yield [allows], [*denies, *(rule for rule in matching if rule.layer == REFERENCE and rule.allows)]
        for denying in matching:
            if denying.layer == REFERENCE and not denying.allows:
                yield [allows, [denying]], denies


def _callers(level: Level) -> Iterator[Caller]:
    """Callers, one of each kind that the documents can tell apart."""
    found: dict[Caller, None] = {ANONYMOUS: None}
    for text, kind in _principals(level):
        if kind == "Service" and text != "*":
            found[Caller("service", text)] = None
        elif kind == "Federated" and text != "*":
            found[Caller("federated", text)] = None
        elif text.isdecimal():
            found.update(dict.fromkeys(_of_account(text)))
        else:
            fields = text.split(":")
            if len(fields) > 4 and {"*", "?"} & set(fields[4]):
                fields[4] = _ACCOUNT if matches(fields[4], _ACCOUNT) else fields[4]
            try:
                named = caller(":".join(fields).replace("*", "x").replace("?", "x"))
            except ValueError:
                continue
            if named.kind != "root":
                found[named] = None
            found.update(dict.fromkeys(_of_account(named.account)))
            if named.kind == "role":
                found[
                    Caller(
                        "session",
                        f"arn:aws:sts::{named.account}:assumed-role/{named.name}/x",
                        named.account,
                        named.name,
                    )
                ] = None
    found.update(dict.fromkeys(_of_account(_ACCOUNT)))
    found[Caller("service", "unnamed.amazonaws.com")] = None
    found[Caller("federated", "unnamed.example.com")] = None
    yield from found


def _of_account(account: str) -> Iterator[Caller]:
    """Somebody of an account whom no policy names, and its root."""
    yield caller(f"arn:aws:iam::{account}:role/unnamed")
    yield caller(f"arn:aws:iam::{account}:user/unnamed")
    yield caller(f"arn:aws:iam::{account}:root")


def _principals(level: Level) -> Iterator[tuple[str, str]]:
    """Who is named, in a Principal or a condition, with the kind."""
    for attached in level:
        if not isinstance(attached.document, Document):
            continue
        for statement in attached.document.statements:
            yield from ((value, kind) for kind, value in statement.principals or () if isinstance(value, str))
            for condition in statement.conditions:
                if condition.key in ("aws:principalarn", "aws:principalaccount"):
                    yield from ((value, "AWS") for value in condition.known)
