"""Who the tenants are: the registry's models, its sources, and which tenant a stack belongs to."""

from .links import Pair, Refusal, apart, astray, meet, pair, refusals, within
from .registry import (
    FAMILIES,
    Capacities,
    Environment,
    Family,
    Level,
    Links,
    OnUnknown,
    Plan,
    Platform,
    PlatformStack,
    Registry,
    Tenant,
)
from .resolve import Claim, Judged, resolve
from .source import DEFAULT_NAME, RegistryError, Snapshot, load

__all__ = [
    "DEFAULT_NAME",
    "FAMILIES",
    "Capacities",
    "Claim",
    "Environment",
    "Family",
    "Judged",
    "Level",
    "Links",
    "OnUnknown",
    "Pair",
    "Plan",
    "Platform",
    "PlatformStack",
    "Refusal",
    "Registry",
    "RegistryError",
    "Snapshot",
    "Tenant",
    "apart",
    "astray",
    "load",
    "meet",
    "pair",
    "refusals",
    "resolve",
    "within",
]
