"""Exact algebra on the languages of `*` and `?`: AWS's wildcards in actions and ARNs.

A pattern is run as a nondeterministic automaton whose set of states is one integer: bit `i` says that the first `i`
characters of the pattern are matched.  Several patterns are run side by side over the same text, and each text class,
told apart by which patterns accept it, is found with its shortest member.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain

MAX_STATES = 5_000
"""States of a product after which a question is given up; such a question is undetermined, never answered."""


_SEGMENTS = 6
"""Parts of an ARN: `arn:partition:service:region:account:resource`."""


class TooComplex(Exception):
    """The patterns need more than `MAX_STATES` states."""


class Pattern:
    """A compiled pattern.  `start`, `step` and `accepts` work on sets of states held in integers.

    With `arn`, wildcards in the first five segments stay within their segment, as in the ARN of any real resource; only
    a wildcard that ends the pattern goes on over colons.
    """

    __slots__ = (
        "_accept",
        "_literals",
        "_loops",
        "_loops_on_colon",
        "_steps",
        "_wild",
        "_wild_on_colon",
        "start",
        "text",
    )

    def __init__(self, text: str, *, arn: bool = False) -> None:
        while "**" in text:
            text = text.replace("**", "*")
        arn = arn and text != "*"  # Which is no ARN, but any resource at all.
        self.text = text
        self._accept = 1 << len(text)
        self._literals: dict[str, int] = {}
        self._loops = self._wild = self._loops_on_colon = self._wild_on_colon = 0
        colons = 0
        for i, char in enumerate(text):
            crosses = not arn or colons >= _SEGMENTS - 1 or i == len(text) - 1
            if char == "*":
                self._loops |= 1 << i
                self._loops_on_colon |= crosses << i
            elif char == "?":
                self._wild |= 1 << i
                self._wild_on_colon |= crosses << i
            else:
                colons += char == ":"
                self._literals[char] = self._literals.get(char, 0) | 1 << i
        self._steps = {char: bits | self._wild for char, bits in self._literals.items()}
        if ":" in self._literals:
            self._steps[":"] = self._literals[":"] | self._wild_on_colon
        self.start = self._skip_stars(1)

    def _skip_stars(self, states: int) -> int:
        return states | (states & self._loops) << 1

    def step(self, states: int, char: str) -> int:
        """The states after one more character."""
        wild, loops = (self._wild_on_colon, self._loops_on_colon) if char == ":" else (self._wild, self._loops)
        return self._skip_stars((states & self._steps.get(char, wild)) << 1 | states & loops)

    def accepts(self, states: int) -> bool:
        return bool(states & self._accept)

    def expects(self, states: int) -> Iterator[str]:
        """The literal characters that would lead on from `states`."""
        for char, bits in self._literals.items():
            if states & bits:
                yield char


@lru_cache(maxsize=4096)
def compiled(text: str, arn: bool = False) -> Pattern:
    return Pattern(text, arn=arn)


def matches(pattern: str, text: str) -> bool:
    """Does `pattern` accept `text`?  Case counts; lower both for actions."""
    automaton = compiled(pattern)
    states = automaton.start
    for char in text:
        states = automaton.step(states, char)
        if not states:
            return False
    return automaton.accepts(states)


def classes(within: Pattern, others: Sequence[Pattern], *, fresh: str = "x") -> dict[int, str]:
    """The ways in which members of `within` can be told apart by `others`.

    Returns a map from a set of `others` (bit `i` for `others[i]`) that accept some member of `within`, and no other
    accepts it, to a shortest such member.  `fresh` stands for the characters that no pattern names.

    Raises `TooComplex`.
    """
    automata = [within, *others]
    filler = _unnamed(fresh, automata)
    start = tuple(automaton.start for automaton in automata)
    found: dict[int, str] = {}
    seen = {start}
    layer = [(start, "")]
    while layer:
        following: list[tuple[tuple[int, ...], str]] = []
        for states, text in layer:
            if automata[0].accepts(states[0]):
                accepted = sum(1 << i for i, a in enumerate(automata[1:]) if a.accepts(states[i + 1]))
                found.setdefault(accepted, text)
            alphabet = {char for a, s in zip(automata, states, strict=True) for char in a.expects(s)}
            for char in (*sorted(alphabet), filler):
                after = tuple(a.step(s, char) for a, s in zip(automata, states, strict=True))
                if after[0] and after not in seen:
                    seen.add(after)
                    if len(seen) > MAX_STATES:
                        raise TooComplex(f"{len(automata)} patterns need more than {MAX_STATES} states")
                    following.append((after, text + char))
        layer = following
    return found


def _unnamed(fresh: str, automata: Sequence[Pattern]) -> str:
    """A character that no pattern names, so that it stands for all such."""
    named = {char for automaton in automata for char in automaton.text}
    return next(char for char in chain(fresh, map(chr, range(ord("a"), 0x110000))) if char not in named)


def intersects(a: str, b: str) -> bool:
    """Is there a text that both patterns accept?  Raises `TooComplex`."""
    if "*" not in a and "?" not in a:
        return matches(b, a)
    if "*" not in b and "?" not in b:
        return matches(a, b)
    return any(classes(compiled(a), (compiled(b),)))


def covers(a: str, b: str) -> bool:
    """Does `a` accept every text that `b` accepts?  Raises `TooComplex`."""
    return 0 not in classes(compiled(b), (compiled(a),))
