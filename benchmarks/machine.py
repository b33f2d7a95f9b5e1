"""What it was measured on: the machine, without its name, and versions."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("tenant-safety", "z3-solver", "matplotlib")


def machine() -> dict[str, str]:
    """Cores, processor, memory, system and versions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "cores": str(cores),
        "processor": _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        **{package: version(package) for package in PACKAGES},
    }


def _memory() -> str:
    kib = _field("/proc/meminfo", "MemTotal")
    size = int(kib.split()[0]) * 1024 if kib else os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{size / 1024**3:.1f} GiB"


def _field(file: str, name: str) -> str:
    """A field of one of Linux's tables; empty where there is none."""
    path = Path(file)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
