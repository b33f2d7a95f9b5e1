"""Which tenant-environment pair (TEP), or which platform stack, is this stack?  The registry alone says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ..iam import matches
from .registry import Environment, Family, OnUnknown, Plan, PlatformStack, Registry, Tenant
from .requests import Request, requests
from .sources import Snapshot

IDENTITY = ("tenant", "environment")
"""Stack tags and config keys (`PROJECT:tenant`, `tenant-safety:tenant`) that must agree with the stack's name."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Whom a stack belongs to.  `plan` is `None` for the platform's own stacks.

    `pair`: the tenant and environment that it is named after, if it is.
    """

    name: str
    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    pair: tuple[str, str] | None = None
    plan: Plan | None = None
    plan_name: str = ""
    on_unknown: Mapping[Family, OnUnknown] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """What is known of whom a stack belongs to: nobody where the registry can't be read (`error`) or has no such stack.

    `disagreements` tell where tags or config contradict the stack's name.  `today` is the day (UTC) on which it is
    judged; `requests` are the program's for exemptions, `misread` tells what is wrong with them.
    """

    snapshot: Snapshot | None
    judged: Judged | None = None
    error: str = ""
    unregistered: str = ""
    disagreements: tuple[str, ...] = ()
    today: date | None = None
    requests: tuple[Request, ...] = ()
    misread: str = ""

    def trusted(self, links: Sequence[str]) -> tuple[str, ...]:
        """The packages that can't touch AWS, and of `links`, types that link tenants, what this stack may make."""
        if self.snapshot is None:
            return ()
        platform = self.snapshot.registry.platform
        believed = self.judged is not None and (self.judged.plan is None or platform.tenants_link)
        return (*platform.trusted_packages, *(links if believed else ()))


def resolve(
    snapshot: Snapshot,
    project: str,
    stack: str,
    tags: Mapping[str, str],
    config: Mapping[str, str],
    *,
    today: date | None = None,
) -> Claim:
    """The pair or platform stack that `stack` of `project` is, and what contradicts it.

    `config` maps full keys (`project:key`) to values.  Without `today` no exemption holds.
    """
    claim = _claimed(snapshot, project, stack, tags, config)
    asked, misread = requests(config)
    return replace(claim, today=today, requests=asked, misread=misread)


def _claimed(snapshot: Snapshot, project: str, stack: str, tags: Mapping[str, str], config: Mapping[str, str]) -> Claim:
    registry = snapshot.registry
    platform = next((s for s in registry.platform.stacks if _is(s, project, stack)), None)
    pair = next(((t, e) for t, e in _pairs(registry) if f"{t}-{e}" == stack), None)
    if platform and (pair or not platform.per_tenant):
        named = pair if platform.per_tenant else None
        judged = Judged(
            f"{project}/{stack}",
            platform.accounts,
            registry.platform.regions,
            named,
            on_unknown=registry.platform.on_unknown,
        )
        return Claim(snapshot, judged, disagreements=tuple(_disagreements(named, project, stack, tags, config)))
    if not pair:
        return Claim(snapshot, unregistered=_unregistered(registry, project, stack))
    tenant, environment = registry.tenants[pair[0]], registry.tenants[pair[0]].environments[pair[1]]
    judged = _judged(registry, stack, pair, tenant, environment)
    return Claim(snapshot, judged, disagreements=tuple(_disagreements(pair, project, stack, tags, config)))


def _judged(registry: Registry, name: str, pair: tuple[str, str], tenant: Tenant, environment: Environment) -> Judged:
    plan = registry.plan_of(tenant)
    return Judged(
        name=name,
        accounts=(environment.account,),
        regions=environment.regions or registry.platform.regions,
        pair=pair,
        plan=plan,
        plan_name=tenant.plan,
        on_unknown={**registry.platform.on_unknown, **plan.on_unknown},
    )


def _pairs(registry: Registry) -> Iterator[tuple[str, str]]:
    return ((name, environment) for name, tenant in registry.tenants.items() for environment in tenant.environments)


def _is(platform: PlatformStack, project: str, stack: str) -> bool:
    return matches(platform.project, project) and matches(platform.stack, stack)


def _unregistered(registry: Registry, project: str, stack: str) -> str:
    pairs = [f"{t}-{e}" for t, e in _pairs(registry)]
    shown = ", ".join(pairs[:5]) + (", …" if len(pairs) > 5 else "")
    return f"the stack {stack} of project {project} is neither a registered pair ({shown}) nor a platform stack"


def _disagreements(
    pair: tuple[str, str] | None, project: str, stack: str, tags: Mapping[str, str], config: Mapping[str, str]
) -> Iterator[str]:
    for key, expected in zip(IDENTITY, pair or (), strict=False):
        claims = {f"stack tag {key}": tags.get(key)}
        claims |= {f"config {name}:{key}": config.get(f"{name}:{key}") for name in (project, "tenant-safety")}
        for where, claimed in claims.items():
            if claimed is not None and claimed != expected:
                yield f"{where} says {claimed!r}, the stack's name {stack} says {expected!r}"
