"""A registry as YAML that reads back as what it was, and how it comes into a file."""

import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from .reading import RegistryError, plain, sha256_of

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*([ ./-][A-Za-z0-9_]+)*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""What some YAML reader or other takes for something else than text."""


class _Writer(_Dumper):  # type: ignore[misc]
    """Quotes every text that could be read as anything else, so what is written is only ASCII."""


def _text(writer: Any, text: str) -> Any:
    bare = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=None if bare else '"')


_Writer.add_representer(str, _text)


def as_yaml(document: Any, comments: Iterable[str] = ()) -> str:
    """Plain values as YAML, below lines of comment; no control character is in it."""
    head = "".join(f"# {line}\n" for line in comments)
    return head + str(yaml.dump(document, Dumper=_Writer, sort_keys=False, width=1 << 30))


def exported(document: Any, comments: Iterable[str] = ()) -> bytes:
    """A registry as YAML, secrets and all, which was read back and has the same sha256.  Raises `RegistryError`."""
    content = as_yaml(document, comments).encode()
    back, _ = plain(content, "the export")
    if sha256_of(back) != sha256_of(document):
        raise RegistryError("expected an export that reads back as the registry (its sha256 differs)")
    return content


def write_file(path: Path, content: bytes, what: str) -> None:
    """Writes a file at once, for its owner alone; there never is a half of it.  Raises `RegistryError`."""
    part = ""
    try:
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(part).replace(path)
    except (OSError, ValueError) as error:
        if part:
            Path(part).unlink(missing_ok=True)
        why = error.strerror if isinstance(error, OSError) else error
        raise RegistryError(f"{path}: expected a place for {what}: {why}") from None
