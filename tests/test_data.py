"""The shipped extracts of AWS's data are what the generator makes of the installed packages."""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tenant_safety.iam import DocumentError, managed_policy, parse

TOOLS = Path(__file__).parents[1] / "tools"


@pytest.fixture
def aws_data(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The generator, as a module."""
    monkeypatch.syspath_prepend(TOOLS)
    import aws_data  # noqa: PLC0415 found by the line above

    yield aws_data
    del sys.modules["aws_data"]


def test_instance_types(aws_data: ModuleType) -> None:
    """`python tools/aws_data.py` refreshes them."""
    made = aws_data.instance_types()

    assert made == aws_data.INSTANCE_TYPES.read_text(encoding="utf-8")


def test_managed_policies(aws_data: ModuleType) -> None:
    """Compared as text: what gzip makes of it may differ by version."""
    made = gzip.decompress(aws_data.managed_policies())

    assert made == gzip.decompress(aws_data.MANAGED_POLICIES.read_bytes())


def test_services(aws_data: ModuleType) -> None:
    """Compared as lines: the members' places in the file may differ by version, as what gzip makes of them."""
    made = gzip.decompress(aws_data.services()).splitlines()
    shipped = gzip.decompress(aws_data.SERVICES.read_bytes()).splitlines()

    assert made[1:] == shipped[1:]
    assert {**json.loads(made[0]), "services": ...} == {**json.loads(shipped[0]), "services": ...}


def test_other_types(aws_data: ModuleType) -> None:
    """Types without a role in any rule."""
    made = aws_data.other_types()

    assert made == aws_data.OTHER_TYPES.read_text(encoding="utf-8")


def test_every_managed_policy_can_be_read(aws_data: ModuleType) -> None:
    """A document of AWS's own that the parser refuses would crash a rule."""
    policies = json.loads(gzip.decompress(aws_data.MANAGED_POLICIES.read_bytes()))["policies"]

    unreadable = {}
    for name, about in policies.items():
        try:
            parse(about["document"])
        except DocumentError as error:
            unreadable[name] = str(error)

    assert {} == unreadable


@pytest.mark.parametrize(
    ("arn", "found"),
    [
        ("arn:aws:iam::aws:policy/AdministratorAccess", True),
        ("arn:aws-cn:iam::aws:policy/AdministratorAccess", True),
        ("arn:aws:iam::aws:policy/job-function/ViewOnlyAccess", True),
        ("arn:aws:iam::aws:policy/ViewOnlyAccess", False),
        ("arn:aws:iam::aws:policy/NoSuchPolicy", False),
        ("arn:aws:iam::111111111111:policy/AdministratorAccess", False),
        ("AdministratorAccess", False),
        ("", False),
    ],
)
def test_a_managed_policy_goes_by_its_whole_arn(arn: str, found: bool) -> None:
    """A customer's policy of the same name, or another path, is not AWS's."""
    document = managed_policy(arn)

    assert found == (document is not None)
