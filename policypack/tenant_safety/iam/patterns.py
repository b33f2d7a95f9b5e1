"""Exact algebra on the languages of `*` and `?`: AWS's wildcards in actions, ARNs and condition values.

A pattern is run as a nondeterministic automaton whose set of states is one integer: bit `i` says that the first `i`
characters of the pattern are matched.  Several patterns are run side by side over the same text, and each class of
texts, told apart by which patterns accept them, is found with its shortest member.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Literal, TypeAlias

from .effort import TooComplex, spend
from .wildcards import FIELDS, LITERALS

MAX_STATES = 5_000
"""States of a product after which a question is given up; such a question is undetermined, never answered."""

Mode: TypeAlias = Literal["text", "fold", "arn", "crossing"]
"""How wildcards and case are read.

- `text`: wildcards go over everything;
- `fold`: the same, and case does not count;
- `arn`: wildcards in the first five fields stay within their field; only one that ends the pattern goes on;
- `crossing`: wildcards stay within their field, except a star that ends one.
"""

_MEANT = {code: char for char, code in LITERALS.items()}


class Pattern:
    """A compiled pattern.  `start`, `step` and `accepts` work on sets of states held in integers."""

    __slots__ = (
        "_accept",
        "_is_built",
        "_literals",
        "_loops",
        "_loops_on_colon",
        "_memo",
        "_start",
        "_steps",
        "_wild",
        "_wild_on_colon",
        "mode",
        "text",
    )

    def __init__(self, text: str, mode: Mode = "text") -> None:
        while "**" in text:
            text = text.replace("**", "*")
        self.text = text
        self.mode: Mode = "text" if mode in ("arn", "crossing") and text == "*" else mode
        self._is_built = False  # Most patterns are told apart by their prefixes and never run.

    def _build(self) -> None:
        """Compile it.  Threads that share a pattern may do so at once: each sets whole values, all the same."""
        fold = self.mode == "fold"
        literals: dict[str, int] = {}
        loops = wild = loops_on_colon = wild_on_colon = colons = 0
        for i, char in enumerate(self.text):
            crosses = self._crosses(i, colons)
            if char == "*":
                loops |= 1 << i
                loops_on_colon |= crosses << i
            elif char == "?":
                wild |= 1 << i
                wild_on_colon |= crosses << i
            else:
                meant = _MEANT.get(char, char)
                colons += meant == ":"
                for spelt in _cases(meant) if fold else (meant,):
                    literals[spelt] = literals.get(spelt, 0) | 1 << i
        steps = {char: bits | wild for char, bits in literals.items()}
        if ":" in literals:
            steps[":"] = literals[":"] | wild_on_colon
        self._literals, self._steps = literals, steps
        self._loops, self._loops_on_colon, self._wild, self._wild_on_colon = loops, loops_on_colon, wild, wild_on_colon
        self._memo: dict[tuple[int, str], int] = {}
        self._accept = 1 << len(self.text)
        self._start = self._skip_stars(1)
        self._is_built = True  # At last, for a thread that sees it uses all of the above.

    @property
    def start(self) -> int:
        """The states before the first character; to be asked for before anything else."""
        if not self._is_built:
            self._build()
        return self._start

    @property
    def colon_matters(self) -> bool:
        """Some wildcard does not go over colons."""
        return self._loops != self._loops_on_colon or self._wild != self._wild_on_colon

    def _crosses(self, i: int, colons: int) -> bool:
        """Does a wildcard at `i`, after so many colons, go on over colons?"""
        ends = i == len(self.text) - 1 and self.text[i] == "*"
        if self.mode == "crossing":
            return self.text[i] == "*" and (ends or self.text[i + 1] == ":")
        return self.mode != "arn" or colons >= FIELDS - 1 or ends

    @property
    def has_all_fields(self) -> bool:
        """It is the pattern of an ARN with all its fields, in which wildcards stay."""
        return self.mode == "arn" and self.text.count(":") >= FIELDS - 1

    @property
    def is_literal(self) -> bool:
        """Only one text matches."""
        return "*" not in self.text and "?" not in self.text and self.mode != "fold"

    @property
    def text_of_literal(self) -> str:
        """Of a literal, the one text that matches."""
        return "".join(_MEANT.get(char, char) for char in self.text)

    def _skip_stars(self, states: int) -> int:
        return states | (states & self._loops) << 1

    def step(self, states: int, char: str) -> int:
        """The states after one more character."""
        after = self._memo.get((states, char))
        if after is None:
            wild, loops = (self._wild_on_colon, self._loops_on_colon) if char == ":" else (self._wild, self._loops)
            after = self._skip_stars((states & self._steps.get(char, wild)) << 1 | states & loops)
            self._memo[states, char] = after
        return after

    def accepts(self, states: int) -> bool:
        return bool(states & self._accept)

    def expects(self, states: int) -> list[str]:
        """The literal characters that would lead on from `states`."""
        return [char for char, bits in self._literals.items() if states & bits]

    def contains(self, text: str) -> bool:
        """Does the pattern accept `text`?"""
        states = self.start
        for char in text:
            states = self.step(states, char)
            if not states:
                return False
        return self.accepts(states)

    def named(self) -> set[str]:
        """The characters that it names."""
        return set(self._literals)


def _cases(char: str) -> set[str]:
    """A character in both cases, where they are single characters."""
    return {c for c in (char, char.lower(), char.upper()) if len(c) == 1}


@lru_cache(maxsize=8192)
def compiled(text: str, mode: Mode = "text") -> Pattern:
    return Pattern(text, mode)


def classes(within: Pattern, others: Sequence[Pattern], *, fresh: str = "x") -> dict[int, str]:
    """The ways in which members of `within` can be told apart by `others`.

    Returns a map from a set of `others` (bit `i` for `others[i]`) that accept some member of `within`, and no other
    accepts it, to a shortest such member.  `fresh` stands for the characters that no pattern names.

    Raises `TooComplex`.
    """
    if within.has_all_fields and all(other.has_all_fields for other in others):
        return _classes_by_fields(within.text, tuple(other.text for other in others), fresh)
    # A literal is its own only member, so only what is not literal is run.  A class that was found through a text that
    # happens to be one of the literals may have other members: then that literal is run as well.
    literal: dict[str, list[int]] = {}
    for i, other in enumerate(others):
        if other.is_literal:
            literal.setdefault(other.text_of_literal, []).append(i)
    run = [i for i, other in enumerate(others) if not other.is_literal]
    while True:
        found = _classes(within, others, run, fresh)
        collisions = [i for text in found.values() for i in literal.get(text, ()) if i not in run]
        if not collisions:
            break
        run += collisions
    for text in literal:
        if within.contains(text):
            spend(4 + len(others))
            accepted = sum(1 << i for i, other in enumerate(others) if other.contains(text))
            found.setdefault(accepted, text)
    return found


def _classes_by_fields(within: str, others: Sequence[str], fresh: str) -> dict[int, str]:
    """Of ARNs with all their fields each field stands for itself, so a class is one of each field."""
    fields = [text.split(":", FIELDS - 1) for text in (within, *others)]
    found: dict[int, str] = {(1 << len(others)) - 1: ""}
    for n, texts in enumerate(zip(*fields, strict=True)):
        of_field = _classes_of_field(texts[0], texts[1:], fresh)
        if len(found) * len(of_field) > MAX_STATES:
            raise TooComplex(f"{len(others)} patterns tell more than {MAX_STATES} kinds of ARNs apart")
        joined: dict[int, str] = {}
        for accepted, text in found.items():
            for of_text, part in of_field:
                whole = f"{text}:{part}" if n else part
                both = accepted & of_text
                if both not in joined or len(whole) < len(joined[both]):
                    joined[both] = whole
        found = joined
    return found


@lru_cache(maxsize=8192)
def _classes_of_field(within: str, others: tuple[str, ...], fresh: str) -> tuple[tuple[int, str], ...]:
    """The classes of one field of ARNs.  Many patterns are the same there."""
    different = tuple(dict.fromkeys(text for text in others if text not in (within, "*")))
    found = classes(compiled(within), [compiled(text) for text in different], fresh=fresh)
    place = {text: i for i, text in enumerate(different)}
    return tuple(
        (sum(1 << i for i, t in enumerate(others) if t not in place or accepted >> place[t] & 1), text)
        for accepted, text in found.items()
    )


def _classes(within: Pattern, others: Sequence[Pattern], run: Sequence[int], fresh: str) -> dict[int, str]:
    """The classes by those of `others` whose indices are in `run`; bits are those of `others`."""
    start = (within.start, tuple((i, others[i].start) for i in run))
    filler = _unnamed(fresh, [within, *(others[i] for i in run)])
    always = (
        {filler, ":"} if any(pattern.colon_matters for pattern in (within, *(others[i] for i in run))) else {filler}
    )
    found: dict[int, str] = {}
    seen = {start}
    layer = [(start, "")]
    while layer:
        following: list[tuple[tuple[int, tuple[tuple[int, int], ...]], str]] = []
        for (inside, live), text in layer:
            if within.accepts(inside):
                accepted = sum(1 << i for i, states in live if others[i].accepts(states))
                found.setdefault(accepted, text)
            alphabet = always.union(within.expects(inside), *(others[i].expects(states) for i, states in live))
            for char in sorted(alphabet):
                first = within.step(inside, char)
                if not first:
                    continue
                spend(1 + len(live))
                after = (first, tuple((i, s) for i, states in live if (s := others[i].step(states, char))))
                if after not in seen:
                    seen.add(after)
                    if len(seen) > MAX_STATES:
                        raise TooComplex(f"{len(run) + 1} patterns need more than {MAX_STATES} states")
                    following.append((after, text + char))
        layer = following
    return found


def _unnamed(fresh: str, automata: Sequence[Pattern]) -> str:
    """A character that no pattern names, so that it stands for all such."""
    named = set().union(*(automaton.named() for automaton in automata))
    return next(c for c in chain(fresh, map(chr, range(ord("a"), 0x110000))) if c not in named and c.isprintable())


def shortest(included: Sequence[Pattern], excluded: Sequence[Pattern] = ()) -> str | None:
    """A shortest text that all of `included` accept and none of `excluded`; `None` if there is none.

    With one of each it is the difference, with two included the intersection.  Raises `TooComplex`.
    """
    wanted = (1 << len(included) - 1) - 1
    return classes(included[0], (*included[1:], *excluded)).get(wanted)


Relation: TypeAlias = Literal["disjoint", "covers", "splits"]


@lru_cache(maxsize=16384)
def relation(pattern: Pattern, target: Pattern) -> Relation:
    """Does `pattern` accept no member of `target`, all of them, or some?  Raises `TooComplex`."""
    if pattern.text == "*" or pattern is target:
        return "covers"
    if target.is_literal:
        return "covers" if pattern.contains(target.text_of_literal) else "disjoint"
    fold = "fold" in (pattern.mode, target.mode)
    a, b = _prefix(pattern, fold), _prefix(target, fold)
    if a[: len(b)] != b[: len(a)]:
        return "disjoint"
    if pattern.text.endswith("*") and len(a) == len(pattern.text) - 1 and b.startswith(a) and not fold:
        return "covers"
    a, b = _suffix(pattern, fold), _suffix(target, fold)
    if (a and b) and a[-min(len(a), len(b)) :] != b[-min(len(a), len(b)) :]:
        return "disjoint"
    if pattern.has_all_fields and target.has_all_fields:
        return _by_fields(pattern, target)
    return _by_search(pattern, target)


def _by_search(pattern: Pattern, target: Pattern) -> Relation:
    found = classes(target, (pattern,))
    return "splits" if len(found) > 1 else "covers" if 1 in found else "disjoint"


def _by_fields(pattern: Pattern, target: Pattern) -> Relation:
    """Of two ARNs with all their fields each field stands for itself, so they are compared one by one."""
    wanted, fields = pattern.text.split(":", FIELDS - 1), target.text.split(":", FIELDS - 1)
    relations = {relation(compiled(w), compiled(f)) for w, f in zip(wanted, fields, strict=True) if w != f}
    if "disjoint" in relations:
        return "disjoint"
    return "splits" if "splits" in relations else "covers"


def _prefix(pattern: Pattern, fold: bool) -> str:
    """What every member begins with."""
    text = pattern.text
    end = min((i for i in (text.find("*"), text.find("?")) if i >= 0), default=len(text))
    return text[:end].lower() if fold else text[:end]


def _suffix(pattern: Pattern, fold: bool) -> str:
    """What every member ends with."""
    text = pattern.text[max(pattern.text.rfind("*"), pattern.text.rfind("?")) + 1 :]
    return text.lower() if fold else text


def intersects(a: str, b: str) -> bool:
    """Is there a text that both patterns accept?  Raises `TooComplex`."""
    return relation(compiled(a), compiled(b)) != "disjoint"


def covers(a: str, b: str) -> bool:
    """Does `a` accept every text that `b` accepts?  Raises `TooComplex`."""
    return relation(compiled(a), compiled(b)) == "covers"
