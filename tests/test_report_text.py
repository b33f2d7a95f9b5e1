"""What people read of a finding: the fault, names, what was read and what to do; never a secret, never a control."""

from datetime import date

import pytest

from tenant_safety.analysis import Excused
from tenant_safety.judge import Result
from tenant_safety.model import Finding, Stack, Unknown
from tenant_safety.report import text
from tenant_safety.rules import CATALOG
from tenant_safety.tenancy import Exemption, Known

RULE = CATALOG[0]
STACK = Stack("shop", "customer1-prod", ())
END = f"\n  Read: {RULE.scope} (about)\n  Remedy: {RULE.remediation}\n  More: docs/rules.md#{RULE.id}"


def test_a_violation() -> None:
    """Title and reason, then what was read, the remedy and the page."""
    actual = text.message(RULE, Finding("urn", "it is so"), "about", STACK)

    assert f"{RULE.title}: it is so{END}" == actual


def test_what_is_undetermined_says_what_is_missing() -> None:
    """Each thing once, with what will provide it."""
    missing = (Unknown("policy", ("urn:a::b", "urn:a::c")), Unknown("name"), Unknown("name"))
    finding = Finding("urn", "it may be so", "undetermined", missing)

    actual = text.message(RULE, finding, "about", STACK)

    waits = "  Missing: policy, which b, c will provide; name"
    assert f"Undetermined: {RULE.title}: it may be so\n{waits}{END}" == actual


def test_undetermined_without_anything_missing() -> None:
    """Then there is no line for it."""
    actual = text.message(RULE, Finding("urn", "it may be so", "undetermined"), "about", STACK)

    assert f"Undetermined: {RULE.title}: it may be so{END}" == actual


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plain äöü", "plain äöü"),
        ("\x1b[31mred", "\\u001b[31mred"),
        ("a\rb", "a\\u000db"),
        ("\u202eevil", "\\u202eevil"),
        ("\u2028", "\\u2028"),
        ("\ud800", "\\ud800"),
        ("a\x00b", "a\\u0000b"),
    ],
)
def test_names_can_t_write_to_the_terminal(given: str, shown: str) -> None:
    """Control characters, direction marks and lone surrogates are shown, not obeyed."""
    actual = text.inert(given)

    assert shown == actual


def test_long_texts_are_cut() -> None:
    """And say by how much."""
    actual = text.inert("x" * 1600)

    assert "x" * 1500 + "… (100 characters more)" == actual


def test_a_secret_is_masked() -> None:
    """The longest first, so that no part of it is left."""
    stack = Stack("shop", "s", (), secrets=frozenset({"hunter", "hunter2"}))
    finding = Finding("urn", "hunter2 and hunter", "undetermined", (Unknown("hunter2"),))

    actual = text.message(RULE, finding, "about", stack)

    assert f"Undetermined: {RULE.title}: [secret] and [secret]\n  Missing: [secret]{END}" == actual


@pytest.mark.parametrize("urn", ["urn", ""])
def test_what_rests_on_secret_numbers_is_withheld(urn: str) -> None:
    """A secret number can't be told from others; a finding of the whole stack may hold it, too."""
    stack = Stack("shop", "s", (), withheld=frozenset({"urn"}))

    actual = text.message(RULE, Finding(urn, "7 is too much"), "about", stack)

    assert "7 is" not in actual


def test_a_crash_is_no_pass() -> None:
    """It says that nothing was decided."""
    actual = text.crash(RULE, "KeyError in x.py:1")

    assert actual.startswith("The rule failed (KeyError in x.py:1), so nothing was decided.")


def test_what_was_proved() -> None:
    """One line, with the rules that were."""
    results = [Result(CATALOG[0], "proved"), Result(CATALOG[1], "violated"), Result(CATALOG[2], "not-judged")]

    actual = text.proved(results, "customer1-prod")

    assert f"tenant-safety: proved 1 of 3 rules for customer1-prod: {CATALOG[0].id}" == actual


def test_what_is_let_pass_is_counted() -> None:
    """By exemptions and by the baseline, each apart."""
    exemption = Exemption(rule="logs", stack="customer1-prod", reason="r", owner="o", expires=date(2026, 12, 31))
    known = Known(fingerprint="0" * 32, rule="x", project="p", stack="s", resource="", recorded=date(2026, 1, 31))
    one, two = Excused(Finding("a", "why"), (exemption, known)), Excused(Finding("b", "why"), (known,))
    results = [Result(CATALOG[0], "exempted", excused=(one, two, two)), Result(CATALOG[1], "proved", excused=())]

    actual = text.proved(results, "customer1-prod")

    counted = "proved 1 of 2 rules, 1 finding exempted, 2 findings in the baseline for customer1-prod"
    assert f"tenant-safety: {counted}: {CATALOG[1].id}" == actual


def test_notes_stand_under_the_reason_and_are_as_inert_as_it() -> None:
    """They may be the program's words."""
    stack = Stack("shop", "s", (), secrets=frozenset({"hunter2"}))
    finding = Finding("urn", "it is so", "undetermined")

    actual = text.message(
        RULE, finding, "about", stack, passes="Exempted", notes=["by \x1b[2J", "of hunter2\n  Read: x"]
    )

    lines = f"Exempted: Undetermined: {RULE.title}: it is so\n  by \\u001b[2J\n  of [secret]\\u000a  Read: x"
    assert f"{lines}{END}" == actual
