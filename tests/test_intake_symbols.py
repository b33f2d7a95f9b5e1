"""Texts of a symbolic preview: what is taken as it is, with its symbols, or as not known."""

from __future__ import annotations

import hashlib

import pytest

from tenant_safety.iam import Symbolic
from tenant_safety.intake.symbols import Run, Shown
from tenant_safety.intake.values import SECRET, SIGNATURE, decode
from tenant_safety.model import Unknown
from tenant_safety.symbolic.symbols import Book, Symbols

DATA = "urn:pulumi:prod::shop::aws:s3/bucket:Bucket::data"
OTHER = "urn:pulumi:prod::shop::aws:sqs/queue:Queue::other"
BOOK = Book(seed=11)
NAME = BOOK.word("hex", 7, f"{DATA}#1")
VALUE = BOOK.word("text", 1, "aws:ssm/getParameter:getParameter#value")
LOST = BOOK.word("lost", 1, "aws:ec2/getVpc:getVpc#cidrBlock")
SYMBOLS = Symbols(tuple(BOOK.symbols))
DIGEST = hashlib.sha256(NAME.encode()).hexdigest()[:12]
RUN = Run(
    SYMBOLS,
    {
        DATA: Shown(frozenset(s for s in SYMBOLS.all if s.of.startswith(DATA)), frozenset({"data-"})),
        OTHER: Shown(frozenset(), frozenset({"other-9cef74f"})),
    },
)


@pytest.mark.parametrize(
    ("text", "wide"),
    [
        (f"arn:aws:s3:::data-{NAME}/*", "arn:aws:s3:::data-???????/*"),
        (f"arn:aws:s3:::{NAME[:5]}", "arn:aws:s3:::?????"),
        (f"arn:aws:s3:::{VALUE}/*", "arn:aws:s3:::*/*"),
    ],
)
def test_a_text_with_symbols(text: str, wide: str) -> None:
    """It is the text, with the pattern of all that it may be."""
    read = RUN.text(text, "policy", (DATA,))

    assert isinstance(read, Symbolic)
    assert (text, wide) == (read, read.wide)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"data-{LOST}", "cidrBlock of aws:ec2/getVpc:getVpc"),
        (f"{VALUE}/*", "may be any text"),
        (f"arn:{VALUE}", "may be any text"),
        (f"arn:aws:s3:::{VALUE[2:8]}", "a part of what AWS gives, cut off"),
        (f"arn:aws:s3:::data-{DIGEST}", "looks like a digest of what AWS will give"),
        (f"arn:aws:s3:::{NAME}/{DIGEST}", "looks like a digest of what AWS will give"),
    ],
)
def test_a_text_that_is_not_known(text: str, why: str) -> None:
    """The reason says whose what is missing is."""
    read = RUN.text(text, "policy", (DATA,))

    assert isinstance(read, Unknown)
    assert why in read.path
    assert ("urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod",) == read.depends_on


@pytest.mark.parametrize(
    "text",
    [
        "vpc-0123456789abcdef0",
        "arn:aws:kms:eu-west-1:111111111111:key/5fa3d2b1-0c7e-4b5e-9d55-2b7c1e0f6a11",
        "arn:aws:iam::111111111111:role/deadbeef",
        "arn:aws:s3:::other-9cef74f",
        "o-a1b2c3d4e5x",
    ],
)
def test_what_looks_like_no_digest(text: str) -> None:
    """Ids, words of one kind of characters, and what a resource shows that the text is made of."""
    assert text == RUN.text(text, "policy", (DATA, OTHER))


@pytest.mark.parametrize(
    ("value", "hidden"),
    [
        ("arn:aws:s3:::own", True),
        (True, True),
        (7, True),
        ({"a": ["arn:aws:sns:eu-central-1:111111111111:x"]}, True),
        (f"arn:aws:s3:::{NAME}", False),
        ("arn:aws:s3:::data-*", False),
        ({"a": [1, NAME[:4]]}, False),
    ],
)
def test_a_property_shows_something_of_what_it_is_made_of(value: object, hidden: bool) -> None:
    """An account or a region is anybody's."""
    props, _ = decode({"p": value}, {"p": (DATA,)}, RUN)
    checked, _ = decode({"p": value}, {"p": (DATA,)}, Run(RUN.symbols, RUN.resources, checked=True))
    plain, _ = decode({"p": value}, {"p": (OTHER,)}, RUN)

    assert hidden is isinstance(props["p"], Unknown)
    assert value == checked["p"] == plain["p"]


def test_what_is_secret_shows_something_even_where_two_previews_are_compared() -> None:
    """The engine's events mask it, so the comparison does not see it."""
    checked = Run(RUN.symbols, RUN.resources, checked=True)

    props, _ = decode({"p": {SIGNATURE: SECRET, "value": "x"}}, {"p": (DATA,)}, checked)

    assert isinstance(props["p"], Unknown)
