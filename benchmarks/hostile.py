"""Policies written to make an analyser run for ever: each of about so many characters, all from one seed.

Each comes with a request.  Where the evaluator allows it, "unreachable" would be wrong.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, count, product
from random import Random
from typing import Any

from .documents import ACCOUNT, OTHER, Document, Json, Row

SIZE = 10_000
"""Characters of a document."""

_ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci"


@dataclass(frozen=True, slots=True)
class Hostile:
    """A policy and another one of its kind, a target, and a request that may be allowed on it."""

    name: str
    document: Document
    reference: Document
    target: str = "arn:aws:s3:::*"
    action: str = "s3:GetObject"
    resource: str = "arn:aws:s3:::abab/abab"
    context: dict[str, Json] = field(default_factory=dict)
    kind: str = "identity"
    levels: int = 0
    """SCP levels that have the same document."""

    def simulate(self, document: Document | None = None) -> Row:
        """The request, as a row."""
        asked = {"action": self.action, "resource": self.resource, "resource_account": ACCOUNT}
        return {**self._common(document or self.document), **asked, "context": self.context}

    def reach(self, targets: int = 1) -> Row:
        """Can anything of the target, and of others like it, be reached?  As a row."""
        others = [f"arn:aws:s3:::{'a' * i}b*a?b*" for i in range(targets - 1)]
        return {**self._common(self.document), "targets": [self.target, *others], "resource_account": ACCOUNT}

    def new_access(self) -> Row:
        """Does the one policy allow anything that the other does not?  As a row."""
        return {"id": self.name, "kind": self.kind, "reference": [self.reference], "candidate": [self.document]}

    def _common(self, document: Document) -> Row:
        row: Row = {"id": self.name, "principal": _ROLE, "resource_policies": []}
        row["identity_policies" if self.kind == "identity" else "resource_policies"] = [document]
        return {**row, "scps": [[document]] * self.levels} if self.levels else row


Build = Callable[[Random, int], Document]


def hostile(size: int = SIZE) -> Iterator[Hostile]:
    """All of them."""
    for name, (build, more) in _KINDS.items():
        yield Hostile(name, build(Random(1), size), build(Random(2), size), **more)


# --- parts ---


def _document(statements: list[Document]) -> Document:
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(effect: str = "Allow", action: Json = "*", resource: Json = "*", condition: Json = None) -> Document:
    found = {"Effect": effect, "Action": action, "Resource": resource}
    return {**found, "Condition": condition} if condition else found


def _until(size: int, make: Callable[[], Json]) -> list[Any]:
    """So many of what `make` gives that they are of the size as JSON."""
    found: dict[str, Json] = {}
    left = size
    while left > 0:
        text = json.dumps(one := make())
        left -= len(text) + 2
        found[text] = one
    return list(found.values())


def _blur(rng: Random, length: int = 6) -> str:
    return "*".join("".join(rng.choice("ab?") for _ in range(rng.randint(1, 2))) for _ in range(length // 2))


def _literal(rng: Random, length: int = 12) -> str:
    return "".join(rng.choice("ab") for _ in range(length))


# --- documents ---


def _resources(rng: Random, size: int) -> Document:
    def make() -> str:
        return f"arn:aws:s3:::*{_blur(rng)}*"

    return _document(
        [_statement(resource=_until(size // 2, make)), _statement("Deny", resource=_until(size // 2, make))]
    )


def _chain_of_stars(rng: Random, size: int) -> Document:
    one, other = ("*" + "*".join(rng.choice("ab") for _ in range(size // 4)) + end for end in ("*b", "*a"))
    return _document([_statement(resource=f"arn:aws:s3:::{one}"), _statement("Deny", resource=f"arn:aws:s3:::{other}")])


def _question_marks(rng: Random, size: int) -> Document:
    half = "?" * (size // 2 - rng.randint(0, 9) - 100)
    return _document(
        [_statement(resource=f"arn:aws:s3:::*{half}b*"), _statement("Deny", resource=f"arn:aws:s3:::*{half}c*")]
    )


def _stars_and_marks(rng: Random, size: int) -> Document:
    parts = "".join(rng.choice(("*?", "?*", "*a", "?b")) for _ in range(size // 4))
    return _document(
        [_statement(resource=f"arn:aws:s3:::{parts}*"), _statement("Deny", resource=f"arn:aws:s3:::*{parts[::-1]}")]
    )


def _actions(rng: Random, size: int) -> Document:
    def make() -> str:
        return "s3:" + "*".join(rng.choice("abceglopstu?") for _ in range(rng.randint(1, 4))) + "*"

    statements = _until(size, lambda: _statement(rng.choice(("Allow", "Deny")), make(), f"arn:aws:s3:::*{_blur(rng)}"))
    return _document([_statement(), *statements])


def _any_service(rng: Random, size: int) -> Document:
    def make() -> str:
        return f"*{rng.choice('abceglopst')}*:*{rng.choice('aegt')}*{rng.choice('bost?')}*"

    return _document(
        [
            _statement(action=_until(size // 2, make)),
            _statement("Deny", action=_until(size // 2, make), resource="arn:aws:*a*b*"),
        ]
    )


def _many_statements(rng: Random, size: int) -> Document:
    def make() -> Document:
        return _statement(rng.choice(("Allow", "Deny")), f"s3:*{_blur(rng, 2)}*", f"arn:aws:s3:::*{_blur(rng, 8)}*")

    return _document([_statement(), *_until(size, make)])


def _not_lists(rng: Random, size: int) -> Document:
    actions = _until(size // 4, lambda: f"s3:*{rng.choice('abcegost')}?{rng.choice('abcegost')}*")
    excepted = _until(size // 4, lambda: f"arn:aws:s3:::*{_blur(rng)}*")
    return _document(
        [
            {"Effect": "Allow", "NotAction": actions, "NotResource": excepted[::2]},
            {"Effect": "Allow", "NotAction": actions[::2], "NotResource": excepted},
            {"Effect": "Deny", "NotAction": actions[::3], "NotResource": excepted[::3]},
        ]
    )


def _crossing_colons(rng: Random, size: int) -> Document:
    def make() -> str:
        return "arn:" + rng.choice(("*", "a*", "aws*")) + rng.choice((":*", ":s3*", ":?*")) + f"*{_blur(rng, 4)}*"

    return _document(
        [_statement(resource=_until(size // 2, make)), _statement("Deny", resource=_until(size // 2, make))]
    )


def _one_key(rng: Random, size: int) -> Document:
    like = _until(size // 2, lambda: f"*{_blur(rng, 8)}*")
    unlike = _until(size // 2, lambda: f"{_blur(rng, 8)}")
    return _document(
        [
            _statement(condition={"StringLike": {"aws:RequestTag/a": like}}),
            _statement("Deny", condition={"StringLike": {"aws:RequestTag/a": unlike}}),
        ]
    )


def _many_keys(rng: Random, size: int) -> Document:
    """Three-way clauses over many keys: satisfiability of the hard kind."""
    numbers = range(max(6, size // 500))

    def make() -> Document:
        chosen = rng.sample(numbers, 3)
        clause = {f"aws:RequestTag/k{i}": _literal(rng, 1) for i in chosen}
        return _statement("Deny", condition={"StringEquals": clause})

    every = {f"aws:RequestTag/k{i}": ["a", "b"] for i in numbers}
    return _document([_statement(condition={"StringEquals": every}), *_until(size, make)])


def _pigeons(rng: Random, size: int) -> Document:
    """One pigeon more than there are holes: nothing can be allowed, which takes exponentially many steps to see."""
    holes = next(n for n in count(3) if (n + 1) * n * n // 2 * 130 > size)
    names = [f"aws:RequestTag/p{i}" for i in range(holes + 1)]
    statements = [_statement(condition={"StringEquals": {name: [f"h{h}" for h in range(holes)] for name in names}})]
    clashes = [
        _statement("Deny", condition={"StringEquals": {a: f"h{h}", b: f"h{h}"}})
        for (a, b), h in product(combinations(names, 2), range(holes))
    ]
    rng.shuffle(clashes)
    return _document([*statements, *clashes])


def _sets(rng: Random, size: int) -> Document:
    def make() -> Document:
        how = rng.choice(("ForAllValues:StringLike", "ForAnyValue:StringLike", "ForAnyValue:StringNotLike"))
        condition = {how: {"aws:TagKeys": [f"*{_blur(rng, 4)}*", _literal(rng, 4)]}}
        return _statement(rng.choice(("Allow", "Deny")), "s3:*", "*", condition)

    return _document(_until(size, make))


def _variables(rng: Random, size: int) -> Document:
    numbers = count()

    def make() -> str:
        return f"arn:aws:s3:::*{_blur(rng, 4)}${{aws:RequestTag/v{next(numbers)}}}*{_blur(rng, 2)}"

    return _document(
        [_statement(resource=_until(size // 2, make)), _statement("Deny", resource=_until(size // 2, make))]
    )


def _taken_back(rng: Random, size: int) -> Document:
    """What each variable gives, a Deny takes: whatever is guessed for one of them, the others are open."""
    numbers = count()

    def make() -> list[Document]:
        resource = f"arn:aws:s3:::{_literal(rng, 6)}/${{aws:RequestTag/v{next(numbers)}}}/*"
        return [_statement(resource=resource), _statement("Deny", resource=resource)]

    return _document([one for both in _until(size, make) for one in both])


def _thresholds(rng: Random, size: int) -> Document:
    def make() -> Document:
        how = rng.choice(("NumericLessThan", "NumericGreaterThanEquals", "NumericNotEquals"))
        when = {"DateGreaterThan": {"aws:CurrentTime": f"20{rng.randint(10, 99)}-01-{rng.randint(10, 28)}T00:00:00Z"}}
        condition = {how: {"s3:max-keys": [str(rng.randint(0, 9**6)) for _ in range(5)]}, **when}
        return _statement(rng.choice(("Allow", "Deny")), "s3:*", "*", condition)

    return _document([_statement(), *_until(size, make)])


def _networks(rng: Random, size: int) -> Document:
    def make() -> str:
        return f"{rng.randint(1, 223)}.{rng.randint(0, 255)}.{rng.randint(0, 255)}.0/{rng.randint(4, 28)}"

    return _document(
        [
            _statement(condition={"IpAddress": {"aws:SourceIp": _until(size // 2, make)}}),
            _statement("Deny", condition={"NotIpAddress": {"aws:SourceIp": _until(size // 4, make)}}),
            _statement("Deny", condition={"IpAddress": {"aws:SourceIp": _until(size // 4, make)}}),
        ]
    )


def _ignoring_case(rng: Random, size: int) -> Document:
    def make() -> Document:
        text = _literal(rng, 24)
        condition = {"StringNotEqualsIgnoreCase": {"s3:prefix": text}, "StringLike": {"s3:prefix": f"*{text[3:9]}*"}}
        return _statement("Deny", "s3:*", "*", condition)

    return _document([_statement(), *_until(size, make)])


def _layers(rng: Random, size: int) -> Document:
    """Each layer may choose among many statements; no two choices go together."""

    def make() -> Document:
        keys = rng.sample(range(8), 3)
        return _statement(condition={"StringEquals": {f"aws:RequestTag/k{i}": _literal(rng, 3) for i in keys}})

    return _document(_until(size, make))


def _principals(rng: Random, size: int) -> Document:
    """A resource policy of many callers of many accounts."""

    def make() -> Document:
        arn = f"arn:aws:iam::{rng.randint(10**11, 10**12 - 1)}:role/{_literal(rng, 4)}"
        found = _statement(rng.choice(("Allow", "Allow", "Deny")), "s3:*", f"arn:aws:s3:::*{_blur(rng, 4)}*")
        return {**found, "Principal": {"AWS": [arn, f"arn:aws:iam::{ACCOUNT if rng.random() < 0.1 else OTHER}:root"]}}

    return _document(_until(size, make))


def _sessions(rng: Random, size: int) -> Document:
    """A resource policy that names many sessions of the caller, each to be asked about."""
    numbers = count()

    def make() -> Document:
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/{next(numbers)}"
        found = _statement("Allow", "s3:*", f"arn:aws:s3:::*{_blur(rng, 4)}*")
        return {**found, "Principal": {"AWS": arn}}

    return _document([*_until(size, make), {**_statement("Deny", "s3:*", "arn:aws:s3:::*"), "Principal": "*"}])


_KINDS: dict[str, tuple[Build, dict[str, Any]]] = {
    "overlapping resources": (_resources, {}),
    "one chain of stars": (_chain_of_stars, {"resource": f"arn:aws:s3:::{'ab' * 3000}b"}),
    "question marks": (_question_marks, {"resource": f"arn:aws:s3:::{'a' * 9000}b"}),
    "stars and question marks": (_stars_and_marks, {"resource": f"arn:aws:s3:::{'ab' * 3000}"}),
    "overlapping actions": (_actions, {}),
    "actions of any service": (_any_service, {"target": "*"}),
    "many statements": (_many_statements, {}),
    "Not lists": (_not_lists, {}),
    "stars over colons": (_crossing_colons, {"target": "*", "resource": "arn:aws:s3:::" + "ab:" * 1000}),
    "one key": (_one_key, {"context": {"aws:RequestTag/a": "abab"}}),
    "many keys": (_many_keys, {"context": {f"aws:RequestTag/k{i}": "a" for i in range(20)}}),
    "pigeon holes": (_pigeons, {"context": {f"aws:RequestTag/p{i}": f"h{i}" for i in range(6)}}),
    "sets of values": (_sets, {"context": {"aws:TagKeys": ["abab", "baba", "bb"]}}),
    "policy variables": (_variables, {"context": {f"aws:RequestTag/v{i}": "ab" for i in range(99)}}),
    "taken back": (_taken_back, {}),
    "thresholds": (_thresholds, {"context": {"s3:max-keys": "5", "aws:CurrentTime": "2000-01-01T00:00:00Z"}}),
    "networks": (_networks, {"context": {"aws:SourceIp": "10.0.0.1"}}),
    "without case": (_ignoring_case, {"context": {"s3:prefix": "abab"}}),
    "layers": (_layers, {"levels": 5}),
    "principals": (_principals, {"kind": "resource"}),
    "sessions": (_sessions, {"kind": "resource"}),
}
"""Name → how it is made, and what is asked about it."""
