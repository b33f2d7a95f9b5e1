"""Who the tenants are: the registry's models, its sources, and which tenant a stack belongs to."""

from .registry import (
    FAMILIES,
    Capacities,
    Environment,
    Family,
    Level,
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
    "OnUnknown",
    "Plan",
    "Platform",
    "PlatformStack",
    "Registry",
    "RegistryError",
    "Snapshot",
    "Tenant",
    "load",
    "resolve",
]
