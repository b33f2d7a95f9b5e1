"""What all resources here share: checked inputs within the registry's bounds, diffs, versions of state, errors in one
line.
"""

import functools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, ParamSpec, TypeVar

import pulumi
from botocore.exceptions import BotoCoreError, ClientError
from pulumi.dynamic import CheckFailure, CheckResult, ConfigureRequest, DiffResult, ResourceProvider
from pulumi.output import Unknown

from tenant_links.aws import Accounts, Settings, one_line
from tenant_links.claim import LinkError
from tenant_safety.tenancy import Pair, Registry, RegistryError, load, pair

# A property as Pulumi hands it over; `Unknown` stands for what a preview can't know yet.
Value = Any
Props = dict[str, Value]
Rule = Callable[[object], object]

STATE_VERSION = 2
"""The shape of the state.  A change of it needs an entry in each provider's `since`, and tests/test_links_state.py."""
_SECRET = ("external_id",)

P = ParamSpec("P")
R = TypeVar("R")


class LinkProvider(ResourceProvider):
    """A provider without state of its own: it is stored in the state file as nothing but its class's import path."""

    serialize_as_secret_always = False  # nothing is captured, so there is nothing to keep secret

    required: ClassVar[Mapping[str, Rule]]
    optional: ClassVar[Mapping[str, Rule]]
    updates: ClassVar[tuple[str, ...]]
    """The inputs that can change in place."""
    since: ClassVar[Props]
    """Properties that older states do not have, with what their lack means."""

    accounts: Accounts
    settings: Settings

    def configure(self, req: ConfigureRequest) -> None:
        self.settings = Settings.of(req.config.get)
        self.accounts = Accounts(self.settings)

    def replaces(self, olds: Props, news: Props) -> list[str]:
        """The changed inputs that need another object."""
        raise NotImplementedError

    def stables(self, replaces: list[str]) -> list[str]:
        """The outputs that stay as they are; none of them where the object's name changes."""
        raise NotImplementedError

    def known(self, props: Props) -> Props:
        """Checked inputs or state, with what older versions did not have."""
        names = (*self.required, *self.optional)
        given = {name: props[name] for name in names if props.get(name) is not None}
        return {**self.since, **given}

    def checked(self, news: Props) -> CheckResult:
        """Each input in its one accepted form, or a failure; what a preview doesn't know yet is let through."""
        inputs, failures = dict(news), []
        for name, rule in {**self.required, **self.optional}.items():
            value = news.get(name)
            if value is None:
                inputs.pop(name, None)
                if name in self.required:
                    failures.append(failure(name, "expected a value (got none)"))
            elif not unknown(value):
                try:
                    inputs[name] = rule(value)
                except ValueError as error:
                    failures.append(failure(name, str(error)))
        return CheckResult(inputs, failures)

    def pair(self, inputs: Props) -> Pair | None:
        """The pair of these inputs; None while a preview doesn't know which."""
        if unknown(inputs["tenant"]) or unknown(inputs["environment"]):
            return None
        return pair(self.registry, inputs["tenant"], inputs["environment"])

    @property
    def registry(self) -> Registry:
        return registry(self.settings.registry)

    def diff(self, _id: str, olds: Props, news: Props) -> DiffResult:
        supported(olds)
        replaces = self.replaces(olds, news)
        updates = changed({**self.since, **olds}, news, self.updates)
        stables = self.stables(replaces)
        return DiffResult(
            changes=bool(replaces or updates or olds.get("drift") or olds.get("state_version") != STATE_VERSION),
            replaces=replaces,
            stables=stables if not replaces else [],
            # One name can't stand twice: where it stays, the old object lets go of it first.
            delete_before_replace=bool(stables),
        )


def clean(call: Callable[P, R]) -> Callable[P, R]:
    """Let errors of AWS and of the registry leave `call` as one line each."""

    @functools.wraps(call)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return call(*args, **kwargs)
        except LinkError:
            _without_traceback()
            raise
        except RegistryError as error:
            _without_traceback()
            raise LinkError(f"registry: {str(error).splitlines()[0]}") from None
        except (ClientError, BotoCoreError) as error:
            _without_traceback()
            raise one_line(error, _secrets(args)) from None

    return wrapper


def registry(path: str | None) -> Registry:
    """The registry, read anew where its file has changed: an onboarding program may link the tenant that it adds.

    Raises:
        LinkError: it is not said where it is.
        RegistryError: it can't be used.
    """
    if path is None:
        raise LinkError("expected the registry's file or URL in the variable TENANT_LINKS_REGISTRY (got none)")
    try:
        about = Path(path).stat()
    except OSError:
        return load(path).registry  # A URL, or it tells why there is none.
    return _read(path, about.st_ino, about.st_mtime_ns, about.st_size)


@functools.lru_cache(maxsize=8)
def _read(path: str, *_version: int) -> Registry:
    return load(path).registry


def registered(tenant: pulumi.Input[str], environment: pulumi.Input[str]) -> pulumi.Output[Pair]:
    """The pair as a program sees it."""

    def found(names: list[str]) -> Pair:
        try:
            return pair(registry(os.environ.get("TENANT_LINKS_REGISTRY") or None), *names)
        except RegistryError as error:
            raise LinkError(f"registry: {str(error).splitlines()[0]}") from None

    return pulumi.Output.all(tenant, environment).apply(found)


def owner() -> str:
    """The stack that runs: `organization/project/stack`."""
    return f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"


def fixed(inputs: Props, values: Mapping[str, object]) -> Iterator[CheckFailure]:
    """Inputs that the registry fixes: taken from it where they are not given, compared where they are."""
    for name, value in values.items():
        given = inputs.get(name)
        if given is None and value is not None:
            inputs[name] = value
        elif not unknown(given) and given != value:
            told = "what the registry issued" if name in _SECRET else f"{value!r}, as the registry says (got {given!r})"
            yield failure(name, f"expected {told}")


def failure(name: str, reason: str) -> CheckFailure:
    """A failed input.  The engine prints the value of the property that it is told, so a secret one is not told."""
    return CheckFailure("", f"{name}: {reason}") if name in _SECRET else CheckFailure(name, reason)


def supported(state: Props) -> None:
    """Refuse a state that a newer version wrote.

    Raises:
        LinkError: this version doesn't know what that state means.
    """
    version = state.get("state_version", 1)
    if version > STATE_VERSION:
        told = f"expected a state of version {STATE_VERSION} or older (got {version:g})"
        raise LinkError(f"{told}: a newer tenant-links wrote it; run that one")


def unknown(value: Value) -> bool:
    """Whether a preview can't know the value, or a part of it, yet."""
    if isinstance(value, Mapping):
        return any(unknown(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(unknown(item) for item in value)
    return isinstance(value, Unknown)


def changed(olds: Props, news: Props, names: Iterable[str]) -> list[str]:
    """The inputs that differ or may differ."""
    return [name for name in names if unknown(news.get(name)) or olds.get(name) != news.get(name)]


def notice(text: str) -> None:
    """Tell the user without failing; the engine shows what a plugin writes here."""
    print(f"tenant-links: {text}", file=sys.stderr, flush=True)


def _secrets(args: tuple[object, ...]) -> list[str]:
    found = [bag.get(name) for bag in args if isinstance(bag, Mapping) for name in _SECRET]
    return [value for value in found if isinstance(value, str) and value]


def _without_traceback() -> None:
    # The plugin host reports `traceback.format_exc()`; our errors are one line for people.  Its process
    # serves only this operation, and this operation has just failed.  Other processes (tests, inline
    # programs) are left alone.
    host = getattr(sys.modules.get("__main__"), "__spec__", None)
    if host is not None and host.name == "pulumi.dynamic.__main__":
        sys.tracebacklimit = 0
