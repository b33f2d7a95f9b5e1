"""Who the tenants are: the registry's models, its sources, and which tenant a stack belongs to."""

from .baseline import Baseline, Known, as_text, load_baseline
from .links import Pair, Refusal, apart, astray, common, meet, pair, refusals, within
from .registry import (
    FAMILIES,
    Capacities,
    Environment,
    Exemption,
    Family,
    Level,
    Links,
    OnUnknown,
    Plan,
    Platform,
    PlatformStack,
    Registry,
    Tenant,
    unexemptible,
)
from .requests import Request
from .resolve import Claim, Judged, resolve
from .sources import DEFAULT_NAME, RegistryError, RegistryUnreachable, Snapshot, load, place_of

__all__ = [
    "DEFAULT_NAME",
    "FAMILIES",
    "Baseline",
    "Capacities",
    "Claim",
    "Environment",
    "Exemption",
    "Family",
    "Judged",
    "Known",
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
    "RegistryUnreachable",
    "Request",
    "Snapshot",
    "Tenant",
    "apart",
    "as_text",
    "astray",
    "common",
    "load",
    "load_baseline",
    "meet",
    "pair",
    "place_of",
    "refusals",
    "resolve",
    "unexemptible",
    "within",
]
