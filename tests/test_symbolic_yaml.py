"""YAML as Pulumi reads it."""

from pathlib import Path
from typing import Any

import pytest

from tenant_safety.symbolic.yaml import YamlError, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no", {"a": "no"}),
        ("a: 12:30", {"a": "12:30"}),
        ("a: 1_000", {"a": "1_000"}),
        ("a: 2024-13-45", {"a": "2024-13-45"}),
        ("a: [1, 1.5, true, null, ~, '', x]", {"a": [1, 1.5, True, None, None, "", "x"]}),
        ("", None),
    ],
)
def test_scalars(tmp_path: Path, text: str, value: Any) -> None:
    """Only what YAML 1.2 has for a number or a boolean is one."""
    path = tmp_path / "a.yaml"
    path.write_text(text)

    assert value == read(path)


def test_texts(tmp_path: Path) -> None:
    """As they are written."""
    path = tmp_path / "a.yaml"
    path.write_text("a: 1.10\nb: true")

    assert {"a": "1.10", "b": "true"} == read(path, texts=True)


@pytest.mark.parametrize("text", ["{", "a: &x [1]\nb: *x", "a: &x [*x]", "[" * 3000, "!!python/object:os.system {}"])
@pytest.mark.parametrize("texts", [True, False])
def test_what_is_refused(tmp_path: Path, text: str, texts: bool) -> None:
    """Broken texts, aliases, and depths that nobody writes; a tag makes nothing."""
    path = tmp_path / "a.yaml"
    path.write_text(text)

    if texts and "!!" in text:
        assert {} == read(path, texts=texts)
        return
    with pytest.raises(YamlError, match="expected YAML without aliases"):
        read(path, texts=texts)
