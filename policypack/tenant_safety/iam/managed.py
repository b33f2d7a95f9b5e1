"""The documents of the AWS-managed policies, as a shipped extract."""

import gzip
import json
from functools import cache
from importlib.resources import files

from .documents import Document, parse


@cache
def _policies() -> dict[str, dict[str, object]]:
    raw = json.loads(gzip.decompress(files(__package__).joinpath("managed_policies.json.gz").read_bytes()))
    policies: dict[str, dict[str, object]] = raw["policies"]
    return policies


def managed_policy(arn: str) -> Document | None:
    """The document of `arn:aws:iam::aws:policy/…`, or `None` where the extract does not have it."""
    if not arn.startswith("arn:") or ":iam::aws:policy/" not in arn:
        return None
    path, _, name = arn.split(":policy", 1)[1].rpartition("/")
    found = _policies().get(name)
    if found is None or found["path"] != f"{path}/":
        return None
    return _parsed(name)


@cache
def _parsed(name: str) -> Document:
    document = _policies()[name]["document"]
    assert isinstance(document, dict)
    return parse(document)
