"""A pair's config in the forms that CI and programs read it in, and where each value of it comes from."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping

from ..esc import Value, plain
from ..tenancy.layers import Effective
from .text import inert

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_KEY = re.compile(r"[^:\s]+(:[^:\s]+)?")
_CI = ("GITHUB_", "RUNNER_", "ACTIONS_")
"""What the CI itself sets and a config must not."""


class ConfigError(Exception):
    """A config can't be given in a form; the message says what was expected and what came."""


def as_text(effective: Effective, *, reveal: bool = False) -> str:
    """Each value with its path, the layer that made it, and what it replaced."""
    lines = [f"{effective.stack} {effective.service}".rstrip() + ": " + " → ".join(effective.layers)]
    for path, value in _leaves(effective.value, ""):
        lines.append(f"{path} = {_shown(value, reveal)}  ({value.origin.environment})")
        lines += [f"  instead of {_shown(each, reveal)}  ({each.origin.environment})" for each in _replaced(value)]
    return "\n".join(map(inert, lines))


def as_json(effective: Effective, *, reveal: bool, explain: bool = False, whole: bool = False) -> str:
    """For run time: the values; with `explain` each leaf by its path, with where it comes from.

    With `whole` something that could not be opened is a `ConfigError`.
    """
    if whole:
        _known(effective.value, effective.stack, reveal)
    if not explain:
        return json.dumps(plain(effective.value, reveal=reveal), indent=2, ensure_ascii=False)
    told = {
        path: {
            "value": plain(value, reveal=reveal),
            "secret": value.secret,
            "layer": value.origin.environment,
            "replaces": [
                {"value": plain(each, reveal=reveal), "layer": each.origin.environment} for each in _replaced(value)
            ],
        }
        for path, value in _leaves(effective.value, "")
    }
    return json.dumps({"stack": effective.stack, "layers": effective.layers, "values": told}, indent=2)


def as_pulumi(effective: Effective, *, reveal: bool) -> str:
    """`pulumiConfig` as `pulumi config set-all --json` takes it.  Raises `ConfigError`.

    Source: https://www.pulumi.com/docs/iac/cli/commands/pulumi_config_set-all/
    """
    said = {}
    for key, value in _entries(effective, "pulumiConfig"):
        if not _KEY.fullmatch(key):
            raise ConfigError(f"pulumiConfig: expected keys such as region or aws:region (got {key!r})")
        # Without a service the key stays as it is, and pulumi takes it for the project's in whose folder it runs.
        name = key if ":" in key or not effective.service else f"{effective.service}:{key}"
        found = _known(value, f"pulumiConfig.{key}", reveal)
        text = found if isinstance(found, str) else json.dumps(found)
        said[name] = {"value": text, "secret": _has_secret(value)}
        # An object with a secret is given as JSON alone, which programs read as an object all the same: Pulumi fails on
        # one that it has to encrypt as a whole.
        if isinstance(found, dict | list) and not said[name]["secret"]:
            said[name]["objectValue"] = found
    return json.dumps(said, indent=2, ensure_ascii=False)


def as_dotenv(effective: Effective, *, reveal: bool) -> str:
    """`environmentVariables` as lines that a shell reads.  Raises `ConfigError`."""
    quoted = ((name, text.replace("'", "'\\''")) for name, text, _ in _variables(effective, reveal))
    return "\n".join(f"{name}='{text}'" for name, text in quoted)


def as_github_env(effective: Effective) -> tuple[str, str]:
    """`environmentVariables` for `$GITHUB_ENV`, and what has to be printed first so that secrets do not show in logs.

    Raises `ConfigError`.

    Source: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
    """
    written, masks = [], []
    for name, text, secret in _variables(effective, reveal=True):
        # Nobody can end the value early without knowing this.
        end = f"end_{secrets.token_hex(16)}"
        written.append(f"{name}<<{end}\n{text}\n{end}\n")
        masks += [f"::add-mask::{_command(line)}" for line in (text.splitlines() if secret else ()) if line.strip()]
    return "".join(written), "\n".join(masks)


def _command(text: str) -> str:
    """Text in a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _variables(effective: Effective, reveal: bool) -> Iterator[tuple[str, str, bool]]:
    for name, value in _entries(effective, "environmentVariables"):
        if not _VARIABLE.fullmatch(name) or name.upper().startswith(_CI):
            raise ConfigError(f"environmentVariables: expected a name that is no CI's own (got {name!r})")
        found = _known(value, f"environmentVariables.{name}", reveal)
        if isinstance(found, dict | list) or found is None:
            raise ConfigError(f"environmentVariables.{name}: expected a text, a number or a boolean")
        text = found if isinstance(found, str) else json.dumps(found)
        if "\0" in text:
            raise ConfigError(f"environmentVariables.{name}: expected a text without NUL")
        yield name, text, _has_secret(value)


def _entries(effective: Effective, key: str) -> Iterator[tuple[str, Value]]:
    content = effective.value.content
    found = content.get(key) if isinstance(content, Mapping) else None
    if found is None:
        return
    if not isinstance(found.content, Mapping):
        raise ConfigError(f"{key}: expected an object")
    yield from found.content.items()


def _known(value: Value, path: str, reveal: bool) -> object:
    if any(each.unknown for each in _all(value)):
        raise ConfigError(f"{path}: expected a value that is known (got one that could not be opened)")
    return plain(value, reveal=reveal)


def _all(value: Value) -> Iterator[Value]:
    yield value
    parts = tuple(value.content.values()) if isinstance(value.content, Mapping) else value.content
    for each in parts if isinstance(parts, tuple) else ():
        yield from _all(each)


def _has_secret(value: Value) -> bool:
    return any(each.secret for each in _all(value))


def _leaves(value: Value, path: str) -> Iterator[tuple[str, Value]]:
    """What objects have that is no object, with paths; an empty object is one."""
    if isinstance(value.content, Mapping) and value.content and not value.secret:
        for key, each in value.content.items():
            yield from _leaves(each, f"{path}.{key}" if path else key)
    elif path:
        yield path, value


def _replaced(value: Value) -> Iterator[Value]:
    """The values of earlier layers, the latest first."""
    before = value.base
    while before is not None:
        yield before
        before = before.base


def _shown(value: Value, reveal: bool) -> str:
    return json.dumps(plain(value, reveal=reveal), ensure_ascii=False)
