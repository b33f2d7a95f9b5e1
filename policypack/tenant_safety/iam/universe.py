"""The requests that a question is about, in classes that the statements' actions and resources can tell apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from .effort import spend
from .evaluate import ALWAYS_ALLOWED
from .patterns import Pattern, classes, compiled, relation
from .services import Action, service, touching
from .services import action as known_action
from .statements import Rule
from .wildcards import FIELDS, LITERALS, matches

_REQUEST = 5
"""Units of work of one kind of request."""


class Universe:
    """The classes of requests that a question is about, told apart by the statements that match them.

    `doubtful`: actions that the policies name and AWS's service data does not have.  `every`: also requests that no
    statement matches.
    """

    def __init__(
        self, target: str, actions: tuple[str, ...] | None, rules: Sequence[Rule], *, widely: bool, every: bool = False
    ) -> None:
        listed, languages = _touching(target) if actions is None else _asked(actions, target)
        self.doubtful = _unlisted(actions, rules, listed) if not languages and widely else ()
        targets = [compiled(each, "arn") for each in (_ANYTHING if target == "*" else (target,))]
        names = (*listed, *self.doubtful, *_members(languages, rules))
        with_resource, without = _alike(names)
        self._groups = [(group, each) for each in targets for group in with_resource]
        if target == "*":
            self._groups += [(group, _NO_RESOURCE) for group in without]
        self._every = every
        matched = [(rule, [_bits(rule, names) for names, _ in self._groups]) for rule in rules]
        matched = [(rule, bits) for rule, bits in matched if any(bits)]
        self.rules = [rule for rule, _ in matched]
        self._bits = [bits for _, bits in matched]

    def requests(self) -> Iterator[tuple[str, str, int]]:
        """A request of each class, as action and resource, with the rules (bits) that match it.

        Left out are classes that no statement allows, and those that a statement denies without a condition.
        """
        for g, (actions, target) in enumerate(self._groups):
            footings = {i: _footing(rule, target) for i, rule in enumerate(self.rules) if self._bits[i][g]}
            for block, mask in self._blocks(g, footings):
                action = actions[(block & -block).bit_length() - 1]
                for resource, of_resource in self._resources(mask, footings, target, action):
                    spend(_REQUEST)
                    yield action, resource, mask & of_resource

    def _blocks(self, group: int, footings: dict[int, "_Footing"]) -> list[tuple[int, int]]:
        """The actions of a group (bits) that the same rules (bits) match, the block with the first action first."""
        blocks = [((1 << len(self._groups[group][0])) - 1, 0)]
        for i, footing in footings.items():
            if footing.matches != "none":
                bits = self._bits[i][group]
                parts = ((block & bits, mask | 1 << i) for block, mask in blocks)
                rest = ((block & ~bits, mask) for block, mask in blocks)
                blocks = [part for part in (*parts, *rest) if part[0]]
        left = [(block, mask) for block, mask in blocks if self._is_open(mask, footings)]
        return sorted(left, key=lambda part: part[0] & -part[0])

    def _is_open(self, mask: int, footings: dict[int, "_Footing"]) -> bool:
        """Can a request that only these rules match be allowed?"""
        rules = [(self.rules[i], footings[i]) for i in _indices(mask)]
        denied = any(not r.allows and not r.atoms and r.layer != REFERENCE and f.matches == "all" for r, f in rules)
        return not denied and (self._every or any(rule.allows for rule, _ in rules))

    def _resources(
        self, mask: int, footings: dict[int, "_Footing"], target: Pattern, action: str
    ) -> Iterator[tuple[str, int]]:
        """A resource of each class with the rules (bits) that match it, the shortest first."""
        always = 0
        some: list[tuple[int, _Footing]] = []
        for i in _indices(mask):
            if footings[i].matches == "all":
                always |= 1 << i
            else:
                some.append((i, footings[i]))
        special = _DECIDING_ALONE.get(action.partition(":")[0])
        alone = (special,) if special and relation(special, target) == "splits" else ()
        splitting = tuple(dict.fromkeys((*alone, *(p for _, footing in some for p in footing.splitting))))
        place = {pattern: n for n, pattern in enumerate(splitting)}
        seen: set[tuple[int, int]] = set()
        for accepted, text in _classes(target, splitting):
            matching = always
            for i, footing in some:
                if any(accepted >> place[p] & 1 for p in footing.splitting) != self.rules[i].not_resources:
                    matching |= 1 << i
            key = (matching, accepted & 1 if alone else 0)
            if key not in seen:
                seen.add(key)
                yield text, matching


REFERENCE = "reference"
"""The layer of statements that are compared with, whose denials forbid nothing."""


@dataclass(frozen=True, slots=True)
class _Footing:
    """Which resources of a target a rule matches: all, none, or those that `splitting` tells."""

    matches: Literal["all", "none", "some"]
    splitting: tuple[Pattern, ...] = ()


def _footing(rule: Rule, target: Pattern) -> _Footing:
    splitting = []
    for pattern in rule.resources:
        how = relation(pattern, target)
        if how == "covers":
            return _Footing("none" if rule.not_resources else "all")
        if how == "splits":
            splitting.append(pattern)
    if splitting:
        return _Footing("some", tuple(splitting))
    return _Footing("all" if rule.not_resources else "none")


def _indices(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


@lru_cache(maxsize=1024)
def _classes(target: Pattern, splitting: tuple[Pattern, ...]) -> tuple[tuple[int, str], ...]:
    found = classes(target, splitting)
    return tuple(sorted(found.items(), key=lambda each: (len(each[1]), each[1])))


@lru_cache(maxsize=1024)
def _alike(names: tuple[str, ...]) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
    """The actions in groups whose actions are decided alike: some are special, and so are those of KMS and STS.  First
    those that name a resource, then those that do not.
    """
    groups: dict[tuple[bool, str], dict[str, None]] = {}
    for name in names:
        groups.setdefault((_is_without_resource(name), _kind(name)), {})[name] = None
    with_resource = tuple(tuple(group) for (without, _), group in groups.items() if not without)
    return with_resource, tuple(tuple(group) for (without, _), group in groups.items() if without)


def _kind(name: str) -> str:
    prefix = name.partition(":")[0]
    return name if name in SPECIAL else prefix if prefix in _DECIDING_ALONE else ""


SPECIAL = frozenset({"sts:assumerole", *ALWAYS_ALLOWED})
"""Actions with rules of their own (`evaluate`)."""

_ANYTHING = ("arn:aws:?*:*:*:?*", "arn:*:*:*:*:*")
"""Any resource, first as people write it: every one has an ARN."""

_NO_RESOURCE = compiled(LITERALS["*"])
"""The resource `*` of an action that names none."""

_DECIDING_ALONE = {"kms": compiled("*:*:*:*:*:key/*", "arn"), "sts": compiled("*:*:*:*:*:role/*", "arn")}
"""Resources whose own policy has to allow (`evaluate.decides_alone`), by the service of the action."""

ACCESS_LEVELS = ("Read", "Write", "Permissions management", "Tagging", "List")
"""Levels of access in the order in which a witness shows best what is possible."""


def _is_without_resource(name: str) -> bool:
    known = known_action(name)
    return known is not None and not known.resources


def _bits(rule: Rule, names: tuple[str, ...]) -> int:
    """The actions that a rule matches."""
    named = 0
    for pattern in rule.actions:
        named |= _matched(pattern, names)
    return (1 << len(names)) - 1 & ~named if rule.not_actions else named


@lru_cache(maxsize=8192)
def _matched(pattern: str, names: tuple[str, ...]) -> int:
    if pattern == "*":
        return (1 << len(names)) - 1
    return sum(1 << i for i, name in enumerate(names) if matches(pattern, name))


def _asked(actions: tuple[str, ...], target: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The actions that some patterns and levels of access are about: those that are known by name, and patterns of
    others.  A level means the actions of that level that touch the target.
    """
    listed: dict[str, None] = {}
    languages: list[str] = []
    levels = [level for level in ACCESS_LEVELS if level.lower() in actions]
    for name in _touching(target)[0] if levels else ():
        known = known_action(name)
        if known and known.access in levels:
            listed[name] = None
    for pattern in actions:
        if pattern in map(str.lower, levels):
            continue
        of_service = service(pattern.partition(":")[0])
        if "*" not in pattern and "?" not in pattern:
            listed[pattern] = None
        elif of_service:
            ranked = sorted(of_service.actions, key=_rank)
            listed.update((a.name.lower(), None) for a in ranked if matches(pattern, a.name.lower()))
        else:
            languages.append(pattern)
    return tuple(listed), tuple(languages)


@lru_cache(maxsize=1024)
def _touching(target: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The actions that AWS lists with a resource type that the target can be."""
    fields = target.split(":", FIELDS - 1)
    segment = fields[2] if len(fields) == FIELDS else "*"
    if "*" in segment or "?" in segment:
        return (), ("?*:?*",)
    found = touching(segment)
    if not found:
        return (), (f"{segment}:?*",)
    pattern = compiled(target, "arn")
    fitting = [
        a
        for a in found
        if not _is_mentioned(a.name, segment)
        and any(relation(compiled(glob, "arn"), pattern) != "disjoint" for glob in a.resources)
    ]
    fitting.sort(key=lambda a: (not a.name.startswith(f"{segment}:"), _rank(a)))
    return tuple(a.name.lower() for a in fitting), ()


_MENTIONING = (
    "backup:",
    "codestar:",
    "devops-guru:",
    "ec2:AssociateEnclaveCertificateIamRole",
    "ec2:DisassociateEnclaveCertificateIamRole",
    "events:",
    "kinesis:",
    "ssm:SendCommand",
    "ssm:UpdateManagedInstanceRole",
)
"""Actions for which AWS lists a resource of another service that they only name: a key to encrypt with, a topic to
notify, a bucket that an instance writes to.  Who may call them has no access to that resource by it.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""


def _is_mentioned(action: str, segment: str) -> bool:
    return not action.startswith(f"{segment}:") and action.startswith(_MENTIONING)


def _unlisted(asked: tuple[str, ...] | None, rules: Sequence[Rule], listed: tuple[str, ...]) -> tuple[str, ...]:
    """Actions that statements allow and AWS's service data does not have, of services that the question is about."""
    prefixes = _prefixes(listed)
    found: dict[str, None] = {}
    for rule in rules:
        if not rule.allows or rule.not_actions or rule.layer not in ("identity", "resource"):
            continue
        for pattern in rule.actions:
            prefix = pattern.partition(":")[0]
            if prefix in prefixes and not _is_listed(pattern) and _is_asked(pattern, asked):
                found[pattern.replace("*", "").replace("?", "x")] = None
    return tuple(found)


@lru_cache(maxsize=1024)
def _prefixes(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.partition(":")[0] for name in names)


@lru_cache(maxsize=8192)
def _is_listed(pattern: str) -> bool:
    """Does AWS's service data have an action of this pattern?"""
    of_service = service(pattern.partition(":")[0])
    return of_service is not None and any(matches(pattern, a.name.lower()) for a in of_service.actions)


def _is_asked(pattern: str, asked: tuple[str, ...] | None) -> bool:
    return asked is None or any(relation(compiled(pattern), compiled(each)) != "disjoint" for each in asked)


def _members(languages: Sequence[str], rules: Sequence[Rule]) -> Iterator[str]:
    """An action of each class that the statements tell apart, known ones first."""
    if not languages:
        return
    patterns = list(dict.fromkeys(text for rule in rules for text in rule.actions if text != "*"))
    told: set[tuple[int, bool, str]] = set()
    for prefix in dict.fromkeys((*(text.partition(":")[0] for text in patterns), "s3")):
        names = _names(prefix)
        asked = 0
        for language in languages:
            asked |= _matched(language, names)
        blocks = [(asked, 0)]
        for i, pattern in enumerate(patterns):
            if bits := _matched(pattern, names):
                blocks = [
                    part
                    for block, mask in blocks
                    for part in ((block & bits, mask | 1 << i), (block & ~bits, mask))
                    if part[0]
                ]
        for block, mask in blocks:
            for i in _indices(block):
                key = (mask, _is_without_resource(names[i]), _kind(names[i]))
                if key not in told:
                    told.add(key)
                    yield names[i]
    for language in languages:
        for accepted, name in classes(compiled(language), [compiled(text) for text in patterns]).items():
            key = (accepted, False, _kind(name))
            if key not in told and name not in ALWAYS_ALLOWED:
                told.add(key)
                yield name


@lru_cache(maxsize=512)
def _names(prefix: str) -> tuple[str, ...]:
    """The actions of a service, those first that show best what is possible."""
    known = service(prefix)
    actions = sorted(known.actions, key=_rank) if known else []
    return tuple(a.name.lower() for a in actions if a.name.lower() not in ALWAYS_ALLOWED)


def _rank(action: Action) -> tuple[int, int, str]:
    return (ACCESS_LEVELS.index(action.access), len(action.name), action.name)
