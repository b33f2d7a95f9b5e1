"""The cases of the catalogue's rules: a file each in `cases/`, read by the test kit that users have, too."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tenant_safety import testing
from tenant_safety.rules import CATALOG, Rule
from tenant_safety.testing import Case, Outcome, run

__all__ = ["EVERY", "EXEMPTIBLE", "FOLDER", "REGISTRY", "Case", "Outcome", "cases", "every", "run"]

FOLDER = Path(__file__).parent / "cases"
REGISTRY = FOLDER / "registry" / "tenancy.yaml"
"""The registry that the cases' own `registry` is laid over."""
EVERY = f"{len(CATALOG)} of {len(CATALOG)}"
"""How the pack counts, where all rules are proved."""
EXEMPTIBLE = [rule for rule in CATALOG if rule.family not in ("tenancy", "exemptions")]
"""The rules whose findings the platform may let pass."""


@cache
def cases(rule: str) -> tuple[Case, ...]:
    """The cases of a rule, by its id."""
    return testing.cases(FOLDER / f"{rule.replace('-', '_')}.yaml", REGISTRY)


def every() -> Iterator[tuple[Rule, Case]]:
    """Each rule of the catalogue with each of its cases."""
    for rule in CATALOG:
        for case in cases(rule.id):
            yield rule, case
