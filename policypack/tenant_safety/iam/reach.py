"""Is there a request that a principal's identity policies allow?  Over all actions and resources, in three values.

The texts that the patterns of all statements can tell apart form finitely many classes of actions and of resources
(`patterns.classes`).  Within a pair of classes every request gets the same answer, so looking at one member of each
pair decides for all of them.  What is not known, or only holds under a condition, may match an Allow and may miss a
Deny.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from .documents import Document, Statement, Unknown
from .patterns import Pattern, TooComplex, classes, compiled, intersects

Boundary: TypeAlias = Document | Unknown | None
"""A permission boundary: its document, not known, or none."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A document that applies to a principal, and the resource of the program that it stands in.

    `certain` is false where it is not known that the document applies at all (`missing` says why).
    """

    source: str
    document: Document | Unknown
    certain: bool = True
    missing: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """The answer: `unreachable`, `reachable` or `undetermined`.

    Reachable: `action` on `resource` is allowed by `source` at `statement`.
    Undetermined: `missing` says what is not known, `because` why it matters.
    """

    verdict: Literal["unreachable", "reachable", "undetermined"]
    action: str = ""
    resource: str = ""
    source: str = ""
    statement: str = ""
    missing: tuple[Unknown, ...] = ()
    because: tuple[str, ...] = ()
    secret: bool = False
    """One of the documents is secret, so neither the witness nor its place may be shown."""


UNREACHABLE = Reach("unreachable")

MAX_REQUESTS = 100_000
"""Kinds of requests after which a question is given up, and so undetermined."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """A statement reduced to what it matches.  `certain`: it applies to every request that it matches."""

    source: str
    statement: Statement
    certain: bool
    actions: tuple[Pattern, ...]
    resources: tuple[Pattern, ...]
    missing: tuple[Unknown, ...]
    because: tuple[str, ...]


def reach(granted: Sequence[Granted], boundary: Boundary, actions: str, resource: str) -> Reach:
    """Can a request for one of `actions` (a pattern, lower case) on a member of `resource` (a pattern) be allowed?

    Identity policies and a permission boundary only: a cross-account request also needs the resource's side.
    """
    rules = [rule for grant in granted for rule in _rules(grant)]
    limiting = [] if boundary is None else [Granted("permission boundary", boundary)]
    limits = [rule for grant in limiting for rule in _rules(grant)]
    secret = any(isinstance(g.document, Document) and g.document.secret for g in (*granted, *limiting))
    try:
        allows = [rule for rule in rules if rule.statement.effect == "Allow" and _touches(rule, actions, resource)]
        if not allows:
            return UNREACHABLE
        others = [rule for rule in (*rules, *limits) if rule not in allows and _touches(rule, actions, resource)]
        answer = _decide([*allows, *others], None if boundary is None else limits, actions, resource)
    except TooComplex as error:
        answer = Reach("undetermined", because=(str(error),))
    return replace(answer, secret=secret)


def _decide(rules: Sequence[_Rule], limits: Sequence[_Rule] | None, actions: str, resource: str) -> Reach:
    action_patterns = list(dict.fromkeys(pattern for rule in rules for pattern in rule.actions))
    resource_patterns = list(dict.fromkeys(pattern for rule in rules for pattern in rule.resources))
    by_action = _told_apart(classes(compiled(actions), action_patterns), action_patterns, rules, "actions")
    by_resource = _told_apart(
        classes(compiled(resource, arn=True), resource_patterns), resource_patterns, rules, "resources"
    )
    if len(by_action) * len(by_resource) > MAX_REQUESTS:
        raise TooComplex(f"the statements tell more than {MAX_REQUESTS} kinds of requests apart")
    possible: Reach | None = None
    for of_action, action in by_action.items():
        for of_resource, target in by_resource.items():
            both = of_action & of_resource
            matching = [rule for i, rule in enumerate(rules) if both >> i & 1]
            answer = _answer(matching, limits, action, target)
            if answer.verdict == "reachable":
                return answer
            if answer.verdict == "undetermined" and possible is None:
                possible = answer
    return possible or UNREACHABLE


def _told_apart(
    found: Mapping[int, str], patterns: Sequence[Pattern], rules: Sequence[_Rule], part: Literal["actions", "resources"]
) -> dict[int, str]:
    """The classes by the rules (bit `i` for `rules[i]`) that match them in `part`, with the shortest member of each."""
    place = {pattern: i for i, pattern in enumerate(patterns)}
    told: dict[int, str] = {}
    for accepted, member in found.items():
        matched = 0
        for i, rule in enumerate(rules):
            of_part = rule.actions if part == "actions" else rule.resources
            negated = rule.statement.not_actions if part == "actions" else rule.statement.not_resources
            if negated != any(accepted >> place[pattern] & 1 for pattern in of_part):
                matched |= 1 << i
        told.setdefault(matched, member)
    return told


def _answer(matching: Sequence[_Rule], limits: Sequence[_Rule] | None, action: str, resource: str) -> Reach:
    """The answer for one request, of which `matching` are the statements that it matches."""
    denies = [rule for rule in matching if rule.statement.effect == "Deny"]
    allows = [rule for rule in matching if rule.statement.effect == "Allow" and not _is_limit(rule, limits)]
    if not allows or any(rule.certain for rule in denies):
        return UNREACHABLE
    within = [rule for rule in matching if rule.statement.effect == "Allow" and _is_limit(rule, limits)]
    if limits is not None and not within:
        return UNREACHABLE
    certain = next((rule for rule in allows if rule.certain), None)
    limited = limits is None or any(rule.certain for rule in within)
    if certain and limited and not denies:
        return Reach("reachable", action, resource, certain.source, certain.statement.where)
    doubts = [*([] if certain else allows[:1]), *([] if limited else within[:1]), *denies]
    return Reach(
        "undetermined",
        action,
        resource,
        allows[0].source,
        allows[0].statement.where,
        missing=tuple(dict.fromkeys(u for rule in doubts for u in rule.missing)),
        because=tuple(dict.fromkeys(text for rule in doubts for text in rule.because)),
    )


def _is_limit(rule: _Rule, limits: Sequence[_Rule] | None) -> bool:
    return any(rule is limit for limit in limits or ())


def _rules(granted: Granted) -> list[_Rule]:
    if isinstance(granted.document, Unknown):
        missing = granted.document
        whole = Statement("the document", "Allow", (missing,), False, (missing,), False, None, False, (), (missing,))
        return [_rule(granted, whole)]
    return [_rule(granted, statement) for statement in granted.document.statements]


def _rule(granted: Granted, statement: Statement) -> _Rule:
    """Patterns that are not known become `*`, or nothing in a `Not…` element; either way the match is not certain."""
    because = []
    if statement.missing or not granted.certain:
        because.append(f"{granted.source} {statement.where} is not known yet")
    if statement.conditions:
        keys = ", ".join(sorted({f"{c.operator} {c.key}".strip() for c in statement.conditions}))
        because.append(f"{granted.source} {statement.where} holds under a condition ({keys})")
    patterns = (*statement.actions, *statement.resources)
    if any(isinstance(p, str) and "${" in p for p in patterns):
        because.append(f"{granted.source} {statement.where} has a policy variable")
    # A wildcard stays within its segment of an ARN; only what a Deny leaves out is read as widely as it can be.
    narrow = not (statement.effect == "Deny" and statement.not_resources)
    return _Rule(
        granted.source,
        statement,
        not because,
        tuple(compiled(p) for p in _patterns(statement.actions, statement.not_actions)),
        tuple(compiled(_completed(p), arn=narrow) for p in _patterns(statement.resources, statement.not_resources)),
        (*statement.missing, *granted.missing),
        tuple(because),
    )


def _patterns(texts: Iterable[str | Unknown], negated: bool) -> Iterator[str]:
    for text in texts:
        if not isinstance(text, Unknown) and "${" not in text:
            yield text
        elif not negated:
            yield "*" if isinstance(text, Unknown) else _without_variables(text)
        # What a Not… element excludes is not known here, so nothing is surely excluded.


def _completed(pattern: str) -> str:
    """AWS takes an ARN with fewer than six fields as one with `*` in those that are missing."""
    missing = 5 - pattern.count(":")
    return pattern + ":*" * missing if pattern.startswith("arn:") else pattern


def _without_variables(pattern: str) -> str:
    """`${aws:username}` may be anything; `${*}`, `${?}` and `${$}` are the characters themselves, so also covered."""
    while "${" in pattern:
        start = pattern.index("${")
        end = pattern.find("}", start)
        pattern = pattern[:start] + "*" + (pattern[end + 1 :] if end >= 0 else "")
    return pattern


def _touches(rule: _Rule, actions: str, resource: str) -> bool:
    """A cheap first look: can the rule match any of these requests?"""
    return (rule.statement.not_actions or any(intersects(p.text, actions) for p in rule.actions)) and (
        rule.statement.not_resources or any(intersects(p.text, resource) for p in rule.resources)
    )
