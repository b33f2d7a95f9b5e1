"""Writes the examples that `tenant-safety explain` shows: of each rule a case that fails and one that passes.

They are taken from `tests/cases`, as they stand there, so they are judged with every run of the tests.  The first case
that a rule finds fault with fails; the one of the silent cases passes that is most like it.  A case that shows more is
chosen by a comment: `- name: … # example`.
"""

import copy
import json
import re
import sys
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import TypeAlias

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "policypack")]

from tenant_safety.rules import CATALOG  # noqa: E402 the packages are found by the line above
from tests.cases import FOLDER, Case, cases  # noqa: E402

EXAMPLES = ROOT / "policypack" / "tenant_safety" / "rules" / "examples.json"
CHOSEN = re.compile(r" *# example$", re.MULTILINE)
ANCHOR = re.compile(r"(?<=[:,\[-]) &[\w-]+")
ALIAS = re.compile(r"[:,\[] \*\w")

Written: TypeAlias = tuple[Case, str]


def examples() -> str:
    """`examples.json`: by rule, the lines of its two cases."""
    chosen = {rule.id: _of_rule(rule.id) for rule in CATALOG}
    return json.dumps(chosen, indent=1, ensure_ascii=False) + "\n"


def _of_rule(rule: str) -> dict[str, list[str]]:
    text = (FOLDER / f"{rule.replace('-', '_')}.yaml").read_text(encoding="utf-8")
    written = list(zip(cases(rule), _texts(text), strict=True))
    told = [each for each in written if each[0].kind == "fires"]
    told = _plain(told or [each for each in written if each[0].outcome.findings])
    # One that is chosen may also be undetermined.
    fails = _chosen(each for each in written if each[0].outcome.findings) or told[0]
    silent = _plain([each for each in written if each[0].kind == "silent"])
    passes = _chosen(silent) or max(silent, key=lambda each: SequenceMatcher(None, fails[1], each[1]).ratio())
    return {name: CHOSEN.sub("", text).splitlines() for name, (_, text) in (("fails", fails), ("passes", passes))}


def _chosen(written: Iterable[Written]) -> Written | None:
    return next((each for each in written if CHOSEN.search(each[1])), None)


def _plain(written: list[Written]) -> list[Written]:
    """The cases that can be read by themselves, about a whole stack; else all."""
    return [each for each in written if _is_plain(*each)] or written


def _is_plain(case: Case, text: str) -> bool:
    return bool(case.whole and case.registry != "" and not ALIAS.search(text))


def _texts(text: str) -> Iterator[str]:
    """The cases of a file as they are written, without what stands before the next one.

    What a case takes from another one is written out.
    """
    nodes = yaml.compose(text).value
    for case, node in zip(re.split(r"^(?=- )", text, flags=re.MULTILINE)[1:], nodes, strict=True):
        lines = case.rstrip().splitlines()
        while lines[-1].startswith("#") or not lines[-1].strip():
            lines.pop()
        own = ANCHOR.sub("", "\n".join(lines))
        chosen = CHOSEN.search(lines[0])
        yield own if not ALIAS.search(own) else _written_out(node) + (chosen[0] if chosen else "")


def _written_out(node: yaml.Node) -> str:
    """A case with copies in the place of aliases."""

    def copied(each: yaml.Node) -> yaml.Node:
        made = copy.copy(each)
        if isinstance(each, yaml.MappingNode):
            made.value = [(copied(key), copied(value)) for key, value in each.value]
        elif isinstance(each, yaml.SequenceNode):
            made.value = [copied(value) for value in each.value]
        return made

    whole = yaml.SequenceNode("tag:yaml.org,2002:seq", [copied(node)], flow_style=False)
    return str(yaml.serialize(whole, width=116, allow_unicode=True)).rstrip()


if __name__ == "__main__":
    EXAMPLES.write_text(examples(), encoding="utf-8")
