"""A registry in a file, beside files with layers of its config: the embedded default."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .reading import MAX_BYTES, RegistryError, Snapshot, plain, snapshot_of


def load_file(path: Path) -> Snapshot:
    """Reads the registry in the file `path`, and the files of the layers that it names.  Raises `RegistryError`."""
    raw, marks = plain(content_of(path, "registry file"), path.name)
    for holder, key in _layers(raw):
        if isinstance(holder[key], str):
            holder[key] = _layer(path.parent, holder[key], path.name)
    return snapshot_of(raw, str(path), marks=marks)


def content_of(path: Path, what: str, most: int = MAX_BYTES) -> bytes:
    """A file's bytes, at most one more than may be.  Raises `RegistryError`."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise RegistryError(f"{path}: expected a readable {what}: {why}") from None


def _layer(folder: Path, named: str, registry: str) -> Any:
    """A layer of the config in a file of its own, which lies in the registry's folder."""
    path = folder / named
    if Path(named).is_absolute() or not path.resolve().is_relative_to(folder.resolve()):
        raise RegistryError(f"{registry}: expected a layer's file in the registry's own folder (got {named!r})")
    return plain(content_of(path, "layer of the config"), named)[0]


def _layers(raw: Any) -> Iterator[tuple[Any, str]]:
    """Where a registry may have a layer of the config: the object and the key in it."""
    config = _of(raw, "config")
    yield from ((config, "everyone"),) if "everyone" in config else ()
    for many in (_of(config, "services"), _of(config, "shared")):
        yield from ((many, name) for name in many)
    for group in _of(raw, "groups").values():
        yield from _own(group)
    for tenant in _of(raw, "tenants").values():
        yield from _own(tenant)
        for environment in _of(tenant, "environments").values():
            yield from _own(environment)
            services = _of(environment, "services")
            yield from ((services, name) for name in services)


def _own(holder: Any) -> Iterator[tuple[Any, str]]:
    if isinstance(holder, dict) and "config" in holder:
        yield holder, "config"


def _of(holder: Any, key: str) -> dict[str, Any]:
    """An object in another; what else there may be is told when the registry is validated."""
    found = holder.get(key) if isinstance(holder, dict) else None
    return found if isinstance(found, dict) else {}
