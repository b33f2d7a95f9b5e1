"""What both resources share with Pulumi: unknown inputs, failures, errors in one line."""

import functools
import sys
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from pulumi.dynamic import CheckFailure, CheckResult, ConfigureRequest, ResourceProvider
from pulumi.output import Unknown

from tenant_links.aws import Accounts, Settings, one_line
from tenant_links.claim import LinkError

# A property as Pulumi hands it over; `Unknown` stands for what a preview can't know yet.
Value = Any
Props = dict[str, Value]
Rule = Callable[[object], object]

STATE_VERSION = 1
_SECRET = ("external_id",)

P = ParamSpec("P")
R = TypeVar("R")


class LinkProvider(ResourceProvider):
    """A provider without state of its own: it is stored in the state file as nothing but its class's import
    path."""

    serialize_as_secret_always = False  # nothing is captured, so there is nothing to keep secret

    accounts: Accounts

    def configure(self, req: ConfigureRequest) -> None:
        self.accounts = Accounts(Settings.of(req.config.get))


def clean(call: Callable[P, R]) -> Callable[P, R]:
    """Let AWS's errors leave `call` as one line each."""

    @functools.wraps(call)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return call(*args, **kwargs)
        except LinkError:
            _without_traceback()
            raise
        except (ClientError, BotoCoreError) as error:
            _without_traceback()
            raise one_line(error, _secrets(args)) from None

    return wrapper


def check(news: Props, required: Mapping[str, Rule], optional: Mapping[str, Rule]) -> CheckResult:
    """Each input in its one accepted form, or a failure; what a preview doesn't know yet is let through."""
    inputs, failures = dict(news), []
    for name, rule in {**required, **optional}.items():
        value = news.get(name)
        if value is None:
            inputs.pop(name, None)
            if name in required:
                failures.append(failure(name, "expected a value (got none)"))
        elif not unknown(value):
            try:
                inputs[name] = rule(value)
            except ValueError as error:
                failures.append(failure(name, str(error)))
    return CheckResult(inputs, failures)


def failure(name: str, reason: str) -> CheckFailure:
    """A failed input.  The engine prints the value of the property that it is told, so a secret one is not told."""
    return CheckFailure("", f"{name}: {reason}") if name in _SECRET else CheckFailure(name, reason)


def unknown(value: Value) -> bool:
    """Whether a preview can't know the value, or a part of it, yet."""
    if isinstance(value, Mapping):
        return any(unknown(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(unknown(item) for item in value)
    return isinstance(value, Unknown)


def changed(olds: Props, news: Props, names: tuple[str, ...]) -> list[str]:
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
