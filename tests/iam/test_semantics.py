"""AWS's evaluation semantics, a case each, from the documentation page that the case names (`semantics/*.yaml`)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tenant_safety.iam.rows import COMMANDS, RowError

TABLES = sorted((Path(__file__).parent / "semantics").glob("*.yaml"))


def cases() -> Iterator[Any]:
    """All cases of all tables."""
    for table in TABLES:
        for case in yaml.safe_load(table.read_text(encoding="utf-8")):
            yield pytest.param(case, id=f"{table.stem}: {case['name']}")


def answered(case: dict[str, Any]) -> dict[str, Any]:
    """The answer to a case's row."""
    try:
        return COMMANDS[case["command"]](case["row"])
    except RowError:
        return {"error": True}


def part(expected: Any, actual: Any) -> Any:
    """What of `actual` is expected to be as in `expected`: of objects, the fields that are named there."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return {key: part(value, actual.get(key)) for key, value in expected.items()}
    return actual


@pytest.mark.parametrize("case", list(cases()))
def test_semantics(case: dict[str, Any]) -> None:
    """The answer is what the documentation says."""
    actual = answered(case)

    assert case["expect"] == part(case["expect"], actual)


def test_each_case_names_the_page_that_says_so() -> None:
    """A case without its source could not be checked again."""
    named = [case.values[0]["source"].startswith("https://docs.aws.amazon.com/") for case in cases()]

    assert all(named)
