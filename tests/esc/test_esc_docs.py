"""The examples of docs/esc.md give what they say, here and in ESC."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from esc_compare import differences, needs_esc, ours

from tenant_safety.esc import plain, stale

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "esc.md").read_text(encoding="utf-8")
EXAMPLES = [yaml.safe_load(each) for each in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)]


def _root(example: dict[str, Any]) -> str:
    return list(example["environments"])[-1]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_gives_what_it_says(example: dict[str, Any]) -> None:
    """The value, which of it is secret, and what is stale."""
    evaluation = ours(_root(example), example["environments"])

    said = {
        "environments": example["environments"],
        **({"faults": True} if evaluation.faults else {"gives": plain(evaluation.value, reveal=True)}),
        **({"secret": secret} if (secret := [k for k, v in evaluation.value.content.items() if v.secret]) else {}),
        **({"stale": [each.path for each in found]} if (found := stale(evaluation)) else {}),
    }
    assert example == said


@needs_esc
def test_esc_says_the_same_of_each_example() -> None:
    """What is documented is the language, and not only ours."""
    found = list(differences([(_root(each), each["environments"]) for each in EXAMPLES]))

    assert [] == found
