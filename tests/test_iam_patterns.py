"""Wildcards: what two patterns have in common, and what tells them apart, against brute force over short texts."""

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_safety.iam import TooComplex, covers, intersects, matches
from tenant_safety.iam.patterns import MAX_STATES, Pattern, classes, compiled

TEXTS = ["".join(chars) for length in range(6) for chars in product("ab:", repeat=length)]
"""All texts of up to five characters; patterns of up to four tell no others apart in what is asked here."""

patterns = st.text("ab:*?", max_size=4)


def accepts(pattern: str, text: str) -> bool:
    """The reference: wildcards as a regular expression."""
    regex = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    return re.fullmatch(regex, text, re.DOTALL) is not None


def accepts_arn(pattern: str, text: str) -> bool:
    """The reference for ARNs: in the pattern's first five fields a wildcard stays in its field, unless it ends it."""
    end = {"*": ".*", "?": "."}.get(pattern[-1:], "")
    fields = (pattern[:-1] if end else pattern).split(":", 5)
    closed = [re.escape(field).replace(r"\*", "[^:]*").replace(r"\?", "[^:]") for field in fields[:5]]
    last = [re.escape(field).replace(r"\*", ".*").replace(r"\?", ".") for field in fields[5:]]
    return re.fullmatch(":".join([*closed, *last]) + end, text, re.DOTALL) is not None


@given(patterns, st.sampled_from(TEXTS))
def test_matches_as_the_reference(pattern: str, text: str) -> None:
    """A star is any text, a question mark one character."""
    actual = matches(pattern, text)

    assert accepts(pattern, text) == actual


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
    found = classes(compiled(within), [compiled(other) for other in others])

    actual = {sum(accepts(other, text) << i for i, other in enumerate(others)) for text in found.values()}
    brute = {
        sum(accepts(other, text) << i for i, other in enumerate(others)) for text in TEXTS if accepts(within, text)
    }
    assert (True, set(found)) == (all(accepts(within, text) for text in found.values()), actual)
    assert brute <= set(found)


@given(st.text("a:*?", max_size=9), st.text("a:", max_size=9))
def test_wildcards_of_an_arn_stay_in_their_field(pattern: str, text: str) -> None:
    """Only what follows the fifth colon may hold colons of its own."""
    automaton = Pattern(pattern, arn=True)

    states = automaton.start
    for char in text:
        states = automaton.step(states, char)

    assert accepts_arn(re.sub(r"\*+", "*", pattern), text) == automaton.accepts(states)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "arn:aws:s3:::b", True),
        ("arn:aws:s3:*", "arn:aws:s3:::b", True),
        ("arn:aws:s3:::*", "arn:aws:s3:::b/c:d", True),
        ("arn:aws:ssm:*:1:*", "arn:aws:ssm:eu:1:p/a", True),
        ("arn:aws:ssm:*:1:*", "arn:aws:ssm:eu:2:p/:1:a", False),
        ("arn:aws:ssm:?:1:*", "arn:aws:ssm:::1:a", False),
        ("arn:aws:*:1:a", "arn:aws:ssm:eu:1:a", False),
    ],
)
def test_examples_of_arns(pattern: str, text: str, expected: bool) -> None:
    """A star at the end is all that follows; a star in a field is that field."""
    automaton = Pattern(pattern, arn=True)

    states = automaton.start
    for char in text:
        states = automaton.step(states, char)

    assert expected == automaton.accepts(states)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("s3:Get*", "s3:?etObject", True),
        ("a*", "b*", False),
        ("abc", "a?c", True),
        ("a*", "abc", True),
        ("", "*", True),
    ],
)
def test_examples_of_meeting(a: str, b: str, expected: bool) -> None:
    """In either order."""
    actual = intersects(a, b)

    assert (expected, expected) == (actual, intersects(b, a))


def test_characters_that_no_pattern_names_are_found() -> None:
    """`?` and `x` differ by every character but `x`, although only `x` is named."""
    actual = covers("x", "?")

    assert actual is False


def test_patterns_that_need_too_many_states_are_given_up() -> None:
    """A hostile pattern costs a bounded time, and no answer is made up."""
    with pytest.raises(TooComplex, match=str(MAX_STATES)):
        intersects("*a" + "?" * 40, "*b" + "?" * 41)
