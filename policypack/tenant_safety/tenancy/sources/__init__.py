"""Where a registry lives, by its URL: a file, a DynamoDB table, an object in S3.

    tenancy.yaml, file:/etc/tenancy.yaml           a file: the embedded default
    dynamodb://eu-central-1/tenancy                a table: the truth for a fleet, with versions and history
    s3://acme-registry/tenancy.yaml                an object: a snapshot to read

Options follow a `?`, with `&` between them: `role=ARN` (which reads), `cache=FILE` and `max-age=HOURS` (a snapshot that
is used if nobody answers, and says its age), and for S3 `region=` and `version=`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from .cache import Cache
from .file import load_file
from .reading import RegistryError, RegistryUnreachable, Snapshot, canonical, sha256_of

__all__ = [
    "DEFAULT_NAME",
    "Place",
    "RegistryError",
    "RegistryUnreachable",
    "Snapshot",
    "canonical",
    "load",
    "place_of",
    "sha256_of",
]

DEFAULT_NAME = "tenancy.yaml"
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):(.*)", re.DOTALL)
_OPTIONS = {"file": set[str](), "dynamodb": {"role", "cache", "max-age"}}
_OPTIONS["s3"] = {*_OPTIONS["dynamodb"], "region", "version"}
_EXAMPLES = {"dynamodb": "dynamodb://eu-central-1/tenancy", "s3": "s3://acme-registry/tenancy.yaml"}
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
_TABLE = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]{1,576}", re.ASCII)
_VERSION = re.compile(r"[\x21-\x7e]{1,1024}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HOURS = re.compile(r"[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class Place:
    """A registry's URL, taken apart: for a table `host` is its region and `path` its name; a bucket and a key in S3."""

    url: str
    scheme: str
    host: str
    path: str
    role: str = ""
    region: str = ""
    version: str = ""
    cache: Cache | None = None


def place_of(source: str, folder: Path = Path()) -> Place:
    """Takes a URL or a file's path apart; paths are from `folder`.  Raises `RegistryError`."""
    found = _SCHEME.fullmatch(source)
    scheme = found[1] if found else "file"
    if scheme not in _OPTIONS:
        raise RegistryError(f"{source}: expected a file's path, or a URL that begins with file:, dynamodb: or s3:")
    if scheme == "file":
        path = found[2].removeprefix("//") if found else source
        return Place(source, scheme, "", str(folder / path))
    if _CONTROL.search(unquote(source)):
        raise RegistryError(f"{source!r}: expected a URL such as {_EXAMPLES[scheme]}, without control characters")
    try:
        parts = urlsplit(source)
        given = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query), max_num_fields=8)
    except ValueError as error:
        raise RegistryError(f"{source}: expected a URL such as {_EXAMPLES[scheme]}: {error}") from None
    options = dict(given)
    url = f"{scheme}://{parts.netloc}{parts.path}"
    names = [name for name, _ in given]
    if unfit := sorted({name for name in names if name not in _OPTIONS[scheme] or names.count(name) > 1}):
        raise RegistryError(
            f"{url}: expected the options {', '.join(sorted(_OPTIONS[scheme]))}, each once (got {', '.join(unfit)})"
        )
    host, path = parts.netloc, unquote(parts.path.removeprefix("/"))
    shaped = _REGION.fullmatch(host) and _TABLE.fullmatch(path) if scheme == "dynamodb" else _BUCKET.fullmatch(host)
    if not shaped or not path or parts.fragment:
        raise RegistryError(f"{url}: expected a URL such as {_EXAMPLES[scheme]}")
    for name, pattern in (("role", _ROLE), ("region", _REGION), ("version", _VERSION), ("max-age", _HOURS)):
        if name in options and not pattern.fullmatch(options[name]):
            raise RegistryError(f"{url}: {name}: expected {_SHAPES[name]} (got {options[name]!r})")
    role, region, version = (options.get(name, "") for name in ("role", "region", "version"))
    # A copy of one version can't stand in for another.
    url += f"?{urlencode({'version': version})}" if version else ""
    return Place(url, scheme, host, path, role, region, version, _cache(options, url, folder))


_SHAPES = {
    "role": "a role's ARN such as arn:aws:iam::999999999999:role/registry-reader",
    "region": "a region such as eu-central-1",
    "version": "the id of an object's version",
    "max-age": "hours, as digits",
}


def _cache(options: dict[str, str], url: str, folder: Path) -> Cache | None:
    if bool(options.get("cache")) != ("max-age" in options):
        raise RegistryError(f"{url}: expected cache and max-age together: for how many hours a copy may stand in")
    if not options.get("cache"):
        return None
    return Cache(folder / options["cache"], timedelta(hours=int(options["max-age"])))


def load(source: str | Path, folder: Path = Path()) -> Snapshot:
    """Reads a registry.

    Raises:
        RegistryUnreachable: nobody answers, and no cached snapshot may be used.
        RegistryError: it can't be used.
    """
    if isinstance(source, Path):
        return load_file(folder / source)
    place = place_of(source, folder)
    if place.scheme == "file":
        return load_file(Path(place.path))
    try:
        snapshot = _fetched(place)
    except RegistryUnreachable as error:
        if place.cache is None:
            raise
        return place.cache.read(place.url, error)
    if place.cache is not None:
        place.cache.write(snapshot)
    return snapshot


def _fetched(place: Place) -> Snapshot:
    # AWS's SDK takes a third of a second to import, which a registry in a file need not wait for.
    if place.scheme == "s3":
        from .s3 import load_object  # noqa: PLC0415

        return load_object(place)
    from .dynamodb import Table  # noqa: PLC0415

    return Table.at(place).snapshot()
