"""A finding as text for a terminal."""

import unicodedata
from collections.abc import Iterable, Sequence

from ..judge import Result
from ..model import Finding, Stack, Unknown
from ..rules import CATALOG, Rule

DOCS = "docs/rules.md"
_LONGEST = 1500


def message(
    rule: Rule, finding: Finding, about: str, stack: Stack, *, passes: str = "", notes: Sequence[str] = ()
) -> str:
    """What the engine prints below a rule's id: the fault, names and values, what was read, and what to do.

    Secrets of the stack are left out; a number can't be told from others, so then all of `why` is.  `passes` is a word
    that says how it is let pass, if it is; `notes` are lines about that.
    """
    hidden = finding.urn in stack.withheld or (finding.urn == "" and bool(stack.withheld))
    why = "(withheld, since it rests on secret values)" if hidden else without(finding.why, stack.secrets)
    lines = [f"{rule.title}: {inert(why)}"]
    if finding.verdict == "undetermined":
        lines[0] = f"Undetermined: {lines[0]}"
        waits = [_waits(unknown) for unknown in finding.missing]
        shown = without("; ".join(dict.fromkeys(waits)), stack.secrets)
        lines += [f"  Missing: {inert(shown)}"] if waits else []
        if stack.awaits_symbols and any(unknown.depends_on for unknown in finding.missing):
            lines.append("  Decide it now: tenant-safety preview, which completes documents for all values")
    lines[0] = f"{passes}: {lines[0]}" if passes else lines[0]
    lines += [f"  {inert(without(note, stack.secrets))}" for note in notes]
    lines += [f"  Read: {rule.scope} ({about})", f"  Remedy: {rule.remediation}"]
    lines += [f"  More: {page(rule)}"] if page(rule) else []
    return "\n".join(lines)


def page(rule: Rule) -> str:
    """Where more is said of a rule; nowhere of a platform's own."""
    return f"{DOCS}#{rule.id}" if rule in CATALOG else ""


def _waits(unknown: Unknown) -> str:
    names = ", ".join(urn.rsplit("::", 1)[-1] for urn in unknown.depends_on)
    return f"{unknown.path}, which {names} will provide" if names else unknown.path


def crash(rule: Rule, because: str) -> str:
    """What is told of a rule that failed."""
    return (
        f"The rule failed ({inert(because)}), so nothing was decided.\n"
        "  Remedy: Report this with the pack's version; until then nothing counts as proved."
    )


def proved(results: Iterable[Result], about: str) -> str:
    """One line on what was proved, and how much was let pass without."""
    results = tuple(results)
    names = [result.rule.id for result in results if result.status == "proved"]
    passed = "".join(
        f", {count} {'finding' if count == 1 else 'findings'} {how}"
        for how, exempted in (("exempted", True), ("in the baseline", False))
        if (count := sum(each.exempted is exempted for result in results for each in result.excused))
    )
    return f"tenant-safety: proved {len(names)} of {len(results)} rules{passed} for {about}: {', '.join(names)}"


ASSUMED = (
    "what is drawn for two resources differs",
    "the program does the same with real values",
    "where it gives no policy, trust or log destination AWS gives none",
)
"""What a proof over symbols rests on (docs/decisions/0005-symbolic-preview.md)."""


def assumed(symbols: int, looked_up: Iterable[str]) -> str:
    """One line on what a verdict over symbols holds for: how many there are, and the functions that were asked."""
    functions = inert(", ".join(sorted(looked_up)))
    more: tuple[str, ...] = (
        f"what was looked up ({functions}) exists and belongs to the account that was asked, lists have two of it, and "
        "its numbers and switches are not used",
    )
    more = more if functions else ()
    return f"tenant-safety: for all values of {symbols} symbols, assumed that {'; that '.join((*ASSUMED, *more))}"


def without(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret in it masked, the longest first."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    return text


def lines(text: str) -> str:
    """A message of several lines, each inert."""
    return "\n".join(inert(line) for line in text.split("\n"))


def inert(text: str) -> str:
    """Names come from programs: control characters, ANSI escapes and direction marks are shown, not obeyed."""
    shown = "".join(
        f"\\u{ord(char):04x}" if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") else char for char in text
    )
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}… ({len(shown) - _LONGEST} characters more)"
