"""The layered config of a pair: what its layers are, what they come to, and what of that belongs to somebody else.

    tep → global → groups/G → tenants/T → environments/T-E → services/S → environments/T-E/services/S

Each layer imports the one before it, as environments of Pulumi ESC do, so each sees the values of those before it, and
later ones win.  The first, `tep`, is made from the registry: `${tep.account}` is the pair's own account in every layer.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..esc import Decrypt, Definition, EscError, Evaluation, Known, Value, evaluate, parse, plain, stale
from .registry import Environment, Registry, Tenant
from .sources import RegistryError, canonical

Opened = Callable[[str], Mapping[str, Any]]
"""Gives the values of a real ESC environment, as ESC writes them with secrets marked.  Raises `EscError`."""

_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_IMPORTED = re.compile(r"shared/[a-z][a-z0-9-]*|esc:\w[\w.-]*(/\w[\w.-]*){1,2}(@[\w.-]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Effective:
    """A pair's config.  Where there is a fault, it must not be used."""

    stack: str
    service: str
    evaluation: Evaluation
    faults: tuple[str, ...]
    layers: tuple[str, ...]

    @property
    def value(self) -> Value:
        return self.evaluation.value


class Layers:
    """The layers of a registry.  What pairs have in common is evaluated once.

    `opened` reads real ESC environments, which layers import as `esc:ORGANIZATION/PROJECT/ENVIRONMENT`; `decrypt` opens
    ciphertexts.  Without them such values are unknown, and said to be.
    """

    def __init__(self, registry: Registry, *, opened: Opened | None = None, decrypt: Decrypt | None = None) -> None:
        self._registry = registry
        self._opened = opened
        self._decrypt = decrypt
        self._definitions: dict[str, Definition] = {}
        self._last = "", Known()
        self._owners = {
            each.account: name for name, tenant in registry.tenants.items() for each in tenant.environments.values()
        }

    def effective(self, stack: str, service: str = "") -> Effective:
        """The config of a pair by its stack's name, for one service or for none.

        Raises `RegistryError` if there is no such pair.
        """
        tenant, environment = pair_of(self._registry, stack)
        chain = list(self._chain(tenant, environment, service))
        links = dict(zip([name for name, _ in chain], ["tep", *(name for name, _ in chain)], strict=False))
        raw = dict(chain)

        def load(name: str) -> Definition:
            if name == "tep":
                return parse("tep", {"values": {"tep": self._facts(tenant, environment)}})
            if name in raw:
                return self._layer(name, raw[name], links[name])
            return self._imported(name)

        if self._last[0] != stack:
            # All layers see `tep`, so only a pair's services have values in common.
            self._last = stack, Known()
        try:
            found = evaluate(chain[-1][0], load, decrypt=self._decrypt, known=self._last[1])
        except EscError as error:
            raise RegistryError(f"{stack}: {error}") from None
        names = ("tep", *(name for name, _ in chain))
        return Effective(stack, service, found, tuple(self._faults(found, tenant, environment)), names)

    def written(self, effective: Effective) -> dict[str, Any]:
        """The layers of a pair's config as they are written, and all that they may import from the registry."""
        tenant, environment = pair_of(self._registry, effective.stack)
        chain = dict(self._chain(tenant, environment, effective.service))
        return {**chain, "tep": self._facts(tenant, environment), "shared": self._registry.config.shared}

    def key_of(self, stack: str) -> bytes:
        """What the pair's config is hashed with: what nobody guesses, if it was issued."""
        tenant, environment = pair_of(self._registry, stack)
        issued = self._registry.tenants[tenant].environments[environment].external_id
        return issued.get_secret_value().encode() if issued else b"no external id"

    def _chain(self, tenant: str, environment: str, service: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        config, about = self._registry.config, self._registry.tenants[tenant]
        pair = about.environments[environment]
        yield "global", config.everyone
        yield f"groups/{about.group}", self._registry.groups[about.group].config
        yield f"tenants/{tenant}", about.config
        yield f"environments/{tenant}-{environment}", pair.config
        if service:
            yield f"services/{service}", config.services.get(service, {})
            yield f"environments/{tenant}-{environment}/services/{service}", pair.services.get(service, {})

    def _facts(self, tenant: str, environment: str) -> dict[str, Any]:
        about = self._registry.tenants[tenant]
        pair = about.environments[environment]
        return {
            "tenant": tenant,
            "environment": environment,
            "stack": f"{tenant}-{environment}",
            "account": pair.account,
            "group": about.group,
            "plan": about.plan,
            "highSecurity": self._registry.plans[about.plan].high_security,
            "subdomain": about.subdomain,
            "regions": list(pair.regions or self._registry.platform.regions),
        }

    def _layer(self, name: str, raw: Mapping[str, Any], before: str) -> Definition:
        key = f"{name} {before}"
        if key not in self._definitions:
            imports = raw.get("imports", [])
            for each in imports if isinstance(imports, list) else ():
                named = next(iter(each), "") if isinstance(each, dict) else each
                if not isinstance(named, str) or not _IMPORTED.fullmatch(named):
                    raise EscError(
                        f"{name}: imports: expected shared/NAME or esc:ORGANIZATION/PROJECT/ENVIRONMENT (got "
                        f"{named!r}); the layers before it are there already"
                    )
            chained = [before, *imports] if isinstance(imports, list) else imports
            self._definitions[key] = parse(name, {**raw, "imports": chained})
        return self._definitions[key]

    def _imported(self, name: str) -> Definition:
        if name.startswith("shared/"):
            found = self._registry.config.shared.get(name.removeprefix("shared/"))
            if found is None:
                raise EscError(f"{name}: expected one of the registry's config.shared (there is none)")
            return self._layer(name, found, "tep")
        if self._opened is None:
            raise EscError(f"{name}: expected the esc or pulumi command, which reads it (ask with --esc)")
        if name not in self._definitions:
            self._definitions[name] = parse(name, {"values": _written(self._opened(name.removeprefix("esc:")))})
        return self._definitions[name]

    def _faults(self, found: Evaluation, tenant: str, environment: str) -> Iterator[str]:
        yield from map(str, found.faults)
        for each in stale(found):
            if each.read.startswith("tep"):
                continue  # That a layer changes it is told below.
            yield (
                f"{each.path}: {each.environment} made it of {each.read} as {each.source.environment} has it, and "
                f"{each.replaced_by} has another; make it where {each.read} is known: in {each.replaced_by} or later"
                + (", or of ${tep.account}" if "account" in each.read.lower() else "")
            )
        content = found.value.content
        own = content.get("tep") if isinstance(content, Mapping) else None
        if not found.faults and (own is None or plain(own, reveal=True) != self._facts(tenant, environment)):
            yield "tep: expected it as the registry has it; no layer may change it"
        for path, text in _texts(found.value, ""):
            for account in _ACCOUNT.findall(text):
                owner = self._owners.get(account, tenant)
                if owner != tenant:
                    yield f"{path}: it has the account {account}, which is the tenant {owner}'s"


def pair_of(registry: Registry, stack: str) -> tuple[str, str]:
    """The tenant and the environment that a stack is of.  Raises `RegistryError`."""
    for name, tenant in registry.tenants.items():
        for environment in tenant.environments:
            if stack == f"{name}-{environment}":
                return name, environment
    raise RegistryError(f"expected a pair's stack, such as customer1-prod (got {stack!r}, which is registered nowhere)")


def pairs(registry: Registry) -> Iterator[tuple[str, Tenant, str, Environment]]:
    """The stacks of all pairs, by name."""
    found = ((f"{n}-{e}", t, e, about) for n, t in registry.tenants.items() for e, about in t.environments.items())
    yield from sorted(found, key=lambda each: each[0])


def config_sha256(layers: Layers, effective: Effective) -> str:
    """The sha256 of a pair's config: two are the same only if programs see the same.

    Where something is unknown or wrong, it is that of all layers as they are written, which differ more easily.  It is
    keyed with the pair's external id, so that nobody can try out which secrets a config has.
    """
    if effective.faults or _has_unknown(effective.value):
        said = [effective.faults, layers.written(effective)]
    else:
        said = _marked(effective.value)
    return hmac.new(layers.key_of(effective.stack), canonical(said).encode(), "sha256").hexdigest()


def _written(opened: Mapping[str, Any]) -> dict[str, Any]:
    """Values of ESC's detailed form, `{"value": …, "secret": true}`, as a definition writes them."""
    return {key: _as_written(each) for key, each in opened.items()}


def _as_written(detailed: Any) -> Any:
    value = detailed.get("value") if isinstance(detailed, Mapping) else None
    if isinstance(detailed, Mapping) and detailed.get("secret"):
        return {"fn::fromJSON": {"fn::secret": canonical(_bare(value))}}
    if isinstance(value, Mapping):
        return _written(value)
    if isinstance(value, list):
        return [_as_written(each) for each in value]
    return value.replace("$", "$$") if isinstance(value, str) else value


def _bare(value: Any) -> Any:
    """What a secret value is, whatever is marked inside."""
    if isinstance(value, Mapping):
        return {key: _bare(each.get("value")) if isinstance(each, Mapping) else each for key, each in value.items()}
    if isinstance(value, list):
        return [_bare(each.get("value")) if isinstance(each, Mapping) else each for each in value]
    return value


def _marked(value: Value) -> Any:
    """Plain values in which what is secret says so."""
    if isinstance(value.content, Mapping):
        made: Any = {key: _marked(each) for key, each in value.content.items()}
    elif isinstance(value.content, tuple):
        made = [_marked(each) for each in value.content]
    else:
        made = value.content
    return {"secret": made} if value.secret else {"of": made} if isinstance(made, dict) else made


def _has_unknown(value: Value) -> bool:
    parts = tuple(value.content.values()) if isinstance(value.content, Mapping) else value.content
    return value.unknown or (isinstance(parts, tuple) and any(_has_unknown(each) for each in parts))


def _texts(value: Value, path: str) -> Iterator[tuple[str, str]]:
    """The texts in a value, keys too, with their paths."""
    if isinstance(value.content, str | int | float) and not isinstance(value.content, bool):
        yield path, str(value.content)
    elif isinstance(value.content, Mapping):
        for key, each in value.content.items():
            inside = f"{path}.{key}" if path else key
            yield inside, key
            yield from _texts(each, inside)
    elif isinstance(value.content, tuple):
        for i, each in enumerate(value.content):
            yield from _texts(each, f"{path}[{i}]")
