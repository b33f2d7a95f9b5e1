"""Wildcards by example, and what two patterns have in common against brute force over all short texts."""

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_safety.iam import TooComplex, covers, intersects, matches
from tenant_safety.iam.patterns import MAX_STATES, Mode, Pattern, Relation, classes, compiled, relation, shortest
from tenant_safety.iam.wildcards import literal, matches_arn, matches_resource, resource_patterns

TEXTS = ["".join(chars) for length in range(6) for chars in product("ab:", repeat=length)]
"""All texts of up to five characters; patterns of up to four tell no others apart in what is asked here."""

patterns = st.text("ab:*?", max_size=4)


def accepts(pattern: str, text: str) -> bool:
    """The reference: wildcards as a regular expression."""
    regex = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    return re.fullmatch(regex, text, re.DOTALL) is not None


@settings(max_examples=150)
@given(patterns, patterns)
def test_intersects_as_brute_force(a: str, b: str) -> None:
    """Two patterns meet where some text matches both."""
    actual = intersects(a, b)

    assert any(accepts(a, text) and accepts(b, text) for text in (*TEXTS, *_joined(a, b))) == actual


def _joined(a: str, b: str) -> list[str]:
    """Longer candidates: one pattern's letters after the other's, for stars at opposite ends."""
    plain = [pattern.replace("*", "").replace("?", "a") for pattern in (a, b)]
    return [plain[0] + plain[1], plain[1] + plain[0]]


@settings(max_examples=150)
@given(patterns, patterns)
def test_covers_as_brute_force(a: str, b: str) -> None:
    """One pattern covers another where each text of the other is its own."""
    actual = covers(a, b)

    outside = any(accepts(b, text) and not accepts(a, text) for text in (*TEXTS, "xxxxx", "xaxbx:x"))
    assert not (actual and outside)
    assert actual or outside or len(a) + len(b) > 4


@settings(max_examples=150)
@given(patterns, st.lists(patterns, max_size=3))
def test_classes_are_true(within: str, others: list[str]) -> None:
    """Each class has a member that exactly its patterns accept, and every short text belongs to a class."""
    found = classes(Pattern(within), [Pattern(other) for other in others])

    actual = {sum(accepts(other, text) << i for i, other in enumerate(others)) for text in found.values()}
    brute = {
        sum(accepts(other, text) << i for i, other in enumerate(others)) for text in TEXTS if accepts(within, text)
    }
    assert (True, set(found)) == (all(accepts(within, text) for text in found.values()), actual)
    assert brute <= set(found)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "arn:aws:s3:::b", True),
        ("arn:aws:s3:*", "arn:aws:s3:::b", True),
        ("arn:aws:s3:::*", "arn:aws:s3:::b/c:d", True),
        ("arn:aws:s3:::*:d", "arn:aws:s3:::b/c:d", True),
        ("arn:aws:ssm:*:1:*", "arn:aws:ssm:eu:1:p/a", True),
        ("arn:aws:ssm:*:1:*", "arn:aws:ssm:eu:2:p/:1:a", False),
        ("arn:aws:ssm:?:1:*", "arn:aws:ssm:::1:a", False),
        ("arn:aws:*:1:a", "arn:aws:ssm:eu:1:a", False),
        ("a:b:c:d:e:f:g", "a:b:c:d:e:f", False),
    ],
)
def test_examples_of_arns(pattern: str, text: str, expected: bool) -> None:
    """A star at the end is all that follows; a star in a field is that field.  The automaton says the same."""
    actual = matches_arn(pattern, text)

    assert (expected, expected) == (actual, compiled(pattern, "arn").contains(text))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "arn:aws:s3:::b", True),
        ("arn:aws:sqs", "arn:aws:sqs:eu:1:q", True),
        ("arn:aws:sqs", "arn:aws:sns:eu:1:q", False),
        ("arn:aws:sqs:us", "arn:aws:sqs:eu:1:q", False),
        ("arn:aws:ssm:*:p/a", "arn:aws:ssm:eu:1:p/a", True),
        ("arn:aws:ssm:*u:p/a", "arn:aws:ssm:eu:1:p/a", False),
        ("arn:aws:ssm:?u:p/a", "arn:aws:ssm:eu:p/a:x", True),
        ("arn:aws:ssm:*:1:p/a", "arn:aws:ssm:eu:2:p/:1:p/a", False),
        ("bucket*", "bucket:with:colons", True),
    ],
)
def test_examples_of_resources(pattern: str, text: str, expected: bool) -> None:
    """Fields that are missing are completed, and there a star that ends a field goes on.  The automata say the same."""
    actual = matches_resource(pattern, text)

    automata = [compiled(each, "crossing" if crossing else "arn") for each, crossing in resource_patterns(pattern)]
    assert (expected, expected) == (actual, any(automaton.contains(text) for automaton in automata))


@pytest.mark.parametrize(
    ("mode", "expected"), [("text", (True, False)), ("fold", (True, True)), ("arn", (False, False))]
)
def test_ways_of_reading(mode: Mode, expected: tuple[bool, bool]) -> None:
    """Colons matter in ARNs, and case where it does not count."""
    pattern = compiled("A*:b", mode)

    actual = pattern.contains("Ax:y:b"), pattern.contains("ax:y:B")

    assert expected == actual


def test_stars_and_question_marks_that_are_meant_themselves() -> None:
    """`${*}` stands for a star, in one text as in all."""
    pattern = literal("a*?")

    actual = (
        matches(pattern, "a*?"),
        matches(pattern, "abc"),
        compiled(pattern).text_of_literal,
        shortest([Pattern(pattern)]),
    )

    assert (True, False, "a*?", "a*?") == actual


@pytest.mark.parametrize(
    ("text", "mode", "expected"),
    [("abc", "text", True), ("abc", "arn", True), ("ab?", "text", False), ("abc", "fold", False)],
)
def test_literals(text: str, mode: Mode, expected: bool) -> None:
    """A pattern without wildcards has one member, unless it has others in another case."""
    actual = compiled(text, mode).is_literal

    assert expected == actual


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("s3:Get*", "s3:?etObject", True),
        ("a*", "b*", False),
        ("*a", "*b", False),
        ("abc", "a?c", True),
        ("a*", "abc", True),
        ("", "*", True),
    ],
)
def test_examples_of_meeting(a: str, b: str, expected: bool) -> None:
    """In either order."""
    actual = intersects(a, b)

    assert (expected, expected) == (actual, intersects(b, a))


@pytest.mark.parametrize(
    ("pattern", "target", "mode", "expected"),
    [
        ("*", "a?", "text", "covers"),
        ("a*", "a?b*", "text", "covers"),
        ("a?b*", "a*", "text", "splits"),
        ("a*", "ab", "text", "covers"),
        ("b*", "ab", "text", "disjoint"),
        ("A*", "a*", "text", "disjoint"),
        ("A*", "a*", "fold", "covers"),
        ("arn:aws:ssm:*:1:p/*", "arn:aws:ssm:*:1:p/g*", "arn", "covers"),
        ("arn:aws:ssm:eu:*:p/*", "arn:aws:ssm:*:1:p/g*", "arn", "splits"),
        ("arn:aws:ssm:*:2:p/*", "arn:aws:ssm:*:1:p/*", "arn", "disjoint"),
        ("arn:aws:ssm:*", "arn:aws:ssm:*:1:p/*", "arn", "covers"),
        ("arn:aws:*:1:*", "arn:aws:ssm:*:1:p/*", "arn", "splits"),
    ],
)
def test_examples_of_relations(pattern: str, target: str, mode: Mode, expected: Relation) -> None:
    """None of the target's members, all of them, or some."""
    actual = relation(compiled(pattern, mode), compiled(target, mode))

    assert expected == actual


@pytest.mark.parametrize(
    ("included", "excluded", "expected"),
    [(["a*", "*b"], [], "ab"), (["a*"], ["a", "ab*"], "ax"), (["a?"], ["a*"], None), (["*"], ["?*"], "")],
)
def test_shortest(included: list[str], excluded: list[str], expected: str | None) -> None:
    """The first text that one would think of, or none."""
    actual = shortest([compiled(text) for text in included], [compiled(text) for text in excluded])

    assert expected == actual


def test_stars_that_follow_each_other_are_one() -> None:
    """They cost nothing and mean nothing."""
    actual = Pattern("a**b***").text

    assert "a*b*" == actual


def test_characters_that_no_pattern_names_are_found() -> None:
    """`?` and `x` differ by every character but `x`, although only `x` is named."""
    actual = covers("x", "?")

    assert actual is False


def test_patterns_that_need_too_many_states_are_given_up() -> None:
    """A hostile pattern costs a bounded time, and no answer is made up."""
    with pytest.raises(TooComplex, match=str(MAX_STATES)):
        relation(Pattern("*a" + "?" * 40 + "*"), Pattern("*b" + "?" * 41 + "*"))


def test_threads_share_a_pattern_that_none_has_run_yet() -> None:
    """Whichever thread compiles it, all others run all of it: providers answer on four threads."""
    text = "*".join("abcdefgh" * 50)

    def answers() -> list[bool]:
        pattern, together = Pattern(text), Barrier(8)
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(lambda _: together.wait() >= 0 and pattern.contains(text), range(8)))

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        found = [answers() for _ in range(20)]
    finally:
        sys.setswitchinterval(before)

    assert [[True] * 8] * 20 == found
